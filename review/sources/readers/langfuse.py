"""Traces of Langfuse with their observations: from the API, and as the page of a trace downloads them.

One record is one trace: ``{id, ..., observations[], scores[]}`` of the API, ``{trace, observations[]}`` or
``{observations[], scores[]}`` of the download. A list of traces of the API names its observations only by ids.

Facts: see :mod:`review.sources.readers.langfuse_spans`; langfuse ``web/src/features/traces/fns/downloadTrace.ts``.
"""

from __future__ import annotations

from collections.abc import Mapping

from review.basics.record import Unreadable
from review.sources.readers.fields import Fields, Record
from review.sources.readers.langfuse_spans import TYPES, at, conversation
from review.sources.readers.reader import Reader
from review.sources.readers.span_values import list_in, opened, words_of

_OF_A_TRACE = ("htmlPath", "sessionId", "totalCost", "public", "userId")


def recognise(record: Record) -> bool:
    """Whether there is a trace with observations, or a trace of the API."""
    if isinstance(opened(record.get("trace")), Mapping) and "observations" in record:
        return True
    observations = record.get("observations")
    if isinstance(observations, list):
        first = observations[0] if observations else None
        typed = isinstance(first, Mapping) and first.get("type") in TYPES
        return typed or (isinstance(first, str | None) and _is_trace(record))
    return _is_trace(record) and "htmlPath" in record


def _is_trace(record: Record) -> bool:
    return "id" in record and "timestamp" in record and any(name in record for name in _OF_A_TRACE)


def read(record: Record) -> list[Fields | Unreadable]:
    """Return the conversation of a trace, and the error of each observation that cannot be read."""
    inner = opened(record.get("trace"))
    if isinstance(inner, Mapping):
        trace: Record = inner
    else:
        trace = {name: value for name, value in record.items() if name not in ("observations", "scores")}
        trace = trace if "id" in trace else {}
    listed = list_in(record.get("observations"))
    observations = [one for one in listed if isinstance(one, Mapping) and words_of(one.get("id"))]
    if not trace and not observations:
        raise Unreadable("observations", listed, "observations of a trace")
    traces = {str(at(one, "traceId")) for one in observations if at(one, "traceId")}
    if len(traces) > 1:
        raise Unreadable("observations", f"observations of {len(traces)} traces", "those of one trace")
    scores = [*list_in(record.get("scores")), *list_in(trace.get("scores"))]
    fields = conversation(trace, observations, [score for score in scores if isinstance(score, Mapping)])
    if listed and all(isinstance(one, str) for one in listed):
        fields["notes"] = [*fields["notes"], "observations are only named by ids: tools, model and tokens are missing"]
        return [fields]
    return [fields, *(error for i, one in enumerate(listed) if (error := _refused(one, i)) is not None)]


def _refused(observation: object, at: int) -> Unreadable | None:
    """Return why an observation cannot be read, None for one that can."""
    if not isinstance(observation, Mapping):
        return Unreadable(f"observations.{at}", observation, "an observation")
    named = words_of(observation.get("id"))
    return None if named else Unreadable(f"observations.{at}.id", observation.get("id"), "the id of an observation")


READER = Reader(
    about="traces of Langfuse with their observations, from the API or downloaded",
    sign="a trace with observations",
    recognise=recognise,
    read=read,
    sample={
        "id": "1",
        "timestamp": "2026-11-21T09:30:00.000Z",
        "name": "agent",
        "input": '{"question": "How many?"}',
        "output": '"Seven."',
        "observations": [],
        "htmlPath": "/project/p/traces/1",
    },
)
