"""Dealing: everybody has the same amount, the same seed deals the same, and the order tells nothing."""

from collections import Counter

import pytest
from examples import examples
from flow_store import RATERS, WEEK, assignments, entry, open_of, send, take_role
from hypothesis import given
from hypothesis import strategies as st

from review.annotating.submissions import receive
from review.annotating.taken import taken_from
from review.basics.errors import InputError, NothingToDo, Refused, UnknownError
from review.closing.closing import checklist, close_week
from review.current.assignments import owed_items, week_of_store
from review.current.progress import progress
from review.rubric.rubric import rubric_from, save_rubric
from review.week.dealing import deal, redistribute, take_back
from review.week.dealing_again import deal_again
from review.week.requeue import requeue
from storage.queries.dealing import items_held_by_nobody
from storage.records_people import AuditEntry
from storage.records_review import Annotation, Skip
from storage.records_weeks import Assignment, Reassignment

ITEMS = st.lists(st.tuples(st.text(min_size=1, max_size=6), st.booleans()), unique_by=lambda pair: pair[0], max_size=60)
NAMES = st.lists(st.sampled_from(["ana", "ben", "eva", "jo", "zoë"]), min_size=1, max_size=5, unique=True)


@examples(60)
@given(items=ITEMS, raters=NAMES, several=st.integers(0, 6), seed=st.text(max_size=8))
def test_every_item_reaches_as_many_people_as_it_should_and_nobody_twice(items, raters, several, seed):
    deals = deal(items, raters, seed=seed, overlap_raters=several)
    wanted = min(several or len(raters), len(raters))
    for item, overlap in items:
        holders = [d.rater_id for d in deals if d.item_id == item]
        assert len(holders) == len(set(holders)) == (wanted if overlap else 1)
    loads = [sum(d.rater_id == r for d in deals) for r in raters]
    assert max(loads) - min(loads) <= 1
    for rater in raters:
        places = sorted(d.position for d in deals if d.rater_id == rater)
        assert places == list(range(1, len(places) + 1))


@examples(30)
@given(items=ITEMS, raters=NAMES, seed=st.text(max_size=8), data=st.data())
def test_the_order_in_which_items_arrive_does_not_matter(items, raters, seed, data):
    shuffled = data.draw(st.permutations(items))
    assert set(deal(items, raters, seed=seed)) == set(deal(shuffled, raters, seed=seed))


def test_another_seed_deals_differently():
    items = [(f"c{i}", False) for i in range(40)]
    assert set(deal(items, RATERS, seed="a")) != set(deal(items, RATERS, seed="b"))


@examples(30)
@given(items=ITEMS, held=st.dictionaries(st.sampled_from(["ana", "ben"]), st.integers(0, 30)))
def test_who_holds_more_already_gets_less_and_new_positions_come_after_the_old(items, held):
    items = [(name, False) for name, _ in items]
    deals = deal(items, ["ana", "ben"], seed="s", held=held)
    total = {r: held.get(r, 0) + sum(d.rater_id == r for d in deals) for r in ("ana", "ben")}
    gap = abs(held.get("ana", 0) - held.get("ben", 0))
    assert abs(total["ana"] - total["ben"]) <= max(1, gap - len(items))
    assert all(d.position > held.get(d.rater_id, 0) for d in deals)


def test_the_order_of_a_queue_does_not_depend_on_why_an_item_was_chosen():
    # Whether an item is an overlap item decides who gets it, never where it stands: with everything overlapping and
    # with nothing, one rater has the same order.
    names = [f"c{i}" for i in range(50)]
    alone = [d.item_id for d in sorted(deal([(n, False) for n in names], ["ana"], seed="s"), key=lambda d: d.position)]
    both = deal([(n, True) for n in names], ["ana", "ben"], seed="s")
    assert alone == [d.item_id for d in sorted(both, key=lambda d: d.position) if d.rater_id == "ana"]
    # Two people with the same items see them in different orders.
    assert alone != [d.item_id for d in sorted(both, key=lambda d: d.position) if d.rater_id == "ben"]


def test_positions_of_failing_items_are_spread_over_the_queue():
    # 200 items of which the first 50 fail: the mean position of the failing ones is that of the middle, 100.5, give or
    # take 3 standard errors: sqrt((200^2 - 1)/12 / 50 * 150/199) = 7.1.
    names = [f"c{i}" for i in range(200)]
    place = {d.item_id: d.position for d in deal([(n, False) for n in names], ["ana"], seed="2026-W45")}
    assert abs(sum(place[n] for n in names[:50]) / 50 - 100.5) < 3 * 7.1


def test_dealing_to_nobody_or_to_a_negative_number_of_people_is_an_error():
    with pytest.raises(InputError, match="Choose at least one reviewer"):
        deal([("c1", False)], [], seed="s")
    with pytest.raises(InputError, match="overlap_raters: found -1"):
        deal([("c1", True)], ["ana", "ben"], seed="s", overlap_raters=-1)


def test_the_open_week_is_dealt_evenly_and_overlap_goes_to_everybody(opened, items):
    held = {r: {a.item_id for a in assignments(opened, r)} for r in RATERS}
    assert max(map(len, held.values())) - min(map(len, held.values())) <= 1
    assert any(i.overlap for i in items) and not all(i.overlap for i in items)
    for item in items:
        assert sum(item.id in mine for mine in held.values()) == (3 if item.overlap else 1)


def test_an_unknown_week_names_those_there_are(opened):
    with pytest.raises(UnknownError, match=f"2026-W01.*there are: {WEEK}"):
        week_of_store(opened, "2026-W01")


def test_redistribution_moves_open_items_and_never_gives_one_twice_to_a_person(opened):
    first, second, *_ = assignments(opened, "ana")
    send(opened, "ana", entry(first), {**entry(second), "kind": "skip", "reason": "not my field"})
    before = {p.rater_id: p for p in progress(opened, WEEK)}
    single = [a for a in assignments(opened, "ana")[2:] if len(opened.find(Assignment, item_id=a.item_id)) == 1]
    moved = redistribute(opened, WEEK, rater="ana", to=["ben", "eva"], by="lea", reason="ill")
    # Overlap items are held by all three already, so they cannot move; the reviewed and the skipped one stay too.
    assert moved == len(single)
    pairs = [(a.item_id, a.rater_id) for a in opened.find(Assignment)]
    assert len(pairs) == len(set(pairs))
    after = {p.rater_id: p for p in progress(opened, WEEK)}
    assert after["ana"].left == before["ana"].left - moved
    assert after["ana"].done == 1 and after["ana"].skipped == 1
    gained = {r: after[r].dealt - before[r].dealt for r in ("ben", "eva")}
    assert sum(gained.values()) == moved and abs(gained["ben"] - gained["eva"]) <= 1
    assert {r.reason for r in opened.find(Reassignment)} == {"ill"}
    assert opened.find(AuditEntry, action="redistribute")[0].detail["moved"] == moved
    places = [a.position for a in assignments(opened, "ben")]
    assert len(places) == len(set(places))


def test_redistribution_there_and_back_gives_the_items_back(opened, items):
    alone = {i.id for i in items if not i.overlap}
    before = {rater: {a.item_id for a in assignments(opened, rater)} for rater in ("ana", "ben")}
    given = redistribute(opened, WEEK, rater="ana", to=["ben"], by="lea")
    assert given == len(before["ana"] & alone) > 0
    gone = redistribute(opened, WEEK, rater="ben", to=["ana"], by="lea")
    assert gone == len((before["ana"] | before["ben"]) & alone)
    held = Counter((a.item_id, a.rater_id) for rater in ("ana", "ben") for a in open_of(opened, rater))
    assert set(held.values()) == {1}
    assert {item for item, rater in held if rater == "ana"} == before["ana"] | (before["ben"] & alone)
    send(opened, "ana", *(entry(a) for a in open_of(opened, "ana")))
    assert owed_items(opened, "ana") == set()


def test_nobody_gets_back_an_item_they_reviewed_meanwhile(opened, items):
    mine = next(a for a in open_of(opened, "ana") if a.item_id in {i.id for i in items if not i.overlap})
    redistribute(opened, WEEK, rater="ana", to=["ben"], by="lea")
    send(opened, "ana", entry(mine))
    redistribute(opened, WEEK, rater="ben", to=["ana"], by="lea")
    assert mine.item_id in {a.item_id for a in open_of(opened, "ben")}


def test_items_that_nobody_can_take_are_refused_with_the_reason(opened, items):
    shared = [a for a in open_of(opened, "ana") if a.item_id in {i.id for i in items if i.overlap}]
    send(opened, "ana", *(entry(a) for a in open_of(opened, "ana") if a not in shared))
    with pytest.raises(NothingToDo, match="ben, eva already hold, reviewed or skipped every item that ana"):
        redistribute(opened, WEEK, rater="ana", to=["ben", "eva"], by="lea")


def test_skipped_items_are_handed_over_on_request(opened, items):
    alone = [a for a in open_of(opened, "ana") if a.item_id in {i.id for i in items if not i.overlap}]
    skips = [{**entry(a), "kind": "skip", "reason": "not my field"} for a in alone]
    send(opened, "ana", *skips, *(entry(a) for a in open_of(opened, "ana") if a not in alone))
    with pytest.raises(NothingToDo, match=f"no open items in {WEEK}. They skipped {len(alone)} items, which can be"):
        redistribute(opened, WEEK, rater="ana", to=["ben"], by="lea")
    assert redistribute(opened, WEEK, rater="ana", to=["ben"], by="lea", with_skipped=True) == len(alone)
    assert {a.item_id for a in alone} <= {a.item_id for a in open_of(opened, "ben")}
    state = {p.rater_id: p for p in progress(opened, WEEK)}
    assert (state["ana"].skipped, state["ana"].left, len(opened.find(Skip))) == (0, 0, len(alone))
    assert opened.find(AuditEntry, action="redistribute")[0].detail["with_skipped"] is True
    # A reviewer who skipped an item does not get it back.
    redistribute(opened, WEEK, rater="ben", to=["eva", "ana"], by="lea")
    assert {a.item_id for a in alone} <= {a.item_id for a in open_of(opened, "eva")}
    assert not {a.item_id for a in alone} & {a.item_id for a in open_of(opened, "ana")}
    redistribute(opened, WEEK, rater="ana", to=["eva"], by="lea")
    send(opened, "eva", *(entry(a) for a in open_of(opened, "eva")))
    assert "nobody has reviewed them" not in next(c.todo for c in checklist(opened, WEEK) if c.name == "reviewed")


def test_items_taken_back_belong_to_nobody_and_the_week_shows_it(opened, items):
    with pytest.raises(InputError, match="reason"):
        take_back(opened, WEEK, rater="ana", by="lea", reason=" ")
    with pytest.raises(Refused, match="needs the role lead"):
        take_back(opened, WEEK, rater="ana", by="ben", reason="ill")
    mine = {a.id for a in open_of(opened, "ana")}
    others = {a.item_id for rater in ("ben", "eva") for a in open_of(opened, rater)}
    alone = {a.item_id for a in open_of(opened, "ana")} - others
    assert take_back(opened, WEEK, rater="ana", by="lea", reason="ill") == len(mine)
    assert open_of(opened, "ana") == []
    taken = taken_from(opened, "ana", WEEK)
    assert set(taken) == mine and all("withdrawn" in t.sentence for t in taken.values())
    said = next(c for c in checklist(opened, WEEK) if c.name == "reviewed").todo
    assert f"{len(alone)} items reviewed by nobody (skipped or taken back)" in said
    with pytest.raises(NothingToDo):
        take_back(opened, WEEK, rater="ana", by="lea", reason="ill")


def test_items_that_nobody_holds_are_dealt_again_to_the_named_people(opened, items):
    with pytest.raises(NothingToDo, match="is reviewed or held by somebody"):
        deal_again(opened, WEEK, to=["ben"], by="lea")
    alone = {a.item_id for a in open_of(opened, "ana")} & {i.id for i in items if not i.overlap}
    passed, *_ = [a for a in open_of(opened, "ana") if a.item_id in alone]
    send(opened, "ana", {**entry(passed), "kind": "skip", "reason": "not my field"})
    redistribute(opened, WEEK, rater="ana", to=["ben"], by="lea", with_skipped=True)
    gone = [take_back(opened, WEEK, rater=rater, by="lea", reason="ill") for rater in ("ana", "ben", "eva")]
    assert all(gone) and {i.id for i in items_held_by_nobody(opened, WEEK)} == {i.id for i in items}
    assert deal_again(opened, WEEK, to=["ana", "lea"], by="lea", reason=" back ") == len(items)
    held = {rater: {a.item_id for a in open_of(opened, rater)} for rater in ("ana", "lea")}
    both = {i.id for i in items if i.overlap}
    assert held["ana"] & held["lea"] == both and held["ana"] | held["lea"] == {i.id for i in items}
    # A reviewer who skipped an item does not get it again.
    assert passed.item_id in held["lea"]
    for rater in held:
        places = [a.position for a in assignments(opened, rater)]
        assert len(places) == len(set(places))
    said = opened.find(AuditEntry, action="deal again")[0]
    assert (said.actor, said.subject, said.detail["items"], said.detail["reason"]) == ("lea", WEEK, len(items), "back")
    assert "nobody has reviewed them" not in next(c.todo for c in checklist(opened, WEEK) if c.name == "reviewed")


def test_dealing_again_refuses_with_the_reason_and_uses_the_latest_version(opened, items):
    alone = next(a for a in open_of(opened, "ana") if a.item_id in {i.id for i in items if not i.overlap})
    save_rubric(opened, rubric_from({"dimensions": [{"name": "good", "values": ["no", "yes"]}]}), by="lea")
    requeue(opened, WEEK, by="lea", items=[alone.item_id])
    again = next(a for a in open_of(opened, "ana") if a.item_id == alone.item_id)
    send(opened, "ana", {**entry(again), "kind": "skip", "reason": "no"})
    redistribute(opened, WEEK, rater="ana", to=["ben"], by="lea", with_skipped=True)
    take_back(opened, WEEK, rater="ben", by="lea", reason="ill")
    assert alone.item_id in {i.id for i in items_held_by_nobody(opened, WEEK)}
    with pytest.raises(InputError, match="Choose at least one person"):
        deal_again(opened, WEEK, to=[], by="lea")
    with pytest.raises(Refused, match="needs the role lead"):
        deal_again(opened, WEEK, to=["eva"], by="eva")
    deal_again(opened, WEEK, to=["eva"], by="lea")
    assert [a.rubric_version for a in open_of(opened, "eva") if a.item_id == alone.item_id] == [2]
    take_back(opened, WEEK, rater="eva", by="lea", reason="ill")
    one = opened.find(Assignment, item_id=alone.item_id, rater_id="eva")[0]
    send(opened, "eva", {**entry(one), "kind": "skip", "reason": "no"})
    with pytest.raises(NothingToDo, match="eva already reviewed or skipped all of the"):
        for _ in range(2):
            deal_again(opened, WEEK, to=["eva"], by="lea")
    take_role(opened, "eva")
    with pytest.raises(Refused, match="eva has no role"):
        deal_again(opened, WEEK, to=["eva"], by="lea")


def test_a_closed_week_is_not_dealt_again(opened):
    close_week(opened, WEEK, by="lea", reason="the end of the quarter")
    for act in (
        lambda: redistribute(opened, WEEK, rater="ana", to=["ben"], by="lea"),
        lambda: take_back(opened, WEEK, rater="ana", by="lea", reason="ill"),
        lambda: deal_again(opened, WEEK, to=["ana"], by="lea"),
    ):
        with pytest.raises(Refused, match="is closed"):
            act()


def test_redistribution_is_for_leads_and_names_what_is_wrong(opened):
    with pytest.raises(Refused, match="needs the role lead"):
        redistribute(opened, WEEK, rater="ana", to=["ben"], by="eva")
    with pytest.raises(InputError, match="other people"):
        redistribute(opened, WEEK, rater="ana", to=["ana"], by="lea")
    with pytest.raises(InputError, match="other people"):
        redistribute(opened, WEEK, rater="ana", to=[], by="lea")
    with pytest.raises(UnknownError, match="nobody called 'zed'"):
        redistribute(opened, WEEK, rater="ana", to=["zed"], by="lea")
    with pytest.raises(NothingToDo, match="lea has no open items"):
        redistribute(opened, WEEK, rater="lea", to=["ben"], by="lea")
    take_role(opened, "ben")
    with pytest.raises(Refused, match="ben has no role"):
        redistribute(opened, WEEK, rater="ana", to=["ben"], by="lea")
    assert opened.find(Reassignment) == []


def test_a_late_submission_of_the_former_holder_is_kept_and_marked(opened, items):
    alone = {i.id for i in items if not i.overlap}
    first = next(a for a in assignments(opened, "ana") if a.item_id in alone)
    redistribute(opened, WEEK, rater="ana", to=["ben"], by="lea")
    receipt = receive(opened, "ana", [entry(first)])
    assert len(receipt.acknowledged) == 1
    (kept,) = opened.find(Annotation)
    assert kept.late and kept.rater_id == "ana" and kept.item_id == first.item_id
