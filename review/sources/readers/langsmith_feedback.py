"""Feedback of LangSmith: rows by run, with a score or a value under a key.

Feedback of a model is a verdict of a judge. The rest is the user's thumb where the key says so, and stays among the
scores of the conversation.

Facts: langsmith 0.15 (``schemas.py``: FeedbackBase), langchain-ai/docs ``feedback-data-format.mdx``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from review.sources.readers.fields import Fields, Record
from review.sources.readers.span_values import amount_of, mapping_of, words_of
from review.sources.readers.thumbs import is_thumb, thumb_of_score

JUDGES = ("model", "evaluator", "auto_eval")
"""Types of sources that are no people."""


def is_feedback(record: Record) -> bool:
    """Whether a record is a row of feedback."""
    return "run_type" not in record and {"run_id", "key"} <= set(record) and ("score" in record or "value" in record)


def fed_back(records: Sequence[Record]) -> Fields:
    """Return what feedback tells: verdicts, the user's thumb (the latest of several), and the other scores.

    Of rows with one id the last counts.
    """
    rows = {str(record.get("id") or i): record for i, record in enumerate(records)}
    verdicts: dict[str, Fields] = {}
    others: list[Fields] = []
    thumb = None
    for row in sorted(rows.values(), key=_time):
        name, value = words_of(row.get("key")), _value(row)
        if name is None or value is None:
            continue
        source = mapping_of(row.get("feedback_source"))
        comment = words_of(row.get("comment"))
        if source.get("type") in JUDGES:
            judge = words_of(mapping_of(source.get("metadata")).get("evaluator")) or "langsmith"
            cell = {"value": value, "score": amount_of(row.get("score")), "rationale": comment}
            verdicts.setdefault(judge, {})[name] = {k: v for k, v in cell.items() if v is not None}
            continue
        thumb = (thumb_of_score(value) if is_thumb(name) else None) or thumb
        rater = words_of(source.get("user_name")) or words_of(source.get("user_id"))
        kept = {"name": name, "value": value, "source": source.get("type"), "comment": comment, "rater": rater}
        others.append({k: v for k, v in kept.items() if v is not None})
    return {
        "verdicts": verdicts,
        "metadata": {"scores": others} if others else {},
        **({"feedback": thumb} if thumb else {}),
    }


def said_at(records: Sequence[Record]) -> str:
    """Return when the last of some feedback was given, "" where no row says it."""
    return max(map(_time, records), default="")


def _time(row: Record) -> str:
    return str(row.get("modified_at") or row.get("created_at") or "")


def _value(row: Record) -> Any:
    """Return the value, else the score; a correction alone is an object and no score."""
    score = amount_of(row.get("score"))
    found = score if row.get("value") in (None, "") else row["value"]
    return found if isinstance(found, str | int | float | bool) else None
