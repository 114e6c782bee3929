"""Phone numbers: candidates by how they are written, checked by the numbering plans of the phonenumbers library.

Plain digits count only after a word such as phone: order ids, dates, prices and codes look the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, ValidationResult

from review.privacy.identifiers import NO_WORD_BEFORE, Hit

_MORE = r"[0-9](?:[0-9]|[ .\-/](?=[0-9(])|[()] ?(?=[0-9])){4,22}"
_INTERNATIONAL = re.compile(rf"{NO_WORD_BEFORE}(?<!\+)(?:\+ ?\(?|00(?=[1-9][0-9]{{0,2}}[ /-]))(?=[1-9]){_MORE}")
_AREA_IN_BRACKETS = re.compile(rf"{NO_WORD_BEFORE}(?<!\+)(?:1[ -]?)?\([0-9]{{2,5}}\)[ .\-/]?{_MORE}")
_NORTH_AMERICAN = re.compile(
    r"(?<![\w.#$€£+/-])(?:1([-. ]))?[2-9][0-9]{2}(?P<s>[-. ])[0-9]{3}(?P=s)[0-9]{4}(?![\w-]|[.,][0-9])"
)
_TRUNK = re.compile(rf"(?<![\w.#$€£+/,:-])(?=0[1-9][0-9]{{0,4}}[ .\-/]){_MORE}(?![\w-]|[.,][0-9])")
_NAMED = re.compile(
    r"\b(?:tele|télé)?(?:phone|fon|fone)s?[\"']?(?:[ _-]?(?:number|no|nr|num)\b)?[\"']?\.?[ :=]*(?:is|was)?[ \"':=]*"
    r"(?P<a>\+?[0-9][0-9 ().\-/]{5,20}[0-9])(?![\w-]|[.,][0-9])"
    r"|(?:\b(?:tel|mobile|cell|fax|whatsapp|handy|rufnummer|mobil|call me (?:at|on)|reach me (?:at|on))\b"
    r"|电话|手机|電話|携帯|핸드폰|전화|телефон\w*|tel[eé]fono)[\"']?"
    r"(?:[ _-]?(?:number|phone|no|nr)\b)?[\"']?\.?[ :=：]*(?:is|was)?[ \"':=]*"
    r"(?P<b>\+?[0-9][0-9 ().\-/]{5,20}[0-9])(?![\w-]|[.,][0-9])",
    re.IGNORECASE,
)
_CALLING = re.compile(
    "phone|fone|fon|tel|mobil|cell|fax|whatsapp|handy|rufnummer|call me|reach me"
    "|电话|手机|電話|携帯|핸드폰|전화|телефон"
)
_DATE = r"(?:[0-9]{4}[-./][0-9]{1,2}[-./][0-9]{1,2}|[0-9]{1,2}[-./][0-9]{1,2}[-./](?:[0-9]{4}|[0-9]{2}))(?:\Z|[ T])"
_DATE_FIRST = re.compile(_DATE)
_DATE_AFTER = re.compile(rf"[^0-9]+{_DATE}")
_ENOUGH = re.compile(r"[0-9](?:[ ().\-/]{0,3}[0-9]){6}")
_BRACKETS_SHAPE = re.compile(r"(?:1[ -]?)?\([0-9]{3}\)[ .-]?[0-9]{3}[ .-]?[0-9]{4}(?![0-9])")
_LAST_GROUP = re.compile(r"[^0-9]+[0-9]+\)?\Z")


def phones(text: str, region: str) -> Iterator[Hit]:
    """Yield phone numbers. ``region`` (such as ``US`` or ``DE``) is the country of those without a country code."""
    if not _ENOUGH.search(text):
        return
    if "+" in text or "00" in text:
        yield from _international(text)
    if "(" in text:
        yield from _with_area_in_brackets(text, region)
    for found in _NORTH_AMERICAN.finditer(text):
        if found["s"] != " " or _valid(_parse(found[0], region)):
            yield Hit(found.start(), found.end(), _digits(found[0])[-10:])
    for found in _TRUNK.finditer(text):
        yield from _longest(found.start(), found[0], region, certain=False)
    yield from _named(text)


def _international(text: str) -> Iterator[Hit]:
    for found in _INTERNATIONAL.finditer(text):
        yield from _longest(found.start(), found[0], None, certain=found[0].startswith("+"))


def _with_area_in_brackets(text: str, region: str) -> Iterator[Hit]:
    for found in _AREA_IN_BRACKETS.finditer(text):
        shape = _BRACKETS_SHAPE.match(found[0])
        if shape:
            yield Hit(found.start(), found.start() + shape.end(), _digits(shape[0])[-10:])
        else:
            yield from _longest(found.start(), found[0], region, certain=False)


def _named(text: str) -> Iterator[Hit]:
    if not _CALLING.search(text.lower()):
        return
    for found in _NAMED.finditer(text):
        name = "a" if found["a"] else "b"
        number = _before_date(found[name])
        if 7 <= len(_digits(number)) <= 15:
            yield Hit(found.start(name), found.start(name) + len(number), _digits(number)[-10:])


def _before_date(text: str) -> str:
    """The candidate up to a date that follows it; "" when it is itself a date."""
    if _DATE_FIRST.match(text):
        return ""
    after = _DATE_AFTER.search(text)
    return text[: after.start()] if after else text


def _longest(start: int, text: str, region: str | None, *, certain: bool) -> Iterator[Hit]:
    """The longest start of the candidate, in whole groups, that a numbering plan knows.

    A ``certain`` candidate (it begins with a plus) may have any possible length if no plan knows it.
    """
    text = _before_date(text)
    possible: list[Hit] = []
    while len(_digits(text)) >= 7:
        number = _parse(text, region)
        if number is not None:
            key = phonenumbers.format_number(number, PhoneNumberFormat.E164)[-10:]
            if _valid(number):
                yield Hit(start, start + len(text), key)
                return
            if certain and _possible(number):
                possible.append(Hit(start, start + len(text), key))
        last = _LAST_GROUP.search(text)
        if last is None:
            break
        text = text[: last.start()]
    yield from possible[:1]


def _parse(text: str, region: str | None) -> PhoneNumber | None:
    if region is None and text.startswith("00"):
        text = "+" + text[2:]
    try:
        return phonenumbers.parse(text, region)
    except NumberParseException:
        return None


def _valid(number: PhoneNumber | None) -> bool:
    return number is not None and phonenumbers.is_valid_number(number)


def _possible(number: PhoneNumber) -> bool:
    return phonenumbers.is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE


def _digits(text: str) -> str:
    return re.sub("[^0-9]", "", text)
