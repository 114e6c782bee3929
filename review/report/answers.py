"""The four answers of a week from its figures: the same on the Week page, in the report and on the command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from review.basics.labels import Ratings
from review.report.model import Agreement, JudgeFigures, Quality
from review.rubric.rubric import Rubric
from review.statistics.agreement.report import AgreementReport
from review.statistics.answers.agreement import Agreed, agreement
from review.statistics.answers.answer import Answer
from review.statistics.answers.judges import judges
from review.statistics.answers.more_labels import more_labels
from review.statistics.answers.next_steps import More, Rise, rubric_readings
from review.statistics.answers.production import Share, production, risen
from review.statistics.answers.readings import Reading, read_differently
from review.statistics.answers.thresholds import Thresholds


def share_of(found: Quality) -> Share:
    """Return an estimate with its changes as the answer about production takes it."""
    change = found.change
    named = Share(title=found.title, dimension=found.dimension, positive=found.positive, report=found.report)
    if change is None:
        return named
    return Share(
        title=found.title,
        dimension=found.dimension,
        positive=found.positive,
        report=found.report,
        before=change.before,
        change=change.quantity,
        over=change.over,
        weeks=change.weeks,
        trend=change.trend,
    )


def production_answer(found: Iterable[Quality], thresholds: Thresholds) -> Answer:
    """Return how good production is."""
    return production([share_of(q) for q in found], thresholds)


def agreements(
    rubric: Rubric, ratings: Mapping[str, Ratings], reports: Mapping[str, AgreementReport], thresholds: Thresholds
) -> list[Agreement]:
    """Return the agreement of each dimension that has one, with the value that people read differently.

    Sets are left out: their agreement is per value and is on the Agreement page.
    """
    same, items = thresholds.same_reading, thresholds.contested_items
    return [
        Agreement(d.title, reports[d.name], d.name, read_differently(ratings[d.name], same=same, items=items))
        for d in rubric.dimensions
        if d.scale.kind != "set" and d.name in reports
    ]


def agreement_answer(found: Iterable[Agreement], thresholds: Thresholds) -> Answer:
    """Return whether people agree."""
    return agreement([Agreed(a.title, a.dimension, a.report, a.reading) for a in found], thresholds)


def judges_answer(found: Iterable[JudgeFigures]) -> Answer:
    """Return which judges can be used."""
    return judges([j.verdict for j in found])


def ties_that_decide(found: Iterable[Quality]) -> int:
    """Return how many ties to settle first, because a share has no single figure until then."""
    return max((q.report.ties_needed for q in found if q.best.value is None), default=0)


def labels_wanted(found: Iterable[Quality], thresholds: Thresholds) -> More | None:
    """Return how many more items make a share roughly known."""
    return more_labels([share_of(q) for q in found], thresholds)


def differing(found: Sequence[Agreement], *, used: Rubric, current: Rubric) -> tuple[tuple[str, Reading], ...]:
    """Return the values that people read differently, by dimension, and whose text stands as they read it.

    ``used`` is the version under which the ratings were given. Where the ``current`` one says something else, the text
    is mended already, and only new ratings can tell whether that helped.
    """
    return rubric_readings(
        [
            (a.dimension, a.reading)
            for a in found
            if a.reading and _text(used, a, a.reading) == _text(current, a, a.reading)
        ]
    )


def _text(rubric: Rubric, where: Agreement, reading: Reading) -> tuple[str, ...] | None:
    """Return what a rubric says about two values that are confused; None without the question."""
    if where.dimension not in rubric.names:
        return None
    asked = rubric[where.dimension]
    return asked.title, asked.guidance, *(asked.value_guidance.get(v, "") for v in (reading.value, reading.other))


def rises(found: Iterable[Quality], rubric: Rubric) -> tuple[Rise, ...]:
    """Return the values that are proven to be more frequent than before, and for which the rubric asks for reasons.

    For the others, the report has nothing to see.
    """
    asked = {(name, value) for d in rubric.dimensions for name, values in d.shown_when.items() for value in values}
    shares = [share_of(q) for q in found if (q.dimension, q.positive) in asked]
    return tuple(Rise(share.positive, words) for share in shares if (words := risen(share)))
