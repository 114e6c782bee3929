"""What stands behind the four answers: the figures with their intervals, and how they were computed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.elements.lib.mutable_expander_container import ExpanderContainer

from pages.parts.shared import cached_statistics, figures
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from pages.parts.week import answers
from review.basics.words import counted, spoken
from review.current.assignments import closing_of
from review.current.rubric_in_use import left_out as reviews_left_out
from review.report.model import Agreement, Quality
from review.report.quality_words import details, quality_lines
from review.report.words import changes_of_mind, span
from review.statistics.agreement.words import sentences
from review.statistics.answers.agreement import deciding
from review.statistics.answers.answer import Answer, Link
from review.statistics.answers.judge_verdict import Evidence, JudgeAdvice, passed_words
from review.statistics.quality.planner import plan_quality
from review.statistics.quality.words import compared, unsettled_words
from review.statistics.quantity import Quantity
from storage.queries.pairs import pairs_of_weeks

HOW = "How this was computed"
ALPHA = (
    "Krippendorff's alpha: 1 is full agreement, 0 is what chance alone would give. Where nearly all labels are alike, "
    "it is Gwet's AC1 or AC2. The lines are 95% intervals."
)
JUDGES = (
    "Recall: of the items that people gave a value, the share to which the judge gave it too. Precision: of the items "
    "to which the judge gave it, the share to which people gave it too. The lines are 95% intervals."
)
QUALITY = (
    "The estimated share of all conversations of the week that have each positive value of the rubric. "
    "The lines are 95% intervals."
)
CHANGES = "How often a reviewer changed a label after seeing the verdicts of the judges."


class Places(NamedTuple):
    """Where the reasons stand on the page: a column for each question, and a line below them."""

    quality: DeltaGenerator
    agreement: DeltaGenerator
    judges: DeltaGenerator
    foot: DeltaGenerator


def places(here: Session, week: str) -> Places:
    """Draw the heading and return the places to fill: "So far" while the week is open, "Results" once it is closed."""
    st.subheader("So far" if closing_of(here.store, week) is None else "Results")
    quality, agreement, judges = st.columns(3, gap="large")
    return Places(quality, agreement, judges, st.container())


def _heading(name: str, weeks: str, *, help: str) -> None:
    """Draw the name of a figure with the weeks that it covers; ``help`` holds the term of art."""
    st.markdown(f"##### {name}", help=help)
    st.caption(weeks)


def quality(here: Session, week: str, found: Sequence[Quality]) -> None:
    """Draw the share of each positive value, what has no label, and behind a click how the figure was made."""
    _heading("Quality of production", "This week", help=QUALITY)
    if not found:
        st.caption("No dimension of the rubric has a positive value, so there is no share to estimate.")
        return
    open_ties = {
        spoken(q.positive): q.report.range for q in found if q.best.value is None and q.report.range is not None
    }
    figures.forest(
        {spoken(q.positive): q.best for q in found},
        key="weekly_quality",
        file_name=f"quality-{week}.csv",
        percent=True,
        ranges={positive: ends for positive, ends in open_ties.items() if ends is not None},
    )
    for line in _unsettled(found):
        st.caption(line)
    with _behind(HOW, key="weekly_how_quality") as box:
        if box.open:
            _how(week, found)
    with _behind("How many more labels for a narrower interval?", key="weekly_how_many") as box:
        if not box.open:
            return
        wanted = st.number_input("Wanted margin (±)", 0.005, 0.5, 0.03, 0.005, format="%.3f", key="weekly_half")
        for q in found:
            st.markdown(f"*{as_text(spoken(q.positive))}*")
            figures.plan_sentence(plan_quality(q.report.strata, float(wanted)))


def _unsettled(found: Sequence[Quality]) -> list[str]:
    """Return what has no label, once; where it is not true of all shares, it begins with those it is about."""
    about: dict[str, list[str]] = {}
    for q in found:
        for line in unsettled_words(q.report, q.positive):
            about.setdefault(line, []).append(spoken(q.positive))
    return [
        as_text(line) if len(names) == len(found) else f"**{as_text(', '.join(names))}:** {as_text(line)}"
        for line, names in about.items()
    ]


def _behind(label: str, *, key: str) -> ExpanderContainer:
    """Return a place behind a click that knows whether it is open: what few people read is drawn only then."""
    return st.expander(label, key=key, on_change="rerun")


def _how(week: str, found: Sequence[Quality]) -> None:
    """Draw the other estimates, and say where they differ from the headline and why."""
    st.caption("The figure above is the one to use. The others are here to compare.")
    for q in found:
        differing = compared(q.report, q.positive)
        st.markdown(f"**{as_text(spoken(q.positive))}** {as_text(' '.join([quality_lines(q)[0], *differing]))}")
        figures.table(
            figures.quantity_table(q.report.by_name, first="estimate"),
            key=f"weekly_others_{q.dimension}_{q.positive}",
            file_name=f"estimates-{q.dimension}-{week}.csv",
        )
        for line in details(q):
            if line not in differing:
                st.caption(as_text(line))


def agreement(here: Session, weeks: tuple[str, ...], found: Sequence[Agreement], answer: Answer) -> None:
    """Draw the agreement of each dimension, why the answer is as it is, and how often people changed their minds."""
    week = weeks[-1]
    _heading("Agreement beyond chance", span(weeks), help=ALPHA)
    if not found:
        st.caption("Nobody has reviewed an item in these weeks yet.")
    else:
        rows = {a.title: deciding(a.report)[0] for a in found}
        figures.forest(rows, key="weekly_agreement", file_name=f"agreement-{week}.csv")
        for line in answer.lines:
            st.caption(f"**{as_text(line.sentence)}** {as_text(line.reason)}", help=line.term or None)
        with _behind(HOW, key="weekly_how_agreement") as box:
            for a in found if box.open else ():
                st.caption(f"**{as_text(a.title)}**: {as_text(' '.join([*sentences(a.report), *a.report.warnings]))}")
    _heading("Changes of mind", "This week", help=CHANGES)
    st.caption(changes_of_mind(cached_statistics.changes_of_mind(here, (week,))))


def judges(weeks: tuple[str, ...], found: Sequence[Evidence], verdicts: Sequence[JudgeAdvice], answer: Answer) -> None:
    """Draw why each judge can or cannot be used for each value, and its recall and precision behind a click."""
    _heading("Recall of the judges", span(weeks), help=JUDGES)
    if not found:
        st.caption("No judge has given verdicts in these weeks. The Judges page shows how to add one.")
        return
    figures.forest(
        {f"{e.label}: {spoken(e.positive)}": e.recall for e in found},
        key="weekly_judges",
        file_name=f"judges-{weeks[-1]}.csv",
        percent=True,
    )
    for line in answer.lines:
        st.caption(f"**{as_text(line.sentence)}** {as_text(line.reason)}")
    by_judge = {line.link.query["judge"]: line.link for line in answer.lines if line.link is not None}
    with st.container(horizontal=True):
        for link in by_judge.values():
            answers.go(link)
    with _behind(HOW, key="weekly_how_judges") as box:
        if not box.open:
            return
        precision: dict[str, Quantity] = {f"{e.label}: {spoken(e.positive)}": e.precision for e in found}
        figures.table(
            figures.quantity_table(precision, first="precision"), key="weekly_precision", file_name="precision.csv"
        )
        for e, verdict in zip(found, verdicts, strict=True):
            st.caption(as_text(f"{e.label}, '{spoken(e.positive)}': {passed_words(e, verdict)}"))


def left_out(here: Session, week: str, weeks: tuple[str, ...], below: Places) -> None:
    """Lead to the pairs, and say which reviews the figures leave out: owed ones, and those under other versions."""
    with below.foot:
        if pairs := len(pairs_of_weeks(here.store, [week])):
            answers.go(Link("agreement", f"See what people prefer in {counted(pairs, 'pair')}", {"weeks": week}))
        if line := figures.withheld_words(cached_statistics.withheld(here, weeks), here.to_review):
            st.caption(f":material/visibility_off: {line}")
        if others := reviews_left_out(here.store, weeks):
            st.caption(f":material/info: {as_text(others)}")
