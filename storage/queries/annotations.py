"""Which annotations count, under which rubric version, and how long they took."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from sys import intern
from typing import Any, NamedTuple

import orjson

from storage.queries.conditions import in_time, not_withdrawn
from storage.queries.parameters import json_list
from storage.records_review import Annotation
from storage.store import Store

RUBRIC_ITEMS = "i.kind IS NULL"
"""Items that people judge by the rubric; pairs get a vote, which is no label of the rubric."""


def _latest(counts: Callable[[str], str], columns: str = "n.*", *, items: str = RUBRIC_ITEMS) -> str:
    """Return the statement for the latest annotation per item, rater and rubric version that meets ``counts``."""
    return f"""
SELECT {columns} FROM annotations n JOIN items i ON i.id = n.item_id
WHERE i.week = :week AND (:rater IS NULL OR n.rater_id = :rater) AND {items} AND {counts("n")}
  AND NOT EXISTS (SELECT 1 FROM annotations later WHERE later.item_id = n.item_id AND later.rater_id = n.rater_id
                  AND later.rubric_version = n.rubric_version AND later.rowid > n.rowid AND {counts("later")})
ORDER BY n.rowid
"""  # noqa: S608 - constants of ours


def _counts(row: str) -> str:
    return f"{not_withdrawn(row)} AND {in_time(row, 'i.week')}"


CURRENT_SQL = _latest(_counts)
"""The annotations of a week that count: per item, rater and rubric version the latest that was not undone. No votes.

Parameters: ``week``; ``rater``, or NULL for everybody.
"""

OWN_PLACES_SQL = _latest(
    not_withdrawn, "n.assignment_id, n.item_id, n.rubric_version, n.submission_id, n.at", items="TRUE"
)
"""The same with late annotations and votes on pairs, which reviewers see when they look back at their own.

These are only the columns that the order of a batch depends on: whole rows took most of the time of an answer.
"""

VOTES_SQL = _latest(
    _counts, "n.item_id, n.rater_id, n.assignment_id, n.submission_id, n.labels, n.at, n.late", items="i.kind = 'pair'"
)
"""The votes on the pairs of a week that count."""


def annotation_of_assignment(store: Store, assignment_id: str) -> Annotation | None:
    """Return the latest annotation of an assignment that was not undone, None without one."""
    return next(iter(store.select(Annotation, OF_ASSIGNMENT_SQL, {"a": assignment_id})), None)


OF_ASSIGNMENT_SQL = f"""
SELECT n.* FROM annotations n WHERE n.assignment_id = :a AND {not_withdrawn("n")} ORDER BY n.rowid DESC LIMIT 1
"""  # noqa: S608 - constants of ours


def current_annotations(store: Store, week: str, *, rater: str | None = None) -> list[Annotation]:
    """Return the annotations of a week that count, of one rater or of everybody, in order of arrival."""
    return store.select(Annotation, CURRENT_SQL, {"week": week, "rater": rater})


class Said(NamedTuple):
    """What an annotation says. Many share one ``labels``, so nobody may change it."""

    item_id: str
    rater_id: str
    rubric_version: int
    labels: Mapping[str, Any]


def said_that_counts(store: Store, week: str) -> list[Said]:
    """Return what the annotations of a week that count say, in order of arrival."""
    known: dict[str, Mapping[str, Any]] = {}
    # A year of weeks is kept, so equal texts are one object.
    rows = store.stream(_SAID_SQL, {"week": week, "rater": None})
    return [
        Said(intern(item), intern(rater), version, known.get(text) or known.setdefault(text, orjson.loads(text)))
        for item, rater, version, text in rows
    ]


_SAID_SQL = _latest(_counts, "n.item_id, n.rater_id, n.rubric_version, n.labels")


def current_annotations_of_item(store: Store, week: str, item_id: str) -> list[Annotation]:
    """Return the annotations of one item that count, in order of arrival."""
    return store.select(Annotation, CURRENT_OF_ITEM_SQL, {"week": week, "rater": None, "item": item_id})


CURRENT_OF_ITEM_SQL = f"SELECT * FROM ({CURRENT_SQL}) WHERE item_id = :item"  # noqa: S608 - a constant of ours


def rubric_versions_given(store: Store, week: str) -> list[int]:
    """Return the rubric versions of all annotations of a week."""
    return [row["version"] for row in store.query(_GIVEN_SQL, {"week": week})]


_GIVEN_SQL = """
SELECT DISTINCT n.rubric_version AS version FROM items i CROSS JOIN annotations n ON n.item_id = i.id
WHERE i.week = :week
"""


def others_voted_before_it_was_dealt(store: Store, item_id: str, rater_id: str) -> bool:
    """Return whether somebody else had reviewed an item when ``rater_id`` got it, undone reviews included.

    What the rater gave away and got again counts from the second time; asked again by a later version, from the first.
    """
    return bool(store.query(BEFORE_SQL, {"item": item_id, "rater": rater_id}))


BEFORE_SQL = """
SELECT 1 FROM annotations n LEFT JOIN label_imports came ON came.id = n.import_id
WHERE n.item_id = :item AND n.rater_id <> :rater AND coalesce(came.at, n.at) < (
  SELECT min(a.at) FROM assignments a WHERE a.item_id = :item AND a.rater_id = :rater
    AND NOT EXISTS (SELECT 1 FROM reassignments r LEFT JOIN assignments taken ON taken.id = r.to_id
                    WHERE r.assignment_id = a.id AND taken.rater_id IS NOT :rater))
LIMIT 1
"""


class Sent(NamedTuple):
    """One submission without what it says: (item, rater, rubric version), its id, and if it was revealed or undone."""

    of: tuple[str, str, int]
    submission: str
    revealed: int
    undone: int


def sent_in_time(store: Store, weeks: Sequence[str]) -> list[Sent]:
    """Return every annotation of some weeks that was not late, undone ones included, in order of arrival.

    Those that came with an import of labels are left out: nobody showed their authors anything.
    """
    return [Sent(row[:3], *row[3:]) for row in store.stream(_SENT_SQL, {"weeks": json_list(weeks)})]


_SENT_SQL = f"""
SELECT n.item_id, n.rater_id, n.rubric_version, n.submission_id, n.revealed, NOT {not_withdrawn("n")}
FROM items i CROSS JOIN annotations n ON n.item_id = i.id
WHERE i.week IN (SELECT value FROM json_each(:weeks)) AND {in_time("n", "i.week")} AND n.import_id IS NULL
ORDER BY n.rowid
"""  # noqa: S608 - constants of ours


def measured_seconds(store: Store) -> list[float]:
    """Return the active seconds of every annotation in the store that was timed."""
    return [row["seconds"] for row in store.query("SELECT seconds FROM annotations WHERE seconds > 0")]


def seconds_by_rater(
    store: Store, week: str, *, rater: str | None = None, late: bool = False
) -> dict[str, list[float]]:
    """Return the active seconds of each timed annotation of a week by rater, of one rater or of everybody.

    ``late`` includes annotations made after the week had closed.
    """
    found: dict[str, list[float]] = {}
    for who, seconds in store.stream(SECONDS_SQL, {"week": week, "rater": rater, "late": late}):
        found.setdefault(who, []).append(seconds)
    return found


def median_seconds(store: Store, week: str, *, late: bool = False) -> float | None:
    """Return the median of the active seconds of all timed annotations of a week, None without one."""
    return store.query(MEDIAN_SQL, {"week": week, "late": late})[0]["median"]


SECONDS_SQL = f"""
SELECT n.rater_id, n.seconds FROM annotations n JOIN items i ON i.id = n.item_id
WHERE i.week = :week AND (:rater IS NULL OR n.rater_id = :rater) AND n.seconds IS NOT NULL
  AND (:late OR {in_time("n", "i.week")})
"""  # noqa: S608 - a constant of ours
MEDIAN_SQL = f"""
SELECT avg(seconds) AS median FROM (
  SELECT n.seconds, row_number() OVER (ORDER BY n.seconds) AS place, count(*) OVER () AS many
  FROM annotations n JOIN items i ON i.id = n.item_id
  WHERE i.week = :week AND n.seconds IS NOT NULL AND (:late OR {in_time("n", "i.week")})
) AS timed
WHERE place IN ((many + 1) / 2, (many + 2) / 2)
"""  # noqa: S608 - a constant of ours
