"""Feedback of LangSmith: from the application it is a person's, from a model a judge's, from the API either.

The value stands in ``score`` or ``value``; a score of 0 is a value. Feedback comes as rows of its own, or inside the
runs it is about.

Facts: FeedbackBase of the package langsmith 0.15.
"""

from __future__ import annotations

from collections.abc import Iterator

from review.exchange.tools.tool import (
    LABEL,
    NO_VALUE,
    VERDICT,
    Rating,
    Record,
    Tool,
    inner,
    number,
    objects,
    rated,
    text,
)
from review.sources.readers.langsmith_feedback import JUDGES

PEOPLE = ("app", "human")
NOT_HUMAN = "feedback that may be a program's, because it names no person as its source"


def recognise(record: Record) -> bool:
    """Whether there is feedback on a run."""
    return {"key", "feedback_source"} <= set(record) and bool({"run_id", "trace_id"} & set(record))


def labels(record: Record, _: str) -> Iterator[Rating]:
    """Yield feedback of a person, or of an unknown author."""
    source = inner(record, "feedback_source")
    if source.get("type") not in JUDGES:
        yield from _rating(record, text(source.get("user_name") or source.get("user_id")), PEOPLE)


def verdicts(record: Record, _: str) -> Iterator[Rating]:
    """Yield feedback of a model, or of an unknown author."""
    source = inner(record, "feedback_source")
    if source.get("type") not in PEOPLE:
        known = source.get("type") in JUDGES
        named = text(inner(source, "metadata").get("evaluator")) or "langsmith"
        yield from _rating(record, named if known else "", JUDGES)


def no_labels(record: Record) -> Iterator[str]:
    """Yield why feedback is no label of a person."""
    if inner(record, "feedback_source").get("type") in JUDGES:
        yield VERDICT
    elif not any(labels(record, "")):
        yield NO_VALUE


def no_verdicts(record: Record) -> Iterator[str]:
    """Yield why feedback is no verdict."""
    if inner(record, "feedback_source").get("type") in PEOPLE:
        yield LABEL
    elif not any(verdicts(record, "")):
        yield NO_VALUE


def recognise_run(record: Record) -> bool:
    """Whether there is a run with the feedback of a person inside."""
    return "run_type" in record and any(_is_human(one) for one in _inside(record))


def labels_of_run(record: Record, _: str) -> Iterator[Rating]:
    """Yield the feedback of people inside a run, about its trace."""
    item = text(record.get("trace_id") or record.get("id"))
    for one in _inside(record):
        if _is_human(one):
            yield from labels({**one, "trace_id": text(one.get("trace_id")) or item}, "")


def no_labels_of_run(record: Record) -> Iterator[str]:
    """Yield why feedback inside a run is no label of a person."""
    for one in _inside(record):
        if _is_human(one):
            yield from no_labels(one)
        else:
            yield VERDICT if inner(one, "feedback_source").get("type") in JUDGES else NOT_HUMAN


def _inside(record: Record) -> list[Record]:
    return [one for one in objects(record.get("feedback")) if "key" in one]


def _is_human(feedback: Record) -> bool:
    return inner(feedback, "feedback_source").get("type") in PEOPLE


def _rating(record: Record, by: str, known: tuple[str, ...]) -> Iterator[Rating]:
    score, value = record.get("score"), record.get("value")
    label = score if value in (None, "") else value
    if label is None:
        return
    yield rated(
        text(record.get("trace_id") or record.get("run_id")),
        by,
        text(record.get("key")),
        label,
        at=text(record.get("created_at")),
        comment=text(record.get("comment")),
        score=number(score),
        author_known=inner(record, "feedback_source").get("type") in known,
    )


_SAMPLE = {"run_id": "c-1", "key": "verdict", "score": None, "value": "good"}
_SIGN = "key and feedback_source of a run"
LABELS = Tool(
    about="feedback of LangSmith given by people",
    sign=_SIGN,
    recognise=recognise,
    ratings=labels,
    left_out=no_labels,
    sample={**_SAMPLE, "feedback_source": {"type": "app", "user_name": "Mara"}},
)
VERDICTS = Tool(
    about="feedback of LangSmith given by models",
    sign=_SIGN,
    recognise=recognise,
    ratings=verdicts,
    left_out=no_verdicts,
    sample={**_SAMPLE, "feedback_source": {"type": "model"}},
)
OF_RUNS = Tool(
    about="feedback of people inside runs of LangSmith",
    sign="a run with feedback of the source app",
    recognise=recognise_run,
    ratings=labels_of_run,
    left_out=no_labels_of_run,
    sample={
        **{"id": "r-1", "trace_id": "c-1", "run_type": "chain", "inputs": {}},
        "feedback": [{**_SAMPLE, "feedback_source": {"type": "app", "user_name": "Mara"}}],
    },
)
