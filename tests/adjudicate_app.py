"""A store in which people have voted, for tests of adjudicating: ten disagreements, two unanimous items, two single."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from annotate_app import AT, THREE, build_store

from storage.records_people import Rater, Role
from storage.records_review import Annotation
from storage.store import Store

RIGHT = {"correctness": "correct", "usefulness": "great", "politeness": "friendly"}
WRONG = {**RIGHT, "correctness": "wrong"}
DISPUTED = tuple(f"item-{k:04d}" for k in range(10))
UNANIMOUS = ("item-0010", "item-0011")
SINGLE = ("item-0012", "item-0013")
OWED = "item-0014"
"""Noa is dealt everything and has reviewed nothing, so she owes every item; the others owe none but this one."""

COMMENT = "The parcel was sent on Tuesday, ask jo@example.org."
CORRECTED = "Thank you. Order 47000 was sent on Tuesday."


MORE = ("pia", "rob", "sam")
"""People who are dealt everything in the browser tests, and have voted on nothing."""


def build_voted_store(path: Path, more: tuple[str, ...] = ()) -> Store:
    """Fifteen items of which fourteen have votes by Zelda and Quentin; Mia and Olaf may adjudicate, Noa too."""
    store = build_store(path, items=15, raters=("zelda", "quentin", "noa", *more), rubric=THREE)
    with store.transaction():
        for name in ("mia", "olaf"):
            store.add(Rater(id=name, name=name.capitalize(), created_at=AT, created_by="lea"))
        for name in ("mia", "olaf", "noa"):
            store.add(Role(id=f"adjudicates-{name}", rater_id=name, role="adjudicator", at=AT, by="lea"))
        for item in (*DISPUTED, *UNANIMOUS, *SINGLE):
            words = {"comment": COMMENT, "corrected_answer": CORRECTED} if item == DISPUTED[0] else {}
            store.add(vote(item, "zelda", WRONG if item in DISPUTED else RIGHT, **words))
            if item not in SINGLE:
                store.add(vote(item, "quentin", RIGHT))
    return store


def vote(item: str, rater: str, labels: dict[str, Any], *, comment: str = "", corrected_answer: str = "") -> Annotation:
    """One submission, with a name that does not tell whose it is."""
    number = item.removeprefix("item-")
    name = f"{('zelda', 'quentin', 'noa', *MORE).index(rater)}{number}-ballot"
    return Annotation(
        submission_id=name,
        assignment_id=f"{rater}-{number}",
        item_id=item,
        rater_id=rater,
        rubric_version=1,
        labels=labels,
        at=AT,
        comment=comment,
        corrected_answer=corrected_answer,
    )
