"""The quality of production in sentences, the same on the Week page, in the report and on the command line."""

from __future__ import annotations

from review.evidence.weekly_change import WeeklyChange
from review.report.model import Quality
from review.statistics.quality.change_words import change_words, over_weeks_words
from review.statistics.quality.words import (
    compared,
    headline_words,
    left_out_words,
    missed_words,
    proven_words,
    saved_words,
    unsettled_words,
)


def quality_lines(q: Quality) -> list[str]:
    """Return what stands beside the figure: the range or the interval, the changes, what has no label."""
    first, change = headline_words(q.report, q.positive), changed(q)
    return [f"{first} {change}".strip(), *unsettled_words(q.report, q.positive)]


def changed(q: Quality) -> str:
    """Return the changes against the weeks before; "" without one. A range moves with the ties and is not compared."""
    return "" if q.change is None or q.best.value is None else " ".join(change_lines(q.change, q.positive))


def change_lines(found: WeeklyChange, positive: str) -> list[str]:
    """Return the change against the week before, and that over up to eight weeks where it is known."""
    lines = (change_words(found.quantity, found.before, positive), over_weeks_words(found.over, found.weeks, positive))
    return [line for line in lines if line]


def details(q: Quality) -> list[str]:
    """Return what only some readers want: other figures, what the labels prove, missed errors, what the judge saved."""
    texts = (left_out_words(q.report), *compared(q.report, q.positive), proven_words(q.report))
    missed = missed_words(q.report.missed_errors, q.positive)
    return [*(text for text in (*texts, missed) if text), *(saved_words(q.report) if q.judge else [])]
