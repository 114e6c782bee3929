"""What an import counts while its records are read, and the file that lists every record it rejected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from review.basics.record import MENDED
from storage.records_base import Json

MAX_REJECTIONS = 100
MAX_VALUES = 1_000
"""The most different verdicts that are counted one by one."""


@dataclass(kw_only=True)
class Tally:
    """Counts of an import, filled while its records are read.

    ``rejections`` holds the first ones. ``rejects_file`` holds all of them, one JSON object a line, masked; it is
    made with the first one. ``verdicts`` counts the verdicts in the log by dimension and value. ``mended`` counts
    what was done to read the records, by the reason in ``MENDED`` or in words.
    """

    read: int = 0
    rejected: int = 0
    undated: int = 0
    rejections: list[Json] = field(default_factory=list)
    rejects_file: Path | None = None
    verdicts: dict[str, Counter[str]] = field(default_factory=dict)
    mended: Counter[str] = field(default_factory=Counter)
    most_values: int = MAX_VALUES
    _open: BinaryIO | None = None

    def reject(self, rejection: Json) -> None:
        """Count a rejected record, and write it to the file of rejects if there is to be one."""
        self.rejected += 1
        if len(self.rejections) < MAX_REJECTIONS:
            self.rejections.append(rejection)
        if self.rejects_file is not None:
            if self._open is None:
                self.rejects_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                self.rejects_file.touch(mode=0o600)
                self._open = self.rejects_file.open("wb")
            self._open.write(orjson.dumps(rejection, option=orjson.OPT_APPEND_NEWLINE))

    def saw_verdicts(self, verdicts: Mapping[str, Any]) -> None:
        """Count the verdicts of one record, {judge: {dimension: value}}."""
        for judged in verdicts.values():
            for dimension, cell in judged.items():
                value = cell.get("value") if isinstance(cell, dict) else cell
                self._saw(dimension, "" if value is None else str(value)[:80], 1)

    def saw_counts(self, verdicts: Mapping[str, Counter[str]]) -> None:
        """Count verdicts that somebody has counted, by dimension and value, in the order in which they came."""
        for dimension, counts in verdicts.items():
            for text, n in counts.items():
                self._saw(dimension, text, n)

    def _saw(self, dimension: str, text: str, n: int) -> None:
        counts = self.verdicts.setdefault(dimension, Counter())
        counts[text if text in counts or len(counts) < self.most_values else "..."] += n

    def close(self) -> None:
        """Finish the file of rejects; without a reject there is none."""
        if self._open is None:
            self.rejects_file = None
        else:
            self._open.close()
            self._open = None

    def discard(self) -> None:
        """Remove the file of rejects of an import that failed."""
        file = self.rejects_file
        self.close()
        if file is not None:
            file.unlink(missing_ok=True)
            with suppress(OSError):
                file.parent.rmdir()

    @property
    def notes(self) -> list[str]:
        """What a person must know: which values were replaced, what is missing and why."""
        return [f"{n:,} x {MENDED.get(reason, reason)}" for reason, n in self.mended.items() if n]
