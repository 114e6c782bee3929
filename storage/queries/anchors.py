"""Anchors: items with known answers, who knows them, and how people answered."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

import orjson

from storage.queries.conditions import in_time, not_withdrawn
from storage.queries.parameters import json_list
from storage.records_golden import GoldenExample
from storage.store import Store

ANCHOR = "anchor"
"""The kind of an item with a known answer. It counts in no figure of its week."""


def _latest(example: str) -> str:
    """Return the condition that this version of an example is the latest and is not retired."""
    return f"""NOT {example}.retired AND NOT EXISTS (SELECT 1 FROM golden_examples later
  WHERE later.example_id = {example}.example_id AND later.rowid > {example}.rowid)"""  # noqa: S608 - an alias


def examples_to_ask(store: Store, before: str) -> list[GoldenExample]:
    """Return the golden examples that come from a reviewed item and whose latest version is from before a time."""
    return store.select(GoldenExample, _ASK_SQL, {"before": before})


_ASK_SQL = f"""
SELECT g.* FROM golden_examples g JOIN items i ON i.id = g.item_id
WHERE {_latest("g")} AND g.at <= :before AND i.kind IS NULL
ORDER BY g.example_id
"""  # noqa: S608 - constants of ours


def who_knows(store: Store, originals: Collection[str]) -> dict[str, set[str]]:
    """Return by item the people who reviewed, settled, approved or discussed it, or had it as an anchor before."""
    found: dict[str, set[str]] = {}
    for row in store.query(_KNOWS_SQL, {"items": json_list(originals)}):
        found.setdefault(row["item"], set()).add(row["who"])
    return found


_KNOWS_SQL = """
WITH ours (id) AS MATERIALIZED (SELECT value FROM json_each(:items))
SELECT n.item_id AS item, n.rater_id AS who FROM ours JOIN annotations n ON n.item_id = ours.id
UNION SELECT a.item_id, a.rater_id FROM ours JOIN assignments a ON a.item_id = ours.id
UNION SELECT d.item_id, d.adjudicator FROM ours JOIN adjudications d ON d.item_id = ours.id
UNION SELECT g.item_id, g.approved_by FROM ours JOIN golden_examples g ON g.item_id = ours.id
UNION SELECT c.item_id, c.rater_id FROM ours JOIN comments c ON c.item_id = ours.id
UNION SELECT v.item_id, v.rater_id FROM ours JOIN calibration_votes v ON v.item_id = ours.id
UNION SELECT x.original, a.rater_id FROM ours JOIN anchors x ON x.original = ours.id
  JOIN assignments a ON a.item_id = x.item_id
"""


def who_knows_anchors(store: Store, items: Collection[str]) -> dict[str, set[str]]:
    """Return by anchor among these items the people who know its answer; the other items are left out."""
    originals = originals_of(store, items)
    known = who_knows(store, set(originals.values())) if originals else {}
    return {item: known.get(original, set()) for item, original in originals.items()}


def has_anchors(store: Store, week: str) -> bool:
    """Return whether items with known answers are dealt in a week."""
    return bool(store.query(ANY_SQL, {"week": week}))


ANY_SQL = "SELECT 1 FROM anchors WHERE week = :week LIMIT 1"


def originals_of(store: Store, items: Collection[str]) -> dict[str, str]:
    """Return the item that each anchor among these items stands for."""
    if not items:
        return {}
    return {row["item_id"]: row["original"] for row in store.query(ORIGINALS_SQL, {"items": json_list(items)})}


ORIGINALS_SQL = """
SELECT x.item_id, x.original FROM json_each(:items) one JOIN anchors x ON x.item_id = one.value
"""


class AnchorAnswer(NamedTuple):
    """How somebody answered an anchor of a closed week, and the answer that is known."""

    rater_id: str
    rubric_version: int
    labels: dict[str, Any]
    known: dict[str, Any]


def anchor_answers(store: Store, rater_id: str | None, *, week: str | None = None) -> list[AnchorAnswer]:
    """Return the answers of one rater or of everybody, without those of people who reviewed or settled the original.

    They are those of one closed week, or of all.
    """
    rows = store.query(_ANSWERS_SQL, {"rater": rater_id, "week": week})
    return [
        AnchorAnswer(r["rater_id"], r["rubric_version"], orjson.loads(r["labels"]), orjson.loads(r["known"]))
        for r in rows
    ]


def _counts(row: str) -> str:
    return f"{not_withdrawn(row)} AND {in_time(row, 'x.week')}"


_ANSWERS_SQL = f"""
SELECT n.rater_id, n.rubric_version, n.labels, g.labels AS known
FROM anchors x JOIN annotations n ON n.item_id = x.item_id JOIN golden_examples g ON g.example_id = x.example_id
WHERE EXISTS (SELECT 1 FROM week_closings c WHERE c.week = x.week) AND (:rater IS NULL OR n.rater_id = :rater)
  AND (:week IS NULL OR x.week = :week) AND {_counts("n")} AND {_latest("g")}
  AND NOT EXISTS (SELECT 1 FROM annotations later WHERE later.item_id = n.item_id AND later.rater_id = n.rater_id
                  AND later.rowid > n.rowid AND {_counts("later")})
  AND NOT EXISTS (SELECT 1 FROM annotations before WHERE before.item_id = x.original AND before.rater_id = n.rater_id)
  AND NOT EXISTS (SELECT 1 FROM adjudications d WHERE d.item_id = x.original AND d.adjudicator = n.rater_id)
  AND NOT EXISTS (SELECT 1 FROM golden_examples own WHERE own.item_id = x.original AND own.approved_by = n.rater_id)
ORDER BY n.rowid
"""  # noqa: S608 - constants of ours
