"""Prodigy: one line for each answer, ``choice`` tasks with ``accept``, or a label that was accepted or rejected.

An ignored task is no label. The rater is the session without the name of the dataset in front, where that is
certain. The item is an id in ``meta``, else the hash of the input.

Facts: the Prodigy documentation; the package is commercial and was not run.
"""

from __future__ import annotations

from collections.abc import Iterator

from review.basics.times import read_time, utc_text
from review.exchange.tools.tool import Rating, Record, Tool, inner, item_of, rated, text


def recognise(record: Record) -> bool:
    """Whether the hashes of the task and an answer are there."""
    return set(record) >= {"_input_hash", "_task_hash", "answer"}


def labels(record: Record, _: str) -> Iterator[Rating]:
    """Yield the options that were chosen, or whether the label was accepted."""
    item = item_of(inner(record, "meta"), record, otherwise=record.get("_input_hash"))
    moment = read_time(record.get("_timestamp"))
    at = "" if moment is None else utc_text(moment)
    by, answer, chosen = _rater(record), record.get("answer"), record.get("accept")
    if answer not in ("accept", "reject"):
        return
    if isinstance(chosen, list):
        if answer == "accept" and chosen:
            yield rated(item, by, "choice", chosen[0] if len(chosen) == 1 else chosen, at=at)
    elif text(record.get("label")):
        yield rated(item, by, text(record["label"]), answer == "accept", at=at)


def texts(record: Record) -> Record:
    """Return the text of a task. Other keys, such as ``answer``, are Prodigy's own."""
    return {"text": record.get("text")}


def no_labels(record: Record) -> Iterator[str]:
    """Yield why a task has no label."""
    if not any(labels(record, "")):
        yield f"task without a label (its answer is {text(record.get('answer')) or 'not given'})"


def _rater(record: Record) -> str:
    """Return the session without its dataset. With several hyphens both parts may have one, so the whole name stays."""
    name = text(record.get("_annotator_id")) or text(record.get("_session_id"))
    return name.partition("-")[2] if name.count("-") == 1 else name


LABELS = Tool(
    about="Prodigy",
    sign="_input_hash, _task_hash and answer",
    recognise=recognise,
    ratings=labels,
    left_out=no_labels,
    texts=texts,
    sample={
        **{"meta": {"conv_id": "c-1"}, "_input_hash": 1, "_task_hash": 2, "_annotator_id": "ds-mara"},
        **{"accept": ["good"], "answer": "accept"},
    },
)
