"""Gather the report of a week from the store: one function per part of the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from review.annotating.anchoring import anchoring
from review.audit import chain
from review.basics.clock import now
from review.closing.checklist_shown import shown_checklist
from review.current.assignments import closing_of, owed_items, week_of_store
from review.current.known import items_of
from review.current.progress import progress
from review.current.rubric_in_use import left_out
from review.current.settled import settled_labels
from review.current.verdicts import judges
from review.evidence import evidence
from review.evidence.production import Wanted, production_reports, quality_of
from review.evidence.production_data import ProductionData, production_data
from review.evidence.weekly_change import weekly_changes
from review.golden.examples import current_examples
from review.people.people import people
from review.report.model import Agreement, Golden, JudgeFigures, Quality, SampleGroup, Settlement, WeekReport
from review.report.reasons import frequent_reasons
from review.rubric.rubric import Rubric
from review.settling.adjudication import cases
from review.statistics.agreement.report import agreement_report
from review.statistics.calibration.report import calibration_report
from review.statistics.quality.change import SPAN
from storage.proof import GENESIS
from storage.records_review import Item
from storage.store import Store

NO_REASON = "no reason named"


def week_report(store: Store, week: str, *, viewer: str | None = None, bootstrap: int = 1000) -> WeekReport:
    """Return the current report of a week. Raises UnknownError for a week that is not in the store.

    With ``viewer``, items that this person still has to review appear only in counts and estimates. Quality covers the
    week alone; agreement and judges cover the last four weeks under its rubric version.
    """
    opened = week_of_store(store, week)
    rubric = evidence.latest_used_rubric(store, [week])
    window = evidence.weeks_up_to(store, week)
    items = items_of(store, week)
    owed = owed_items(store, viewer) & {i.id for i in items} if viewer else set()
    production = production_data(store, [week])
    quality = week_quality(store, week, production)
    last = chain.head(store)
    return WeekReport(
        week=opened,
        closing=closing_of(store, week),
        generated_at=now(),
        items=len(items),
        overlap_items=sum(i.overlap for i in items),
        window=window,
        quality=quality,
        agreement=_agreement(store, window, rubric, viewer, bootstrap),
        judges=_judges(
            store,
            window,
            rubric=rubric,
            viewer=viewer,
            bootstrap=bootstrap,
            shares=_shares(production, rubric, quality),
        ),
        people=tuple(p for p in progress(store, week) if p.dealt),
        rubric_version=rubric.version,
        left_out=left_out(store, window),
        names={p.id: p.name for p in people(store)},
        groups=_groups(store, week, items, rubric),
        reasons=frequent_reasons(store, week, rubric, without=owed),
        settlement=_settlement(store, week),
        golden=_golden(store, {i.id for i in items}),
        checklist=tuple(shown_checklist(store, week)),
        anchoring=anchoring(store, [week]),
        withheld=len(owed),
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
    store: Store, window: Sequence[str], rubric: Rubric, viewer: str | None, bootstrap: int
) -> tuple[Agreement, ...]:
    """Return agreement by dimension, without sets: their agreement is per value and is on the agreement page."""
    found = evidence.ratings_by_dimension(store, window, viewer=viewer)
    return tuple(
        Agreement(d.title, agreement_report(found[d.name], bootstrap=bootstrap))
        for d in rubric.dimensions
        if d.scale.kind != "set" and len(found.get(d.name, ()))
    )


def _judges(
    store: Store, window: Sequence[str], *, rubric: Rubric, viewer: str | None, bootstrap: int, shares: Shares
) -> tuple[JudgeFigures, ...]:
    found = []
    people = evidence.settled_weeks(store, window, viewer=viewer)
    for judge in judges(store, window):
        for name, pair in evidence.paired_labels(store, window, judge, viewer=viewer, people=people).items():
            positive = pair.dimension.positive
            if positive is None:
                continue
            report = calibration_report(pair.data, positive=positive, bootstrap=bootstrap)
            precision, recall = report.weighted["precision"], report.weighted["recall"]
            alone, outside = shares.get((judge, name), (None, None))
            shown = judge if pair.half == "all" else f"{judge} ({pair.half} half)"
            found.append(
                JudgeFigures(
                    name=shown,
                    title=rubric[name].title,
                    positive=positive,
                    precision=precision,
                    recall=recall,
                    n=report.n,
                    alone=alone,
                    outside=outside,
                )
            )
    return tuple(found)


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
