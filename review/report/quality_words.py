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
    """Return what stands beside the figure: the range or the interval, what has no label, the change, other figures."""
    lines = [headline_words(q.report, q.positive), *unsettled_words(q.report)]
    # A range moves with the open ties, so a comparison would mislead.
    if q.change is not None and q.best.value is not None:
        lines.append(change_words(q.change.quantity, q.change.before))
    return [*lines, *compared(q.report)]


def details(q: Quality) -> list[str]:
    """Return what only some readers want: what the labels prove, what missed errors mean, what the judge saved."""
    texts = (proven_words(q.report), missed_words(q.report.missed_errors))
    return [*(text for text in texts if text), *(saved_words(q.report) if q.judge else [])]
