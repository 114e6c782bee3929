"""Recognisers of email addresses, payment cards, bank accounts and network addresses.

Each takes a text and yields hits. They miss an oddly written number rather than mask an order id, because a wrong mask
breaks SQL and answers. Where a number has check digits, they decide.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from typing import NamedTuple


class Hit(NamedTuple):
    """Characters ``start`` to ``end`` of a text, and a ``key`` that is equal for two spellings of the same thing."""

    start: int
    end: int
    key: str


CJK = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
"""Letters of scripts without a space before a number or address, for a character class of a regular expression."""

NO_WORD_BEFORE, NO_WORD_AFTER = rf"(?<![^\W{CJK}])", rf"(?![^\W{CJK}])"
"""The edges of a hit: no letter, digit or underscore, except letters of those scripts."""

# The first pair stops at letters of those scripts; the second finds addresses written in them.
_ADDRESSES = tuple(
    (
        re.compile(rf"(?:[^\W{not_of}]|[.%+'-]){{1,64}}\Z"),
        re.compile(
            rf"(?:[^\W_{not_of}](?:(?:[^\W{not_of}]|-){{0,61}}[^\W_{not_of}])?\.){{1,8}}[^\W\d_{not_of}]{{2,24}}"
            rf"(?![^\W{not_of}])"
        ),
    )
    for not_of in (CJK, "")
)
FILES = frozenset(("png", "jpg", "jpeg", "gif", "svg", "webp", "css", "js", "json", "html"))
"""Endings of file names such as icon@2x.png. None of them ends a domain."""


def emails(text: str) -> Iterator[Hit]:
    """Yield addresses with a dotted domain. A quote or wildcard before one, as in SQL, is not part of it."""
    at = text.find("@")
    while at >= 0:
        local, domain = _address_at(text, at)
        if local and domain and domain[0].rpartition(".")[2].lower() not in FILES:
            start = local.start()
            if start and text[start - 1] == "\\" and text[start] in "nrtbf":
                start += 1  # the tail of a line break that JSON text writes as \n
            while start < at and not text[start].isalnum():
                start += 1
            if start < at:
                yield Hit(start, domain.end(), text[start : domain.end()].casefold())
        at = text.find("@", at + 1)


def _address_at(text: str, at: int) -> tuple[re.Match[str] | None, re.Match[str] | None]:
    for before, after in _ADDRESSES:
        local, domain = before.search(text, max(0, at - 64), at), after.match(text, at + 1)
        if local and domain:
            return local, domain
    return None, None


_CARD = re.compile(
    rf"{NO_WORD_BEFORE}(?<![.#$€£+-])"
    r"(?:[0-9]{14,19}|[0-9]{4}([ -])[0-9]{4}\1[0-9]{4}\1[0-9]{4}(?:\1[0-9]{3})?|3[0-9]{3}([ -])[0-9]{6}\2[0-9]{4,5})"
    rf"{NO_WORD_AFTER}(?!-|[.,][0-9])"
)
_FOURTEEN = re.compile(r"[0-9](?:[ -]?[0-9]){13}")
"""Every card has as many digits. A pattern that begins with a digit is searched three times as fast."""
_ISSUERS = (
    (re.compile("4"), (16, 19)),  # Visa
    (re.compile("5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), (16,)),  # Mastercard
    (re.compile("3[47]"), (15,)),  # American Express
    (re.compile("30[0-5]|36|3[89]"), (14,)),  # Diners Club
    (re.compile("6011|64[4-9]|65"), (16, 19)),  # Discover
    (re.compile("35(?:2[89]|[3-8])"), (16, 19)),  # JCB
    (re.compile("62"), (16, 17, 18, 19)),  # UnionPay
    (re.compile("50(?:18|20|38)|6304|6759|676[1-3]"), (16, 18, 19)),  # Maestro
)
NAMED_OTHERWISE = re.compile(
    r"(?:\b|_)(?:id|ids|order|invoice|tracking|item|product|sku|ticket|ref|reference|isbn|imei|ean|gtin)\b[^0-9]{0,12}\Z",
    re.IGNORECASE,
)

_CALLED_CARD = re.compile("card|carte|karte|diners", re.IGNORECASE)
_DINERS = 14


def luhn(digits: str) -> bool:
    """Return whether digits pass ISO/IEC 7812-1: the digit sum, every second one doubled, is a multiple of ten."""
    total = 0
    for i, digit in enumerate(reversed(digits)):
        number = int(digit) * (1 + i % 2)
        total += number - 9 if number > 9 else number
    return total % 10 == 0


def cards(text: str) -> Iterator[Hit]:
    """Yield payment card numbers of known issuers with a valid check digit.

    Digits without spaces are left alone when a word before them calls them an order, an invoice or the like. The
    fourteen digits of Diners Club count only after a word such as card: too many codes look like them.
    """
    for found in _CARD.finditer(text) if _FOURTEEN.search(text) else ():
        digits = re.sub("[ -]", "", found[0])
        known = any(len(digits) in lengths and issuer.match(digits) for issuer, lengths in _ISSUERS)
        if not known or not luhn(digits) or len(set(digits)) == 1:
            continue
        before = text[max(0, found.start() - 32) : found.start()]
        if (
            digits == found[0]
            and not _CALLED_CARD.search(before)
            and (len(digits) == _DINERS or NAMED_OTHERWISE.search(before))
        ):
            continue
        yield Hit(found.start(), found.end(), digits)


IBAN_LENGTHS = {
    **{"AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29, "BY": 28},
    **{"CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18},
    **{"FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22},
    **{"IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20},
    **{"LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MR": 27, "MT": 31, "MU": 30, "NL": 18},
    **{"NO": 15, "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "SA": 24, "SC": 31, "SE": 24},
    **{"SI": 19, "SK": 24, "SM": 27, "ST": 25, "SV": 28, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20},
}
"""The length of an IBAN by country (SWIFT IBAN registry, ISO 13616)."""

_IBAN_START = re.compile(
    rf"{NO_WORD_BEFORE}(?:[A-Z]{{2}}[0-9]{{2}}(?=[ -]?[A-Z0-9])|[a-z]{{2}}[0-9]{{2}}(?= [A-Za-z0-9]{{4}} ))"
)
_AFTER_COUNTRY = re.compile(r"[0-9](?<=[A-Za-z]{2}[0-9])[0-9]")
"""Every IBAN has these digits after its country, and they are found faster than letters."""
_EDGE = re.compile(NO_WORD_AFTER)


def ibans(text: str) -> Iterator[Hit]:
    """Yield IBANs of known countries with a valid check number (ISO 7064, modulo 97), with or without spaces."""
    for found in _IBAN_START.finditer(text) if _AFTER_COUNTRY.search(text) else ():
        length = IBAN_LENGTHS.get(found[0][:2].upper())
        end = _end_of(text, found.start(), length) if length else None
        if end is None:
            continue
        account = re.sub("[ -]", "", text[found.start() : end]).upper()
        if int("".join(str(int(c, 36)) for c in account[4:] + account[:4])) % 97 == 1:
            yield Hit(found.start(), end, account)


def _end_of(text: str, start: int, length: int) -> int | None:
    """The end of ``length`` letters and digits with single separators; None unless a word ends there."""
    count, at = 0, start
    while at < len(text) and count < length:
        if text[at].isascii() and text[at].isalnum():
            count += 1
        elif text[at] not in " -" or text[at - 1] in " -":
            return None
        at += 1
    return at if count == length and _EDGE.match(text, at) else None


_IP4 = re.compile(r"(?<![\w.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![\w-]|\.[0-9])")
_IP6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:])")
_VERSION = re.compile(r"(?:\bv|\bver|\bversion|\brelease|\bbuild|[<>~]=)[ .:=]*\Z", re.IGNORECASE)
_BUILD = re.compile(r" build\b", re.IGNORECASE)


def ip_addresses(text: str) -> Iterator[Hit]:
    """Yield IPv4 and IPv6 addresses, except loopback, wildcards, netmasks and version numbers."""
    if text.count(".") >= 3:
        for found in _IP4.finditer(text):
            before = max(0, found.start() - 12)
            if not _VERSION.search(text, before, found.start()) and not _BUILD.match(text, found.end()):
                yield from _address(found)
    if text.count(":") >= 2:
        for found in _IP6.finditer(text):
            groups = [group for group in found[0].split(":") if group]
            # `fee::dec` is a cast in SQL; a real address has at least three groups and a digit.
            if len(groups) >= 3 and any(c.isdigit() for c in found[0]):
                yield from _address(found)


def _address(found: re.Match[str]) -> Iterator[Hit]:
    try:
        address = ipaddress.ip_address(found[0])
    except ValueError:
        return
    if not (address.is_loopback or address.is_unspecified or found[0].startswith("255.")):
        yield Hit(found.start(), found.end(), str(address))
