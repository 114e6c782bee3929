"""The messages about weeks on the Settings page: what is due, what was sent, and a button that sends now."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.parts.shared import figures
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import NothingToDo, ReviewError
from review.basics.words import counted
from review.serving.messages import messages_due, recipient_of, send_now, sending_words
from review.settings.project import project_of
from storage.queries.notices import latest_notices

ABOUT = (
    "People hear when a week opens, some days before it is due and when they are late. The team gets the report of a "
    "closed week. The nightly run sends each message once and tries failed ones again."
)
HOW = (
    "No message is sent yet. The person who installed Spotcheck can name people and addresses under `[notify]` in "
    "spotcheck.toml."
)

SAID = "messages_said"


def show(here: Session) -> None:
    """Draw what is due with the button that sends it, and the log. Leads alone see messages of others."""
    st.caption(ABOUT)
    if not here.rater.may("lead"):
        st.caption("Leads see the messages and send them.")
        return
    try:
        project = project_of(here.store.path)
        due, team = messages_due(here.store, project), project.notify.team
    except NothingToDo:
        st.info(HOW, icon=":material/notifications_off:")
    except ReviewError:
        st.caption("The settings in spotcheck.toml cannot be read, so no message is sent. The Week page says why.")
    else:
        st.markdown(f"**{counted(len(due), 'message')} due**".replace("**no", "**No"))
        for one in due:
            to = recipient_of(one) if one.variable else f"{recipient_of(one)} · no address"
            to = "the team" if one.variable and one.variable == team else to
            with st.expander(as_text(f"To {to}: {one.text.title}")):
                st.text(one.text.body)
        if any(one.variable for one in due):
            st.button("Send now", icon=":material/send:", key="messages_send", on_click=_send, args=(here,))
    if said := st.session_state.pop(SAID, ""):
        st.info(as_text(said), icon=":material/send:")
    rows = [
        {
            "at": f"{n.at[:16].replace('T', ' ')} UTC",
            "to": "the team" if n.recipient.startswith("#") else here.names.get(n.recipient, n.recipient),
            "about": f"{n.kind}, {n.week}",
            "state": n.state,
            "message": n.detail,
        }
        for n in reversed(latest_notices(here.store))
    ]
    if rows:
        st.subheader("Log")
        figures.table(pd.DataFrame(rows), key="messages_log", file_name="messages.csv")


def _send(here: Session) -> None:
    try:
        said = sending_words(send_now(here.store, project_of(here.store.path), by=here.rater.id))
    except ReviewError as error:
        said = str(error)
    st.session_state[SAID] = said
