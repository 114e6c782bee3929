"""Feedback that products and clients send after a conversation, checked when it arrives and kept as rows."""

from __future__ import annotations

from typing import Any

from review.basics.clock import now
from review.sources.collecting.bodies import Rejected, json_in
from review.sources.readers.thumbs import thumb_of_score

LONGEST_ID, LONGEST_COMMENT, MOST_ROWS = 200, 10_000, 10_000
FIELDS = ("trace", "thumb", "copied", "edited", "comment", "source", "at")
TOLD = ("thumb", "copied", "edited", "comment")


def rows_of(body: bytes) -> list[dict[str, Any]]:
    """Return the objects of a JSON body, which is one object or a list. Raises Rejected for anything else."""
    found = json_in(body)
    rows = found if isinstance(found, list) else [found]
    if not rows or len(rows) > MOST_ROWS or not all(isinstance(row, dict) for row in rows):
        raise Rejected(400, f"The body is neither an object nor a list of 1 to {MOST_ROWS:,} objects.")
    return rows


def feedback_in(body: bytes) -> list[dict[str, Any]]:
    """Return feedback as rows of the format ``feedback``, with the time of arrival. Raises Rejected that names a field.

    ``trace`` is the id of a conversation; ``thumb`` is up or down, ``copied`` and ``edited`` are true or false.
    """
    return [_row(row) for row in rows_of(body)]


def _row(given: dict[str, Any]) -> dict[str, Any]:
    unknown = [name for name in given if name not in FIELDS]
    if unknown:
        raise Rejected(400, f"found the field '{unknown[0][:40]}', expected {', '.join(FIELDS)}.")
    trace = given.get("trace")
    if not isinstance(trace, str) or not 0 < len(trace.strip()) <= LONGEST_ID:
        raise Rejected(400, f"trace: expected the id of a trace, text of 1 to {LONGEST_ID} characters.")
    row: dict[str, Any] = {"trace": _plain_id(trace.strip())}
    if given.get("thumb") is not None:
        thumb = thumb_of_score(given["thumb"])
        if thumb is None:
            raise Rejected(400, f"thumb: found {str(given['thumb'])[:40]!r}, expected up or down.")
        row["thumb"] = thumb
    for name in ("copied", "edited"):
        if given.get(name) not in (None, True, False):
            raise Rejected(400, f"{name}: found {str(given[name])[:40]!r}, expected true or false.")
        if given.get(name):
            row[name] = True
    for name, most in (("comment", LONGEST_COMMENT), ("source", 64), ("at", 64)):
        value = given.get(name)
        if value is not None and not (isinstance(value, str) and len(value) <= most):
            raise Rejected(400, f"{name}: expected text of at most {most:,} characters.")
        if value:
            row[name] = value
    if not row.keys() & {*TOLD}:
        raise Rejected(400, f"found a trace alone, expected at least one of {', '.join(TOLD)}.")
    return {**row, "at": row.get("at", now())}


def _plain_id(trace: str) -> str:
    """Return the id of a trace as spans have it: hexadecimal digits in lower case, without dashes."""
    bare = trace.replace("-", "").removeprefix("0x").lower()
    return bare if len(bare) == 32 and all(c in "0123456789abcdef" for c in bare) else trace


def scores_in(body: bytes) -> list[dict[str, Any]]:
    """Return scores of Langfuse as rows of its exports. Raises Rejected for what is none."""
    return [_score(row) for row in rows_of(body)]


def scores_of_batch(body: bytes) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the scores among the events of Langfuse's ingestion, and the ids of all events.

    Traces come in by OTLP; events about them are acknowledged and left out.
    """
    rows = rows_of(body)
    events = rows[0].get("batch")
    if len(rows) != 1 or not isinstance(events, list) or not all(isinstance(event, dict) for event in events):
        raise Rejected(400, "batch: expected a list of events.")
    found = [event.get("body") for event in events if event.get("type") == "score-create"]
    return [_score(row) for row in found if isinstance(row, dict)], [str(event.get("id", "")) for event in events]


def _score(row: dict[str, Any]) -> dict[str, Any]:
    trace = row.get("traceId")
    if not isinstance(trace, str) or not 0 < len(trace) <= LONGEST_ID:
        raise Rejected(400, "traceId: expected the id of the trace of the score. Scores of sessions are not taken.")
    if not isinstance(row.get("name"), str) or row.get("value") is None:
        raise Rejected(400, "expected a score with name and value.")
    kind = "CATEGORICAL" if isinstance(row["value"], str) else "NUMERIC"
    return {"source": "API", "dataType": kind, "timestamp": now(), **row, "traceId": _plain_id(trace)}
