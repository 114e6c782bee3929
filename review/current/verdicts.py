"""Which verdicts of a judge count: its versions, how one is named, and the row that stands for an item.

A judge is named ``name``, which is its latest version that spoke in the weeks looked at, or ``name@version``.

What a run over a release said of an item never counts as a verdict on it: the judge was shown the expected answer
there, which is the answer itself where people found it right. Runs write no such rows any more; older stores hold some.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

import orjson

from review.basics.errors import NothingToDo, UnknownError
from storage.records_review import Verdict
from storage.store import Store

STANDS_SQL = (
    "(v.run_id IS NULL OR v.run_id NOT IN (SELECT id FROM judge_runs WHERE json_extract(target, '$.kind') = 'release'))"
)
"""Whether the row ``v`` of ``verdicts`` may stand for its item: not when a run over a release wrote it."""


class Reference(NamedTuple):
    """One version of a judge, as people write it: ``name@version``."""

    judge: str
    version: str

    def __str__(self) -> str:
        return f"{self.judge}@{self.version}"


def judges(store: Store, weeks: Sequence[str]) -> list[str]:
    """The names of the judges with verdicts on items of these weeks, missing ones included."""
    return list(versions_with_verdicts(store, weeks))


def versions_with_verdicts(store: Store, weeks: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """By judge, its versions with verdicts on items of these weeks, the latest last.

    Numbered versions follow each other by number, whichever of them ran last; any other name (``log``) stands before
    them, in order of arrival.
    """
    rows = store.query(
        "SELECT v.judge, v.version, min(v.rowid) AS first FROM verdicts v JOIN items i ON i.id = v.item_id "  # noqa: S608
        f"WHERE i.week IN (SELECT value FROM json_each(:weeks)) AND {STANDS_SQL} "
        "GROUP BY v.judge, v.version ORDER BY v.judge, first",
        {"weeks": orjson.dumps(list(weeks)).decode()},
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["judge"], []).append(row["version"])
    return {judge: tuple(sorted(versions, key=_number)) for judge, versions in found.items()}


def _number(version: str) -> int:
    return int(version) if version.isascii() and version.isdigit() else -1


def reference(store: Store, weeks: Sequence[str], judge: str) -> Reference:
    """The version that ``judge`` (``name`` or ``name@version``) means in these weeks.

    Raises NothingToDo, with the judges there are, when it has no verdict in them; UnknownError when the store has
    never heard of it.
    """
    known = versions_with_verdicts(store, weeks)
    found = _among(known, judge)
    if found is not None:
        return found
    there = ", ".join(str(Reference(j, v)) for j, versions in known.items() for v in versions) or "none yet"
    if not _is_known(store, judge):
        raise UnknownError(f"judge '{judge}' is not in the store (with verdicts in these weeks there are: {there}).")
    raise NothingToDo(f"judge '{judge}' has no verdicts on items of {', '.join(weeks)} (there are: {there}).")


def _is_known(store: Store, judge: str) -> bool:
    """Whether there is such a judge or version of one: added here, or with a verdict on anything."""
    return bool(store.query(_KNOWN_SQL, {"judge": judge}))


_KNOWN_SQL = """
SELECT 1 FROM judges WHERE name = :judge OR id = :judge
UNION ALL SELECT 1 FROM verdicts WHERE judge = :judge OR judge || '@' || version = :judge LIMIT 1
"""


def _among(known: dict[str, tuple[str, ...]], judge: str) -> Reference | None:
    # A name may itself hold an @: it is a name before it is a name with a version.
    if judge in known:
        return Reference(judge, known[judge][-1])
    name, _, version = judge.rpartition("@")
    return Reference(name, version) if version in known.get(name, ()) else None


def verdicts_of(store: Store, weeks: Sequence[str], judge: str) -> dict[tuple[str, str], Verdict]:
    """The verdicts of one version of a judge that count in some weeks, by (item, dimension); none of an unknown one."""
    found = _among(versions_with_verdicts(store, weeks), judge)
    if found is None:
        return {}
    rows = store.select(
        Verdict,
        "SELECT v.* FROM verdicts v JOIN items i ON i.id = v.item_id "  # noqa: S608 - a constant of ours
        "WHERE v.judge = :judge AND v.version = :version "
        f"AND i.week IN (SELECT value FROM json_each(:weeks)) AND {STANDS_SQL} ORDER BY v.rowid",
        {"judge": found.judge, "version": found.version, "weeks": orjson.dumps(list(weeks)).decode()},
    )
    return that_count(rows)


def verdicts_on(store: Store, items: Collection[str] | None = None) -> list[Verdict]:
    """Every verdict that may stand for one of these items, of whatever judge and version, in order of arrival.

    Without ``items`` it is every one in the store.
    """
    among = "" if items is None else "v.item_id IN (SELECT value FROM json_each(:items)) AND "
    return store.select(
        Verdict,
        f"SELECT v.* FROM verdicts v WHERE {among}{STANDS_SQL} ORDER BY v.rowid",  # noqa: S608 - constants of ours
        {} if items is None else {"items": orjson.dumps(sorted(items)).decode()},
    )


def revealed_on(store: Store, items: Collection[str]) -> list[Verdict]:
    """What is shown of each of these items: what counts of the newest version of each judge that spoke of it."""
    spoken: dict[tuple[str, str], dict[str, list[Verdict]]] = {}
    for v in verdicts_on(store, items):
        spoken.setdefault((v.item_id, v.judge), {}).setdefault(v.version, []).append(v)
    newest = [versions[sorted(versions, key=_number)[-1]] for versions in spoken.values()]
    return [v for rows in newest for v in that_count(rows).values()]


def that_count(rows: Sequence[Verdict]) -> dict[tuple[str, str], Verdict]:
    """Of one version's verdicts in order of arrival, the one that stands for each (item, dimension). Pure.

    The latest with a value stands, else the latest missing one. A missing verdict takes nothing back: it is the
    absence of a statement (a time-out, a reply nobody can read), while the version, unchanged, has said something of
    this item before. Taking it back would make a network failure look like a judge that refuses.
    """
    found: dict[tuple[str, str], Verdict] = {}
    for v in rows:
        before = found.get((v.item_id, v.dimension))
        if v.value is not None or before is None or before.value is None:
            found[v.item_id, v.dimension] = v
    return found


LOG_VERDICTS = "log"
"""The version under which verdicts that came with the log are kept."""
