"""Gather what stands beside a week's drawn items."""

from __future__ import annotations

from review.annotating.anchor_figures import accuracy_of_week
from review.current.assignments import closing_of
from review.evidence.pair_votes import pair_votes
from review.report.beside import NO_VOTE, WITHHELD, Beside, WeekPairs
from review.report.since import span_of
from review.report.versions_gathered import versions_in
from review.rubric.rubric import Rubric
from review.statistics.preference.report import pair_report
from storage.queries.calibration import calibrated
from storage.queries.pairs import pairs_of_weeks, votes_of_week
from storage.records_weeks import Week
from storage.store import Store


def beside(store: Store, week: Week, *, rubric: Rubric, viewer: str | None, bootstrap: int) -> Beside:
    """Return pairs, known answers, calibration sessions and versions of a week as ``viewer`` may see them."""
    titles = {d.name: d.title for d in rubric.dimensions}
    known = accuracy_of_week(store, week.name) if closing_of(store, week.name) else {}
    span = span_of(store, week)
    return Beside(
        pairs=_pairs(store, week.name, viewer, bootstrap),
        known={titles.get(name, name): share for name, share in known.items()},
        calibrated=calibrated(store, week.name),
        versions=versions_in(store, span.since, span.until),
    )


def _pairs(store: Store, week: str, viewer: str | None, bootstrap: int) -> WeekPairs | None:
    count = len(pairs_of_weeks(store, [week]))
    if not count:
        return None
    votes = pair_votes(store, [week], viewer=viewer)
    if votes:
        return WeekPairs(count, pair_report(votes, bootstrap=bootstrap))
    return WeekPairs(count, None, WITHHELD if votes_of_week(store, week) else NO_VOTE)
