"""The targets of a run, a week, a release or a file: masked, hidden spans hidden, and split into halves."""

import csv
import json

import pytest
from golden_store import add_item, new_store, open_test_week, reviewed_store, vote
from judged_store import DEV, NAMES, TEST, WEEK, judged

from review.basics.errors import InputError, UnknownError
from review.golden.approve import approve
from review.golden.releases import release
from review.golden.written import import_examples, read_written
from review.judges.runs.targets import JudgeTarget, file_digest, subjects_of, target_of
from review.privacy.hidden_spans import hide_span
from review.statistics.calibration.split import split_of
from storage.records_weeks import Item


def ids(found):
    return [s.id for s in found]


def test_a_week_is_its_items_and_its_halves_are_those_of_the_split(store):
    judged(store)
    assert ids(subjects_of(store, JudgeTarget("week", WEEK))) == list(NAMES)
    assert ids(subjects_of(store, JudgeTarget("week", WEEK, "dev"))) == list(DEV)
    assert ids(subjects_of(store, JudgeTarget("week", WEEK, "test"))) == list(TEST)
    first = subjects_of(store, JudgeTarget("week", WEEK))[0]
    assert (first.question, first.answer, first.expected_answer) == ("question 0", "answer 0 of c00", "")


def test_what_was_drawn_after_a_moment_is_left_out(store):
    judged(store)
    store.add(
        Item(
            id="late",
            conversation_id="c00",
            week=WEEK,
            at="2026-11-21T00:00:00.000+00:00",
            draw_id="d1",
            stratum="rest",
        )
    )
    found = subjects_of(store, JudgeTarget("week", WEEK), until="2026-11-20T12:00:00.000+00:00")
    assert ids(found) == list(NAMES)
    assert len(subjects_of(store, JudgeTarget("week", WEEK))) == 41


def test_a_hidden_span_is_hidden_from_judges(store):
    judged(store)
    hide_span(store, "c00", "answer 0 of", by="ana")
    assert subjects_of(store, JudgeTarget("week", WEEK))[0].answer == "[HIDDEN_1] c00"


def test_a_pattern_that_was_added_later_holds_for_what_is_sent(store):
    judged(store)
    store.path.with_name("spotcheck.toml").write_text('[privacy.patterns]\nCASE = "c0[0-9]"\n', encoding="utf-8")
    assert subjects_of(store, JudgeTarget("week", WEEK))[0].answer == "answer 0 of [CASE_1]"


def test_a_pattern_that_was_added_later_holds_for_the_cells_of_a_result(tmp_path):
    store = reviewed_store(tmp_path)
    table = {"columns": ["case", "sum"], "rows": [["AB-12", 4], ["AB-13", 5]]}
    add_item(store, "r1", result=table, messages=(
        {"role": "user", "content": "Which cases?"}, {"role": "assistant", "content": "AB-13 it is."},
    ))  # fmt: skip
    approve_as_right(store, "r1")
    release(store, "v1", by="eva")
    store.path.with_name("spotcheck.toml").write_text('[privacy.patterns]\nCASE = "AB-[0-9]+"\n', encoding="utf-8")
    for target in (JudgeTarget("week", "2026-W47"), JudgeTarget("release", "v1")):
        (one,) = [s for s in subjects_of(store, target) if s.id == "r1"]
        assert one.answer == "[CASE_1] it is."
        assert one.result == "case\tsum\n[CASE_2]\t4\n[CASE_1]\t5"
    assert one.expected_answer == "[CASE_1] it is."


def approve_as_right(store, name):
    labels = {"correctness": "correct", "intent": "order_status", "politeness": "friendly"}
    vote(store, name, "ana", labels)
    approve(store, name, by="eva")


def test_a_release_is_its_examples_with_what_was_expected(tmp_path):
    store = reviewed_store(tmp_path)
    approve(store, "u1", by="eva")
    table = tmp_path / "written.csv"
    table.write_text(
        "question,expected_answer,reference_sql,split\nWhat is 2+2?,Four.,SELECT 4,dev\nAnd 3+3?,Six.,,test\n",
        encoding="utf-8",
    )
    import_examples(store, read_written(table), by="eva")
    release(store, "v1", by="eva")
    found = {s.question: s for s in subjects_of(store, JudgeTarget("release", "v1"))}
    reviewed, written = found["Where is my order u1?"], found["What is 2+2?"]
    # The example that was an item of this store is that item, so that its verdicts are those of the item.
    assert (reviewed.id, reviewed.answer) == ("u1", "Order u1 arrives on Friday.")
    assert reviewed.expected_answer == reviewed.answer and reviewed.reference_sql.startswith("SELECT status")
    assert reviewed.context == ("Order u1: in transit",)
    assert written.id.startswith("ex-") and (written.answer, written.expected_answer) == ("", "Four.")
    assert written.messages == ({"role": "user", "content": "What is 2+2?"},) and written.reference_sql == "SELECT 4"
    halves = {s.question for s in subjects_of(store, JudgeTarget("release", "v1", "test"))}
    assert "And 3+3?" in halves and "What is 2+2?" not in halves


def test_a_file_is_read_like_a_log_and_masked(tmp_path):
    store = new_store(tmp_path)
    path = tmp_path / "answers.jsonl"
    rows = [
        {"id": "a", "question": "Mail me at eva@example.org", "answer": "Done, eva@example.org.", "sql": "SELECT 1"},
        {"id": 7, "messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]},
        {"id": "c", "question": "q", "answer": "a", "expected_answer": "call eva@example.org", "context": ["p1", "p2"],
         "language": "eva@example.org's"},
    ]  # fmt: skip
    path.write_text("".join(f"{json.dumps(r)}\n" for r in rows), encoding="utf-8")
    first, second, third = subjects_of(store, JudgeTarget("file", str(path)))
    assert (first.id, first.question, first.answer) == ("a", "Mail me at [EMAIL_1]", "Done, [EMAIL_1].")
    assert first.sql == "SELECT 1"
    assert (second.id, second.question, second.answer) == ("7", "hi", "hello")
    assert (third.expected_answer, third.context) == ("call [EMAIL_1]", ("p1", "p2"))
    assert third.language == "[EMAIL_1]'s"
    half = ids(subjects_of(store, JudgeTarget("file", str(path), "dev")))
    assert half == [i for i in ("a", "7", "c") if split_of(i) == "dev"]


def test_rows_of_one_conversation_lie_in_one_half(tmp_path):
    store = new_store(tmp_path)
    path = tmp_path / "answers.csv"
    lines = "".join(f"r{k},c{k // 4},q,a\n" for k in range(40))
    path.write_text(f"id,conversation_id,question,answer\n{lines}", encoding="utf-8")
    dev = ids(subjects_of(store, JudgeTarget("file", str(path), "dev")))
    assert dev == [f"r{k}" for k in range(40) if split_of(f"c{k // 4}") == "dev"] and len(dev) % 4 == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id,question,answer\n,q,a\n", "line 2, column 'id'"),
        ("question,answer\nq,a\n", "column 'id'"),
        ("id,question,answer\na,q,a\na,q,b\n", "line 3, column 'id': found 'a', expected each id once (line 2"),
        ("id,answer\na,b\n", "line 2, column 'question'"),
        ("", "the file is empty"),
    ],
)
def test_a_row_that_cannot_be_judged_is_named(tmp_path, text, message):
    store = new_store(tmp_path)
    path = tmp_path / "answers.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as told:
        subjects_of(store, JudgeTarget("file", str(path)))
    assert message in str(told.value)


def test_a_file_that_changed_is_not_the_one_that_was_begun(tmp_path):
    store = new_store(tmp_path)
    path = tmp_path / "answers.csv"
    path.write_text("id,question,answer\na,q,a\n", encoding="utf-8")
    target = JudgeTarget("file", str(path), digest=file_digest(path))
    assert ids(subjects_of(store, target)) == ["a"] and target_of(target.to_json()) == target
    path.write_text("id,question,answer\nb,q,a\n", encoding="utf-8")
    with pytest.raises(InputError, match="has changed since the run was started"):
        subjects_of(store, target)


@pytest.mark.parametrize(
    ("target", "error", "message"),
    [
        (JudgeTarget("week", "2026-W01"), UnknownError, "week '2026-W01' is not in the store (there are: 2026-W47)"),
        (JudgeTarget("release", "v9"), UnknownError, "release 'v9' is not in the store"),
        (JudgeTarget("file", "/nowhere/x.csv"), InputError, "/nowhere/x.csv: the file cannot be read"),
        (JudgeTarget("week", "2026-W47", "train"), InputError, "split: found 'train'"),
        (JudgeTarget("month", "11"), InputError, "target: found 'month'"),
    ],
)
def test_a_target_that_is_not_there_is_named(tmp_path, target, error, message):
    store = new_store(tmp_path)
    open_test_week(store)
    with pytest.raises(error) as told:
        subjects_of(store, target)
    assert message in str(told.value)


def test_an_item_of_the_dev_half_stays_there_through_a_release(tmp_path):
    store = reviewed_store(tmp_path)
    add_item(store, "n1")
    approve_as_right(store, "n1")
    release(store, "v1", by="eva")
    half = split_of("n1")
    assert "n1" in ids(subjects_of(store, JudgeTarget("release", "v1", half)))


def logged_call(name, question, answer):
    request = {"model": "m", "messages": [{"role": "user", "content": question}]}
    return {"id": name, "request": request, "response": {"choices": [{"message": {"content": answer, "role": "ai"}}]}}


def test_a_file_of_logged_calls_is_read_by_its_own_reader_with_what_was_expected(tmp_path):
    store = new_store(tmp_path)
    path = tmp_path / "calls.jsonl"
    rows = [
        {**logged_call("a", "Mail me at eva@example.org", "Done."), "expected_answer": "call eva@example.org"},
        {**logged_call("b", "And now?", "Now."), "reference_sql": "SELECT 1", "conversation_id": "c1"},
    ]
    path.write_text("".join(f"{json.dumps(r)}\n" for r in rows), encoding="utf-8")
    first, second = subjects_of(store, JudgeTarget("file", str(path)))
    assert (first.id, first.question, first.answer) == ("a", "Mail me at [EMAIL_1]", "Done.")
    assert (first.expected_answer, first.conversation_id) == ("call [EMAIL_1]", "a")
    assert (second.question, second.reference_sql, second.conversation_id) == ("And now?", "SELECT 1", "c1")


def test_chats_without_ids_are_named_by_their_content(tmp_path):
    store = new_store(tmp_path)
    path = tmp_path / "chats.jsonl"
    chats = [[{"role": "user", "content": f"q{k}"}, {"role": "assistant", "content": f"a{k}"}] for k in range(3)]
    path.write_text("".join(f"{json.dumps({'messages': chat})}\n" for chat in chats), encoding="utf-8")
    found = subjects_of(store, JudgeTarget("file", str(path)))
    assert [(s.question, s.answer) for s in found] == [("q0", "a0"), ("q1", "a1"), ("q2", "a2")]
    assert ids(found) == ids(subjects_of(store, JudgeTarget("file", str(path)))) and len(set(ids(found))) == 3


def test_a_table_whose_cells_hold_chats_is_read_by_their_reader(tmp_path):
    store = new_store(tmp_path)
    turns = json.dumps([{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}])
    path = tmp_path / "chats.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["id", "conversations"], ["s1", turns], ["s2", turns]])
    found = subjects_of(store, JudgeTarget("file", str(path)))
    assert [(s.id, s.question, s.answer) for s in found] == [("s1", "q", "a"), ("s2", "q", "a")]


def test_a_file_takes_the_names_and_values_that_the_project_gives_its_columns(tmp_path):
    store = new_store(tmp_path)
    (tmp_path / "spotcheck.toml").write_text('[import.map]\nid = "key"\nquestion = "in.text"\nanswer = "out"\n')
    path = tmp_path / "own.jsonl"
    path.write_text(json.dumps({"key": "k1", "in": {"text": "q"}, "out": "a"}) + "\n", encoding="utf-8")
    (found,) = subjects_of(store, JudgeTarget("file", str(path)))
    assert (found.id, found.question, found.answer) == ("k1", "q", "a")


def test_a_refused_value_is_shown_masked(tmp_path):
    store = new_store(tmp_path)
    path = tmp_path / "answers.csv"
    path.write_text("id,question,answer,confidence\na,q,a,mail eva@example.org\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"line 2, column 'confidence': found mail \[EMAIL_1\], expected a number"):
        subjects_of(store, JudgeTarget("file", str(path)))
