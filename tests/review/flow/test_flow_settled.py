"""From votes to a settled label, who may settle, and the end of a week."""

from collections import Counter

import pytest
from examples import examples
from flow_store import BAD, GOOD, RATERS, WEEK, assignments, deal_item, entry, open_of, send, take_role, vote
from hypothesis import given
from hypothesis import strategies as st

from review.basics.errors import InputError, Refused, UnknownError
from review.basics.labels import Label
from review.closing.closing import checklist, close_week
from review.current.assignments import closing_of
from review.current.settled import annotations_of, canonical_value, settle, settled_labels
from review.demo.triaging import triage_week
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import rubric_from, save_rubric
from review.settings.project import project_of
from review.settling.adjudication import adjudicate, cases
from storage.records_people import AuditEntry
from storage.records_review import Adjudication
from storage.records_weeks import WeekClosing


@pytest.mark.parametrize(
    ("votes", "value", "rule"),
    [
        ({"wrong": 1}, "wrong", "single"),
        ({"wrong": 2}, "wrong", "unanimous"),
        ({"wrong": 2, "partly": 1}, "wrong", "plurality"),
        ({"wrong": 1, "partly": 1}, None, "tie"),
        ({"wrong": 2, "partly": 2, "correct": 1}, None, "tie"),
        # 2 of 5 are the most, though no majority.
        ({"wrong": 2, "partly": 1, "correct": 1, "other": 1}, "wrong", "plurality"),
        ({("a", "b"): 2, ("a",): 1}, ("a", "b"), "plurality"),
        ({(): 1, ("a",): 1}, None, "tie"),
    ],
)
def test_votes_settle_by_rule(votes, value, rule):
    given = [Label("i", f"r{k}", "d", value) for k, value in enumerate(Counter(votes).elements())]
    (found,) = settle(given, {}).values()
    assert (found.value, found.rule, found.disputed) == (value, rule, rule in ("plurality", "tie"))


@examples(100)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["x", "y", "z"])), max_size=20), st.randoms())
def test_the_order_of_votes_does_not_matter_and_no_tie_has_a_winner(said, random):
    labels = [Label(item, f"r{k}", "d", value) for k, (item, value) in enumerate(said)]
    decided = settle(labels, {})
    shuffled = list(labels)
    random.shuffle(shuffled)
    assert settle(shuffled, {}) == decided
    for (item, _), found in decided.items():
        counts = Counter(v for i, v in said if i == item)
        assert found.votes == counts
        top = [v for v, n in counts.items() if n == max(counts.values())]
        assert found.value == (top[0] if len(top) == 1 else None)


def test_an_adjudicated_item_has_the_adjudicated_labels_and_no_others():
    labels = [Label("i", "ana", "correctness", "wrong"), Label("i", "ana", "reasons", ("wrong_fact",))]
    decided = settle(labels, {"i": {"correctness": "correct", "intent": "refund"}})
    assert {d: s.value for (_, d), s in decided.items()} == {"correctness": "correct", "intent": "refund"}
    assert all(s.rule == "adjudicated" and not s.disputed for s in decided.values())
    assert decided["i", "correctness"].votes == {"wrong": 1} and decided["i", "intent"].votes == {}


def test_a_set_is_stored_as_a_list_and_compared_as_a_tuple():
    assert canonical_value(["a", "b"]) == ("a", "b") and canonical_value("a") == "a" and canonical_value([]) == ()


def test_set_labels_agree_as_a_whole(opened, items):
    item = items[0].id
    vote(opened, item, "ana", {**BAD, "reasons": ["incomplete", "wrong_fact"]})
    vote(opened, item, "ben", {**BAD, "reasons": ["wrong_fact", "incomplete"]})
    vote(opened, item, "eva", {**BAD, "reasons": ["wrong_fact"]})
    found = settled_labels(opened, [WEEK])[item, "reasons"]
    assert found.value == ("wrong_fact", "incomplete") and found.rule == "plurality"
    assert found.votes == {("wrong_fact", "incomplete"): 2, ("wrong_fact",): 1}


def new_rubric(store, **more):
    values = ["bad", "good"]
    mine = {"name": "correctness", "scale": "ordinal", "values": values, "positive": "bad"}
    return save_rubric(store, rubric_from({**DEFAULT_RUBRIC, "dimensions": [mine], **more}), by="lea").version


def test_votes_under_different_rubric_versions_are_not_mixed(opened, items):
    item = items[0].id
    vote(opened, item, "ana", BAD)
    vote(opened, item, "ben", BAD)
    version = new_rubric(opened)
    vote(opened, item, "eva", {"correctness": "good"}, rubric=version)
    found = settled_labels(opened, [WEEK])
    assert {d: (s.value, s.rule) for (i, d), s in found.items() if i == item} == {"correctness": ("good", "single")}
    # Asked for the first version alone, an item with later votes has none.
    assert not [i for i, _ in settled_labels(opened, [WEEK], rubric=1) if i == item]


def test_with_a_rubric_version_only_its_own_labels_and_adjudications_count(opened, items):
    first, second = items[0].id, items[1].id
    vote(opened, first, "ana", BAD)
    adjudicate(opened, first, by="lea", labels=GOOD, rationale="r")
    version = new_rubric(opened)
    vote(opened, second, "ben", {"correctness": "good"}, rubric=version)
    assert {i for i, _ in settled_labels(opened, [WEEK], rubric=1)} == {first}
    assert {i for i, _ in settled_labels(opened, [WEEK], rubric=version)} == {second}
    assert {i for i, _ in settled_labels(opened, [WEEK])} == {first, second}


def test_an_undone_vote_counts_for_nothing(opened, items):
    item = items[0].id
    vote(opened, item, "ana", GOOD)
    sent = vote(opened, item, "ben", BAD)
    send(opened, "ben", {"kind": "withdraw", "submission_id": "undo-1234", "withdraws": sent})
    assert settled_labels(opened, [WEEK])[item, "correctness"].rule == "single"
    assert len(annotations_of(opened, [WEEK])) == 1


def case_of(store, item, viewer="lea"):
    return next((c for c in cases(store, WEEK, viewer=viewer) if c.item.id == item), None)


def test_the_queue_begins_with_the_most_disputed(opened, items):
    one, two, three, four = (i.id for i in items[:4])
    for rater, labels in (("ana", GOOD), ("ben", GOOD), ("eva", BAD)):
        vote(opened, one, rater, labels)
    for rater, labels in (("ana", GOOD), ("ben", BAD)):
        vote(opened, two, rater, labels)
    for rater in ("ana", "ben"):
        vote(opened, three, rater, GOOD)
    vote(opened, four, "ana", GOOD)
    found = cases(opened, WEEK, viewer="lea")
    # Pairs that differ: 2 of 3 for the first, 1 of 1 for the second.
    assert [(c.item.id, c.kind, round(c.spread, 3)) for c in found[:2]] == [
        (two, "disputed", 1.0),
        (one, "disputed", 0.667),
    ]
    assert {c.item.id: c.kind for c in found[2:]} == {three: "unanimous", four: "single"}
    adjudicate(opened, two, by="lea", labels=BAD, reason="slip")
    assert [c.kind for c in cases(opened, WEEK, viewer="lea")][-1] == "settled"


def test_reasons_by_one_side_alone_are_no_disagreement_but_different_reasons_are(opened, items):
    one, two = items[0].id, items[1].id
    for rater in ("ana", "ben"):
        vote(opened, one, rater, {**BAD, "reasons": ["wrong_fact"] if rater == "ana" else ["unsafe"]})
        vote(opened, two, rater, BAD)
    assert case_of(opened, one).kind == "disputed" and case_of(opened, two).kind == "unanimous"


def test_nobody_sees_votes_of_an_item_that_they_still_owe(opened, items):
    shared = next(i for i in items if i.overlap).id
    vote(opened, shared, "ana", GOOD)
    vote(opened, shared, "ben", BAD)
    assert case_of(opened, shared, "eva") is None and case_of(opened, shared, "lea") is not None
    vote(opened, shared, "eva", GOOD)
    assert len(case_of(opened, shared, "eva").annotations) == 3


def test_a_disagreement_is_settled_with_a_reason(opened, items):
    item = items[0].id
    seen = [vote(opened, item, "ana", GOOD), vote(opened, item, "ben", BAD)]
    with pytest.raises(InputError, match="Give a rationale or a reason"):
        adjudicate(opened, item, by="lea", labels=GOOD, rationale="  ")
    with pytest.raises(InputError, match="reason: found 'mood', expected one of rubric unclear"):
        adjudicate(opened, item, by="lea", labels=GOOD, reason="mood")
    with pytest.raises(InputError, match="correctness: found 'good'"):
        adjudicate(opened, item, by="lea", labels={**GOOD, "correctness": "good"}, rationale="r")
    with pytest.raises(InputError, match="intent has no value"):
        adjudicate(opened, item, by="lea", labels={"correctness": "correct"}, rationale="r")
    assert opened.find(Adjudication) == []
    made = adjudicate(opened, item, by="lea", labels={**GOOD, "reasons": ["unsafe"]}, reason="hard case")
    assert made.labels == GOOD and made.seen == tuple(seen) and made.supersedes is None
    detail = opened.find(AuditEntry, action="adjudicate")[0].detail
    assert detail["adjudication"] == made.id and list(detail["signed"]) == ["adjudications"]


def test_a_later_adjudication_supersedes_and_the_earlier_one_stays(opened, items):
    item = items[0].id
    vote(opened, item, "ana", GOOD)
    vote(opened, item, "ben", BAD)
    first = adjudicate(opened, item, by="lea", labels=GOOD, rationale="first")
    second = adjudicate(opened, item, by="lea", labels=BAD, rationale="second thoughts")
    assert second.supersedes == first.id and len(opened.find(Adjudication)) == 2
    found = settled_labels(opened, [WEEK])
    assert found[item, "correctness"].value == "wrong" and found[item, "correctness"].rule == "adjudicated"
    assert found[item, "reasons"].value == ("wrong_fact",)
    assert case_of(opened, item).settled.id == second.id


def test_nobody_settles_an_item_they_annotated_while_somebody_else_can(opened, items):
    item = items[0].id
    vote(opened, item, "ana", GOOD)
    vote(opened, item, "eva", BAD)
    with pytest.raises(Refused, match="you annotated this item yourself; lea can settle it"):
        adjudicate(opened, item, by="eva", labels=BAD, rationale="mine")
    take_role(opened, "lea")
    # Now nobody else is left who could.
    assert adjudicate(opened, item, by="eva", labels=BAD, rationale="mine").adjudicator == "eva"


def test_settling_needs_the_role_an_item_and_a_vote(opened, items):
    with pytest.raises(Refused, match="needs the role adjudicator; ana has annotator"):
        adjudicate(opened, items[0].id, by="ana", labels=GOOD)
    with pytest.raises(UnknownError, match="item 'nothing'"):
        adjudicate(opened, "nothing", by="lea", labels=GOOD)
    with pytest.raises(Refused, match="has no annotation yet"):
        adjudicate(opened, items[0].id, by="lea", labels=GOOD)


def test_a_week_closes_when_everything_is_reviewed_and_settled(opened):
    for rater in ("ana", "ben", "eva"):
        for assignment in assignments(opened, rater):
            send(opened, rater, entry(assignment, BAD if rater == "ben" else GOOD))
    reviewed, settled, _ = checklist(opened, WEEK)
    assert reviewed.done and reviewed.todo == "every dealt item is reviewed"
    shared = [c for c in cases(opened, WEEK, viewer="") if c.kind == "disputed"]
    assert settled.open == settled.total == len(shared) > 0
    assert settled.todo.startswith(f"{len(shared)} disagreement")
    with pytest.raises(Refused, match=f"cannot close yet: {len(shared)} disagreements"):
        close_week(opened, WEEK, by="lea")
    for case in shared:
        adjudicate(opened, case.item.id, by="lea", labels=GOOD, reason="slip")
    triage_week(opened, project_of(opened.path), WEEK, by="lea")
    assert all(c.done for c in checklist(opened, WEEK))
    closing = close_week(opened, WEEK, by="lea")
    assert closing_of(opened, WEEK) == closing and closing.reason == ""
    assert closing.checklist["settled"] == {"open": 0, "total": len(shared)}
    with pytest.raises(Refused, match="closed already"):
        close_week(opened, WEEK, by="lea", reason="again")
    assert len(opened.find(WeekClosing)) == 1


def test_a_lead_may_close_early_with_a_reason(opened):
    with pytest.raises(Refused, match="needs the role lead"):
        close_week(opened, WEEK, by="eva", reason="enough")
    with pytest.raises(Refused, match=r"still to review: ana \d+, ben \d+, eva \d+"):
        close_week(opened, WEEK, by="lea", reason="   ")
    closing = close_week(opened, WEEK, by="lea", reason=" holidays ")
    assert closing.reason == "holidays" and closing.checklist["reviewed"]["open"] > 0


def test_closing_an_unknown_week_lists_the_weeks_there_are(opened):
    with pytest.raises(UnknownError, match=WEEK):
        close_week(opened, "2026-W01", by="lea")


def test_one_more_assignment_of_a_settled_item_does_not_unsettle_it(opened, items):
    item = items[0].id
    vote(opened, item, "ana", GOOD)
    vote(opened, item, "ben", BAD)
    adjudicate(opened, item, by="lea", labels=GOOD, reason="slip")
    deal_item(opened, item, "lea")
    send(opened, "lea", entry(assignments(opened, "lea")[0], BAD))
    assert settled_labels(opened, [WEEK])[item, "correctness"].value == "correct"


def test_a_week_that_everybody_skipped_is_not_reviewed(opened, items):
    for rater in RATERS:
        send(opened, rater, *({**entry(a), "kind": "skip", "reason": "empty"} for a in open_of(opened, rater)))
    said = next(c for c in checklist(opened, WEEK) if c.name == "reviewed")
    assert (said.done, said.open) == (False, len(items))
    assert said.todo == f"{len(items)} items reviewed by nobody (skipped or taken back)"
    with pytest.raises(Refused, match="skipped or taken back"):
        close_week(opened, WEEK, by="lea")


def test_settling_after_the_closing_is_logged_as_late(opened, items):
    vote(opened, items[0].id, "ana", GOOD)
    adjudicate(opened, items[0].id, by="lea", labels=GOOD)
    close_week(opened, WEEK, by="lea", reason="holidays")
    adjudicate(opened, items[0].id, by="lea", labels=BAD)
    assert [e.detail.get("late", False) for e in opened.find(AuditEntry, action="adjudicate")] == [False, True]
