"""Pairs of answers in a store with an open week, for tests of the desk and the pages, and for looking at them."""

from __future__ import annotations

from annotate_app import WEEK

from review.settings.project import project_of
from review.sources.pairs import NewPair
from review.week.pairs import add_pairs
from storage.records_weeks import Assignment
from storage.store import Store

LONG = " ".join(["Parcels take two to four days, and a delay is announced by e-mail."] * 4)


def new_pair(k: int, a: str = "model-x", b: str = "model-y") -> NewPair:
    """The k-th pair: the answer of ``a`` begins with "Seven", that of ``b`` with "Eight"."""
    return NewPair(
        question=[
            {"role": "user", "content": f"Good morning, this is request {k}."},
            {"role": "assistant", "content": "Good morning. What can I do for you?"},
            {"role": "user", "content": f"How many days does order {k} take? Reach me at jane.doe@example.com."},
        ],
        answer_a=[{"role": "assistant", "content": f"Seven days for order {k}. {LONG if k % 3 == 0 else ''}"}],
        answer_b=[{"role": "assistant", "content": f"Eight days for order {k}.\n```\nETA: 8 d\n```\nSorry!"}],
        name_a=a,
        name_b=b,
        origin="arena.jsonl",
        source_id=f"q{k}",
    )


def with_pairs(store: Store, count: int, *, each: int = 2) -> list[Assignment]:
    """Add pairs to the open week and return their assignments."""
    add_pairs(store, project_of(store.path), [new_pair(k) for k in range(count)], WEEK, by="lea", each=each)
    return [a for a in store.find(Assignment) if a.sides]


def side_of(assignment: Assignment, answer: str) -> str:
    """The side on which the holder of an assignment sees an answer."""
    return ("left", "right")[(assignment.sides or "").index(answer)]
