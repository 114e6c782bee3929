"""Where no login is needed: a visitor of this machine chooses a name."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from pages.parts.shared.wording import as_text
from review.people.people import READER, Person

RATER_KEY = "session_rater"
"""Who is looking, by id, under a key of our own: Streamlit forgets that of a widget when its page is left."""
CHOICE_KEY = "session_choose_rater"


def before_choosing(everybody: list[Person]) -> Person | None:
    """Return the person whom :func:`choose_rater` will show, as far as this run knows before it."""
    by_id = _to_choose(everybody)
    chosen = st.session_state.get(CHOICE_KEY) or _start(by_id)
    return by_id.get(chosen) if chosen else None


def _to_choose(everybody: list[Person]) -> dict[str, Person]:
    return {p.id: p for p in everybody if p.may(READER) and not p.issuer}


def _asked() -> str:
    """Return the id or name that this session or the address asks for, "" when nobody is asked for."""
    return st.session_state.get(RATER_KEY) or st.query_params.get("rater", "").casefold()


def _start(by_id: Mapping[str, Person]) -> str | None:
    """Return the person to begin with: who is asked for, else the first lead; None when that person is not there."""
    asked = _asked()
    if asked:
        return next((p.id for p in by_id.values() if asked in (p.id, p.name.casefold())), None)
    return next((p.id for p in by_id.values() if p.may("lead")), next(iter(by_id), None))


def choose_rater(everybody: list[Person]) -> Person:
    """Let a visitor of this machine choose a name, keep it in the address for the next reload, and return the person.

    A name in the address that cannot be chosen shows a message and no page; it never becomes somebody else.
    """
    by_id = _to_choose(everybody)
    if not by_id:
        st.info(
            "There are no people in this store yet. Ask the person who installed Spotcheck to add you.",
            icon=":material/person_add:",
        )
        st.stop()
    start = _start(by_id)
    chosen = st.sidebar.selectbox(
        "You are",
        list(by_id),
        index=None if start is None else list(by_id).index(start),
        key=CHOICE_KEY,
        format_func=lambda i: f"{by_id[i].name} · {by_id[i].role}",
        help="This is not a login: anybody who can open this page on this machine can choose any name.",
        placeholder="Choose your name",
    )
    if chosen is None:
        st.session_state.pop(RATER_KEY, None)
        st.warning(as_text(_why_not(_asked(), everybody)), icon=":material/person_off:")
        st.stop()
    st.session_state[RATER_KEY] = chosen
    if st.query_params.get("rater") != chosen:
        st.query_params["rater"] = chosen
    return by_id[chosen]


def _why_not(asked: str, everybody: list[Person]) -> str:
    """Return why the person who is asked for cannot be chosen, and what to do."""
    person = next((p for p in everybody if asked in (p.id, p.name.casefold())), None)
    if person is None:
        why = f"Nobody called '{asked[:80]}' is in this store. A lead can add people on the Settings page."
    elif person.issuer:
        why = f"{person.name} signs in with a login, but on this server people choose their names."
    else:
        why = f"{person.name} has no role in this store. A lead can give one on the Settings page."
    return f"{why} If you are somebody else, choose your name in the sidebar."
