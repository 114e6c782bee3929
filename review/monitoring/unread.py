"""What a check has not read: conversations imported before it was switched on count in none of its figures."""

from __future__ import annotations

from collections.abc import Sequence

from review.basics.words import counted
from review.checks.catalogue import title_of
from review.monitoring.bucket import Bucket


def unread_words(buckets: Sequence[Bucket]) -> list[str]:
    """Return a sentence for each check that read some of the conversations of these windows and not all."""
    traffic = sum(one.traffic for one in buckets)
    read: dict[str, int] = {}
    for one in buckets:
        for name, share in one.checks.items():
            read[name] = read.get(name, 0) + share.n
    return [
        f"{title_of(name).capitalize()}: of {counted(n, 'conversation')}. The other {traffic - n:,} were imported "
        "without this check, and an import checks only what it brings."
        for name, n in sorted(read.items())
        if 0 < n < traffic
    ]
