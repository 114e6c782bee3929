"""The widgets of the Agreement page: which weeks and dimension, the figures, who differs, and on which items."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.parts.shared import address, cached_statistics, charts, conversation, figures
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.current.rubric_in_use import left_out
from review.current.settled import labels_in
from review.evidence import evidence, gathered
from review.statistics.agreement.coefficients import COEFFICIENTS
from review.statistics.agreement.report import AgreementReport
from review.statistics.agreement.words import sentences
from review.statistics.contested import contested
from review.statistics.quality.planner import plan_agreement

# The three headline figures in plain words. The name of the statistic is in the tooltip.
PLAIN_TITLES = ("Agreement beyond chance", "Same label", "Beyond chance, with rare values")
EXPLAINED = (
    "corrects for the matches that chance alone would give",
    "the share of pairs of reviewers who gave the same label",
    "agreement beyond chance that rare values distort less",
)
CONTESTED = 8
"""Contested items that the page shows."""


def choose_weeks(here: Session, week: str) -> tuple[str, ...]:
    """Draw the choice of weeks and return those chosen, ``week`` where none is."""
    names = evidence.weeks_between(here.store, None)
    span = st.pills(
        "Weeks", names, selection_mode="multi", default=names, key="agreement_weeks",
        help="One week has too few shared items for a useful interval. Four weeks are usual.",
    )  # fmt: skip
    return tuple(sorted(span)) or (week,)


def choose_dimension(here: Session, weeks: tuple[str, ...]) -> str | None:
    """Draw the choice of what was rated in these weeks and return it; say what to do while nothing was."""
    rated = [name for name, ratings in gathered.ratings(here.store, here.rater.id, weeks).items() if len(ratings)]
    if not rated:
        st.info("Nobody has annotated an item in these weeks yet.", icon=":material/edit_note:")
        st.page_link("annotate.py", label="Annotate", icon=":material/edit_note:")
        return None
    address.take("dimension", key="agreement_dim", known=rated)
    return st.segmented_control(
        "Dimension", rated, required=True, key="agreement_dim",
        on_change=address.follow, args=("dimension", "agreement_dim"),
    )  # fmt: skip


def headline(here: Session, weeks: tuple[str, ...], report: AgreementReport) -> None:
    """Draw the answer in words, the three figures, and what they leave out."""
    first, *others_in_words = sentences(report)
    st.markdown(f"#### {as_text(first)}")
    st.markdown(as_text(" ".join(others_in_words)))
    for column, name, title, explained in zip(st.columns(3), report.headline, PLAIN_TITLES, EXPLAINED, strict=True):
        quantity, term = report.coefficients[name], COEFFICIENTS[name].title
        with column:
            figures.figure(title, quantity, help=f"{term}: {explained}. {quantity.method}".strip())
    others = left_out(here.store, weeks)
    hidden = figures.withheld_words(cached_statistics.withheld(here, weeks))
    for warning in [*report.warnings, *(line for line in (others, hidden) if line)]:
        st.caption(f":material/info: {as_text(warning)}")
    with st.expander("How many more items make this more precise?"):
        wanted = st.number_input("Half-width", 0.01, 0.5, 0.1, 0.01, key="agreement_half")
        figures.plan_sentence(plan_agreement(report.coefficients[report.headline[0]], float(wanted)))


def by_week_and_pair(here: Session, weeks: tuple[str, ...], dimension: str, report: AgreementReport) -> None:
    """Draw the headline figure of each week, and of each pair of reviewers."""
    by_week, pairs = st.columns(2, gap="large")
    with by_week:
        st.subheader("By week")
        rows = {w: cached_statistics.agreement(here, (w,), dimension) for w in weeks}
        frame = figures.quantity_table(
            {w: r.coefficients[report.headline[0]] for w, r in rows.items() if r is not None}, first="week"
        )
        figures.with_table(
            charts.intervals(frame.dropna(subset=["value"]), x="week", y_title="agreement beyond chance"),
            frame, key="agreement_weekly", file_name=f"agreement-{dimension}.csv",
        )  # fmt: skip
    with pairs:
        st.subheader("By pair")
        figures.pair_map(report, names=here.names, key="agreement_pairs")


def reviewers(dimension: str, report: AgreementReport) -> None:
    """Draw how far each reviewer agrees with the others."""
    st.subheader("Each reviewer against the others")
    rows = [
        {
            "reviewer": r.rater,
            "items": r.n,
            "agrees with the others": figures.number(r.agreement.value, percent=True),
            "interval": figures.interval(r.agreement, percent=True),
        }
        for r in report.per_rater
    ]
    figures.table(pd.DataFrame(rows), key="agreement_raters", file_name=f"reviewers-{dimension}.csv")


def most_contested(here: Session, weeks: tuple[str, ...], dimension: str) -> None:
    """Draw the items on which people differ most, with their votes and the conversation."""
    st.subheader("Most contested")
    said = evidence.said_under_one_rubric(here.store, weeks, viewer=here.rater.id)
    labels = labels_in(said, dimension.split(": ")[0])
    worst = contested(labels)[:CONTESTED]
    if not worst:
        st.caption("No item with two or more votes is contested in this dimension.")
    for item, name, spread in worst:
        votes = ", ".join(sorted(str(one.value) for one in labels if (one.item, one.dimension) == (item, name)))
        with st.expander(as_text(f"{item} · {spread:.0%} of pairs differ · {votes}")):
            conversation.show(evidence.conversation_of(here.store, item))
            st.page_link("adjudicate.py", label="Settle it", query_params={"item": item}, icon=":material/gavel:")


def all_coefficients(dimension: str, report: AgreementReport) -> None:
    """Draw every coefficient with its interval."""
    st.subheader("All coefficients")
    figures.table(
        figures.quantity_table(report.coefficients, first="coefficient"),
        key="agreement_all",
        file_name=f"coefficients-{dimension}.csv",
    )
