"""Leave out the records that the log holds already, before anything is masked."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from typing import Any

import orjson

from review.basics.log_paths import LogPaths
from review.basics.record import Raw, batches
from review.log.known_records import SIZE, Held, KnownRecords
from review.sources.options import ImportOptions
from review.sources.readers.fields import Record
from review.sources.tally import Tally

AT_ONCE = 1_000
"""Records that are looked up together."""
AT_ONCE_BYTES = 16 * 1024 * 1024
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
        return hashlib.blake2b(body, key=key, digest_size=SIZE).digest()

    return hashed


class Sifting:
    """Counts the records that the log holds, and passes the others on."""

    def __init__(self, log: LogPaths, digest: Callable[[Record], bytes]) -> None:
        """Nothing is read yet: the caller takes the log's lock before the first record."""
        self._log, self._digest = log, digest
        self._judged: dict[str, dict[str, Any]] = {}
        self.duplicates = 0

    def unknown(self, raws: Iterator[Raw], tally: Tally) -> Iterator[Raw]:
        """Yield the records that the log does not hold, with their hashes, in order; count the others as it does."""
        known = KnownRecords(self._log)
        for batch in batches(raws, records=AT_ONCE, size=AT_ONCE_BYTES):
            hashes = [self._digest(raw.record) if raw.record is not None else b"" for raw in batch]
            held = iter(known.find([one for one in hashes if one]))
            for raw, digest in zip(batch, hashes, strict=True):
                found = next(held) if digest else None
                if found is None:
                    yield raw._replace(digest=digest)
                else:
                    self._count(raw, found, tally)

    def _count(self, raw: Raw, held: Held, tally: Tally) -> None:
        self.duplicates += 1
        tally.read += 1
        tally.undated += held.undated
        if raw.mended:
            tally.mended.update(raw.mended_counts)
        if held.verdicts != "{}":
            if held.verdicts not in self._judged:
                self._judged[held.verdicts] = orjson.loads(held.verdicts)
            tally.saw_verdicts(self._judged[held.verdicts])
        if held.feedback:
            tally.saw_feedback(held.feedback)


def _decisive(options: ImportOptions, format: str) -> bytes:
    """What decides what a record becomes, as canonical JSON: format, mapping, source, zone, what is masked."""
    said = {name: value for name, value in asdict(options).items() if name not in _NOT_DECISIVE}
    privacy = asdict(replace(options.privacy, originals="none", rejects_days=0))
    # Records of earlier versions, which kept all ids, are still known.
    said["privacy"] = {name: value for name, value in privacy.items() if name != "ids" or value == "keep"}
    return orjson.dumps([format, said], option=orjson.OPT_SORT_KEYS | _JSON, default=str)
