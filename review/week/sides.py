"""Which answer of a pair a reviewer sees first.

A keyed coin decides it for each reviewer and pair. With the store's key anybody can compute it again; without the key,
nothing that a reviewer receives tells it.
"""

from __future__ import annotations

import hmac
from typing import Literal

from review.audit.store_secrets import hmac_key
from storage.queries.pairs import PAIR
from storage.records_weeks import Assignment
from storage.store import Store

Sides = Literal["ab", "ba"]


def sides_of(key: bytes, item: str, rater: str) -> Sides:
    """Return the order of both answers for a reviewer. Pure."""
    coin = hmac.digest(key, f"sides\x1f{item}\x1f{rater}".encode(), "sha256")[0] & 1
    return "ba" if coin else "ab"


def sides_for(store: Store, kind: str | None, item: str, rater: str) -> Sides | None:
    """Return the order for a new assignment of an item of this kind; None where the item is no pair."""
    return sides_of(hmac_key(store), item, rater) if kind == PAIR else None


def sides_after(store: Store, given: Assignment, taker: str) -> Sides | None:
    """Return the order for somebody who takes an assignment over."""
    return sides_for(store, PAIR if given.sides else None, given.item_id, taker)
