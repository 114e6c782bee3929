"""Scores of Langfuse: annotations of people are labels, evaluations are verdicts; scores sent by an API are either.

A categorical score is its text. The rater is ``authorUserName``; ``userId`` is the end user of the product.

Facts: ``fern/apis/server/definition/commons.yml`` and the batch export of langfuse/langfuse.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from review.exchange.tools.tool import Rating, Record, Tool, number, rated, text

SOURCES = ("ANNOTATION", "EVAL", "API")


def recognise(record: Record) -> bool:
    """Whether there is a score of a source, with its type of data."""
    return record.get("source") in SOURCES and "dataType" in record and "name" in record


def labels(record: Record, _: str) -> Iterator[Rating]:
    """Yield an annotation, or a score of an unknown author."""
    if record.get("source") != "EVAL":
        yield from _rating(record, text(record.get("authorUserName") or record.get("authorUserId")), "ANNOTATION")


def verdicts(record: Record, _: str) -> Iterator[Rating]:
    """Yield an evaluation, or a score of an unknown author."""
    if record.get("source") != "ANNOTATION":
        yield from _rating(record, "langfuse" if record.get("source") == "EVAL" else "", "EVAL")


def _rating(record: Record, by: str, known: str) -> Iterator[Rating]:
    if record.get("dataType") == "CORRECTION":
        return
    yield rated(
        text(record.get("traceId") or record.get("sessionId")),
        by,
        text(record.get("name")),
        _value(record),
        at=text(record.get("timestamp")),
        comment=text(record.get("comment")),
        score=number(record.get("value")),
        author_known=record.get("source") == known,
    )


def _value(record: Record) -> Any:
    named = record.get("stringValue")
    return named if record.get("dataType") in ("CATEGORICAL", "TEXT") and named else record.get("value")


_SAMPLE = {"traceId": "c-1", "name": "verdict", "dataType": "CATEGORICAL", "value": 1, "stringValue": "good"}
_SIGN = "source, name and dataType of a score"
LABELS = Tool(
    about="scores of Langfuse given by people",
    sign=_SIGN,
    recognise=recognise,
    ratings=labels,
    sample={**_SAMPLE, "source": "ANNOTATION", "authorUserName": "Mara"},
)
VERDICTS = Tool(
    about="scores of Langfuse given by evaluators",
    sign=_SIGN,
    recognise=recognise,
    ratings=verdicts,
    sample={**_SAMPLE, "source": "EVAL"},
)
