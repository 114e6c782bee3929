"""The widgets of the Week page: the week in one line, one's own items, everybody's progress, the closing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from pages.parts.shared import figures, unsettled_view
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from pages.parts.week import answers, due_form, hand_over, report_view
from review.basics.errors import ReviewError
from review.basics.words import counted, percent
from review.closing.checklist_shown import shown_checklist
from review.closing.closing import Check, close_week
from review.current.assignments import closing_of, week_of_store
from review.current.known import items_of
from review.current.progress import Progress, progress
from review.serving.last_night import opened_last_night
from review.statistics.answers.answer import Link
from review.week.due_days import is_past_due
from storage.queries.pairs import pairs_of_weeks

NEAR = 0.02
"""An overlap this near to the planned one needs no word about it."""


def asked() -> None:
    """Open the form of the tile "What is next?" that the address names, where there is something to do with it."""
    wanted = st.query_params.pop("do", "") if "do" in st.query_params else ""
    if wanted in ("hand_over", "hand_over_skipped", "deal", "close"):
        st.session_state[f"weekly_do_{wanted}"] = True


def title(here: Session, week: str) -> None:
    """Draw the week in one line (state, items, reviewers, minutes, overlap, due date) and the choice of its report."""
    opened = week_of_store(here.store, week)
    rows = [p for p in progress(here.store, week) if p.dealt]
    items, pairs = items_of(here.store, week), len(pairs_of_weeks(here.store, [week]))
    overlap = sum(i.overlap for i in items) / len(items) if items else 0
    due = date.fromisoformat(opened.due)
    closed = closing_of(here.store, week) is not None
    state = ":green-badge[closed]" if closed else ":red-badge[overdue]" if _overdue(here, week) else ":blue-badge[open]"
    with st.container(key="weekly_head", gap="small"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.title(f"Week {week}", width="stretch")
            if not closed and here.rater.may("lead"):
                with st.popover("Due date", icon=":material/event:"):
                    due_form.change(here, week, due)
            if here.rater.may("annotator"):
                report_view.choose()
        st.markdown(
            f"{state} {counted(len(items), 'item')}, {counted(pairs, 'pair') + ' of answers, ' if pairs else ''}"
            f"{counted(len(rows), 'reviewer')}, {_minutes(here, rows)}"
            f"{_overlap(overlap, opened.overlap)}, due {due:%A} {due.day} {due:%B}"
        )
    night = opened_last_night(here.store, week) if here.rater.may("lead") else ""
    if night:
        st.caption(as_text(f"This week opened by itself last night: {night}."))


def _overlap(share: float, planned: float) -> str:
    """Return the share of items with several reviewers, and the planned one where it is clearly another."""
    told = planned and abs(share - planned) > NEAR
    return f"{percent(share)} overlap{f' ({percent(planned)} planned)' if told else ''}"


def _minutes(here: Session, rows: list[Progress]) -> str:
    """Return how long a week takes: for a lead from the fastest to the slowest, for others their own time alone."""
    shown = [p for p in rows if here.rater.may("lead") or p.rater_id == here.rater.id]
    minutes = [max(round(p.dealt * (p.median_seconds or 60) / 60), 1) for p in shown]
    if not minutes:
        return ""
    if not here.rater.may("lead"):
        return f"about {counted(minutes[0], 'minute')} for you, "
    return f"about {_between(min(minutes), max(minutes))} each, "


def _between(fastest: int, slowest: int) -> str:
    """Return a range of minutes."""
    return counted(slowest, "minute") if fastest == slowest else f"{fastest} to {slowest} minutes"


def _overdue(here: Session, week: str) -> bool:
    """Return whether the week is open past its due date."""
    return closing_of(here.store, week) is None and is_past_due(here.store, week_of_store(here.store, week))


def mine(here: Session, week: str) -> None:
    """Draw what is left for the person who is looking."""
    own = next(p for p in progress(here.store, week) if p.rater_id == here.rater.id)
    with st.container(border=True):
        st.subheader("For you")
        if not own.dealt:
            st.caption("You have no items this week. You can still read the results below.")
            return
        st.progress((own.dealt - own.left) / own.dealt, text=f"{own.done} of {own.dealt} reviewed")
        if own.left:
            overdue = " · :red-badge[overdue]" if _overdue(here, week) else ""
            minutes = counted(max(round(own.minutes_left), 1), "minute")
            st.markdown(f"**{own.left} left**, about {minutes}{overdue}")
            st.page_link("annotate.py", label="Annotate", icon=":material/edit_note:")
        else:
            st.markdown("**All done.** Thank you.")
            st.page_link("agreement.py", label="See where reviewers differ", icon=":material/group:")


def everybody(here: Session, week: str) -> None:
    """Draw the progress of all reviewers and who is late. A lead can hand over open items here."""
    rows = [p for p in progress(here.store, week) if p.dealt]
    late = {p.rater_id for p in rows if p.left} if _overdue(here, week) else set()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("Everybody", width="stretch")
        if here.rater.may("lead") and closing_of(here.store, week) is None and any(p.left or p.skipped for p in rows):
            with st.popover("Hand over", icon=":material/swap_horiz:"):
                hand_over.hand_over(here, week, key="weekly_hand_over")
    if late:
        names = ", ".join(f"{p.name} ({p.left} left)" for p in rows if p.rater_id in late)
        st.warning(as_text(f"Past the due date: {names}."), icon=":material/schedule:")
    _progress_table(rows, late, pace=here.rater.may("lead"))


def _progress_table(rows: list[Progress], late: set[str], *, pace: bool) -> None:
    """Draw one row per reviewer. A column that would say nothing (state, skipped) is left out.

    ``pace`` adds how fast each of them works, which is for leads alone.
    """
    frame = pd.DataFrame(
        [
            {
                "reviewer": p.name,
                **({"state": "late" if p.rater_id in late else "done" if not p.left else "open"} if late else {}),
                "progress": 100 * (p.dealt - p.left) / p.dealt,
                "done": p.done,
                **({"skipped": p.skipped} if any(q.skipped for q in rows) else {}),
                "left": p.left,
                **({"minutes": round(p.minutes_left), "s per item": p.median_seconds} if pace else {}),
            }
            for p in rows
        ]
    )
    number = st.column_config.NumberColumn
    figures.table(
        frame,
        key="weekly_progress",
        file_name="progress.csv",
        config={
            "reviewer": st.column_config.TextColumn(width=90),
            "progress": st.column_config.ProgressColumn(format="%.0f%%", min_value=0, max_value=100, width=120),
            **{name: number(width=50) for name in ("done", "skipped", "left") if name in frame},
            **(_pace_columns() if pace else {}),
        },
    )


def _pace_columns() -> dict[str, Any]:
    number = st.column_config.NumberColumn
    return {
        "minutes": number(help="Minutes left, at the pace of this reviewer.", width=60),
        "s per item": number(format="%.0f", help="Median seconds on one item, without idle time.", width=70),
    }


def blocking(here: Session, week: str) -> list[Check]:
    """Draw the checklist of an open week and the button to close it, of a closed week how it closed. Return it."""
    closing = closing_of(here.store, week)
    with st.container(border=True):
        st.subheader("To close the week" if closing is None else "How the week closed")
        checks = shown_checklist(here.store, week)
        for check in checks:
            _check(here, week, check, is_open=closing is None)
        if here.rater.may("adjudicator") and closing is None:
            unsettled_view.show(here, week, key="weekly_unsettled")
        if closing is not None:
            st.caption(as_text(f"Closed by {here.names.get(closing.by, closing.by)} on {closing.at[:10]}."))
            if closing.reason:
                st.text(closing.reason)
        elif here.rater.may("lead"):
            hand_over.deal_what_nobody_holds(here, week)
            _close(here, week, ready=all(c.done for c in checks))
    return checks


def _check(here: Session, week: str, check: Check, *, is_open: bool) -> None:
    """Draw one line of the checklist; what is left in an open week as a link to where this person does it."""
    link = _does(here, week, check.name) if is_open and not check.done else None
    if link is not None:
        answers.go(link, label=f"{check.name.capitalize()} · {check.todo}")
        return
    mark = ":green[:material/check_circle:]" if check.done else ":orange[:material/pending:]"
    st.markdown(
        f"{':gray[:material/remove:]' if check.idle else mark} **{check.name.capitalize()}** · {as_text(check.todo)}"
    )


def _does(here: Session, week: str, check: str) -> Link | None:
    """Return the page on which this person does what a check asks for; None where they cannot."""
    if check == "settled":
        query = {"week": week, "view": "disputed"}
        return Link("adjudicate", "Settle", query) if here.rater.may("adjudicator") else None
    if check == "triaged":
        return Link("failures", "Triage", {"week": week}) if here.rater.may("adjudicator") else None
    if next((p.left for p in progress(here.store, week) if p.rater_id == here.rater.id), 0):
        return Link("annotate", "Review", {"week": week})
    return Link("week", "Hand over", {"week": week, "do": "hand_over"}) if here.rater.may("lead") else None


def _close(here: Session, week: str, *, ready: bool) -> None:
    with st.popover("Close the week", icon=":material/lock:"):
        close_form(here, week, ready=ready, key="weekly")


def close_form(here: Session, week: str, *, ready: bool, key: str) -> None:
    """Draw the form that closes the week; while something is open, it asks for a reason."""
    reason = "" if ready else st.text_input("Reason (needed while something is open)", key=f"{key}_reason")
    if st.button("Close", type="primary", key=f"{key}_close"):
        try:
            close_week(here.store, week, by=here.rater.id, reason=reason or "")
        except ReviewError as error:
            st.error(as_text(error), icon=":material/block:")
        else:
            st.rerun()
