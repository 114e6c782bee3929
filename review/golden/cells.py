"""Read the cells of written examples: choices, lists, flags, JSON."""

from __future__ import annotations

from typing import Any

import orjson

from review.basics.tables import Row
from storage.records_golden import ExpectedTool, Turn


def choice(row: Row, column: str, allowed: tuple[str, ...], default: str) -> str:
    """Return a cell that must be one of some values, ``default`` when it is empty."""
    text = row.text(column) or default
    if text not in allowed:
        raise row.error(column, text, f"one of {', '.join(allowed)}")
    return text


def several(row: Row, column: str) -> tuple[str, ...]:
    """Return the values of a cell: a list, a JSON list as an export writes it, or texts separated by ``|``."""
    listed = row.cells.get(column)
    if isinstance(listed, str):
        text = listed.strip()
        listed = _json(row, column, list, "a JSON list") if text.startswith("[") else text.split("|")
    return tuple(text for part in listed or () if (text := str(part).strip()))


def yes(row: Row, column: str) -> bool:
    """Return a cell that says true or false; an empty one is false."""
    text = row.text(column).casefold()
    if text not in ("", "true", "false", "1", "0", "yes", "no"):
        raise row.error(column, text, "true or false")
    return text in ("true", "1", "yes")


def _json(row: Row, column: str, kind: type, expected: str) -> Any:
    cell = row.cells.get(column)
    if isinstance(cell, str):
        if not cell.strip():
            return None
        try:
            cell = orjson.loads(cell)
        except orjson.JSONDecodeError:
            raise row.error(column, cell, expected) from None
    if cell is not None and not isinstance(cell, kind):
        raise row.error(column, cell, expected)
    return cell


def json_object(row: Row, column: str) -> dict[str, Any] | None:
    """Return a JSON object, None for an empty cell."""
    found: dict[str, Any] | None = _json(row, column, dict, "a JSON object such as {columns, rows}")
    return found


def turns_in(row: Row) -> list[Turn]:
    """Return the turns before the question."""
    expected = "a JSON list of {role, content}"
    turns = _json(row, "prior_turns", list, expected) or []
    if not all(isinstance(t, dict) and {"role", "content"} <= set(t) for t in turns):
        raise row.error("prior_turns", turns, expected)
    return [Turn(role=str(t["role"]), content=str(t["content"])) for t in turns]


def tools_in(row: Row) -> tuple[ExpectedTool, ...]:
    """Return the tools of a cell: names separated by ``|``, or a JSON list of names and of {name, arguments}."""
    expected = "names separated by |, or a JSON list of {name, arguments}"
    cell = row.cells.get("expected_tools")
    plain = isinstance(cell, str) and not cell.strip().startswith("[")
    found: list[ExpectedTool] = []
    for one in several(row, "expected_tools") if plain else _json(row, "expected_tools", list, expected) or ():
        tool = {"name": one} if isinstance(one, str) else one
        name, arguments = (tool.get(k) for k in ("name", "arguments")) if isinstance(tool, dict) else (None, None)
        if not isinstance(name, str) or not name.strip() or not isinstance(arguments, dict | None):
            raise row.error("expected_tools", cell, expected)
        found.append(ExpectedTool(name=name.strip(), arguments=arguments))
    return tuple(found)
