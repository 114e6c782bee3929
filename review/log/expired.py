"""Conversations that retention removed, by keyed hashes of their ids: none of them comes back.

A hash is the first 64 bits of SHA-256 over the store's key and the id. With ten million expired and ten million new
conversations, the chance that a single new one is taken for an expired one is 1 in 200,000.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from review.basics.in_memory import in_memory
from review.basics.log_paths import literal_path
from review.basics.sql_literals import sql_literal
from review.log.late import listed
from review.log.replaced import RETAINED
from review.log.retained import EXPIRED, parts

COLUMNS = ("id_hash", "name_hash")
"""The hash of the id inside Spotcheck, and that of the id in the source, NULL where it is the same."""


def hash_sql(column: str, key: bytes) -> str:
    """Return the DuckDB expression of the hash of a column of ids."""
    return f"CAST('0x' || left(sha256({sql_literal(key.hex())} || {column}), 16) AS UBIGINT)"


def hash_of(key: bytes, identity: str) -> int:
    """Return the hash of an id, as :func:`hash_sql` computes it."""
    text = (key.hex() + identity).encode("utf-8", "surrogatepass")
    return int(hashlib.sha256(text).hexdigest()[:16], 16)


class Expired:
    """Looks ids up among those that expired, in a table of the database of an import."""

    def __init__(self, db: duckdb.DuckDBPyConnection, logs: Path, key: bytes) -> None:
        """Read the hashes into the database; a log of which nothing expired costs nothing."""
        self._db, self._key = db, key
        files = parts(logs, EXPIRED)
        self.any = bool(files)
        if files:
            db.execute(f"CREATE TABLE expired AS SELECT {', '.join(COLUMNS)} FROM {listed(files)}")  # noqa: S608 - our own paths

    def ids(self, asked: Sequence[str]) -> set[str]:
        """Return those of these conversations, by their ids inside Spotcheck, that expired."""
        return self._found(asked, "id_hash")

    def names(self, asked: Sequence[str]) -> set[str]:
        """Return those of these ids of a source that an expired conversation had, in any source."""
        return self._found(asked, "name_hash") | self._found(asked, "id_hash")

    def _found(self, asked: Sequence[str], column: str) -> set[str]:
        if not self.any or not asked:
            return set()
        return _found_in(self._db, "expired", column, self._key, asked)


def _found_in(db: duckdb.DuckDBPyConnection, table: str, column: str, key: bytes, asked: Sequence[str]) -> set[str]:
    hashes = {hash_of(key, one): one for one in asked}
    db.register("asked_hashes", pa.table({column: pa.array(list(hashes), pa.uint64())}))
    rows = db.execute(f"SELECT DISTINCT {column} FROM {table} SEMI JOIN asked_hashes USING ({column})")  # noqa: S608 - our own names
    return {hashes[row[0]] for row in rows.fetchall()}


def expired_with(logs: Path, key: bytes, identity: str) -> str | None:
    """Return the id of the run of retention that removed a conversation, None where none did."""
    files = parts(logs, EXPIRED)
    if not files:
        return None
    rows = "read_parquet(?, filename = true)"
    sql = f"SELECT filename FROM {rows} WHERE id_hash = CAST(? AS UBIGINT) OR name_hash = CAST(? AS UBIGINT) LIMIT 1"  # noqa: S608 - our own words
    wanted = hash_of(key, identity)
    with in_memory() as db:
        found = db.execute(sql, [[literal_path(path) for path in files], wanted, wanted]).fetchone()
    return Path(found[0]).parent.parent.name if found else None


def expired_among(logs: Path, key: bytes, asked: Sequence[str]) -> set[str]:
    """Return those of these conversations, by their ids inside Spotcheck, that retention removed."""
    files = parts(logs, EXPIRED)
    if not files or not asked:
        return set()
    with in_memory() as db:
        return _found_in(db, listed(files), "id_hash", key, asked)


def expired_in(logs: Path, week: str) -> int:
    """Return how many conversations of a week retention removed, by the hashes that it kept."""
    files = [path for path in parts(logs, EXPIRED) if path.parent.parent.name.startswith(f"{RETAINED}{week}-")]
    if not files:
        return 0
    with in_memory() as db:
        row = db.execute(f"SELECT count(DISTINCT id_hash) FROM {listed(files)}").fetchone()  # noqa: S608 - our own paths
    return int(row[0]) if row else 0
