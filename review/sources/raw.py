"""Read raw records from files, one after another in bounded memory, each with its line number.

A line that holds no record is passed on with its error, so an import can report it and continue. A file that cannot be
read at all (absent, empty, compressed, another encoding) raises InputError.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import orjson

from review.basics.errors import InputError
from review.sources.raw_csv import read_csv
from review.sources.readers.fields import Unreadable
from review.sources.record import MAX_LINE, Raw, encoding_error

MAX_JSON = 512 * 1024 * 1024
"""The most bytes a JSON array may have, because it is read in one piece."""

PARQUET_ROWS = 2_000
_BY_SUFFIX = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "csv", ".parquet": "parquet"}
_REFUSED = {
    b"\x1f\x8b": "a gzip archive",
    b"PK\x03\x04": "a zip archive or spreadsheet",
    b"\xff\xfe": "UTF-16 text",
    b"\xfe\xff": "UTF-16 text",
    b"SQLite format 3": "an SQLite database",
}


def layout_of(path: Path, format: str | None = None) -> str:
    """Return the layout of a file: that of a chosen plain format, else by its content, else by its suffix.

    Raises InputError when the file cannot be read or nothing tells its layout.
    """
    head = _head(path)
    for magic, what in _REFUSED.items():
        if head.startswith(magic):
            raise InputError(
                f"{path}, line 1, byte 0: found {what}, expected UTF-8 text or Parquet. Unpack or convert the file."
            )
    if head.startswith(b"PAR1"):
        return "parquet"
    if not head.strip():
        raise InputError(f"{path}: the file is empty; expected records.")
    suffix, first = path.suffix.lower(), head.removeprefix(b"\xef\xbb\xbf").lstrip()
    chosen = format if format in ("csv", "parquet") else _by_content(path, first, suffix)
    if chosen is None:
        chosen = "jsonl" if format == "jsonl" else _BY_SUFFIX.get(suffix)
    if chosen is None:
        raise InputError(
            f"{path}: found neither JSON nor Parquet, and the suffix '{path.suffix}'; expected a file ending in "
            ".jsonl, .json, .csv or .parquet. Rename the file, or choose its format."
        )
    return chosen


def _by_content(path: Path, first: bytes, suffix: str) -> str | None:
    if suffix in (".csv", ".tsv"):
        return "csv"
    if first.startswith(b"["):
        return "json"
    if first.startswith(b"{"):
        return "jsonl" if suffix in (".jsonl", ".ndjson") or _line_is_json(path) else "json"
    return None


def _head(path: Path) -> bytes:
    if path.is_dir():
        raise InputError(f"{path}: found a folder, expected a file. Name the files in it.")
    try:
        with path.open("rb") as file:
            return file.read(4096)
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file. Check the path.") from None
    except OSError as error:
        raise InputError(f"{path}: the file cannot be read ({error.strerror}).") from None


def _line_is_json(path: Path) -> bool:
    with path.open("rb") as file:
        line = file.readline(MAX_LINE).removeprefix(b"\xef\xbb\xbf").strip()
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        # One object over several lines: its first line is incomplete JSON.
        return len(line) > 1 and line.endswith(b"}")
    return True


def read_raw(path: Path, layout: str) -> Iterator[Raw]:
    """Return the records of a file in order. Raises InputError when the file as a whole cannot be read."""
    readers = {"jsonl": _jsonl, "csv": read_csv, "parquet": _parquet, "json": _json}
    return readers[layout](path)


def _jsonl(path: Path) -> Iterator[Raw]:
    with path.open("rb") as file:
        number = 0
        while line := file.readline(MAX_LINE + 1):
            number += 1
            if len(line) > MAX_LINE and not line.endswith(b"\n"):
                size = len(line) + _skip_line(file)
                what = f"a line of {size / 1e6:.0f} MB"
                yield Raw(number, None, Unreadable("line", what, f"at most {MAX_LINE // 2**20} MB"), file.tell())
                continue
            if number == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
            if line.strip():
                yield _jsonl_record(number, line, file.tell())


def _skip_line(file: BinaryIO) -> int:
    skipped = 0
    while chunk := file.readline(1 << 20):
        skipped += len(chunk)
        if chunk.endswith(b"\n"):
            break
    return skipped


def _jsonl_record(number: int, line: bytes, done: int) -> Raw:
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return Raw(number, None, encoding_error(line) or _json_error(line, error), done)
    if not isinstance(record, dict):
        return Raw(number, None, Unreadable("line", _short(line), "a JSON object"), done)
    return Raw(number, record, None, done)


def _json_error(line: bytes, error: orjson.JSONDecodeError) -> Unreadable:
    return Unreadable("line", _short(line), f"one JSON object ({error.msg}, column {error.colno})")


def _short(line: bytes) -> str:
    return line[:2000].decode("utf-8", "replace").strip()


def _json(path: Path) -> Iterator[Raw]:
    size = path.stat().st_size
    if size > MAX_JSON:
        raise InputError(
            f"{path}: found a JSON document of {size / 1e6:.0f} MB, expected at most {MAX_JSON // 2**20} MB. "
            "Write it as JSONL, one record per line."
        )
    data = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    try:
        records = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        # The decoder reports a byte that is not UTF-8 at the start of the file, so look for its real place.
        try:
            data.decode("utf-8")
        except UnicodeDecodeError as bad:
            line = data[: bad.start].count(b"\n") + 1
            raise InputError(
                f"{path}, line {line}, byte {bad.start}: found 0x{data[bad.start]:02x}, expected UTF-8 text. "
                "Save the file as UTF-8."
            ) from None
        raise InputError(
            f"{path}, line {error.lineno}, column {error.colno}: not readable as JSON ({error.msg})."
        ) from None
    rows = records if isinstance(records, list) else [records]
    if not rows:
        raise InputError(f"{path}: the array is empty; expected records.")
    for i, record in enumerate(rows, start=1):
        done = size * i // len(rows)
        if isinstance(record, dict):
            yield Raw(i, record, None, done)
        else:
            yield Raw(i, None, Unreadable("record", record, "a JSON object"), done)


def _parquet(path: Path) -> Iterator[Raw]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    size, number = path.stat().st_size, 0
    try:
        with pq.ParquetFile(path) as file:
            total = max(file.metadata.num_rows, 1)
            for batch in file.iter_batches(batch_size=PARQUET_ROWS):
                for record in batch.to_pylist():
                    number += 1
                    yield Raw(number, record, None, size * number // total)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{path}: not readable as Parquet ({error}).") from None
