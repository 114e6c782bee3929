"""Which verdicts of a judge count: its versions, how a version is named, and the verdict that counts for an item.

A judge is named ``name@version``, or ``name`` for its latest version with verdicts in the weeks in question.

Verdicts of a run over a release never count for an item: the judge saw the expected answer there, which is the answer
itself where people found it right. Runs no longer write such rows; older stores hold some.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import NamedTuple, TypeAlias, TypeVar

from review.basics.errors import NothingToDo, UnknownError
from review.basics.remembered import YEAR
from review.current.known import Known
from storage.queries.states import latest_key
from storage.queries.verdicts import (
    VerdictValue,
    first_verdicts,
    knows_judge,
    values_of_version,
    verdicts_of_version,
    verdicts_on,
)
from storage.records_review import Verdict
from storage.records_weeks import Item
from storage.store import Store

REPLACES = "replaced: "
"""Begins the error of a missing verdict that counts in place of an earlier value."""
LOG_VERDICTS = "log"
"""The version of verdicts that came with the log."""


V = TypeVar("V", Verdict, VerdictValue)
Placed: TypeAlias = tuple[int, tuple[str, str], V]
"""The place of the first verdict on an item and dimension among all in the store, these two, and what counts there."""


class Reference(NamedTuple):
    """One version of a judge, written ``name@version``."""

    judge: str
    version: str

    def __str__(self) -> str:
        return f"{self.judge}@{self.version}"


def judges(store: Store, weeks: Sequence[str]) -> list[str]:
    """Return the names of the judges with verdicts on items of these weeks, missing verdicts included."""
    return list(versions_with_verdicts(store, weeks))


def versions_with_verdicts(store: Store, weeks: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return, by judge, its versions with verdicts on items of these weeks, the latest last.

    Numbered versions come in order of their numbers, whichever ran last. Other names (``log``) come before them, in
    order of arrival.
    """
    first: dict[Reference, int] = {}
    for week in weeks:
        for version, place in _first_verdicts(store, week).items():
            first[version] = min(place, first.get(version, place))
    found: dict[str, list[str]] = {}
    for one in sorted(first, key=lambda one: (one.judge, first[one])):
        found.setdefault(one.judge, []).append(one.version)
    return {judge: tuple(sorted(versions, key=_number)) for judge, versions in found.items()}


def _first_verdicts(store: Store, week: str) -> Mapping[Reference, int]:
    return _FIRST.get(
        store,
        week,
        lambda: (latest_key(store, Item), latest_key(store, Verdict)),
        lambda: {Reference(judge, version): place for judge, version, place in first_verdicts(store, week)},
    )


_FIRST: Known[Mapping[Reference, int]] = Known(64)


def _number(version: str) -> int:
    return int(version) if version.isascii() and version.isdigit() else -1


def reference(store: Store, weeks: Sequence[str], judge: str) -> Reference:
    """Return the version that ``judge`` (``name`` or ``name@version``) means in these weeks.

    Raises NothingToDo when it has no verdict in them and UnknownError when the store does not know it; both list the
    judges there are.
    """
    found = version_of(store, weeks, judge)
    if found is not None:
        return found
    known = versions_with_verdicts(store, weeks)
    others = ", ".join(str(Reference(j, v)) for j, versions in known.items() for v in versions) or "none yet"
    if not knows_judge(store, judge):
        raise UnknownError(f"judge '{judge}' is not in the store (with verdicts in these weeks there are: {others}).")
    raise NothingToDo(f"judge '{judge}' has no verdicts on items of {', '.join(weeks)} (there are: {others}).")


def _named(known: Mapping[str, tuple[str, ...]], judge: str) -> Reference | None:
    # A name may contain an @, so the whole text is tried as a name first.
    if judge in known:
        return Reference(judge, known[judge][-1])
    name, _, version = judge.rpartition("@")
    return Reference(name, version) if version in known.get(name, ()) else None


def version_of(store: Store, weeks: Sequence[str], judge: str) -> Reference | None:
    """Return the version that ``judge`` means in these weeks; None when it has no verdict in them."""
    return _named(versions_with_verdicts(store, weeks), judge)


def verdicts_of(store: Store, weeks: Sequence[str], judge: str) -> dict[tuple[str, str], Verdict]:
    """Return the verdicts of a judge that count in some weeks, by (item, dimension); {} for an unknown judge."""
    found = version_of(store, weeks, judge)
    return {} if found is None else _in_order(_counting(store, week, found) for week in weeks)


def values_of(store: Store, weeks: Sequence[str], judge: Reference) -> dict[tuple[str, str], VerdictValue]:
    """Return what the same verdicts say, in the same order: for all that needs neither reason nor cost."""
    return _in_order(values_in(store, week, judge) for week in weeks)


def _in_order(weeks: Iterable[Sequence[Placed[V]]]) -> dict[tuple[str, str], V]:
    """Join weeks in order of arrival over all of them, whichever came first: intervals may depend on the order."""
    placed = sorted(chain.from_iterable(weeks), key=itemgetter(0))
    return {key: verdict for _, key, verdict in placed}


def _counting(store: Store, week: str, judge: Reference) -> Sequence[Placed[Verdict]]:
    return _COUNTING.get(
        store,
        (week, judge),
        lambda: (latest_key(store, Item), latest_key(store, Verdict)),
        lambda: _placed(verdicts_of_version(store, judge.judge, judge.version, week)),
    )


def _placed(rows: Sequence[tuple[int, V]]) -> tuple[Placed[V], ...]:
    first: dict[tuple[str, str], int] = {}
    for place, v in rows:
        first.setdefault((v.item_id, v.dimension), place)
    return tuple((first[key], key, v) for key, v in that_count([v for _, v in rows]).items())


_COUNTING: Known[Sequence[Placed[Verdict]]] = Known(24)


def values_in(store: Store, week: str, judge: Reference) -> Sequence[Placed[VerdictValue]]:
    """Return what the verdicts of a judge that count in a week say, each with its place and (item, dimension)."""
    return _VALUES.get(
        store,
        (week, judge),
        lambda: (latest_key(store, Item), latest_key(store, Verdict)),
        lambda: _placed([(v.place, v) for v in values_of_version(store, judge.judge, judge.version, week)]),
    )


_VALUES: Known[Sequence[Placed[VerdictValue]]] = Known(YEAR)


def revealed_on(store: Store, items: Collection[str]) -> list[Verdict]:
    """Return what a reviewer is shown of these items: what counts of the newest version of each judge on each item."""
    by_version: dict[tuple[str, str], dict[str, list[Verdict]]] = {}
    for v in verdicts_on(store, items):
        by_version.setdefault((v.item_id, v.judge), {}).setdefault(v.version, []).append(v)
    newest = [versions[sorted(versions, key=_number)[-1]] for versions in by_version.values()]
    return [v for rows in newest for v in that_count(rows).values()]


def that_count(rows: Sequence[V]) -> dict[tuple[str, str], V]:
    """Return the verdict that counts for each (item, dimension), of one version's rows in order of arrival. Pure.

    The latest with a value counts, else the latest missing one. A missing verdict (a time-out, an unreadable reply)
    does not replace an earlier value: the version is unchanged and did judge this item before, and a network failure
    would look like a judge that refuses. A missing one that an import put in place of a
    wrong value does replace it: its error begins with ``REPLACES``.
    """
    found: dict[tuple[str, str], V] = {}
    for v in rows:
        if counts_over(v, found.get((v.item_id, v.dimension))):
            found[v.item_id, v.dimension] = v
    return found


def counts_over(later: Verdict | VerdictValue, before: Verdict | VerdictValue | None) -> bool:
    """Return whether a verdict counts in place of the one before it; see :func:`that_count`. Pure."""
    return later.value is not None or before is None or before.value is None or later.error.startswith(REPLACES)
