"""Where a visitor is: which store, who they are, which week. What they said is in the store, never here."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import streamlit as st

from pages.parts.shared import visitor
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.people.people import Person, people
from review.settings.access import Access, refusal
from review.settings.project import Project, project_of
from storage.records_review import Week
from storage.store import StorageError, Store, open_store

RATER_KEY = "session_rater"
WEEK_KEY = "session_week"
CSS = f"<style>{(Path(__file__).parent / 'pages.css').read_text(encoding='utf-8')}</style>"
ICON = Path(__file__).parent / "icon.svg"
"""A file of our own: an icon named by its material symbol would be fetched from elsewhere."""
LOGO = (Path(__file__).parent / "logo.svg").read_text(encoding="utf-8")
# The choices are kept beside the widgets: a widget's own key is forgotten when a page is left.


@dataclass(frozen=True)
class Session:
    """Who looks at what: the store, the person, the chosen week (None before one is opened)."""

    store: Store
    rater: Person
    week: str | None

    @cached_property
    def project(self) -> Project:
        """The settings, read when a page needs them; while they cannot be read, that page ends and says why."""
        try:
            return project_of(self.store.path)
        except ReviewError as error:
            st.error(as_text(error), icon=":material/description:")
            st.stop()

    @property
    def names(self) -> dict[str, str]:
        """Everybody's name by id."""
        return {p.id: p.name for p in people(self.store)}

    def need_week(self) -> str:
        """The chosen week; without one, an empty state that says what to do next, and the page ends."""
        if self.week is None:
            st.info(
                "No week is open yet. Import conversations and draw this week's sample on the **Sampling** page, "
                "or run `spotcheck import FILE` and `spotcheck sample --week …`.",
                icon=":material/calendar_add_on:",
            )
            st.page_link("sampling.py", label="Open the first week", icon=":material/filter_alt:")
            st.stop()
        return self.week

    def need_role(self, role: str) -> None:
        """End the page with a sentence unless the person's role, as the store has it now, reaches ``role``."""
        if not self.rater.may(role):
            st.warning(
                f"This page needs the role {role}; yours is {self.rater.role or 'none'}. "
                "A lead can change roles on the Settings page.",
                icon=":material/lock:",
            )
            st.stop()


def _path() -> str:
    return os.environ.get("SPOTCHECK_STORE", "spotcheck.db")


@st.cache_resource(show_spinner=False)
def _store(path: str) -> Store:
    """One migrated store per process; each thread gets its own connection."""
    return open_store(path, create=False)


@st.cache_resource(show_spinner=False)
def _access(path: str) -> Access:
    """How this server tells visitors apart: read once, so that no later change of a file can open it."""
    return project_of(path).access


def _safe(access: Access) -> Access:
    """The same; ends the run when this server cannot tell people apart."""
    refused = refusal(
        access,
        address=st.get_option("server.address"),
        hosts=st.get_option("server.allowedHosts"),
        environment=os.environ,
    )
    if refused is not None:
        st.error(f"This server shows nothing: {refused}", icon=":material/block:")
        st.stop()
    return access


def begin() -> None:
    """Draw what stands around every page: the brand, who is looking, which week."""
    st.logo(LOGO, size="large")
    st.html(CSS)
    try:
        store, access = _store(_path()), _safe(_access(_path()))
        if access.mode == "names":
            _choose_rater(people(store))
        else:
            st.session_state[RATER_KEY] = visitor.logged_in(store, access).id
    except (StorageError, ReviewError) as error:
        st.error(as_text(error), icon=":material/database_off:")
        st.stop()
    with st.sidebar:
        _choose_week(store)


def _choose_rater(everybody: list[Person]) -> None:
    """A name, chosen freely on this machine and kept in the address, so that a reload keeps it.

    Nobody becomes somebody else unasked: who is named and cannot be chosen is told why, and no page is shown.
    """
    by_id = {p.id: p for p in everybody if p.may("annotator") and not p.issuer}
    if not by_id:
        st.info("Nobody is in this store yet: run `spotcheck people add NAME`.", icon=":material/person_add:")
        st.stop()
    asked = st.session_state.get(RATER_KEY) or st.query_params.get("rater", "").casefold()
    named = next((p.id for p in by_id.values() if asked in (p.id, p.name.casefold())), None)
    first = next((p.id for p in by_id.values() if p.may("lead")), next(iter(by_id)))
    start = named if asked else first
    chosen = st.sidebar.selectbox(
        "You are",
        list(by_id),
        index=None if start is None else list(by_id).index(start),
        key="session_choose_rater",
        format_func=lambda i: f"{by_id[i].name} · {by_id[i].role}",
        help="Names, not authentication: whoever can open this page on this machine may choose any of them.",
        placeholder="Choose your name",
    )
    if chosen is None:
        st.session_state.pop(RATER_KEY, None)
        st.warning(as_text(_why_not(asked, everybody)), icon=":material/person_off:")
        st.stop()
    st.session_state[RATER_KEY] = chosen
    if st.query_params.get("rater") != chosen:
        st.query_params["rater"] = chosen


def _why_not(asked: str, everybody: list[Person]) -> str:
    """Why somebody who is named cannot be chosen, and what to do."""
    found = next((p for p in everybody if asked in (p.id, p.name.casefold())), None)
    if found is None:
        why = f"Nobody called '{asked[:80]}' is in this store; a lead can add people on the Settings page."
    elif found.issuer:
        why = f"{found.name} logs in, and here people choose their names."
    else:
        why = f"{found.name} has no role in this store; a lead can give one on the Settings page."
    return f"{why} If you are somebody else, choose your name in the sidebar."


def _choose_week(store: Store) -> None:
    weeks = [w.name for w in store.find(Week, order_by="name desc")]
    if not weeks:
        st.session_state[WEEK_KEY] = None
        return
    start = st.session_state.get(WEEK_KEY) or st.query_params.get("week")
    index = weeks.index(start) if start in weeks else 0
    st.session_state[WEEK_KEY] = st.selectbox("Week", weeks, index=index, key="session_choose_week")


def current() -> Session:
    """The session of this run: who it is and their role are found anew each time, whatever the router found."""
    store = _store(_path())
    rater = next(p for p in people(store) if p.id == st.session_state[RATER_KEY])
    if not visitor.is_still(store, _safe(_access(_path())), rater.id, "annotator"):
        del st.session_state[RATER_KEY]
        st.rerun()
    return Session(store, rater, st.session_state.get(WEEK_KEY))


def stay(store: Store, rater_id: str, role: str) -> None:
    """Call it first in a fragment, which reruns without its page: leave for the whole page when it may not go on.

    It may when the visitor still is this rater, whose role in the store still reaches ``role``.
    """
    if not visitor.is_still(store, _access(_path()), rater_id, role):
        st.rerun()
