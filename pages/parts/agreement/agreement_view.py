"""The widgets of the Agreement page: which weeks and dimension, the figures, who differs, and on which items."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from pages.parts.shared import address, cached_statistics, charts, conversation, figures
from pages.parts.shared.naming import titles
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.words import counted, shortened, spoken
from review.current.known import items_of
from review.current.rubric_in_use import left_out
from review.current.settled import labels_in
from review.evidence import evidence, gathered
from review.evidence.chosen_weeks import weeks_between
from review.statistics.agreement.coefficients import COEFFICIENTS
from review.statistics.agreement.report import AgreementReport
from review.statistics.agreement.words import sentences
from review.statistics.contested import contested
from review.statistics.quality.planner import plan_agreement
from review.week.picking import COUNTS_IN
from storage.records_log import Conversation

# The three headline figures in plain words. The name of the statistic is in the tooltip.
PLAIN_TITLES = ("Agreement beyond chance", "Same label", "Beyond chance, with rare values")
EXPLAINED = (
    "corrects for the matches that chance alone would give",
    "the share of pairs of reviewers who gave the same label",
    "agreement beyond chance that rare values distort less",
)
CONTESTED = 8
"""Contested items that the page shows."""
QUESTION = 100
"""Letters of a question in the list of contested items."""


def choose_weeks(here: Session, week: str) -> tuple[str, ...]:
    """Draw the choice of weeks and return those chosen, ``week`` where none is."""
    names = weeks_between(here.store, None)
    span = st.pills(
        "Weeks", names, selection_mode="multi", default=names, key="weeks", bind="query-params",
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
    title = titles(here.store)
    return st.segmented_control(
        "Dimension", rated, format_func=lambda name: as_text(title(name)), required=True, key="agreement_dim",
        on_change=address.follow, args=("dimension", "agreement_dim"),
    )  # fmt: skip


def headline(here: Session, weeks: tuple[str, ...], dimension: str, report: AgreementReport) -> None:
    """Draw the answer in words, the three figures, and what they leave out."""
    first, *others_in_words = sentences(report)
    st.markdown(f"#### {as_text(first)}")
    st.markdown(as_text(" ".join(others_in_words)))
    for column, name, title, explained in zip(st.columns(3), report.headline, PLAIN_TITLES, EXPLAINED, strict=True):
        quantity, term = report.coefficients[name], COEFFICIENTS[name].title
        with column:
            figures.figure(title, quantity, help=f"{term}: {explained}. {quantity.method}".strip())
    others = left_out(here.store, weeks)
    hidden = figures.withheld_words(cached_statistics.withheld(here, weeks), here.to_review)
    picked = _hand_picked(here, weeks, dimension)
    for warning in [*report.warnings, *(line for line in (others, hidden, picked) if line)]:
        st.caption(f":material/info: {as_text(warning)}")
    with st.expander("How many more items make this more precise?"):
        wanted = st.number_input("Half-width", 0.01, 0.5, 0.1, 0.01, key="agreement_half")
        figures.plan_sentence(plan_agreement(report.coefficients[report.headline[0]], float(wanted)))


def _hand_picked(here: Session, weeks: tuple[str, ...], dimension: str) -> str:
    """Return how many of the items that people share were picked by hand and where they count, "" for none."""
    ratings = gathered.ratings(here.store, here.rater.id, weeks)[dimension]
    several = {ratings.items[k] for k in np.flatnonzero(np.bincount(ratings.item, minlength=len(ratings.items)) > 1)}
    picked = sum(i.purposive and i.id in several for week in weeks for i in items_of(here.store, week))
    if not picked:
        return ""
    were = "was" if picked == 1 else "were"
    return f"{picked} of the {counted(len(several), 'shared item')} {were} picked by hand. {COUNTS_IN}"


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
        votes = ", ".join(sorted(spoken(one.value) for one in labels if (one.item, one.dimension) == (item, name)))
        asked = evidence.conversation_of(here.store, item)
        title, key = f"{_question(asked)} · {spread:.0%} of pairs differ · {votes}", f"agreement_item_{name}_{item}"
        open_ = st.query_params.get("item") == item
        with st.expander(as_text(title), expanded=open_, key=key, on_change=_opened, args=(item, key)) as box:
            if box.open:
                st.caption(as_text(f"Item {item}"))
                conversation.opened(here, asked)
                if here.rater.may("adjudicator"):
                    st.page_link(
                        "adjudicate.py", label="Settle it", query_params={"item": item}, icon=":material/gavel:"
                    )


def _opened(item: str, key: str) -> None:
    """Name the open item in the address."""
    address.say(item=item if st.session_state[key] else None)


def _question(asked: Conversation) -> str:
    """Return the question on one line, or that there is none."""
    return shortened(asked.question, QUESTION) or "no question"


def all_coefficients(dimension: str, report: AgreementReport) -> None:
    """Draw every coefficient with its interval."""
    st.subheader("All coefficients")
    figures.table(
        figures.quantity_table({COEFFICIENTS[n].title: q for n, q in report.coefficients.items()}, first="coefficient"),
        key="agreement_all",
        file_name=f"coefficients-{dimension}.csv",
    )
