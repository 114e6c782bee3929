"""Which conversations and weeks retention must leave alone, and why."""

from __future__ import annotations

from dataclasses import dataclass

from review.privacy.holds import held
from storage.queries.retention import checked_days, weeks_begun, weeks_over, what_stays_changed, worked_with
from storage.store import Store

HELD_BACK = {
    "legal_hold": "on legal hold",
    "golden": "golden example, or proposed as one",
    "failure": "failure that somebody wrote a note on, named or triaged",
    "reviewed": "drawn, picked or reviewed",
    "week_open": "the week is not closed yet",
    "week_not_drawn": "nothing was drawn from the week, and no lead said that nothing will be",
    "checks_not_run": "not looked at by the daily checks yet",
}
"""Why a conversation stays whose days are over, by the name that results use."""


@dataclass(frozen=True, kw_only=True)
class Staying:
    """What stays, as the store says.

    ``conversations`` has a reason of ``HELD_BACK`` by id, ``users`` are on hold. The weeks that are ``over`` may
    expire; ``begun`` are those that were drawn from or opened. ``checked`` are the days and imports that the daily
    checks looked at. ``state`` changes with any of it.
    """

    conversations: dict[str, str]
    users: frozenset[str]
    over: frozenset[str]
    begun: frozenset[str]
    checked: frozenset[tuple[str, str]]
    state: tuple[int, ...]

    def reason_of_week(self, week: str) -> str:
        """Return why nothing of a week may expire, "" where its conversations may."""
        if week in self.over:
            return ""
        return "week_open" if week in self.begun else "week_not_drawn"


def what_stays(store: Store) -> Staying:
    """Read what stays from the store, as it is at one moment."""
    with store.snapshot():
        on_hold = held(store)
        reasons = dict.fromkeys(on_hold.conversations, "legal_hold")
        for id_, reason in worked_with(store):
            reasons.setdefault(id_, reason)
        return Staying(
            conversations=reasons,
            users=on_hold.users,
            over=frozenset(weeks_over(store)),
            begun=frozenset(weeks_begun(store)),
            checked=checked_days(store),
            state=what_stays_changed(store),
        )
