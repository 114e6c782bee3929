"""The log by day of production: which imports brought conversations of a day, and these conversations.

The day is that of ``created_at`` in UTC; a conversation without a time belongs to the day of its import.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator

import pyarrow.parquet as pq

from review.basics.in_memory import in_memory
from review.basics.log_paths import LogPaths
from review.log.columns import DIRECT
from review.log.late import listed
from review.log.log import conversation_of_cells, log_files
from review.log.mixed import is_mixed, of_imports, rows_by_import
from storage.records_log import Conversation

AT_ONCE = 500
"""Conversations in memory at a time."""
MEMORY, THREADS = "400MB", "2"
"""What work beside people takes at most: little memory, and two cores."""
_DAY = "coalesce(substr(created_at, 1, 10), substr(imported_at, 1, 10))"


def imports_held(log: LogPaths) -> dict[str, int]:
    """Return the number of conversations that the log holds of each import, mostly from the headers of its files."""
    found, files = Counter[str](), log_files(log)
    for path in files:
        if not is_mixed(path):
            found[path.parent.name] += pq.read_metadata(path).num_rows
    for held in rows_by_import([path for path in files if is_mixed(path)]).values():
        found.update(held)
    return dict(found)


def arrivals(log: LogPaths, imports: Collection[str]) -> dict[str, dict[str, int]]:
    """Return how many conversations of each day some imports brought: day (ISO date) -> id of the import -> number."""
    files = of_imports(log_files(log), imports)
    if not files:
        return {}
    some = f"{listed(files)} WHERE import_id IN (SELECT unnest(?))"
    sql = f"SELECT {_DAY}, import_id, count(*) FROM {some} GROUP BY 1, 2 ORDER BY 1, 2"  # noqa: S608 - names and paths of our own
    found: dict[str, dict[str, int]] = {}
    with in_memory(memory_limit=MEMORY, threads=THREADS) as db:
        for day, import_id, n in db.execute(sql, [list(imports)]).fetchall():
            found.setdefault(day, {})[import_id] = n
    return found


def conversations_of_day(log: LogPaths, day: str, imports: Collection[str]) -> Iterator[list[Conversation]]:
    """Yield the conversations of a day that came with some imports, some hundred at a time."""
    files = of_imports(log_files(log), imports)
    if not files:
        return
    columns = [*DIRECT, "verdicts", "content"]
    where = f"{_DAY} = ? AND import_id IN (SELECT unnest(?))"
    sql = f"SELECT {', '.join(columns)} FROM {listed(files)} WHERE {where}"  # noqa: S608 - names and paths of our own
    with in_memory(memory_limit=MEMORY, threads=THREADS) as db:
        rows = db.execute(sql, [day, list(imports)])
        while batch := rows.fetchmany(AT_ONCE):
            yield [conversation_of_cells(dict(zip(columns, row, strict=True))) for row in batch]
