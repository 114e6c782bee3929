"""Write rows of the log into new files: what stays of some, or many small ones in one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path

import duckdb

from review.basics.log_paths import LogPaths
from review.log.late import FOLDER, listed

MEMORY = "500MB"
ROW_GROUP = 15_000
"""Rows that are compressed together: as many as an import writes at once."""
_COPY = f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"
ALL = "true"


@contextmanager
def bounded(scratch: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database in bounded memory; what does not fit goes to the folder ``scratch``."""
    with duckdb.connect(config={"memory_limit": MEMORY, "threads": "2", "temp_directory": str(scratch)}) as db:
        yield db


def write_rows(db: duckdb.DuckDBPyConnection, query: str, target: Path) -> None:
    """Write the rows of a query to a file; one without rows is removed again."""
    row = db.execute(f"COPY ({query}) TO ? {_COPY}", [str(target)]).fetchone()
    if row is None or not row[0]:
        target.unlink(missing_ok=True)


def write_batch(
    db: duckdb.DuckDBPyConnection,
    staged: LogPaths,
    *,
    files: Sequence[Path],
    late: Sequence[Path],
    originals: str = "",
    where: str = ALL,
) -> None:
    """Write the rows of some files to the hidden folders ``staged``, as an import would: one file for each week.

    ``files`` hold conversations, ``late`` what arrived later; rows count that a condition holds of. ``originals`` is
    the query of their originals, "" for none.
    """
    for week, some in groupby(sorted(files, key=_week), key=_week):
        query = f"SELECT * FROM {listed(list(some))} WHERE {where}"  # noqa: S608 - our own names and paths
        write_rows(db, query, staged.logs / f"{week}-0001.parquet")
    if late:
        (staged.logs / FOLDER).mkdir()
        query = f"SELECT * FROM {listed(late)} WHERE {where}"  # noqa: S608 - our own names and paths
        write_rows(db, query, staged.logs / FOLDER / "00000001.parquet")
    if originals:
        write_originals(db, originals, staged.originals / "0001.parquet")


def write_originals(db: duckdb.DuckDBPyConnection, query: str, target: Path) -> None:
    """Write the originals of a query to a file in a new folder, both closed to others; without rows there is none."""
    target.parent.mkdir(mode=0o700, parents=True)
    target.touch(mode=0o600)
    write_rows(db, query, target)
    if target.exists():
        target.chmod(0o600)
    else:
        target.parent.rmdir()


def _week(path: Path) -> str:
    return path.name[:8]
