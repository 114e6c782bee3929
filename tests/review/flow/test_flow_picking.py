"""Conversations that a lead adds to a week by hand: dealt like others, without a probability, and never in the way."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import flow_store
import pytest
from flow_store import REQUEST, WEEK

from review.audit import chain
from review.basics.errors import InputError, NothingToDo, Refused, UnknownError
from review.basics.log_paths import log_of
from review.evidence.production_data import production_data
from review.log.search_choices import choices
from review.log.searching import LogSearch, search_log
from review.settings.project import project_of
from review.sources.scenarios import assign_scenario, assigned_scenarios
from review.week.picking import PREFIX, Picked, pick_by_hand
from storage.opening import open_store
from storage.records_log import Conversation
from storage.records_people import AuditEntry
from storage.records_weeks import Assignment, Item
from storage.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = open_store(tmp_path / "spotcheck.db")
    flow_store.add_people(made)
    flow_store.import_rows(made, flow_store.records())
    flow_store.open_the_week(made)
    return made


def undrawn(store: Store, n: int) -> list[str]:
    held = {item.conversation_id for item in store.find(Item)}
    every = [flow_store.conversation(k)["id"] for k in range(flow_store.SIZE)]
    return [name for name in every if name not in held][:n]


def pick(store: Store, *ids: str, by: str = "lea", reason: str = "a complaint", week: str = WEEK) -> Picked:
    return pick_by_hand(store, project_of(store.path), ids, week, by=by, reason=reason)


def test_picked_items_are_dealt_and_weigh_nothing(store: Store) -> None:
    ids, before = undrawn(store, 2), production_data(store, [WEEK])
    done = pick(store, *ids)
    assert (done.items, done.assignments, done.already) == (2, 2, 0)
    items = store.find(Item, purposive=1)
    assert {i.id for i in items} == {f"{PREFIX}{name}" for name in ids}
    assert all(i.draw_id is None and i.stratum is None and i.reason == "a complaint" for i in items)
    assert len(store.find(Assignment, item_id=[i.id for i in items])) == 2
    assert store.get(Conversation, ids[0]) is not None
    assert production_data(store, [WEEK])[WEEK].members == before[WEEK].members
    assert store.find(AuditEntry, action="pick")[0].detail["reason"] == "a complaint"
    assert chain.verify(store)[1] is None
    with pytest.raises(NothingToDo, match="has them all already"):
        pick(store, *ids)
    assert pick(store, *ids, *undrawn(store, 1)).already == 2


def test_a_later_draw_is_not_in_the_way(store: Store) -> None:
    """All that is left is picked; then everything is drawn: each drawn item still has its probability."""
    pick(store, *undrawn(store, 150))
    pick(store, *undrawn(store, 200))
    flow_store.open_the_week(store, dataclasses.replace(REQUEST, rate=1.0))
    drawn = [i for i in store.find(Item, week=WEEK) if not i.purposive]
    assert len(drawn) >= flow_store.SIZE and all(i.stratum for i in drawn)


def test_what_cannot_be_picked_is_refused(store: Store) -> None:
    (one,) = undrawn(store, 1)
    with pytest.raises(Refused):
        pick(store, one, by="ana")
    with pytest.raises(InputError, match="reason"):
        pick(store, one, reason=" ")
    with pytest.raises(UnknownError):
        pick(store, one, week="2031-W01")
    with pytest.raises(InputError, match="from 1 to 200"):
        pick(store)
    assert not store.find(Item, purposive=1)


def test_an_assigned_scenario_holds_for_what_is_picked_and_found(store: Store) -> None:
    first, second, third = undrawn(store, 3)
    assert assign_scenario(store, [first, second], " lost  parcel ", by="lea") == 2
    assert assign_scenario(store, [first, second], "lost parcel", by="lea") == 0
    assert assign_scenario(store, [second], "", by="lea") == 1
    assert assigned_scenarios(store) == {first: "lost parcel"}
    pick(store, first, third)
    assert [store.get(Conversation, c).scenario for c in (first, third)] == ["lost parcel", "SCENARIO-MARK"]
    search = LogSearch(values={"scenario": ["lost parcel"]}, assigned=assigned_scenarios(store))
    assert [row["id"] for row in search_log(log_of(store.path), search, most=5).rows] == [first]
    assert "lost parcel" in choices(log_of(store.path), assigned_scenarios(store)).values["scenario"]
    assert len(store.find(AuditEntry, action="scenario")) == 2 and chain.verify(store)[1] is None
    with pytest.raises(Refused):
        assign_scenario(store, [first], "x", by="ana")
    with pytest.raises(InputError, match="at most 80"):
        assign_scenario(store, [first], "x" * 81, by="lea")


def test_a_drawn_conversation_has_the_scenario_that_was_assigned_before(store: Store) -> None:
    (one,) = undrawn(store, 1)
    assign_scenario(store, [one], "returns", by="lea")
    flow_store.open_the_week(store, dataclasses.replace(REQUEST, rate=1.0))
    assert store.get(Conversation, one).scenario == "returns"
