"""Import: a file's records are read, brought into one shape, masked, and added to the embedded log.

Bad records are reported with their line and the rest goes on; anything else that fails leaves the log as it was.
"""

from __future__ import annotations

import hashlib
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from review.basics.clock import new_id, now
from review.basics.errors import InputError
from review.basics.log_paths import LogPaths
from review.basics.weeks import monday_of, week_of
from review.checks.running import ready
from review.checks.settings import CheckSettings
from review.log.append import Entry, append
from review.privacy.masking import FIELDS, Recognisers, mask, mask_text, recognisers
from review.privacy.originals import Seal, content_before, seal_of
from review.settings.project import Privacy
from review.sources.checking import checked
from review.sources.normalise import DEFAULT_SOURCE, Settings, canonical, conversation_of
from review.sources.raw import layout_of, read_raw
from review.sources.readers import catalogue, plain
from review.sources.readers.catalogue import READERS, Detected
from review.sources.readers.fields import Unreadable, as_json_text
from review.sources.readers.mapping import check_mapping, picked, renamed, translated
from review.sources.record import Raw
from storage.records_base import Json
from storage.records_log import Conversation, Import

PEEK = 20
PEEK_LINES = 1_000
MAX_REJECTIONS = 100
PROGRESS_EVERY = 500

_NOT_HASHED = ("id", "week", "content_hash", "redacted", "checks")
_HASHED = tuple(f.name for f in fields(Conversation) if f.name not in _NOT_HASHED)
_hashed_of = operator.attrgetter(*_HASHED)


@dataclass(frozen=True, kw_only=True)
class _Job:
    """What holds for every record of one import."""

    format: str
    mapping: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    settings: Settings
    wanted: Recognisers
    seal: Seal | None


@dataclass
class Tally:
    """What is counted while the records pass by."""

    read: int = 0
    rejected: int = 0
    undated: int = 0
    rejections: list[Json] = field(default_factory=list)


def import_file(
    file: str | Path,
    *,
    log: LogPaths,
    key: bytes,
    by: str,
    format: str = "auto",
    mapping: Mapping[str, str] | None = None,
    values: Mapping[str, Mapping[str, str]] | None = None,
    source: str = DEFAULT_SOURCE,
    week: str | None = None,
    time_zone: str = "UTC",
    privacy: Privacy | None = None,
    checks: CheckSettings | None = None,
    progress: Callable[[int, int], None] | None = None,
    on_detected: Callable[[Detected], None] | None = None,
) -> Import:
    """Import one file into the embedded log and return the record of it, which the caller stores.

    ``key`` is the store's HMAC key. Undated records belong to ``week``, else to the current one. ``progress`` gets
    bytes done and bytes in all; ``on_detected`` the format and why it is taken for that. In the record,
    read = added + duplicate + changed + rejected, and up to 100 rejections are {line, column, found, expected},
    masked. ``checks`` says what runs over each masked conversation. Raises InputError when the file, the format or a
    setting cannot be read at all, or a check cannot run; then nothing is added.
    """
    privacy, tally, at, import_id = privacy or Privacy(), Tally(), now(), new_id()
    settings = Settings(_source(source), key, ZoneInfo(time_zone), _week(week, time_zone))
    to_run = ready(checks or CheckSettings())
    detected, masked = masked_file(
        file, settings, tally, format=format, mapping=mapping, values=values, privacy=privacy, progress=progress
    )
    if on_detected is not None:
        on_detected(detected)
    counts = append(
        log,
        masked,
        import_id=import_id,
        at=at,
        encrypted=privacy.originals == "encrypted",
        examine=lambda new: checked(new, to_run),
    )
    return Import(
        id=import_id,
        at=at,
        by=by,
        file=str(Path(file)),
        format=detected.format,
        source=settings.source,
        read=tally.read,
        added=counts.added,
        duplicate=counts.duplicate,
        changed=counts.changed,
        rejected=tally.rejected,
        undated=tally.undated,
        rejections=tuple(tally.rejections),
    )


def masked_file(
    file: str | Path,
    settings: Settings,
    tally: Tally,
    *,
    format: str = "auto",
    mapping: Mapping[str, str] | None = None,
    values: Mapping[str, Mapping[str, str]] | None = None,
    privacy: Privacy | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Detected, Iterator[Entry]]:
    """The conversations of a file in one shape and masked, read as they are asked for; nothing is kept of them here.

    What is read and rejected is counted in ``tally`` on the way. Raises InputError as :func:`import_file` does.
    """
    path, privacy, mapping = Path(file), privacy or Privacy(), check_mapping(mapping or {})
    wanted = recognisers(privacy.patterns, phone_region=privacy.phone_region, library=privacy.library)
    seal = seal_of(privacy.originals)
    layout = layout_of(path, None if format == "auto" else format)
    raws = read_raw(path, layout)
    first = _peek(raws, path)
    detected = _format(format, [raw.record for raw in first if raw.record is not None], layout, str(path), mapping)
    job = _Job(
        format=detected.format, mapping=mapping, values=values or {}, settings=settings, wanted=wanted, seal=seal
    )
    return detected, _entries(_watched(chain(first, raws), path.stat().st_size, progress), job, tally)


def _source(name: str) -> str:
    if not re.fullmatch(r"\w[\w.-]{0,63}", name):
        raise InputError(f"--source: found '{name}', expected up to 64 letters, digits, '.', '_' or '-'.")
    return name


def _week(week: str | None, time_zone: str) -> str:
    if not week:
        return week_of(datetime.now(UTC), time_zone)
    monday_of(week)
    return week


def _peek(raws: Iterator[Raw], path: Path) -> list[Raw]:
    """The first records, to tell the format by. Raises InputError when there is none among many lines."""
    first: list[Raw] = []
    records = 0
    for raw in raws:
        first.append(raw)
        records += raw.record is not None
        if records >= PEEK or len(first) >= PEEK_LINES:
            break
    if not records:
        error = first[0].error if first else None
        if error is None:
            raise InputError(f"{path}: there are no records; expected at least one.")
        raise InputError.at(
            str(path), first[0].line, None, _shown(error.found, recognisers()), error.expected,
            f"None of the first {len(first)} lines is a record.",
        )  # fmt: skip
    return first


def _format(format: str, records: list[dict[str, Any]], layout: str, file: str, mapping: Mapping[str, str]) -> Detected:
    if format == "auto":
        return catalogue.detect(records, layout, file=file, mapping=mapping)
    if format not in READERS:
        raise InputError(f"--format: found '{format}', expected auto or one of {', '.join(READERS)}.")
    return Detected(format, "chosen by --format")


def _watched(raws: Iterator[Raw], size: int, progress: Callable[[int, int], None] | None) -> Iterator[Raw]:
    for i, raw in enumerate(raws):
        yield raw
        if progress is not None and i % PROGRESS_EVERY == 0:
            progress(min(raw.done, size), size)
    if progress is not None:
        progress(size, size)


def _entries(raws: Iterator[Raw], job: _Job, tally: Tally) -> Iterator[Entry]:
    """Conversations that could be read; the others are tallied with their line."""
    for raw in raws:
        tally.read += 1
        try:
            entry = _entry(raw, job)
        except Unreadable as error:
            _reject(tally, raw.line, error, job.wanted)
        except (RecursionError, orjson.JSONEncodeError):
            _reject(tally, raw.line, Unreadable("record", "nested JSON", "JSON at most 200 levels deep"), job.wanted)
        else:
            tally.undated += entry.conversation.created_at is None
            yield entry


def _entry(raw: Raw, job: _Job) -> Entry:
    if raw.record is None:
        raise raw.error or Unreadable("line", None, "a record")
    before = conversation_of(_fields(raw.record, job), raw.record, job.settings)
    return masked_entry(before, job.wanted, job.seal)


def masked_entry(before: Conversation, wanted: Recognisers, seal: Seal | None) -> Entry:
    """A conversation on its way into the house: masked, hashed, its original sealed where something was masked."""
    masked, spans = mask(before, wanted)
    sealed = seal(content_before(before, FIELDS)) if spans and seal else None
    # What dataclasses.replace does, in a quarter of its time.
    return Entry(Conversation(**{**vars(masked), "content_hash": content_hash(masked)}), sealed)


def _fields(record: dict[str, Any], job: _Job) -> dict[str, Any]:
    """The record through its reader, with the mapped fields and the value tables."""
    reader = READERS[job.format]
    if job.format in catalogue.PLAIN.values():
        return translated(reader.read(renamed(record, job.mapping) if job.mapping else record), job.values)
    found, chosen = reader.read(record), picked(record, job.mapping)
    found["messages"] = plain.with_turns(found["messages"], chosen)
    found |= {name: value for name, value in chosen.items() if name not in plain.TURNS}
    return translated(found, job.values)


def content_hash(conversation: Conversation) -> str:
    """SHA-256 over the canonical JSON of the masked content; the week of an undated record and the id are not in it."""
    return hashlib.sha256(canonical(dict(zip(_HASHED, _hashed_of(conversation), strict=True)))).hexdigest()


def _reject(tally: Tally, line: int, error: Unreadable, wanted: Recognisers) -> None:
    tally.rejected += 1
    if len(tally.rejections) < MAX_REJECTIONS:
        found = _shown(error.found, wanted)
        tally.rejections.append({"line": line, "column": error.field, "found": found, "expected": error.expected})


def _shown(found: object, wanted: Recognisers) -> str:
    """What was found, masked and cut short: a rejection is kept in the store and printed."""
    try:
        text = "nothing" if found is None or found == "" else as_json_text(found)
    except orjson.JSONEncodeError:
        text = "nested JSON"
    masked, _ = mask_text(text[:4000], wanted)
    return masked if len(masked) <= 120 else masked[:117] + "..."
