"""Wide tables from spreadsheets: which columns are raters, beside texts, an id, comments and a consensus."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from review.basics.rating_tables import BESIDE, LABEL
from review.basics.spellings import MISSING
from review.basics.tables import Row, Table
from review.exchange.tools.tool import ITEM_KEYS

TEXTS = frozenset(
    (
        *("question", "answer", "input", "output", "prompt", "response", "text", "context", "conversation"),
        *("messages", "reference", "expected", "url", "link", "scenario", "model", "source", "created_at", "date"),
    )
)
"""Columns that hold the item and no rating."""
AGREED = frozenset(
    ("gold", "golden", "consensus", "majority", "truth", "adjudicated", "final", "final_label", "agreed")
)
"""Columns that hold no rater's own label."""
COMMENTS = ("comment_", "comment ", "note_", "comments_")
MOST_VALUES, LONGEST = 20, 40


def narrowed(table: Table, *, declared: bool) -> Table:
    """Return a wide table with the columns ``item`` and one for each rater; any other table unchanged.

    It is wide when it is ``declared`` so, or when it has an id, no rater, no label, and at least two columns of short
    texts with few different values among them. Comments of a rater become part of the rows later.
    """
    known = any(table.has(c) for c in ("rater", "judge", "truth", "verdict", *LABEL))
    key = next((c for c in table.columns if c in ITEM_KEYS), None)
    if key is None or table.has("item") or (known and not declared):
        return table
    raters = [c for c in table.columns if _may_be_rater(c, key)]
    if not declared and (len(raters) < 2 or not _few_values(table.rows, raters)):
        return table
    kept = [c for c in table.columns if c in raters or c in BESIDE]
    rows = tuple(
        Row(row.file, row.line, {"item": row.cells.get(key), **{c: row.cells.get(c) for c in kept}}, {"item": key})
        for row in table.rows
    )
    left = [c for c in table.columns if c not in kept and c != key]
    note = f"{table.file}: column '{key}' names the items; not read as raters: {', '.join(left)}"
    notes = (*table.notes, note) if left else table.notes
    return Table(file=table.file, columns=("item", *kept), rows=rows, notes=notes, format=table.format)


def with_comments(made: Table, wide: Table) -> Table:
    """Return the rows of raters with their comments from columns of the wide table such as ``comment_Mara``."""
    said: dict[tuple[int, str], str] = {}
    for column in wide.columns:
        prefix = next((p for p in COMMENTS if column.casefold().startswith(p)), None)
        if prefix is not None and not wide.has("rater"):
            said.update({(row.line, column[len(prefix) :]): text for row in wide.rows if (text := row.text(column))})
    if not said:
        return made
    rows = (
        replace(row, cells={**row.cells, "comment": row.text("comment") or found})
        if (found := said.get((row.line, row.text("rater"))))
        else row
        for row in made.rows
    )
    return replace(made, rows=tuple(rows))


def _may_be_rater(column: str, key: str) -> bool:
    name = column.casefold()
    known = column == key or column in BESIDE or name in ITEM_KEYS or name in TEXTS or name in AGREED
    return bool(name) and not known and not name.startswith(COMMENTS)


def _few_values(rows: Sequence[Row], raters: Sequence[str]) -> bool:
    found = {text for row in rows for c in raters if (text := row.text(c)) and text.casefold() not in MISSING}
    return 0 < len(found) <= MOST_VALUES and all(len(text) <= LONGEST for text in found)
