"""What a browser sends: the server checks all of it, loses none of it, and never fails on it."""

import re
import threading
from uuid import uuid4

import pytest
from examples import examples
from flow_store import BAD, GOOD, WEEK, assignments, entry, open_of, refusal, send, take_role
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from review.annotating.batch import batch
from review.annotating.entries import LIMITS, MAX_SECONDS
from review.annotating.flags import flags, take_back_flag
from review.annotating.submissions import Receipt, receive
from review.basics.errors import NothingToDo, Refused, UnknownError
from review.basics.limits import MAX_COMMENT
from review.closing.closing import close_week
from review.current.assignments import owed_items
from review.current.settled import annotations_of
from review.people.people import add_person
from review.privacy.hidden_spans import hide_span, spans_by_conversation
from review.week.dealing import redistribute
from storage.opening import open_store
from storage.queries.annotations import CURRENT_SQL
from storage.records_people import AuditEntry
from storage.records_review import Annotation, Flag, HiddenSpan, Skip, Withdrawal
from storage.records_weeks import Item
from storage.store import Store

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
FIELDS = ("kind", "submission_id", "assignment", "labels", "comment", "corrected_answer", "seconds", "reason", "flag")


def written(store: Store) -> int:
    return sum(len(store.find(record)) for record in (Annotation, Skip, Withdrawal, Flag))


def current(store: Store, rater: str = "ana") -> list[Annotation]:
    return store.select(Annotation, CURRENT_SQL, {"week": WEEK, "rater": rater})


def undo(sent: dict, name: str | None = None) -> dict:
    return {"kind": "withdraw", "submission_id": name or uuid4().hex, "withdraws": sent["submission_id"]}


@pytest.fixture
def mine(opened):
    return assignments(opened, "ana")


def test_an_annotation_is_kept_as_it_was_made(opened, mine):
    sent = entry(mine[0], BAD, comment="  why \n", corrected_answer="Better: 4", seconds=12.5)
    assert send(opened, "ana", sent) == Receipt((sent["submission_id"],), ())
    (kept,) = opened.find(Annotation)
    assert (kept.submission_id, kept.rater_id, kept.item_id) == (sent["submission_id"], "ana", mine[0].item_id)
    assert (kept.labels, kept.comment, kept.corrected_answer, kept.seconds) == (BAD, "why", "Better: 4", 12.5)
    assert (kept.rubric_version, kept.supersedes, kept.revealed, kept.late) == (1, None, False, False)


def test_the_same_entry_again_is_acknowledged_and_changes_nothing(opened, mine):
    sent = entry(mine[0])
    send(opened, "ana", sent, sent)
    before, log = opened.find(Annotation), len(opened.find(AuditEntry))
    send(opened, "ana", {**sent, "labels": BAD})
    assert opened.find(Annotation) == before and len(before) == 1
    assert len(opened.find(AuditEntry)) == log


def test_a_repeated_undo_skip_and_flag_change_nothing_either(opened, mine):
    sent = entry(mine[0])
    skip = {"kind": "skip", "submission_id": uuid4().hex, "assignment": mine[1].id, "reason": "no"}
    flag = {"kind": "flag", "submission_id": uuid4().hex, "assignment": mine[2].id, "flag": "unclear"}
    send(opened, "ana", sent, undo(sent, "undo-1234"), skip, flag)
    before = written(opened)
    send(opened, "ana", sent, undo(sent, "undo-1234"), skip, flag)
    assert written(opened) == before == 4


def test_a_submission_id_that_somebody_else_used_is_refused(opened, mine):
    sent = entry(mine[0])
    send(opened, "ana", sent)
    theirs = assignments(opened, "ben")[0]
    assert "somebody else used it" in refusal(opened, "ben", {**entry(theirs), "submission_id": sent["submission_id"]})
    assert len(opened.find(Annotation)) == 1


@pytest.mark.parametrize("kind", ["annotation", "skip", "flag"])
def test_somebody_elses_assignment_and_a_missing_one_are_refused_alike(opened, kind):
    theirs = assignments(opened, "ben")[0]
    more = {"kind": kind, "reason": "r", "flag": "other"}
    sentences = {
        refusal(opened, "ana", {**entry(name), **more})
        for name in (theirs.id, uuid4().hex, "c001", "", "x" * 70, "'; DROP TABLE items")
    }
    sentences |= {refusal(opened, "ana", {**entry("x"), **more, "assignment": odd}) for odd in (None, 5, [], {}, True)}
    assert sentences == {"assignment: this item is not dealt to you."}
    assert written(opened) == 0


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        ({**GOOD, "correctness": "perfect"}, "correctness: found 'perfect', expected one of wrong, partly, correct"),
        ({**GOOD, "correctness": "WRONG"}, r"did you mean 'wrong'"),
        ({k: v for k, v in GOOD.items() if k != "intent"}, "intent has no value. Choose one of order_status"),
        ({**GOOD, "correctness": "wrong"}, "reasons has no value"),
        ({**BAD, "reasons": []}, "reasons has no value"),
        ({**BAD, "reasons": ["wrong_fact", "lazy"]}, "reasons: found .*expected one of wrong_fact"),
        ({**BAD, "reasons": {"wrong_fact": 1}}, "reasons: found dict"),
        ({**GOOD, "mood": "good"}, "found dimension 'mood', expected one of correctness"),
        ({**GOOD, "intent": ["order_status"]}, "intent: found"),
        ({**GOOD, "politeness": 3}, "politeness: found '3'"),
        ([], "correctness has no value"),
        ("wrong", "labels: found str"),
        ([["correctness", "wrong"]], "labels: found list"),
        ({**GOOD, "intent": "x" * 10_000_000}, "intent: found 'x{80}', expected"),
    ],
    ids=range(14),
)
def test_labels_outside_the_rubric_are_refused_with_what_was_expected(opened, mine, labels, sentence):
    assert re.search(sentence, refusal(opened, "ana", entry(mine[0], labels)))
    assert written(opened) == 0


def test_labels_are_kept_in_canonical_form_and_without_dimensions_not_asked(opened, mine):
    sent = {**GOOD, "correctness": " correct ", "reasons": ["wrong_fact"]}
    send(opened, "ana", entry(mine[0], sent))
    send(opened, "ana", entry(mine[1], {**BAD, "reasons": ["incomplete", "wrong_fact", "incomplete"]}))
    kept = opened.find(Annotation)
    assert kept[0].labels == GOOD
    # In declared order, each once.
    assert kept[1].labels["reasons"] == ["wrong_fact", "incomplete"]


@pytest.mark.parametrize("field", ["comment", "corrected_answer"])
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("x" * 10_000_000, "found 10,000,000 characters, expected at most"),
        ("a\x00b", "characters that are not text"),
        ("a\ud800b", "characters that are not text"),
        (["a"], "found list, expected text"),
        (7, "found int, expected text"),
    ],
    ids=["10 MB", "NUL", "surrogate", "list", "number"],
)
def test_a_text_field_that_is_not_text_is_refused(opened, mine, field, text, sentence):
    assert sentence in refusal(opened, "ana", entry(mine[0], **{field: text}))
    assert written(opened) == 0


def test_a_comment_may_be_long_and_hold_any_script(opened, mine):
    text = ("naïve 🙂 العربية " * MAX_COMMENT)[:MAX_COMMENT].strip()
    send(opened, "ana", entry(mine[0], comment=text))
    assert opened.find(Annotation)[0].comment == text


def test_each_text_may_be_as_long_as_the_browser_is_told_and_no_longer(opened, mine):
    limits = batch(opened, "ana", week=WEEK)["limits"]
    assert limits == LIMITS
    for field in ("comment", "corrected_answer"):
        fits, too_long = (entry(mine[0], **{field: "x" * n}) for n in (limits[field], limits[field] + 1))
        assert send(opened, "ana", fits).acknowledged == (fits["submission_id"],)
        assert f"{field}: found {limits[field] + 1:,} characters" in refusal(opened, "ana", too_long)
    skip = {"kind": "skip", "submission_id": uuid4().hex, "assignment": mine[1].id}
    assert "reason: found 501 characters" in refusal(opened, "ana", {**skip, "reason": "x" * 501})
    send(opened, "ana", {**skip, "reason": "x" * limits["skip_reason"]})
    flag = {"kind": "flag", "submission_id": uuid4().hex, "assignment": mine[2].id, "flag": "unclear"}
    for field, most in (("comment", limits["flag_comment"]), ("span", limits["flag_span"])):
        too_long = {**flag, field: "x" * (most + 1)}
        assert f"{field}: found {most + 1:,} characters" in refusal(opened, "ana", too_long)
    send(opened, "ana", {**flag, "comment": "x" * limits["flag_comment"], "span": "x" * limits["flag_span"]})


@pytest.mark.parametrize(
    ("seconds", "kept"),
    [
        (float("nan"), None),
        (float("inf"), None),
        (float("-inf"), None),
        (True, None),
        ("12", None),
        (None, None),
        ([1], None),
        (-5, 0.0),
        (10**400, MAX_SECONDS),
        (-(10**400), 0.0),
        (12, 12.0),
        (0.25, 0.25),
    ],
    ids=range(12),
)
def test_seconds_are_a_sensible_number_or_nothing(opened, mine, seconds, kept):
    send(opened, "ana", entry(mine[0], seconds=seconds))
    assert opened.find(Annotation)[0].seconds == kept


def nested(depth: int) -> list:
    value: list = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize(
    "value", [nested(900), 10**4000, "\ud800" * 9, "a\x00b-------", {"a": {"b": []}}], ids=range(5)
)
def test_an_odd_value_in_any_field_never_raises(opened, mine, field, value):
    receive(opened, "ana", [{**entry(mine[0]), field: value}])


def test_an_undo_with_an_odd_assignment_is_taken_and_logged_under_the_right_one(opened, mine):
    sent = entry(mine[0])
    send(opened, "ana", sent)
    send(opened, "ana", {**undo(sent), "assignment": "\ud800 of somebody else"})
    assert opened.find(AuditEntry, action="withdraw")[0].subject == mine[0].id


@examples(80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=st.lists(JSON, max_size=4))
def test_any_json_list_is_answered_and_writes_nothing(opened, entries):
    receipt = receive(opened, "ana", entries)
    assert len(receipt.acknowledged) + len(receipt.rejected) == len(entries)
    assert receipt.acknowledged == () and written(opened) == 0


@examples(80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(field=st.sampled_from(FIELDS), value=JSON, kind=st.sampled_from(["annotation", "skip", "withdraw", "flag", "x"]))
def test_any_json_in_a_field_of_a_good_entry_is_answered(opened, field, value, kind):
    sent = {**entry(assignments(opened, "ana")[0]), "kind": kind, "reason": "r", "flag": "other", field: value}
    receipt = receive(opened, "ana", [sent])
    assert len(receipt.acknowledged) + len(receipt.rejected) == 1


def test_one_bad_entry_does_not_stop_the_others(opened, mine):
    good, later = entry(mine[0]), entry(mine[1])
    receipt = receive(opened, "ana", [good, "nonsense", {**entry(mine[2]), "labels": {}}, later])
    assert receipt.acknowledged == (good["submission_id"], later["submission_id"])
    assert len(receipt.rejected) == 2


def test_a_skip_needs_a_reason(opened, mine):
    skip = {"kind": "skip", "submission_id": uuid4().hex, "assignment": mine[0].id}
    assert "Give a reason for skipping the item." in refusal(opened, "ana", skip)
    send(opened, "ana", {**skip, "reason": "not my language"})
    assert opened.find(Skip)[0].reason == "not my language"
    assert mine[0].id not in batch(opened, "ana", week=WEEK)["order"]


def test_nobody_can_undo_a_submission_of_others(opened, mine):
    theirs = entry(assignments(opened, "ben")[0])
    send(opened, "ben", theirs)
    assert (
        refusal(opened, "ana", undo(theirs))
        == refusal(opened, "ana", undo({"submission_id": uuid4().hex}))
        == "withdraws: you have no such submission."
    )
    assert len(current(opened, "ben")) == 1


def test_undo_and_redo(opened, mine):
    sent = entry(mine[0])
    send(opened, "ana", sent, undo(sent))
    assert current(opened) == [] and mine[0].id in batch(opened, "ana", week=WEEK)["order"]
    again = entry(mine[0], BAD)
    send(opened, "ana", again)
    (now,) = current(opened)
    assert now.submission_id == again["submission_id"] and now.supersedes is None
    # The verdict could be seen between the two, so the second is not counted as blind.
    assert now.revealed
    assert len(opened.find(Annotation)) == 2 and len(opened.find(Withdrawal)) == 1


def test_undoing_a_skip_brings_the_item_back_to_its_place(opened, mine):
    skip = {"kind": "skip", "submission_id": uuid4().hex, "assignment": mine[0].id, "reason": "no"}
    send(opened, "ana", skip, undo(skip))
    assert batch(opened, "ana", week=WEEK)["order"][0] == mine[0].id


def test_each_change_of_mind_names_what_it_replaces(opened, mine):
    first, second, third = (entry(mine[0], labels) for labels in (GOOD, BAD, GOOD))
    send(opened, "ana", first, second, third)
    kept = opened.find(Annotation)
    assert [n.supersedes for n in kept] == [None, first["submission_id"], second["submission_id"]]
    assert [n.revealed for n in kept] == [False, True, True]
    assert [n.submission_id for n in current(opened)] == [third["submission_id"]]
    send(opened, "ana", undo(third))
    assert [n.submission_id for n in current(opened)] == [second["submission_id"]]
    fourth = entry(mine[0])
    send(opened, "ana", fourth)
    assert opened.find(Annotation)[-1].supersedes == second["submission_id"]


def test_two_tabs_that_submit_the_same_item_at_once_lose_nothing(opened, mine):
    sent = {name: [entry(a, labels, comment=name) for a in mine[:8]] for name, labels in (("one", GOOD), ("two", BAD))}
    barrier, receipts = threading.Barrier(2), {}

    def submit(name: str) -> None:
        store = open_store(opened.path)
        barrier.wait()
        receipts[name] = receive(store, "ana", sent[name])
        store.close()

    threads = [threading.Thread(target=submit, args=(name,)) for name in sent]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(len(r.acknowledged) == 8 for r in receipts.values())
    kept = opened.find(Annotation)
    assert len(kept) == 16
    for assignment in mine[:8]:
        first, second = (n for n in kept if n.assignment_id == assignment.id)
        assert (first.supersedes, second.supersedes) == (None, first.submission_id)
        assert {first.comment, second.comment} == {"one", "two"}
    assert {n.submission_id for n in current(opened)} == {
        [n for n in kept if n.assignment_id == a.id][-1].submission_id for a in mine[:8]
    }


def test_a_person_without_the_role_writes_nothing_more(opened, mine):
    send(opened, "ana", entry(mine[0]))
    take_role(opened, "ana")
    with pytest.raises(Refused, match="needs the role annotator; ana has no role"):
        receive(opened, "ana", [entry(mine[1])])
    assert len(opened.find(Annotation)) == 1
    add_person(opened, "ana", role="annotator", by="lea")
    send(opened, "ana", entry(mine[1]))


def test_a_role_taken_away_between_two_entries_stops_the_second(opened, mine):
    class Entries(list):
        def __iter__(self):
            yield entry(mine[0])
            take_role(opened, "ana")
            yield entry(mine[1])

    receipt = receive(opened, "ana", Entries())
    assert len(receipt.acknowledged) == 1 and "needs the role annotator" in receipt.rejected[0][1]


def test_an_unknown_person_is_refused(opened):
    with pytest.raises(Refused, match="an unknown person"):
        receive(opened, "nobody", [])


def test_a_submission_after_closing_is_kept_and_marked_late(opened, mine):
    send(opened, "ana", entry(mine[0]))
    close_week(opened, WEEK, by="lea", reason="holidays")
    send(opened, "ana", entry(mine[1]))
    assert [n.late for n in opened.find(Annotation)] == [False, True]
    # The second was given when everything was open to everybody: it is kept, and changes no figure.
    assert [n.assignment_id for n in current(opened)] == [mine[0].id]
    assert opened.find(Annotation)[1].revealed


def test_a_late_change_does_not_replace_an_answer_in_time(opened, mine):
    send(opened, "ana", entry(mine[0]))
    close_week(opened, WEEK, by="lea", reason="holidays")
    send(opened, "ana", entry(mine[0], BAD))
    assert [n.labels for n in current(opened)] == [GOOD]
    # They see what they said last all the same.
    shown = {i["assignment"]: i["mine"] for i in batch(opened, "ana", week=WEEK)["items"]}
    assert shown[mine[0].id]["labels"] == BAD


def test_nothing_can_be_taken_back_in_a_closed_week(opened, mine):
    sent, skipped = entry(mine[0]), {**entry(mine[1]), "kind": "skip", "reason": "empty"}
    send(opened, "ana", sent, skipped)
    close_week(opened, WEEK, by="lea", reason="holidays")
    for one in (sent, skipped):
        assert "The week is closed" in refusal(opened, "ana", undo(one))
    assert len(current(opened)) == 1 and opened.find(Withdrawal) == []


def test_an_adjudicator_who_answers_a_skipped_item_has_seen_other_answers(opened):
    for rater, seen in (("ana", False), ("eva", True)):
        dealt = open_of(opened, rater)[0]
        skipped = {**entry(dealt), "kind": "skip", "reason": "not my field"}
        send(opened, rater, skipped)
        # A reviewer may take it up again, so that it stays hidden from them; who settles may look at it.
        assert (dealt.item_id in owed_items(opened, rater)) is not seen
        send(opened, rater, undo(skipped), entry(dealt))
        assert opened.find(Annotation, assignment_id=dealt.id)[0].revealed is seen


def test_an_item_that_was_handed_on_stays_hidden_from_its_former_reviewer(opened, items):
    alone = {i.id for i in items if not i.overlap}
    gone = [a for a in open_of(opened, "ana") if a.item_id in alone]
    assert redistribute(opened, WEEK, rater="ana", to=["ben"], by="lea") == len(gone)
    assert {a.item_id for a in gone} <= owed_items(opened, "ana")
    send(opened, "ana", entry(gone[0]))
    answer = opened.find(Annotation)[0]
    assert (answer.late, answer.revealed) == (True, False)
    assert gone[0].item_id not in owed_items(opened, "ana")


def test_flags_are_kept_and_privacy_hides_the_span(opened, mine):
    flag = {"kind": "flag", "submission_id": uuid4().hex, "assignment": mine[0].id, "flag": "privacy"}
    send(opened, "ana", {**flag, "span": "arrives on Friday", "comment": "a date"})
    assert opened.find(Flag)[0].kind == "privacy" and len(opened.find(HiddenSpan)) == 1
    sent = {**flag, "submission_id": uuid4().hex}
    assert "no message here contains the selected text" in refusal(opened, "ana", {**sent, "span": "nowhere"})
    assert "expected one of privacy, unclear, other" in refusal(opened, "ana", {**sent, "flag": "rude"})
    # A refused flag leaves nothing behind.
    assert len(opened.find(Flag)) == len(opened.find(HiddenSpan)) == 1


def hides(store: Store, item: str) -> list[str]:
    conversation_id = store.find(Item, id=item)[0].conversation_id
    return [s.token for s in spans_by_conversation(store, [conversation_id]).get(conversation_id, [])]


def privacy(assignment, span: str = "arrives on Friday") -> dict:
    return {"kind": "flag", "submission_id": uuid4().hex, "assignment": assignment.id, "flag": "privacy", "span": span}


def test_a_span_is_shown_again_after_its_flag_is_taken_back_until_the_next_flag(opened, mine):
    first = privacy(mine[0])
    send(opened, "ana", first)
    assert hides(opened, mine[0].item_id) == ["[HIDDEN_1]"]
    send(opened, "ana", undo(first))
    assert hides(opened, mine[0].item_id) == [] and flags(opened, WEEK, viewer="lea") == []
    send(opened, "ana", privacy(mine[0]))
    assert hides(opened, mine[0].item_id) == ["[HIDDEN_1]"]


def test_a_span_stays_hidden_while_another_flag_asks_for_it(opened, items):
    item = next(i.id for i in items if i.overlap)
    held = {r: next(a for a in assignments(opened, r) if a.item_id == item) for r in ("ana", "ben")}
    sent = {rater: privacy(held[rater]) for rater in held}
    for rater, flag in sent.items():
        send(opened, rater, flag)
    send(opened, "ana", undo(sent["ana"]))
    assert hides(opened, item) == ["[HIDDEN_1]"]
    take_back_flag(opened, sent["ben"]["submission_id"], by="lea")
    assert hides(opened, item) == []
    with pytest.raises(NothingToDo, match="already"):
        take_back_flag(opened, sent["ben"]["submission_id"], by="lea")


def test_a_span_hidden_without_a_flag_stays_hidden_when_a_flag_is_taken_back(opened, mine):
    item = opened.find(Item, id=mine[0].item_id)[0]
    hide_span(opened, item.conversation_id, "arrives on Friday", by="ben")
    again = privacy(mine[0])
    send(opened, "ana", again, undo(again))
    assert hides(opened, item.id) == ["[HIDDEN_1]"]


def test_adjudicators_see_flags_and_leads_take_them_back(opened, mine):
    note = {
        "kind": "flag",
        "submission_id": uuid4().hex,
        "assignment": mine[0].id,
        "flag": "unclear",
        "comment": "both",
    }
    send(opened, "ana", note, privacy(mine[1]))
    seen = flags(opened, WEEK, viewer="lea")
    assert [(f.kind, f.comment, f.by, f.token) for f in seen] == [
        ("privacy", "", "ana", "[HIDDEN_1]"),
        ("unclear", "both", "ana", ""),
    ]
    owed = owed_items(opened, "eva")
    assert {f.item for f in flags(opened, WEEK, viewer="eva")} == {f.item for f in seen} - owed
    with pytest.raises(Refused, match="needs the role adjudicator"):
        flags(opened, WEEK, viewer="ben")
    with pytest.raises(Refused, match="needs the role lead"):
        take_back_flag(opened, note["submission_id"], by="eva")
    with pytest.raises(UnknownError, match="one of the week's flags"):
        take_back_flag(opened, "nothing", by="lea")
    assert "you have no such submission" in refusal(opened, "ben", undo(note))


def test_every_act_is_in_the_audit_chain_in_its_order(opened, mine):
    sent = entry(mine[0])
    send(opened, "ana", sent, undo(sent))
    last = opened.find(AuditEntry, order_by="sequence")[-2:]
    assert [(e.actor, e.action, e.subject) for e in last] == [
        ("ana", "annotation", mine[0].id),
        ("ana", "withdraw", mine[0].id),
    ]


def test_votes_of_the_week_are_one_per_rater_and_item(opened, mine):
    send(opened, "ana", entry(mine[0]), entry(mine[0], BAD))
    found = [n for n in annotations_of(opened, [WEEK]) if n.item_id == mine[0].item_id]
    assert [n.labels for n in found] == [BAD]
