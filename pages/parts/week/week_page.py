"""The widgets of the week page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pandas as pd
import streamlit as st

from pages.parts.shared import cached_statistics, figures
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from pages.parts.week import hand_over
from review.annotating.anchoring import anchoring
from review.basics.errors import ReviewError
from review.basics.words import counted
from review.closing.checklist_shown import shown_checklist
from review.closing.closing import close_week
from review.current.assignments import closing_of, week_of_store
from review.current.progress import progress
from review.current.rubric_in_use import left_out
from review.current.verdicts import judges, reference
from review.evidence import evidence
from review.evidence.test_set_access import shown_half
from review.people.people import require
from review.report.gather import week_report
from review.report.page import report_html
from review.report.words import changes_of_mind
from review.statistics.quality.planner import plan_quality
from storage.records_review import Item


def title(here: Session, week: str) -> None:
    """The week in one line: items, reviewers, minutes, overlap, due date, state; and its report to take along."""
    opened = week_of_store(here.store, week)
    rows = [p for p in progress(here.store, week) if p.dealt]
    closing = closing_of(here.store, week)
    items = here.store.find(Item, week=week)
    minutes = [round(p.dealt * (p.median_seconds or 60) / 60) for p in rows] or [0]
    spent = f"{min(minutes)}" if min(minutes) == max(minutes) else f"{min(minutes)} to {max(minutes)}"
    overlap = sum(i.overlap for i in items) / len(items) if items else 0
    due = date.fromisoformat(opened.due)
    state = ":green-badge[closed]" if closing else ":red-badge[overdue]" if _over(here, week) else ":blue-badge[open]"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(f"Week {week}", width="stretch")
        _report(here, week)
    st.markdown(
        f"{state} {len(items)} items, {len(rows)} reviewers, about {spent} minutes each, "
        f"{overlap:.0%} overlap, due {due:%A %d %B}"
    )


def _over(here: Session, week: str) -> bool:
    """Whether an open week is past its due date."""
    due = date.fromisoformat(week_of_store(here.store, week).due)
    return closing_of(here.store, week) is None and due < date.today()


def _report(here: Session, week: str) -> None:
    """The one-page report as a file; it is made when somebody asks for it."""
    st.download_button(
        "Report",
        lambda: _report_page(here, week),
        file_name=f"week-{week}.html",
        mime="text/html",
        icon=":material/description:",
        help="One page to read, send or print: how good production is, how sure that is, what was wrong.",
        key="weekly_report",
        on_click="ignore",
    )


def _report_page(here: Session, week: str) -> str:
    """The report as a page. Raises Refused when the role is gone by the time that the button is pressed."""
    viewer = require(here.store, here.rater.id, "annotator").id
    return report_html(week_report(here.store, week, viewer=viewer))


def mine(here: Session, week: str) -> None:
    """What is left for the person who looks."""
    own = next(p for p in progress(here.store, week) if p.rater_id == here.rater.id)
    with st.container(border=True):
        st.subheader("For you")
        if not own.dealt:
            st.caption("Nothing is dealt to you this week. You can look at the numbers or settle disagreements.")
            return
        st.progress((own.dealt - own.left) / own.dealt, text=f"{own.done} of {own.dealt} reviewed")
        if own.left:
            late = " · :red-badge[overdue]" if _over(here, week) else ""
            minutes = counted(max(round(own.minutes_left), 1), "minute")
            st.markdown(f"**{own.left} left**, about {minutes}{late}")
            st.page_link("annotate.py", label="Annotate", icon=":material/edit_note:")
        else:
            st.markdown("**All done.** Thank you.")
            st.page_link("agreement.py", label="See where reviewers differ", icon=":material/group:")


def everybody(here: Session, week: str) -> None:
    """How far everybody is, who is late, and for the lead the way to hand open items over."""
    rows = [p for p in progress(here.store, week) if p.dealt]
    late = {p.rater_id for p in rows if p.left and _over(here, week)}
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("Everybody", width="stretch")
        if here.rater.may("lead") and closing_of(here.store, week) is None and any(p.left or p.skipped for p in rows):
            with st.popover("Hand over", icon=":material/swap_horiz:"):
                hand_over.hand_over(here, week, key="weekly_hand_over")
    if late:
        names = ", ".join(f"{p.name} ({p.left} left)" for p in rows if p.rater_id in late)
        st.warning(as_text(f"Past the due date: {names}."), icon=":material/schedule:")
    frame = pd.DataFrame(
        [
            {
                "reviewer": p.name,
                **({"state": "late" if p.rater_id in late else "done" if not p.left else "open"} if late else {}),
                "progress": 100 * (p.dealt - p.left) / p.dealt,
                "done": p.done,
                **({"skipped": p.skipped} if any(q.skipped for q in rows) else {}),
                "left": p.left,
                "minutes": round(p.minutes_left),
                "s per item": p.median_seconds,
            }
            for p in rows
        ]
    )
    number = st.column_config.NumberColumn
    st.dataframe(
        frame,
        hide_index=True,
        width="stretch",
        key="weekly_progress",
        placeholder="–",
        column_config={
            "reviewer": st.column_config.TextColumn(width=90),
            "progress": st.column_config.ProgressColumn(format="%.0f %%", min_value=0, max_value=100, width=120),
            "minutes": number(help="What is left, at the pace of this reviewer.", width=60),
            "s per item": number(format="%.0f", help="The median time on one item, without idle time.", width=70),
            **{name: number(width=50) for name in ("done", "skipped", "left") if name in frame},
        },
    )


def blocking(here: Session, week: str) -> None:
    """The checklist that blocks closing, and the closing itself for the lead; of a closed week, how it ended."""
    closing = closing_of(here.store, week)
    with st.container(border=True):
        st.subheader("To close the week" if closing is None else "How the week closed")
        checks = shown_checklist(here.store, week)
        for check in checks:
            mark = ":green[:material/check_circle:]" if check.done else ":orange[:material/pending:]"
            st.markdown(f"{mark} **{check.name.capitalize()}** · {as_text(check.todo)}")
        if any(c.name == "settled" and not c.done for c in checks):
            st.page_link("adjudicate.py", label="Settle disagreements", icon=":material/gavel:")
        if closing is not None:
            st.caption(as_text(f"Closed by {closing.by} on {closing.at[:10]}."))
            if closing.reason:
                st.text(closing.reason)
        elif here.rater.may("lead"):
            hand_over.deal_what_nobody_holds(here, week)
            _close(here, week, ready=all(c.done for c in checks))


def _close(here: Session, week: str, *, ready: bool) -> None:
    with st.popover("Close the week", icon=":material/lock:"):
        reason = st.text_input("Reason, when something is open", key="weekly_reason", disabled=ready)
        if st.button("Close", type="primary", key="weekly_close"):
            try:
                close_week(here.store, week, by=here.rater.id, reason=reason or "")
            except ReviewError as error:
                st.error(as_text(error))
            else:
                st.rerun()


def so_far(here: Session, week: str) -> None:
    """Quality, agreement and judges so far, each figure with its interval."""
    quality, agreement, judges = st.columns(3, gap="large")
    with quality:
        st.markdown("##### Quality of production, this week")
        _or_why_not(_quality, here, week)
    with agreement:
        st.markdown("##### Agreement (alpha), last four weeks")
        _or_why_not(_agreement, here, week)
        st.markdown("##### Changes of mind, this week")
        found = anchoring(here.store, [week])
        st.caption(changes_of_mind(found), help="How often a reviewer changed a label after seeing what judges said.")
    with judges:
        st.markdown("##### Judges (recall), last four weeks")
        _or_why_not(_judges, here, week)
    if others := left_out(here.store, _weeks_to(here, week)):
        st.caption(f":material/info: {as_text(others)}")


def _or_why_not(part: Callable[[Session, str], None], here: Session, week: str) -> None:
    """Draw a part of the page; figures that cannot be computed say why, and take nothing else from the page."""
    try:
        part(here, week)
    except ReviewError as error:
        st.error(as_text(error), icon=":material/block:")


def _weeks_to(here: Session, week: str) -> tuple[str, ...]:
    return evidence.weeks_up_to(here.store, week)


def _quality(here: Session, week: str) -> None:
    rows = {}
    for (_, positive), report in cached_statistics.quality(here, (week,)).items():
        rows[f"{positive}, by people"] = report.people
        if report.ppi.quantity.value is not None:
            rows[f"{positive}, with a judge"] = report.ppi.quantity
    if not rows:
        st.caption("The rubric names no positive value to estimate.")
        return
    figures.forest(rows, key="weekly_quality", file_name=f"quality-{week}.csv", percent=True)
    with st.expander("How many more labels would make this surer?"):
        wanted = st.number_input("Half-width", 0.005, 0.5, 0.03, 0.005, format="%.3f", key="weekly_half")
        for (_, positive), report in cached_statistics.quality(here, (week,)).items():
            st.markdown(f"*{as_text(positive)}*")
            figures.plan_sentence(plan_quality(report.strata, float(wanted)))
    rates = [r.response_rate for r in cached_statistics.quality(here, (week,)).values() if r.response_rate is not None]
    if rates:
        st.caption(f"Estimated for all conversations of the week; {min(rates):.0%} of the drawn ones have a label.")


def _agreement(here: Session, week: str) -> None:
    reports = cached_statistics.agreement(here, _weeks_to(here, week))
    rows = {name: r.coefficients[r.headline[0]] for name, r in reports.items() if ": " not in name}
    if not rows:
        st.caption("Nothing is annotated yet.")
        return
    figures.forest(rows, key="weekly_agreement", file_name=f"agreement-{week}.csv")
    st.page_link("agreement.py", label="In plain words", icon=":material/group:")


def _judges(here: Session, week: str) -> None:
    weeks = _weeks_to(here, week)
    rows = {
        f"{judge}{' (dev half)' if dev else ''}: {report.positive}": report.weighted["recall"]
        for judge in judges(here.store, weeks)
        for dev in [shown_half(here.store, reference(here.store, weeks, judge)) == "dev"]
        for report in cached_statistics.calibration(here, weeks, judge).values()
        if report.positive
    }
    if not rows:
        st.caption("No verdicts yet: they come with the log, or by `spotcheck verdicts import`.")
        return
    figures.forest(rows, key="weekly_judges", file_name=f"judges-{week}.csv", percent=True)
    st.page_link("judges.py", label="Precision, classes, disagreements", icon=":material/balance:")
