"""A quick test that most texts pass: a clean text has nothing that a built-in recogniser could find.

Nine conversations in ten hold order ids, dates and amounts but nothing personal, and an import may have a million of
them. The test must never call a text clean in which a recogniser would find something; a test compares the two.
"""

from __future__ import annotations

import re

from review.privacy.keys_and_tokens import may_hold_secret
from review.privacy.labelled import may_hold_labelled
from review.privacy.spelt_out import may_hold_spelt

_NUMBER = re.compile(r"[0-9](?:[ ().\-/]{0,3}[0-9]){6,}")
_DATES = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?: [0-9]{2})?(?: ?-? ?[0-9]{4}-[0-9]{2}-[0-9]{2}(?: [0-9]{2})?)?"
    r"|[0-9]{1,2}([./])[0-9]{1,2}\1[0-9]{4}(?: [0-9]{2})?|[0-9]+\.[0-9]+"
)
_IP4 = re.compile(r"[0-9]\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]")
_IP6 = re.compile(r":[0-9A-Fa-f]{0,4}:[0-9A-Fa-f]{0,4}:")
_DIGIT_LETTER = re.compile(r"[0-9] ?[A-Z]")
_LETTERED = re.compile(r"[A-Z]{2}(?:[A-Z]{4}[0-9]{2}[A-Z]|[A-Z]{3}[0-9]{4}[A-Z]| ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D])")
_WORDS = (
    "phone",
    "fone",
    "fon",
    "tel",
    "mobil",
    "cell",
    "fax",
    "whatsapp",
    "handy",
    "rufnummer",
    "me at",
    "me on",
    *("bsn", "burgerservice", "ssn", "social security", "aadha", "uidai", "personn", "samordningsnummer"),
    *("sin", "social insurance", "nas", "assurance sociale", "nhs", "pan"),
    *("电话", "手机", "電話", "携帯", "핸드폰", "전화", "телефон"),
)
_NAMED = re.compile(
    r"phone|fone|(?:\b|\\[nrtbf]|tele)fon|burgerservice|social (?:security|insurance)|tel[eé]fono"
    r"|aadha|uidai|personn|samordningsnummer|assurance sociale"
    r"|电话|手机|電話|携帯|핸드폰|전화|телефон"
    r"|(?:\b|\\[nrtbf])(?:tel|mobile?|cell|fax|whatsapp|handy|rufnummer|call me|reach me|bsn|ssn|sin|nas|nhs)\b"
)
_SHORTEST_CARD, _LONGEST_CARD, _TAX_ID = 14, 19, 11


def looks_clean(text: str) -> bool:
    """Return True when no recogniser can find anything in ``text`` (any text, also JSON), else False."""
    lower = text.lower()
    if may_hold_labelled(lower) or may_hold_spelt(lower) or may_hold_secret(text, lower):
        return False
    if "@" in text or _IP4.search(text) or _IP6.search(text):
        return False
    if _DIGIT_LETTER.search(text) and _LETTERED.search(text):
        return False
    found = None
    for found in _NUMBER.finditer(text):
        if _suspect(text, found):
            return False
    return found is None or not _named(lower)


def _named(lower: str) -> bool:
    # A plain loop: any() over a generator takes three times as long, and this reads every text of an import.
    for word in _WORDS:
        if word in lower:
            return _NAMED.search(lower) is not None
    return False


def _suspect(text: str, found: re.Match[str]) -> bool:
    number, start, end = found[0], found.start(), found.end()
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    if not number.isdigit():
        return before in "+(" or not _DATES.fullmatch(number)
    if len(number) == _TAX_ID or _SHORTEST_CARD <= len(number) <= _LONGEST_CARD or before in "+(":
        return True
    if after.isalpha() or after in "-(":
        return True
    return before.isalpha() and text[max(0, start - 2)] != "#"
