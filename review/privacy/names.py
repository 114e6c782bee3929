"""Names of people, by a spaCy model that the team names, and by how people introduce themselves.

Nothing is downloaded: the model is a package that is installed here, or a folder. A wrong mask spoils an answer for
good, and models take products, towns and columns for people. So only those of a model's hits count that look like a
full name; a single word counts after a title, after an introduction, or where it is part of a full name in the text.
SQL is left alone.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from review.basics.errors import InputError
from review.basics.words import installing
from review.privacy.identifiers import Hit

PEOPLE = frozenset(("PERSON", "PER", "PRS", "persName"))
"""The labels of people in spaCy's models."""
UNUSED = ("tagger", "parser", "attribute_ruler", "lemmatizer", "morphologizer", "senter")
"""Parts of a model that names do not need."""
REMEMBERED = 2_000
"""Texts whose names are kept, because answers repeat."""

_WORD = r"[^\W\d_a-zà-öø-ÿ][^\W\d_]*(?:['’-][^\W\d_]+)*\.?"
_FULL = re.compile(rf"{_WORD}(?: (?:(?:van|von|de|da|di|del|der|den|dos|la|le|bin|al|zu|y)\b ?){{0,3}}{_WORD}){{1,4}}")
_INTRODUCED = re.compile(
    rf"(?:[Mm]y (?:full )?name is|[Mm]ein Name ist|[Ii]ch heiße|[Jj]e m['’]appelle|[Mm]on nom est|[Mm]e llamo"
    rf"|[Mm]i nombre es|[Mm]i chiamo|[Mm]e chamo|[Mm]eu nome é|[Mm]ijn naam is|[Nn]azywam się|[Jj]ag heter"
    rf"|[Cc]ustomer name:|[Ff]ull name:|\b[Nn]ame:|\b(?:Mr|Mrs|Ms|Mx|Dr|Prof)\.?|\b(?:Herr|Frau|Herrn)\b"
    rf"|\b(?:Monsieur|Madame|Mme|Señora?|Sra?\.|Signora?|Sig\.|Dott\.|[Dd]hr\.|[Mm]evr\.)) "
    rf"(?P<it>{_WORD}(?: (?:(?:van|von|de|da|di|del|der|den|dos|la|le|bin|al|zu)\b ?){{0,3}}{_WORD}){{0,3}})"
)
_TITLE = re.compile(r"(?:Mr|Mrs|Ms|Mx|Dr|Prof|Herrn?|Frau|Monsieur|Madame|Mme|Señora?|Sra?|Signora?|Sig|Dott)\.? ")
_SQL = re.compile(
    r"\b(?:SELECT\b.{0,400}\bFROM|INSERT INTO|UPDATE\b.{0,80}\bSET|DELETE FROM|WITH\b.{0,80}\bAS \()", re.I | re.S
)
_CAPITAL = re.compile(r"[^\W\d_a-zà-öø-ÿ][^\W\d_]")


def check_model(name: str) -> None:
    """Raise InputError unless ``name`` is a spaCy model that is installed here, or a folder with one."""
    if not name:
        return
    if find_spec("spacy") is None:
        raise InputError(f"privacy.names: spaCy is not installed here. Run {installing('privacy')}.")
    try:
        _model(name)
    except (OSError, ValueError) as error:
        raise InputError(
            f"privacy.names: found '{name}', expected a spaCy model that is installed here, such as en_core_web_sm, or "
            f"a folder with one. Run python -m spacy download {name}, or install its wheel where there is no "
            f"internet. spaCy says: {str(error).splitlines()[0]}"
        ) from None


def names_by(model: str) -> Callable[[str], Iterator[Hit]]:
    """Return the function that yields the names in a text, with the model of this name or folder."""
    return lambda text: names_in(text, model)


def may_hold_name(text: str) -> bool:
    """Return whether a text has a word with a capital letter."""
    return _CAPITAL.search(text) is not None


def names_in(text: str, model: str) -> Iterator[Hit]:
    """Yield the names of people in a text."""
    if not may_hold_name(text) or _SQL.search(text):
        return
    for start, end in _places(text, model):
        yield Hit(start, end, re.sub(r"\W+", " ", text[start:end]).casefold().strip())


@functools.lru_cache(maxsize=REMEMBERED)
def _places(text: str, model: str) -> tuple[tuple[int, int], ...]:
    places = {found.span("it") for found in _INTRODUCED.finditer(text)}
    people = [_untitled(e.text, e.start_char) for e in _model(model)(text).ents if e.label_ in PEOPLE]
    full = [
        (found.start() + start, found.end() + start)
        for start, end in people
        for found in _FULL.finditer(text[start:end])
    ]
    places.update(full)
    parts = {word.rstrip(".") for start, end in places for word in text[start:end].split() if len(word) > 2}
    places.update((start, end) for start, end in people if text[start:end] in parts)
    return tuple(sorted((start, end - (text[end - 1] == ".")) for start, end in places))


def _untitled(name: str, start: int) -> tuple[int, int]:
    """The place of a name without the title before it."""
    title = _TITLE.match(name)
    return start + (title.end() if title else 0), start + len(name)


@functools.lru_cache(maxsize=2)
def _model(name: str) -> Any:
    """The model, without the parts that names do not need; loading takes a second."""
    import spacy

    folder = Path(name).expanduser()
    return spacy.load(folder if folder.is_dir() else name, exclude=list(UNUSED))
