"""Whose field an item is: people review what their fields name, and those without fields review everything.

The fields of a person are the scope of their role, such as "billing, returns". The field of an item is the scenario of
its conversation.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from review.audit import chain
from review.basics.clock import new_id, now
from review.people.people import people
from review.week.barred import barred_by_item
from review.week.sides import sides_after
from storage.queries.assignments import dealt_per_rater
from storage.queries.items import scenario_of_each
from storage.records_weeks import Assignment, Week
from storage.store import Store

NOT_MY_FIELD = "Outside my field"
"""The reason of a skip that hands the item on."""


def fields_of(scope: str) -> frozenset[str]:
    """Return the fields that a scope names, by comma, in lower case. Pure."""
    return frozenset(part.strip().casefold() for part in scope.split(",") if part.strip())


def in_field(scope: str, scenario: str) -> bool:
    """Return whether somebody with this scope reviews a scenario. Pure."""
    fields = fields_of(scope)
    return not fields or scenario.strip().casefold() in fields


def able_raters(
    scenarios: Mapping[str, str], scopes: Mapping[str, str], raters: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """Return by item those of ``raters`` whose field it is; all of them where it is nobody's. Pure.

    ``scenarios`` are by item, ``scopes`` by rater.
    """
    whole = tuple(raters)
    by_scenario = {
        scenario: tuple(r for r in raters if in_field(scopes.get(r, ""), scenario)) or whole
        for scenario in set(scenarios.values())
    }
    return {item: by_scenario[scenario] for item, scenario in scenarios.items()}


def able_for(store: Store, items: Collection[str], raters: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return by item those of ``raters`` whose field it is; see :func:`able_raters`."""
    scopes = {p.id: p.scope for p in people(store)}
    return able_raters(scenario_of_each(store, items), scopes, raters)


def hand_on(store: Store, week: Week, given: Assignment) -> str | None:
    """Deal an item that its holder skipped as outside their field to somebody whose field it is; return their id.

    Those who review this week come first, before them those whose scope names the field, and among equals the one who
    was dealt the fewest. None when nobody is left who has not had the item. Call it inside a transaction.
    """
    scenario = scenario_of_each(store, [given.item_id]).get(given.item_id, "")
    had = barred_by_item(store, week.name).get(given.item_id, set()) | {given.rater_id}
    dealt = dealt_per_rater(store, week.name)
    free = [
        p
        for p in people(store)
        if p.id not in had
        and p.may("annotator")
        and in_field(p.scope, scenario)
        and (p.id in week.raters or fields_of(p.scope))
    ]
    if not free:
        return None
    taker = min(free, key=lambda p: (p.id not in week.raters, not fields_of(p.scope), dealt.get(p.id, 0), p.id))
    new = Assignment(
        id=new_id(),
        item_id=given.item_id,
        rater_id=taker.id,
        week=week.name,
        position=dealt.get(taker.id, 0) + 1,
        rubric_version=given.rubric_version,
        at=now(),
        by=given.rater_id,
        sides=sides_after(store, given, taker.id),
    )
    store.add(new)
    chain.record(store, given.rater_id, "hand on", given.item_id, to=taker.id, assignment=new.id)
    return taker.id
