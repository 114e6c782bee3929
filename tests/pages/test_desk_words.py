"""The words of the desks in other languages: the catalogues hold every text, translated, and say nothing else."""

from __future__ import annotations

import io
import re
from typing import Any

import desk_words
import pytest
from babel.messages.mofile import read_mo
from desk_words import DESK, as_mo, as_po, languages, po, template, translated

from pages.parts.language.words import LANGUAGES, fitting, translator, words_of

FILLED = re.compile(r"\{\w+\}")
BARE = re.compile(r'(?<![tN]\()"[A-Z][a-z]+ [a-z][^"]*"')
"""A sentence that is not passed to ``t`` or ``N``, and so would stay English."""


def test_each_language_has_a_catalogue_and_a_name() -> None:
    assert {"en", *languages()} == set(LANGUAGES) and "de" in LANGUAGES


@pytest.mark.parametrize("language", languages())
def test_a_catalogue_is_as_new_as_the_scripts(language: str) -> None:
    catalog = translated(language)
    said = "run `python tests/desk_words.py`, then translate what is new"
    assert po(language).read_bytes() == as_po(catalog), said
    compiled = [read_mo(io.BytesIO(file)) for file in (po(language).with_suffix(".mo").read_bytes(), as_mo(catalog))]
    first, second = ({repr(m.id): m.string for m in one if m.id} for one in compiled)
    assert first == second, said


def forms(text: Any) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


@pytest.mark.parametrize("language", languages())
def test_every_text_is_translated_with_the_same_gaps(language: str) -> None:
    messages = [m for m in translated(language) if m.id]
    assert len(messages) > 200
    lacking = [m.id for m in messages if not m.string or not all(forms(m.string))]
    assert lacking == []
    for message in messages:
        gaps = [sorted(FILLED.findall(text)) for text in (*forms(message.id), *forms(message.string))]
        assert all(one == gaps[0] for one in gaps), message.id


def test_no_sentence_of_the_scripts_stands_outside_the_catalogue() -> None:
    bare = []
    for path in DESK.rglob("*.js"):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if not line.lstrip().startswith("//") and "console." not in line:
                bare += [f"{path.name}:{number} {found}" for found in BARE.findall(line)]
    assert bare == []


@pytest.mark.parametrize(
    ("locale", "language"),
    [("de", "de"), ("de-AT", "de"), ("DE_ch", "de"), ("en-GB", "en"), ("fr-FR", "en"), ("", "en"), (None, "en")],
)
def test_the_browsers_locale_chooses_the_language(locale: str | None, language: str) -> None:
    assert fitting(locale) == language


def test_a_browser_receives_the_words_of_another_language_and_none_of_english() -> None:
    assert words_of("en") == {}
    german = words_of("de")
    assert german["Submit"] == "Absenden" and german["item"] == ["Beispiel", "Beispiele"]
    assert "" not in german, "the header of the catalogue is no text"
    assert translator("de")("Disagreements") == "Uneinig" and translator("en")("Disagreements") == "Disagreements"


def test_the_reasons_of_the_server_are_translated_where_they_are_shown() -> None:
    from review.settling.adjudication import REASONS

    known = {m.id for m in template()}
    assert set(REASONS) <= known and desk_words.KEYWORDS
