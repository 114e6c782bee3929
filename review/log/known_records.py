"""Which raw records the log holds already, so that a second import of a file need not mask it again.

Each row of the log has a keyed hash of the raw record it was made from and of the settings that decide what becomes of
it. A record with a hash that the log holds would become the same conversation. The arrays take 25 bytes a record.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from review.basics.in_memory import in_memory
from review.basics.log_paths import LogPaths
from review.log.columns import RAW_HASH_BYTES
from review.log.late import listed
from review.log.log import columns_of, log_files

MOST = 5_000_000
"""Records that are kept in memory; those of more files are masked again, and found to be known by their content."""
MOST_TEXTS = 20_000
"""Different verdicts, and forms of feedback, that are kept in memory."""
_COLUMNS = ["raw_hash", "created_at", "verdicts", "feedback"]


class Held(NamedTuple):
    """What is counted of a record that the log holds: whether it has no date, its verdicts as JSON, its feedback."""

    undated: bool
    verdicts: str
    feedback: str


def found_in_log(log: LogPaths, hashes: Sequence[bytes]) -> list[Held | None]:
    """Return what :meth:`KnownRecords.find` returns, by a look into the log for these records alone."""
    files = [file for file in log_files(log) if hashes]
    if not files or "raw_hash" not in columns_of(files):
        return [None] * len(hashes)
    said = "raw_hash, created_at IS NULL, coalesce(verdicts, ''), coalesce(feedback, '')"
    with in_memory(memory_limit="256MB", threads="2") as db:
        db.register("asked", pa.table({"raw_hash": pa.array(hashes, pa.binary())}))
        rows = db.execute(f"SELECT {said} FROM {listed(files)} SEMI JOIN asked USING (raw_hash)").fetchall()  # noqa: S608 - our own paths
    held = {bytes(digest): Held(*rest) for digest, *rest in rows}
    return [held.get(digest) for digest in hashes]


class KnownRecords:
    """The hashes of the records that a log holds when this is made."""

    def __init__(self, log: LogPaths) -> None:
        """Read the hashes from the files of the log; files of earlier versions have none."""
        self._codes: dict[str, int] = {}
        parts: list[_Part] = []
        for file in log_files(log):
            if sum(len(part.undated) for part in parts) >= MOST:
                break
            part = self._read(file)
            parts += [part] if part is not None else []
        hashes = np.concatenate([p.hashes for p in parts]) if parts else np.empty((0, 2), np.uint64)
        order = np.argsort(hashes[:, 0], kind="stable")
        self._first, self._second = hashes[order, 0], hashes[order, 1]
        self._undated = np.concatenate([p.undated for p in parts])[order] if parts else np.empty(0, bool)
        self._verdicts = np.concatenate([p.verdicts for p in parts])[order] if parts else np.empty(0, np.int32)
        self._feedback = np.concatenate([p.feedback for p in parts])[order] if parts else np.empty(0, np.int32)
        self._texts = list(self._codes)

    def find(self, hashes: Sequence[bytes]) -> list[Held | None]:
        """Return what is counted of each record, None for a record that the log does not hold."""
        if not len(self._first) or not hashes:
            return [None] * len(hashes)
        asked = np.frombuffer(b"".join(hashes), "<u8").reshape(-1, 2)
        at = np.searchsorted(self._first, asked[:, 0])
        at[at == len(self._first)] = 0
        same = (self._first[at] == asked[:, 0]) & (self._second[at] == asked[:, 1])
        columns = (same, self._undated[at], self._verdicts[at], self._feedback[at])
        return [
            Held(undated, self._texts[verdicts], self._texts[feedback]) if yes else None
            for yes, undated, verdicts, feedback in zip(*(c.tolist() for c in columns), strict=True)
        ]

    def _read(self, file: Path) -> _Part | None:
        if "raw_hash" not in pq.read_schema(file).names:
            return None
        table = pq.read_table(file, columns=_COLUMNS)
        table = table.filter(pc.equal(pc.binary_length(table["raw_hash"]), RAW_HASH_BYTES)).combine_chunks()
        if not table.num_rows:
            return None
        verdicts, feedback = self._coded(table["verdicts"]), self._coded(table["feedback"])
        fixed: Any = pa.concat_arrays(table["raw_hash"].chunks).cast(pa.binary(RAW_HASH_BYTES))
        hashes = np.frombuffer(fixed.buffers()[1], "<u8").reshape(-1, 2)[: table.num_rows]
        kept = (verdicts >= 0) & (feedback >= 0)
        undated = np.asarray(table["created_at"].is_null())
        return _Part(hashes[kept], undated[kept], verdicts[kept], feedback[kept])

    def _coded(self, texts: Any) -> Any:
        """The number of each text, "" for none; -1 where there are too many of them."""
        encoded: Any = pc.fill_null(texts, "").combine_chunks().dictionary_encode()
        codes = [self._code(text) for text in encoded.dictionary.to_pylist()]
        return np.array(codes, np.int32)[encoded.indices.to_numpy()]

    def _code(self, text: str) -> int:
        if text not in self._codes and len(self._codes) >= MOST_TEXTS:
            return -1
        return self._codes.setdefault(text, len(self._codes))


class _Part(NamedTuple):
    hashes: Any
    undated: Any
    verdicts: Any
    feedback: Any
