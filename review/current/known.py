"""What was read or computed for one week, kept while the rows behind it are the same."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

from review.basics.remembered import YEAR, Remembered
from storage.queries.erasing import erasures_so_far
from storage.queries.items import items_of_week
from storage.queries.states import latest_key
from storage.records_review import Annotation, Withdrawal
from storage.records_weeks import Assignment, Item, ItemWithdrawal, Reassignment
from storage.store import Store

V = TypeVar("V")


class Known(Generic[V]):
    """Values by store, key and state. Nobody may change what :meth:`get` returns; an erasure makes all of them anew.

    Inside a transaction nothing is kept: what it has written may be rolled back.
    """

    def __init__(self, most: int) -> None:
        """Keep the ``most`` values that were asked for last."""
        self._values: Remembered[V] = Remembered(most)

    def get(self, store: Store, key: Hashable, state: Callable[[], Hashable], make: Callable[[], V]) -> V:
        """Return the value of a key in the current state; threads that ask at the same time make it once."""
        if store.in_transaction:
            return make()
        return self._values.get((str(store.path), key, erasures_so_far(store), state()), make)


_ITEMS: Known[Sequence[Item]] = Known(YEAR)


def items_of(store: Store, week: str) -> Sequence[Item]:
    """Return the items of a week in order of arrival."""
    return _ITEMS.get(store, week, lambda: _state_of_items(store), lambda: tuple(items_of_week(store, week)))


def _state_of_items(store: Store) -> tuple[str, ...]:
    """Return what changes with the items of a week: new ones, and after an undo of labels whatever uses them again."""
    gone = latest_key(store, ItemWithdrawal)
    used = (Annotation, Withdrawal, Assignment, Reassignment) if gone else ()
    return latest_key(store, Item), gone, *(latest_key(store, record) for record in used)
