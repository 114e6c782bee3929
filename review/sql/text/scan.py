"""Which characters of a statement are code, and which stand in strings, quoted names and comments.

This is a second reading beside sqlglot's, written from the manuals of the engines. Where the two disagree, an engine
could read as code what the proof took for a comment, so such a text is refused. Where engines differ among themselves
(nested comments, a lone carriage return), the text is refused as well.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from sqlglot.tokens import Token, TokenType

Kind = Literal["comment", "string", "name"]


class Piece(NamedTuple):
    """A part of the text that is not code, from ``start`` up to, not including, ``end``."""

    kind: Kind
    start: int
    end: int


class Doubt(NamedTuple):
    """A reason not to trust a text, and where it stands."""

    message: str
    start: int
    end: int


_LINE = r"--[^\n]*"
_BLOCK = r"/\*.*?\*/"
_PLAIN = r"'(?:[^']|'')*'"
_ESCAPED = r"'(?:[^'\\]|\\.|'')*'"
_NAME = r'"(?:[^"]|"")*"'
_TICKED = r"`(?:[^`]|``)*`"
_DOLLAR = r"\$(?P<tag>[A-Za-z_]\w*|)\$.*?\$(?P=tag)\$"
_PATTERNS: dict[str, dict[str, str]] = {
    "sqlite": {
        "comment": f"{_LINE}|{_BLOCK}",
        "string": rf"(?:\b[xX])?{_PLAIN}",
        "name": rf"{_NAME}|{_TICKED}|\[[^\]]*\]",
    },
    "postgres": {
        "comment": f"{_LINE}|{_BLOCK}",
        "string": rf"\b[eE]{_ESCAPED}|(?:\b[bBxXnN]|\b[uU]&)?{_PLAIN}|(?<![\w$]){_DOLLAR}",
        "name": rf"(?:\b[uU]&)?{_NAME}",
    },
    "duckdb": {
        "comment": f"{_LINE}|{_BLOCK}",
        "string": rf"\b[eE]{_ESCAPED}|(?:\b[bBxXnN])?{_PLAIN}|(?<![\w$]){_DOLLAR}",
        "name": _NAME,
    },
    "clickhouse": {
        "comment": rf"{_LINE}|#(?:!| )[^\n]*|{_BLOCK}",
        "string": rf"(?:\b[bBxX])?{_ESCAPED}|(?<![\w$]){_DOLLAR}",
        "name": r'"(?:[^"\\]|\\.|"")*"|`(?:[^`\\]|\\.|``)*`',
    },
}
_OPEN = re.compile(r"/\*|\*/|['\"`]")
_STRINGS = {t for t in TokenType if t.name.endswith("STRING") or t.name == "HEREDOC_STRING"}
_WORD = re.compile(r"\w+")
_SPACE = " \t\n\r\f"


@functools.cache
def _pattern(dialect: str) -> re.Pattern[str]:
    parts = _PATTERNS.get(dialect, _PATTERNS["postgres"])
    return re.compile("|".join(f"(?P<{kind}>{part})" for kind, part in parts.items()), re.DOTALL)


def pieces(text: str, dialect: str) -> list[Piece]:
    """Return the strings, quoted names and comments of a text in order; the rest is code."""
    # The type of ``lastgroup`` does not say that a pattern has groups of these kinds and "tag" alone.
    return [
        Piece(found.lastgroup if found.lastgroup != "tag" else "string", *found.span())  # type: ignore[arg-type]
        for found in _pattern(dialect).finditer(text)
    ]


def doubts(text: str, dialect: str, tokens: Sequence[Token]) -> Iterator[Doubt]:
    """Yield what makes a text mean different things to different readers."""
    parts = pieces(text, dialect)
    yield from _characters(text, parts)
    position = 0
    for part in parts:
        yield from _left_open(text, position, part.start)
        position = part.end
        if part.kind == "comment":
            inner = text[part.start + 2 : part.end]
            if text.startswith("/*", part.start) and ("/*" in inner or inner[:1] in ("!", "+")):
                yield Doubt("This comment reads differently on different engines. Remove it.", part.start, part.end)
    yield from _left_open(text, position, len(text))
    if dialect in _PATTERNS:
        yield from _disagreement(text, parts, tokens)


def _left_open(text: str, start: int, end: int) -> Iterator[Doubt]:
    found = _OPEN.search(text, start, end)
    if found:
        yield Doubt(f"{found[0]} opens or closes nothing here.", found.start(), found.end())


def _characters(text: str, parts: Sequence[Piece]) -> Iterator[Doubt]:
    """Characters that a person does not see, or takes for others, outside strings."""
    if text.isascii() and text.isprintable():
        return
    strings = [(p.start, p.end) for p in parts if p.kind == "string"]
    for at, character in enumerate(text):
        if character in " \t\n" or (character.isascii() and character.isprintable()):
            continue
        if character == "\r" and text[at + 1 : at + 2] == "\n":
            continue
        category = unicodedata.category(character)
        inside = any(start < at < end - 1 for start, end in strings)
        if character == "\0" or (
            category == "Cf" and character in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
        ):
            yield Doubt(f"{_named(character)} changes how the text looks or ends it.", at, at + 1)
        elif not inside and category[0] in "CZ":
            yield Doubt(f"{_named(character)} cannot be seen and is read differently by engines.", at, at + 1)
        elif not inside and unicodedata.normalize("NFKC", character) != character:
            yield Doubt(f"{_named(character)} looks like another character. Write the plain one.", at, at + 1)
    for word in _WORD.finditer(text):
        if not word[0].isascii() and not any(start < word.start() < end for start, end in strings):
            scripts = {unicodedata.name(c, "").split(" ")[0] for c in word[0] if c.isalpha()}
            if "LATIN" in scripts and scripts & {"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"}:
                said = " and ".join(sorted(name.title() for name in scripts))
                yield Doubt(f"The word '{word[0]}' mixes letters of {said} that look alike.", *word.span())


def _named(character: str) -> str:
    return f"The character U+{ord(character):04X} ({unicodedata.name(character, 'no name').lower()})"


def _disagreement(text: str, parts: Sequence[Piece], tokens: Sequence[Token]) -> Iterator[Doubt]:
    """Where the parser's tokens do not cover exactly the code, strings and quoted names of this reading."""
    quoted = {p.end for p in parts if p.kind != "comment"}
    theirs = {
        t.end + 1
        for t in tokens
        if t.token_type in _STRINGS or (t.token_type == TokenType.IDENTIFIER and text[t.start] in '"`[uU')
    }
    spans = sorted([(t.start, t.end + 1) for t in tokens] + [(p.start, p.end) for p in parts if p.kind == "comment"])
    position = 0
    for start, end in spans:
        if start < position or text[position:start].strip(_SPACE):
            yield Doubt("It is not certain what is code and what is a comment here.", min(position, start), end)
            return
        position = end
    if text[position:].strip(_SPACE):
        yield Doubt("It is not certain what is code and what is a comment here.", position, len(text))
    elif quoted != theirs:
        at = min(quoted ^ theirs)
        yield Doubt("It is not certain where a string or a quoted name ends.", max(0, at - 1), at)
