"""What the execution of each version's query gave for one case, beside the expected result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import streamlit as st

from pages.parts.compare.choose import Chosen
from pages.parts.shared import executed
from pages.parts.shared.conversation import CSS
from pages.parts.shared.session import Session
from review.annotating.executed import without_hidden
from review.audit.store_secrets import hmac_key
from review.basics.words import capital
from review.experiments.comparing.comparison import ComparedCase
from review.experiments.values import ScoredCase
from review.privacy.hidden_spans import spans_by_conversation
from review.sql.results.outcome import OUTCOMES
from storage.records_base import Json
from storage.records_golden import ReleaseExample

SCORER = "execution"
NOT_KEPT = "the rows were not kept when this run was scored; a new run over the release keeps them"


def show(here: Session, chosen: Chosen, row: ComparedCase, held: Sequence[ReleaseExample]) -> None:
    """Draw both results of each version, or why there are none; nothing where no version was executed.

    ``held`` is the example in the release: words that were hidden in its conversation are hidden here too.
    """
    shown = [_of_interest(results) for results in row.results]
    if not row.case.references or not any(one and _asked(one) for one in shown):
        return
    st.markdown("##### Results")
    named = [example.content["conversation_id"] for example in held]
    spans = [span for found in spans_by_conversation(here.store, named).values() for span in found]
    key = hmac_key(here.store) if spans else b""
    parts = []
    for version, one in zip(chosen.comparison.versions, shown, strict=True):
        detail = _detail(one) if one else {}
        parts.append(as_html(version, one, without_hidden(detail, spans, key)))
    st.html(CSS + "".join(parts))


def as_html(version: str, one: ScoredCase | None, detail: Mapping[str, Any]) -> str:
    """Return the outcome of one version with its rows beside the expected ones, as HTML. Pure."""
    outcome = str(detail.get("outcome", ""))
    sign = executed.mark(outcome) if outcome else "–"
    repeat = f" <small>repeat {one.repeat}</small>" if one is not None and one.repeat > 1 else ""
    said = escape(capital(why_none(one, detail) or str(detail["said"])))
    head = f'<p class="sc-outcome">{sign} <b>{escape(version)}</b>{repeat}: {said}</p>'
    return head if "answer" not in detail else head + executed.beside(detail["answer"], detail["reference"])


def why_none(one: ScoredCase | None, detail: Mapping[str, Any]) -> str:
    """Return why a version has no results to show, "" when it has."""
    if one is None or one.answer is None:
        return (
            f"there is no answer ({one.cause if one is not None and one.cause else 'not asked'}), so nothing was run."
        )
    outcome = detail.get("outcome")
    if outcome is None:
        return f"it was not run: {one.unscored.get(SCORER) or 'execution is no scorer of this project'}."
    if "answer" in detail:
        return ""
    if outcome == "no_sql":
        return "the answer has no SQL, so there is no result."
    said = {str(name): words for name, words in OUTCOMES.items()}[str(outcome)]
    return f"{said}." if one.scores.get(SCORER) == 1.0 or outcome == "both_empty" else f"{said}; {NOT_KEPT}."


def _of_interest(results: Sequence[ScoredCase]) -> ScoredCase | None:
    """Return the first repeat that is not right, else the first one."""
    return next((one for one in results if one.answer and one.scores.get(SCORER) != 1.0), next(iter(results), None))


def _asked(one: ScoredCase) -> bool:
    return SCORER in one.scores or SCORER in one.unscored


def _detail(one: ScoredCase) -> Json:
    return one.detail.get(SCORER) or {}
