"""Read files as an import does, up to the masked conversations, for tests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from review.basics.input_file import InputFile
from review.basics.record import Raw, Unreadable
from review.privacy.recognisers import recognisers
from review.sources.conversations import RecordRules, masked_conversations
from review.sources.file_sets import FileSet, opened_set
from review.sources.normalise import Origin
from storage.records_log import Conversation

ORIGIN = Origin(source="production", key=b"key", zone=ZoneInfo("UTC"), week="2026-W47")


@dataclass
class ReadFile:
    """The conversations of files in order, the refused lines, and the notes."""

    format: str
    conversations: list[Conversation] = field(default_factory=list)
    errors: list[tuple[int, Unreadable]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_records(format: str, records: Sequence[dict]) -> ReadFile:
    """Read raw records of a format."""
    return _read(format, [Raw(line, dict(record), None, 0) for line, record in enumerate(records, start=1)])


def read_files(*files: Path) -> ReadFile:
    """Read files of one import."""
    together = FileSet(tuple(InputFile(str(file), path=file) for file in files))
    opened = opened_set(together, format="auto", mapping={})
    return _read(opened.detected.format, opened.raws)


def _read(format: str, raws: Iterable[Raw]) -> ReadFile:
    read = ReadFile(format)
    for raw, entry, error in masked_conversations(
        raws, RecordRules(format=format, origin=ORIGIN, recognisers=recognisers(), join_calls=True)
    ):
        if entry is not None:
            read.conversations.append(entry.conversation)
        elif error is not None:
            read.errors.append((raw.line, error))
        read.notes += [words for words, _ in raw.mended if words != "part"]
    return read
