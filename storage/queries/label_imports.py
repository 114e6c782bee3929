"""Imports of labels: what they made, and what others made of it."""

from __future__ import annotations

from collections.abc import Collection

from storage.queries.conditions import answered, handed_on, not_withdrawn, skipped
from storage.queries.parameters import json_list
from storage.records_review import LabelImport
from storage.store import Store


def withdrawn_already(store: Store, import_id: str) -> set[str]:
    """Return the annotations of an import that were undone one by one."""
    return {row["id"] for row in store.query(_WITHDRAWN_SQL, {"import": import_id})}


_WITHDRAWN_SQL = f"""
SELECT n.submission_id AS id FROM annotations n WHERE n.import_id = :import AND NOT {not_withdrawn("n")}
"""  # noqa: S608 - constants of ours


def assignments_made_by(store: Store, record: LabelImport) -> list[str]:
    """Return the assignments that an import made for its own annotations and that nobody has used otherwise.

    Call it once the annotations are withdrawn.
    """
    rows = store.query(_MADE_SQL, {"import": record.id, "by": record.by, "at": record.at})
    return [row["id"] for row in rows]


_MADE_SQL = f"""
SELECT DISTINCT a.id FROM annotations n JOIN assignments a ON a.id = n.assignment_id
WHERE n.import_id = :import AND a."by" = :by AND a.at >= :at
  AND NOT {handed_on("a")} AND NOT {answered("a")} AND NOT {skipped("a")}
"""  # noqa: S608 - constants of ours


def annotations_that_go_on(store: Store, import_id: str) -> set[str]:
    """Return the other imports whose annotations count and keep labels of this import."""
    return {row["id"] for row in store.query(_LATER_SQL, {"import": import_id})}


_LATER_SQL = f"""
SELECT DISTINCT later.import_id AS id FROM annotations n
JOIN annotations later ON later.item_id = n.item_id AND later.supersedes = n.submission_id
WHERE n.import_id = :import AND later.import_id <> :import AND {not_withdrawn("later")}
"""  # noqa: S608 - constants of ours


def other_uses(store: Store, items: Collection[str]) -> set[str]:
    """Return those of these items that were drawn or picked, or that somebody annotates, settled or wrote about."""
    return {row["id"] for row in store.query(_USED_SQL, {"items": json_list(items)})} if items else set()


_USED_SQL = f"""
SELECT i.id FROM items i WHERE i.id IN (SELECT value FROM json_each(:items)) AND (
  i.draw_id IS NOT NULL OR i.reason <> 'imported labels'
  OR EXISTS (SELECT 1 FROM annotations n WHERE n.item_id = i.id AND {not_withdrawn("n")})
  OR EXISTS (SELECT 1 FROM assignments a WHERE a.item_id = i.id AND NOT {handed_on("a")})
  OR EXISTS (SELECT 1 FROM adjudications d WHERE d.item_id = i.id)
  OR EXISTS (SELECT 1 FROM comments c WHERE c.item_id = i.id)
  OR EXISTS (SELECT 1 FROM flags f WHERE f.item_id = i.id AND {not_withdrawn("f")})
)
"""  # noqa: S608 - constants of ours
