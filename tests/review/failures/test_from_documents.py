"""Questions over documents: one for each passage, masked, without repeats, and a person approves each."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import spotcheck
from golden_store import new_store

from review.basics.errors import InputError, Refused
from review.failures.from_documents import document_of, propose_from_documents
from review.failures.passages import passages, question_about
from review.failures.proposals import approve_proposal
from review.golden.examples import current_examples
from review.settings.project import project_of
from storage.queries.failures import open_proposals
from storage.store import Store

POLICY = """# 1. Returns
You may send shoes back within 30 days, unworn and in their box. Write to returns@example.com first.

## How long does a refund take?
A refund reaches the account of the customer within five working days.

## Empty
"""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    (tmp_path / "policy.md").write_text(POLICY, encoding="utf-8")
    return new_store(tmp_path)


def propose(store: Store, name: str = "policy.md", by: str = "eva", **more):
    documents = [document_of(store.path.with_name(name))]
    return propose_from_documents(store, project_of(store.path), documents, by=by, **more)


def test_passages_are_those_under_headings_and_paragraphs_without_any() -> None:
    assert [p.heading for p in passages(POLICY)] == ["Returns", "How long does a refund take?"]
    plain = passages("Parcels are sent on the day of the order, until noon.\n\nshort\n\n" + "x" * 5_000)
    assert [len(p.text) for p in plain] == [53, 1_500] and plain[0].heading == ""
    assert question_about(plain[0]).endswith("until noon?") and passages("") == []


def test_each_passage_becomes_a_question_whose_answer_it_is(store: Store) -> None:
    assert len(propose(store).written) == 2 and propose(store).written == []
    first, second = open_proposals(store)
    assert (first.content["question"], second.content["question"]) == (
        "What applies to returns?",
        "How long does a refund take?",
    )
    assert "[EMAIL_1]" in first.content["expected_answer"] and "returns@" not in str(first.content)
    assert (first.source, first.rule) == ("synthetic", "document: policy.md, Returns")
    assert not current_examples(store), "none counts before a person approves it"
    example = approve_proposal(store, second.id, by="eva")
    assert example.content["expected_answer"].startswith("A refund reaches")


def test_a_model_writes_the_questions_and_what_it_copies_is_dropped(store: Store) -> None:
    done = propose(store, endpoint=lambda told: "unworn and in their box" if "unworn" in told else "When is it paid?")
    assert [p.content["question"] for p in done.written] == ["When is it paid?"]
    assert dict(done.dropped) == {"empty or copied from the passage": 1}


def test_files_that_are_no_text_and_people_who_may_not_are_refused(store: Store) -> None:
    store.path.with_name("a.md").write_bytes(b"\xff\xfe\x00x")
    store.path.with_name("b.md").write_text("# Nothing\nshort")
    for name, said in (("a.md", "no UTF-8 text"), ("b.md", "no passage")):
        with pytest.raises(InputError, match=said):
            propose(store, name)
    with pytest.raises(Refused, match="needs the role"):
        propose(store, by="ana")
    words = ("failures", "propose-documents", "policy.md", "--as", "eva", "--json")
    assert spotcheck(store.path.parent, *words).returncode == 0 and len(open_proposals(store)) == 2
