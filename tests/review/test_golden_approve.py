"""Candidates, approval, correction, retirement."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from golden_store import BAD, GOOD, WEEK, add_item, new_store, open_test_week, reviewed_store, vote

from review.audit.chain import verify as audit_verify
from review.basics.clock import now
from review.basics.errors import InputError, NothingToDo, Refused, UnknownError
from review.golden.approve import approve, bulk_approve
from review.golden.candidates import candidates
from review.golden.content import Wish, judged_right
from review.golden.examples import current_examples, example_id_of, versions_of
from review.golden.provenance import provenance
from review.golden.retire import retire
from review.privacy.hidden_spans import hide_span
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import rubric_from
from review.settling.adjudication import adjudicate
from review.statistics.calibration.split import split_of
from storage.records_golden import GoldenExample
from storage.records_people import AuditEntry
from storage.records_weeks import Assignment


@pytest.fixture
def store(tmp_path):
    return reviewed_store(tmp_path)


def settle(store, item="d1", labels=GOOD, **more):
    return adjudicate(store, item, by="eva", labels=labels, reason="hard case", **more)


def test_candidates_are_the_settled_items_with_their_reason_and_never_the_disputed(store):
    found = {c.item_id: (c.rule, c.reason, c.votes) for c in candidates(store, [WEEK])}
    assert found == {
        "u1": ("unanimous", "2 reviewers agree", 2),
        "u2": ("unanimous", "2 reviewers agree", 2),
        "h1": ("unanimous", "2 reviewers agree", 2),
        "s1": ("single", "one reviewer only", 1),
    }


def test_an_adjudicated_item_becomes_a_candidate_and_comes_first(store):
    settle(store)
    first = candidates(store, [WEEK])[0]
    assert (first.item_id, first.rule, first.reason) == ("d1", "adjudicated", "settled by adjudication")


def test_an_approved_or_retired_item_is_no_candidate(store):
    retire(store, approve(store, "u1", by="eva").example_id, by="eva", note="a duplicate")
    assert "u1" not in {c.item_id for c in candidates(store, [WEEK])}


def test_nobody_sees_or_approves_a_candidate_that_they_still_owe(store):
    store.add(
        Assignment(
            id="a" * 32, item_id="u1", rater_id="eva", week=WEEK, position=1, rubric_version=1, at=now(), by="lea"
        )
    )
    assert "u1" not in {c.item_id for c in candidates(store, [WEEK], viewer="eva")}
    with pytest.raises(Refused, match="still waits for your own review"):
        approve(store, "u1", by="eva")


def test_an_example_has_question_turns_answer_labels_votes_and_its_draw(store):
    e = approve(store, "u1", by="eva")
    assert e.content["question"] == "Where is my order u1?"
    assert [t["role"] for t in e.content["prior_turns"]] == ["user", "assistant"]
    assert e.content["context"] == ["Order u1: in transit"]
    assert e.content["answer"] == e.content["expected_answer"] == "Order u1 arrives on Friday."
    assert e.content["expected_behaviour"] == "answer"
    assert e.content["reference_sql"].startswith("SELECT status")  # judged right, so the query that was judged is too
    assert e.content["tags"] == ["dates", "join-depth-1"]
    assert e.labels == GOOD
    assert [(v["rater"], v["labels"], v["rubric_version"]) for v in e.votes] == [("ana", GOOD, 1), ("ben", GOOD, 1)]
    assert {(v["stratum"], v["probability"]) for v in e.votes} == {("rest", 0.02)}
    assert (e.kind, e.scenario, e.source, e.rule) == ("normal", "orders", "historical", "unanimous")
    assert e.split == split_of("u1")
    assert (e.approved_by, e.supersedes, e.retired) == ("eva", None, False)
    assert store.get(GoldenExample, e.id) == e


def test_a_hand_picked_item_has_no_probability(store):
    assert {v["probability"] for v in approve(store, "h1", by="eva").votes} == {None}


def test_only_an_adjudicator_approves_and_retires(store):
    with pytest.raises(Refused, match="role adjudicator"):
        approve(store, "u1", by="ana")
    e = approve(store, "u1", by="lea")  # a lead may do what an adjudicator may
    with pytest.raises(Refused):
        retire(store, e.example_id, by="ben", note="no")


def test_a_disputed_an_unreviewed_and_an_unknown_item_are_refused(store):
    add_item(store, "new")
    with pytest.raises(Refused, match="disputed"):
        approve(store, "d1", Wish(expected_answer="It arrives on Friday."), by="eva")
    with pytest.raises(Refused, match="not been reviewed"):
        approve(store, "new", by="eva")
    with pytest.raises(UnknownError, match="'nowhere'"):
        approve(store, "nowhere", by="eva")


def test_a_wrong_answer_needs_an_expected_one_unless_it_should_have_been_refused(store):
    with pytest.raises(InputError, match="expected answer"):
        approve(store, "u2", by="eva")
    with pytest.raises(InputError):
        approve(store, "u2", Wish(expected_answer="  "), by="eva")
    e = approve(store, "u2", Wish(expected_behaviour="refuse"), by="eva")
    assert (e.content["expected_answer"], e.content["expected_behaviour"]) == ("", "refuse")
    assert e.content["reference_sql"] == ""


def test_the_adjudicators_corrected_answer_and_sql_become_the_expected_ones(store):
    settle(store, labels=BAD, corrected_answer="It arrives on Monday.", reference_sql="SELECT 1")
    e = approve(store, "d1", by="lea")
    assert (e.content["expected_answer"], e.content["reference_sql"]) == ("It arrives on Monday.", "SELECT 1")
    assert (e.labels, e.rule) == (BAD, "adjudicated")


def test_a_correction_by_reviewers_counts_only_if_all_gave_the_same(tmp_path):
    store = new_store(tmp_path)
    open_test_week(store)
    for item, second in (("same", "On Monday."), ("other", "On Tuesday.")):
        add_item(store, item)
        vote(store, item, "ana", BAD, corrected_answer="On Monday.")
        vote(store, item, "ben", BAD, corrected_answer=second)
    assert approve(store, "same", by="eva").content["expected_answer"] == "On Monday."
    with pytest.raises(InputError):
        approve(store, "other", by="eva")


def test_a_correction_is_a_new_version_that_keeps_the_other_fields(store):
    first = approve(store, "u1", Wish(expected_answer="Friday.", kind="edge", tags=("late",), must_pass=True), by="eva")
    second = approve(store, "u1", Wish(scenario="shipping"), by="lea", note="moved")
    assert (second.supersedes, second.example_id) == (first.id, first.example_id)
    assert (second.content["expected_answer"], second.kind, second.must_pass) == ("Friday.", "edge", True)
    assert second.content["tags"] == ["dates", "join-depth-1", "late"]
    assert (second.scenario, second.note) == ("shipping", "moved")
    assert [e.id for e in versions_of(store, first.example_id)] == [first.id, second.id]
    assert [e.id for e in current_examples(store)] == [second.id]


def test_tags_of_an_earlier_query_are_removed_with_it(store):
    approve(store, "u1", Wish(tags=("late",)), by="eva")
    e = approve(store, "u1", Wish(reference_sql="SELECT sum(x) OVER () FROM t"), by="eva")
    assert e.content["tags"] == ["late", "window-function"]


def test_approving_twice_adds_nothing(store):
    first = approve(store, "u1", by="eva")
    entries = len(store.find(AuditEntry))
    assert approve(store, "u1", by="lea") == first
    assert len(store.find(AuditEntry)) == entries


def test_a_later_adjudication_counts_more_than_the_version_before(store):
    approve(store, "u1", Wish(expected_answer="Friday.", reference_sql="SELECT 7"), by="eva")
    settle(store, "u1", labels=BAD, corrected_answer="Monday.")
    e = approve(store, "u1", by="lea")
    assert (e.content["expected_answer"], e.content["reference_sql"], e.labels) == ("Monday.", "SELECT 7", BAD)


@pytest.mark.parametrize("wrong", [{"kind": "odd"}, {"split": "train"}, {"expected_behaviour": "guess"}])
def test_a_value_that_is_not_allowed_is_named(store, wrong):
    with pytest.raises(InputError, match="expected one of"):
        approve(store, "u1", Wish(**wrong), by="eva")


def test_bulk_approval_takes_unanimous_items_and_gives_a_reason_for_the_others(store):
    settle(store)
    examples, refused = bulk_approve(store, ["u1", "u2", "h1", "s1", "d1", "nowhere", "u1"], by="eva")
    assert [e.item_id for e in examples] == ["u1", "h1"]
    assert [item for item, _ in refused] == ["u2", "s1", "d1", "nowhere"]
    why = dict(refused)
    assert "expected answer" in why["u2"] and "single" in why["s1"] and "adjudicated" in why["d1"]


def test_two_people_who_approve_at_once_leave_one_version(store):
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: approve(store, "u1", by="eva").id, range(8)))
    assert len(set(done)) == 1
    assert len(store.find(GoldenExample)) == 1
    assert audit_verify(store)[1] is None


def test_a_retired_example_is_no_longer_current_and_keeps_its_versions(store):
    e = approve(store, "u1", by="eva")
    gone = retire(store, e.example_id, by="eva", note="the product has changed")
    assert (gone.retired, gone.supersedes, gone.note) == (True, e.id, "the product has changed")
    assert current_examples(store) == []
    with pytest.raises(NothingToDo, match="already"):
        retire(store, e.example_id, by="eva", note="again")
    with pytest.raises(InputError, match="Give a reason for retiring"):
        retire(store, e.example_id, by="eva", note=" ")
    with pytest.raises(UnknownError):
        retire(store, "ex-nothing", by="eva", note="x")
    back = approve(store, "u1", by="eva")
    assert [x.id for x in current_examples(store)] == [back.id]


def test_hidden_spans_do_not_enter_an_example(store):
    hide_span(store, "u1", "Order u1", by="ana")
    e = approve(store, "u1", Wish(expected_answer="Order u1 arrives on Friday, truly."), by="eva")
    assert e.content["expected_answer"] == "[HIDDEN_1] arrives on Friday, truly."
    assert "Order u1" not in str(e.content)


def test_an_example_of_one_answer_has_the_turns_before_it(tmp_path):
    store = new_store(tmp_path)
    open_test_week(store)
    item = add_item(store, "t", sql="SELECT 1")
    store.add(replace(item, id="t#1", target_turn=1), replace(item, id="t#3", target_turn=3))
    for one in ("t#1", "t#3"):
        vote(store, one, "ana", GOOD)
    early, late = approve(store, "t#1", by="eva"), approve(store, "t#3", by="eva")
    assert (early.content["question"], early.content["answer"]) == ("Hello", "Hello, how can I help?")
    assert (early.content["prior_turns"], early.content["reference_sql"]) == ([], "")
    assert (late.content["question"], late.content["reference_sql"]) == ("Where is my order t?", "SELECT 1")
    assert len(late.content["prior_turns"]) == 2
    assert early.split == late.split  # the split goes by conversation


def test_a_conversation_that_ends_with_thanks_is_about_the_question_before_the_answer(tmp_path):
    store = new_store(tmp_path)
    open_test_week(store)
    turns = ({"role": "user", "content": "When?"}, {"role": "assistant", "content": "Friday."})
    add_item(store, "thanks", messages=(*turns, {"role": "user", "content": "Thanks!"}))
    add_item(store, "failed", messages=(*turns, {"role": "user", "content": "And where?"}), status="error")
    vote(store, "thanks", "ana", GOOD)
    vote(store, "failed", "ana", BAD)
    e = approve(store, "thanks", by="eva")
    assert (e.content["question"], e.content["answer"]) == ("When?", "Friday.")
    e = approve(store, "failed", Wish(expected_answer="At home."), by="eva")
    assert (e.content["question"], e.content["answer"]) == ("And where?", "")


DEFAULT = DEFAULT_RUBRIC["dimensions"]
DOWNWARD = [{"name": "q", "scale": "ordinal", "values": ["good", "fair", "bad"], "positive": "bad"}]
PREFERENCE = [{"name": "preference", "scale": "nominal", "values": ["0", "1", "2"]}]
YES_NO = {"name": "correctness", "scale": "nominal", "values": ["no", "yes"]}


@pytest.mark.parametrize(
    ("dimensions", "labels", "right"),
    [
        (DEFAULT, {"correctness": "correct"}, True),
        (DEFAULT, {"correctness": "partly"}, False),
        (DEFAULT, {}, False),
        (DOWNWARD, {"q": "good"}, True),
        (DOWNWARD, {"q": "bad"}, False),
        (PREFERENCE, {"preference": "2"}, False),
        ([{**YES_NO, "positive": "no"}], {"correctness": "yes"}, True),
        ([YES_NO], {"correctness": "yes"}, False),
    ],
)
def test_an_answer_is_right_at_the_end_of_the_scale_opposite_to_the_positive_value(dimensions, labels, right):
    assert judged_right(rubric_from({"dimensions": dimensions}), labels) is right


def test_provenance_goes_back_to_the_conversation(store):
    settle(store)
    e = approve(store, "d1", Wish(expected_answer="On Friday."), by="lea")
    found = provenance(store, e.example_id)
    assert {v["rater"] for v in found.to_json()["votes"]} == set(found.raters) == {"ana", "ben"}
    assert found.adjudication.adjudicator == "eva"
    assert (found.draw.id, found.stratum.name, found.stratum.probability) == ("d-2026-W47", "failing", 0.5)
    assert found.conversation.id == found.item.conversation_id == "d1"
    assert (found.imports, found.releases) == ((), ())
    with pytest.raises(UnknownError, match="'ex-nothing'"):
        provenance(store, "ex-nothing")


def test_the_same_item_has_the_same_example_in_every_store():
    assert example_id_of("u1") == example_id_of("u1") != example_id_of("u2")
