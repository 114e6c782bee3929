"""Gather the report of a week from the store: one function per part of the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from review.annotating.anchoring import anchoring
from review.audit import chain
from review.basics.clock import now
from review.current.assignments import closing_of, items_to_review, owed_items, week_of_store
from review.current.known import items_of
from review.current.progress import progress
from review.current.rubric_in_use import left_out
from review.current.settled import settled_labels
from review.evidence import evidence
from review.evidence.chosen_weeks import weeks_up_to
from review.golden.examples import current_examples
from review.people.people import people
from review.report.beside_gathered import beside
from review.report.four_answers import four_answers
from review.report.model import Golden, SampleGroup, Settlement, WeekReport
from review.report.reasons import frequent_reasons
from review.report.since import since_last_report
from review.rubric.rubric import Rubric
from review.settling.adjudication import cases
from review.statistics.answers.next_steps import FailedStep
from review.week.due_days import is_past_due
from storage.proof import GENESIS
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
    window = weeks_up_to(store, week)
    items = items_of(store, week)
    of_week = {i.id for i in items}
    all_owed = owed_items(store, viewer) if viewer else set()
    owed = all_owed & of_week
    said = four_answers(store, week, window=window, rubric=rubric, viewer=viewer, failed=failed, bootstrap=bootstrap)
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
        answers=said.answers,
        quality=said.quality,
        agreement=said.agreement,
        judges=said.judges,
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
        checklist=said.checklist,
        anchoring=anchoring(store, [week]),
        withheld=len(items_to_review(store, viewer) & of_week) if viewer else 0,
        head=last.sequence if last else 0,
        head_hash=last.hash if last else GENESIS,
        broken_at=chain.verify(store)[1],
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
