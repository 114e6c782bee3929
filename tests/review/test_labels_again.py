"""Labels of the same item and rater that come again: the last import wins, and what was settled or discussed stays."""

import pytest
from golden_store import BAD, GOOD, WEEK, store_of_two, vote

from review.current.settled import annotations_of, settled_labels
from review.exchange.labels import import_labels, read_labels
from review.exchange.undoing_labels import undo_labels, why_not
from review.settling.adjudication import adjudicate
from review.settling.discussion import add_comment, discussion

A = "item,rater,dimension,label\nu1,ana,correctness,wrong\n"
B = "item,rater,dimension,label\nu1,ana,correctness,correct\n"


@pytest.fixture
def store(tmp_path):
    return store_of_two(tmp_path)


def load(store, tmp_path, text):
    path = tmp_path / "labels.csv"
    path.write_text(text, encoding="utf-8")
    return import_labels(store, read_labels(path), by="lea")


def said(store):
    return sorted((n.item_id, n.rater_id, n.labels["correctness"]) for n in annotations_of(store, [WEEK]))


def test_the_last_import_wins_also_when_it_says_again_what_an_earlier_one_said(store, tmp_path):
    for number, (text, label) in enumerate([(A, "wrong"), (B, "correct"), (A, "wrong"), (B, "correct"), (A, "wrong")]):
        done = load(store, tmp_path, text)
        assert (done.annotations, done.changed) == (1, min(number, 1))
        assert said(store) == [("u1", "ana", label)]
        again = load(store, tmp_path, text)
        assert (again.annotations, again.unchanged) == (0, 1), "the same file again adds nothing"
    undo_labels(store, done.id, by="lea")
    assert said(store) == [("u1", "ana", "correct")]


def test_labels_with_times_count_by_their_times(store, tmp_path):
    dated = "item,rater,dimension,label,at\nu1,ana,correctness,{},2026-11-{}T10:00:00Z\n"
    for text in (dated.format("wrong", 20), dated.format("correct", 21)):
        load(store, tmp_path, text)
    done = load(store, tmp_path, dated.format("wrong", 20))
    assert (done.annotations, done.older) == (0, 1) and said(store) == [("u1", "ana", "correct")]


def test_a_file_that_comes_again_does_not_undo_what_the_rater_said_here_since(store, tmp_path):
    load(store, tmp_path, A)
    vote(store, "u1", "ana", GOOD)
    done = load(store, tmp_path, A)
    assert (done.annotations, done.older) == (0, 1) and said(store) == [("u1", "ana", "correct")]


def test_a_settled_item_keeps_the_votes_that_were_settled_and_says_so(store, tmp_path):
    vote(store, "u1", "ana", BAD)
    load(store, tmp_path, B.replace("ana", "ben"))
    adjudicate(store, "u1", labels=BAD, by="eva", rationale="the order is wrong")
    before = said(store)
    done = load(store, tmp_path, B + "u2,ana,correctness,wrong\nu1,Zoe,correctness,correct\n")
    assert (done.annotations, done.kept) == (2, 1)
    assert "1 vote that differs was left out, because its item was settled: 'u1'" in " ".join(done.notes)
    assert said(store) == sorted([*before, ("u1", "zoe", "correct"), ("u2", "ana", "wrong")])
    assert settled_labels(store, [WEEK])["u1", "correctness"][2:4] == ("wrong", "adjudicated")
    more = load(store, tmp_path, "item,rater,dimension,label\nu1,ben,politeness,rude\n")
    assert (more.annotations, more.kept) == (1, 0), "a label in another dimension changes no vote that was settled"


def test_a_discussion_keeps_its_votes_and_an_import_that_was_discussed_cannot_be_undone(store, tmp_path):
    done = load(store, tmp_path, A + "u1,ben,correctness,correct\nu2,ana,correctness,wrong\n")
    add_comment(store, "u1", "Which order?", by="eva")
    shown = [(v.who, v.said.labels) for v in discussion(store, "u1", viewer="eva").votes]
    later = load(store, tmp_path, B + "u1,Zoe,correctness,correct\nu2,ben,correctness,wrong\n")
    assert (later.annotations, later.kept) == (1, 2)
    assert "2 votes were left out, because people have discussed the item: 'u1'" in " ".join(later.notes)
    assert [(v.who, v.said.labels) for v in discussion(store, "u1", viewer="eva").votes] == shown
    assert "1 item ('u1') was discussed since" in why_not(store, done.id)
    undo_labels(store, later.id, by="lea")
    assert [(v.who, v.said.labels) for v in discussion(store, "u1", viewer="eva").votes] == shown
