"""Reading the latest weeks of a big store when the server starts, so that the first visitor does not wait for it."""

from __future__ import annotations

from review.basics.measured import set_level
from review.current.assignments import closing_of
from review.current.known import items_of
from review.current.settled import settled_labels
from review.current.verdicts import verdicts_of, versions_with_verdicts
from review.evidence.chosen_weeks import weeks_up_to
from storage.queries.items import items_among
from storage.queries.weeks import weeks_in_use
from storage.store import Store

BIG = 2_000
"""So many items in the weeks behind one page, and they are read ahead; fewer take a moment."""
NOBODY = ""
"""A viewer without assignments: a lead who does not review sees the same."""
SHOWN = 12
"""The weeks that a change over eight weeks rests on, with the four before them."""
LOOKED_BACK = 64
"""The weeks whose quality is read ahead: a year, and what the change in its first week rests on."""


def read_ahead(store: Store) -> list[str]:
    """Read what the pages on the newest week and on the newest closed one rest on; return those of them that are big.

    What is read is remembered, as if a visitor had asked for it. After them comes the quality of older weeks, which
    takes longest when somebody opens one. Of a small store nothing is read.
    """
    names = [week.name for week in weeks_in_use(store)]
    closed = [name for name in names if closing_of(store, name)]
    found = [week for week in dict.fromkeys((*names[-1:], *closed[-1:])) if _read(store, names, week)]
    if found:
        _read_older(store, names[-LOOKED_BACK:])
    return found


def _read_older(store: Store, names: list[str]) -> None:
    """Read the quality of weeks with its change, and the changes of mind in them, the newest first."""
    from review.annotating.anchoring import anchoring
    from review.report.quality import known_quality

    for left, name in zip(range(len(names), 0, -1), reversed(names), strict=True):
        set_level("read_ahead_left", left)
        known_quality(store, name)
        anchoring(store, [name])
    set_level("read_ahead_left", 0)


def _read(store: Store, names: list[str], week: str) -> bool:
    if items_among(store, [name for name in names if name <= week][-SHOWN:]) < BIG:
        return False
    # These load numpy and scipy, which a server of a small store may never need.
    from review.evidence import evidence, gathered
    from review.evidence.production_data import production_data
    from review.evidence.weekly_change import weeks_before
    from review.report.quality import known_quality
    from review.settling.adjudication import cases
    from review.settling.case_batch import ranking

    production_data(store, (*weeks_before(store, week, SHOWN - 1), week))
    recent = weeks_up_to(store, week)
    settled_labels(store, recent)
    evidence.clusters_of(store, recent)
    for name in recent:
        items_of(store, name)
    for judge in versions_with_verdicts(store, recent):
        verdicts_of(store, recent, judge)
    # The figures of the answers on Week, and the order on Adjudicate, for somebody who owes no item.
    gathered.ratings(store, NOBODY, recent)
    for judge in versions_with_verdicts(store, recent):
        gathered.pairs(store, NOBODY, recent, judge)
    known_quality(store, week)
    ranking(store, week)
    cases(store, week, viewer=NOBODY)
    return True
