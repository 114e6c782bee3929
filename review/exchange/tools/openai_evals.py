"""OpenAI evals: ``match`` events of a log, and the results of each output item of the API, are verdicts.

An ``error`` event is a sample without a verdict. An output item of the API has one for each grader.

Facts: ``evals/record.py`` of openai/evals, not run; ``eval.run.output_item`` of the package openai 3.57.
"""

from __future__ import annotations

from collections.abc import Iterator

from review.basics.times import read_time, utc_text
from review.exchange.tools.tool import (
    NO_VALUE,
    Rating,
    Record,
    Tool,
    inner,
    item_of,
    number,
    objects,
    passed,
    rated,
    text,
)
from review.sources.readers.openai_evals import ITEM, JUDGE

EVENT = frozenset(("run_id", "event_id", "sample_id", "type", "data"))


def recognise(record: Record) -> bool:
    """Whether there is an event of a sample in a run, or an output item."""
    return set(record) >= EVENT or _is_item(record)


def _is_item(record: Record) -> bool:
    return record.get("object") == ITEM and isinstance(record.get("results"), list)


def verdicts(record: Record, _: str) -> Iterator[Rating]:
    """Yield the verdict of a match or of metrics, or of each grader of an output item; other events hold none."""
    if _is_item(record):
        yield from _graded(record)
        return
    run = text(record.get("run_id"))
    item, kind, data, at = (
        text(record.get("sample_id")),
        record.get("type"),
        inner(record, "data"),
        record.get("created_at"),
    )
    if kind == "match":
        yield rated(item, JUDGE, "match", passed(data.get("correct")), at=text(at), also=f"{run}/{item}")
    elif kind == "metrics":
        for name, value in data.items():
            label = passed(value) or text(value)
            if label:
                yield rated(item, JUDGE, name, label, at=text(at), score=number(value), also=f"{run}/{item}")


def _graded(record: Record) -> Iterator[Rating]:
    """Yield the result of each grader. The item is the output, or the conversation that its data names."""
    source = {key: value for key, value in inner(record, "datasource_item").items() if key != "id"}
    item, moment = text(record.get("id")), read_time(record.get("created_at"))
    at = "" if moment is None else utc_text(moment)
    for one in objects(record.get("results")):
        label, name = passed(one.get("passed")), text(one.get("name"))
        if label and name:
            yield rated(item, JUDGE, name, label, at=at, score=number(one.get("score")), also=item_of(source))


def no_verdicts(record: Record) -> Iterator[str]:
    """Yield why an event gives no verdict: its type, or metrics without a value; or why a grader gives none."""
    if _is_item(record):
        for one in objects(record["results"]):
            if not (passed(one.get("passed")) and text(one.get("name"))):
                yield NO_VALUE
        if not record["results"]:
            yield "output that no grader looked at"
        return
    kind = record.get("type")
    if kind == "error":
        yield "sample that failed with an error"
    elif kind not in ("match", "metrics"):
        yield f"event of type {text(kind)[:40] or 'nothing'}"
    elif kind == "metrics":
        yield from (NO_VALUE for value in inner(record, "data").values() if not (passed(value) or text(value)))


VERDICTS = Tool(
    about="OpenAI evals: logs of runs, and output items of the API",
    sign="run_id, event_id and sample_id of an event, or an eval.run.output_item with results",
    recognise=recognise,
    ratings=verdicts,
    left_out=no_verdicts,
    sample={"run_id": "r", "event_id": 1, "sample_id": "c-1", "type": "match", "data": {"correct": True}},
)
