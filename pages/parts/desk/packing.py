"""Items as they travel: nothing empty, nothing twice, in a form that compresses well. ``packing.js`` unpacks them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SAME_ALL_WEEK = ("name", "total")
"""What never changes of a week while somebody reviews it: more items are news, and bring the whole answer."""


def packed(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return an item without the query, which its tokens hold, and with the columns of a result one by one.

    A table whose rows are not alike stays as it is.
    """
    found = without_empty(item)
    if found.get("sql_tokens"):
        found.pop("sql", None)
    result = found.get("result")
    rows = result.get("rows") if isinstance(result, Mapping) else None
    if result and rows and all(isinstance(row, list) and len(row) == len(result["columns"]) > 0 for row in rows):
        columns = [list(column) for column in zip(*rows, strict=True)]
        found["result"] = {**{k: v for k, v in result.items() if k != "rows"}, "by_column": columns}
    return found


def what_changed(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return an answer for a browser that holds the week and foresaw the lists: nothing empty, nothing it knows."""
    found = without_empty(answer)
    return {**found, "week": {name: value for name, value in found["week"].items() if name not in SAME_ALL_WEEK}}


def without_empty(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that hold something."""
    return {name: value for name, value in fields.items() if value is not None and value not in ([], {})}
