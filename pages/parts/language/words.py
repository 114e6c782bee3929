"""The language of the two desks: the browser's, unless the reader chooses another, and its catalogue (gettext).

English is in the scripts; another language has a catalogue in ``locale``. ``tests/desk_words.py`` keeps it complete.
"""

from __future__ import annotations

import gettext
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

LOCALE = Path(__file__).parent / "locale"
LANGUAGES = {"en": "English", "de": "Deutsch"}
"""The languages there are, each by its own name."""

KEY = "desk_language"
ADDRESS = "lang"
"""The parameter of the address that keeps a choice across reloads."""

OFFERED_ON = ("week", "discuss", "settings")
"""The other pages on which a language can be chosen: those from which reviewers and adjudicators come to a desk."""
OF_THE_DESKS = "Language of Annotate and Adjudicate"

Words = dict[str, str | list[str]]


def fitting(locale: str | None) -> str:
    """Return the language that fits a browser's locale such as "de-AT"; English without one. Pure."""
    name = (locale or "").replace("_", "-").partition("-")[0].lower()
    return name if name in LANGUAGES else "en"


def language_here() -> str:
    """Return the language of this visitor: the one that was chosen, else the browser's."""
    chosen = st.session_state.get(KEY) or st.query_params.get(ADDRESS)
    return chosen if chosen in LANGUAGES else fitting(st.context.locale)


def choose_language(label: str = "Language") -> None:
    """Draw the choice of a language in the sidebar, and keep it in the address."""
    st.session_state.setdefault(KEY, language_here())
    chosen = st.sidebar.segmented_control(
        label,
        list(LANGUAGES),
        format_func=LANGUAGES.__getitem__,
        required=True,
        key=KEY,
        persist_state="session",
    )
    if chosen and (chosen != fitting(st.context.locale) or ADDRESS in st.query_params):
        st.query_params[ADDRESS] = chosen


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("desk", str(LOCALE), languages=[language], fallback=True)


def translator(language: str) -> Callable[[str], str]:
    """Return the function that translates a text; English stays as it is."""
    return _catalogue(language).gettext


@cache
def words_of(language: str) -> Words:
    """Return what a browser needs for a language: text to translation, or to the forms for one and for many."""
    found: dict[Any, str] = getattr(_catalogue(language), "_catalog", {})
    words: Words = {text: said for text, said in found.items() if isinstance(text, str) and text and said}
    several = {text for text, form in (key for key in found if isinstance(key, tuple)) if form == 1}
    return words | {text: [found[text, 0], found[text, 1]] for text in several}


def told(key: str, *, whole: bool) -> dict[str, object]:
    """Return the language and its words for an answer of the desk ``key``; nothing if the browser has them.

    ``whole``: the answer carries everything, so the browser may be new.
    """
    language = language_here()
    known = st.session_state.get(f"{key}:language") == language
    st.session_state[f"{key}:language"] = language
    return {} if known and not whole else {"language": language, "words": words_of(language)}
