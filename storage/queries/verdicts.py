"""Which verdicts of judges may count, and which versions of judges gave them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from sys import intern
from typing import NamedTuple

from storage.queries.parameters import json_list
from storage.records_review import Verdict
from storage.rows import fields, reader
from storage.store import Store

MAY_COUNT_SQL = (
    "(v.run_id IS NULL OR v.run_id NOT IN (SELECT id FROM judge_runs WHERE json_extract(target, '$.kind') = 'release'))"
)
"""The condition that the row ``v`` of ``verdicts`` may count for its item: no run over a release wrote it.

In such a run the judge saw the expected answer. Runs no longer write these rows; older stores hold some.
"""


def first_verdicts(store: Store, week: str) -> list[tuple[str, str, int]]:
    """Return each judge and version with verdicts on items of a week, and the place of the first of them."""
    return list(store.stream(_FIRST_SQL, {"week": week}))


_FIRST_SQL = f"""
SELECT v.judge, v.version, min(v.rowid) FROM items i CROSS JOIN verdicts v ON v.item_id = i.id
WHERE i.week = :week AND {MAY_COUNT_SQL}
GROUP BY v.judge, v.version
"""  # noqa: S608 - a constant of ours


def knows_judge(store: Store, name: str) -> bool:
    """Return whether a judge ``name``, or a version ``name@version``, was added here or gave any verdict."""
    return bool(store.query(_KNOWN_SQL, {"judge": name}))


_KNOWN_SQL = """
SELECT 1 FROM judges WHERE name = :judge OR id = :judge
UNION ALL SELECT 1 FROM verdicts WHERE judge = :judge OR judge || '@' || version = :judge LIMIT 1
"""


def verdicts_of_version(store: Store, judge: str, version: str, week: str) -> list[tuple[int, Verdict]]:
    """Return the verdicts of one version of a judge on items of a week that may count, in order of arrival.

    The number before each is its place among all verdicts of the store.
    """
    read = reader(Verdict)
    rows = store.stream(_OF_VERSION_SQL, {"judge": judge, "version": version, "week": week})
    return [(row[0], read(row[1:])) for row in rows]


_COLUMNS = ", ".join(f'v."{f.name}"' for f in fields(Verdict))
_OF_VERSION_SQL = f"""
SELECT v.rowid, {_COLUMNS} FROM items i CROSS JOIN verdicts v ON v.item_id = i.id
WHERE v.judge = :judge AND v.version = :version AND i.week = :week AND {MAY_COUNT_SQL}
ORDER BY v.rowid
"""  # noqa: S608 - a constant of ours


class VerdictValue(NamedTuple):
    """What a verdict says of one item in one dimension; a missing one has an ``error`` and no ``value``.

    ``place`` is its place among all verdicts of the store: :func:`verdict_at` reads the whole verdict.
    """

    place: int
    item_id: str
    dimension: str
    value: str | None
    error: str = ""
    score: float | None = None


def values_of_version(store: Store, judge: str, version: str, week: str) -> list[VerdictValue]:
    """Return the same verdicts without their reasons: a week of them takes a quarter of the time."""
    rows = store.stream(_VALUES_SQL, {"judge": judge, "version": version, "week": week})
    # A year of weeks is kept, so equal texts are one object.
    return [
        VerdictValue(
            place=place, item_id=intern(item), dimension=intern(dimension), value=value, error=error, score=score
        )
        for place, item, dimension, value, error, score in rows
    ]


def verdict_at(store: Store, place: int) -> Verdict | None:
    """Return the verdict at a place among all verdicts of the store, None when it is gone."""
    return next(
        iter(store.select(Verdict, "SELECT v.* FROM verdicts v WHERE v.rowid = :place", {"place": place})), None
    )


_VALUES_SQL = f"""
SELECT v.rowid, v.item_id, v.dimension, v.value, v.error, v.score
FROM items i CROSS JOIN verdicts v ON v.item_id = i.id
WHERE v.judge = :judge AND v.version = :version AND i.week = :week AND {MAY_COUNT_SQL}
ORDER BY v.rowid
"""  # noqa: S608 - a constant of ours


def items_with_verdicts(store: Store, weeks: Sequence[str]) -> set[str]:
    """Return the items of these weeks on which a judge gave a value that may count."""
    return {item for (item,) in store.stream(_JUDGED_SQL, {"weeks": json_list(weeks)})}


_JUDGED_SQL = f"""
SELECT i.id FROM items i WHERE i.week IN (SELECT value FROM json_each(:weeks)) AND EXISTS (
  SELECT 1 FROM verdicts v WHERE v.item_id = i.id AND v.value IS NOT NULL AND {MAY_COUNT_SQL})
"""  # noqa: S608 - a constant of ours


def verdicts_on(store: Store, items: Collection[str] | None = None) -> list[Verdict]:
    """Return all verdicts on these items that may count, of every judge and version, in order of arrival.

    Without ``items``: all in the store.
    """
    if items is not None and not items:
        return []
    if items is None:
        return store.select(Verdict, f"SELECT v.* FROM verdicts v WHERE {MAY_COUNT_SQL} ORDER BY v.rowid")  # noqa: S608 - constants of ours
    return store.select(Verdict, ON_ITEMS_SQL, {"items": json_list(sorted(items))})


ON_ITEMS_SQL = f"""
SELECT v.* FROM verdicts v WHERE v.item_id IN (SELECT value FROM json_each(:items)) AND {MAY_COUNT_SQL} ORDER BY v.rowid
"""  # noqa: S608 - constants of ours
