"""Who holds which item, what is open or owed, and how far everybody is in a week."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from storage.queries.conditions import (
    answered,
    answered_in_time,
    erased,
    handed_on,
    left_by_undo,
    not_withdrawn,
    skipped,
    skipped_in_time,
)
from storage.queries.parameters import json_list
from storage.records_weeks import Assignment
from storage.store import Store


def _held(*conditions: str, columns: str = "a.*") -> str:
    """Return the statement for the assignments of a week that a rater still holds and that meet all ``conditions``."""
    every = "".join(f" AND {condition}" for condition in conditions)
    return f"""
SELECT {columns} FROM assignments a
WHERE a.week = :week AND a.rater_id = :rater AND NOT {handed_on("a")}{every}
ORDER BY a.position, a.rowid
"""  # noqa: S608 - constants of ours


_OPEN = (f"NOT {answered('a')}", f"NOT {skipped('a')}")

OPEN_SQL = _held(*_OPEN)
"""A rater's open assignments of a week: still held, neither annotated nor skipped. What was undone does not count.

Parameters: ``week`` and ``rater``.
"""

OPEN_PLACES_SQL = _held(*_OPEN, columns="a.id AS assignment_id, a.item_id, a.rubric_version")
"""Of these only what the order of a batch depends on."""

NOT_ANSWERED_SQL = _held(_OPEN[0])
"""The same with the skipped ones: everything that the rater holds and has not annotated."""


def is_open_for(store: Store, week: str, rater_id: str, item_id: str) -> bool:
    """Return whether the rater has an open assignment of the item."""
    return bool(store.query(IS_OPEN_SQL, {"week": week, "rater": rater_id, "item": item_id}))


IS_OPEN_SQL = f"SELECT 1 FROM ({OPEN_SQL}) WHERE item_id = :item"  # noqa: S608 - a constant of ours


def open_holders(store: Store, item_id: str) -> list[str]:
    """Return the raters who hold an item and have neither reviewed nor skipped it, in the order they were dealt it."""
    return [row["rater_id"] for row in store.query(_HOLDERS_SQL, {"item": item_id})]


_HOLDERS_SQL = f"""
SELECT a.rater_id FROM assignments a
WHERE a.item_id = :item AND NOT {handed_on("a")} AND NOT {answered("a")} AND NOT {skipped("a")}
ORDER BY a.rowid
"""  # noqa: S608 - constants of ours


def open_on_items(store: Store, items: Collection[str]) -> list[Assignment]:
    """Return the assignments of some items that are still held and neither annotated nor skipped."""
    return store.select(Assignment, _OPEN_ON_SQL, {"items": json_list(sorted(items))}) if items else []


_OPEN_ON_SQL = f"""
SELECT a.* FROM assignments a
WHERE a.item_id IN (SELECT value FROM json_each(:items)) AND NOT {handed_on("a")}
  AND NOT {answered("a")} AND NOT {skipped("a")}
ORDER BY a.rowid
"""  # noqa: S608 - constants of ours


def owed_item_ids(store: Store, rater_id: str, *, settles: bool) -> set[str]:
    """Return the items of open weeks that a rater still owes.

    Open items are owed. Items that the rater skipped or that were handed on are owed until the rater answers them
    through another assignment; not so by somebody who settles disagreements (``settles``).
    """
    return {row["item_id"] for row in store.query(_OWED_SQL, {"rater": rater_id, "settles": int(settles)})}


_OWED_SQL = f"""
SELECT DISTINCT a.item_id FROM assignments a
WHERE a.rater_id = :rater AND a.week IN (SELECT name FROM weeks EXCEPT SELECT week FROM week_closings)
  AND NOT {answered("a")}
  AND NOT (
    ({handed_on("a")} OR {skipped("a")})
    AND (:settles OR EXISTS (SELECT 1 FROM annotations n WHERE n.item_id = a.item_id AND n.rater_id = a.rater_id
                             AND n.rubric_version >= a.rubric_version AND {not_withdrawn("n")})))
"""  # noqa: S608 - constants of ours


def somebody_has_it_from(store: Store, item_id: str, rater_id: str, reason: str) -> bool:
    """Return whether somebody holds or answered an item that ``rater_id`` handed on by a skip with this reason.

    Who took it over from them counts too; not so once it was taken back and given to nobody.
    """
    return bool(store.query(_FROM_SQL, {"item": item_id, "rater": rater_id, "reason": reason}))


_FROM_SQL = f"""
WITH RECURSIVE theirs (id) AS (
  SELECT a.id FROM assignments a WHERE a.item_id = :item AND a.by = :rater AND a.rater_id <> :rater
    AND NOT EXISTS (SELECT 1 FROM reassignments r WHERE r.to_id = a.id)
    AND EXISTS (SELECT 1 FROM skips s WHERE s.item_id = :item AND s.rater_id = :rater AND s.reason = :reason
                AND s.at <= a.at)
  UNION SELECT r.to_id FROM theirs JOIN reassignments r ON r.assignment_id = theirs.id WHERE r.to_id IS NOT NULL)
SELECT 1 FROM theirs JOIN assignments a ON a.id = theirs.id WHERE NOT {handed_on("a")} OR {answered("a")} LIMIT 1
"""  # noqa: S608 - constants of ours


def raters_by_item(store: Store, week: str) -> dict[str, set[str]]:
    """Return, by item of a week, the raters who hold it, have reviewed it or have skipped it."""
    found: dict[str, set[str]] = {}
    for row in store.query(_RATERS_SQL, {"week": week}):
        found.setdefault(row["item_id"], set()).add(row["rater_id"])
    return found


_RATERS_SQL = f"""
SELECT a.item_id, a.rater_id FROM assignments a WHERE a.week = :week AND (
  NOT {handed_on("a")} OR {skipped("a")}
  OR EXISTS (SELECT 1 FROM annotations n WHERE n.item_id = a.item_id AND n.rater_id = a.rater_id))
"""  # noqa: S608 - constants of ours


def dealt_per_rater(store: Store, week: str) -> dict[str, int]:
    """Return how many assignments of a week each rater was dealt."""
    rows = store.query("SELECT rater_id, count(*) AS n FROM assignments WHERE week = :week GROUP BY 1", {"week": week})
    return {row["rater_id"]: row["n"] for row in rows}


class Counts(NamedTuple):
    """How many assignments of a week a rater holds, has annotated, and has skipped without annotating."""

    dealt: int = 0
    done: int = 0
    skipped: int = 0


def counts_per_rater(store: Store, week: str, *, rater: str | None = None, late: bool = False) -> dict[str, Counts]:
    """Return the counts of a week by rater, of one rater or of everybody; raters without assignments are left out.

    ``late`` includes what was sent after the week had closed.
    """
    sql = counts_sql(one=rater is not None, late=late)
    rows = store.query(sql, {"week": week, "rater": rater})
    return {row["rater_id"]: Counts(row["dealt"], row["done"], row["skipped"]) for row in rows}


def counts_sql(*, one: bool, late: bool) -> str:
    """Return the statement for the counts of everybody, or of ``one`` rater."""
    done, passed = (answered, skipped) if late else (answered_in_time, skipped_in_time)
    return f"""
SELECT rater_id, count(*) AS dealt, sum(annotated) AS done, sum(skipped AND NOT annotated) AS skipped FROM (
  SELECT a.rater_id,
    {done("a")} AS annotated,
    {passed("a")} AS skipped
  FROM assignments a
  WHERE {"a.rater_id = :rater AND " if one else ""}a.week = :week AND NOT {handed_on("a")}
) GROUP BY rater_id
"""  # noqa: S608 - constants of ours


def items_left_to_nobody(store: Store, week: str) -> int:
    """Return how many dealt items of a week nobody has reviewed and nobody still has to, without anchors."""
    return int(store.query(_LEFT_SQL, {"week": week})[0]["n"])


_LEFT_SQL = f"""
SELECT count(DISTINCT a.item_id) AS n FROM assignments a JOIN items i ON i.id = a.item_id
WHERE a.week = :week AND i.kind IS NOT 'anchor' AND NOT {left_by_undo("i")} AND NOT {erased("i")}
  AND NOT EXISTS (SELECT 1 FROM annotations n WHERE n.item_id = a.item_id AND {not_withdrawn("n")})
  AND NOT EXISTS (SELECT 1 FROM assignments o WHERE o.item_id = a.item_id
                  AND NOT {handed_on("o")} AND NOT {skipped("o")})
"""  # noqa: S608 - constants of ours


def items_skipped(store: Store, week: str) -> set[str]:
    """Return the items of a week that a rater skipped in time and has not answered in time."""
    return {row["item_id"] for row in store.query(_SKIPPED_SQL, {"week": week})}


_SKIPPED_SQL = f"""
SELECT DISTINCT a.item_id FROM items i
CROSS JOIN skips s ON s.item_id = i.id JOIN assignments a ON a.id = s.assignment_id
WHERE i.week = :week AND a.week = :week AND {skipped_in_time("a")} AND NOT {answered_in_time("a")}
  AND NOT {erased("i")}
"""  # noqa: S608 - constants of ours


def items_held(store: Store, week: str) -> set[str]:
    """Return the items of a week that somebody still has to review: held, neither answered nor skipped."""
    return {row["item_id"] for row in store.query(_HELD_SQL, {"week": week})}


_HELD_SQL = f"""
SELECT DISTINCT a.item_id FROM assignments a
WHERE a.week = :week AND NOT {handed_on("a")} AND NOT {answered("a")} AND NOT {skipped("a")}
"""  # noqa: S608 - constants of ours


def dealt_pairs(store: Store, week: str) -> dict[str, bool]:
    """Return the dealt pairs of a week, each with whether somebody has reviewed it."""
    return {row["id"]: bool(row["reviewed"]) for row in store.query(_PAIRS_SQL, {"week": week})}


_PAIRS_SQL = f"""
SELECT i.id, EXISTS (SELECT 1 FROM annotations n WHERE n.item_id = i.id AND {not_withdrawn("n")}) AS reviewed
FROM items i
WHERE i.week = :week AND i.kind = 'pair' AND NOT {left_by_undo("i")}
  AND EXISTS (SELECT 1 FROM assignments a WHERE a.item_id = i.id)
ORDER BY i.rowid
"""  # noqa: S608 - constants of ours


def version_of_most_dealt_items(store: Store, week: str) -> int | None:
    """Return the rubric version of most dealt items of a week; ties go to the later version. None before a deal.

    An item belongs to the latest version that somebody was dealt it under, answered or not.
    """
    rows = store.query(_DEALT_SQL, {"week": week})
    return int(rows[0]["version"]) if rows else None


_DEALT_SQL = """
SELECT version, count(*) AS n
FROM (SELECT item_id, max(rubric_version) AS version FROM assignments WHERE week = :week GROUP BY item_id)
GROUP BY version ORDER BY n DESC, version DESC
"""


def item_of_each(store: Store, assignment_ids: Collection[str]) -> dict[str, str]:
    """Return the item of each of these assignments; ids that are no assignment are left out."""
    sql = "SELECT id, item_id FROM assignments WHERE id IN (SELECT value FROM json_each(:ids))"
    return {row["id"]: row["item_id"] for row in store.query(sql, {"ids": json_list(assignment_ids)})}


class OwnPlace(NamedTuple):
    """An assignment of a rater and its week."""

    assignment_id: str
    week: str


def own_place(store: Store, rater_id: str, name: str) -> OwnPlace | None:
    """Return the latest assignment that a rater holds of an item; ``name`` is that of the item or of the assignment."""
    rows = store.query(_OWN_PLACE_SQL, {"rater": rater_id, "name": name})
    return OwnPlace(rows[0]["id"], rows[0]["week"]) if rows else None


_OWN_PLACE_SQL = f"""
SELECT a.id, a.week FROM assignments a
WHERE a.rater_id = :rater AND (a.id = :name OR a.item_id = :name) AND NOT {handed_on("a")}
ORDER BY a.rowid DESC LIMIT 1
"""  # noqa: S608 - constants of ours
