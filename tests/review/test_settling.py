"""The cases that an adjudicator's browser receives, and the decisions that it sends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from adjudicate_app import COMMENT, CORRECTED, DISPUTED, OWED, RIGHT, SINGLE, UNANIMOUS, WRONG, build_voted_store, vote
from annotate_app import AT, WEEK
from hypothesis import given
from hypothesis import strategies as st

from review.basics.errors import InputError, Refused
from review.golden.examples import current_examples
from review.privacy.hidden_spans import hide_span
from review.settling.adjudication import adjudicate, cases
from review.settling.case_batch import case_batch, ranking
from review.settling.decisions import receive_decisions
from storage.records_people import Role
from storage.records_review import Adjudication
from storage.store import Store

NAMES = (b"zelda", b"quentin", b"Zelda", b"Quentin", b"-ballot")
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)

ALMOST = st.fixed_dictionaries(
    {
        "submission_id": st.just("12345678"),
        "kind": st.just("decision"),
        "assignment": ANYTHING | st.just("item-0000"),
        "labels": ANYTHING,
    }
)


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return build_voted_store(tmp_path_factory.mktemp("settling") / "s.db")


@pytest.fixture
def voted(tmp_path: Path) -> Store:
    return build_voted_store(tmp_path / "s.db")


def decision(number: int, item: str, **fields: Any) -> dict[str, Any]:
    identity = f"00000000-0000-4000-8000-{number:012d}"
    return {
        "submission_id": identity,
        "kind": "decision",
        "assignment": item,
        "labels": RIGHT,
        "reason": "slip",
    } | fields


def batch(store: Store, viewer: str = "mia", **wishes: Any) -> dict[str, Any]:
    return case_batch(store, viewer, week=WEEK, **wishes)


def sent(payload: dict[str, Any]) -> dict[str, Any]:
    return {item["assignment"]: item for item in payload["items"]}


def test_each_kind_has_its_cases(voted: Store) -> None:
    assert set(batch(voted)["order"]) == set(DISPUTED)
    assert set(batch(voted, kind="single")["order"]) == set(SINGLE)
    assert batch(voted, kind="settled")["order"] == []
    assert batch(voted)["counts"] == {"disputed": 10, "unanimous": 2, "single": 2, "settled": 0}


def test_the_payload_names_nobody_who_voted(voted: Store) -> None:
    for kind in ("disputed", "single", "settled"):
        raw = orjson.dumps(batch(voted, kind=kind))
        assert not [name for name in NAMES if name in raw]
    for secret in (b"secret-judge", b"secret-check", b"failing-secret", b"thumbs-down-secret", b"0.123456"):
        assert secret not in orjson.dumps(batch(voted))


def test_a_case_says_what_differs_and_what_leads(voted: Store) -> None:
    case = sent(batch(voted))[DISPUTED[0]]
    assert case["differing"] == ["correctness"]
    assert case["start"] == {"usefulness": "great", "politeness": "friendly"}
    assert sorted(v["labels"]["correctness"] for v in case["votes"]) == ["correct", "wrong"]
    assert {v["comment"] for v in case["votes"]} == {"", COMMENT}
    assert {v["corrected_answer"] for v in case["votes"]} == {"", CORRECTED}


def test_votes_are_not_in_the_order_in_which_they_came(voted: Store) -> None:
    first = [case["votes"][0]["labels"]["correctness"] for case in batch(voted)["items"]]
    assert set(first) == {"correct", "wrong"}  # Zelda always voted first, and is not always the first column


def test_nothing_of_an_item_that_the_viewer_owes_is_sent(voted: Store) -> None:
    payload = batch(voted, "noa")
    assert (payload["order"], payload["items"], payload["done"]) == ([], [], [])
    assert payload["week"]["waiting"] == 10
    raw = orjson.dumps(payload)
    assert not [item for item in (*DISPUTED, OWED) if item.encode() in raw]
    answer = receive_decisions(voted, "noa", [decision(1, DISPUTED[0])])
    assert "still waits for your own review" in answer.rejected[0][1]


def test_hidden_words_are_hidden_in_comments_and_corrections_too(voted: Store) -> None:
    hide_span(voted, "conversation-000", "47000", by="lea")
    voted.add(vote("item-0000", "noa", RIGHT, comment="Order 47000 was mine."))
    raw = orjson.dumps(sent(batch(voted))[DISPUTED[0]])
    assert b"47000" not in raw
    assert b"[HIDDEN_1] was mine" in raw
    assert b"[HIDDEN_1] was sent on Tuesday" in raw


def test_the_browser_gets_what_it_lacks_and_what_has_changed(voted: Store) -> None:
    first = batch(voted, size=4)
    held = [f"{item['assignment']}@{item['state']}" for item in first["items"]]
    second = batch(voted, have=held, size=4)
    assert len(first["items"]) == len(second["items"]) == 4
    assert not sent(first).keys() & sent(second).keys()
    changed = first["order"][0]
    adjudicate(voted, changed, by="olaf", labels=RIGHT, reason="slip")
    assert changed not in batch(voted, have=held)["order"]
    settled = batch(voted, kind="settled", have=held)
    assert list(sent(settled)) == [changed]
    assert sent(settled)[changed]["mine"]["by_you"] is False


def test_the_case_named_in_the_address_comes_first(voted: Store) -> None:
    last = batch(voted)["order"][-1]
    assert next(iter(sent(batch(voted, first=last, size=1)))) == last


def test_the_most_uncertain_come_first(voted: Store) -> None:
    rank = {DISPUTED[3]: 2.0, DISPUTED[7]: 1.0, DISPUTED[5]: 3.0}
    assert batch(voted, rank=rank)["order"][:3] == [DISPUTED[5], DISPUTED[3], DISPUTED[7]]


def test_nobody_settles_what_they_annotated_while_others_can(voted: Store) -> None:
    voted.add(Role(id="adjudicates-quentin", rater_id="quentin", role="adjudicator", at=AT, by="lea"))
    assert all(case["barred"] for case in batch(voted, "quentin")["items"])
    assert not any(case["barred"] for case in batch(voted)["items"])
    answer = receive_decisions(voted, "quentin", [decision(1, DISPUTED[0])])
    assert "you annotated this item yourself" in answer.rejected[0][1]


def test_ranking_sees_only_weeks_up_to_this_one(voted: Store) -> None:
    found = ranking(voted, WEEK)
    assert set(found) == {*DISPUTED, *UNANIMOUS, *SINGLE}
    assert min(found[i] for i in DISPUTED) >= max(found[i] for i in UNANIMOUS)


def test_a_decision_sent_twice_is_made_once(voted: Store) -> None:
    entry = decision(1, DISPUTED[0])
    first, second = (receive_decisions(voted, "mia", [entry]) for _ in range(2))
    assert first == second
    assert [a.id for a in voted.find(Adjudication)] == [entry["submission_id"]]


def test_a_decision_of_somebody_else_is_not_acknowledged(voted: Store) -> None:
    entry = decision(1, DISPUTED[0])
    receive_decisions(voted, "mia", [entry])
    answer = receive_decisions(voted, "olaf", [entry])
    assert answer.acknowledged == ()
    assert "somebody else used it" in answer.rejected[0][1]
    with pytest.raises(Refused):
        adjudicate(voted, DISPUTED[0], by="olaf", labels=RIGHT, decision_id=entry["submission_id"])


def test_settling_again_supersedes(voted: Store) -> None:
    state = sent(batch(voted))[DISPUTED[0]]["state"]
    receive_decisions(voted, "mia", [decision(1, DISPUTED[0], state=state)])
    receive_decisions(voted, "mia", [decision(2, DISPUTED[0], labels=WRONG, state=state)])
    first, second = voted.find(Adjudication)
    assert second.supersedes == first.id
    assert second.labels == WRONG


def test_a_case_that_changed_since_it_was_seen_must_be_looked_at_again(voted: Store) -> None:
    state = sent(batch(voted))[DISPUTED[0]]["state"]
    receive_decisions(voted, "olaf", [decision(1, DISPUTED[0], state=state)])
    answer = receive_decisions(voted, "mia", [decision(2, DISPUTED[0], labels=WRONG, state=state)])
    assert "has changed since you saw it" in answer.rejected[0][1]
    assert [a.adjudicator for a in voted.find(Adjudication)] == ["olaf"]


def test_a_disagreement_needs_a_reason_or_a_rationale(voted: Store) -> None:
    answer = receive_decisions(voted, "mia", [decision(1, DISPUTED[0], reason="")])
    assert "rationale" in answer.rejected[0][1]
    answer = receive_decisions(voted, "mia", [decision(1, DISPUTED[0], reason="", rationale="The policy says so.")])
    assert len(answer.acknowledged) == 1


def test_settled_and_approved_or_neither(voted: Store) -> None:
    # Judged wrong and nobody gave a correction: there is no expected answer to approve.
    answer = receive_decisions(voted, "mia", [decision(1, DISPUTED[1], labels=WRONG, approve=True)])
    assert "expected_answer" in answer.rejected[0][1]
    assert (voted.find(Adjudication), current_examples(voted)) == ([], [])
    receive_decisions(
        voted, "mia", [decision(2, DISPUTED[1], labels=WRONG, approve=True, corrected_answer="It is late.")]
    )
    assert [e.content["expected_answer"] for e in current_examples(voted)] == ["It is late."]
    assert len(voted.find(Adjudication)) == 1


def test_each_text_may_be_as_long_as_the_browser_is_told_and_no_longer(voted: Store) -> None:
    limits = batch(voted)["limits"]
    assert set(limits) == {"rationale", "corrected_answer", "reference_sql"}
    for field, most in limits.items():
        answer = receive_decisions(voted, "mia", [decision(1, DISPUTED[0], **{field: "x" * (most + 1)})])
        assert f"{field}: found {most + 1:,} characters" in answer.rejected[0][1]
    fits = decision(2, DISPUTED[0], **{field: "x" * most for field, most in limits.items()})
    assert receive_decisions(voted, "mia", [fits]).acknowledged == (fits["submission_id"],)


@pytest.mark.parametrize("person", ["zelda", "nobody"])
def test_only_an_adjudicator_settles(voted: Store, person: str) -> None:
    with pytest.raises(Refused):
        receive_decisions(voted, person, [decision(1, DISPUTED[0])])


def test_one_bad_decision_does_not_stop_the_others(voted: Store) -> None:
    bad = decision(1, DISPUTED[0], labels={"correctness": "wrong"})
    answer = receive_decisions(voted, "mia", [bad, "no entry", decision(2, "item-9999"), decision(3, DISPUTED[1])])
    assert answer.acknowledged == (decision(3, "")["submission_id"],)
    assert [why.partition(":")[0].partition(" ")[0] for _, why in answer.rejected] == ["usefulness", "entry", "item"]


def test_an_item_without_votes_is_not_settled(voted: Store) -> None:
    assert "no annotation yet" in receive_decisions(voted, "mia", [decision(1, OWED)]).rejected[0][1]


@given(entries=st.lists(ANYTHING | ALMOST, max_size=4))
def test_nothing_that_a_browser_can_send_raises(untouched: Store, entries: list[Any]) -> None:
    assert receive_decisions(untouched, "mia", entries).acknowledged == ()
    assert untouched.find(Adjudication) == []


def test_a_dimension_outside_the_rubric_is_refused_by_name(voted: Store) -> None:
    with pytest.raises(InputError, match="mood"):
        adjudicate(voted, DISPUTED[0], by="mia", labels={**RIGHT, "mood": "good"}, reason="slip")


def test_a_case_knows_where_votes_differ_after_it_is_settled(voted: Store) -> None:
    adjudicate(voted, DISPUTED[0], by="mia", labels=RIGHT, reason="slip")
    case = next(c for c in cases(voted, WEEK, viewer="mia") if c.item.id == DISPUTED[0])
    assert (case.kind, case.differing) == ("settled", ("correctness",))
