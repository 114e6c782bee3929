"""One case of a comparison: the question, what was expected, and the answers with what changed, word by word."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import pandas as pd
import streamlit as st

from pages.parts.compare import results_view
from pages.parts.compare.choose import Chosen
from pages.parts.shared import figures, word_changes
from pages.parts.shared.conversation import CSS
from pages.parts.shared.currency import currency_of, titled
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.current.assignments import owed_items
from review.experiments.comparing.comparison import ComparedCase
from review.experiments.gating.asking import first_answer, said
from review.experiments.values import ScoredCase
from storage.records_golden import ReleaseExample

CHANGES = {"broke": "Broke", "fixed": "Fixed", "same": "Unchanged"}


def show(here: Session, chosen: Chosen, row: ComparedCase) -> None:
    """Draw a case. One from an item that the viewer still has to review stays closed."""
    held = here.store.find(ReleaseExample, release=chosen.release, example_id=row.case.id)
    if held and held[0].content["item_id"] in owed_items(here.store, here.rater.id):
        words = "You still have to review this conversation. The case opens once you have."
        st.info(words, icon=":material/visibility_off:")
        return
    case = row.case
    st.subheader(as_text(case.question[:300]))
    facts = [CHANGES[row.change], "must pass" if case.must_pass else "", case.scenario or "", case.kind or "", case.id]
    st.caption(" · ".join(as_text(fact) for fact in facts if fact))
    expected = {"Expected answer": case.expected_answer or "", "Expected behaviour": case.expected_behaviour or ""}
    several = len(case.references) > 1
    expected |= {f"Reference {k}" if several else "Reference": sql for k, sql in enumerate(case.references, 1)}
    _table({title: escape(text) for title, text in expected.items() if text})
    texts = [_said(results) for results in row.results]
    st.markdown("##### Answers")
    _table(
        {
            version: escape(text) if k == 0 or not texts[0] or not text else word_changes.changed(texts[0], text)
            for k, (version, text) in enumerate(zip(chosen.comparison.versions, _or_why(row, texts), strict=True))
        }
    )
    st.caption("Struck through: only in the answer of the first version. Green: only in this one.")
    results_view.show(here, chosen, row, held)
    st.markdown("##### Scores")
    figures.table(
        pd.DataFrame(_scores(chosen, row, currency_of(here))), key="compare_case_scores", file_name="scores.csv"
    )
    if lines := not_scored(chosen.comparison.versions, row.results):
        st.caption("\n".join(f"- {as_text(line)}" for line in lines))


def _said(results: tuple[ScoredCase, ...]) -> str:
    answer = first_answer(results)
    return said(answer) if answer is not None else ""


def _or_why(row: ComparedCase, texts: list[str]) -> list[str]:
    causes = [next((one.cause for one in results if one.cause), "nothing") for results in row.results]
    return [text or f"No answer: {cause}" for text, cause in zip(texts, causes, strict=True)]


def _table(cells: dict[str, str]) -> None:
    """Draw titled texts; the texts are escaped already."""
    body = "".join(f"<tr><th>{escape(title)}</th><td>{text}</td></tr>" for title, text in cells.items())
    table = f'<div class="sc-scroll"><table class="sc-table sc-words">{body}</table></div>'
    st.html(f"{CSS}{word_changes.STYLE}{table}")


def not_scored(versions: Sequence[str], results: Sequence[Sequence[ScoredCase]]) -> list[str]:
    """Return a sentence for each reason why scorers gave no score, with the versions that it concerns. Pure."""
    found: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for version, some in zip(versions, results, strict=True):
        reasons: dict[str, list[str]] = {}
        for one in some:
            for name, why in ({"any scorer": one.cause} if one.cause else one.unscored).items():
                named = reasons.setdefault(why, [])
                if name not in named:
                    named.append(name)
        for why, named in reasons.items():
            found.setdefault((why, tuple(named)), []).append(version)
    sentences = []
    for (why, names), of in found.items():
        where = "" if len(of) == len(versions) else f" in {', '.join(of)}"
        sentences.append(f"Not scored by {', '.join(names)}{where}: {why}.")
    return sentences


def _scores(chosen: Chosen, row: ComparedCase, currency: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for version, results in zip(chosen.comparison.versions, row.results, strict=True):
        for one in results:
            found.append(
                {
                    "version": version,
                    "repeat": one.repeat,
                    "combined": one.combined,
                    **{name: round(score, 2) for name, score in one.scores.items()},
                    "ms": one.answer.latency_ms if one.answer else None,
                    titled("cost", currency): one.answer.cost if one.answer else None,
                }
            )
    return found
