"""Everything that is watched: the state of each alert, what it would have sent in the last 30 days, and its switch."""

from __future__ import annotations

from concurrent.futures import Future
from functools import partial

import streamlit as st

from pages.parts.health import working
from pages.parts.health.alert_pictures import LEGEND, picture, table_of
from pages.parts.shared import figures
from pages.parts.shared.session import Session
from pages.parts.shared.trying import tried
from pages.parts.shared.wording import as_text
from review.basics.clock import now
from review.basics.log_paths import log_of
from review.basics.words import counted, shortened
from review.log.log import log_state
from review.monitoring.alerts.checking import would_have_sent
from review.monitoring.alerts.deciding import switch
from review.monitoring.alerts.found import Watched
from review.monitoring.alerts.spans import spoken_start
from review.monitoring.alerts.words import headline, told
from review.serving.alerting import look_only
from storage.queries.states import latest_key, latest_other_entry
from storage.records_alerts import AlertSwitch

Found = tuple[list[Watched], list[str]]
ICONS = {
    "ringing": ":red[:material/notifications_active:]",
    "quiet": ":green[:material/check_circle:]",
    "off": ":gray[:material/notifications_off:]",
}
NOT_KNOWN = ":gray[:material/help:]"
WHY = 90
"""Characters of the reason why nothing is known that stand beside the name."""


def asked(here: Session) -> Future[Found]:
    """Return the look at the log, made in a thread beside the pages; it counts for an hour, or until a change."""
    store, project = here.store, here.project
    key = (
        "alerts", str(store.path), log_state(log_of(store.path)), repr(project.alerts), now()[:13],
        latest_other_entry(store), latest_key(store, AlertSwitch),
    )  # fmt: skip
    return working.WORK.ask(key, lambda: look_only(store, project))


def draw(here: Session, found: Found) -> None:
    """Draw the state of every alert, one after the other, with its picture behind a click."""
    watched, notes = found
    st.markdown("##### What is watched")
    for note in notes:
        st.caption(as_text(note))
    for one in watched:
        _one(here, one)
    st.caption(
        f"{LEGEND} The nightly run looks at complete days. When nothing changes, each alert rings by chance in at most "
        "5% of years."
    )


def _one(here: Session, one: Watched) -> None:
    rings = would_have_sent(one)
    sent = f" · {counted(len(rings), 'message')} in the last 30 days" if rings else ""
    # Of what is not known the reason stands here already: nobody should have to open each to learn it.
    state = one.state if one.state in ICONS else as_text(shortened(one.detail[:1].lower() + one.detail[1:], WHY))
    label = f"{ICONS.get(one.state, NOT_KNOWN)} **{as_text(one.declared.title)}** · {state}{sent}"
    with st.expander(label):
        st.markdown(as_text(one.detail))
        would = "It would have sent" if one.state == "off" else "It rang"
        if rings:
            st.markdown(f"{would} in the last 30 days:")
        for ring in rings:
            st.markdown(f"- {as_text(f'{spoken_start(ring.at)}: {headline(one.declared, ring)}')}")
            for line in told(one.declared, ring)[1:]:
                st.caption(as_text(line))
        if not rings and one.state in ICONS:
            never = "It would have sent nothing" if one.state == "off" else "It did not ring"
            st.caption(f"{never} in the last 30 days.")
        if one.points:
            figures.with_table(picture(one), table_of(one), key=f"watched_{one.name}", file_name=f"{one.name}.csv")
        if here.rater.may("lead"):
            _switch(here, one)


def _switch(here: Session, one: Watched) -> None:
    on = one.state == "off"
    label, icon = ("Switch on", ":material/notifications:") if on else ("Switch off", ":material/notifications_off:")
    if st.button(label, icon=icon, key=f"alert_switch_{one.name}"):
        tried(partial(switch, here.store, here.project, one.name, on=on, by=here.rater.id))
