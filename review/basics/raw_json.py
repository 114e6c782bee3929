"""Read raw records from JSON and JSON Lines.

What JSON forbids but programs write anyway does not cost a record: NaN and Infinity are missing, half of a character
pair becomes U+FFFD, whole numbers of more than 64 bits become text. How many there were is counted.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import orjson

from review.basics.errors import InputError, NoRecords
from review.basics.input_file import ByteLines, InputFile
from review.basics.record import MAX_LINE, Raw, Unreadable, encoding_error

MAX_JSON = 512 * 1024 * 1024
"""The most bytes a JSON array may have, because it is read in one piece."""

_LONG = 2.0**63
_HALF = re.compile("[\ud800-\udfff]")
_BOM = b"\xef\xbb\xbf"


def read_jsonl(given: InputFile) -> Iterator[Raw]:
    """Yield the objects of a JSON Lines file. A line that holds none comes with its error."""
    file, lines = given.open()
    with file:
        number = done = 0
        while line := lines.readline(MAX_LINE + 1):
            number += 1
            done += len(line)
            if len(line) > MAX_LINE and not line.endswith(b"\n"):
                size = len(line) + _skip_line(lines)
                done += size - len(line)
                what = f"a line of {size / 1e6:.0f} MB"
                yield Raw(number, None, Unreadable("line", what, f"at most {MAX_LINE // 2**20} MB"), done)
                continue
            if number == 1:
                line = line.removeprefix(_BOM)
            if line.strip():
                yield from json_records(number, line, done)


def _skip_line(lines: ByteLines) -> int:
    skipped = 0
    while chunk := lines.readline(1 << 20):
        skipped += len(chunk)
        if chunk.endswith(b"\n"):
            break
    return skipped


def json_records(number: int, line: bytes, done: int) -> Iterator[Raw]:
    """Yield the record of a text, or its error; of a list of objects, and of JSON inside JSON text, each object."""
    raw = _record(number, line, done)
    if raw.record is not None or not line.lstrip().startswith((b"[", b'"')):
        yield raw
        return
    try:
        found, mended = mended_json(line.decode())
        found = mended_json(found)[0] if isinstance(found, str) else found
    except (ValueError, RecursionError):
        yield raw
        return
    listed = found if isinstance(found, list) else [found]
    # One element that is no object costs itself; among the turns of a conversation it costs the conversation.
    objects = [item for item in listed if isinstance(item, dict)]
    if not objects or (len(objects) < len(listed) and any("role" in item for item in objects)):
        yield raw
        return
    for i, item in enumerate(listed):
        if isinstance(item, dict):
            yield Raw(number, item, None, done, mended if i == 0 else ())
        else:
            yield Raw(number, None, Unreadable("record", item, "a JSON object"), done)


def _record(number: int, line: bytes, done: int) -> Raw:
    mended: tuple[tuple[str, int], ...] = ()
    try:
        record = orjson.loads(line)
        if isinstance(record, dict) and _has_long(record):
            record, mended = mended_json(line.decode())
    except orjson.JSONDecodeError as error:
        try:
            record, mended = mended_json(line.decode())
        except (ValueError, RecursionError):
            return Raw(number, None, encoding_error(line) or _json_error(line, error), done)
    record = _named(record)
    if not isinstance(record, dict):
        return Raw(number, None, Unreadable("line", _short(line), "a JSON object"), done)
    return Raw(number, record, None, done, mended)


SNAPSHOT = ("values", "next", "config", "metadata", "created_at", "parent_config", "tasks", "interrupts")
"""The fields of a state of LangGraph, which is written as a list where its names are lost."""


def is_snapshot(value: Any) -> bool:
    """Whether a list holds the fields of a state of LangGraph in order; older versions lack the last."""
    if not isinstance(value, list) or not len(SNAPSHOT) - 1 <= len(value) <= len(SNAPSHOT):
        return False
    values, following, config = value[:3]
    known = isinstance(values, dict) and isinstance(following, list) and isinstance(config, dict)
    return known and "configurable" in config


def _named(value: Any) -> Any:
    """Return a list of objects as an object with ``messages``, and the fields of a state under their names.

    Some programs write a conversation as the list of its messages, or a state without the names of its fields.
    """
    if is_snapshot(value):
        return dict(zip(SNAPSHOT, value, strict=False))
    bare = isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)
    return {"messages": value} if bare else value


def _has_long(record: dict[str, Any]) -> bool:
    """Whether a field may be a whole number of more than 64 bits, which the fast decoder rounds."""
    for value in record.values():  # noqa: SIM110 - each record comes here, and any() takes twice as long
        if type(value) is float and not -_LONG < value < _LONG:
            return True
    return False


def mended_json(text: str) -> tuple[Any, tuple[tuple[str, int], ...]]:
    """Return the value of a JSON text and how many values were replaced, by the names in ``record.MENDED``.

    Raises ValueError (or RecursionError) for anything else that is no JSON.
    """
    found: Counter[str] = Counter()

    def no_number(_: str) -> None:
        found["number"] += 1

    def number(digits: str) -> float | None:
        value = float(digits)
        if math.isfinite(value):
            return value
        found["number"] += 1
        return None

    def whole(digits: str) -> int | str:
        if len(digits) < 20 and -(2**63) <= (value := int(digits)) < 2**64:
            return value
        if len(digits) == 20 and 0 <= (value := int(digits)) < 2**64:
            return value
        found["long"] += 1
        return digits

    value = json.loads(text, parse_constant=no_number, parse_float=number, parse_int=whole)
    return _whole_characters(value, found), tuple(found.items())


def _whole_characters(value: Any, found: Counter[str]) -> Any:
    if isinstance(value, str):
        text, n = _HALF.subn("\ufffd", value)
        if n:
            found["half"] += n
        return text
    if isinstance(value, list):
        return [_whole_characters(v, found) for v in value]
    if isinstance(value, dict):
        return {_whole_characters(k, found): _whole_characters(v, found) for k, v in value.items()}
    return value


def _json_error(line: bytes, error: orjson.JSONDecodeError) -> Unreadable:
    return Unreadable("line", _short(line), f"one JSON object ({error.msg}, column {error.colno})")


def _short(line: bytes) -> str:
    return line[:2000].decode("utf-8", "replace").strip()


def read_json(given: InputFile) -> Iterator[Raw]:
    """Yield the objects of a JSON document: the elements of an array, or the one object."""
    data = _content(given)
    mended: tuple[tuple[str, int], ...] = ()
    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        try:
            found, mended = mended_json(data.decode())
        except UnicodeDecodeError as bad:
            # The fast decoder reports a byte that is not UTF-8 at the start of the file, so name its real place.
            line = data[: bad.start].count(b"\n") + 1
            raise InputError(
                f"{given.name}, line {line}, byte {bad.start}: found 0x{data[bad.start]:02x}, expected UTF-8 text. "
                "Save the file as UTF-8."
            ) from None
        except (ValueError, RecursionError):
            raise InputError(
                f"{given.name}, line {error.lineno}, column {error.colno}: not readable as JSON ({error.msg})."
            ) from None
    rows = found if isinstance(found, list) else [found]
    if not rows:
        raise NoRecords(f"{given.name}: it holds no records: found an empty list ([]).")
    if not mended and any(isinstance(row, dict) and _has_long(row) for row in rows):
        found, mended = mended_json(data.decode())
        rows = found if isinstance(found, list) else [found]
    size = given.size
    for i, record in enumerate(rows, start=1):
        done = size * i // len(rows)
        first = mended if i == 1 else ()
        named = _named(record)
        if isinstance(named, dict):
            yield Raw(i, named, None, done, first)
        else:
            yield Raw(i, None, Unreadable("record", record, "a JSON object"), done, first)


def _content(given: InputFile) -> bytes:
    file, content = given.open()
    with file:
        data = content.read(MAX_JSON + 1)
    if len(data) > MAX_JSON:
        raise InputError(
            f"{given.name}: found a JSON document of {max(given.size, len(data)) / 1e6:.0f} MB, expected at most "
            f"{MAX_JSON // 2**20} MB. Write it as JSONL, one record per line."
        )
    return data.removeprefix(_BOM)
