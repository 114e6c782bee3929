"""A quick test that most texts pass: a clean text has nothing that a built-in recogniser could find.

Nine conversations in ten hold order ids, dates and amounts but nothing personal, and an import may have a million of
them. The test must never call a text clean in which a recogniser would find something; a test compares the two.
"""

from __future__ import annotations

import re

from ahocorasick_rs import AhoCorasick, Implementation

from review.privacy import keys_and_tokens, labelled, spelt_out

_BETWEEN = r"[ ().\-/]{0,3}"
_SEVEN_DIGITS = rf"[0-9](?:{_BETWEEN}[0-9]){{6}}"
_ALONE = r"(?:(?<![^\W\d_])|(?<=#[^\W\d_]))(?:[0-9]{7,10}|[0-9]{12,13}|[0-9]{20,})(?![0-9]|[^\W\d_]|[-(])"
"""Digits that are no card and no tax number, and touch no letter, such as an order id."""
_DATES = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?: [0-9]{2})?(?: ?-? ?[0-9]{4}-[0-9]{2}-[0-9]{2}(?: [0-9]{2})?)?"
    r"|[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}(?: [0-9]{2})?|[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}(?: [0-9]{2})?|[0-9]+\.[0-9]+"
)
_PLAIN = re.compile(
    rf"[^0-9]*(?:(?:(?!{_SEVEN_DIGITS})[0-9]+|(?<![+(])(?:{_ALONE}|{_DATES})(?!{_BETWEEN}[0-9]))[^0-9]*)*"
)
"""A text up to the first number that may be personal: one pass, because each call of ``re`` costs as much as a word."""
_IP4 = re.compile(r"[0-9]\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]")
_IP6 = re.compile(r":[0-9A-Fa-f]{0,4}:[0-9A-Fa-f]{0,4}:")
_LETTERED = re.compile(r"[A-Z]{2}(?:[A-Z]{4}[0-9]{2}[A-Z]|[A-Z]{3}[0-9]{4}[A-Z]| ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D])")
_ANYWHERE = (
    *("phone", "fone", "telefon", "teléfon", "burgerservice", "social security", "social insurance", "aadha", "uidai"),
    *("personn", "samordningsnummer", "assurance sociale", "电话", "手机", "電話", "携帯", "핸드폰", "전화", "телефон"),
)
"""What names a phone number or national number wherever it stands."""
_WHOLE = (
    *("tel", "mobil", "mobile", "cell", "fax", "whatsapp", "handy", "rufnummer", "call me", "reach me"),
    *("bsn", "ssn", "sin", "nas", "nhs"),
)
"""What names one as a word of its own."""
_BEGUN = ("fon",)
"""What names one at the beginning of a word."""
_HINTS = (*labelled.HINTS, *spelt_out.HINTS, *keys_and_tokens.HINTS)
"""Without one of these and without digits a text holds nothing."""
_words = AhoCorasick((*_HINTS, *_ANYWHERE, *_WHOLE, *_BEGUN), implementation=Implementation.DFA)
"""All in one pass, which takes as long as a pass for some of them."""
_SEPARATORS = b" ().-/"
_CLASSES = bytes.maketrans(b"123456789BCDEFGHIJKLMNOPQRSTUVWXYZ", b"0" * 9 + b"A" * 25)
"""Writes every digit as 0 and every capital as A, so that one search finds a shape; it takes a microsecond."""


def looks_clean(text: str) -> bool:
    """Return True when no recogniser can find anything in ``text`` (any text, also JSON), else False."""
    lower = text.lower()
    words = _words_in(lower)
    if "@" in text or words is None or (words and min(words)[0] < len(_HINTS)):
        return False
    shape = text.encode("utf-8", "surrogatepass").translate(_CLASSES)
    if (b"0.0" in shape and _IP4.search(text)) or _IP6.search(text):
        return False
    if b"AA" in shape:
        packed = shape.replace(b" ", b"")
        if (b"AAAA00A" in packed or b"AAA0000A" in packed or b"AA000000A" in packed) and _LETTERED.search(text):
            return False
    if b"0000000" not in shape.translate(None, _SEPARATORS):
        return True
    plain = _PLAIN.match(text)
    return plain is not None and plain.end() == len(text) and not _named(lower, words)


def _words_in(lower: str) -> list[tuple[int, int, int]] | None:
    """The words that tell of something, by number, with their places; None where they cannot be looked for."""
    try:
        return _words.find_matches_as_indexes(lower, overlapping=True)
    except UnicodeEncodeError:  # half of a character pair, which the library does not read
        return None


def _named(lower: str, words: list[tuple[int, int, int]]) -> bool:
    """Whether a word before a number may call it a phone number or a national number."""
    for number, start, end in words:
        word = number - len(_HINTS)
        if 0 <= word < len(_ANYWHERE):
            return True
        begun = word >= len(_ANYWHERE) + len(_WHOLE)
        if word >= 0 and _begins(lower, start) and (begun or not _is_in_word(lower[end : end + 1])):
            return True
    return False


def _begins(lower: str, start: int) -> bool:
    """Whether a word begins here: at the edge of the text, after no letter, or after a line break that JSON wrote."""
    before = lower[max(0, start - 2) : start]
    return not _is_in_word(before[-1:]) or (before[:1] == "\\" and before[-1:] in "nrtbf")


def _is_in_word(character: str) -> bool:
    return character.isalnum() or character == "_"
