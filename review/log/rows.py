"""A conversation on its way into the log: masked and hashed, then as a row."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import orjson

from review.checks.protocol import Finding
from review.checks.running import flagged
from review.log.columns import DIRECT, IN_CONTENT
from review.log.judges_disagree import judges_disagree
from storage.records_log import Conversation

_content_of, _direct_of = operator.attrgetter(*IN_CONTENT), operator.attrgetter(*DIRECT)
_JSON = orjson.OPT_NON_STR_KEYS


class Entry(NamedTuple):
    """A masked and hashed conversation to append, with its sealed original if one is kept, and the checks' findings.

    ``raw`` is the keyed hash of the record it was made from, b"" for none. ``unread`` are cells that could not be read
    and cost their field: field, what was found, what was expected.
    """

    conversation: Conversation
    original: str | None = None
    findings: Mapping[str, Finding] = MappingProxyType({})
    raw: bytes = b""
    unread: tuple[tuple[str, str, str], ...] = ()


class LogRow(NamedTuple):
    """A conversation as the log holds it: its cells in the order of ``COLUMNS``, and its sealed original.

    ``entry`` is what it was made from where it has no message: what only tells something of a conversation.
    """

    cells: tuple[Any, ...]
    original: str | None
    entry: Entry | None = None


def row_of(entry: Entry, import_id: str, at: str) -> LogRow:
    """Return a conversation as the log holds it."""
    return LogRow(_cells(entry, import_id, at), entry.original, None if entry.conversation.messages else entry)


def _cells(entry: Entry, import_id: str, at: str) -> tuple[Any, ...]:
    conversation = entry.conversation
    verdicts = orjson.dumps(conversation.verdicts, option=_JSON, default=str).decode()
    content = dict(zip(IN_CONTENT, _content_of(conversation), strict=True))
    content["checks"] = dict(entry.findings)
    return (
        *_direct_of(conversation),
        at,
        import_id,
        verdicts,
        orjson.dumps(content, option=_JSON, default=str).decode(),
        " ".join(flagged(entry.findings)),
        judges_disagree(conversation.verdicts),
        entry.raw or None,
    )
