"""The form that lets each week open itself, and what the last night did."""

from __future__ import annotations

import streamlit as st

from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.people.people import people, usual_reviewers
from review.serving.last_night import last_night
from review.week.automatic import set_schedule
from storage.queries.schedules import latest_schedule
from storage.records_weeks import WeekSchedule

WEEKDAYS = {1: "Monday", 2: "Tuesday", 3: "Wednesday", 4: "Thursday", 5: "Friday", 6: "Saturday", 7: "Sunday"}
MARKS = {
    "done": ":green[:material/check_circle:]",
    "skipped": ":gray[:material/remove:]",
    "failed": ":red[:material/error:]",
}


def form(here: Session) -> None:
    """Show what is set, the form to set it, and how the last night went."""
    schedule = latest_schedule(here.store)
    st.markdown(_in_words(here, schedule))
    st.caption(
        "It happens at night. The sources are pulled first. The week is drawn and dealt once each of its days has at "
        "least half of what is usual on that weekday. If a day is short, the week stays closed and you are asked."
    )
    _ask(here, schedule)
    _last_night(here)


def _in_words(here: Session, schedule: WeekSchedule | None) -> str:
    if schedule is None or not schedule.on:
        return "**Weeks open by hand.** Set below how they open by themselves."
    names = ", ".join(here.names.get(rater, rater) for rater in schedule.raters)
    return as_text(
        f"Every {WEEKDAYS[schedule.weekday]} the week before opens by itself: {schedule.rate:.2%} of its "
        f"conversations, {schedule.overlap:.0%} overlap, dealt to {names}."
    )


def _ask(here: Session, schedule: WeekSchedule | None) -> None:
    everybody = people(here.store)
    reviewers = {p.id: p.name for p in everybody if p.may("annotator")}
    chosen = [r for r in (schedule.raters if schedule else usual_reviewers(everybody)) if r in reviewers]
    with st.form("every_week", border=True):
        left, right = st.columns(2, gap="large")
        with left:
            # A switch that is on before anything is saved would say the opposite of the sentence above.
            on = schedule is None or st.toggle("Open every week by itself", value=schedule.on, key="every_week_on")
            weekday = st.selectbox(
                "On",
                list(WEEKDAYS),
                index=(schedule.weekday if schedule else 1) - 1,
                format_func=WEEKDAYS.__getitem__,
                key="every_week_day",
            )
            rate = st.number_input(
                "Rate, in % of all", 0.01, 100.0, 100 * schedule.rate if schedule else 1.0, key="every_week_rate"
            )
            source = st.text_input(
                "Draw from (empty: the imported conversations)",
                value=(schedule.source or "") if schedule else "",
                placeholder="clickhouse://host:8123/shop?table=conversations",
                key="every_week_source",
            )
        with right:
            raters = st.multiselect(
                "Reviewers", list(reviewers), default=chosen, format_func=reviewers.__getitem__, key="every_week_raters"
            )
            overlap = st.slider(
                "Overlap, in % of the items",
                0,
                100,
                round(100 * schedule.overlap) if schedule else 20,
                key="every_week_overlap",
            )
            minutes = st.number_input(
                "Minutes per person (0 = no budget)",
                0,
                600,
                int(schedule.minutes or 0) if schedule else 0,
                step=15,
                key="every_week_minutes",
            )
        label = "Save" if schedule else "Let weeks open by themselves"
        if not st.form_submit_button(label, type="primary", key="every_week_save"):
            return
    try:
        set_schedule(
            here.store,
            by=here.rater.id,
            on=on,
            weekday=weekday,
            rate=rate / 100,
            raters=raters,
            overlap=overlap / 100,
            source=source.strip() or None,
            minutes=float(minutes) or None,
        )
    except ReviewError as error:
        st.error(as_text(error), icon=":material/block:")
    else:
        st.rerun()


def _last_night(here: Session) -> None:
    night = last_night(here.store.path)
    if night is None:
        st.info(
            "No night has run on this store yet. Ask the person who installed Spotcheck to switch the nightly run on.",
            icon=":material/bedtime:",
        )
        return
    st.subheader("The last night")
    st.caption(f"{night.at[:16].replace('T', ' ')} UTC")
    for name, step in night.steps.items():
        st.markdown(f"{MARKS[step['status']]} **{name.capitalize()}** · {as_text(step['detail'])}")
