"""Differences that people read: words of two texts, fields of two versions, examples of two releases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from golden_store import BAD, GOOD, WEEK, reviewed_store
from hypothesis import given
from hypothesis import strategies as st

from review.basics.word_diff import WORDS_AT_MOST, Piece, word_diff, words
from review.golden.approve import approve, bulk_approve
from review.golden.changes import TITLES, field_changes, readable
from review.golden.content import Wish
from review.golden.examples import example_id_of
from review.golden.provenance import as_seen_by, judges_on, letter, provenance
from review.golden.release_diff import between, next_name, proposed_notes, since_last_release
from review.golden.releases import release
from review.golden.retire import retire
from storage.records_judges import Judge
from storage.records_review import Verdict
from storage.records_weeks import Assignment
from storage.store import Store

WORDS = st.lists(st.sampled_from(["a", "b", " ", "\n", "ü", ".", "<b>", "1", "-", ",", "€", "%", ":"])).map("".join)


@given(WORDS, WORDS)
def test_the_pieces_join_to_both_texts(before: str, after: str) -> None:
    pieces = word_diff(before, after)
    assert "".join(p.text for p in pieces if p.kind != "new") == before
    assert "".join(p.text for p in pieces if p.kind != "gone") == after
    assert all(p.text for p in pieces)


def test_only_the_words_that_changed_are_marked() -> None:
    assert word_diff("It left on Monday.", "It left on Friday.") == [
        Piece("same", "It left on "), Piece("gone", "Monday"), Piece("new", "Friday"), Piece("same", "."),
    ]  # fmt: skip
    long = "word " * WORDS_AT_MOST
    assert word_diff(f"{long}\nold", f"{long}\nnew")[-1] == Piece("new", "new"), "long texts go line by line"


def test_numbers_dates_and_identifiers_are_compared_whole() -> None:
    cases = json.loads((Path(__file__).parents[1] / "data" / "diff_words.json").read_text(encoding="utf-8"))
    assert {text: words(text) for text in cases} == cases
    assert word_diff("Due 2026-03-01, 88% late", "Due 2026-04-01, 61% late") == [
        Piece("same", "Due "), Piece("gone", "2026-03-01"), Piece("new", "2026-04-01"), Piece("same", ", "),
        Piece("gone", "88%"), Piece("new", "61%"), Piece("same", " late"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("names", "week", "wanted"),
    [
        ([], "2026-W47", "v1"),
        (["v1"], None, "v2"),
        (["v1", "v3", "v2"], None, "v4"),
        (["v9"], None, "v10"),
        (["golden-09"], None, "golden-10"),
        (["2026.3"], "2026-W47", "2026.4"),
        (["2026-W46"], "2026-W47", "2026-W47"),
        (["2026-W47"], "2026-W47", "2026-W47.2"),
        (["2026-W47", "2026-W47.2"], "2026-W47", "2026-W47.3"),
        (["2026-W46"], None, "2026-W47"),
        (["first"], None, "first-2"),
    ],
)
def test_the_proposed_name_is_free_and_follows_the_last(names: list[str], week: str | None, wanted: str) -> None:
    assert next_name(names, week) == wanted and wanted not in names


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return reviewed_store(tmp_path)


def test_two_releases_are_compared_by_question_and_by_what_changed(store: Store) -> None:
    bulk_approve(store, ["u1", "h1"], by="eva")
    assert proposed_notes(since_last_release(store, viewer="eva")) == "2 added (orders)."
    release(store, "v1", by="eva")
    assert since_last_release(store, viewer="eva").entries == ()
    approve(store, "u1", Wish(expected_answer="Order u1 arrives on Monday.", scenario="parcels"), by="eva")
    approve(store, "u2", Wish(expected_answer="It is late."), by="eva")
    retire(store, example_id_of("h1"), by="eva", note="old")
    coming = since_last_release(store, viewer="eva")
    release(store, "v2", by="eva")
    found = between(store, "v1", "v2", viewer="eva")
    assert found == coming
    assert [(e.what, e.question) for e in found.entries] == [
        ("added", "Where is my order u2?"), ("changed", "Where is my order u1?"), ("removed", "Where is my order h1?"),
    ]  # fmt: skip
    (changed,) = found.of("changed")
    assert [(c.title, c.after) for c in changed.fields] == [
        ("expected answer", "Order u1 arrives on Monday."), ("scenario", "parcels"),
    ]  # fmt: skip
    assert proposed_notes(found) == "1 added (orders), 1 changed (parcels), 1 removed (orders)."


def test_what_somebody_has_yet_to_review_is_only_counted(store: Store) -> None:
    bulk_approve(store, ["u1", "h1"], by="eva")
    owed = Assignment(
        id="late", item_id="u1", rater_id="eva", week=WEEK, position=9, rubric_version=1, at="2026-11-20", by="lea"
    )
    store.add(owed)
    found = since_last_release(store, viewer="eva")
    assert [e.question for e in found.entries] == ["Where is my order h1?"] and found.withheld == 1
    assert since_last_release(store, viewer="lea").withheld == 0


def test_a_version_says_each_field_that_changed_and_no_vote(store: Store) -> None:
    first = approve(store, "u1", by="eva")
    second = approve(store, "u1", Wish(tags=("vip", "late"), must_pass=True), by="eva")
    found = {c.title: (c.before, c.after) for c in field_changes(readable(first), readable(second))}
    assert found["must pass"] == ("no", "yes") and found["tags"][1].endswith("late, vip")
    fields: dict[str, Any] = dict.fromkeys(TITLES)
    (votes,) = field_changes(fields, {**fields, "votes": [{"rater": "ana"}]})
    assert votes == ("votes", "", ""), "who voted is not for everybody"


def test_reviewers_are_letters_unless_the_role_may_see_names(store: Store) -> None:
    approve(store, "u1", by="eva")
    found = provenance(store, example_id_of("u1"))
    assert as_seen_by(found, names=True) is found
    seen = as_seen_by(found, names=False)
    assert set(seen.raters) == {"Reviewer A", "Reviewer B"}
    text = repr(seen.to_json())
    assert "'ana'" not in text and "'ben'" not in text
    assert [letter(k) for k in (0, 25, 26, 52)] == ["A", "Z", "AA", "BA"]


def test_a_judge_that_can_be_tuned_stays_hidden_in_its_test_half(store: Store) -> None:
    example = approve(store, "u1", Wish(split="test"), by="eva")
    values = {"correctness": BAD["correctness"], "politeness": GOOD["politeness"]}
    for name in ("log", "tuned"):
        for d, value in values.items():
            at, who = "2026-11-20T08:00:00Z", {"judge": name, "version": "1"}
            store.add(Verdict(id=f"{name}-{d}", item_id="u1", dimension=d, value=value, at=at, **who))
    said, left_out = judges_on(store, example)
    assert ({(s.judge, s.dimension): s.right for s in said}, left_out) == (
        {("log@1", "correctness"): False, ("log@1", "politeness"): True,
         ("tuned@1", "correctness"): False, ("tuned@1", "politeness"): True}, 0,
    )  # fmt: skip
    store.add(
        Judge(
            id="tuned@1",
            name="tuned",
            version="1",
            kind="llm",
            dimensions=("correctness",),
            spec={},
            content_hash="",
            rubric_version=1,
            at="2026-11-20T08:00:00Z",
            by="lea",
        )
    )
    said, left_out = judges_on(store, example)
    assert ({s.judge for s in said}, left_out) == ({"log@1"}, 1)
    dev = approve(store, "u1", Wish(split="dev"), by="eva")
    assert judges_on(store, dev)[1] == 0
