"""Who looks at a page when people log in: asked for, told, and looked up in the store on each run."""

from __future__ import annotations

import os
from datetime import datetime

import streamlit as st

from review.basics.clock import now
from review.basics.errors import Refused
from review.people.identity import Nobody, Visitor, by_claims, by_headers
from review.people.people import Person, arrived, require
from review.settings.access import SECRET, Access
from storage.store import Store


def logged_in(store: Store, access: Access) -> Person:
    """The person who logged in, with a role. Ends the run, with what to do next, when there is none."""
    found = _visitor(access)
    if isinstance(found, Nobody):
        _ask(found, access)
        st.stop()
    somebody = arrived(store, found)
    with st.sidebar:
        st.text(f"{somebody.name} · {somebody.role or 'no role'}")
        if access.mode == "oidc" and st.button("Log out", key="visitor_logout", icon=":material/logout:"):
            st.logout()
    if not somebody.may("annotator"):
        st.title("No role yet")
        st.text(f"You are logged in as {somebody.name}. A lead can give you a role; your id here is {somebody.id}.")
        st.stop()
    return somebody


def is_still(store: Store, access: Access, rater_id: str, role: str) -> bool:
    """Whether the visitor is this rater now, and the store says now that their role reaches ``role``."""
    if access.mode != "names":
        found = _visitor(access)
        if isinstance(found, Nobody) or arrived(store, found).id != rater_id:
            return False
    try:
        require(store, rater_id, role)
    except Refused:
        return False
    return True


def _visitor(access: Access) -> Visitor | Nobody:
    """Who the login or the proxy names, checked against the clock or the shared secret."""
    if access.mode == "oidc":
        return by_claims(st.user.to_dict(), now=datetime.fromisoformat(now()).timestamp())
    headers = st.context.headers
    return by_headers(
        headers.get_all(access.user_header),
        headers.get_all(access.secret_header),
        secret=os.environ.get(SECRET, ""),
    )


def _ask(nobody: Nobody, access: Access) -> None:
    st.title("Spotcheck")
    if nobody.why:
        st.text(nobody.why)
    if access.mode == "oidc" and st.button("Log in", key="visitor_login", type="primary", icon=":material/login:"):
        st.login(access.provider or None)
