"""What an import of a file would do, from its first records: conversations, values, rejections, masked spans. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import islice

from review.basics.record import MENDED, Unreadable
from review.privacy.recognisers import Recognisers
from review.sources.conversations import masked_conversations, masked_value, recognisers_of
from review.sources.counting import rules_of
from review.sources.file_sets import Files, file_set, opened_set
from review.sources.options import ImportOptions
from review.sources.readers.catalogue import PLAIN
from review.sources.readers.fields import Record
from review.sources.readers.mapping import picked
from review.sources.unread import Unread
from review.sources.value_words import Translation, translations
from storage.records_base import Json
from storage.records_log import Conversation

LOOKED_AT = 1_000
"""Records that a preview reads."""
SHOWN = 10
"""Conversations and rejections that it shows."""


@dataclass(kw_only=True)
class Counted:
    """What the records of a preview came to.

    ``conversations`` are the first ones, masked. ``rejections`` are the first {line, column, found, expected}, masked,
    and ``causes`` counts all by what was expected. ``masked`` counts spans, in ``masked_in`` conversations; ``unnamed``
    are conversations without an id of their own. ``source_ids`` are the ids of all in their source. ``told`` counts
    records that hold no conversation and tell something of one, and ``unread`` cells that cost their field. ``notes``
    counts what an import says of its records, such as a missing answer.
    """

    read: int = 0
    rejected: int = 0
    undated: int = 0
    unnamed: int = 0
    told: int = 0
    masked: int = 0
    masked_in: int = 0
    conversations: list[Conversation] = field(default_factory=list)
    rejections: list[Json] = field(default_factory=list)
    causes: Counter[str] = field(default_factory=Counter)
    source_ids: list[str] = field(default_factory=list)
    unread: Counter[Unread] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)

    def take(self, found: Conversation, *, named: bool) -> None:
        """Count one conversation."""
        if not found.messages:
            self.told += 1
            return
        self.undated += found.created_at is None
        self.unnamed += not named
        self.masked += found.redacted
        self.masked_in += found.redacted > 0
        if named:
            self.source_ids.append(found.source_id)
        if len(self.conversations) < SHOWN:
            self.conversations.append(found)

    def reject(self, line: int, error: Unreadable, wanted: Recognisers) -> None:
        """Count one record that cannot be read."""
        self.rejected += 1
        self.causes[f"{error.field}: expected {error.expected}"] += 1
        if len(self.rejections) < SHOWN:
            found = masked_value(error.found, wanted)
            self.rejections.append({"line": line, "column": error.field, "found": found, "expected": error.expected})


@dataclass(frozen=True, kw_only=True)
class Preview:
    """The format and why, what the first records came to, and their values that Spotcheck must understand.

    ``whole`` says that the file has no more records than these.
    """

    format: str
    reason: str
    whole: bool
    counted: Counted
    values: tuple[Translation, ...]


def preview_of(file: Files, options: ImportOptions, *, key: bytes) -> Preview:
    """Return what an import with these options would do with the first records of some files; nothing is written.

    Raises InputError when the file or its format cannot be read.
    """
    files, wanted = file_set(file), recognisers_of(options.privacy)
    opened = opened_set(
        files.encoded(options.encoding), format=options.format, mapping=options.mapping, records=options.records
    )
    detected = opened.detected
    # Nothing is kept, so no original is sealed.
    rules = replace(rules_of(options, key, detected.format), seal=None, late=True)
    plain = detected.format in PLAIN.values()
    first = list(islice(opened.raws, LOOKED_AT + 1))
    counted = Counted(read=min(len(first), LOOKED_AT))
    for raw, entry, error in masked_conversations(first[:LOOKED_AT], rules):
        counted.notes.update({MENDED.get(reason, reason): n for reason, n in raw.mended})
        if entry is not None:
            counted.unread.update(Unread(*one) for one in entry.unread)
            counted.take(entry.conversation, named=not plain or _has_id(raw.record, options.mapping))
        elif error is not None:
            counted.reject(files.place(raw.line)[1], error, wanted)
    records = [raw.record for raw in first[:LOOKED_AT] if raw.record is not None]
    return Preview(
        format=detected.format,
        reason=detected.reason,
        whole=len(first) <= LOOKED_AT,
        counted=counted,
        values=tuple(translations(records, options.mapping, options.values, plain=plain)),
    )


def _has_id(record: Record | None, mapping: Mapping[str, str]) -> bool:
    return picked(record or {}, {"id": mapping.get("id", "id")}).get("id") not in (None, "")
