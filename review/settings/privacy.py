"""The table ``[privacy]`` of spotcheck.toml. It stands apart: processes that mask need no other settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Privacy:
    """The settings of [privacy].

    ``originals`` says what happens to unmasked originals. ``patterns`` are the team's own (token name -> regular
    expression). ``phone_region`` is the country of phone numbers without a country code. ``countries`` are those whose
    phone numbers are found in their national formats as well. ``library`` is "presidio" to run its recognisers of
    national numbers after ours, else "". ``names`` is a spaCy model that finds names of people, ``addresses`` says that
    street addresses are masked. ``ids`` is "hash" to replace e-mail addresses and phone numbers in ids and names by a
    keyed hash, else "keep". Files of rejected records are removed after ``rejects_days`` days, 0: never.
    """

    originals: str = "apart"
    patterns: Mapping[str, str] = field(default_factory=dict)
    phone_region: str = "US"
    countries: tuple[str, ...] = ()
    library: str = ""
    names: str = ""
    addresses: bool = False
    ids: str = "hash"
    rejects_days: int = 90
