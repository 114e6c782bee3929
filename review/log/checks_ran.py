"""Which checks ran on conversations of the log: an import runs the same ones on all of its conversations.

Files of the log keep their rows, so what they say is kept between questions. An erasure takes the findings out of a
conversation with its texts, so one that was erased does not say what ran.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import orjson
import pyarrow.parquet as pq

from review.basics.in_memory import in_memory
from review.basics.log_paths import LogPaths
from review.basics.remembered import Remembered
from review.log.late import listed
from review.log.log import log_files
from review.log.mixed import is_mixed
from storage.records_log import ERASED_HASH

MOST = 10_000
_RAN: Remembered[Mapping[str, frozenset[str] | None]] = Remembered(MOST)


def checks_ran(log: LogPaths) -> dict[str, frozenset[str]]:
    """Return the names of the checks that ran by the id of the import, from one conversation of each."""
    return checks_by_import(log_files(log))


def checks_by_import(files: Sequence[Path]) -> dict[str, frozenset[str]]:
    """Return the names of the checks that ran by the id of the import, for the imports of some files."""
    found: dict[str, frozenset[str] | None] = {}
    for path in files:
        if is_mixed(path) or found.get(path.parent.name) is None:
            for name, checks in _RAN.get(str(path), partial(_of_file, path)).items():
                found[name] = checks if found.get(name) is None else found[name]
    return {name: checks or frozenset() for name, checks in sorted(found.items())}


def _of_file(path: Path) -> dict[str, frozenset[str] | None]:
    """Return the checks by the id of the import, None where every conversation of it in the file was erased."""
    if not is_mixed(path):
        return {path.parent.name: _checks(_first_content(path))}
    said = f"min(content) FILTER (content_hash IS DISTINCT FROM '{ERASED_HASH}')"
    sql = f"SELECT import_id, {said} FROM {listed([path])} GROUP BY 1"  # noqa: S608 - our own paths
    with in_memory() as db:
        return {name: _checks(text) for name, text in db.execute(sql).fetchall()}


def _first_content(path: Path) -> str | None:
    """Return what the first conversation of a file says that was not erased, None where there is none."""
    with pq.ParquetFile(path) as file:
        names = [name for name in ("content", "content_hash") if name in file.schema_arrow.names]
        for size in (1, 1_000):
            for batch in file.iter_batches(batch_size=size, columns=names):
                rows = batch.to_pylist()
                text = next((str(row["content"]) for row in rows if row.get("content_hash") != ERASED_HASH), None)
                if text is not None:
                    return text
                if size == 1:
                    break
    return None


def _checks(text: str | None) -> frozenset[str] | None:
    return None if text is None else frozenset(orjson.loads(text).get("checks") or ())
