"""Whether the clock of this machine can be believed before something is removed because it is old.

A clock that was set a month ahead for an hour would make everything a month older, and what is removed does not come
back. The audit chain says what time it was: the nightly steps write into it every day. So the clock is believed when
some entry is between ``SETTLED`` and ``LEAP`` old. After a leap, or after a long time in which nothing ran, it is
believed again one night later, because the entries of the first night are witnesses then. A clock that was set back
makes things younger and removes nothing early.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from review.basics.clock import now
from review.basics.errors import Refused
from review.basics.times import utc_text
from storage.queries.audit import newest_time
from storage.store import Store

SETTLED = timedelta(hours=20)
"""Younger entries do not count: in the hour of a wrong clock people go on working, and their entries are wrong too."""
LEAP = timedelta(days=4)
"""A long weekend without anybody, and without the nightly steps, is no leap."""


def leap(store: Store) -> timedelta | None:
    """Return how far the clock is ahead of what the chain knows, None where it can be believed.

    A store whose entries are all younger than ``SETTLED`` has no other witness, so its clock is believed.
    """
    moment = datetime.fromisoformat(now())
    before = newest_time(store, utc_text(moment - SETTLED))
    ahead = moment - datetime.fromisoformat(before) if before else timedelta()
    return ahead if ahead > LEAP else None


def leap_words(ahead: timedelta) -> str:
    """Return why nothing is removed, in two sentences."""
    return (
        f"The clock says {now()[:16].replace('T', ' ')} UTC, {ahead.days:,} days after anything that was written here "
        "before. Nothing is removed by age until the nightly steps have run under this clock for a day; if it is "
        "wrong, set it right."
    )


def require_sound_clock(store: Store) -> None:
    """Raise Refused while the clock is too far ahead to remove anything by its age."""
    ahead = leap(store)
    if ahead is not None:
        raise Refused(leap_words(ahead), command_hint="`spotcheck retention --clock-is-right` removes it now.")
