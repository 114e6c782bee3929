"""The widgets with which a lead invites people by link, and the invitations that wait for their person."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

import streamlit as st

from pages.parts.shared import submitted
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import InputError, ReviewError
from review.basics.limits import MAX_NAME
from review.people.invitations import INVITATION_DAYS, LOGIN_DAYS, NewLink, invitations, invite, withdraw
from review.people.people import ROLES
from review.settings.access import public_url

NEW = "inviting_new"
"""The key of the link that was made last; the session alone holds it."""


def invite_somebody(here: Session) -> None:
    """Draw the form that makes a link, the new link, and the open invitations. Only for leads."""
    with st.form("inviting_form", border=True, clear_on_submit=True):
        st.markdown("**Invite somebody**")
        st.caption(
            f"You get a link to send. It works once, within {INVITATION_DAYS} days. It keeps one browser logged in for "
            f"{LOGIN_DAYS} days. A new link for somebody who is here already ends their other logins."
        )
        st.text_input("Name", key=submitted.key("inviting_name"), max_chars=MAX_NAME)
        st.segmented_control("Role", ROLES, default="annotator", required=True, key=submitted.key("inviting_role"))
        st.form_submit_button(
            "Make a link", type="primary", icon=":material/add_link:", key="inviting_go", on_click=_make, args=(here,)
        )
    submitted.show_refusal("inviting_form")
    _new_link(here)
    _open_ones(here)


def _make(here: Session) -> None:
    fields = ("inviting_name", "inviting_role")
    name, role = (str(value or "") for value in submitted.values(fields))

    def write() -> None:
        if not name.strip():
            raise InputError("Enter the name of the person.")
        st.session_state[NEW] = invite(
            here.store, name, role=role, by=here.rater.id, confirmed=here.project.duties.roles_confirmed
        )

    submitted.write(here, "inviting_form", "lead", write, fields=fields)


def _new_link(here: Session) -> None:
    """Show the link that was just made, until the lead closes it or it is no longer open."""
    made: NewLink | None = st.session_state.get(NEW)
    if made is None or made.invitation.id not in {i.id for i in invitations(here.store)}:
        st.session_state.pop(NEW, None)
        return
    with st.container(border=True, key="inviting_link"):
        name = as_text(made.invitation.name)
        st.markdown(f"**The link for {name}.** Copy it now and send it to {name} alone: it is not shown again.")
        st.code(made.at(_base(here)), language=None, wrap_lines=True)
        if st.button("Done", key="inviting_done"):
            del st.session_state[NEW]
            st.rerun()


def _base(here: Session) -> str:
    """Return the address with which links begin: as the settings say, else as this browser sees it."""
    seen = urlsplit(st.context.url or "")
    path = (st.get_option("server.baseUrlPath") or "").strip("/")
    own = f"{seen.scheme}://{seen.netloc}/{path}" if seen.netloc else ""
    return (public_url(here.access, os.environ) or own).rstrip("/")


def _open_ones(here: Session) -> None:
    waiting = invitations(here.store)
    if not waiting:
        return
    st.markdown("**Open invitations**")
    names = here.names
    for one in waiting:
        with st.container(horizontal=True, vertical_alignment="center", key=f"inviting_open_{one.id}"):
            by = names.get(one.by, "the server")
            st.markdown(
                f"{as_text(one.name or 'The first lead')} · {one.role} · invited by {as_text(by)} · "
                f"until {one.ends_at[:16].replace('T', ' ')} UTC",
                width="stretch",
            )
            if st.button("Withdraw", key=f"inviting_withdraw_{one.id}", icon=":material/link_off:"):
                _withdraw(here, one.id)


def _withdraw(here: Session, invitation_id: str) -> None:
    try:
        withdraw(here.store, invitation_id, by=here.rater.id)
    except ReviewError as error:
        st.error(as_text(error), icon=":material/block:")
    else:
        st.rerun()
