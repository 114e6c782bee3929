"""Which settled items may become golden examples, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from review.basics.labels import Value
from review.current.assignments import owed_items
from review.current.settled import RULES, Settled, settled_labels
from review.golden.examples import latest_versions
from review.privacy.hidden_spans import conversations
from storage.records_weeks import Item
from storage.store import Store

REASONS = {
    "adjudicated": "settled by adjudication",
    "unanimous": "{n} reviewers agree",
    "single": "one reviewer only",
}
"""By rule: why an item qualifies, in words."""


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A settled item that is not a golden example yet.

    ``rule`` is adjudicated, unanimous or single; ``votes`` is the largest number of votes in one dimension.
    """

    item_id: str
    conversation_id: str
    week: str
    question: str
    labels: Mapping[str, Value]
    rule: str
    votes: int
    reason: str
    scenario: str = ""


def candidates(store: Store, weeks: Sequence[str], *, viewer: str | None = None) -> list[Candidate]:
    """Return the settled items of some weeks that are no example yet: adjudicated first, then unanimous, then single.

    Disputed items are left out, and so are items with a retired example, which can be approved again one by one. With
    ``viewer`` the items that this person still owes are left out too: a candidate shows its labels.
    """
    golden = {e.item_id for e in latest_versions(store).values()}
    owed = owed_items(store, viewer) if viewer else set()
    by_item: dict[str, list[Settled]] = {}
    for (item, _), label in settled_labels(store, weeks).items():
        by_item.setdefault(item, []).append(label)
    rules = {i: item_rule(s) for i, s in by_item.items() if i not in golden and i not in owed}
    items = {i.id: i for i in store.find(Item, id=[i for i, rule in rules.items() if rule is not None])}
    shown = conversations(store, [i.conversation_id for i in items.values()])
    # An item whose labels were imported without its conversation has no question to ask a model.
    found = [
        _candidate(item, by_item[item.id], shown[item.conversation_id].question, shown[item.conversation_id].scenario)
        for item in items.values()
        if shown[item.conversation_id].question
    ]
    return sorted(found, key=lambda c: (RULES.index(c.rule), c.item_id))


class Narrowing(NamedTuple):
    """Which candidates somebody wants to see. An empty field leaves nothing out; ``labels`` are pairs as texts."""

    weeks: Sequence[str] = ()
    scenarios: Sequence[str] = ()
    rules: Sequence[str] = ()
    labels: Sequence[str] = ()


NO_SCENARIO = "none"
"""What stands in lists for a conversation without a scenario."""


def narrowed(found: Sequence[Candidate], wanted: Narrowing) -> list[Candidate]:
    """Return the candidates that fit every filter. Pure."""
    return [
        c
        for c in found
        if (not wanted.weeks or c.week in wanted.weeks)
        and (not wanted.scenarios or (c.scenario or NO_SCENARIO) in wanted.scenarios)
        and (not wanted.rules or c.rule in wanted.rules)
        and (not wanted.labels or not label_texts(c).isdisjoint(wanted.labels))
    ]


def label_texts(candidate: Candidate) -> set[str]:
    """Return the labels of a candidate as "dimension: value"; each value of a set stands alone. Pure."""
    return {
        f"{dimension}: {one}"
        for dimension, value in candidate.labels.items()
        for one in (value if isinstance(value, tuple) else (value,))
    }


def item_rule(labels: Sequence[Settled]) -> str | None:
    """Return how an item as a whole was settled, or None when it is disputed.

    An item is unanimous if several agree in one dimension. Another dimension, asked of some only, may have one vote.
    """
    if any(s.disputed for s in labels):
        return None
    if any(s.rule == "adjudicated" for s in labels):
        return "adjudicated"
    return "unanimous" if any(s.rule == "unanimous" for s in labels) else "single"


def _candidate(item: Item, labels: Sequence[Settled], question: str, scenario: str | None) -> Candidate:
    rule = item_rule(labels) or ""
    n = max((sum(s.votes.values()) for s in labels), default=0)
    final = {s.dimension: s.value for s in labels if s.value is not None}
    reason = REASONS[rule].format(n=n)
    return Candidate(
        item_id=item.id,
        conversation_id=item.conversation_id,
        week=item.week,
        question=question,
        labels=final,
        rule=rule,
        votes=n,
        reason=reason,
        scenario=scenario or "",
    )
