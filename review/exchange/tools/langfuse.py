"""Scores of Langfuse: annotations of people are labels, evaluations are verdicts; scores sent by an API are either.

A categorical score is its text. The rater is ``authorUserName``; ``userId`` is the end user of the product. Scores come
as rows of their own (of the API, or of blob exports in snake_case), or inside the traces they are about.

Facts: ``fern/apis/server/definition/commons.yml`` and the batch export of langfuse/langfuse.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from review.exchange.tools.tool import LABEL, VERDICT, Rating, Record, Tool, inner, number, objects, rated, text
from review.sources.readers.langfuse_spans import at
from review.sources.readers.span_values import list_in, opened

SOURCES = ("ANNOTATION", "EVAL", "API")
CORRECTION = "correction, which is a text and no value"
UNKNOWN = "score that came through the API, of a user or a program"


def recognise(record: Record) -> bool:
    """Whether there is a score of a source, with its type of data."""
    return record.get("source") in SOURCES and at(record, "dataType") is not None and "name" in record


def labels(record: Record, _: str) -> Iterator[Rating]:
    """Yield an annotation, or a score of an unknown author."""
    if record.get("source") != "EVAL":
        yield from _rating(record, text(at(record, "authorUserName") or at(record, "authorUserId")), "ANNOTATION")


def verdicts(record: Record, _: str) -> Iterator[Rating]:
    """Yield an evaluation, or a score of an unknown author."""
    if record.get("source") != "ANNOTATION":
        yield from _rating(record, "langfuse" if record.get("source") == "EVAL" else "", "EVAL")


def no_labels(record: Record) -> Iterator[str]:
    """Yield why a score is no label."""
    if record.get("source") == "EVAL":
        yield VERDICT
    elif not any(labels(record, "")):
        yield CORRECTION


def no_verdicts(record: Record) -> Iterator[str]:
    """Yield why a score is no verdict."""
    if record.get("source") == "ANNOTATION":
        yield LABEL
    elif not any(verdicts(record, "")):
        yield CORRECTION


def no_labels_of_trace(record: Record) -> Iterator[str]:
    """Yield why scores inside a trace are no labels."""
    for score in _inside(record):
        if score.get("source") == "ANNOTATION":
            yield from no_labels(score)
        else:
            yield VERDICT if score.get("source") == "EVAL" else UNKNOWN


def recognise_trace(record: Record) -> bool:
    """Whether there is a trace with the score of a person inside."""
    if "source" in record or not {"observations", "trace", "timestamp"} & set(record):
        return False
    return any(score.get("source") == "ANNOTATION" and "name" in score for score in _inside(record))


def labels_of_trace(record: Record, _: str) -> Iterator[Rating]:
    """Yield the annotations inside a trace; scores of an unknown author are users' feedback, or of a program."""
    for score in _inside(record):
        if score.get("source") == "ANNOTATION":
            yield from labels({"traceId": _trace_id(record), **score}, "")


def _inside(record: Record) -> list[Record]:
    trace = opened(record.get("trace"))
    within = [*list_in(record.get("scores")), *list_in(inner({"trace": trace}, "trace").get("scores"))]
    return objects(within)


def _trace_id(record: Record) -> str:
    trace = inner({"trace": opened(record.get("trace"))}, "trace")
    first = next(iter(objects(list_in(record.get("observations")))), {})
    return text(trace.get("id")) or text(record.get("id")) or text(at(first, "traceId"))


def _rating(record: Record, by: str, known: str) -> Iterator[Rating]:
    if at(record, "dataType") == "CORRECTION":
        return
    yield rated(
        text(at(record, "traceId") or at(record, "sessionId")),
        by,
        text(record.get("name")),
        _value(record),
        at=text(record.get("timestamp")),
        comment=text(record.get("comment")),
        score=number(record.get("value")),
        author_known=record.get("source") == known,
    )


def _value(record: Record) -> Any:
    named = at(record, "stringValue")
    return named if at(record, "dataType") in ("CATEGORICAL", "TEXT") and named else record.get("value")


_SAMPLE = {"traceId": "c-1", "name": "verdict", "dataType": "CATEGORICAL", "value": 1, "stringValue": "good"}
_SIGN = "source, name and dataType of a score"
LABELS = Tool(
    about="scores of Langfuse given by people",
    sign=_SIGN,
    recognise=recognise,
    ratings=labels,
    left_out=no_labels,
    sample={**_SAMPLE, "source": "ANNOTATION", "authorUserName": "Mara"},
)
VERDICTS = Tool(
    about="scores of Langfuse given by evaluators",
    sign=_SIGN,
    recognise=recognise,
    ratings=verdicts,
    left_out=no_verdicts,
    sample={**_SAMPLE, "source": "EVAL"},
)
OF_TRACES = Tool(
    about="scores that people gave inside traces of Langfuse",
    sign="a trace with scores of the source ANNOTATION",
    recognise=recognise_trace,
    ratings=labels_of_trace,
    left_out=no_labels_of_trace,
    sample={
        "id": "c-1",
        "timestamp": "2026-11-21T09:30:00.000Z",
        "observations": [],
        "scores": [{**_SAMPLE, "source": "ANNOTATION", "authorUserName": "Mara"}],
    },
)
