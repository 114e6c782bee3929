"""What an import counts while its records are read, and the file that lists every record it rejected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from review.basics.feedback_words import NEGATIVE_FEEDBACK, POSITIVE_FEEDBACK, feedback_word
from review.basics.record import MENDED
from review.basics.words import counted
from review.sources import human_scores, unread
from review.sources.unread import Unread
from storage.records_base import Json

MAX_REJECTIONS = 100
MAX_VALUES = 1_000
"""The most different verdicts, and forms of feedback, that are counted one by one."""
KNOWN_FEEDBACK = frozenset(
    (
        *NEGATIVE_FEEDBACK,
        *POSITIVE_FEEDBACK,
        *("0", "0.0", "none", "neutral", "copied", "edited"),
    )
)
"""Feedback whose meaning is known: the first of its parts, in lower case. All but thumbs down decide nothing."""


@dataclass(kw_only=True)
class Tally:
    """Counts of an import, filled while its records are read.

    ``waits`` counts rejected requests whose answer is not in the import. ``rejections`` holds the first rejected
    records. ``rejects_file`` holds all of them, one JSON object a line, masked; it is made with the first one.
    ``verdicts`` counts the verdicts in the log by dimension and value. ``mended`` counts what was done to read the
    records, by the reason in ``MENDED`` or in words. ``told`` says where in the files the records are, and what is not
    read. ``odd_feedback`` counts feedback that says neither thumb up nor thumb down. ``unread`` counts cells that cost
    their field. ``human_scores`` counts scores that people gave in the tool the records come from, by person.
    ``updated_weeks`` counts the conversations that a record told something new of, by week, and ``drawn_weeks`` are
    those of the weeks that were drawn already. ``place`` gives the file (None when there is only one) and the line in
    it for the line of a record.
    """

    read: int = 0
    rejected: int = 0
    undated: int = 0
    waits: int = 0
    rejections: list[Json] = field(default_factory=list)
    rejects_file: Path | None = None
    verdicts: dict[str, Counter[str]] = field(default_factory=dict)
    mended: Counter[str] = field(default_factory=Counter)
    told: Sequence[str] = ()
    odd_feedback: Counter[str] = field(default_factory=Counter)
    updated_weeks: Counter[str] = field(default_factory=Counter)
    drawn_weeks: Sequence[str] = ()
    unread: Counter[Unread] = field(default_factory=Counter)
    human_scores: Counter[str] = field(default_factory=Counter)
    most_values: int = MAX_VALUES
    place: Callable[[int], tuple[str | None, int]] | None = None
    _open: BinaryIO | None = None

    def reject(self, rejection: Json) -> None:
        """Count a rejected record, and write it to the file of rejects if there is to be one."""
        self.rejected += 1
        if self.place is not None:
            name, line = self.place(rejection["line"])
            rejection = {**({"file": name} if name else {}), **rejection, "line": line}
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
        counts = self.verdicts.get(dimension)
        if counts is None:
            counts = self.verdicts[dimension] = Counter()
        counts[text if text in counts or len(counts) < self.most_values else "..."] += n

    def saw_feedback(self, feedback: str, n: int = 1) -> None:
        """Count the feedback of ``n`` records, if nothing knows what it says."""
        first = feedback_word(feedback)
        if first not in KNOWN_FEEDBACK:
            counts, text = self.odd_feedback, feedback[:80]
            counts[text if text in counts or len(counts) < self.most_values else "..."] += n

    def saw_unread(self, cell: Unread, n: int = 1) -> None:
        """Count a cell that cost its field in ``n`` records."""
        known = cell in self.unread or len(self.unread) < self.most_values
        self.unread[cell if known else cell._replace(found="...")] += n

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
        notes = [*self.told, *(f"{n:,} × {MENDED.get(reason, reason)}" for reason, n in self.mended.items() if n)]
        if self.waits:
            notes.append(
                f"{counted(self.waits, 'request')} {'waits' if self.waits == 1 else 'wait'} for an answer and did not "
                "come in. Import the requests again together with the answers of the batch: both files at once."
            )
        settled = {week: n for week in self.drawn_weeks if (n := self.updated_weeks[week])}
        if settled:
            weeks = ", ".join(settled)
            notes.append(
                f"{counted(sum(settled.values()), 'updated conversation')} of {weeks}: drawn already, so the groups of "
                "the draw and the conversations under review stay as they were. The log shows what is new."
            )
        if self.odd_feedback:
            shown = ", ".join(f"'{text}' ({n:,})" for text, n in self.odd_feedback.most_common(6))
            notes.append(
                f"{counted(self.odd_feedback.total(), 'record')} with feedback that is neither a thumb up nor a thumb "
                f"down: {shown}; expected up or down. They count as neither. If some mean down, import with a "
                f"translation of the value, such as feedback:{next(iter(self.odd_feedback))}=down."
            )
        notes += unread.sentences(self.unread)
        if self.human_scores:
            notes.append(human_scores.sentence(self.human_scores))
        return notes
