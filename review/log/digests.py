"""A digest of each row of the log as it was imported, so that an altered row is found by its id."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from review.basics.in_memory import in_memory
from review.basics.log_paths import LogPaths
from review.log.columns import DIRECT
from review.log.late import listed
from review.log.log import columns_of, log_files

AT_ONCE = 10_000
SIZE = 16
"""Hexadecimal digits of a digest."""


SIGNED = (*DIRECT, "verdicts", "content", "flagged", "judges_disagree")
"""Columns that a digest is of: all that a conversation came with, and what Health and the draw read of it."""
BEFORE = SIGNED[:-2]
"""Those of packs that do not name their columns; files that lacked one had a digest without it."""


def row_digests(log: LogPaths, week: str, columns: Sequence[str] | None = SIGNED) -> Iterator[tuple[str, str]]:
    """Yield the id and the digest of every row of a week. What arrived later about a row is not in it.

    ``columns`` are those of the digest; None stands for those of packs that do not name them.
    """
    files = log_files(log, weeks=[week])
    if not files:
        return
    there = set(columns_of(files))
    held = [name for name in BEFORE if name in there] if columns is None else columns
    cells = ", ".join(f"coalesce(CAST({name} AS VARCHAR), chr(30))" if name in there else "chr(30)" for name in held)
    sql = f"SELECT id, substr(sha256(concat_ws(chr(31), {cells})), 1, {SIZE}) FROM {listed(files)}"  # noqa: S608 - our own names and paths
    with in_memory(memory_limit="400MB", threads="2") as db:
        rows = db.execute(sql)
        while batch := rows.fetchmany(AT_ONCE):
            yield from batch
