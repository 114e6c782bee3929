"""Gather the report of a week from the store: one function per part of the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from review.annotating.anchoring import anchoring
from review.audit import chain
from review.basics.clock import now
from review.basics.labels import Ratings
from review.basics.remembered import Remembered
from review.closing.checklist_shown import shown_checklist
from review.closing.doing import doing
from review.current.assignments import closing_of, items_to_review, owed_items, week_of_store
from review.current.counting import state_of_weeks
from review.current.known import items_of
from review.current.progress import progress
from review.current.rubric_in_use import left_out
from review.current.settled import settled_labels
from review.current.verdicts import judges
from review.evidence import evidence
from review.evidence.judge_evidence import judge_evidence
from review.evidence.production import Wanted, production_reports, quality_of
from review.evidence.production_data import ProductionData, production_data
from review.evidence.weekly_change import weekly_changes, weeks_before
from review.golden.examples import current_examples
from review.people.people import people
from review.report.answers import (
    agreement_answer,
    agreements,
    differing,
    judges_answer,
    labels_wanted,
    production_answer,
    ties_that_decide,
)
from review.report.beside_gathered import beside
from review.report.model import Agreement, Golden, JudgeFigures, Quality, SampleGroup, Settlement, WeekReport
from review.report.reasons import frequent_reasons
from review.report.since import since_last_report
from review.rubric.rubric import Rubric
from review.settings.project import project_of
from review.settling.adjudication import cases
from review.statistics.agreement.report import agreement_report
from review.statistics.answers.judges import Evidence, judge_verdict
from review.statistics.answers.next_steps import FailedStep, next_steps
from review.statistics.answers.thresholds import Thresholds
from review.statistics.quality.change import SPAN
from review.week.due_days import is_past_due
from storage.proof import GENESIS
from storage.queries.states import WeekState
from storage.records_weeks import Item
from storage.store import Store

NO_REASON = "no reason named"


def week_report(
    store: Store,
    week: str,
    *,
    viewer: str | None = None,
    failed: Sequence[FailedStep] = (),
    bootstrap: int = 1000,
) -> WeekReport:
    """Return the current report of a week. Raises UnknownError for a week that is not in the store.

    With ``viewer``, items that this person still has to review appear only in counts and estimates. Quality covers the
    week alone; agreement and judges cover the last four weeks under its rubric version. ``failed`` are the nightly
    steps that failed last.
    """
    opened = week_of_store(store, week)
    rubric = evidence.latest_used_rubric(store, [week])
    window = evidence.weeks_up_to(store, week)
    items = items_of(store, week)
    of_week = {i.id for i in items}
    all_owed = owed_items(store, viewer) if viewer else set()
    owed = all_owed & of_week
    production = production_data(store, [week])
    quality = week_quality(store, week, production)
    thresholds = project_of(store.path).answers
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
        readings=differing(agreed),
        failed=failed,
    )
    last = chain.head(store)
    names = {p.id: p.name for p in people(store)}
    return WeekReport(
        week=opened,
        closing=closing_of(store, week),
        generated_at=now(),
        past_due=is_past_due(store, opened),
        items=len(items),
        overlap_items=sum(i.overlap for i in items),
        window=window,
        answers=(
            production_answer(quality, thresholds),
            agreement_answer(agreed, thresholds),
            judges_answer(judged),
            next_steps(open_),
        ),
        quality=quality,
        agreement=tuple(agreed),
        judges=tuple(judged),
        people=tuple(p for p in progress(store, week) if p.dealt),
        rubric_version=rubric.version,
        left_out=left_out(store, window),
        names=names,
        groups=_groups(store, week, items, rubric),
        reasons=frequent_reasons(store, week, rubric, without=owed),
        settlement=_settlement(store, week),
        golden=_golden(store, of_week),
        since=since_last_report(store, opened, names=names, withheld=all_owed),
        beside=beside(store, opened, rubric=rubric, viewer=viewer, bootstrap=bootstrap),
        checklist=checks,
        anchoring=anchoring(store, [week]),
        withheld=len(items_to_review(store, viewer) & of_week) if viewer else 0,
        head=last.sequence if last else 0,
        head_hash=last.hash if last else GENESIS,
        broken_at=chain.verify(store)[1],
    )


def week_quality(store: Store, week: str, production: ProductionData, *, most: int = SPAN) -> tuple[Quality, ...]:
    """Return the estimates of a week for each positive value of its rubric, with the first judge of the frame.

    The change is that over at most ``most`` weeks; 2 is quick, and leaves out all but the week before.
    """
    rubric = evidence.latest_used_rubric(store, [week])
    judge = next(iter(production.judges), None)
    wanted = [Wanted(d, d.positive, judge) for d in rubric.dimensions if d.positive is not None]
    found = production_reports(store, [week], wanted, data=production)
    against = weekly_changes(store, week, found, wanted, most=most)
    return tuple(
        Quality(
            title=w.dimension.title,
            dimension=w.dimension.name,
            positive=w.positive,
            judge=judge,
            report=report,
            change=change,
        )
        for w, report, change in zip(wanted, found, against, strict=True)
    )


def known_quality(store: Store, week: str) -> tuple[Quality, ...]:
    """Return the estimates of a week over up to eight weeks, computed once for all visitors while nothing changes."""
    key = (str(store.path), state_of_quality(store, week), week)
    return _QUALITY.get(key, lambda: week_quality(store, week, production_data(store, [week])))


_QUALITY: Remembered[tuple[Quality, ...]] = Remembered(128)


def state_of_quality(store: Store, week: str) -> WeekState:
    """Return a state that changes with all that the estimates of a week rest on.

    The estimate of the first of the eight weeks borrows strength from the weeks before it.
    """
    return state_of_weeks(store, (*weeks_before(store, week, SPAN - 1 + evidence.DEFAULT_WEEKS), week))


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


def _groups(store: Store, week: str, items: Sequence[Item], rubric: Rubric) -> tuple[SampleGroup, ...]:
    settled = settled_labels(store, [week], rubric=rubric.version)
    first = rubric.dimensions[0].name

    def labelled(members: Collection[str]) -> int:
        known = (settled.get((item, first)) for item in members)
        return sum(s is not None and s.value is not None for s in known)

    lines = [
        SampleGroup(line.name, line.population, line.sampled, line.probability, labelled(members))
        for line in evidence.ledger(store, [week]).values()
        for members in [[i.id for i in items if i.stratum == line.name]]
    ]
    picked = [i.id for i in items if i.purposive]
    return (*lines, *([SampleGroup("hand-picked", None, len(picked), None, labelled(picked))] if picked else []))


def _settlement(store: Store, week: str) -> Settlement:
    found = cases(store, week, viewer="")
    settled = [c for c in found if c.kind == "settled" and c.spread > 0]
    reasons = Counter((c.settled.reason if c.settled else "") or NO_REASON for c in settled)
    return Settlement(sum(c.kind == "disputed" for c in found), len(settled), dict(reasons.most_common()))


def _golden(store: Store, items: Collection[str]) -> Golden:
    found = [e for e in current_examples(store) if e.item_id in items]
    kinds = Counter(e.kind for e in found)
    return Golden(len(found), dict(kinds.most_common()), sum(e.must_pass for e in found))
