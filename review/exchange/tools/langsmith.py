"""Feedback of LangSmith: from the application it is a person's, from a model a judge's, from the API either.

The value stands in ``score`` or ``value``; a score of 0 is a value.

Facts: FeedbackBase of the package langsmith 0.15.
"""

from __future__ import annotations

from collections.abc import Iterator

from review.exchange.tools.tool import Rating, Record, Tool, inner, number, rated, text

PEOPLE, JUDGES = ("app",), ("model", "evaluator", "auto_eval")


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
    sample={**_SAMPLE, "feedback_source": {"type": "app", "user_name": "Mara"}},
)
VERDICTS = Tool(
    about="feedback of LangSmith given by models",
    sign=_SIGN,
    recognise=recognise,
    ratings=verdicts,
    sample={**_SAMPLE, "feedback_source": {"type": "model"}},
)
