"""Logs of OpenAI evals: ``match`` events are verdicts, an ``error`` event is a sample without one.

Facts: ``evals/record.py`` of openai/evals; not run.
"""

from __future__ import annotations

from collections.abc import Iterator

from review.exchange.tools.tool import NO_VALUE, Rating, Record, Tool, inner, number, passed, rated, text


def recognise(record: Record) -> bool:
    """Whether there is an event of a sample in a run."""
    return set(record) >= {"run_id", "event_id", "sample_id", "type", "data"}


def verdicts(record: Record, _: str) -> Iterator[Rating]:
    """Yield the verdict of a match or of metrics that are true or false; other events hold none."""
    item, kind, data, at = (
        text(record.get("sample_id")),
        record.get("type"),
        inner(record, "data"),
        record.get("created_at"),
    )
    if kind == "match":
        yield rated(item, "openai_evals", "match", passed(data.get("correct")), at=text(at))
    elif kind == "metrics":
        for name, value in data.items():
            label = passed(value) or text(value)
            if label:
                yield rated(item, "openai_evals", name, label, at=text(at), score=number(value))


def no_verdicts(record: Record) -> Iterator[str]:
    """Yield why an event gives no verdict: its type, or metrics without a value."""
    kind = record.get("type")
    if kind == "error":
        yield "sample that failed with an error"
    elif kind not in ("match", "metrics"):
        yield f"event of type {text(kind)[:40] or 'nothing'}"
    elif kind == "metrics":
        yield from (NO_VALUE for value in inner(record, "data").values() if not (passed(value) or text(value)))


VERDICTS = Tool(
    about="logs of OpenAI evals",
    sign="run_id, event_id and sample_id of an event",
    recognise=recognise,
    ratings=verdicts,
    left_out=no_verdicts,
    sample={"run_id": "r", "event_id": 1, "sample_id": "c-1", "type": "match", "data": {"correct": True}},
)
