"""The hash by which an import knows a record again. It stands apart from the log, which masking does not need."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import asdict, replace

import orjson

from review.log.columns import RAW_HASH_BYTES
from review.sources.options import ImportOptions
from review.sources.readers.fields import Record

_JSON = orjson.OPT_NON_STR_KEYS
_NOT_DECISIVE = ("week", "checks", "format", "encoding")
"""Options of an import that do not decide what a record becomes: its week is no part of its content."""


def record_hash(options: ImportOptions, *, key: bytes, format: str) -> Callable[[Record], bytes]:
    """Return the function that hashes a record with all that decides its conversation; b"" for what is no JSON."""
    key = hmac.digest(key, b"record\0" + _decisive(options, format), "sha256")

    def hashed(record: Record) -> bytes:
        try:
            body = orjson.dumps(record, option=_JSON, default=str)
        except orjson.JSONEncodeError:
            return b""
        return hashlib.blake2b(body, key=key, digest_size=RAW_HASH_BYTES).digest()

    return hashed


def _decisive(options: ImportOptions, format: str) -> bytes:
    """What decides what a record becomes, as canonical JSON: format, mapping, source, zone, what is masked."""
    said = {name: value for name, value in asdict(options).items() if name not in _NOT_DECISIVE}
    privacy = asdict(replace(options.privacy, originals="none", rejects_days=0))
    # Records of earlier versions, which kept all ids, are still known.
    said["privacy"] = {name: value for name, value in privacy.items() if name != "ids" or value == "keep"}
    return orjson.dumps([format, said], option=orjson.OPT_SORT_KEYS | _JSON, default=str)
