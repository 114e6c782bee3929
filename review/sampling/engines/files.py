"""Files as an engine: JSONL, CSV and Parquet through DuckDB, and the folder of an imported log.

Text files are read as text: DuckDB's type guesses lower-case UUIDs in JSON, drop the offsets of times and turn 007 into
7.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import duckdb
from pyarrow import fs
from sqlglot import exp

from review.basics.errors import InputError
from review.basics.weeks import monday_of
from review.log.late import late_files, with_late
from review.log.replaced import visible
from review.sampling.engines.duckdb import ROWS, DuckDBEngine, connect, spilling, types_of
from review.sampling.engines.engine import Address, Engine, EngineKind, Span
from review.sampling.engines.lakes import parquet_lake
from review.sampling.engines.sql import column
from review.sampling.engines.text_files import as_utf8, check_utf8, csv_fault, header, json_fault, json_keys

LARGEST_LINE = 64 * 1024 * 1024
WEEK_IN_NAME = re.compile(r"\d{4}-W\d{2}")


def open_files(pattern: str, *, week: str | None = None, until: str | None = None, encoding: str = "") -> DuckDBEngine:
    """Open a file, a pattern of files, or a folder of Parquet files; files named for other weeks are skipped.

    Of the imported log, what arrived later about its conversations is joined up to the moment ``until``. ``encoding``
    is that of files which are not UTF-8: they are read from copies in UTF-8, which leave with the engine.
    """
    if _partitioned(Path(pattern)):
        return parquet_lake(pattern, str(Path(pattern).resolve()), fs.LocalFileSystem())
    files = _files(pattern, week)
    kind = Path(files[0].removesuffix(".gz")).suffix.lower()
    if kind == ".parquet":
        late = late_files(Path(pattern)) if Path(pattern).is_dir() else []
        return _parquet(pattern, files, late, until)
    connection = connect()
    scratch = spilling(connection)
    files = [as_utf8(file, encoding, Path(scratch.name) / f"{n}{kind}") for n, file in enumerate(files)]
    for file in files:
        check_utf8(file)
    types = dict.fromkeys(
        json_keys(files) if kind in (".jsonl", ".ndjson") else header(files, _delimiter(kind)), "VARCHAR"
    )
    loaded: set[str] = set()

    def load(names: Sequence[str], span: Span | None) -> None:
        if set(names) <= loaded:
            return
        wanted = sorted(set(names))
        shown = ", ".join(column(name).sql("duckdb") for name in wanted)
        reader = _json_reader(files, wanted) if kind in (".jsonl", ".ndjson") else _csv_reader(files, _delimiter(kind))
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {ROWS} AS SELECT {shown} FROM {reader}")  # noqa: S608 - names and paths of our own
        loaded.clear()
        loaded.update(wanted)

    def fault() -> InputError | None:
        find = json_fault if kind in (".jsonl", ".ndjson") else csv_fault
        return next((f for file in files if (f := find(file, _delimiter(kind)))), None)

    by_line = kind in (".jsonl", ".ndjson")
    return DuckDBEngine(connection, pattern, types, load=load, fault=fault, open_schema=by_line, scratch=scratch)


def _partitioned(path: Path) -> bool:
    """Whether a folder has folders such as ``day=2026-11-16``, whose names hold the values of a column."""
    return path.is_dir() and any("=" in one.name for one in path.iterdir() if one.is_dir())


def _files(pattern: str, week: str | None) -> list[str]:
    path = Path(pattern)
    if path.is_dir():
        return _folder(path, week)
    found = [pattern] if path.is_file() else sorted(str(f) for f in Path(path.anchor or ".").glob(_relative(path)))
    if not found:
        raise InputError(f"{pattern}: there is no such file. Check the path.")
    return found


def _folder(path: Path, week: str | None) -> list[str]:
    # The imported log keeps a folder per import; an unfinished import has a hidden name.
    deep = visible(path, "*/*.parquet")
    found = sorted(f for f in (*path.glob("*.parquet"), *deep) if not _hidden(f, path))
    if not found:
        raise InputError(f"{path}: found no Parquet files in the folder. Import a log first, or name a file.")
    # When no file may hold the week, one of another week gives the columns; none of its rows is in the window.
    return [str(f) for f in found if week is None or _may_hold(f.name, week)] or [str(found[0])]


def _hidden(file: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(folder).parts)


def _relative(path: Path) -> str:
    return str(path.relative_to(path.anchor)) if path.anchor else str(path)


def _may_hold(name: str, week: str) -> bool:
    # Read the neighbouring weeks too: the file may be named in another time zone.
    named = WEEK_IN_NAME.search(name)
    return named is None or abs(monday_of(named[0]) - monday_of(week)) <= timedelta(days=7)


def _parquet(source: str, files: Sequence[str], late: Sequence[Path], until: str | None) -> DuckDBEngine:
    connection = connect()
    try:
        reader = f"read_parquet({_names(files)}, union_by_name=true, hive_partitioning=false)"
        if late:
            connection.execute(f"CREATE TEMP VIEW entries AS SELECT * FROM {reader}")  # noqa: S608 - names and paths of our own
            reader = with_late("entries", late, columns=types_of(connection, "entries"), until=until)
        connection.execute(f"CREATE TEMP VIEW {ROWS} AS SELECT * FROM {reader}")  # noqa: S608 - names and paths of our own
        types = types_of(connection, ROWS)
    except duckdb.Error as error:
        raise InputError(f"{source}: not readable as Parquet ({str(error).splitlines()[0]}).") from None
    return DuckDBEngine(connection, source, types)


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
    # DuckDB would read the name "log[1].jsonl" as a pattern.
    literal = (re.sub(r"[\[*?]", lambda found: f"[{found[0]}]", file) for file in files)
    return "[" + ", ".join(exp.Literal.string(name).sql("duckdb") for name in literal) + "]"


def _delimiter(kind: str) -> str:
    return "\t" if kind == ".tsv" else ","


def _open(address: Address, week: str | None) -> Engine:
    options = address.options
    return open_files(address.path, week=week, until=options.get("until"), encoding=options.get("encoding", ""))


ENGINE = EngineKind(about="files, or a folder of Parquet files", example="log.jsonl", open=_open)
