"""Conversations of a frame that the log no longer has: retention removed them, or somebody else did."""

from __future__ import annotations

from collections.abc import Sequence

from review.audit.store_secrets import hmac_key
from review.basics.log_paths import LogPaths
from review.log.expired import expired_among, expired_in
from storage.store import Store


def not_expired(missing: Sequence[str], log: LogPaths, week: str, store: Store | None) -> list[tuple[str, str]]:
    """Return what of these conversations of a week retention did not remove: a name, and what is wrong, for each.

    Retention keeps a keyed hash of each id that it removes; the store has the key. Without the store, only more
    missing conversations than hashes of the week are a fault, and it is one of the whole week.
    """
    if not missing:
        return []
    if store is None:
        known = expired_in(log.logs, week)
        what = f"{len(missing):,} conversations are gone, and retention removed {known:,} of this week"
        return [(week, what)] if len(missing) > known else []
    gone = set(missing) - expired_among(log.logs, hmac_key(store), missing)
    return [(f"conversation {one}", "the row is gone, and retention did not remove it") for one in sorted(gone)]
