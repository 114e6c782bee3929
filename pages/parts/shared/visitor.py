"""Find out who is looking at a page when people log in: the login or the proxy names them, the store knows them."""

from __future__ import annotations

import os
from datetime import datetime

import streamlit as st

from review.basics.clock import now
from review.basics.errors import Refused
from review.people.identity import Nobody, Visitor, by_claims, by_headers
from review.people.link_cookie import cookie_name, visitor_of
from review.people.people import READER, Person, arrived, login_of, require
from review.serving.login_cookie import cookies_named
from review.settings.access import SECRET, Access
from storage.queries.people import asked_of_a_visitor
from storage.store import Store


def logged_in(store: Store, access: Access) -> Person:
    """Return the person who logged in. Without a login or a role, say what to do next and end the run."""
    visitor = _visitor(store, access)
    if isinstance(visitor, Nobody):
        _ask_to_log_in(visitor, access)
        st.stop()
    person = arrived(store, visitor)
    with st.sidebar:
        st.text(f"{person.name} · {person.role or 'no role'}")
        if access.mode == "oidc" and st.button("Log out", key="visitor_logout", icon=":material/logout:"):
            st.logout()
        if access.mode == "links":
            st.link_button("Log out", f"{_base()}/leave", icon=":material/logout:")
    if not person.may(READER):
        st.title("No role yet")
        st.text(
            f"You are logged in as {person.name}. A lead can give you a role on the Settings page. "
            f"Your id is {person.id}."
        )
        st.stop()
    return person


def known(store: Store, access: Access) -> Person | None:
    """Return the person who logged in, None for nobody. Nothing is drawn."""
    visitor = _visitor(store, access)
    return None if isinstance(visitor, Nobody) else arrived(store, visitor)


def is_still(store: Store, access: Access, rater_id: str, role: str) -> bool:
    """Return whether the visitor is still this rater and the store still gives them ``role`` or a higher one."""
    # Each submission asks this, so all of it goes to the database together.
    with store.snapshot(asked_of_a_visitor(rater_id, by_link=access.mode == "links")):
        if access.mode != "names":
            visitor = _visitor(store, access)
            found = None if isinstance(visitor, Nobody) else login_of(store, visitor)
            if found is None or found.id != rater_id:
                return False
        try:
            require(store, rater_id, role)
        except Refused:
            return False
    return True


def _base() -> str:
    """Return the path before all paths of this server."""
    base = (st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}" if base else ""


def _visitor(store: Store, access: Access) -> Visitor | Nobody:
    """Return whom the link, the login (checked against the clock) or the proxy (by its shared secret) names."""
    if access.mode == "links":
        cookies = "; ".join(st.context.headers.get_all("cookie"))
        return visitor_of(store, cookies_named(cookies, cookie_name(store)))
    if access.mode == "oidc":
        return by_claims(st.user.to_dict(), now=datetime.fromisoformat(now()).timestamp())
    headers = st.context.headers
    return by_headers(
        headers.get_all(access.user_header),
        headers.get_all(access.secret_header),
        secret=os.environ.get(SECRET, ""),
    )


def _ask_to_log_in(nobody: Nobody, access: Access) -> None:
    st.title("Spotcheck")
    if nobody.why:
        st.text(nobody.why)
    if access.mode == "oidc" and st.button("Log in", key="visitor_login", type="primary", icon=":material/login:"):
        st.login(access.provider or None)
