"""Alerts on the Health page: the open ones with what leads do about them, and everything that is watched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd
import streamlit as st

from pages.parts.health import alert_watch, working
from pages.parts.health.alert_pictures import picture, table_of
from pages.parts.shared import figures
from pages.parts.shared.session import Session
from pages.parts.shared.trying import tried
from pages.parts.shared.wording import as_text
from review.basics.limits import MAX_COMMENT
from review.basics.words import capital
from review.monitoring.alerts.deciding import acknowledge, close, give_owner
from review.monitoring.alerts.found import Watched
from review.monitoring.alerts.states import Raised, raised
from review.serving.alerting import look
from storage.records_alerts import AlertEvent

RINGING = ":material/notifications_active:"
MARKS = {"open": ":red[:material/notifications_active:]", "acknowledged": ":orange[:material/notifications_paused:]"}
SAID = {
    "opened": "raised",
    "acknowledged": "acknowledged",
    "owner": "given to",
    "escalated": "nobody had acknowledged it, so all leads were told",
    "worse": "clearly worse, so all leads were told",
    "closed": "closed",
}


def show(here: Session) -> None:
    """Draw open alerts first, then everything that is watched. Leads manage; adjudicators see."""
    everything = raised(here.store)
    open_ones = [one for one in everything if one.state != "closed"]
    work = alert_watch.asked(here)
    done = work.result()[0] if work.done() and work.exception() is None else []
    pictures = {one.name: one for one in done}
    for one in open_ones:
        _one(here, one, pictures)
    working.when_done(here, work, lambda: _watched(here, work.result(), quiet=not open_ones))
    _closed(here, [one for one in everything if one.state == "closed"])


def _watched(here: Session, found: alert_watch.Found, *, quiet: bool) -> None:
    """Draw everything that is watched; first, where no alert is open, whether one should be."""
    ringing = [one.declared.title for one in found[0] if one.state == "ringing"]
    if quiet and ringing:
        _not_raised(here, ringing)
    elif quiet:
        st.success("No alert is open.", icon=":material/notifications_off:")
    alert_watch.draw(here, found)


def _not_raised(here: Session, ringing: Sequence[str]) -> None:
    """Draw that figures ring, though no night has raised an alert, and the button that raises them."""
    names = ", ".join(ringing)
    st.warning(as_text(f"{names}: ringing, but no alert is raised yet. The nightly run raises it."), icon=RINGING)
    if here.rater.may("lead") and st.button("Raise now", icon=RINGING, key="alerts_raise"):
        tried(partial(look, here.store, here.project, by=here.rater.id))


def _one(here: Session, one: Raised, pictures: Mapping[str, Watched]) -> None:
    words = [str(w) for w in one.found.get("words", [])]
    with st.container(border=True, key=f"alert_{one.id}"):
        title = as_text(str(one.found.get("title", one.name)))
        owner = as_text(here.names.get(one.owner, one.owner)) if one.owner else "nobody owns it"
        st.markdown(f"{MARKS[one.state]} **{title}** · {one.state} · {owner}")
        st.markdown(as_text(f"{capital(words[0])}." if words else ""))
        for line in words[1:]:
            st.markdown(f"- {as_text(line)}")
        if one.name in pictures and pictures[one.name].points:
            watched = pictures[one.name]
            figures.with_table(picture(watched), table_of(watched), key=f"alert_pic_{one.id}", file_name="alert.csv")
        for event in one.events:
            st.caption(as_text(_said(here, event)))
        if here.rater.may("lead"):
            _decide(here, one)
        else:
            st.caption("Leads acknowledge and close alerts.")


def _said(here: Session, event: AlertEvent) -> str:
    who = here.names.get(event.by, event.by)
    more = here.names.get(event.owner, event.owner) if event.kind == "owner" else ""
    reason = f": {event.reason}" if event.reason else ""
    said = f"{SAID[event.kind]} {more}".strip()
    return f"{event.at[:16].replace('T', ' ')} UTC · {said}, {who}{reason}"


def _decide(here: Session, one: Raised) -> None:
    reason = st.text_input(
        "What you know of it", key=f"alert_why_{one.id}", max_chars=MAX_COMMENT,
        placeholder="Needed to close it: what it was",
    )  # fmt: skip
    normal = st.checkbox(
        "It stays so: compare with this level from now on", key=f"alert_normal_{one.id}",
        help="Else the figure is compared with its baseline from before the change.",
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if one.state == "open" and st.button(
            "Acknowledge", icon=":material/check:", key=f"alert_ack_{one.id}", type="primary",
            help="You look after it. Nobody is told again.",
        ):  # fmt: skip
            tried(partial(acknowledge, here.store, here.project, one.id, by=here.rater.id, reason=reason or ""))
        if st.button("Close", icon=":material/task_alt:", key=f"alert_close_{one.id}"):
            tried(
                partial(
                    close, here.store, here.project, one.id, by=here.rater.id, reason=reason or "", new_normal=normal
                )
            )
        people = {i: name for i, name in here.names.items() if i != one.owner}
        to = st.selectbox(
            "Owner", list(people), index=None, format_func=people.__getitem__, key=f"alert_owner_{one.id}", width=200,
            placeholder="Give it to", label_visibility="collapsed",
        )  # fmt: skip
        if to is not None and st.button("Give", icon=":material/person:", key=f"alert_give_{one.id}"):
            tried(partial(give_owner, here.store, one.id, to, by=here.rater.id))


def _closed(here: Session, closed: list[Raised]) -> None:
    if not closed:
        return
    rows = [
        {
            "alert": str(one.found.get("title", one.name)),
            "since": str(one.found.get("since", "")),
            "what": "; ".join(str(w) for w in one.found.get("words", [])),
            "closed": f"{one.events[-1].at[:16].replace('T', ' ')} UTC",
            "by": here.names.get(one.events[-1].by, one.events[-1].by),
            "reason": one.events[-1].reason,
        }
        for one in closed
    ]
    with st.expander(f"Closed alerts ({len(closed)})", icon=":material/history:"):
        figures.table(pd.DataFrame(rows), key="alerts_closed", file_name="closed_alerts.csv")
