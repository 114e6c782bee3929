"""Pairs of answers from a file to the figures: masked, dealt with random sides, blind, voted on, counted apart."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest
from click.testing import CliRunner
from golden_store import GOOD, WEEK, add_item, new_store, open_test_week

from review.annotating.batch import batch
from review.annotating.flags import flags
from review.annotating.submissions import Receipt, receive
from review.audit.verifying import check_store
from review.basics.errors import InputError, NothingToDo, Refused
from review.closing.closing import close_week
from review.commands.cli import spotcheck
from review.current.known import items_of
from review.current.settled import annotations_of
from review.evidence.evidence import ratings_by_dimension
from review.evidence.pair_votes import pair_votes
from review.evidence.production_data import production_data
from review.exchange.label_export import export_labels
from review.exchange.pair_export import export_pairs, export_preferences
from review.judges.workbench.drafts import dev_items
from review.people.people import add_person
from review.settings.project import project_of
from review.settling.adjudication import adjudicate
from review.sources.pairs import NewPair, read_pairs
from review.statistics.preference.report import pair_report
from review.week.dealing import redistribute, take_back
from review.week.dealing_again import deal_again
from review.week.fields import NOT_MY_FIELD
from review.week.pairs import add_pairs
from review.week.requeue import requeue
from review.week.second_vote import ask_for_a_vote, second_vote_of
from review.week.sides import sides_of
from storage.queries.assignments import OPEN_SQL
from storage.queries.comments import discussable_items
from storage.queries.pairs import PREFERENCE
from storage.records_log import Conversation
from storage.records_review import Annotation
from storage.records_weeks import Assignment, Item, Pair, Week
from storage.store import Store

ASKED = {"role": "user", "content": "How many? Write to jane.doe@example.com"}


def pair(k: int = 0, *, a: str = "model-x", b: str = "model-y", **changes: Any) -> NewPair:
    return NewPair(
        **{
            "question": [{**ASKED, "content": f"{ASKED['content']} ({k})"}],
            "answer_a": [{"role": "assistant", "content": f"Seven {k}, says jane.doe@example.com."}],
            "answer_b": [{"role": "assistant", "content": f"Eight {k}."}],
            "name_a": a,
            "name_b": b,
            "origin": "test",
            "source_id": f"s{k}",
            **changes,
        }
    )


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An open week with two drawn items and no pair."""
    found = new_store(tmp_path)
    open_test_week(found)
    for name in ("u1", "u2"):
        add_item(found, name)
    return found


def added(store: Store, n: int = 3, *, each: int = 2, **options: Any) -> list[Assignment]:
    add_pairs(store, project_of(store.path), [pair(k) for k in range(n)], WEEK, by="lea", each=each, **options)
    return [a for a in store.find(Assignment) if a.sides]


def vote(store: Store, assignment: Assignment, choice: str, **fields: Any) -> Receipt:
    entry = {"submission_id": uuid4().hex, "kind": "annotation", "assignment": assignment.id}
    return receive(store, assignment.rater_id, [{**entry, "labels": {PREFERENCE: choice}, **fields}])


def side_of(assignment: Assignment, answer: str) -> str:
    return ("left", "right")[(assignment.sides or "").index(answer)]


def test_a_pair_is_masked_named_apart_and_dealt(store: Store) -> None:
    done = add_pairs(store, project_of(store.path), [pair(1), pair(2)], WEEK, by="lea")
    assert (done.week, done.pairs, done.assignments, done.already, done.opened) == (WEEK, 2, 4, 0, False)
    item, _ = store.find(Item, kind="pair")
    assert item.purposive and item.draw_id is None and item.overlap and item.reason == "pair from test"
    talk = store.get(Conversation, item.conversation_id)
    assert talk is not None and talk.redacted == 2 and "jane.doe" not in repr(talk)
    said = talk.metadata["pair"]["a"][0]["content"]
    assert "[EMAIL_1]" in said and "[EMAIL_1]" in (talk.messages[0]["content"] or ""), "one person, one token"
    named = store.get(Pair, item.id)
    assert named is not None and (named.name_a, named.name_b, named.source_id) == ("model-x", "model-y", "s1")
    with pytest.raises(NothingToDo, match="has all 2 pairs already"):
        add_pairs(store, project_of(store.path), [pair(1), pair(2)], WEEK, by="lea")
    assert add_pairs(store, project_of(store.path), [pair(2), pair(3)], WEEK, by="lea").already == 1
    assert check_store(store).holds


def test_the_same_pair_in_the_other_order_is_one_item(store: Store) -> None:
    one = pair(1)
    other = replace(one, answer_a=one.answer_b, answer_b=one.answer_a, name_a=one.name_b, name_b=one.name_a)
    assert add_pairs(store, project_of(store.path), [one, other], WEEK, by="lea").pairs == 1
    with pytest.raises(NothingToDo):
        add_pairs(store, project_of(store.path), [other], WEEK, by="lea")
    renamed = replace(one, name_a=one.name_b, name_b=one.name_a)
    assert add_pairs(store, project_of(store.path), [renamed], WEEK, by="lea").pairs == 1, "its answers are of others"


def test_the_numbers_of_masked_words_do_not_tell_which_answer_is_which(store: Store) -> None:
    said = {
        side: [{"role": "assistant", "content": f"Write to {name}@example.com."}]
        for side, name in (("answer_a", "ann"), ("answer_b", "bob"))
    }
    add_pairs(store, project_of(store.path), [pair(1, **said)], WEEK, by="lea")
    (item,) = store.find(Item, kind="pair")
    talk = store.get(Conversation, item.conversation_id)
    assert talk is not None and talk.redacted == 3
    a, b = (talk.metadata["pair"][side][0]["content"] for side in "ab")
    assert a == b == "Write to [EMAIL_2]."


def test_addresses_in_names_of_answers_are_hashed(store: Store) -> None:
    one = pair(1, name_a="jo@example.com", origin="jo@example.com.jsonl", source_id="jo@example.com")
    add_pairs(store, project_of(store.path), [one], WEEK, by="lea")
    (item,), (named,) = store.find(Item, kind="pair"), store.find(Pair)
    assert "jo@" not in repr((item, named)) and named.name_a == named.source_id != ""


def test_a_week_that_has_not_begun_gets_no_pairs(store: Store) -> None:
    with pytest.raises(InputError, match="2099-W10, which has not begun"):
        add_pairs(store, project_of(store.path), [pair(1)], "2099-W10", by="lea", raters=["eva"])


def test_pairs_need_a_lead_reviewers_and_two_answers(store: Store) -> None:
    project = project_of(store.path)
    with pytest.raises(Refused, match="role lead"):
        add_pairs(store, project, [pair()], WEEK, by="ana")
    for wrong, why in (
        (pair(answer_b=pair().answer_a), "differs"),
        (pair(name_a=" "), "the name of an answer"),
        (pair(question=[]), "same question"),
        (pair(answer_b=[]), "words of the assistant"),
    ):
        with pytest.raises(InputError, match=why):
            add_pairs(store, project, [wrong], WEEK, by="lea")
    with pytest.raises(InputError, match="each"):
        add_pairs(store, project, [pair()], WEEK, by="lea", each=0)
    with pytest.raises(InputError, match="expected 1 to"):
        add_pairs(store, project, [], WEEK, by="lea")
    assert not store.find(Item, kind="pair")


def test_a_set_of_its_own_opens_a_week_without_a_draw(store: Store) -> None:
    done = add_pairs(store, project_of(store.path), [pair()], "2026-W40", by="lea", raters=["eva"])
    week = store.get(Week, "2026-W40")
    assert done.opened and week is not None and week.raters == ("eva",) and "without a draw" in done.sentence
    assert [a.rater_id for a in store.find(Assignment)] == ["eva"]
    with pytest.raises(Exception, match="is not open"):
        add_pairs(store, project_of(store.path), [pair()], "2026-W39", by="lea")


def test_sides_are_a_fair_keyed_coin_for_each_reviewer(store: Store) -> None:
    dealt = added(store, 40)
    counts = Counter(a.sides for a in dealt)
    assert len(dealt) == 80 and 20 < counts["ab"] < 60, counts
    both = [{a.sides for a in dealt if a.item_id == item} for item in {a.item_id for a in dealt}]
    assert sum(len(sides) == 2 for sides in both) > 8, "two reviewers of a pair may see it the other way round"
    assert sides_of(b"k", "i", "r") == sides_of(b"k", "i", "r")
    assert len({sides_of(bytes([k]), "i", "r") for k in range(20)}) == 2, "the order needs the store's key"


def test_a_reviewer_receives_two_sides_and_nothing_that_tells_the_names_or_the_order(store: Store) -> None:
    dealt = added(store, 6)
    payload = batch(store, "ana", week=WEEK)
    sent = orjson.dumps(payload).decode()
    for secret in ("model-x", "model-y", '"ab"', '"ba"', "test", "s1", "name_a", "sides"):
        assert secret not in sent, secret
    mine = {a.id: a for a in dealt if a.rater_id == "ana"}
    for item in payload["items"]:
        both, sides = item["pair"], mine[item["assignment"]].sides
        assert set(both) == {"left", "right"} and item["unit"] == "pair"
        assert [m["role"] for m in item["messages"]] == ["user"]
        first = (both["left"][0]["content"] or "").startswith("Seven")
        assert first == (sides == "ab")
    assert {"pair"} == {key for item in payload["items"] for key in item} - set(_plain_item(store))


def _plain_item(store: Store) -> dict[str, Any]:
    add_item(store, "u9")
    store.add(
        Assignment(id="plain-assignment", item_id="u9", rater_id="eva", week=WEEK, position=1, rubric_version=1, at="",
                   by="lea")
    )  # fmt: skip
    (item,) = batch(store, "eva", week=WEEK)["items"]
    return dict(item)


def test_a_vote_is_stored_by_answer_shown_by_side_and_undone(store: Store) -> None:
    dealt = added(store, 3)
    for assignment in dealt:
        assert vote(store, assignment, side_of(assignment, "a")).rejected == ()
    assert {n.labels[PREFERENCE] for n in store.find(Annotation)} == {"a"}
    for assignment in dealt[:2]:
        (item,) = [
            i
            for i in batch(store, assignment.rater_id, week=WEEK, back=[assignment.id])["items"]
            if i["assignment"] == assignment.id
        ]
        assert item["mine"] == {
            **(item["mine"] or {}), "labels": {PREFERENCE: side_of(assignment, "a")}
        }  # fmt: skip
    assert vote(store, dealt[0], "tie").rejected == () and vote(store, dealt[1], "both_bad").rejected == ()
    found = pair_votes(store, [WEEK])
    assert Counter(v.choice for v in found) == {"a": 4, "tie": 1, "both_bad": 1}
    (latest,) = [n for n in store.find(Annotation, assignment_id=dealt[0].id) if n.labels[PREFERENCE] == "tie"]
    undo = {"submission_id": uuid4().hex, "kind": "withdraw", "withdraws": latest.submission_id}
    assert receive(store, dealt[0].rater_id, [undo]).rejected == ()
    assert Counter(v.choice for v in pair_votes(store, [WEEK])) == {"a": 5, "both_bad": 1}
    assert len(store.find(Annotation)) == 8 and check_store(store).holds


@pytest.mark.parametrize(
    "labels",
    [{}, {PREFERENCE: "a"}, {PREFERENCE: ["left"]}, {PREFERENCE: "left", "correctness": "wrong"}, GOOD],
)
def test_a_pair_takes_one_choice_by_side_alone(store: Store, labels: dict[str, Any]) -> None:
    assignment = added(store, 1)[0]
    entry = {"submission_id": uuid4().hex, "kind": "annotation", "assignment": assignment.id, "labels": labels}
    ((_, why),) = receive(store, assignment.rater_id, [entry]).rejected
    assert "left, right, tie, both_bad" in why and not store.find(Annotation)


def test_votes_change_no_figure_on_production_or_the_rubric(store: Store) -> None:
    before = repr(production_data(store, [WEEK]))
    for assignment in added(store):
        vote(store, assignment, "left", comment="better")
    assert repr(production_data(store, [WEEK])) == before
    assert [i.id for i in items_of(store, WEEK)] == ["u1", "u2"] and annotations_of(store, [WEEK]) == []
    assert all(len(r) == 0 for r in ratings_by_dimension(store, [WEEK]).values())
    assert discussable_items(store, WEEK, "ana") == []
    assert not any(item.startswith("pair/") for item in dev_items(store, [WEEK], viewer="eva"))
    with pytest.raises(NothingToDo):
        export_labels(store, store.path.parent / "labels.csv", by="eva")
    item = store.find(Item, kind="pair")[0].id
    with pytest.raises(Refused, match="pair"):
        adjudicate(store, item, labels=GOOD, rationale="because", by="eva")


def test_who_takes_a_pair_over_gets_sides_of_their_own(store: Store) -> None:
    add_person(store, "zoe", role="annotator", by="lea")
    dealt = added(store, 12, each=1, raters=["ana"])
    redistribute(store, WEEK, rater="ana", to=["ben"], by="lea")
    moved = [a for a in store.find(Assignment, rater_id="ben") if a.sides]
    assert len(moved) == 12 and {a.sides for a in moved} == {"ab", "ba"}
    order = {a.item_id: a.sides for a in dealt}
    assert any(order[a.item_id] != a.sides for a in moved)
    skip = {"submission_id": uuid4().hex, "kind": "skip", "assignment": moved[0].id, "reason": NOT_MY_FIELD}
    assert receive(store, "ben", [skip]).rejected == ()
    take_back(store, WEEK, rater="ben", by="lea", reason="ill")
    assert deal_again(store, WEEK, to=["zoe"], by="lea") >= 11
    assert all(a.sides for a in store.find(Assignment))
    assert requeue(store, WEEK, by="lea", rubric_version=1).assignments == 0


def test_hidden_words_leave_both_answers(store: Store) -> None:
    assignment = next(a for a in added(store, 1))
    flag = {"submission_id": uuid4().hex, "kind": "flag", "assignment": assignment.id, "flag": "privacy"}
    assert receive(store, assignment.rater_id, [{**flag, "span": "Eight 0"}]).rejected == ()
    for rater in ("ana", "ben"):
        assert "Eight 0" not in orjson.dumps(batch(store, rater, week=WEEK)).decode()
    assert flags(store, WEEK, viewer="eva")[0].token == "[HIDDEN_1]"


def test_figures_leave_out_what_the_viewer_owes(store: Store) -> None:
    dealt = added(store, 2)
    ana = [a for a in dealt if a.rater_id == "ana"]
    for assignment in dealt:
        if assignment.rater_id == "ben":
            vote(store, assignment, side_of(assignment, "b"))
    vote(store, ana[0], side_of(ana[0], "a"))
    assert len(pair_votes(store, [WEEK])) == len(pair_votes(store, [WEEK], viewer="eva")) == 3
    # With her own vote, ana would read off the figures of an open week which answer is whose.
    assert pair_votes(store, [WEEK], viewer="ana") == []
    close_week(store, WEEK, by="lea", reason="enough")
    assert len(pair_votes(store, [WEEK], viewer="ana")) == 3
    report = pair_report(pair_votes(store, [WEEK]), bootstrap=0)
    (found,) = report.preferences
    assert (found.a, found.wins_a, found.wins_b) == ("model-x", 1, 2)
    assert report.agreement.coefficients["percent_agreement"].value == 0


ARENA = [
    {
        "question_id": f"q{k}",
        "model_a": "m1",
        "model_b": "m2",
        "winner": "model_a",
        "conversation_a": [{"role": "user", "content": f"Hi {k}"}, {"role": "assistant", "content": "One."}],
        "conversation_b": [{"role": "user", "content": f"Hi {k}"}, {"role": "assistant", "content": said}],
    }
    for k, said in enumerate(["Two.", "One.", "Two."])
]
DPO = [
    {"prompt": "How many?", "chosen": "Seven.", "rejected": "Some.", "id": "d1"},
    {"prompt": "How many?", "chosen": "Seven.", "rejected": "Six.", "chosen_model": "big", "rejected_model": "small"},
    {
        "input": {"messages": [{"role": "user", "content": "Hello?"}]},
        "preferred_output": [{"role": "assistant", "content": "Hi."}],
        "non_preferred_output": [{"role": "assistant", "content": "Yo."}],
    },
    {"chosen": "\n\nHuman: A?\n\nAssistant: B.", "rejected": "\n\nHuman: A?\n\nAssistant: C."},
    {"prompt": "How many?", "chosen": "Seven.", "rejected": ""},
]


def lines(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    path.write_text("\n".join(json.dumps(row) for row in rows))
    return path


def test_files_of_an_arena_and_of_preferences_hold_pairs(tmp_path: Path) -> None:
    found = read_pairs(lines(tmp_path / "arena.jsonl", ARENA), origin="arena.jsonl")
    assert (found.format, found.read, len(found.pairs)) == ("arena", 3, 2)
    assert found.rejected == [(2, "second answer: expected one that differs from the first")]
    one = found.pairs[0]
    assert (one.name_a, one.name_b, one.source_id, one.origin) == ("m1", "m2", "q0", "arena.jsonl")
    assert [m["content"] for m in (*one.question, *one.answer_a, *one.answer_b)] == ["Hi 0", "One.", "Two."]
    found = read_pairs(lines(tmp_path / "dpo.jsonl", DPO), origin="dpo.jsonl")
    assert found.format == "preference" and [line for line, _ in found.rejected] == [5]
    assert [(p.name_a, p.name_b) for p in found.pairs] == [
        ("chosen", "rejected"), ("big", "small"), ("chosen", "rejected"), ("chosen", "rejected")
    ]  # fmt: skip
    assert [(p.question[-1]["content"], p.answer_b[0]["content"]) for p in found.pairs] == [
        ("How many?", "Some."), ("How many?", "Six."), ("Hello?", "Yo."), ("A?", "C.")
    ]  # fmt: skip
    with pytest.raises(InputError, match="expected pairs of answers"):
        read_pairs(
            lines(tmp_path / "log.jsonl", [{"id": "1", "question": "Why?", "answer": "So."}]), origin="log.jsonl"
        )


def run(store: Store, *arguments: str, code: int = 0) -> dict[str, Any]:
    done = CliRunner().invoke(spotcheck, ["pairs", *arguments, "--store", str(store.path), "--json"])
    assert done.exit_code == code, (done.output, done.exception)
    return json.loads(done.stdout) if code == 0 else {}


def test_the_commands_import_report_and_export(store: Store, tmp_path: Path) -> None:
    file = lines(tmp_path / "arena.jsonl", ARENA)
    dry = run(store, "import", str(file), "--dry-run", "--as", "lea")
    assert (dry["format"], dry["read"], dry["pairs"]) == ("arena", 3, 2) and not store.find(Pair)
    done = run(store, "import", str(file), "--week", WEEK, "--each", "1", "--as", "lea")
    assert done["added"] == 2 and done["assignments"] == 2 and done["week"] == WEEK
    assert done["rejected"] == [{"line": 2, "reason": "second answer: expected one that differs from the first"}]
    run(store, "report", "--weeks", WEEK, code=1)
    for assignment in [a for a in store.find(Assignment) if a.sides]:
        vote(store, assignment, side_of(assignment, "a"), comment="=short")
    report = run(store, "report", "--weeks", WEEK)
    told = CliRunner().invoke(spotcheck, ["agreement", "--bootstrap", "0", "--store", str(store.path), "--json"])
    assert json.loads(told.stdout)["dimensions"][PREFERENCE]["ratings"] == 2
    assert report["votes"] == 2 and report["preferences"][0]["wins_a"] == 2
    assert "won every comparison" in report["bradley_terry"]["undefined"]
    assert run(store, "export", str(tmp_path / "votes.csv"), "--as", "lea")["rows"] == 2
    again = run(store, "report", "--file", str(tmp_path / "votes.csv"))
    assert again == report
    assert run(store, "export", str(tmp_path / "dpo.jsonl"), "--to", "preference", "--as", "lea")["rows"] == 2
    decided = read_pairs(tmp_path / "dpo.jsonl", origin="dpo.jsonl").pairs
    assert [(p.name_a, p.answer_a[0]["content"], p.question[-1]["content"]) for p in decided] == [
        ("m1", "One.", "Hi 0"), ("m1", "One.", "Hi 2")
    ]  # fmt: skip
    text = CliRunner().invoke(spotcheck, ["pairs", "report", "--store", str(store.path)])
    assert text.exit_code == 0 and "m1 is preferred in 100%" in " ".join(text.stdout.split())
    with pytest.raises(Refused):
        export_pairs(store, tmp_path / "more.csv", by="ana")


def test_only_decided_pairs_become_preferences_masked_and_without_hidden_words(store: Store, tmp_path: Path) -> None:
    dealt = added(store, 3)
    items = list(dict.fromkeys(a.item_id for a in dealt))
    choices = {items[0]: ("b", "tie"), items[1]: ("a", "b"), items[2]: ("both_bad", "both_bad")}
    for assignment in dealt:
        choice = choices[assignment.item_id][assignment.rater_id == "ben"]
        vote(store, assignment, side_of(assignment, choice) if choice in ("a", "b") else choice)
    flag = {"submission_id": uuid4().hex, "kind": "flag", "assignment": dealt[0].id, "flag": "privacy"}
    assert receive(store, dealt[0].rater_id, [{**flag, "span": "How many?"}]).rejected == ()
    assert export_preferences(store, tmp_path / "dpo.jsonl", by="eva") == 1
    row = json.loads((tmp_path / "dpo.jsonl").read_text())
    assert (row["chosen_model"], row["rejected_model"]) == ("model-y", "model-x")
    assert row["votes"] == {"chosen": 1, "rejected": 0, "tie": 1, "both_bad": 0}
    assert "jane.doe" not in str(row) and "How many?" not in str(row)
    with pytest.raises(InputError, match=r"expected \.jsonl"):
        export_preferences(store, tmp_path / "dpo.csv", by="eva")
    with pytest.raises(Refused):
        export_preferences(store, tmp_path / "other.jsonl", by="ana")


def test_a_vote_of_a_file_must_be_one_of_four(store: Store, tmp_path: Path) -> None:
    (tmp_path / "votes.csv").write_text("item,rater,a,b,choice\n1,r,x,y,left\n")
    done = CliRunner().invoke(spotcheck, ["pairs", "report", "--file", str(tmp_path / "votes.csv")])
    assert (
        isinstance(done.exception, InputError) and "line 2" in str(done.exception) and "both_bad" in str(done.exception)
    )


@pytest.mark.parametrize("each", [1, 2])
def test_a_pair_is_dealt_again_to_as_many_people_as_at_first(store: Store, each: int) -> None:
    for name in ("cem", "dan", "fay", "gil"):
        add_person(store, name, role="annotator", by="lea")
    dealt = added(store, 6, each=each, raters=("ana", "ben"))
    assert Counter(Counter(a.item_id for a in dealt).values()) == {each: 6}
    redistribute(store, WEEK, rater="ben", to=["cem"], by="lea")
    for takers in ([], ["dan", "fay", "gil"], ["ana", "ben", "cem"]):
        if takers:
            before = len(store.find(Assignment))
            deal_again(store, WEEK, to=takers, by="lea")
            new = [a for a in store.find(Assignment)[before:] if a.sides]
            assert Counter(Counter(a.item_id for a in new).values()) == {each: len({a.item_id for a in new})} and new
        for rater in {a.rater_id for a in store.find(Assignment)}:
            if store.select(Assignment, OPEN_SQL, {"week": WEEK, "rater": rater}):
                take_back(store, WEEK, rater=rater, by="lea", reason="ill")


def test_nobody_is_asked_for_one_more_vote_on_a_pair(store: Store) -> None:
    (first, *_) = added(store, each=1, raters=("ana",))
    with pytest.raises(Refused, match="Add pairs with more reviewers"):
        ask_for_a_vote(store, first.item_id, by="eva", to="ben")
    sent = {"kind": "annotation", "submission_id": uuid4().hex, "assignment": first.id, "labels": {PREFERENCE: "left"}}
    assert receive(store, "ana", [sent]).rejected == ()
    with pytest.raises(Refused, match="Add pairs with more reviewers"):
        ask_for_a_vote(store, first.item_id, by="eva", to="ben")
    (item,) = store.find(Item, id=first.item_id)
    free, why = second_vote_of(store, item, viewer="eva")
    assert not free and "Add pairs" in why
