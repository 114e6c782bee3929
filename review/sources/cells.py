"""Convert single values, as sources write them, to the type of their field; raise Unreadable for any other value."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from review.basics.record import Unreadable
from review.sources.readers.fields import as_json_text, object_of, parsed, text_of
from storage.records_log import ResultTable

_DECIMAL_COMMA = re.compile(r"-?\d+,(\d{1,2}|\d{4,})")
"""A number with a decimal comma. Before three digits the comma could separate thousands, so that is not read."""


def _number(low: float, high: float, words: str) -> Callable[[str, Any], float | None]:
    def convert(name: str, value: Any) -> float | None:
        if value is None or value == "":
            return None
        try:
            comma = isinstance(value, str) and _DECIMAL_COMMA.fullmatch(value.strip())
            number = math.nan if isinstance(value, bool) else float(value.replace(",", ".") if comma else value)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        if not low <= number <= high:
            raise Unreadable(name, value, words)
        return number

    return convert


_AMOUNT = _number(0.0, 1e300, "a number, zero or more")
_WHOLE = _number(0.0, 2.0**53, "a whole number, zero or more")


def _count(name: str, value: Any) -> int | None:
    number = _WHOLE(name, value)
    if number is None:
        return None
    if number != int(number):
        raise Unreadable(name, value, "a whole number, zero or more")
    return int(number)


_FLAGS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def _flag(name: str, value: Any) -> bool | None:
    if value is None or value == "" or isinstance(value, bool):
        return value if isinstance(value, bool) else None
    flag = _FLAGS.get(str(value).strip().lower())
    if flag is None:
        raise Unreadable(name, value, "true or false")
    return flag


NUMBERS: Mapping[str, Callable[[str, Any], Any]] = {
    "repair_rounds": _count,
    "repaired": _flag,
    "confidence": _number(0.0, 1.0, "a number from 0 to 1"),
    "low_confidence": _flag,
    "latency_ms": _AMOUNT,
    "tokens_in": _count,
    "tokens_out": _count,
    "cost": _AMOUNT,
    "retries": _count,
}
"""Field -> the function that converts its raw value; the name is for the error."""


def feedback_of(value: Any) -> str | None:
    """Return feedback as one text: a thumb as up or down; of an object its thumb and the names of its true keys."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "up" if value else "down"
    value = parsed(value)
    if isinstance(value, Mapping):
        thumb = feedback_of(value.get("thumb"))
        done = [str(name) for name, flag in value.items() if name != "thumb" and flag is True]
        return ",".join([thumb, *done] if thumb else done) or None
    return text_of("feedback", value)


def context_of(value: Any) -> tuple[str, ...]:
    """Return retrieved passages as texts: the content or text of an object, else the whole object as JSON."""
    value = parsed(value)
    if value is None or value == "":
        return ()
    return tuple(_passage(item) for item in (value if isinstance(value, list | tuple) else [value]))


def _passage(item: Any) -> str:
    if isinstance(item, Mapping):
        found = (item.get(key) for key in ("content", "text", "page_content", "pageContent"))
        return next((text for text in found if isinstance(text, str)), None) or as_json_text(item)
    return as_json_text(item)


def steps_of(value: Any) -> tuple[Any, ...]:
    """Return the reasoning chain as recorded; a single step becomes a chain of one."""
    value = parsed(value)
    if value is None or value == "":
        return ()
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def tags_of(value: Any) -> tuple[str, ...]:
    """Return tags from a list of texts, or from one text with commas."""
    value = parsed(value)
    if value is None or value == "":
        return ()
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, list | tuple):
        raise Unreadable("tags", value, "a list of texts")
    return tuple(text.strip() for item in value if (text := text_of("tags", item)) and text.strip())


def metadata_of(value: Any) -> dict[str, Any]:
    """Return metadata as a dict; an empty cell is an empty dict."""
    return {} if value in (None, "") else object_of("metadata", value)


def verdicts_of(value: Any) -> dict[str, dict[str, Any]]:
    """Return ``{judge: {dimension: value}}`` without empty judges; a value may be ``{value, score, rationale}``."""
    if value in (None, ""):
        return {}
    expected = "an object {judge: {dimension: value}}"
    judges = {
        j: object_of(f"verdicts.{j}", v, expected) for j, v in object_of("verdicts", value, expected).items() if v
    }
    for judge, dimensions in judges.items():
        for dimension, verdict in dimensions.items():
            plain = verdict.get("value") if isinstance(verdict, dict) and "value" in verdict else verdict
            if isinstance(plain, (dict, list, tuple)):
                raise Unreadable(f"verdicts.{judge}.{dimension}", verdict, "one value, or {value, score, rationale}")
    return judges


def result_of(value: Any) -> ResultTable | None:
    """Return ``{columns, rows, total}`` or ``{text}`` from rows as dicts, a pandas "split" document, or text."""
    value = parsed(value)
    if value is None or value == "":
        return None
    if isinstance(value, list) and value and all(isinstance(row, Mapping) for row in value):
        columns = list(dict.fromkeys(str(name) for row in value for name in row))
        return {"columns": columns, "rows": [[row.get(c) for c in columns] for row in value], "total": len(value)}
    if isinstance(value, Mapping):
        return _result_object(value)
    if isinstance(value, str | int | float):
        return {"text": str(value)}
    if isinstance(value, list):
        return {"text": as_json_text(value)}
    raise Unreadable("result", value, "a table or text")


def _result_object(value: Mapping[str, Any]) -> ResultTable:
    if isinstance(value.get("text"), str) and "columns" not in value:
        return {"text": value["text"]}
    columns, rows = value.get("columns"), value.get("rows", value.get("data"))
    if columns is None and rows is None:
        return {"text": as_json_text(value)}
    if not isinstance(columns, list) or not isinstance(rows, list):
        raise Unreadable("result", value, "columns and rows as lists")
    table = [[row.get(c) for c in columns] if isinstance(row, Mapping) else row for row in rows]
    ragged = next((row for row in table if not isinstance(row, list | tuple) or len(row) != len(columns)), None)
    if ragged is not None:
        raise Unreadable("result.rows", ragged, f"{len(columns)} cells in each row")
    total = _count("result.total", value.get("total"))
    return {
        "columns": [as_json_text(c) for c in columns],
        "rows": [list(row) for row in table],
        "total": len(table) if total is None else total,
    }
