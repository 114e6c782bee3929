"""All formats in one dict, and how the format of a file is detected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from review.basics.errors import InputError
from review.basics.plug_ins import loaded
from review.sources.readers.fields import Record
from review.sources.readers.mapping import picked
from review.sources.readers.reader import Format, Reader

READERS = loaded(
    Format,
    {
        "jsonl": "review.sources.readers.plain:JSONL",
        "csv": "review.sources.readers.plain:CSV",
        "parquet": "review.sources.readers.plain:PARQUET",
        "openai": "review.sources.readers.openai:READER",
        "openai_completions": "review.sources.readers.openai_completions:READER",
        "sharegpt": "review.sources.readers.sharegpt:READER",
        "tau_bench": "review.sources.readers.tau_bench:READER",
        "sgd": "review.sources.readers.sgd:READER",
        "abcd": "review.sources.readers.abcd:READER",
        "anthropic": "review.sources.readers.anthropic:READER",
        "openai_responses": "review.sources.readers.openai_responses:READER",
        "gemini": "review.sources.readers.gemini:READER",
        "ai_sdk": "review.sources.readers.ai_sdk:READER",
        "langchain": "review.sources.readers.langchain:READER",
        "langgraph": "review.sources.readers.langgraph:READER",
        "litellm": "review.sources.readers.litellm:READER",
        "helicone": "review.sources.readers.helicone:READER",
        "chatgpt": "review.sources.readers.chatgpt:READER",
        "wildchat": "review.sources.readers.wildchat:READER",
        "arena": "review.sources.readers.arena:READER",
        "preference": "review.sources.readers.preference:READER",
        "alpaca": "review.sources.readers.alpaca:READER",
        "intercom": "review.sources.readers.intercom:READER",
        "zendesk": "review.sources.readers.zendesk:READER",
        "rasa": "review.sources.readers.rasa:READER",
        "oasst": "review.sources.readers.oasst:READER",
        "oasst_rows": "review.sources.readers.oasst_rows:READER",
        "dialogflow": "review.sources.readers.dialogflow:READER",
        "dialogflow_rows": "review.sources.readers.dialogflow_rows:READER",
        "promptfoo": "review.sources.readers.promptfoo:READER",
        "deepeval": "review.sources.readers.deepeval:READER",
        "langsmith": "review.sources.readers.langsmith:READER",
        "otlp": "review.sources.readers.otlp:READER",
        "langfuse": "review.sources.readers.langfuse:READER",
        "langfuse_rows": "review.sources.readers.langfuse_rows:READER",
        "openai_batch": "review.sources.readers.openai_batch:READER",
        "anthropic_batch": "review.sources.readers.anthropic_batch:READER",
        "openai_evals": "review.sources.readers.openai_evals:READER",
        "feedback": "review.sources.readers.feedback:READER",
    },
)
"""Every format by its name in ``--format``. A new one is a file with a ``Reader`` or ``TraceReader``, and a line."""

PLAIN = {"jsonl": "jsonl", "json": "jsonl", "otlp": "jsonl", "csv": "csv", "xlsx": "csv", "parquet": "parquet"}
"""Layout of a file -> the name of its plain format."""

FEEDBACK = "feedback"
FACTS = ("feedback", "status", "error_type", "error_message", "tags", "verdicts")
"""Fields that may arrive after their conversation."""
RENAMED = frozenset((*PLAIN.values(), FEEDBACK))
"""Formats whose fields a mapping may rename."""


class Detected(NamedTuple):
    """The format of a file, and in words how it was recognised."""

    format: str
    reason: str


def detect(records: Sequence[Record], layout: str, *, file: str, mapping: Mapping[str, str]) -> Detected:
    """Return the format that the keys of the first records fit. Raises InputError when none or several fit.

    A mapping that fills ``question`` or ``messages`` in these records makes the file a plain log.
    """
    found = _fitting(records, layout, mapping)
    if len(found) == 1:
        return found[0]
    keys = list(dict.fromkeys(str(key) for record in records for key in record))
    listed = ", ".join(keys[:20]) + (", ..." if len(keys) > 20 else "")
    known = "; ".join(f"{name}: {READERS[name].sign}" for name in READERS)
    if not found:
        raise InputError(
            f"{file}: no known format fits; found the keys {listed or 'none'}. Formats are {known}.",
            command_hint="Name the fields with `--map` (such as `--map question=text`), or the format with `--format`.",
        )
    hits = ", ".join(f"{one.format} ({_hits(records, one.format)} of {len(records)})" for one in found)
    raise InputError(
        f"{file}: the records fit several formats: {hits}. Formats are {known}.",
        command_hint="Choose one with `--format`.",
    )


def detect_or_plain(records: Sequence[Record], layout: str, *, mapping: Mapping[str, str]) -> Detected:
    """Return the one format that fits the first records, else the plain log: for sources without a choice of format.

    Only formats with one conversation in a record count: such sources ask for single rows.
    """
    found = [one for one in _fitting(records, layout, mapping) if isinstance(READERS[one.format], Reader)]
    return found[0] if len(found) == 1 else Detected(PLAIN[layout], "a plain log, because no single format fits")


def _fitting(records: Sequence[Record], layout: str, mapping: Mapping[str, str]) -> list[Detected]:
    """Return the formats that at least one of the records has; of those, one that reads all the others alone."""
    turns = {field: path for field, path in mapping.items() if field in ("question", "messages")}
    if any(picked(record, turns) for record in records):
        named = ", ".join(f"{field} from {path}" for field, path in turns.items())
        return [Detected(PLAIN[layout], f"the mapping names {named}")]
    names = [name for name in READERS if name not in PLAIN.values() or name == PLAIN[layout]]
    found = {name: hits for name in names if (hits := _hits(records, name))}
    if not turns and not found and _tells(records, mapping):
        return [Detected(FEEDBACK, "the mapping names an id and facts such as feedback, but no question")]
    whole = [name for name in found if all(_reads(name, other) for other in found)]
    return [Detected(name, _reason(found[name], len(records), name)) for name in whole or found]


def _reason(hits: int, records: int, name: str) -> str:
    which = "the first record has" if records == 1 else f"{hits} of the first {records} records have"
    return f"{which} {READERS[name].sign}"


def _tells(records: Sequence[Record], mapping: Mapping[str, str]) -> bool:
    """Whether a mapping finds ids of conversations and facts about them, such as feedback."""
    told = {field: mapping[field] for field in ("id", *FACTS) if field in mapping}
    return "id" in told and any(len(picked(record, told)) > 1 for record in records)


def _reads(name: str, other: str) -> bool:
    """Whether a format reads the records of another one too."""
    return (
        other == name
        or other in READERS[name].includes
        or (other in PLAIN.values() and "jsonl" in READERS[name].includes)
    )


def _hits(records: Sequence[Record], name: str) -> int:
    return sum(READERS[name].recognise(record) for record in records)
