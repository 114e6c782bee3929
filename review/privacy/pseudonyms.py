"""E-mail addresses and phone numbers in ids and names: replaced by a keyed hash, so that they still join and group."""

from __future__ import annotations

from collections.abc import Callable

from review.privacy.identifiers import emails
from review.privacy.phones import phones

Named = Callable[[str], str]
"""Gives the keyed hash of an address: the same for the same address inside a store, meaningless outside."""


def without_addresses(text: str, named: Named) -> str:
    """Return a text with ``named`` in place of each e-mail address, and of each phone number with its country code."""
    hits = [*emails(text)] if "@" in text else []
    if "+" in text:
        hits += [hit for hit in phones(text, ("US",)) if text[hit.start] == "+"]
    out, at = [], 0
    for hit in sorted(hits):
        if hit.start >= at:
            out += [text[at : hit.start], named(text[hit.start : hit.end])]
            at = hit.end
    return "".join([*out, text[at:]]) if out else text
