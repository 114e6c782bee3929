"""Leave out the records that the log holds already, before anything is masked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import orjson

from review.basics.log_paths import LogPaths
from review.basics.record import Raw, batches
from review.log.known_records import Held, KnownRecords, found_in_log
from review.sources.readers.fields import Record
from review.sources.tally import Tally

AT_ONCE = 5_000
"""Records that are looked up together: each look reads the hashes of the whole log."""
AT_ONCE_BYTES = 16 * 1024 * 1024
SCANNED = 10
"""So many batches are looked up in the log itself; from then on it is cheaper to have read all of its hashes once."""


class Sifting:
    """Counts the records that the log holds, and passes the others on."""

    def __init__(self, log: LogPaths, digest: Callable[[Record], bytes]) -> None:
        """Nothing is read yet: the caller takes the log's lock before the first record."""
        self._log, self._digest = log, digest
        self._judged: dict[str, dict[str, Any]] = {}
        self.duplicates = 0

    def unknown(self, raws: Iterator[Raw], tally: Tally) -> Iterator[Raw]:
        """Yield the records that the log does not hold, in order. The others are counted as the log holds them."""
        known: KnownRecords | None = None
        for number, batch in enumerate(batches(raws, records=AT_ONCE, size=AT_ONCE_BYTES)):
            hashes = [self._digest(raw.record) if raw.record is not None else b"" for raw in batch]
            asked = [one for one in hashes if one]
            if number < SCANNED:
                held = iter(found_in_log(self._log, asked))
            else:
                known = known or KnownRecords(self._log)
                held = iter(known.find(asked))
            for raw, digest in zip(batch, hashes, strict=True):
                found = next(held) if digest else None
                if found is None:
                    yield raw
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
