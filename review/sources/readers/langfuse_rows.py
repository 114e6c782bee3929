"""Rows of Langfuse: observations of the v4 API, and blob exports of observations, traces and scores.

The observations of a trace are put together by its id, repeated ones (windows overlap) once. Rows of traces and scores
in the same import join them.

Facts: see :mod:`review.sources.readers.langfuse_spans`.
"""

from __future__ import annotations

from collections.abc import Sequence

from review.basics.record import Unreadable
from review.sources.readers.fields import Fields, Record
from review.sources.readers.langfuse_spans import at, conversation, is_observation, is_score, scored
from review.sources.readers.reader import TraceReader
from review.sources.readers.span_values import words_of

_TRACE = ("session_id", "user_id", "sessionId", "userId", "release", "tags")


def recognise(record: Record) -> bool:
    """Whether a record is an observation, a score or a trace without its observations."""
    return is_observation(record) or is_score(record) or _is_trace(record)


def _is_trace(record: Record) -> bool:
    if is_score(record) or not {"observations", "htmlPath"}.isdisjoint(record):
        return False
    if not {"id", "timestamp", "name"} <= set(record):
        return False
    return "environment" in record and sum(name in record for name in _TRACE) >= 2


def key(record: Record) -> str:
    """Return the id of the trace. Raises Unreadable for a record that is no part of one."""
    found = words_of(at(record, "traceId")) or (words_of(record.get("id")) if _is_trace(record) else None)
    if found is None:
        raise Unreadable("traceId", at(record, "traceId"), "the id of a trace")
    if is_observation(record) and words_of(record.get("id")) is None:
        raise Unreadable("id", record.get("id"), "the id of an observation")
    if not (is_observation(record) or is_score(record) or _is_trace(record)):
        raise Unreadable("type", record.get("type"), "a trace, an observation of a known type, or a score")
    return found


def assemble(records: Sequence[Record]) -> list[Fields]:
    """Return the conversation of one trace, or what its scores tell of it where only they are there."""
    scores = [record for record in records if is_score(record)]
    traces = [record for record in records if _is_trace(record)]
    rows = [record for record in records if is_observation(record)]
    if not rows and not traces:
        moment = max(str(at(score, "timestamp") or "") for score in scores)
        return [{"late": True, "id": key(records[0]), "created_at": moment, "messages": [], **scored(scores)}]
    return [conversation(traces[-1] if traces else {}, rows, scores, id=key(records[0]))]


READER = TraceReader(
    about="rows of observations, traces and scores of Langfuse, put together by trace",
    sign="observations with a trace id",
    recognise=recognise,
    key=key,
    assemble=assemble,
    sample=(
        {
            "id": "b",
            "traceId": "1",
            "parentObservationId": "a",
            "type": "GENERATION",
            "name": "chat",
            "startTime": "2026-11-21T09:30:01.000Z",
            "input": '[{"role": "user", "content": "How many?"}]',
            "output": '{"role": "assistant", "content": "Seven."}',
        },
        {"id": "a", "traceId": "1", "type": "SPAN", "name": "agent", "startTime": "2026-11-21T09:30:00.000Z"},
    ),
)
