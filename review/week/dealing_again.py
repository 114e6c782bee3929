"""Deal again the items that nobody holds and nobody has reviewed, so that the week can still finish them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from review.audit import chain
from review.basics.clock import new_id, now
from review.basics.errors import InputError, NothingToDo
from review.basics.words import counted
from review.people.people import require
from review.week.dealing import Deal, deal, takers_of, week_to_deal
from review.week.fields import able_for
from review.week.sides import sides_for
from storage.queries.assignments import dealt_per_rater, raters_by_item
from storage.queries.dealing import items_held_by_nobody, latest_versions_dealt
from storage.queries.pairs import reviewers_of_pairs
from storage.records_weeks import Assignment, Item
from storage.store import Store


def deal_again(store: Store, week: str, *, to: Sequence[str], by: str, reason: str = "") -> int:
    """Deal the items that nobody holds, at the end of each person's order; return how many items were dealt.

    An item for several reviewers goes to as many of these people again. Nobody gets an item that they reviewed or
    skipped before. Raises Refused without the role lead and for a closed week, InputError when nobody is named,
    NothingToDo when every item is held or reviewed, or none of these people can get one.
    """
    require(store, by, "lead")
    takers = takers_of(store, to)
    if not takers:
        raise InputError("Choose at least one person to review these items.")
    with store.transaction():
        opened = week_to_deal(store, week)
        items = items_held_by_nobody(store, week)
        if not items:
            raise NothingToDo(f"Every item of {week} is reviewed or held by somebody. There is nothing to deal again.")
        ids = [t.id for t in takers]
        able = able_for(store, [i.id for i in items], ids)
        each = dict.fromkeys((i.id for i in items), opened.overlap_raters)
        each |= reviewers_of_pairs(store, list(each))
        before, held = raters_by_item(store, week), dealt_per_rater(store, week)
        deals = _deals(items, able, before, held, each, seed=opened.seed, takers=ids)
        if not deals:
            names = ", ".join(t.name for t in takers)
            raise NothingToDo(
                f"{names} already reviewed or skipped all of the {counted(len(items), 'item')}. Choose other people."
            )
        versions, kinds = latest_versions_dealt(store, week), {i.id: i.kind for i in items}
        store.add(
            *(
                Assignment(
                    id=new_id(),
                    item_id=d.item_id,
                    rater_id=d.rater_id,
                    week=week,
                    position=d.position,
                    rubric_version=versions[d.item_id],
                    at=now(),
                    by=by,
                    sides=sides_for(store, kinds[d.item_id], d.item_id, d.rater_id),
                )
                for d in deals
            )
        )
        dealt = len({d.item_id for d in deals})
        details = {"to": [t.id for t in takers], "items": dealt, "assignments": len(deals)}
        chain.record(store, by, "deal again", week, **details, reason=reason.strip())
    return dealt


def _deals(
    items: Sequence[Item],
    able: Mapping[str, Sequence[str]],
    before: Mapping[str, Collection[str]],
    held: Mapping[str, int],
    each: Mapping[str, int],
    *,
    seed: str,
    takers: Sequence[str],
) -> list[Deal]:
    """Return who gets which item: evenly, counting earlier deals, and nobody who had it ``before``. Pure.

    Those whose field an item is (``able``) get it before the other ``takers``. ``each`` says by item how many people
    get it if it is for several, 0 for all of them.
    """
    by_free: dict[tuple[tuple[str, ...], int], list[tuple[str, bool]]] = {}
    for item in items:
        left = tuple(t for t in takers if t not in before.get(item.id, ()))
        free = tuple(t for t in left if t in able.get(item.id, left)) or left
        by_free.setdefault((free, each[item.id]), []).append((item.id, item.overlap))
    load = dict(held)
    deals: list[Deal] = []
    for (free, several), some in by_free.items():
        found = deal(some, free, seed=seed, overlap_raters=several, held=load) if free else []
        for one in found:
            load[one.rater_id] = max(load.get(one.rater_id, 0), one.position)
        deals += found
    return deals
