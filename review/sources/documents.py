"""The records of one JSON document: a list, a page of an API, an object by ids, or a single record.

The beginning of the document decides where they are. Then they are read one by one, so the document may be larger than
the memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from review.basics.errors import InputError, NoRecords
from review.basics.input_file import InputFile
from review.basics.json_stream import head_of, records_at
from review.basics.raw_json import is_snapshot, json_records, mended_json
from review.basics.record import MAX_LINE, Raw, Unreadable
from review.basics.unpacking import DAMAGED
from review.sources.containers import TOP, Found, find, part_of
from review.sources.readers.fields import Record
from review.sources.unwrapping import Beside, of_map, unwrapped


def read_document(
    given: InputFile,
    recognised: Callable[[Record], bool],
    in_parts: Callable[[Record], bool],
    *,
    mapping: Mapping[str, str],
    records: str | None,
) -> tuple[Iterator[Raw], list[str]]:
    """Return the records of a document, and notes on where they are and what is not read; reading may add to them.

    ``in_parts`` says of a record whether it may be read in parts: a large request with many spans is.
    Raises InputError when it is no JSON, and when its records cannot be told.
    """
    try:
        head, whole = head_of(given)
    except DAMAGED as error:
        raise given.damaged(error) from None
    if isinstance(head, str):
        # JSON that was written as text once more.
        return _of_text(given, head, recognised, in_parts, mapping=mapping, records=records)
    if is_snapshot(head):
        return _whole(given), ["the file is one state of LangGraph, written as a list"]
    if isinstance(head, list) and head and all(map(_is_message, head)):
        return _whole(given), ["the file is one conversation, written as the list of its messages"]
    if isinstance(head, list):
        if not head:
            raise NoRecords(
                f"{given.name}: it holds no records: found an empty list ([]), expected conversations, each with a "
                "question or messages."
            )
        documents = [item for item in head if isinstance(item, dict)]
        found = find(documents, recognised, file=given.name, records=records, single=False, mapping=mapping)
        if found.container == TOP:
            return _streamed(given, found, []), [*found.notes]
        notes = [*found.notes]
        return unwrapped(_streamed(given, Found(TOP), []), found, notes), notes
    if not isinstance(head, dict):
        raise InputError(f"{given.name}: found {type(head).__name__} {head!r}, expected JSON objects.")
    found = find([head], recognised, file=given.name, records=records, single=True, mapping=mapping)
    if not whole and found.container == TOP and in_parts(head):
        found = Found(part_of(head, in_parts))
    notes = [*found.notes]
    return _streamed(given, found, notes), notes


def _streamed(given: InputFile, found: Found, notes: list[str]) -> Iterator[Raw]:
    """Yield the records under a path of the document, and add the lists that come after it to the notes."""
    path, named = found.container.path, found.container.named
    any_found = False
    beside = Beside(found, notes)
    try:
        for number, key, text, place in records_at(given, path, named=named, beside=beside.saw):
            any_found = True
            line = text.encode("utf-8", "surrogateescape")
            for raw in json_records(number, line, min(place, given.size)):
                raw = _worded(raw)
                yield raw if key is None or raw.record is None else of_map(raw, key, raw.record)
    except DAMAGED as error:
        raise given.damaged(error) from None
    beside.tell()
    if not any_found:
        raise NoRecords(f"{given.name}: there are no records at {found.container.words}.")


_OF_A_MESSAGE = {"role", "content", "name", "tool_calls", "tool_call_id", "refusal", "id", "type"}


def _is_message(item: Any) -> bool:
    """Whether an element of a list can only be one message of a conversation."""
    if not isinstance(item, dict):
        return False
    dumped = item.get("id") if "lc" in item and isinstance(item.get("kwargs"), dict) else None
    if isinstance(dumped, list) and dumped:
        return str(dumped[-1]).removesuffix("Chunk").endswith("Message")
    return {"role", "content"} <= set(item) <= _OF_A_MESSAGE


def _whole(given: InputFile) -> Iterator[Raw]:
    """Yield the one record that a document is."""
    file, content = given.open()
    with file:
        yield from json_records(1, content.read(MAX_LINE), given.size)


def _worded(raw: Raw) -> Raw:
    """Return a refused element with the word for its place: an element, no line."""
    if raw.error is not None and raw.error.field == "line":
        return raw._replace(error=Unreadable("record", raw.error.found, raw.error.expected))
    return raw


def _of_text(
    given: InputFile, text: str, *readers: Callable[[Record], bool], **choices: Any
) -> tuple[Iterator[Raw], list[str]]:
    try:
        mended_json(text)
    except (ValueError, RecursionError):
        raise InputError(f"{given.name}: found one text, expected JSON objects.") from None
    inner = InputFile(given.name, data=text.encode("utf-8", "surrogatepass"))
    return read_document(inner, *readers, **choices)
