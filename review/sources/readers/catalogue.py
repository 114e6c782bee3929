"""All formats in one dict, and the detection of a file's format.

A reader turns one raw record into the fields of a conversation, or raises Unreadable. It never sees files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from review.basics.errors import InputError
from review.sources.readers import abcd, openai, plain, sgd, sharegpt, tau_bench
from review.sources.readers.fields import Fields, Record
from review.sources.readers.mapping import picked


class Reader(NamedTuple):
    """A format: how to recognise a record of it, how to read one, and in words what marks it."""

    recognise: Callable[[Record], bool]
    read: Callable[[Record], Fields]
    sign: str


READERS: dict[str, Reader] = {
    "jsonl": Reader(plain.recognise, plain.read, "the fields of a plain log (question, or messages beside others)"),
    "csv": Reader(plain.recognise, plain.read, "the columns of a plain log (question, or messages)"),
    "parquet": Reader(plain.recognise, plain.read, "the columns of a plain log (question, or messages)"),
    "openai": Reader(openai.recognise, openai.read, "messages with roles, or request.messages and response"),
    "sharegpt": Reader(sharegpt.recognise, sharegpt.read, "conversations of {from, value}"),
    "tau_bench": Reader(tau_bench.recognise, tau_bench.read, "the text messages_display"),
    "sgd": Reader(sgd.recognise, sgd.read, "turns with speaker and utterance"),
    "abcd": Reader(abcd.recognise, abcd.read, "original as [speaker, text]"),
}

PLAIN = {"jsonl": "jsonl", "json": "jsonl", "csv": "csv", "parquet": "parquet"}
"""Layout of a file -> the name of its plain format."""


class Detected(NamedTuple):
    """The format of a file, and in words the reason for it."""

    format: str
    reason: str


def detect(records: Sequence[Record], layout: str, *, file: str, mapping: Mapping[str, str]) -> Detected:
    """Return the format by the keys of the first records; raises InputError unless exactly one fits.

    A mapping that finds ``question`` or ``messages`` in them makes it a plain log.
    """
    found = _fitting(records, layout, mapping)
    if len(found) == 1:
        return found[0]
    keys = list(dict.fromkeys(str(key) for record in records for key in record))
    listed = ", ".join(keys[:20]) + (", ..." if len(keys) > 20 else "")
    known = "; ".join(f"{name}: {READERS[name].sign}" for name in READERS)
    if not found:
        raise InputError(
            f"{file}: no known format fits; found the keys {listed or 'none'}. Name the fields with --map "
            f"(such as --map question=text) or the format with --format. Formats are {known}."
        )
    hits = ", ".join(f"{one.format} ({_hits(records, one.format)} of {len(records)})" for one in found)
    raise InputError(f"{file}: the records fit several formats: {hits}. Choose one with --format. Formats are {known}.")


def detect_or_plain(records: Sequence[Record], layout: str, *, mapping: Mapping[str, str]) -> Detected:
    """Return the one format that fits the first records, else the plain log: for sources without a choice of format."""
    found = _fitting(records, layout, mapping)
    return found[0] if len(found) == 1 else Detected(PLAIN[layout], "a plain log, because no single format fits")


def _fitting(records: Sequence[Record], layout: str, mapping: Mapping[str, str]) -> list[Detected]:
    """Return the formats that at least one of the records has."""
    turns = {field: path for field, path in mapping.items() if field in ("question", "messages")}
    if any(picked(record, turns) for record in records):
        named = ", ".join(f"{field} from {path}" for field, path in turns.items())
        return [Detected(PLAIN[layout], f"the mapping names {named}")]
    names = [name for name in READERS if name not in PLAIN.values() or name == PLAIN[layout]]
    found = [(name, _hits(records, name)) for name in names]
    reason = f"of the first {len(records)} records have"
    return [Detected(name, f"{hits} {reason} {READERS[name].sign}") for name, hits in found if hits]


def _hits(records: Sequence[Record], name: str) -> int:
    return sum(READERS[name].recognise(record) for record in records)
