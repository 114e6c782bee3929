"""Read a whole JSON file."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Any

import orjson

from review.basics.errors import InputError


def json_in(path: Path) -> Any:
    """Return the content of a JSON file. Raises InputError."""
    try:
        return orjson.loads(path.read_bytes().removeprefix(codecs.BOM_UTF8))
    except orjson.JSONDecodeError as error:
        raise InputError(f"{path}: the file is not whole JSON ({error}).") from None


def object_in(path: Path) -> dict[str, Any]:
    """Return the object that a JSON file holds. Raises InputError for anything else."""
    found = json_in(path)
    if not isinstance(found, dict):
        raise InputError(f"{path}: found {type(found).__name__}, expected the JSON object that the runner writes.")
    return found


def objects(found: Any) -> list[dict[str, Any]]:
    """Return the objects of a list; nothing for anything else."""
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def names(*found: Any) -> tuple[str, ...]:
    """Return the texts and numbers among some values as names, each once."""
    usable = (x for x in found if isinstance(x, str | int) and not isinstance(x, bool) and x != "")
    return tuple(dict.fromkeys(map(str, usable)))
