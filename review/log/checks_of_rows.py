"""Which checks ran on conversations of the log: an import runs the same ones on all of its conversations."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import orjson
import pyarrow.parquet as pq

from review.basics.in_memory import in_memory
from review.log.late import listed
from review.log.mixed import is_mixed


def checks_by_import(files: Sequence[Path]) -> dict[str, frozenset[str]]:
    """Return the names of the checks that ran, by the id of the import, from one conversation of each."""
    mixed = [path for path in files if is_mixed(path)]
    first = {path.parent.name: path for path in reversed(files) if path not in set(mixed)}
    found = {name: _first_content(path) for name, path in first.items()}
    if mixed:
        sql = f"SELECT import_id, min(content) FROM {listed(mixed)} GROUP BY 1"  # noqa: S608 - our own paths
        with in_memory() as db:
            found |= dict(db.execute(sql).fetchall())
    return {name: frozenset(orjson.loads(text).get("checks") or ()) for name, text in sorted(found.items())}


def _first_content(path: Path) -> str:
    with pq.ParquetFile(path) as file:
        batch = next(file.iter_batches(batch_size=1, columns=["content"]), None)
    return str(batch["content"][0].as_py()) if batch is not None and len(batch) else "{}"
