"""Mail addresses that are spelt out, such as "anna (at) example dot com"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from review.privacy.any_of import any_of
from review.privacy.identifiers import Hit

_DOT_WORD = r"(?:\s?[(\[{<](?:dot|punkt|point|punto|\.)[)\]}>]\s?|\s(?:dot|punkt|point|punto)\s)"
_DOT = rf"(?:{_DOT_WORD}|\.)"
_AT_MARKED = r"(?:\s?[(\[{<](?:at|a|ät|@|arroba|chez)[)\]}>]\s?|\s?[@＠]\s?|_at_)"
_AT_WORD = r"\s(?:at|ät|arroba|chiocciola)\s"
_PART = r"[A-Za-z0-9][A-Za-z0-9_+-]{0,62}"
_ENDING = (
    r"(?:com|org|net|edu|gov|info|io|app|dev|biz|eu|uk|de|at|ch|fr|es|it|nl|be|pl|se|no|dk|fi|pt|ie|in|jp|cn|kr|ru"
    r"|br|mx|ca|us|au|nz|za|example|test|invalid)(?![\w])"
)
_HOST = rf"{_PART}(?:{_DOT}{_PART}){{0,3}}{_DOT}{_ENDING}"
_MARKED = re.compile(rf"(?<![\w.]){_PART}(?:{_DOT}{_PART}){{0,3}}{_AT_MARKED}{_HOST}", re.IGNORECASE)
_WORDS = re.compile(
    rf"(?<![\w.]){_PART}(?:{_DOT}{_PART}){{0,3}}{_AT_WORD}{_PART}(?:{_DOT}{_PART}){{0,3}}{_DOT_WORD}{_ENDING}",
    re.IGNORECASE,
)
HINTS = (
    *(
        " dot ",
        "dot)",
        "dot]",
        "dot}",
        "dot>",
        "(at)",
        "[at]",
        "{at}",
        "<at>",
        "(a)",
        "[a]",
        "(ät)",
        "(@)",
        "[@]",
        "＠",
    ),
    *(" punkt ", "punkt)", "punkt]", " punto ", " point ", "_at_", "arroba", "(.)", "[.]"),
)
"""A text in lower case without one of these has no "at" or "dot" in words or brackets."""
_NOT_LOCAL = frozenset(("me", "us", "reach", "is", "mail", "email", "e-mail", "look", "meet", "the", "on", "up"))


_may_hold = any_of(HINTS)


def spelt_emails(text: str) -> Iterator[Hit]:
    """Yield mail addresses with an "at" in brackets, or with both "at" and "dot" in words and a known ending."""
    if not _may_hold(text.lower()):
        return
    for pattern in (_MARKED, _WORDS):
        for found in pattern.finditer(text):
            if found[0].split()[0].lower() in _NOT_LOCAL:
                continue
            if re.fullmatch(r"[\w.+-]+@[\w.-]+", found[0], re.ASCII):
                continue  # a plain address: it is found as such
            yield Hit(found.start(), found.end(), _plain(found[0]))


def _plain(spelt: str) -> str:
    """Return the address as it would be typed, so that both spellings get one token."""
    typed = re.sub(_AT_MARKED, "@", spelt, count=1, flags=re.IGNORECASE)
    if "@" not in typed:
        typed = re.sub(_AT_WORD, "@", typed, count=1, flags=re.IGNORECASE)
    return re.sub(_DOT_WORD, ".", typed, flags=re.IGNORECASE).casefold()
