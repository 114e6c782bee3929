"""The batch that a browser receives: a whitelist, blind until one's own submission."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flow_store import (
    BAD,
    DOUBTFUL,
    FAILING,
    GOOD,
    MARKS,
    RATERS,
    REQUEST,
    WEEK,
    assignments,
    deal_item,
    entry,
    open_the_week,
    send,
    take_role,
)

from review.annotating.batch import DONE_SENT, batch
from review.annotating.submissions import receive
from review.basics.clock import shifted
from review.basics.errors import UnknownError
from review.closing.closing import close_week
from review.current.assignments import owed_items
from review.current.progress import progress
from review.people.people import person
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import rubric_from, save_rubric
from storage.records_review import Verdict
from storage.records_weeks import Assignment, Item, Reassignment

TOP = {
    *("key", "rater", "week", "rubric", "limits", "order", "done", "skipped", "items", "reveals", "findings", "taken"),
}
ITEM = {
    *("assignment", "item", "unit", "target_turn", "messages", "context", "steps", "sql", "sql_tokens", "sql_written"),
    *("result", "error", "mine"),
}
FORBIDDEN = {
    *("verdict", "verdicts", "stratum", "draw_id", "draw", "probability", "purposive", "overlap", "reason", "status"),
    *("feedback", "confidence", "low_confidence", "repaired", "repair_rounds", "tags", "scenario", "metadata"),
    *("model", "prompt_version", "variant", "latency_ms", "cost", "user_id", "session_id", "annotations", "votes"),
    *("rank", "position", "spread"),
}


def keys_of(value: Any) -> set[str]:
    """Every key anywhere inside."""
    if isinstance(value, dict):
        return set(value) | {k for v in value.values() for k in keys_of(v)}
    if isinstance(value, list):
        return {k for v in value for k in keys_of(v)}
    return set()


def item_of(payload: dict[str, Any], assignment: Assignment) -> dict[str, Any]:
    return next(i for i in payload["items"] if i["assignment"] == assignment.id)


@pytest.mark.parametrize("rater", RATERS)
def test_a_batch_is_a_whitelist_and_tells_nothing_of_verdicts_or_selection(opened, rater):
    payload = batch(opened, rater, week=WEEK, size=1_000)
    assert set(payload) == TOP
    assert all(set(i) == ITEM for i in payload["items"])
    assert set(payload["week"]) == {"name", "due", "total", "done", "left", "minutes_left", "closed"}
    assert set(payload["rater"]) == {"id", "name"}
    assert not keys_of(payload) & FORBIDDEN
    text = json.dumps(payload)
    assert [m for m in MARKS if m in text] == []
    for word in ("failing", "low_confidence", "rest", "987.5"):
        assert f'"{word}"' not in text
    assert payload["reveals"] == {} == payload["findings"] and payload["done"] == []
    assert all(i["mine"] is None for i in payload["items"])


def test_a_message_carries_only_what_was_said(opened):
    # The store holds more in a message than anybody asked for; the whitelist reaches into it.
    mine = assignments(opened, "ana")[0]
    said = [
        {"role": "user", "content": "hi", "score": 0.1, "verdict": "wrong"},
        {"role": "assistant", "content": "yes"},
    ]
    opened.db.execute("UPDATE conversations SET messages = ? WHERE id = ?", [json.dumps(said), mine.item_id])
    opened.db.conn.commit()
    shown = item_of(batch(opened, "ana", week=WEEK, size=1_000), mine)
    assert shown["messages"] == [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "yes"}]


def test_no_answer_of_others_reaches_a_reviewer(opened, items):
    shared = next(i for i in items if i.overlap)
    for other in ("ben", "eva"):
        theirs = next(a for a in assignments(opened, other) if a.item_id == shared.id)
        send(opened, other, entry(theirs, BAD, comment="OTHER-COMMENT", corrected_answer="OTHER-ANSWER"))
    payload = batch(opened, "ana", week=WEEK, size=1_000)
    text = json.dumps(payload)
    assert "OTHER-COMMENT" not in text and "OTHER-ANSWER" not in text
    held = {a.id for a in assignments(opened, "ana")}
    assert set(payload["order"]) == held
    theirs = {a.id for a in opened.find(Assignment) if a.rater_id != "ana"}
    assert not any(a in text for a in theirs)


def test_verdicts_are_revealed_for_ones_own_submitted_items_alone(opened):
    first, second, *_ = assignments(opened, "ana")
    send(opened, "ana", entry(first), {**entry(second), "kind": "skip", "reason": "unclear"})
    payload = batch(opened, "ana", week=WEEK, size=1_000)
    assert set(payload["reveals"]) == {first.id}
    stored = {v.dimension: v.value for v in opened.find(Verdict, item_id=first.item_id, judge="JUDGE-MARK")}
    assert payload["reveals"][first.id] == {"JUDGE-MARK": stored, "politeness-heuristic": {"politeness": "neutral"}}
    assert set(payload["findings"]) == {first.id}
    assert item_of(payload, first)["mine"]["labels"] == GOOD
    assert item_of(payload, second)["mine"]["kind"] == "skip"
    assert batch(opened, "ben", week=WEEK)["reveals"] == {}


def test_the_verdict_that_counts_is_revealed_and_of_the_newest_version(opened):
    first = assignments(opened, "ana")[0]
    send(opened, "ana", entry(first))
    said = (("2", "partly"), ("2", None), ("10", "wrong"), ("10", None), ("2", "correct"), ("log", "correct"))
    for k, (version, value) in enumerate(said):
        error = "" if value else "timed_out"
        opened.add(
            Verdict(
                id=f"w{k}",
                item_id=first.item_id,
                judge="tone",
                version=version,
                dimension="correctness",
                value=value,
                at="2026-11-20",
                error=error,
            )
        )
    # Nothing that is missing hides what version 10 said before, and what older versions say later does not either.
    assert batch(opened, "ana", week=WEEK)["reveals"][first.id]["tone"] == {"correctness": "wrong"}


def test_skipped_items_keep_their_place_among_answered_ones_and_come_on_request(opened):
    first, second, third, fourth, *_ = assignments(opened, "ana")
    passed = {**entry(second), "kind": "skip", "reason": "not my field"}
    with shifted(-timedelta(seconds=1)):  # earlier than what follows: times have milliseconds
        send(opened, "ana", entry(first), passed)
    send(opened, "ana", entry(third), {**entry(fourth), "kind": "skip", "reason": "empty"})
    before = batch(opened, "ana", week=WEEK)
    assert (before["done"], before["skipped"]) == ([first.id, third.id], [[second.id, 1], [fourth.id, 2]])
    assert not {second.id, fourth.id} & set(before["order"])
    sent = {second.id, fourth.id} & {i["assignment"] for i in before["items"]}
    assert sent == {second.id, fourth.id}  # recent ones come by themselves, so that undo finds them
    known = batch(opened, "ana", week=WEEK, have=sent)
    assert not sent & {i["assignment"] for i in known["items"]}
    asked = batch(opened, "ana", week=WEEK, back=[second.id])
    said = {"submission_id": passed["submission_id"], "kind": "skip", "reason": "not my field"}
    assert item_of(asked, second)["mine"] == said
    assert set(asked["reveals"]) == {first.id, third.id}  # passed by is not judged: nothing is revealed
    send(opened, "ana", entry(second))
    after = batch(opened, "ana", week=WEEK)
    assert (after["done"], after["skipped"]) == ([first.id, third.id, second.id], [[fourth.id, 2]])
    assert batch(opened, "ben", week=WEEK)["skipped"] == []


def test_a_skip_that_is_undone_or_handed_on_does_not_count(opened):
    first, second, *_ = assignments(opened, "ana")
    passed = {**entry(first), "kind": "skip", "reason": "no"}
    undone = {"kind": "withdraw", "submission_id": "undo-1234", "withdraws": passed["submission_id"]}
    send(opened, "ana", passed, {**entry(second), "kind": "skip", "reason": "no"}, undone)
    assert batch(opened, "ana", week=WEEK)["skipped"] == [[second.id, 0]]
    opened.add(
        Reassignment(
            id="moved-1234", assignment_id=second.id, to_id=None, at="2026-01-01T00:00:00Z", by="lea", reason="on leave"
        )
    )
    assert batch(opened, "ana", week=WEEK)["skipped"] == []


def test_after_an_undo_the_verdict_is_gone_again(opened):
    first = assignments(opened, "ana")[0]
    sent = entry(first)
    undo = {"kind": "withdraw", "submission_id": "undo-1234", "withdraws": sent["submission_id"]}
    send(opened, "ana", sent, undo)
    payload = batch(opened, "ana", week=WEEK, size=1_000)
    assert payload["reveals"] == {} == payload["findings"] and first.id in payload["order"]
    assert "JUDGE-MARK" not in json.dumps(payload)


def test_a_rubric_that_does_not_reveal_never_does(imported):
    save_rubric(imported, rubric_from({**DEFAULT_RUBRIC, "reveal": False}), by="lea")
    open_the_week(imported)
    first = assignments(imported, "ana")[0]
    send(imported, "ana", entry(first))
    payload = batch(imported, "ana", week=WEEK)
    assert payload["reveals"] == {} == payload["findings"] and payload["rubric"]["reveal"] is False
    assert "JUDGE-MARK" not in json.dumps(payload)


def test_no_turn_after_the_answer_under_review_is_sent(imported):
    open_the_week(imported, replace(REQUEST, unit="turn"))
    items = {i.id: i for i in imported.find(Item)}
    assert {i.target_turn for i in items.values()} == {1, 3}
    for rater in RATERS:
        for shown in batch(imported, rater, week=WEEK, size=1_000)["items"]:
            turn = items[shown["item"]].target_turn
            assert shown["unit"] == "turn" and shown["target_turn"] == turn
            assert len(shown["messages"]) == turn + 1
            assert ("LAST-ANSWER" in json.dumps(shown["messages"])) == (turn == 3)


def test_a_batch_holds_what_the_browser_lacks_in_the_raters_order(opened):
    order = [a.id for a in assignments(opened, "ana")]
    payload = batch(opened, "ana", week=WEEK, size=4)
    assert payload["order"] == order
    assert [i["assignment"] for i in payload["items"]] == order[:4]
    later = batch(opened, "ana", week=WEEK, have=order[:4], size=4)
    assert [i["assignment"] for i in later["items"]] == order[4:8]
    assert batch(opened, "ana", week=WEEK, have=order)["items"] == []


def test_the_last_ten_finished_items_are_sent_along(opened):
    mine = assignments(opened, "ana")[: DONE_SENT + 2]
    send(opened, "ana", *(entry(a) for a in mine))
    payload = batch(opened, "ana", week=WEEK, size=0)
    assert [i["assignment"] for i in payload["items"]] == [a.id for a in mine[-DONE_SENT:]]
    assert payload["done"] == [a.id for a in mine]


def test_an_item_that_is_wanted_back_comes_with_its_verdicts(opened):
    done = assignments(opened, "ana")[: DONE_SENT + 2]
    send(opened, "ana", *(entry(a) for a in done))
    assert set(batch(opened, "ana", week=WEEK)["reveals"]) <= {a.id for a in done[-DONE_SENT:]}
    payload = batch(opened, "ana", week=WEEK, back=[done[0].id, assignments(opened, "ben")[0].id])
    assert "JUDGE-MARK" in payload["reveals"][done[0].id]
    assert set(payload["reveals"]) <= {a.id for a in done}


def test_older_finished_items_come_when_they_are_wanted_back_and_only_ones_own(opened):
    *mine, still_open = assignments(opened, "ana")[: DONE_SENT + 3]
    send(opened, "ana", *(entry(a) for a in mine))
    held = [a.id for a in mine[-DONE_SENT:]]
    other = assignments(opened, "ben")[0]
    wanted = [mine[1].id, held[0], other.id, still_open.id, "nothing"]
    payload = batch(opened, "ana", week=WEEK, size=0, have=held, back=wanted)
    assert [i["assignment"] for i in payload["items"]] == [still_open.id, mine[1].id]
    assert item_of(payload, mine[1])["mine"]["labels"] == GOOD
    assert item_of(payload, still_open)["mine"] is None


def test_a_long_result_is_cut_and_says_how_long_it_was(opened):
    mine = assignments(opened, "ana")[0]
    result = {"columns": ["n"], "rows": [[k] for k in range(250)], "total": 250}
    opened.db.execute("UPDATE conversations SET result = ? WHERE id = ?", [json.dumps(result), mine.item_id])
    opened.db.conn.commit()
    shown = item_of(batch(opened, "ana", week=WEEK, size=1_000), mine)["result"]
    assert len(shown["rows"]) == 100 and shown["total"] == 250


def test_progress_counts_what_is_done_skipped_and_left(opened):
    first, second, third, *rest = assignments(opened, "ana")
    sent = entry(third, seconds=10)
    send(opened, "ana", entry(first, seconds=30), {**entry(second), "kind": "skip", "reason": "no"}, sent)
    send(opened, "ana", {"kind": "withdraw", "submission_id": "undo-1234", "withdraws": sent["submission_id"]})
    ana, ben = (next(p for p in progress(opened, WEEK) if p.rater_id == r) for r in ("ana", "ben"))
    assert (ana.dealt, ana.done, ana.skipped, ana.left) == (len(rest) + 3, 1, 1, len(rest) + 1)
    # Her median of 30 and 10 seconds is 20; ben, who was never timed, is expected to be as quick as everybody: 20.
    assert ana.median_seconds == 20.0 and ben.median_seconds is None
    assert ana.minutes_left == pytest.approx(ana.left * 20 / 60)
    assert ben.minutes_left == pytest.approx(ben.left * 20 / 60)


def test_late_answers_change_no_figure_of_a_closed_week(opened):
    first, second, third, fourth, *_ = assignments(opened, "ana")
    send(opened, "ana", entry(first, seconds=30), {**entry(second), "kind": "skip", "reason": "no"})
    close_week(opened, WEEK, by="lea", reason="holidays")
    before = progress(opened, WEEK)
    late = (entry(third, seconds=500), {**entry(fourth), "kind": "skip", "reason": "no"}, entry(second, seconds=700))
    send(opened, "ana", *late)
    assert progress(opened, WEEK) == before
    # Who goes on after the end still sees how far they are.
    assert batch(opened, "ana", week=WEEK)["week"]["done"] == 3
    left = next(p.left for p in before if p.rater_id == "ana")
    assert batch(opened, "ana", week=WEEK)["week"]["left"] == left - 2


def test_before_anybody_is_timed_an_item_is_expected_to_take_a_minute(opened):
    ana = next(p for p in progress(opened, WEEK) if p.rater_id == "ana")
    assert ana.minutes_left == ana.left


def test_owed_items_are_those_still_open(opened):
    mine = assignments(opened, "ana")
    assert owed_items(opened, "ana") == {a.item_id for a in mine}
    send(opened, "ana", entry(mine[0]))
    assert owed_items(opened, "ana") == {a.item_id for a in mine[1:]}
    assert owed_items(opened, "lea") == set()


def test_an_item_asked_again_under_a_new_rubric_is_owed_again(opened):
    mine = assignments(opened, "ana")[0]
    send(opened, "ana", entry(mine))
    again = deal_item(opened, mine.item_id, "ana")
    assert mine.item_id in owed_items(opened, "ana")
    assert again.id in batch(opened, "ana", week=WEEK)["order"]


def test_everybodys_pace_is_used_until_the_raters_own_is_known(opened):
    for rater, seconds in (("ben", 60), ("ana", 4)):
        for k, assignment in enumerate(assignments(opened, rater)[:5]):
            state = progress(opened, WEEK, rater_id=rater)[0]
            # Ana's first items say little; four of hers among five of Ben's leave the median at his 60 seconds.
            assert state.minutes_left == pytest.approx(state.left * 60 / 60), (rater, k)
            send(opened, rater, entry(assignment, seconds=seconds))
    (ana,) = progress(opened, WEEK, rater_id="ana")
    assert (ana.median_seconds, ana.minutes_left) == (4.0, pytest.approx(ana.left * 4 / 60))
    assert next(p for p in progress(opened, WEEK) if p.rater_id == "ana") == ana


def test_an_unknown_week_or_rater_is_named(opened):
    with pytest.raises(UnknownError, match="week '2026-W01'"):
        batch(opened, "ana", week="2026-W01")
    with pytest.raises(UnknownError, match="nobody called 'zed'"):
        batch(opened, "zed", week=WEEK)


def test_all_groups_of_the_log_are_in_the_week(opened, items):
    # Otherwise the whitelist was tested on items that had nothing to hide.
    drawn = {i.id for i in items}
    assert len(drawn & FAILING) == 8 and len(drawn & DOUBTFUL) >= 5
    assert {i.stratum for i in items} == {"failing", "low_confidence", "rest"}
    assert opened.find(Verdict) and person(opened, "ana").may("annotator")
    take_role(opened, "ana")
    assert not person(opened, "ana").may("annotator")
    with pytest.raises(Exception, match="needs the role annotator"):
        receive(opened, "ana", [])
