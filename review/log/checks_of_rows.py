"""Which checks ran on conversations of the log: an import runs the same ones on all of its conversations.

An erasure takes the findings out of a conversation with its texts, so one that was erased does not say what ran.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import orjson
import pyarrow.parquet as pq

from review.basics.in_memory import in_memory
from review.log.late import listed
from review.log.mixed import is_mixed
from storage.records_log import ERASED_HASH


def checks_by_import(files: Sequence[Path]) -> dict[str, frozenset[str]]:
    """Return the names of the checks that ran, by the id of the import, from one conversation of each."""
    mixed = [path for path in files if is_mixed(path)]
    own: dict[str, list[Path]] = {}
    for path in files:
        if path not in set(mixed):
            own.setdefault(path.parent.name, []).append(path)
    found = {name: checks_of_import(some) for name, some in own.items()}
    if mixed:
        said = f"min(content) FILTER (content_hash IS DISTINCT FROM '{ERASED_HASH}')"
        sql = f"SELECT import_id, {said} FROM {listed(mixed)} GROUP BY 1"  # noqa: S608 - our own paths
        with in_memory() as db:
            for name, text in db.execute(sql).fetchall():
                found[name] = _checks(text or "{}") | found.get(name, frozenset())
    return dict(sorted(found.items()))


def checks_of_import(files: Sequence[Path]) -> frozenset[str]:
    """Return the names of the checks that ran on an import, from the first conversation that was not erased."""
    return _checks(next((text for path in files if (text := _first_content(path))), "{}"))


def _first_content(path: Path) -> str:
    """Return what the first conversation of a file says that was not erased, "" where there is none."""
    with pq.ParquetFile(path) as file:
        names = [name for name in ("content", "content_hash") if name in file.schema_arrow.names]
        for size in (1, 1_000):
            for batch in file.iter_batches(batch_size=size, columns=names):
                rows = batch.to_pylist()
                text = next((str(row["content"]) for row in rows if row.get("content_hash") != ERASED_HASH), "")
                if text:
                    return text
                if size == 1:
                    break
    return ""


def _checks(text: str) -> frozenset[str]:
    return frozenset(orjson.loads(text).get("checks") or ())
