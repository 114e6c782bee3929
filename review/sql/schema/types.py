"""Families of column types: which two types compare as the same kind of value."""

from __future__ import annotations

import functools
import re

_WRAPPED = re.compile(r"^(?:nullable|lowcardinality|simpleaggregatefunction)\s*\((?:\w+\s*,\s*)?(.*)\)$", re.DOTALL)
_FAMILIES = (
    ("number", r"u?int\d*|integer|u?bigint|u?smallint|u?tinyint|mediumint|u?hugeint|serial|bigserial"
               r"|smallserial|int\s.*|decimal\d*|numeric|number|real|double.*|float\d*|money|bfloat16"),
    ("text", r"(?:n|long|medium|tiny)?text|(?:var|n|nvar)?char|character.*|string|fixedstring"
             r"|enum\d*|clob|bpchar|citext|name|varchar2"),
    ("time", r"date(?:32|time|time64|time32)?|timestamp.*|datetime.*"),
    ("clock", r"time|timetz|time .*"),
    ("truth", r"bool(?:ean)?"),
    ("uuid", r"uuid|uniqueidentifier"),
    ("bytes", r"blob|bytea|(?:var)?binary"),
    ("array", r"array|list|.*\[\d*\]"),
    ("document", r"jsonb?|map|struct|tuple|object|nested|variant|dynamic|row"),
    ("address", r"ipv4|ipv6|inet|cidr"),
)  # fmt: skip
_PATTERNS = tuple((family, re.compile(pattern)) for family, pattern in _FAMILIES)
_EXACT = re.compile(r"\s*\(.*\)")


@functools.lru_cache(maxsize=4096)
def family(kind: str) -> str:
    """Return number, text, time, clock, truth, uuid, bytes, array, document or address; "" when it cannot be told."""
    text = kind.strip().lower()
    while found := _WRAPPED.match(text):
        text = found[1].strip()
    if text.endswith("]"):
        return "array"
    bare = _EXACT.sub("", text).strip()
    return next((family for family, pattern in _PATTERNS if pattern.fullmatch(bare)), "")


@functools.lru_cache(maxsize=4096)
def day_or_moment(kind: str) -> str:
    """Return "day" for a date and "moment" for a time of day on a date; "" for anything else."""
    if family(kind) != "time":
        return ""
    text = kind.strip().lower()
    while found := _WRAPPED.match(text):
        text = found[1].strip()
    return "day" if re.fullmatch(r"date(32)?", text) else "moment"
