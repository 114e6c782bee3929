"""Which checks ran on each import: an import runs the same ones on all of its conversations."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import orjson
import pyarrow.parquet as pq

from review.basics.log_paths import LogPaths
from review.basics.remembered import Remembered
from review.log.checks_of_rows import checks_by_import
from review.log.log import log_files
from review.log.mixed import is_mixed

MOST = 10_000
_RAN: Remembered[frozenset[str]] = Remembered(MOST)
_MIXED: Remembered[dict[str, frozenset[str]]] = Remembered(MOST)
"""Of the files that hold rows of several imports."""


def checks_ran(log: LogPaths) -> dict[str, frozenset[str]]:
    """Return the names of the checks that ran by the id of the import, from one conversation of each."""
    found: dict[str, frozenset[str]] = {}
    whole: dict[str, Path] = {}
    for path in log_files(log):
        if is_mixed(path):
            found = _MIXED.get(str(path), partial(checks_by_import, [path])) | found
        else:
            whole.setdefault(path.parent.name, path)
    return found | {name: _RAN.get(str(path), partial(_ran, path)) for name, path in sorted(whole.items())}


def _ran(path: Path) -> frozenset[str]:
    with pq.ParquetFile(path) as file:
        batch = next(file.iter_batches(batch_size=1, columns=["content"]), None)
    content = orjson.loads(batch["content"][0].as_py()) if batch is not None and len(batch) else {}
    return frozenset(content.get("checks") or ())
