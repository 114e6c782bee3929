"""The results of a week: quality of production, agreement and judges, each figure with its interval."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pages.parts.shared import cached_statistics, figures, gathered
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.current.assignments import closing_of
from review.current.rubric_in_use import left_out
from review.current.verdicts import judges, reference
from review.evidence import evidence
from review.evidence.test_set_access import shown_half
from review.report.quality_words import details, over_weeks_lines, quality_lines
from review.report.words import changes_of_mind, span
from review.statistics.quality.planner import plan_quality

ALPHA = "Krippendorff's alpha: 1 is full agreement, 0 is what chance alone would give. The lines are 95% intervals."
RECALL = (
    "Recall: of the items that people gave the positive value, the share to which the judge gave it too. "
    "The lines are 95% intervals."
)
QUALITY = (
    "The estimated share of all conversations of the week that have each positive value of the rubric. "
    "The lines are 95% intervals."
)
CHANGES = "How often a reviewer changed a label after seeing the verdicts of the judges."


def results(here: Session, week: str) -> None:
    """Draw the figures of the week: "So far" while it is open, "Results" once it is closed."""
    st.subheader("So far" if closing_of(here.store, week) is None else "Results")
    quality, agreement, judge = st.columns(3, gap="large")
    with quality:
        _heading("Quality of production", "This week", help=QUALITY)
        _or_why_not(_quality, here, week)
        long_change = st.empty()
        _or_why_not(_other_estimates, here, week)
    with agreement:
        _heading("Agreement beyond chance", span(_weeks_to(here, week)), help=ALPHA)
        _or_why_not(_agreement, here, week)
        _heading("Changes of mind", "This week", help=CHANGES)
        st.caption(changes_of_mind(cached_statistics.changes_of_mind(here, (week,))))
    with judge:
        _heading("Recall of the judges", span(_weeks_to(here, week)), help=RECALL)
        _or_why_not(_judges, here, week)
    if line := figures.withheld_words(cached_statistics.withheld(here, _weeks_to(here, week))):
        st.caption(f":material/visibility_off: {line}")
    if others := left_out(here.store, _weeks_to(here, week)):
        st.caption(f":material/info: {as_text(others)}")
    # Many weeks are read for this, so it comes when everything else is on the page.
    with long_change.container():
        _or_why_not(_over_weeks, here, week)


def _heading(name: str, weeks: str, *, help: str) -> None:
    """Draw the name of a figure with the weeks that it covers; ``help`` holds the term of art."""
    st.markdown(f"##### {name}", help=help)
    st.caption(weeks)


def _or_why_not(part: Callable[[Session, str], None], here: Session, week: str) -> None:
    """Draw one part. If its figures cannot be computed, say why and leave the rest of the page as it is."""
    try:
        part(here, week)
    except ReviewError as error:
        st.error(as_text(error), icon=":material/block:")


def _weeks_to(here: Session, week: str) -> tuple[str, ...]:
    return evidence.weeks_up_to(here.store, week)


def _quality(here: Session, week: str) -> None:
    found = cached_statistics.quality(here, week)
    if not found:
        st.caption("No dimension of the rubric has a positive value, so there is no share to estimate.")
        return
    waiting = [q for q in found if q.best.value is None and q.report.range is not None]
    for q in waiting:
        st.warning(as_text(quality_lines(q)[0]), icon=":material/gavel:")
    if waiting and here.rater.may("adjudicator"):
        st.page_link("adjudicate.py", label="Settle the ties", icon=":material/gavel:")
    figures.forest(
        {q.positive: q.best for q in found},
        key="weekly_quality",
        file_name=f"quality-{week}.csv",
        percent=True,
        ranges={q.positive: q.report.range for q in found if q.best.value is None and q.report.range is not None},
    )
    lines = (line for q in found for line in quality_lines(q)[1 if q in waiting else 0 :])
    for line in dict.fromkeys(lines):
        st.caption(as_text(line))


def _other_estimates(here: Session, week: str) -> None:
    found = cached_statistics.quality(here, week)
    if not found:
        return
    with st.expander("Other estimates"):
        st.caption("The figure above is the one to use. The others are here to compare.")
        for q in found:
            st.markdown(f"*{as_text(q.positive)}*")
            figures.table(
                figures.quantity_table(q.report.by_name, first="estimate"),
                key=f"weekly_others_{q.dimension}_{q.positive}",
                file_name=f"estimates-{q.dimension}-{week}.csv",
            )
            for line in details(q):
                st.caption(as_text(line))
    with st.expander("How many more labels for a narrower interval?"):
        wanted = st.number_input("Wanted margin (±)", 0.005, 0.5, 0.03, 0.005, format="%.3f", key="weekly_half")
        for q in found:
            st.markdown(f"*{as_text(q.positive)}*")
            figures.plan_sentence(plan_quality(q.report.strata, float(wanted)))


def _over_weeks(here: Session, week: str) -> None:
    for line in over_weeks_lines(cached_statistics.quality_over_weeks(here, week)):
        st.caption(as_text(line))


def _agreement(here: Session, week: str) -> None:
    weeks = _weeks_to(here, week)
    names = [name for name in gathered.ratings(here, weeks) if ": " not in name]
    reports = {name: cached_statistics.agreement(here, weeks, name) for name in names}
    rows = {name: r.coefficients[r.headline[0]] for name, r in reports.items() if r}
    if not rows:
        st.caption("Nobody has reviewed an item in these weeks yet.")
        return
    figures.forest(rows, key="weekly_agreement", file_name=f"agreement-{week}.csv")
    st.page_link("agreement.py", label="What this means", icon=":material/group:")


def _judges(here: Session, week: str) -> None:
    weeks = _weeks_to(here, week)
    rows = {
        f"{judge}{' (dev half)' if dev else ''}: {positive}": quantity
        for judge in judges(here.store, weeks)
        for dev in [shown_half(here.store, reference(here.store, weeks, judge)) == "dev"]
        for positive, quantity in cached_statistics.recall(here, weeks, judge)
    }
    if not rows:
        st.caption("No judge has given verdicts in these weeks. The Judges page shows how to add one.")
        return
    figures.forest(rows, key="weekly_judges", file_name=f"judges-{week}.csv", percent=True)
    st.page_link("judges.py", label="Precision, classes, disagreements", icon=":material/balance:")
