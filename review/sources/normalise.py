"""From the fields that a reader found to a Conversation: types, times, week, identity, keyed hashes."""

from __future__ import annotations

import hashlib
import hmac
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from review.sources import plain
from review.sources.fields import Fields, Record, Unreadable, as_json_text, object_of, parsed, text_of
from review.sources.times import read_time, utc_text, week_of
from storage.records import Conversation

DEFAULT_SOURCE = "production"
MAX_ID = 512
_CANONICAL = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS


@dataclass(frozen=True)
class Settings:
    """What holds for all records of one import: source name, HMAC key, time zone, week of undated records."""

    source: str
    key: bytes
    zone: ZoneInfo
    week: str


def keyed_hash(key: bytes, data: bytes) -> str:
    """HMAC-SHA256, first 16 hexadecimal digits: stable inside a store, meaningless outside."""
    return hmac.digest(key, data, hashlib.sha256).hex()[:16]


def conversation_id(source: str, source_id: str) -> str:
    """The id inside Spotcheck: the source's own, prefixed unless the source is the default one."""
    return source_id if source == DEFAULT_SOURCE else f"{source}/{source_id}"


def conversation_of(fields: Fields, record: Record, settings: Settings) -> Conversation:
    """Build the conversation, unmasked and not yet hashed. Raises Unreadable naming the field that does not fit."""
    messages = fields.get("messages") or []
    if not any(m["content"] or m.get("tool_calls") for m in messages):
        raise Unreadable("messages", messages, "at least one message with text")
    moment = _moment(fields.get("created_at"))
    source_id = _source_id(fields.get("id")) or keyed_hash(settings.key, canonical(record))
    numbers: dict[str, Any] = {
        name: convert(name, fields[name]) for name, convert in _NUMBERS.items() if name in fields
    }
    texts: dict[str, Any] = {name: text_of(name, fields[name]) for name in plain.TEXT if name in fields}
    for name in ("user_id", "session_id"):
        if texts.get(name) is not None:
            texts[name] = keyed_hash(settings.key, texts[name].encode("utf-8", "surrogatepass"))
    return Conversation(
        id=conversation_id(settings.source, source_id),
        source=settings.source,
        source_id=source_id,
        created_at=None if moment is None else utc_text(moment),
        week=settings.week if moment is None else week_of(moment, settings.zone),
        messages=tuple(messages),
        context=_context(fields.get("context")),
        steps=_steps(fields.get("steps")),
        result=_result(fields.get("result")),
        status=_status(fields),
        feedback=_feedback(fields.get("feedback")),
        tags=_tags(fields.get("tags")),
        metadata=_metadata(fields.get("metadata")),
        verdicts=_verdicts(fields.get("verdicts")),
        **texts,
        **numbers,
    )


def canonical(record: Any) -> bytes:
    """Canonical JSON: keys sorted, no spaces; what JSON does not know is written as text."""
    return orjson.dumps(record, option=_CANONICAL, default=str)


def _source_id(value: Any) -> str:
    text = (text_of("id", value) or "").strip()
    if len(text) > MAX_ID:
        raise Unreadable("id", text, f"at most {MAX_ID} characters")
    return text


def _moment(value: Any) -> Any:
    if value is None or value == "":
        return None
    moment = read_time(value)
    if moment is None:
        raise Unreadable("created_at", value, "ISO 8601 such as 2026-11-21T09:30:00Z, or epoch seconds")
    return moment


def _number(low: float, high: float, words: str) -> Callable[[str, Any], float | None]:
    def convert(name: str, value: Any) -> float | None:
        if value is None or value == "":
            return None
        try:
            number = math.nan if isinstance(value, bool) else float(value)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        if not low <= number <= high:
            raise Unreadable(name, value, words)
        return number

    return convert


_AMOUNT = _number(0.0, 1e300, "a number, zero or more")


def _count(name: str, value: Any) -> int | None:
    number = _number(0.0, 2.0**53, "a whole number, zero or more")(name, value)
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


_NUMBERS: Mapping[str, Callable[[str, Any], Any]] = {
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


def _status(fields: Fields) -> str:
    value = text_of("status", fields.get("status"))
    if value is None:
        return "error" if fields.get("error_type") or fields.get("error_message") else "ok"
    if value.strip().lower() not in ("ok", "error"):
        raise Unreadable("status", value, "ok or error; translate others with --value status:RAW=error")
    return value.strip().lower()


def _feedback(value: Any) -> str | None:
    """One text: a thumb as up or down, and of an object its thumb and what was done, joined by commas."""
    if isinstance(value, bool):
        return "up" if value else "down"
    value = parsed(value)
    if isinstance(value, Mapping):
        thumb = _feedback(value.get("thumb"))
        done = [str(name) for name, was in value.items() if name != "thumb" and was is True]
        return ",".join([thumb, *done] if thumb else done) or None
    return text_of("feedback", value)


def _context(value: Any) -> tuple[str, ...]:
    value = parsed(value)
    if value is None or value == "":
        return ()
    return tuple(_passage(item) for item in (value if isinstance(value, list | tuple) else [value]))


def _passage(item: Any) -> str:
    if isinstance(item, Mapping):
        found = (item.get(key) for key in ("content", "text", "page_content"))
        return next((text for text in found if isinstance(text, str)), None) or as_json_text(item)
    return as_json_text(item)


def _steps(value: Any) -> tuple[Any, ...]:
    value = parsed(value)
    if value is None or value == "":
        return ()
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def _tags(value: Any) -> tuple[str, ...]:
    value = parsed(value)
    if value is None or value == "":
        return ()
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, list | tuple):
        raise Unreadable("tags", value, "a list of texts")
    return tuple(text.strip() for item in value if (text := text_of("tags", item)) and text.strip())


def _metadata(value: Any) -> dict[str, Any]:
    return {} if value in (None, "") else object_of("metadata", value)


def _verdicts(value: Any) -> dict[str, dict[str, Any]]:
    if value in (None, ""):
        return {}
    expected = "an object {judge: {dimension: value}}"
    judges = {
        j: object_of(f"verdicts.{j}", v, expected) for j, v in object_of("verdicts", value, expected).items() if v
    }
    for judge, dimensions in judges.items():
        for dimension, verdict in dimensions.items():
            if isinstance(verdict, dict | list | tuple):
                raise Unreadable(f"verdicts.{judge}.{dimension}", verdict, "one value")
    return judges


def _result(value: Any) -> dict[str, Any] | None:
    """``{columns, rows, total}`` or ``{text}`` out of rows as dicts, a pandas "split" document, or text."""
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


def _result_object(value: Mapping[str, Any]) -> dict[str, Any]:
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
    total = value.get("total")
    return {
        "columns": [as_json_text(c) for c in columns],
        "rows": [list(row) for row in table],
        "total": len(table) if total is None else _count("result.total", total),
    }
