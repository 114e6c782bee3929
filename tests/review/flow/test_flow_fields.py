"""People are dealt what their fields name, and hand on what is outside of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from annotate_app import THREE, WEEK, build_store
from hypothesis import given
from hypothesis import strategies as st

from review.annotating.submissions import receive
from review.audit.verifying import check_store
from review.basics.clock import now
from review.people.invitations import invite
from review.people.people import add_person
from review.week.dealing import deal, redistribute, take_back
from review.week.fields import able_raters, in_field
from storage.records_people import AuditEntry
from storage.records_review import Skip
from storage.records_weeks import Assignment
from storage.store import Store

SCOPES = {"ana": "billing, Returns", "ben": "orders", "cem": ""}
SCENARIOS = st.dictionaries(
    st.text("abcdef", min_size=1, max_size=4),
    st.sampled_from(["billing", "orders", "returns", "other", ""]),
    max_size=30,
)


def test_a_scope_names_scenarios_by_comma_in_any_case() -> None:
    assert in_field("Billing , returns", "billing") and in_field("billing", " BILLING ")
    assert in_field("", "anything") and in_field(" , ", "anything")
    assert not in_field("billing", "orders") and not in_field("billing", "")


@given(scenarios=SCENARIOS, seed=st.text(max_size=3))
def test_everybody_gets_only_their_fields_and_every_item_somebody(scenarios: dict[str, str], seed: str) -> None:
    able = able_raters(scenarios, SCOPES, tuple(SCOPES))
    deals = deal([(item, False) for item in scenarios], tuple(SCOPES), seed=seed, able=able)
    assert sorted(d.item_id for d in deals) == sorted(scenarios)
    assert all(in_field(SCOPES[d.rater_id], scenarios[d.item_id]) for d in deals)


def test_what_only_one_person_may_have_counts_in_the_balance() -> None:
    scenarios = {f"b{k}": "billing" for k in range(6)} | {f"o{k}": "other" for k in range(6)}
    able = able_raters(scenarios, SCOPES, ("ana", "cem"))
    deals = deal([(item, False) for item in scenarios], ("ana", "cem"), seed="s", able=able)
    assert sum(d.rater_id == "ana" for d in deals) == 6, "all of billing, because Cem alone gets the other six"


def test_a_shared_item_goes_to_those_whose_field_it_is_and_to_all_where_it_is_nobodys() -> None:
    raters = ("ana", "ben")
    able = able_raters({"x": "billing", "y": "other"}, SCOPES, raters)
    deals = deal([("x", True), ("y", True)], raters, seed="s", able=able)
    assert {(d.item_id, d.rater_id) for d in deals} == {("x", "ana"), ("y", "ana"), ("y", "ben")}


def test_without_fields_the_deal_is_as_before() -> None:
    items = [(f"i{k}", k % 3 == 0) for k in range(30)]
    raters = ("ana", "ben", "cem")
    able = able_raters(dict.fromkeys(dict(items), "billing"), {}, raters)
    assert deal(items, raters, seed="s", able=able) == deal(items, raters, seed="s")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Thirty items, all of them Ana's; those with an even number are billing, the others returns."""
    special = {k: {"scenario": "returns" if k % 2 else "billing"} for k in range(6)}
    store = build_store(tmp_path / "s.db", items=6, raters=("ana",), rubric=THREE, special=special)
    for name, scope in (("Ben", "billing"), ("Cem", "returns"), ("Dan", "")):
        add_person(store, name, role="annotator", by="lea", scope=scope)
    return store


def skip(number: int, reason: str = "Outside my field") -> dict[str, Any]:
    identity = f"00000000-0000-4000-8000-{number:012d}"
    return {"submission_id": identity, "kind": "skip", "assignment": f"ana-{number:04d}", "reason": reason}


def holders(store: Store, number: int) -> list[str]:
    return [a.rater_id for a in store.find(Assignment, item_id=f"item-{number:04d}")]


def test_not_my_field_hands_an_item_on_to_somebody_whose_field_it_is(store: Store) -> None:
    entries = [skip(0), skip(1), skip(1), skip(2, "Broken or empty")]
    assert len(receive(store, "ana", entries).acknowledged) == 4
    assert [holders(store, k) for k in range(3)] == [["ana", "ben"], ["ana", "cem"], ["ana"]]
    handed = [(e.subject, e.detail["to"]) for e in store.find(AuditEntry, action="hand on")]
    assert handed == [("item-0000", "ben"), ("item-0001", "cem")]
    assert check_store(store).holds


def test_it_goes_on_until_nobody_is_left_and_then_stays_skipped(store: Store) -> None:
    receive(store, "ana", [skip(0)])
    (bens,) = store.find(Assignment, item_id="item-0000", rater_id="ben")
    mine = {**skip(7), "assignment": bens.id}
    assert receive(store, "ben", [mine]).acknowledged
    assert holders(store, 0) == ["ana", "ben"], "Dan does not review this week, and nobody else has the field"
    assert len(store.find(Skip)) == 2


def undo(number: int, of: int) -> dict[str, Any]:
    return {"submission_id": skip(number)["submission_id"], "kind": "withdraw", "withdraws": skip(of)["submission_id"]}


def again(number: int, assignment: str) -> dict[str, Any]:
    return {**skip(number), "assignment": assignment}


def test_a_second_skip_hands_nothing_on_that_somebody_has_already(store: Store) -> None:
    add_person(store, "Eli", role="annotator", by="lea", scope="billing, returns")
    receive(store, "ana", [skip(0), undo(100, 0), again(101, "ana-0000"), again(102, "ana-0000")])
    assert holders(store, 0) == ["ana", "ben"], "he holds it"
    assert redistribute(store, WEEK, rater="ben", to=["Dan"], by="lea") == 1
    receive(store, "ana", [undo(103, 101), again(104, "ana-0000")])
    assert holders(store, 0) == ["ana", "ben", "dan"], "who took it over holds it"
    take_back(store, WEEK, rater="dan", by="lea", reason="ill")
    receive(store, "ana", [again(105, "ana-0000")])
    assert holders(store, 0)[3:] == ["eli"], "nobody held it"
    given = {"submission_id": skip(106)["submission_id"], "kind": "annotation", "assignment": "ana-0002"}
    assert (
        receive(
            store, "ana", [{**given, "labels": {d["name"]: d["values"][0] for d in THREE["dimensions"]}}, skip(2)]
        ).rejected
        == ()
    )
    assert holders(store, 2) == ["ana"], "she answered it"


def test_a_lead_who_reviews_too_hands_on_what_they_dealt(store: Store) -> None:
    for rater in ("lea", "dan"):
        of = {"item_id": "item-0004", "rater_id": rater, "week": WEEK, "position": 9, "rubric_version": 1}
        store.add(Assignment(id=f"given-{rater}", at=now(), by="lea", **of))  # type: ignore[arg-type]
    assert receive(store, "lea", [again(110, "given-lea")]).rejected == ()
    assert holders(store, 4) == ["ana", "lea", "dan", "ben"]


def test_items_that_are_given_to_others_go_by_their_fields_too(store: Store) -> None:
    assert redistribute(store, WEEK, rater="ana", to=["Ben", "Cem"], by="lea") == 6
    for k in range(6):
        assert holders(store, k)[-1] == ("cem" if k % 2 else "ben")


def test_a_new_link_keeps_the_fields_of_somebody_who_is_here(store: Store) -> None:
    assert invite(store, "Ben", role="annotator", by="lea").invitation.scope == "billing"
    assert invite(store, "Ben", role="annotator", by="lea", scope="orders").invitation.scope == "orders"
    assert invite(store, "Eva", role="annotator", by="lea").invitation.scope == ""
