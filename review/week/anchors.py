"""Anchors: items with known answers, mixed in among those that are dealt.

They are golden examples that are old enough, in the reviewer's field, and new to the reviewer. Nothing that a reviewer
receives tells them apart, and their kind keeps them out of every figure of the week.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta

from review.audit import chain
from review.basics.clock import new_id, now
from review.rubric.rubric import Rubric
from review.settings.anchors import Anchors
from review.week.fields import able_for
from storage.queries.anchors import ANCHOR, examples_to_ask, who_knows
from storage.records_calibration import Anchor
from storage.records_golden import GoldenExample
from storage.records_weeks import Assignment, Item, Week
from storage.store import Store


def deal_anchors(
    store: Store, week: Week, dealt: Sequence[Assignment], *, settings: Anchors, rubric: Rubric, by: str
) -> int:
    """Deal anchors to those who were just dealt items, and return how many. Call it in the transaction of the deal."""
    if not settings.rate or not dealt:
        return 0
    before = (datetime.now(UTC) - timedelta(weeks=settings.after_weeks)).isoformat(timespec="milliseconds")
    examples = [e for e in examples_to_ask(store, before) if is_readable(e, rubric)]
    originals = [e.item_id for e in examples]
    positions: dict[str, list[int]] = {}
    for a in dealt:
        positions.setdefault(a.rater_id, []).append(a.position)
    counts = {rater: len(places) for rater, places in positions.items()}
    able, known = able_for(store, originals, tuple(counts)), who_knows(store, originals)
    barred = {i: {*known.get(i, ()), *(set(counts) - set(able.get(i, counts)))} for i in originals}
    chosen = choose(examples, counts, barred, rate=settings.rate, seed=week.seed)
    items = _items(store, week, {e.example_id: e for own in chosen.values() for e in own})
    anchors = [
        Anchor(item_id=i.id, example_id=e.example_id, original=e.item_id, week=week.name, at=i.at, by=by)
        for e, i in items.values()
    ]
    assignments = [
        Assignment(
            id=new_id(),
            item_id=items[e.example_id][1].id,
            rater_id=rater,
            week=week.name,
            position=_among(positions[rater], week.seed, rater, e.example_id),
            rubric_version=rubric.version,
            at=now(),
            by=by,
        )
        for rater, own in chosen.items()
        for e in own
    ]
    if assignments:
        store.add(*(i for _, i in items.values()), *anchors, *assignments)
        chain.record(store, by, "anchors", week.name, assignments=len(assignments))
    return len(assignments)


def is_readable(example: GoldenExample, rubric: Rubric) -> bool:
    """Return whether a rubric still has every value of an example, so that a reviewer can give its labels. Pure."""
    given = {name: [value] if isinstance(value, str) else value for name, value in example.labels.items()}
    known = [name for name in given if name in rubric.names and rubric[name].scale.values]
    return bool(known) and all(set(given[name]) <= set(rubric[name].scale.values) for name in known)


def choose(
    examples: Sequence[GoldenExample],
    counts: Mapping[str, int],
    barred: Mapping[str, AbstractSet[str]],
    *,
    rate: float,
    seed: str,
) -> dict[str, list[GoldenExample]]:
    """Choose each reviewer's anchors: ``rate`` of their number of items, from examples that they may get. Pure.

    ``barred`` names by item those who know it or whose field it is not.
    """
    chosen = {}
    for rater, n in counts.items():
        share = rate * n
        wanted = int(share) + (_unit(seed, "anchors", rater) < share - int(share))
        fresh = [e for e in examples if rater not in barred.get(e.item_id, ())]
        chosen[rater] = sorted(fresh, key=lambda e: _key(seed, "anchor", rater, e.example_id))[:wanted]
    return chosen


def _items(store: Store, week: Week, examples: Mapping[str, GoldenExample]) -> dict[str, tuple[GoldenExample, Item]]:
    """Return a new item for each example, which shows what the original showed."""
    originals = {i.id: i for i in store.find(Item, id=[e.item_id for e in examples.values()])}
    return {
        name: (
            e,
            Item(
                id=new_id(),
                conversation_id=e.conversation_id,
                week=week.name,
                at=now(),
                purposive=True,
                target_turn=originals[e.item_id].target_turn,
                kind=ANCHOR,
            ),
        )
        for name, e in examples.items()
    }


def _among(places: Sequence[int], seed: str, rater: str, example: str) -> int:
    """Return a place among those of the items of a reviewer, by a key."""
    return places[int(_key(seed, "place", rater, example)[:8], 16) % len(places)]


def _unit(*parts: str) -> float:
    return int(_key(*parts)[:8], 16) / 2**32


def _key(*parts: str) -> str:
    return hashlib.md5(":".join(parts).encode(), usedforsecurity=False).hexdigest()
