"""Two groups of users side by side: the difference for each user, or why there is nothing to say yet."""

from __future__ import annotations

import math

import pandas as pd
import streamlit as st

from pages.parts.health import choices, working
from pages.parts.shared import figures
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.input_file import InputFile
from review.basics.log_paths import log_of
from review.basics.words import counted, signed, spoken
from review.log.log import log_state
from review.monitoring.ab_input import groups_of_log, read_outcomes
from review.statistics.ab_test import NOT_ENOUGH, AbReport, Compared, compare_groups
from review.statistics.quantity import Quantity

COLUMNS = "user, variant, metric, value, exposed_at"


def show(here: Session) -> None:
    """Draw the comparison of the log's variants, or of a table of outcomes that somebody drops."""
    uploaded = st.file_uploader(
        "Outcomes by user", type=["csv", "jsonl", "parquet"], key="ab_file",
        help=f"A table with {COLUMNS}. Users of a group without the product have no exposure and count as zero.",
    )  # fmt: skip
    if uploaded is not None:
        try:
            groups, notes = read_outcomes(InputFile(uploaded.name, data=uploaded.getvalue()))
        except ReviewError as error:
            st.error(as_text(error), icon=":material/block:")
            return
        for text in notes:
            st.caption(as_text(text))
        _draw(compare_groups(groups))
        return
    log = log_of(here.store.path)
    key = ("ab", str(here.store.path), log_state(log))
    work = working.WORK.ask(key, lambda: compare_groups(groups_of_log(log, threads=choices.THREADS)))
    working.when_done(here, work, lambda: _draw(work.result()), otherwise=_no_variants)


def _no_variants(error: ReviewError) -> None:
    st.info(
        "The log does not have two variants to compare. Drop a table of outcomes above, or import conversations whose "
        "rows name their variant and their user.",
        icon=":material/splitscreen:",
    )


def _draw(report: AbReport) -> None:
    st.markdown(f"##### {as_text(report.sentence)}")
    groups = report.groups
    sizes = [
        f"{spoken(name)} has {counted(groups.users.get(name, 0), 'user')}, {groups.exposed.get(name, 0):,} exposed"
        for name in (groups.control, groups.treated)
    ]
    days = "" if groups.days is None else f"; it ran for {math.floor(10 * groups.days) / 10:g} days"
    st.caption(as_text(f"{'; '.join(sizes)}{days}."))
    for text in groups.warnings:
        st.caption(as_text(text))
    rows = [
        {
            "metric, for each user": spoken(name),
            # A broken split is said once, above: no metric has more to say.
            **({} if report.broken else _said(one, spoken(groups.treated), early=bool(report.reasons))),
            groups.control: _number(one.control),
            groups.treated: _number(one.treated),
        }
        for name, one in report.metrics.items()
    ]
    if rows:
        # A phone shows the first columns alone: the metric, and the difference with its interval.
        figures.table(pd.DataFrame(rows), key="ab", file_name="ab.csv")
    for one in report.metrics.values():
        if not report.broken and not report.reasons and _needs_words(one):
            st.caption(as_text(one.sentence))


def _said(one: Compared, treated: str, *, early: bool) -> dict[str, str]:
    return {
        "difference": _number(one.difference, "+.3g"),
        "95% interval": _interval(one.difference),
        "what it says": _verdict(one, treated, early=early),
    }


def _verdict(one: Compared, treated: str, *, early: bool) -> str:
    """Return what a difference says: in few words where its interval, in the column before, says the rest.

    While it is too ``early`` for any metric, the sentence above all of them says why.
    """
    if one.difference.value is None or one.difference.ci is None:
        return one.sentence
    if one.shown:
        return f"{'more' if one.difference.value > 0 else 'less'} in {treated}"
    return f"{NOT_ENOUGH.lower()}: see below" if _needs_words(one) and not early else NOT_ENOUGH.lower()


def _needs_words(one: Compared) -> bool:
    """Whether a metric is not shown to differ although its interval, alone, leaves zero out."""
    if one.shown or one.difference.value is None or one.difference.ci is None:
        return False
    low, high = one.difference.ci
    return not low <= 0 <= high


def _number(one: Quantity, form: str = ".3g") -> str:
    return "–" if one.value is None else signed(one.value, form)


def _interval(one: Quantity) -> str:
    return one.undefined or (
        one.method if one.ci is None else f"{signed(one.ci[0], '+.3g')} to {signed(one.ci[1], '+.3g')}"
    )
