"""DuckDB as an engine: files (JSONL, CSV, Parquet), the embedded log's folder, and DuckDB databases.

Everything is read as text and taken apart by ourselves: DuckDB's own guesses lower-case UUIDs in JSON, drop the
offsets of times and turn 007 into 7. Instants are microseconds since 1970, so no time-zone package is needed.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

import duckdb
import orjson
from sqlglot import exp, parse_one

from review.errors import InputError
from review.sampling.sql import column, plain_text, render, table
from review.weeks import monday_of

SEEN_LINES = 1_000
LARGEST_LINE = 64 * 1024 * 1024
ROWS = "log_rows"
WEEK_IN_NAME = re.compile(r"\d{4}-W\d{2}")
SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}

# The rules of review.sources.times in DuckDB's words: ISO 8601, or a number in s, ms, us or ns since 1970 by its size.
INSTANT = parse_one(
    """CASE WHEN :t LIKE '____-__-__%' THEN EPOCH_US(TRY_CAST(:t AS TIMESTAMPTZ))
       WHEN REGEXP_FULL_MATCH(:t, '[0-9]{9,20}([.][0-9]+)?') THEN
         CASE WHEN CAST(:t AS DOUBLE) < 1e11 THEN CAST(CAST(:t AS DOUBLE) * 1e6 AS BIGINT)
              WHEN CAST(:t AS DOUBLE) < 1e14 THEN CAST(CAST(:t AS DOUBLE) * 1e3 AS BIGINT)
              WHEN CAST(:t AS DOUBLE) < 1e17 THEN CAST(CAST(:t AS DOUBLE) AS BIGINT)
              WHEN CAST(:t AS DOUBLE) < 1e20 THEN CAST(CAST(:t AS DOUBLE) / 1e3 AS BIGINT) END END""",
    dialect="duckdb",
)

Loader = Callable[[Sequence[str]], None]


class DuckDBEngine:
    """One DuckDB connection and what to select from; ``load`` fills ``log_rows`` with the columns asked for."""

    dialect = "duckdb"

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        source: str,
        types: Mapping[str, str],
        *,
        relation: exp.Expr | None = None,
        load: Loader | None = None,
        fault: Callable[[], InputError | None] = lambda: None,
        open_schema: bool = False,
    ) -> None:
        self.connection, self.source, self.open_schema = connection, source, open_schema
        self._types, self._relation, self._load = types, relation, load
        self._fault = fault
        # What does not fit into memory spills here, never beside the source or into the current folder.
        self._scratch = tempfile.TemporaryDirectory(prefix="spotcheck-")
        place = exp.Literal.string(self._scratch.name).sql("duckdb")
        connection.execute(f"SET temp_directory = {place}")

    def columns(self) -> Mapping[str, str]:
        """Column names with DuckDB's types."""
        return self._types

    def relation(self, names: Sequence[str]) -> exp.Expr:
        """The table; of a text file, these columns of all rows, read once."""
        if self._load is not None:
            with self._reading():
                self._load(names)
        return self._relation or table(ROWS)

    def keep(self, rows: exp.Select) -> exp.Expr:
        """A temporary table of the connection, also beside a database that is read-only."""
        with self._reading():
            self.connection.execute(f"CREATE OR REPLACE TEMP TABLE frame_rows AS {render(rows, self.dialect)}")
        return table("frame_rows")

    def query(self, query: exp.Expr) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with self._reading():
            return self.connection.execute(render(query, self.dialect)).fetchall()

    def text(self, name: str, path: Sequence[str] = ()) -> exp.Expr:
        """The column as text; nested values as JSON."""
        kind, value = self._types.get(name, "VARCHAR"), column(name)
        if path:
            document = value if kind in ("VARCHAR", "JSON") else _call("to_json", value)
            return _call("json_extract_string", document, exp.Literal.string(json_path(path)))
        if kind == "VARCHAR":
            return value
        nested = kind.startswith(("STRUCT", "MAP", "UNION")) or kind.endswith("]")
        return exp.cast(_call("to_json", value) if nested else value, "text")

    def number(self, name: str, path: Sequence[str] = ()) -> exp.Expr:
        """The column as DOUBLE; NaN and infinity as NULL."""
        double = exp.TryCast(this=self.text(name, path), to=exp.DataType.build("double"))
        return exp.Case().when(_call("isfinite", double), double.copy())

    def instant(self, name: str, path: Sequence[str] = ()) -> exp.Expr:
        """The column as microseconds since 1970."""
        kind = self._types.get(name, "VARCHAR")
        if not path and kind.startswith(("TIMESTAMP", "DATE")):
            return _call("epoch_us", exp.cast(column(name), "timestamptz"))
        text = self.text(name, path)
        return exp.replace_placeholders(INSTANT.copy(), t=text)

    def moment(self, moment: datetime) -> exp.Expr:
        """Microseconds since 1970."""
        return exp.Literal.number((moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1))

    def close(self) -> None:
        """Close the connection and remove what it spilled."""
        self.connection.close()
        self._scratch.cleanup()

    def _reading(self) -> _Reading:
        return _Reading(self.source, self._fault)


class _Reading:
    """Turns an error of DuckDB into one sentence, with the line at fault where the file can be asked for it."""

    def __init__(self, source: str, fault: Callable[[], InputError | None]) -> None:
        self.source, self.fault = source, fault

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, duckdb.Error):
            first = str(error).strip().split("\n", 1)[0]
            raise self.fault() or InputError(f"{self.source}: not readable ({first}).") from None


def open_files(pattern: str, *, week: str | None = None) -> DuckDBEngine:
    """A file, a pattern of files, or a folder of Parquet files of which those named for other weeks are left out."""
    files = _files(pattern, week)
    kind = Path(files[0].removesuffix(".gz")).suffix.lower()
    if kind == ".parquet":
        return _parquet(pattern, files)
    connection = _connect()
    types = dict.fromkeys(
        _json_keys(files) if kind in (".jsonl", ".ndjson") else _header(files, _delimiter(kind)), "VARCHAR"
    )
    loaded: set[str] = set()

    def load(names: Sequence[str]) -> None:
        if set(names) <= loaded:
            return
        wanted = sorted(set(names))
        shown = ", ".join(column(name).sql("duckdb") for name in wanted)
        reader = _json_reader(files, wanted) if kind in (".jsonl", ".ndjson") else _csv_reader(files, _delimiter(kind))
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {ROWS} AS SELECT {shown} FROM {reader}")  # noqa: S608
        loaded.clear()
        loaded.update(wanted)

    def fault() -> InputError | None:
        find = _json_fault if kind in (".jsonl", ".ndjson") else _csv_fault
        return next((f for file in files if (f := find(file, _delimiter(kind)))), None)

    return DuckDBEngine(connection, pattern, types, load=load, fault=fault, open_schema=kind in (".jsonl", ".ndjson"))


def open_database(path: str, table_name: str) -> DuckDBEngine:
    """A table or view of a DuckDB database, opened read-only."""
    if not Path(path).is_file():
        raise InputError(f"{path}: there is no such DuckDB database. Check the path; four slashes make it absolute.")
    try:
        connection = _connect(path, read_only=True)
    except duckdb.Error as error:
        raise InputError(f"{path}: not readable as a DuckDB database ({str(error).splitlines()[0]}).") from None
    relation = table(table_name)
    try:
        types = _types(connection, relation.sql("duckdb"))
    except duckdb.CatalogException:
        found = [
            str(name) for (name,) in connection.execute("SELECT table_name FROM information_schema.tables").fetchall()
        ]
        connection.close()
        raise InputError(
            f"{path}: found no table {table_name!r}, expected one of {', '.join(found) or 'none'}."
        ) from None
    return DuckDBEngine(connection, f"{path}#{table_name}", types, relation=relation)


def json_path(path: Sequence[str]) -> str:
    """``$."a"."b"``; raises InputError for a part that cannot be quoted."""
    for part in path:
        if '"' in plain_text("path", part):
            raise InputError(f"path: found {part!r}, expected a name without double quotes.")
    return "$" + "".join(f'."{part}"' for part in path)


def _connect(path: str = ":memory:", *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(path, read_only=read_only, config=SETTINGS)
    # Times without an offset are UTC, whatever the machine's own zone.
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def _files(pattern: str, week: str | None) -> list[str]:
    path = Path(pattern)
    if path.is_dir():
        return _folder(path, week)
    found = [pattern] if path.is_file() else sorted(str(f) for f in Path(path.anchor or ".").glob(_relative(path)))
    if not found:
        raise InputError(f"{pattern}: there is no such file. Check the path.")
    return found


def _folder(path: Path, week: str | None) -> list[str]:
    # The embedded log keeps a folder per import; what is still being written has a hidden name.
    found = sorted(f for depth in ("*.parquet", "*/*.parquet") for f in path.glob(depth) if not _hidden(f, path))
    if not found:
        raise InputError(f"{path}: the folder holds no Parquet files. Import a log first, or name a file.")
    # Nothing of these weeks: one file of another week still tells the columns, and no row of it is in the window.
    return [str(f) for f in found if week is None or _may_hold(f.name, week)] or [str(found[0])]


def _hidden(file: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(folder).parts)


def _relative(path: Path) -> str:
    return str(path.relative_to(path.anchor)) if path.anchor else str(path)


def _may_hold(name: str, week: str) -> bool:
    # A neighbouring week is read too: it may have been named in another time zone.
    named = WEEK_IN_NAME.search(name)
    return named is None or abs(monday_of(named[0]) - monday_of(week)) <= timedelta(days=7)


def _parquet(source: str, files: Sequence[str]) -> DuckDBEngine:
    connection = _connect()
    try:
        reader = f"read_parquet({_names(files)}, union_by_name=true, hive_partitioning=false)"
        connection.execute(f"CREATE TEMP VIEW {ROWS} AS SELECT * FROM {reader}")  # noqa: S608
        types = _types(connection, ROWS)
    except duckdb.Error as error:
        raise InputError(f"{source}: not readable as Parquet ({str(error).splitlines()[0]}).") from None
    return DuckDBEngine(connection, source, types)


def _types(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    return {str(row[0]): str(row[1]) for row in connection.execute(f"DESCRIBE {relation}").fetchall()}


def _json_reader(files: Sequence[str], names: Sequence[str]) -> str:
    columns = ", ".join(f"{column(name).sql('duckdb')}: 'VARCHAR'" for name in names)
    return (
        f"read_json({_names(files)}, format='newline_delimited', records=true, columns={{{columns}}}, "
        f"maximum_object_size={LARGEST_LINE})"
    )


def _csv_reader(files: Sequence[str], delimiter: str) -> str:
    return (
        f"read_csv({_names(files)}, all_varchar=true, header=true, delim='{delimiter}', quote='\"', escape='\"', "
        "comment='', skip=0, union_by_name=true, hive_partitioning=false)"
    )


def _names(files: Sequence[str]) -> str:
    # A file may be called "log[1].jsonl"; DuckDB would take that for a pattern.
    literal = (re.sub(r"[\[*?]", lambda found: f"[{found[0]}]", file) for file in files)
    return "[" + ", ".join(exp.Literal.string(name).sql("duckdb") for name in literal) + "]"


def _delimiter(kind: str) -> str:
    return "\t" if kind == ".tsv" else ","


def _open(file: str) -> IO[bytes]:
    return gzip.open(file, "rb") if file.endswith(".gz") else Path(file).open("rb")  # type: ignore[return-value]


def _json_keys(files: Sequence[str]) -> list[str]:
    keys: dict[str, None] = {}
    for file in files:
        with _open(file) as lines:
            for number, line in enumerate(lines, start=1):
                if number > SEEN_LINES:
                    break
                if line.strip():
                    keys.update(dict.fromkeys(_object(file, number, line)))
    if not keys:
        raise InputError(f"{files[0]}: the file is empty; expected one JSON object per line.")
    return list(keys)


def _object(file: str, number: int, line: bytes) -> dict[str, Any]:
    if line.startswith(b"\xef\xbb\xbf"):
        raise InputError.at(
            file, number, None, line[:3], "a line without byte order mark", "Save the file as plain UTF-8."
        )
    try:
        cells = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise InputError.at(file, number, None, line.decode(errors="replace"), f"one JSON object ({error})") from None
    if not isinstance(cells, dict):
        raise InputError.at(file, number, None, line.decode(), "a JSON object with named columns")
    return cells


def _json_fault(file: str, delimiter: str) -> InputError | None:
    with _open(file) as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                try:
                    _object(file, number, line)
                except InputError as error:
                    return error
    return None


def _header(files: Sequence[str], delimiter: str) -> list[str]:
    names: dict[str, None] = {}
    for file in files:
        with _open(file) as data:
            try:
                header = next(_records(data, delimiter), [])
            except (UnicodeDecodeError, csv.Error) as error:
                raise InputError(f"{file}, line 1: not readable as UTF-8 CSV ({error}).") from None
        if not header:
            raise InputError(f"{file}: the file is empty; expected a header and rows.")
        names.update(dict.fromkeys(header))
    return list(names)


def _records(data: IO[bytes], delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.TextIOWrapper(data, encoding="utf-8-sig", newline=""), delimiter=delimiter, strict=True)


def _csv_fault(file: str, delimiter: str) -> InputError | None:
    line = 1
    with _open(file) as data:
        reader: Any = _records(data, delimiter)
        header: list[str] | None = None
        try:
            for record in reader:
                header = header or record
                if record and len(record) != len(header):
                    return InputError.at(
                        file, line, None, f"{len(record)} fields", f"{len(header)} ({', '.join(header)})",
                        "Quote fields that contain the delimiter.",
                    )  # fmt: skip
                line = reader.line_num + 1
        except UnicodeDecodeError as error:
            return InputError(f"{file}, line {line} or later: not UTF-8 text ({error.reason}). Save the file as UTF-8.")
        except csv.Error as error:
            return InputError(f"{file}, line {line}: not readable as CSV ({error}). Check the quotes.")
    return None


def _call(name: str, *arguments: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=[a.copy() for a in arguments])
