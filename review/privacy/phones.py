"""Phone numbers: candidates by how they are written, checked by the numbering plans of the phonenumbers library.

Plain digits count only after a word such as phone: order ids, dates, prices and codes look the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from review.privacy.any_of import any_of
from review.privacy.identifiers import NAMED_OTHERWISE, NO_WORD_BEFORE, Hit

# The numbering plans take half a second to load, so they are loaded with the first candidate, not with a page.
if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

_MORE = r"[0-9](?:[0-9]|[ .\-/](?=[0-9(])|[()] ?(?=[0-9])){4,22}"
_INTERNATIONAL = re.compile(rf"{NO_WORD_BEFORE}(?<!\+)(?:\+ ?\(?|00(?=[1-9][0-9]{{0,2}}[ /-]))(?=[1-9]){_MORE}")
_AREA_IN_BRACKETS = re.compile(rf"{NO_WORD_BEFORE}(?<!\+)(?:1[ -]?)?\([0-9]{{2,5}}\)[ .\-/]?{_MORE}")
_NORTH_AMERICAN = re.compile(
    r"(?<![\w.#$€£+/-])(?:1([-. ]))?[2-9][0-9]{2}(?P<s>[-. ])[0-9]{3}(?P=s)[0-9]{4}(?![\w-]|[.,][0-9])"
)
_TEN_IN_GROUPS = re.compile(r"[2-9][0-9]{2}[-. ][0-9]{3}[-. ][0-9]{4}")
"""The middle of the pattern above, which is searched three times as fast because it begins with a digit."""
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
_DECIMAL = re.compile(r"[0-9]+\.[0-9]+")
_ALONE, _END = r"(?<![\w.#$€£+/,:-])(?<![0-9] )", r"(?![\w-]|[.,][0-9])"
_GROUPED = re.compile(
    rf"{_ALONE}[0-9](?:[0-9]|[ .\-/](?=[0-9(])|[()] ?(?=[0-9])){{7,18}}{_END}"
    rf"|{_ALONE}\([0-9]{{2,5}}\) ?[0-9](?:[0-9]|[ .\-/](?=[0-9])){{4,12}}{_END}"
)
_calls = any_of(
    (
        *("fone", "fon", "phone", "tel", "mobil", "cell", "fax", "whatsapp", "handy", "rufnummer", "call me"),
        *("reach me", "电话", "手机", "電話", "携帯", "핸드폰", "전화", "телефон"),
    )
)
_DATE = r"(?:[0-9]{4}[-./][0-9]{1,2}[-./][0-9]{1,2}|[0-9]{1,2}[-./][0-9]{1,2}[-./](?:[0-9]{4}|[0-9]{2}))(?:\Z|[ T])"
_DATE_FIRST = re.compile(_DATE)
_DATE_AFTER = re.compile(rf"[^0-9]+{_DATE}")
_ENOUGH = re.compile(r"[0-9](?:[ ().\-/]{0,3}[0-9]){6}")
_BRACKETS_SHAPE = re.compile(r"(?:1[ -]?)?\([0-9]{3}\)[ .-]?[0-9]{3}[ .-]?[0-9]{4}(?![0-9])")
_LAST_GROUP = re.compile(r"[^0-9]+[0-9]+\)?\Z")


def phones(text: str, regions: Sequence[str]) -> Iterator[Hit]:
    """Yield phone numbers. The first of ``regions`` (such as ``US``) is the country of those without a country code.

    Numbers in the national formats of the other regions are found too.
    """
    if not _ENOUGH.search(text):
        return
    region = regions[0]
    if "+" in text or "00" in text:
        yield from _international(text)
    if "(" in text:
        yield from _with_area_in_brackets(text, region)
    for found in _NORTH_AMERICAN.finditer(text) if _TEN_IN_GROUPS.search(text) else ():
        if found["s"] != " " or _valid(_parse(found[0], region)):
            yield Hit(found.start(), found.end(), _digits(found[0])[-10:])
    for found in _TRUNK.finditer(text):
        yield from _longest(found.start(), found[0], region, certain=False)
    yield from _named(text)
    if regions[1:]:
        yield from _national(text, regions[1:])


def may_hold_national(text: str) -> bool:
    """Return whether a text has enough digits for a number in a national format."""
    return _ENOUGH.search(text) is not None


def _national(text: str, regions: Sequence[str]) -> Iterator[Hit]:
    """Yield numbers that a plan of these regions knows, in the groups in which people there write them.

    Digits without groups count only as a mobile number with its leading zero.
    """
    for found in _GROUPED.finditer(text):
        candidate = found[0].rstrip(" .-/(")
        if (
            _DATE_FIRST.match(candidate)
            or _DECIMAL.fullmatch(candidate)
            or NAMED_OTHERWISE.search(text[max(0, found.start() - 32) : found.start()])
        ):
            continue
        for region in regions:
            hit = _in_groups(found.start(), candidate, region)
            if hit is not None:
                yield hit
                break


def _in_groups(start: int, candidate: str, region: str) -> Hit | None:
    import phonenumbers
    from phonenumbers import PhoneNumberFormat, PhoneNumberType

    number = _parse(candidate, region)
    if number is None or not phonenumbers.is_valid_number_for_region(number, region):
        return None
    key = _key(number)
    hit = Hit(start, start + len(candidate), key)
    if candidate.isdigit():
        mobile = phonenumbers.number_type(number) in (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
        return hit if mobile and candidate[0] == "0" else None
    if candidate[0] in "0(":
        return hit
    # Without a leading zero, prices and codes look the same; the groups must be those of the country.
    written = re.split(r"[ .\-/()]+", candidate.strip("("))
    usual = re.split(r"[ .\-/()]+", phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL).strip("("))
    shorter = usual[1:] if usual[0] == "0" else [usual[0].removeprefix("0"), *usual[1:]]
    pairs = [len(part) for part in written] in ([2] * len(written), [3] * len(written))
    return hit if written in (usual, shorter) or (pairs and len(written) >= 3 and "." not in candidate) else None


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
    if not _calls(text.lower()):
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
            key = _key(number)
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


def _key(number: PhoneNumber) -> str:
    from phonenumbers import PhoneNumberFormat, format_number

    return str(format_number(number, PhoneNumberFormat.E164)[-10:])


def _parse(text: str, region: str | None) -> PhoneNumber | None:
    from phonenumbers import NumberParseException, parse

    if region is None and text.startswith("00"):
        text = "+" + text[2:]
    try:
        return parse(text, region)
    except NumberParseException:
        return None


def _valid(number: PhoneNumber | None) -> bool:
    from phonenumbers import is_valid_number

    return number is not None and is_valid_number(number)


def _possible(number: PhoneNumber) -> bool:
    from phonenumbers import ValidationResult, is_possible_number_with_reason

    return bool(is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE)


def _digits(text: str) -> str:
    return re.sub("[^0-9]", "", text)
