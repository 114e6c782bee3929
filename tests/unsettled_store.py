"""A store whose week has ties, an open majority, skipped and unanswered items, built from its records."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from review.people.people import add_person
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import rubric_from, save_rubric
from storage.opening import open_store
from storage.records_log import Conversation, Draw, Message, Stratum
from storage.records_review import Annotation, Skip
from storage.records_weeks import Assignment, Item, Week
from storage.store import Store

AT = "2026-11-16T10:00:00+00:00"
THIS, BEFORE = "2026-W47", "2026-W46"
SPLIT, TIED_ELSEWHERE = ("wrong", "correct"), ("partly", "correct")


def labels(value: str) -> dict[str, Any]:
    reasons = {} if value == "correct" else {"reasons": ["incomplete"]}
    return {"correctness": value, "intent": "other", "politeness": "neutral", **reasons}


def add_week(
    store: Store,
    week: str,
    votes: Sequence[tuple[str, ...]],
    *,
    frame: dict[str, Any] | None = None,
    again: str | None = None,
) -> None:
    """Open a week of one group of 400 conversations, an item for each tuple of votes by ana, ben and so on.

    With ``again``, the items are those conversations of an earlier week.
    """
    raters = ("ana", "ben", "cleo")
    store.add(
        Week(
            name=week,
            opened_at=AT,
            opened_by="lea",
            due="2026-11-27",
            seed=week,
            unit="session",
            overlap=1.0,
            overlap_raters=2,
            raters=raters,
            rubric_version=1,
        ),
        Draw(
            id=f"d-{week}", week=week, at=AT, by="lea", source="log", seed=week, key_rule="key", rate=0.1,
            frame=frame or {}, digest="1",
        ),
        Stratum(
            id=f"s-{week}", draw_id=f"d-{week}", week=week, name="rest", population=400, sampled=len(votes),
            probability=0.1,
        ),
    )  # fmt: skip
    for k, given in enumerate(votes):
        name = f"{week}-{k:02}"
        words: tuple[Message, ...] = ({"role": "user", "content": "q"}, {"role": "assistant", "content": "a"})
        conversation = f"{again or week}-{k:02}"
        if again is None:
            store.add(
                Conversation(id=name, source="production", source_id=name, created_at=AT, week=week, messages=words)
            )
        store.add(
            Item(
                id=name, conversation_id=conversation, week=week, at=AT, draw_id=f"d-{week}", stratum="rest",
                overlap=len(given) > 1,
            ),
        )  # fmt: skip
        for rater, value in zip(raters, given, strict=False):
            deal(store, week, name, rater, k)
            store.add(
                Annotation(
                    submission_id=f"n-{name}-{rater}", assignment_id=f"a-{name}-{rater}", item_id=name, rater_id=rater,
                    rubric_version=1, labels=labels(value), at=AT,
                )
            )  # fmt: skip


def deal(store: Store, week: str, item: str, rater: str, position: int) -> None:
    store.add(
        Assignment(
            id=f"a-{item}-{rater}", item_id=item, rater_id=rater, week=week, position=position, rubric_version=1,
            at=AT, by="lea",
        )
    )  # fmt: skip


def people_only(path: Path) -> Store:
    """Return a store with people and the default rubric."""
    made = open_store(path)
    for name, role in (("lea", "lead"), ("ana", "annotator"), ("ben", "annotator"), ("cleo", "annotator")):
        add_person(made, name, role=role, by="test")
    add_person(made, "mia", role="adjudicator", by="test")
    save_rubric(made, rubric_from(DEFAULT_RUBRIC), by="lea")
    return made


def add_split_week(store: Store) -> Store:
    """40 items: 2 wrong, 24 correct, 8 tied on wrong, 1 tied elsewhere, 1 open majority, 2 skipped, 2 not answered."""
    agreed: list[tuple[str, ...]] = [("wrong", "wrong")] * 2
    agreed += [("correct", "correct")] * 24
    votes = [*agreed, *[SPLIT] * 8, TIED_ELSEWHERE, ("wrong", "correct", "correct"), (), (), (), ()]
    add_week(store, THIS, votes)
    for k in (36, 37):
        name = f"{THIS}-{k}"
        deal(store, THIS, name, "ana", k)
        store.add(
            Skip(
                submission_id=f"k-{name}", assignment_id=f"a-{name}-ana", item_id=name, rater_id="ana", at=AT,
                reason="unclear",
            )
        )  # fmt: skip
    return store
