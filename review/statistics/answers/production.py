"""How good production is, and whether that is more or less than before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from review.basics.words import capital, counted, percent, signed, spoken
from review.statistics.answers.answer import Answer, Line, Link, certainty
from review.statistics.answers.thresholds import Thresholds
from review.statistics.quality.change import is_real
from review.statistics.quality.report import QualityReport
from review.statistics.quantity import Quantity

QUESTION = "How good is production?"
MORE, FEWER, SAME, NEW = "more", "fewer", "same", "new"
FIRST = Quantity.missing("there is no earlier week")


@dataclass(frozen=True, kw_only=True)
class Share:
    """One positive value of the rubric in a week, with the change against the week ``before`` ("" in the first week).

    ``over`` is the change over ``weeks``; ``trend`` has the share in each of them, oldest first.
    """

    title: str
    dimension: str
    positive: str
    report: QualityReport
    before: str = ""
    change: Quantity = FIRST
    over: Quantity = FIRST
    weeks: tuple[str, ...] = ()
    trend: tuple[Quantity, ...] = ()


def production(shares: Sequence[Share], thresholds: Thresholds) -> Answer:
    """Return the answer for the first positive value, with a line for each."""
    if not shares:
        return Answer(
            name="production",
            question=QUESTION,
            sentence="The rubric has no value to count, so there is no share to estimate.",
            reason="Give a dimension of the rubric a positive value, such as 'wrong'.",
            link=Link("rubric", "Change the rubric"),
        )
    lines = tuple(_line(share, thresholds) for share in shares)
    first = lines[0]
    return Answer(
        name="production",
        question=QUESTION,
        sentence=first.sentence,
        certainty=first.certainty,
        reason=first.reason,
        lines=lines,
        link=Link("week", "See what was wrong", {"view": "report"}),
    )


def direction(share: Share) -> str:
    """Return MORE or FEWER for a proven change, against the week before or else over several weeks; SAME or NEW."""
    if not share.before or share.report.headline.value is None:
        return NEW
    found = next((q for q in (share.change, share.over) if is_real(q)), None)
    if found is not None:
        return MORE if (found.value or 0) > 0 else FEWER
    return SAME if share.change.value is not None or share.over.value is not None else NEW


def risen(share: Share) -> str:
    """Return by how much the share is proven to have risen, as a sentence; "" where it has not."""
    if direction(share) != MORE:
        return ""
    moved = next(f"{_points(q)} points {name}" for q, name in _spans(share) if is_real(q))
    return f"'{spoken(share.positive)}': {moved}."


def _spans(share: Share) -> tuple[tuple[Quantity, str], ...]:
    """Return the two changes, each with what it is measured against."""
    halves = f"in the later half of {len(share.weeks)} weeks against the earlier"
    return (share.change, f"against {share.before}"), (share.over, halves)


def _line(share: Share, thresholds: Thresholds) -> Line:
    found = share.report.headline
    outer = found.ci if found.value is not None or share.report.range is not None else None
    return Line(
        name=share.positive,
        sentence=_sentence(share),
        certainty=certainty(outer, well=thresholds.well_known, roughly=thresholds.roughly_known),
        reason=_reason(share),
        term=f"{found.method} ({share.report.basis})" if found.value is not None else "",
        weeks=share.weeks if len(share.trend) > 1 else (),
        trend=share.trend if len(share.trend) > 1 else (),
    )


def _sentence(share: Share) -> str:
    report, what = share.report, f"'{spoken(share.positive)}'"
    if report.headline.value == 0:
        return f"No labelled conversation is {what}{_compared(share)}."
    if report.headline.value is not None:
        return f"About {percent(report.headline.value)} of conversations are {what}{_compared(share)}."
    if report.range is not None:
        low, high = (percent(end) for end in report.range)
        return f"{low} to {high} of conversations are {what}, depending on {counted(report.open_ties, 'open tie')}."
    return f"Nobody knows yet how many conversations are {what}."


def _compared(share: Share) -> str:
    """Return how the share compares with before, to follow the sentence."""
    which = direction(share)
    if which == NEW:
        return "" if share.before else ", with no earlier week to compare"
    if which == SAME:
        return "; no change is proven"
    if is_real(share.change):
        return f", {which} than in the week before"
    return f", {'rising' if which == MORE else 'falling'} over {len(share.weeks)} weeks"


def _reason(share: Share) -> str:
    report, found = share.report, share.report.headline
    if found.value is None and report.range is None:
        return f"{capital(found.undefined or 'it is undefined')}."
    parts = []
    if found.ci is not None:
        of = f" of {report.population:,} conversations" if report.population else ""
        labels = counted(report.labelled, "label")
        parts.append(f"95% interval {percent(found.ci[0])} to {percent(found.ci[1])}, from {labels}{of}.")
    if found.value is None:
        change = f" and its change against {share.before}" if share.before else ""
        parts.append("The range comes from open ties, not from a change in quality.")
        parts.append(f"Settle them to get one figure{change}.")
        return " ".join(parts)
    moves = [f"{when} {_points(q)} points" for q, when in _spans(share) if q.ci is not None]
    if moves:
        parts.append(f"Change {'; '.join(moves)}.")
    return " ".join(parts)


def _points(found: Quantity) -> str:
    """Return the interval of a change in points."""
    assert found.ci is not None
    low, high = (signed(100 * x) for x in found.ci)
    return f"{low} to {high}"
