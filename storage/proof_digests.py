"""Keyed digests of rows and entries: values in, values out. Without the key nobody can compute or guess one."""

from __future__ import annotations

import hashlib
import hmac
import math
from collections.abc import Iterable, Sequence
from typing import Any

import orjson

SIZE = 16
"""Bytes of the digest of a row."""


def row_digest(key: bytes, table: str, names: Sequence[str], values: Iterable[Any]) -> bytes:
    """Return the digest of one row as SQLite holds it.

    Columns that are NULL are left out: a column that a later version adds is NULL in older rows, and must not change
    their digests.
    """
    told = zip(names, values, strict=True)
    cells = {n: _plain(v) if v.__class__ is float else v for n, v in told if v is not None}
    body = orjson.dumps([table, cells], option=orjson.OPT_SORT_KEYS)
    return hmac.digest(key, b"row\0" + body, "sha256")[:SIZE]


def _plain(value: float) -> float | str:
    """Return a number in one form: SQLite gives 1.0 back as 1 while it inserts, and JSON has no infinity."""
    return repr(value) if not math.isfinite(value) else int(value) if value.is_integer() else value


def rows_digest(key: bytes, rows: Sequence[tuple[str, bytes]]) -> str:
    """Return the digest over the rows of one table that one entry covers: their keys and digests, in order."""
    body = orjson.dumps([k for k, _ in rows]) + b"".join(digest for _, digest in rows)
    return hmac.digest(key, b"rows\0" + body, "sha256")[:SIZE].hex()


def entry_hash(
    sequence: int,
    at: str,
    *,
    actor: str,
    action: str,
    subject: str,
    detail: dict[str, Any],
    previous: str,
    key: bytes | None = None,
) -> str:
    """Return the hash over the canonical JSON of an entry and the hash of the entry before it.

    HMAC-SHA-256 with the key; SHA-256 without one, as in chains of early versions.
    """
    body = orjson.dumps([sequence, at, actor, action, subject, detail, previous], option=orjson.OPT_SORT_KEYS)
    return hmac.digest(key, b"entry\0" + body, "sha256").hex() if key else hashlib.sha256(body).hexdigest()
