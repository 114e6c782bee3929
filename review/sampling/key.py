"""The sampling key: which conversations a rate chooses, the same in every engine.

``u(id) = first 8 hex digits of md5(seed || ':' || id)``; an id is chosen at probability p when ``u < round(p * 2^32)``
as 8 hex digits. The choice depends only on the row, not on order, shards or retries, and a larger p contains the
smaller sample. md5 is the one hash that all engines render alike; secrecy is not its purpose here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from review.basics.errors import InputError

KEY_RULE = "md5(seed || ':' || id), first 8 hex digits < round(p * 2^32)"
OVERLAP = ":overlap"
SETTLE = ":settle"
SMALLEST = 2.0**-32


def digest(seed: str, id: str) -> str:
    """Return the key of an id as 32 lower-case hex digits. A growing sample takes ids in this order."""
    return hashlib.md5(f"{seed}:{id}".encode(), usedforsecurity=False).hexdigest()


def threshold(p: float) -> str | None:
    """Return ``round(p * 2^32)`` as 8 hex digits (1% is ``028f5c29``), or None when everything is chosen.

    p = 1 has no threshold of 8 digits, so there is nothing to compare with. Raises InputError unless 2^-32 <= p <= 1.
    """
    if not SMALLEST <= p <= 1:
        raise InputError(f"sampling probability: found {p!r}, expected a share from 2^-32 (about 2.3e-10) to 1.")
    cut = round(p * 2**32)
    return None if cut >= 2**32 else f"{cut:08x}"


def chosen(seed: str, id: str, p: float) -> bool:
    """Whether ``id`` is in the sample of probability p."""
    cut = threshold(p)
    return cut is None or digest(seed, id)[:8] < cut


def in_overlap(seed: str, id: str, share: float) -> bool:
    """Whether a drawn id belongs to the overlap subset, by a key of its own: ``seed || ':overlap:' || id``.

    A threshold instead of a fixed number lets a later draw add to the subset and never remove from it.
    """
    return share > 0 and chosen(seed + OVERLAP, id, share)


def settling_order(seed: str, ids: Iterable[str]) -> list[str]:
    """Return ids in the random order in which ties are settled: by the digest of ``seed || ':settle:' || id``."""
    return sorted(ids, key=lambda id: digest(seed + SETTLE, id))


def sample_digest(ids: Iterable[str]) -> str:
    """Return the fingerprint of a sample: md5 over its sorted ids joined by newlines, as 32 hex digits."""
    return hashlib.md5("\n".join(sorted(ids)).encode(), usedforsecurity=False).hexdigest()
