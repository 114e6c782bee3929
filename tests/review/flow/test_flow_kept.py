"""Figures that are kept while a week stays as it is equal those computed anew, whatever has happened in the week."""

from __future__ import annotations

from collections.abc import Callable

from flow_store import BAD, GOOD, WEEK, assignments, send, vote

from review.basics.clock import new_id
from review.basics.remembered import forget_everything
from review.evidence import gathered
from review.privacy.hidden_spans import hide_span
from review.report.quality import known_quality
from review.settling.adjudication import adjudicate, cases
from review.settling.case_batch import ranking
from storage.records_weeks import Item
from storage.store import Store

WEEKS = (WEEK,)
NOBODY = ""
KEPT: dict[str, Callable[[Store], object]] = {
    "cases": lambda store: cases(store, WEEK, viewer=NOBODY),
    "cases of an adjudicator": lambda store: cases(store, WEEK, viewer="eva"),
    "ranking": lambda store: ranking(store, WEEK),
    "ratings": lambda store: {name: one.counts().tolist() for name, one in _ratings(store).items()},
    "pairs": lambda store: {name: (pair.settled, pair.verdicts) for name, pair in _pairs(store).items()},
    "quality": lambda store: repr(known_quality(store, WEEK)),
}


def _ratings(store: Store) -> dict[str, object]:
    return dict(gathered.ratings(store, NOBODY, WEEKS))


def _pairs(store: Store) -> dict[str, object]:
    return dict(gathered.pairs(store, NOBODY, WEEKS, "JUDGE-MARK"))


def kept(store: Store) -> dict[str, object]:
    return {name: figure(store) for name, figure in KEPT.items()}


def test_kept_figures_follow_everything_that_happens_in_a_week(opened: Store, few_replicates: None) -> None:
    shared = next(a for a in assignments(opened, "ana") if a.item_id in {b.item_id for b in assignments(opened, "ben")})
    item = opened.get(Item, shared.item_id)
    assert item is not None
    first = vote(opened, item.id, "ana", BAD, comment="It arrives on Friday, says the shop.")
    happened: list[tuple[Callable[[], object], set[str]]] = [
        (lambda: vote(opened, item.id, "ben", GOOD), set(KEPT) - {"cases of an adjudicator"}),
        (lambda: hide_span(opened, item.conversation_id, "arrives on Friday", by="lea"), {"cases"}),
        (lambda: _settle(opened, item.id), {"cases", "pairs"}),
        (lambda: vote(opened, item.id, "ben", BAD), {"cases", "ranking", "ratings"}),
        (lambda: send(opened, "ana", _undo(first)), {"cases", "ratings"}),
    ]
    before = kept(opened)
    for happens, changed in happened:
        happens()
        now = kept(opened)
        forget_everything()
        assert now == kept(opened)
        assert {name for name in KEPT if now[name] != before[name]} >= changed
        before = now


def _settle(store: Store, item: str) -> None:
    adjudicate(store, item, by="lea", labels=GOOD, reason="slip")


def _undo(submission: str) -> dict[str, str]:
    return {"kind": "withdraw", "submission_id": new_id(), "withdraws": submission}
