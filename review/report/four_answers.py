"""The four answers of a week's report, with the figures that they rest on: quality, agreement, judges, what is next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from review.basics.labels import Ratings
from review.closing.checklist_shown import shown_checklist
from review.closing.closing import Check
from review.closing.doing import doing
from review.current.verdicts import judges
from review.evidence import evidence
from review.evidence.judge_evidence import judge_evidence
from review.evidence.production import quality_of
from review.evidence.production_data import ProductionData, production_data
from review.report.answers import (
    agreement_answer,
    agreements,
    differing,
    judges_answer,
    labels_wanted,
    production_answer,
    rises,
    ties_that_decide,
)
from review.report.model import Agreement, JudgeFigures, Quality
from review.report.quality import week_quality
from review.rubric.rubric import Rubric, current_rubric
from review.settings.project import project_of
from review.statistics.agreement.report import agreement_report
from review.statistics.answers.answer import Answer
from review.statistics.answers.judge_verdict import Evidence, judge_verdict
from review.statistics.answers.next_steps import FailedStep, next_steps
from review.statistics.answers.thresholds import Thresholds
from storage.store import Store


@dataclass(frozen=True, kw_only=True)
class FourAnswers:
    """What a report says first, and the figures and the checklist behind it."""

    answers: tuple[Answer, ...]
    quality: tuple[Quality, ...]
    agreement: tuple[Agreement, ...]
    judges: tuple[JudgeFigures, ...]
    checklist: tuple[Check, ...]


def four_answers(
    store: Store,
    week: str,
    *,
    window: Sequence[str],
    rubric: Rubric,
    viewer: str | None,
    failed: Sequence[FailedStep],
    bootstrap: int,
) -> FourAnswers:
    """Return the answers of a week. Quality covers the week, agreement and judges the weeks of ``window``."""
    thresholds = project_of(store.path).answers
    production = production_data(store, [week])
    quality = week_quality(store, week, production)
    ratings = evidence.ratings_by_dimension(store, window, viewer=viewer)
    agreed = _agreement(ratings, rubric, thresholds, bootstrap)
    judged = _judges(
        store,
        window,
        viewer=viewer,
        ratings=ratings,
        thresholds=thresholds,
        bootstrap=bootstrap,
        shares=_shares(production, rubric, quality),
    )
    checks = tuple(shown_checklist(store, week))
    open_ = doing(
        store,
        week,
        viewer=None,
        checks=checks,
        ties=ties_that_decide(quality),
        more=labels_wanted(quality, thresholds),
        readings=differing(agreed, used=rubric, current=current_rubric(store)),
        rises=rises(quality, rubric),
        failed=failed,
    )
    return FourAnswers(
        answers=(
            production_answer(quality, thresholds),
            agreement_answer(agreed, thresholds),
            judges_answer(judged),
            next_steps(open_),
        ),
        quality=quality,
        agreement=tuple(agreed),
        judges=tuple(judged),
        checklist=checks,
    )


Shares = dict[tuple[str, str], tuple[float | None, bool | None]]


def _shares(production: ProductionData, rubric: Rubric, quality: Sequence[Quality]) -> Shares:
    """Return by judge and dimension the judge's own share of the week's traffic, and whether the estimate excludes it.

    The share is compared with the estimate from people alone, because an estimate that uses the judge depends on it.
    """
    found: Shares = {}
    for judge in production.judges:
        for q in quality:
            known = quality_of(production, rubric[q.dimension], q.positive, judge)
            ci = known.people.ci
            outside = None if known.judge_alone is None or ci is None else not ci[0] <= known.judge_alone <= ci[1]
            found[judge, q.dimension] = known.judge_alone, outside
    return found


def _agreement(
    ratings: Mapping[str, Ratings], rubric: Rubric, thresholds: Thresholds, bootstrap: int
) -> list[Agreement]:
    names = [d.name for d in rubric.dimensions if d.scale.kind != "set" and len(ratings.get(d.name, ()))]
    reports = {name: agreement_report(ratings[name], bootstrap=bootstrap) for name in names}
    return agreements(rubric, ratings, reports, thresholds)


def _judges(
    store: Store,
    window: Sequence[str],
    *,
    viewer: str | None,
    ratings: Mapping[str, Ratings],
    thresholds: Thresholds,
    bootstrap: int,
    shares: Shares,
) -> list[JudgeFigures]:
    people = evidence.settled_weeks(store, window, viewer=viewer)
    return [
        _figures(found, thresholds, shares)
        for judge in judges(store, window)
        for pairs in [evidence.paired_labels(store, window, judge, viewer=viewer, people=people)]
        for found in judge_evidence(pairs, ratings, epsilon=thresholds.epsilon, bootstrap=bootstrap)
    ]


def _figures(found: Evidence, thresholds: Thresholds, shares: Shares) -> JudgeFigures:
    alone, outside = shares.get((found.name, found.dimension), (None, None))
    return JudgeFigures(
        name=found.label,
        title=found.title,
        positive=found.positive,
        precision=found.precision,
        recall=found.recall,
        n=found.n,
        alone=alone,
        outside=outside,
        verdict=judge_verdict(found, thresholds),
    )
