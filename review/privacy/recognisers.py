"""What to search for in text: the kinds of personal data, and the team's own patterns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from review.basics.errors import InputError
from review.privacy import identifiers
from review.privacy.addresses import addresses, may_hold_address
from review.privacy.identifiers import Hit
from review.privacy.keys_and_tokens import secrets
from review.privacy.labelled import birth_dates, record_numbers
from review.privacy.looks_clean import looks_clean
from review.privacy.names import check_model, may_hold_name, names_by
from review.privacy.national_ids import national_ids
from review.privacy.phones import may_hold_national, phones
from review.privacy.presidio import check_library, may_hold, national_ids_by_library
from review.privacy.spelt_out import spelt_emails

Regions = tuple[str, ...]
Find = Callable[[str, Regions], Iterable[Hit]]

RECOGNISERS: dict[str, Find] = {
    "SECRET": lambda text, regions: secrets(text),
    "EMAIL": lambda text, regions: (*(identifiers.emails(text) if "@" in text else ()), *spelt_emails(text)),
    "BIRTH_DATE": lambda text, regions: birth_dates(text),
    "RECORD_NUMBER": lambda text, regions: record_numbers(text),
    "IBAN": lambda text, regions: identifiers.ibans(text),
    "CARD": lambda text, regions: identifiers.cards(text),
    "NATIONAL_ID": lambda text, regions: national_ids(text),
    "IP": lambda text, regions: identifiers.ip_addresses(text),
    "PHONE": phones,
}
"""By kind of personal data, a function from a text and the regions of phone numbers to hits.

Earlier kinds take precedence.
"""


SHORTEST = 6
"""Characters of the shortest text in which a built-in recogniser finds something, a@b.co."""
SHORTEST_WORD = 20
"""Letters of the shortest text without anything else in which one finds something, the id of a key of AWS."""


@dataclass(frozen=True)
class Recognisers:
    """What to search for: the team's own patterns first, then the kinds of ``RECOGNISERS``.

    ``own`` is True when there are own patterns. ``regions`` begins with the country of phone numbers without a country
    code; the national formats of the others are searched too. ``may_hold`` are quick tests of what is searched beside
    the built-in kinds: a text that passes one of them may hold something.
    """

    kinds: Mapping[str, Find]
    regions: Regions
    own: bool
    may_hold: tuple[Callable[[str], bool], ...] = ()

    def clean(self, text: str) -> bool:
        """Return whether a quick test shows that nothing can be found in a text."""
        if self.own:
            return False
        if self.may_hold:
            return looks_clean(text) and not any(test(text) for test in self.may_hold)
        # Most texts are keys and values of one word.
        return len(text) < SHORTEST or (len(text) < SHORTEST_WORD and text.isalpha()) or looks_clean(text)


def recognisers(
    patterns: Mapping[str, str] | None = None,
    *,
    phone_region: str = "US",
    countries: Sequence[str] = (),
    library: str = "",
    names: str = "",
    street_addresses: bool = False,
) -> Recognisers:
    """Return all recognisers together with the team's own ``patterns`` (token name -> regular expression).

    ``countries`` are those whose phone numbers are searched in their national formats, beside ``phone_region``.
    ``library`` "presidio" adds its national numbers to ours. ``names`` is a spaCy model that finds people. Raises
    InputError for a pattern that is no regular expression or has an unusable name, for an unknown region, and for a
    library or model that is unknown or not installed.
    """
    import phonenumbers

    if phone_region not in phonenumbers.SUPPORTED_REGIONS:
        raise InputError(f"privacy.phone_region: found '{phone_region}', expected two letters such as US or DE.")
    unknown = [c for c in countries if c not in phonenumbers.SUPPORTED_REGIONS]
    if unknown:
        raise InputError(f"privacy.countries: found '{unknown[0]}', expected two letters each, such as ['US', 'DE'].")
    own = {name: _own(name, pattern) for name, pattern in (patterns or {}).items()}
    check_library(library)
    check_model(names)
    known = {**RECOGNISERS, "NATIONAL_ID": _national_ids_of_both} if library else dict(RECOGNISERS)
    if street_addresses:
        known["ADDRESS"] = lambda text, regions: addresses(text)
    if names:
        people = names_by(names)
        known["NAME"] = lambda text, regions: people(text)
    kinds = {**own, **{kind: find for kind, find in known.items() if kind not in own}}
    tests = (
        (countries, may_hold_national),
        (library, may_hold),
        (street_addresses, may_hold_address),
        (names, may_hold_name),
    )
    return Recognisers(kinds, (phone_region, *countries), bool(own), tuple(test for on, test in tests if on))


def _national_ids_of_both(text: str, regions: Regions) -> Iterable[Hit]:
    return (*national_ids(text), *national_ids_by_library(text))


def _own(name: str, pattern: str) -> Find:
    if not re.fullmatch(r"[A-Z][A-Z0-9_]*", name):
        raise InputError(f"privacy.patterns: found the name '{name}', expected capitals such as CUSTOMER.")
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise InputError(f"privacy.patterns.{name}: {pattern!r} is not a valid regular expression ({error}).") from None
    return lambda text, regions: (Hit(m.start(), m.end(), m[0]) for m in compiled.finditer(text) if m[0])
