"""The session of a visitor: which store, which person, which week. Their answers are in the store, never here."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import streamlit as st

from pages.parts.shared import address, away, choosing, visitor
from pages.parts.shared.address import WEEK_KEY
from pages.parts.shared.away import path_of_store
from pages.parts.shared.choosing import RATER_KEY
from pages.parts.shared.forgetting import forget_the_erased
from pages.parts.shared.wording import as_text
from review.basics import request_id
from review.basics.errors import ReviewError
from review.current.assignments import items_to_review
from review.people.people import READER, Person, people
from review.settings.access import Access, refusal
from review.settings.project import Project, project_of
from storage.connection import StorageError
from storage.opening import open_store
from storage.queries.own_work import latest_week_dealt
from storage.queries.weeks import weeks_in_use
from storage.store import Store

CSS = f"<style>{(Path(__file__).parent / 'pages.css').read_text(encoding='utf-8')}</style>"
ICON = Path(__file__).parent / "icon.svg"
"""Our own file: Streamlit fetches an icon that is named by its Material symbol from another server."""
LOGO = (Path(__file__).parent / "logo.svg").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Session:
    """Who is looking at what: the store, the person, and the chosen week (None before the first one is opened)."""

    store: Store
    rater: Person
    week: str | None

    @cached_property
    def project(self) -> Project:
        """Return the settings of spotcheck.toml. While they cannot be read, end the page and say why."""
        try:
            return project_of(self.store.path)
        except ReviewError as error:
            st.error(as_text(error), icon=":material/description:")
            st.stop()

    @cached_property
    def openings(self) -> bool:
        """Whether to note who opens a conversation; yes while spotcheck.toml, which may ask for it, cannot be read."""
        try:
            return project_of(self.store.path).openings
        except ReviewError:
            return True

    @property
    def access(self) -> Access:
        """Return how this server tells visitors apart, as it was when the server started."""
        return _access(path_of_store())

    @cached_property
    def names(self) -> dict[str, str]:
        """Return the names of all people by id."""
        return {p.id: p.name for p in people(self.store)}

    @cached_property
    def to_review(self) -> int:
        """Return how many items of open weeks this person still has to review."""
        return len(items_to_review(self.store, self.rater.id))

    def need_week(self) -> str:
        """Return the chosen week. Without one, say what to do next and end the page."""
        if self.week is None:
            st.info("No week is open yet. First steps shows what is left to do.", icon=":material/calendar_add_on:")
            st.page_link("week.py", label="First steps", icon=":material/flag:")
            st.stop()
        return self.week

    def need_role(self, role: str) -> None:
        """End the page with a message unless the person has ``role`` or a higher one in the store now."""
        if not self.rater.may(role):
            st.warning(
                f"This page needs the role {role}; yours is {self.rater.role or 'none'}. "
                "A lead can change roles on the Settings page.",
                icon=":material/lock:",
            )
            st.stop()


@st.cache_resource(show_spinner=False)
def _store(path: str) -> Store:
    """Return the migrated store, one per process. Each thread gets its own connection."""
    return open_store(path, create=False)


@st.cache_resource(show_spinner=False)
def _access(path: str) -> Access:
    """Return how this server tells visitors apart. It is read once: a later change of the file opens nothing."""
    return project_of(path).access


def _safe(access: Access) -> Access:
    """Return ``access``, or end the run when this server cannot tell people apart."""
    refused = refusal(
        access,
        address=st.get_option("server.address"),
        hosts=st.get_option("server.allowedHosts"),
        environment=os.environ,
    )
    if refused is not None:
        st.error(f"This server shows no page: {as_text(refused)}", icon=":material/block:")
        st.stop()
    return access


ARRIVED = "session_arrived"
"""Whether this run is the first one of its page since another page was left."""


VISIT = "session_visit"
"""How often this visitor has come to a page: the number of the visit that goes on."""


def arrive(page: str) -> None:
    """Note which page runs, and whether the visitor has just come to it."""
    st.session_state[ARRIVED] = st.session_state.get("session_page") != page
    st.session_state[VISIT] = st.session_state.get(VISIT, 0) + st.session_state[ARRIVED]
    st.session_state["session_page"] = page


def begin() -> None:
    """Draw what surrounds every page: the brand, who is looking, which week."""
    st.logo(LOGO, size="large")
    st.html(CSS)
    try:
        store, access = _store(path_of_store()), _safe(_access(path_of_store()))
        forget_the_erased(store)
        if access.mode == "names":
            rater = choosing.choose_rater(people(store))
        else:
            rater = visitor.logged_in(store, access)
            st.session_state[RATER_KEY] = rater.id
        with st.sidebar:
            _choose_week(store, rater)
    except (StorageError, ReviewError) as error:
        away.show(error)
        st.stop()


def listed() -> Callable[[str], bool]:
    """Return whether the navigation lists pages that need a role: a page that only says "not yours" is a dead end.

    Nothing is drawn yet. While it is not known who is looking, every page is listed.
    """
    try:
        store, access = _store(path_of_store()), _access(path_of_store())
        person = choosing.before_choosing(people(store)) if access.mode == "names" else visitor.known(store, access)
    except (StorageError, ReviewError):
        person = None  # begin() says what is wrong
    return person.may if person and person.role else lambda _: True


def _choose_week(store: Store, rater: Person) -> None:
    weeks = [w.name for w in reversed(weeks_in_use(store))]
    if not weeks:
        st.session_state[WEEK_KEY] = None
        st.page_link("week.py", label="First steps", icon=":material/flag:")
        return
    key, last, usual = "session_choose_week", st.session_state.get(WEEK_KEY), _usual_week(store, rater, weeks)
    st.session_state[key] = last if last in weeks else usual
    address.take("week", key=key, known=weeks)
    chosen = st.selectbox("Week", weeks, key=key, on_change=address.follow, args=("week", key))
    st.session_state[WEEK_KEY] = chosen
    if chosen != usual and st.query_params.get("week") != chosen:
        # The sidebar's links drop it. The usual week needs no mention: without one, it is shown.
        st.query_params["week"] = chosen


def _usual_week(store: Store, rater: Person, weeks: Sequence[str]) -> str:
    """Return the week to begin with: the latest one; for reviewers the latest one that has items for them."""
    if rater.may("adjudicator"):
        return weeks[0]
    dealt = latest_week_dealt(store, rater.id)
    return dealt if dealt is not None and dealt in weeks else weeks[0]


def current() -> Session:
    """Return the session of this run. The person and the role are read again each time, even right after the router."""
    store = _store(path_of_store())
    rater = next(p for p in people(store) if p.id == st.session_state[RATER_KEY])
    if not visitor.is_still(store, _safe(_access(path_of_store())), rater.id, READER):
        del st.session_state[RATER_KEY]
        st.rerun()
    return Session(store, rater, st.session_state.get(WEEK_KEY))


def stay(store: Store, rater_id: str, role: str) -> None:
    """Rerun the whole page unless the visitor is still this rater with ``role`` or a higher one.

    Call it first in a fragment: a fragment reruns without its page, and so without the checks of the page.
    """
    request_id.begin()
    if not visitor.is_still(store, _access(path_of_store()), rater_id, role):
        st.rerun()


def is_still(here: Session, role: str) -> bool:
    """Return whether the visitor is still this person with ``role`` or a higher one: for callbacks, before they write.

    A callback runs before its page, and so without the checks of the page.
    """
    request_id.begin()
    return visitor.is_still(here.store, _access(path_of_store()), here.rater.id, role)


def dialect(store: Store) -> str:
    """Return the dialect of the queries by spotcheck.toml, "" while it names none or cannot be read."""
    try:
        return project_of(store.path).sql.spoken
    except ReviewError:
        return ""  # The pages that live by these settings say what is wrong with them.
