"""What is not settled in a week, by cause: every item once, so that the parts add up, the same on every page."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from review.basics.words import counted
from review.current.assignments import items_to_review, owed_items
from review.current.known import items_of
from review.evidence.ties import settle_first
from review.settling.adjudication import Case, cases
from storage.queries.assignments import dealt_pairs, items_held, items_skipped
from storage.store import Store


class Cause(NamedTuple):
    """Why items are not settled, in words for one and for many, and what that means for the figures."""

    name: str
    one: str
    many: str
    means: str

    def words(self, n: int) -> str:
        """Return the number with the cause, such as "3 ties that decide a share"."""
        return counted(n, self.one, self.many)


CAUSES = (
    Cause(
        "deciding",
        "tie that decides a share",
        "ties that decide a share",
        "Chosen at random among the ties. Once they are settled, the others are taken to be like them.",
    ),
    Cause("tie", "other tie", "other ties", "As many votes for one value as for another, so there is no label."),
    Cause(
        "majority",
        "disagreement with a majority",
        "disagreements with a majority",
        "The majority counts until somebody settles it.",
    ),
    Cause("waiting", "item not reviewed yet", "items not reviewed yet", "Somebody has it, and nobody has a label."),
    Cause("skipped", "item skipped", "items skipped", "Who had it skipped it, and nobody else has it."),
    Cause("nobody", "item with nobody", "items with nobody", "It was taken back, or nobody got it."),
)
"""Every cause, in the order in which an item belongs to the first that fits."""


@dataclass(frozen=True, kw_only=True)
class Unsettled:
    """The items of a week without a settled label by cause, ``of`` all ``items``; ``owed`` are the viewer's own.

    ``pairs`` of answers are among them: nothing is settled about one, but somebody has to review it. Items with known
    answers are not.

    What is known of owed items stays hidden from the viewer: they are not listed, and those ``to_review`` are counted.
    """

    items: int
    pairs: int
    by_cause: dict[str, tuple[str, ...]]
    owed: frozenset[str]
    to_review: frozenset[str]

    @property
    def total(self) -> int:
        """How many items are not settled."""
        return sum(map(len, self.by_cause.values()))

    @property
    def hidden(self) -> int:
        """How many of them the viewer still has to review."""
        return sum(item in self.to_review for items in self.by_cause.values() for item in items)

    def shown(self, cause: str) -> list[str]:
        """Return the items of one cause that the viewer may see in a list."""
        return [item for item in self.by_cause[cause] if item not in self.owed]


def unsettled(store: Store, week: str, *, viewer: str) -> Unsettled:
    """Return what is not settled in a week. A single vote settles an item where one reviewer was to give it."""
    found = {c.item.id: c for c in cases(store, week, viewer="")}
    deciding = set(settle_first(store, week))
    held, passed = items_held(store, week), items_skipped(store, week)
    items = [i.id for i in items_of(store, week)]
    by_cause: dict[str, list[str]] = {cause.name: [] for cause in CAUSES}
    for item in items:
        cause = _cause(item, found.get(item), deciding, held, passed)
        if cause:
            by_cause[cause].append(item)
    pairs = dealt_pairs(store, week)
    for item, reviewed in pairs.items():
        if not reviewed:
            by_cause[_cause(item, None, deciding, held, passed)].append(item)
    return Unsettled(
        items=len(items) + len(pairs),
        pairs=len(pairs),
        by_cause={name: tuple(ids) for name, ids in by_cause.items()},
        owed=frozenset(owed_items(store, viewer)) if viewer else frozenset(),
        to_review=frozenset(items_to_review(store, viewer)),
    )


def deciding_shown(store: Store, week: str, *, viewer: str) -> list[str]:
    """Return the ties that decide a share and that the viewer may see, as :func:`unsettled` lists them.

    It builds no case of the week: the Week page needs only the first tie, and on a big week the cases take most time.
    """
    deciding, owed = set(settle_first(store, week)), owed_items(store, viewer)
    return [i.id for i in items_of(store, week) if i.id in deciding and i.id not in owed]


def _cause(
    item: str, case: Case | None, deciding: Collection[str], held: Collection[str], passed: Collection[str]
) -> str:
    """Return the name of the first cause that fits, "" for a settled item. Pure."""
    if case is None:
        return "waiting" if item in held else "skipped" if item in passed else "nobody"
    if case.kind != "disputed":
        return ""
    if item in deciding:
        return "deciding"
    return "tie" if any(_is_tie(votes.values()) for votes in case.votes.values()) else "majority"


def _is_tie(votes: Collection[int]) -> bool:
    top = max(votes, default=0)
    return sum(n == top for n in votes) > 1
