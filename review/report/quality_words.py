"""The quality of production in sentences, the same on the Week page and in the report."""

from __future__ import annotations

from review.report.model import Quality
from review.statistics.quality.words import (
    change_words,
    compared,
    headline_words,
    missed_words,
    proven_words,
    saved_words,
    unsettled_words,
)


def quality_lines(q: Quality) -> list[str]:
    """Return what stands beside the figure: the range or the interval, the change, what has no label, other figures."""
    first, change = headline_words(q.report, q.positive), changed(q)
    return [f"{first} {change}".strip(), *unsettled_words(q.report), *compared(q.report)]


def changed(q: Quality) -> str:
    """Return the change against the week before; "" without one. A range moves with the ties and is not compared."""
    if q.change is None or q.best.value is None:
        return ""
    return change_words(q.change.quantity, q.change.before)


def details(q: Quality) -> list[str]:
    """Return what only some readers want: what the labels prove, what missed errors mean, what the judge saved."""
    texts = (proven_words(q.report), missed_words(q.report.missed_errors))
    return [*(text for text in texts if text), *(saved_words(q.report) if q.judge else [])]
