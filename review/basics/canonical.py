"""Canonical JSON and its digest."""

from __future__ import annotations

import hashlib
from typing import Any

import orjson


def digest(value: Any) -> str:
    """SHA-256 over canonical JSON: sorted keys, no white space, UTF-8."""
    return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()


def canonical(value: Any) -> bytes:
    """Canonical JSON of a field, for comparing what was stored with what is to be stored."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
