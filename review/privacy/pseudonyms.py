"""E-mail addresses and phone numbers in ids and names: replaced by a keyed hash, so that they still join and group.

An address that is percent-encoded, as in an address of a page (``anna%40example.com``), gets the hash of the plain one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from review.privacy.identifiers import emails
from review.privacy.phones import phones

Named = Callable[[str], str]
"""Gives the keyed hash of an address: the same for the same address inside a store, meaningless outside."""
DEEP = 3
"""How often a text may be percent-encoded."""
_ESCAPE = re.compile("%([2-7][0-9A-Fa-f])")


def may_hold_address(text: str) -> bool:
    """Whether a text has a character that an address or a phone number needs; quick, for each id of an import."""
    return "@" in text or "+" in text or "%" in text


def without_addresses(text: str, named: Named, *, encoded: bool = True) -> str:
    """Return a text with ``named`` in place of each e-mail address, and of each phone number with its country code.

    Without ``encoded`` those that are percent-encoded stay.
    """
    plain, places = _decoded(text) if encoded and "%" in text else (text, range(len(text) + 1))
    hits = [*emails(plain)] if "@" in plain else []
    if "+" in plain:
        hits += [hit for hit in phones(plain, ("US",)) if plain[hit.start] == "+"]
    out, at = [], 0
    for hit in sorted(hits):
        if hit.start >= at:
            out += [text[places[at] : places[hit.start]], named(plain[hit.start : hit.end])]
            at = hit.end
    return "".join([*out, text[places[at] :]]) if out else text


def _decoded(text: str) -> tuple[str, Sequence[int]]:
    """Return a text without its percent-encoding, and where each of its characters, and its end, is in the text."""
    places = list(range(len(text) + 1))
    for _ in range(DEEP):
        plain, left, at = [], list[int](), 0
        for found in _ESCAPE.finditer(text):
            plain += [text[at : found.start()], chr(int(found[1], 16))]
            left += places[at : found.start() + 1]
            at = found.end()
        if not plain:
            break
        text, places = "".join([*plain, text[at:]]), [*left, *places[at:]]
    return text, places
