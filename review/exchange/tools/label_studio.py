"""Label Studio: JSON (tasks with annotations), and JSON-MIN or CSV (a row for each annotation).

A cancelled annotation is no label. Predictions are verdicts. One choice is a value, several are a list; a rating is its
number. The item is an id in the task's data (conv_id, trace_id and so on), else the task.

Facts: files of the converter in label-studio-sdk 2.1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from review.exchange.tools.tool import (
    ITEM_KEYS,
    LABEL,
    VERDICT,
    Rating,
    Record,
    Tool,
    inner,
    item_of,
    number,
    objects,
    rated,
    text,
)
from review.sources.readers.fields import parsed

CANCELLED = "annotation that its author cancelled"
MIN_KEYS = frozenset(("annotator", "annotation_id", "lead_time"))
_OWN = {"id", "annotator", "annotation_id", "lead_time", "created_at", "updated_at"}
_INPUTS = ("question", "answer", "text", "input", "output", "prompt", "response", "context", "messages")
_TASK_KEYS = tuple(key for key in ITEM_KEYS if key != "id")


def _is_task(record: Record) -> bool:
    return isinstance(record.get("data"), Mapping) and isinstance(record.get("annotations"), list)


def _is_row(record: Record) -> bool:
    return set(record) >= MIN_KEYS


def labels(record: Record, _: str) -> Iterator[Rating]:
    """Yield the label of each question of each annotation."""
    item = item_of(inner(record, "data"), otherwise=record.get("id"))
    for one in objects(record.get("annotations")):
        if one.get("was_cancelled"):
            continue
        by, at = _person(one.get("completed_by")), text(one.get("updated_at") or one.get("created_at"))
        for name, value in _answers(one):
            yield rated(item, by, name, value, at=at, seconds=number(one.get("lead_time")))


def verdicts(record: Record, _: str) -> Iterator[Rating]:
    """Yield the label of each question of each prediction."""
    item = item_of(inner(record, "data"), otherwise=record.get("id"))
    for one in objects(record.get("predictions")):
        for name, value in _answers(one):
            yield rated(item, text(one.get("model_version")), name, value, score=number(one.get("score")))


def no_labels(record: Record) -> Iterator[str]:
    """Yield why annotations and predictions are no labels."""
    for one in objects(record.get("annotations")):
        if one.get("was_cancelled"):
            yield CANCELLED
        elif not any(_answers(one)):
            yield "annotation without an answer"
    yield from (VERDICT for one in objects(record.get("predictions")) for _ in _answers(one))


def no_verdicts(record: Record) -> Iterator[str]:
    """Yield that annotations are no verdicts."""
    made = (one for one in objects(record.get("annotations")) if not one.get("was_cancelled"))
    yield from (LABEL for one in made for _ in _answers(one))


def texts(record: Record) -> Record:
    """Return the data of a task."""
    return inner(record, "data")


def row_texts(record: Record) -> Record:
    """Return the columns that are named like inputs; questions of the annotator have columns beside them."""
    return {key: value for key, value in record.items() if key in _INPUTS}


def _person(value: Any) -> str:
    if isinstance(value, Mapping):
        return text(value.get("email") or value.get("username") or value.get("id"))
    return text(value)


def _answers(annotation: Record) -> Iterator[tuple[str, Any]]:
    for result in objects(annotation.get("result")):
        kind, value = result.get("type"), inner(result, "value")
        found = value.get(kind) if isinstance(kind, str) and kind in value else next(iter(value.values()), None)
        if kind == "textarea":
            found = value.get("text")
        yield text(result.get("from_name")), _plain(found)


def _plain(value: Any) -> Any:
    """Return a list of one as its element."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def row_labels(record: Record, _: str) -> Iterator[Rating]:
    """Yield the labels of one annotation; the columns are the task's data and the questions."""
    named = {key: value for key, value in record.items() if key in _TASK_KEYS}
    item = item_of(named, otherwise=record.get("id"))
    at, seconds = text(record.get("updated_at") or record.get("created_at")), number(record.get("lead_time"))
    for name, cell in record.items():
        if name in _OWN or name in ITEM_KEYS or name in _INPUTS or cell in (None, ""):
            continue
        yield rated(item, _person(parsed(record["annotator"])), name, _unwrapped(cell), at=at, seconds=seconds)


def _unwrapped(cell: Any) -> Any:
    """Return ``{"choices": [..]}`` as the list and ``[{"rating": 4}]`` as the number; any other value unchanged."""
    cell = _plain(parsed(cell))
    if isinstance(cell, Mapping):
        values = next((cell[key] for key in ("choices", "rating", "text", "number") if key in cell), None)
        return _plain(values)
    return cell


_ANSWER = {"from_name": "verdict", "type": "choices", "value": {"choices": ["good"]}}
_TASK = {"id": 1, "data": {"conv_id": "c-1"}, "annotations": [{"completed_by": 5, "result": [_ANSWER]}]}
_TASKS = "data and annotations with results"

LABELS = Tool(
    about="Label Studio, JSON",
    sign=_TASKS,
    recognise=_is_task,
    ratings=labels,
    left_out=no_labels,
    texts=texts,
    sample=_TASK,
)
ROWS = Tool(
    about="Label Studio, JSON-MIN or CSV",
    sign="annotator, annotation_id and lead_time",
    recognise=_is_row,
    ratings=row_labels,
    texts=row_texts,
    sample={"id": 1, "conv_id": "c-1", "annotator": 5, "annotation_id": 2, "lead_time": 12.5, "verdict": "good"},
)
VERDICTS = Tool(
    about="predictions in Label Studio, JSON",
    sign=_TASKS,
    recognise=_is_task,
    ratings=verdicts,
    left_out=no_verdicts,
    sample={**_TASK, "predictions": [{"model_version": "judge-1", "result": [_ANSWER]}]},
)
