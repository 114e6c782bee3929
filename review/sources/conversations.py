"""The one way from a raw record to a masked conversation: for imports, drawn rows of a source, and a judge's file."""

from __future__ import annotations

import hashlib
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import NamedTuple

import orjson

from review.basics.record import Raw, Unreadable
from review.log.rows import Entry
from review.privacy.masking import FIELDS, mask, mask_text
from review.privacy.originals import Seal, content_before
from review.privacy.recognisers import Recognisers, recognisers
from review.settings.privacy import Privacy
from review.sources.assembling import REFUSALS, Assembled, refusal, traces
from review.sources.chaining import ReadFields, joined_calls
from review.sources.human_scores import raters_in
from review.sources.normalise import Origin, canonical, conversation_of
from review.sources.readers import plain
from review.sources.readers.catalogue import READERS, RENAMED
from review.sources.readers.fields import Fields, Record, as_json_text
from review.sources.readers.mapping import picked, renamed, translated
from review.sources.readers.reader import Reader, TraceReader
from review.sources.step_errors import told_by_steps
from review.sources.unread import LOSABLE, Unread
from storage.records_log import Conversation

NO_ANSWER = "conversation without an answer and without an error"
LONGEST_FOUND = 120
"""Characters of a refused value that a message shows."""

_NOT_HASHED = ("id", "week", "content_hash", "redacted", "checks")
_HASHED = tuple(f.name for f in fields(Conversation) if f.name not in _NOT_HASHED)
_hashed_of = operator.attrgetter(*_HASHED)


@dataclass(frozen=True, kw_only=True)
class RecordRules:
    """What holds for every record of one source.

    ``format`` is a name in ``READERS``; ``mapping`` gives the path of a field that has another name in the source
    (field -> dotted path), ``values`` translates cells (field -> raw -> value). ``seal`` writes originals; None keeps
    none. ``extra`` are fields outside the format that stay in the metadata; a plain log keeps all of them anyway.
    With ``id_required`` a record without an id is refused, otherwise its content names it. Traces that do not fit into
    memory wait in the folder ``scratch``. ``digest`` hashes a record together with what decides its conversation.
    With ``join_calls`` logged calls that continue one another are one conversation; otherwise each row stays one. With
    ``lossy`` a cell that cannot be read costs its field, else the record. With ``late`` a record may tell something of
    a conversation and hold none itself: its entry has no messages.
    """

    format: str
    origin: Origin
    recognisers: Recognisers
    mapping: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    seal: Seal | None = None
    extra: tuple[str, ...] = ()
    id_required: bool = False
    scratch: Path | None = None
    join_calls: bool = False
    lossy: bool = False
    digest: Callable[[Record], bytes] | None = None
    late: bool = False


class ReadRecord(NamedTuple):
    """A raw record with the conversation it became, or with the error that says why it became none."""

    raw: Raw
    entry: Entry | None
    error: Unreadable | None


def masked_conversations(raws: Iterable[Raw], rules: RecordRules) -> Iterator[ReadRecord]:
    """Read, normalise, mask and hash each record; a record that cannot be read comes back with its error.

    A record with several conversations comes back once for each, with its error where that one cannot be read. In a
    format of traces, ``raw`` is the first record of each trace.
    """
    reader = READERS[rules.format]
    if isinstance(reader, TraceReader):
        yield from read_traces(traces(raws, reader, scratch=rules.scratch), rules)
        return
    if not isinstance(reader, Reader):
        raise TypeError(f"{rules.format}: found {type(reader).__name__}, expected a Reader or a TraceReader.")
    read = _fields_of(raws, rules, reader)
    for raw, many, record in (
        joined_calls(read, reader.calls, rules.scratch) if reader.calls and rules.join_calls else read
    ):
        if raw.error is not None:
            yield ReadRecord(raw, None, raw.error)
            continue
        for one in many:
            notes, found = _made(one, record, rules)
            if isinstance(found, Unreadable):
                yield ReadRecord(raw, None, found)
                continue
            if _lacks_answer(found.conversation, notes):
                notes = (*notes, NO_ANSWER)
            # What an import has to say of a record is said again the next time, so the record is read again.
            scored = next(raters_in(found.conversation.metadata), None) is not None
            silent = not (notes or found.unread or scored)
            if rules.digest and raw.record is not None and len(many) == 1 and silent:
                found = found._replace(raw=rules.digest(raw.record))
            if notes:
                raw = raw._replace(mended=(*raw.mended, *((note, 1) for note in notes)))
            yield ReadRecord(raw, found, None)
            raw = raw._replace(mended=()) if raw.mended else raw


def _made(fields: Fields | Unreadable, record: Record, rules: RecordRules) -> tuple[Sequence[str], Entry | Unreadable]:
    """Return the notes on a conversation, and the conversation or why it cannot be read."""
    if isinstance(fields, Unreadable):
        return (), fields
    notes = fields.pop("notes", ())
    try:
        entry = _entry(fields, record, rules)
    except REFUSALS as reason:
        return (), refusal(reason)
    return notes, entry


def _lacks_answer(made: Conversation, notes: Sequence[str]) -> bool:
    """Whether a conversation has neither an answer nor an error, and its reader has not said why."""
    lacks = made.status == "ok" and made.messages and not made.answer
    return bool(lacks) and not any(note.startswith("no answer") for note in notes)


def _fields_of(raws: Iterable[Raw], rules: RecordRules, reader: Reader) -> Iterator[ReadFields]:
    """Yield what a reader finds in each record; nothing, with the error, in one that cannot be read."""
    read = _plain_fields if rules.format in RENAMED else _other_fields
    for raw in raws:
        record = raw.record
        try:
            if record is None:
                raise raw.error or Unreadable("line", None, "a record")
            yield ReadFields(raw, read(record, rules, reader), record)
        except REFUSALS as reason:
            yield ReadFields(raw._replace(error=refusal(reason)), [], {})


def read_traces(assembled: Iterable[Assembled], rules: RecordRules) -> Iterator[ReadRecord]:
    """Normalise, mask and hash conversations that were put together of the records of their traces."""
    for raw, found, records in assembled:
        entry, error = None, raw.error
        if found is not None:
            try:
                for record in records if rules.mapping else ():
                    found = _with_chosen(found, record, rules)
                entry = _entry(found, {"records": records}, rules)
            except REFUSALS as reason:
                error = refusal(reason)
        yield ReadRecord(raw, entry, error)


def _entry(fields: Fields, record: Record, rules: RecordRules) -> Entry:
    found = translated(fields, rules.values)
    if rules.id_required and not str("" if found.get("id") is None else found["id"]).strip():
        raise Unreadable("id", None, "a value that names the row")
    if found.get("late") and not rules.late:
        raise Unreadable("messages", "no messages", "a conversation: this record only tells something of one")
    before, unread = _readable(found, record, rules)
    masked, spans = mask(before, rules.recognisers)
    original = rules.seal(content_before(before, FIELDS)) if spans and rules.seal else None
    # Nobody else has the conversation yet, and a copy would take as long as its masking.
    object.__setattr__(masked, "content_hash", content_hash(masked))
    # After the hash, which is of what came: the same trace stays the same where an earlier version imported it.
    if told := told_by_steps(masked.steps, vars(masked)):
        masked = replace(masked, **told)
    return Entry(masked, original, unread=unread)


def _readable(fields: Fields, record: Record, rules: RecordRules) -> tuple[Conversation, tuple[Unread, ...]]:
    """Return the conversation, and the cells that cost their field because they cannot be read."""
    unread: list[Unread] = []
    while True:
        try:
            return conversation_of(fields, record, rules.origin), tuple(unread)
        except Unreadable as error:
            if not rules.lossy or error.field not in LOSABLE or fields.get(error.field) is None:
                raise
            unread.append(Unread(error.field, masked_value(error.found, rules.recognisers), error.expected))
            fields = {name: value for name, value in fields.items() if name != error.field}


def _plain_fields(record: Record, rules: RecordRules, reader: Reader) -> list[Fields | Unreadable]:
    return reader.conversations(renamed(record, rules.mapping) if rules.mapping else record)


def _other_fields(record: Record, rules: RecordRules, reader: Reader) -> list[Fields | Unreadable]:
    """The fields of a format of its own, then those that the mapping names and the extra ones."""
    return [
        one if isinstance(one, Unreadable) else _with_extra(_with_chosen(one, record, rules), record, rules)
        for one in reader.conversations(record)
    ]


def _with_extra(found: Fields, record: Record, rules: RecordRules) -> Fields:
    extra = {name: record[name] for name in rules.extra if record.get(name) is not None}
    if extra:
        found["metadata"] = {**extra, **(found.get("metadata") or {})}
    return found


def _with_chosen(found: Fields, record: Record, rules: RecordRules) -> Fields:
    """The fields, and over them those that the mapping finds in a record."""
    chosen = picked(record, rules.mapping)
    found["messages"] = plain.with_turns(found["messages"], chosen)
    return found | {name: value for name, value in chosen.items() if name not in plain.TURNS}


def content_hash(conversation: Conversation) -> str:
    """SHA-256 over the canonical JSON of the masked content; the week of an undated record and the id are not in it."""
    return hashlib.sha256(canonical(dict(zip(_HASHED, _hashed_of(conversation), strict=True)))).hexdigest()


def recognisers_of(privacy: Privacy) -> Recognisers:
    """What is masked under these settings. Raises InputError for a pattern, region or library that cannot be used."""
    return recognisers(
        privacy.patterns,
        phone_region=privacy.phone_region,
        countries=privacy.countries,
        library=privacy.library,
        names=privacy.names,
        street_addresses=privacy.addresses,
    )


def masked_value(found: object, wanted: Recognisers) -> str:
    """A refused value as a message may show it: masked and cut short."""
    try:
        text = "nothing" if found is None or found == "" else as_json_text(found)
    except orjson.JSONEncodeError:
        text = "nested JSON"
    masked, _ = mask_text(text[:4000], wanted)
    return masked if len(masked) <= LONGEST_FOUND else masked[: LONGEST_FOUND - 3] + "..."
