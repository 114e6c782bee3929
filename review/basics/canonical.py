"""Canonical JSON and its digest."""

from __future__ import annotations

import hashlib
from typing import Any

import orjson


def digest(value: Any) -> str:
    """Return the SHA-256 of a value's canonical JSON: sorted keys, no white space, UTF-8."""
    return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()


def canonical(value: Any) -> bytes:
    """Return the canonical JSON of a value, to compare it with another."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
