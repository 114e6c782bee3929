"""What is learned from failures goes out as files with provenance, and comes in as proposals that people approve."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import spotcheck
from failed_log import bring, row
from golden_store import BAD, GOOD, add_item, new_store, open_test_week, vote
from openai_server import OpenAIServer
from quick_stores import copy_store

from review.basics.errors import InputError, NothingToDo, Refused
from review.failures.exports import EXPORTS, export_learned
from review.failures.made_from import made_from
from review.failures.proposals import approve_proposal
from review.failures.proposing import propose_frequent, propose_marked, propose_variants
from review.failures.settled_answers import nearest_answers, settled_answers
from review.failures.variants import VARIANT_RULES, is_the_same
from review.golden.approve import approve
from review.golden.content import Wish
from review.golden.examples import current_examples
from review.settings.project import project_of
from review.statistics.calibration.split import split_of
from storage.opening import open_store
from storage.queries.failures import open_proposals
from storage.records_failures import GoldenProposal, ProposalDecision
from storage.store import Store

WEEK = "2026-W47"
TOPICS = ("refund of a kettle", "opening hours in Rome", "revenue of May by shop", "a broken lamp", "the price of tea")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = new_store(tmp_path_factory.mktemp("learned"))
    open_test_week(store)
    for n in range(16):
        talk = (
            {"role": "user", "content": f"What is {TOPICS[n % 5]}, number {n}, for customer {chr(97 + n) * 5}?"},
            {"role": "assistant", "content": f"Answer {n} of the product."},
        )
        add_item(store, f"i{n}", stratum=None, messages=talk)
        vote(store, f"i{n}", "ana", GOOD if n % 2 else BAD, **({} if n % 2 else {"corrected_answer": f"Right {n}."}))
    store.close()
    return store.path


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Iterator[Store]:
    store = open_store(copy_store(made, tmp_path / "spotcheck.db"))
    yield store
    store.close()


def read(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_settled_answers_are_those_of_the_dev_half_with_what_is_right(store: Store) -> None:
    found = {one.item_id: one for one in settled_answers(store, [WEEK], viewer="eva")}
    assert set(found) == {f"i{n}" for n in range(16) if split_of(f"i{n}") == "dev"} and 0 < len(found) < 16
    for name, one in found.items():
        n = int(name[1:])
        assert one.right == (f"Answer {n} of the product." if n % 2 else f"Right {n}.") and one.corrected == (
            n % 2 == 0
        )
    near = nearest_answers(list(found.values()), {"q": "Which is the opening hours in Rome"}, most=1)
    assert "Rome" in near[0].question or not any("Rome" in one.question for one in found.values())


@pytest.mark.parametrize("kind", EXPORTS)
def test_each_export_is_a_file_with_provenance(store: Store, tmp_path: Path, kind: str) -> None:
    file = tmp_path / f"{kind}.jsonl"
    done = export_learned(store, kind, file, weeks=[WEEK], by="eva")
    rows, told = read(file), json.loads(done.provenance.read_text(encoding="utf-8"))
    assert len(rows) == done.rows == told["rows"] > 0
    assert told["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest() and told["by"] == "eva"
    for one in rows:
        about = one["metadata"]
        assert isinstance(about, dict) and split_of(about["conversation"]) == "dev" and about["week"] == WEEK
    text = file.read_text(encoding="utf-8")
    if kind == "preferences":
        assert all(r["chosen"][0]["content"].startswith("Right") for r in rows)  # type: ignore[index]
        assert all(r["rejected"][0]["content"].startswith("Answer") for r in rows)  # type: ignore[index]
    elif kind == "sft":
        assert all([m["role"] for m in r["messages"]] == ["user", "assistant"] for r in rows)  # type: ignore[attr-defined]
    else:
        assert "Right" in text
    with pytest.raises(Refused, match="exists already"):
        export_learned(store, kind, file, weeks=[WEEK], by="eva")


def test_nothing_near_a_test_example_is_exported_and_nothing_settled_is_an_error(store: Store, tmp_path: Path) -> None:
    before = export_learned(store, "sft", tmp_path / "a.jsonl", weeks=[WEEK], by="eva")
    dev = next(one for one in settled_answers(store, [WEEK], viewer="eva"))
    approve(store, dev.item_id, Wish(split="test", expected_answer="x"), by="eva")
    after = export_learned(store, "sft", tmp_path / "b.jsonl", weeks=[WEEK], by="eva")
    assert after.left_out["near a test example"] >= 1 and after.rows < before.rows
    with pytest.raises(NothingToDo, match="no settled answer of the dev half of any week can be exported"):
        export_learned(store, "sft", tmp_path / "c.jsonl", weeks=[], by="eva")
    with pytest.raises(InputError, match=r"expected \.jsonl"):
        export_learned(store, "sft", tmp_path / "c.csv", weeks=[WEEK], by="eva")
    with pytest.raises(Refused, match="adjudicator"):
        export_learned(store, "sft", tmp_path / "c.jsonl", weeks=[WEEK], by="ana")


QUESTION = "How many orders did the shop in Berlin have last month?"


def test_rules_change_a_question_the_same_way_each_time() -> None:
    for name, rule in VARIANT_RULES.items():
        made = rule.make(QUESTION)
        assert made == rule.make(QUESTION) and not is_the_same(made, QUESTION), name
        assert isinstance(rule.make(""), str) and isinstance(rule.make("注文は？"), str)
    assert VARIANT_RULES["incomplete"].make("Why not?") == "Why not?", "too short to cut"
    assert is_the_same("What is  it?", "what is it") and not is_the_same("What is it", "What was it")


def test_variants_keep_the_half_and_the_answer_of_their_original_and_wait_for_approval(store: Store) -> None:
    first = next(i for i in range(1, 16, 2))
    example = approve(store, f"i{first}", Wish(split="test", scenario="orders"), by="eva")
    done = propose_variants(store, list(VARIANT_RULES), by="eva")
    assert {p.rule for p in done.written} == {f"variant: {name}" for name in VARIANT_RULES}
    by_rule = {p.rule.removeprefix("variant: "): p for p in done.written}
    assert {p.content["split"] for p in done.written} == {"test"} and {p.source for p in done.written} == {"synthetic"}
    assert by_rule["attack"].content["expected_behaviour"] == "refuse"
    assert by_rule["typos"].content["expected_answer"] == example.content["expected_answer"]
    assert len(current_examples(store)) == 1, "none counts before a person approves it"
    approved = approve_proposal(store, by_rule["typos"].id, by="eva")
    assert (approved.source, approved.kind, approved.split) == ("synthetic", "edge", "test")
    again = propose_variants(store, list(VARIANT_RULES), by="eva")
    assert again.written == [] and again.dropped["near another question"] >= 4
    with pytest.raises(InputError, match="rules: found 'magic', expected one of"):
        propose_variants(store, ["magic"], by="eva")


def test_a_generator_that_returns_the_original_proposes_nothing(store: Store) -> None:
    approve(store, "i1", by="eva")
    same = propose_variants(store, [], by="eva", endpoint=lambda question: f" {question.upper()} ")
    assert same.written == [] and same.dropped == {"the same as the original": 1}
    other = propose_variants(store, [], by="eva", endpoint=lambda _: "Wann hat der Laden offen?")
    assert [p.rule for p in other.written] == ["variant: by a model"]


def test_any_endpoint_of_a_judge_makes_paraphrases(store: Store) -> None:
    approve(store, "i1", by="eva")
    with OpenAIServer(lambda text: "Quanto costa il tè?") as server:
        folder = store.path.parent
        (folder / "spotcheck.toml").write_text(
            f'[judges]\nhosts = ["127.0.0.1:{server.url.split(":")[2].split("/")[0]}"]\n'
        )
        added = spotcheck(folder, "judge", "add", "helper", "--kind", "llm", "--set", f"endpoint={server.url}",
                          "--set", "model=small", "--dimension", "correctness", "--as", "lea")  # fmt: skip
        assert added.returncode == 0, added.stderr
        bring(store, [row("z1", "date_format", week=WEEK), row("z2", "column_not_found", week=WEEK)])
        named = spotcheck(folder, "failures", "modes", "propose", "--judge", "helper", "--as", "eva", "--json")
        done = spotcheck(folder, "failures", "propose-variants", "--rules", "", "--judge", "helper",
                         "--language", "Italian", "--as", "eva", "--json")  # fmt: skip
    assert {g["name"] for g in json.loads(named.stdout)["groups"]} == {"Quanto costa il tè?"}, named.stderr
    assert done.returncode == 0 and len(json.loads(done.stdout)["proposed"]) == 1, done.stderr
    assert open_proposals(store)[0].content["question"] == "Quanto costa il tè?"
    assert "Italian" in str(server.seen[-1].body["messages"][0]["content"])


def test_frequent_questions_and_marked_answers_are_proposed_where_examples_lack(store: Store) -> None:
    rows = [row(f"q{n}", question=f"Where is order {n}?", session_id=f"s{n}") for n in range(6)]
    rows += [row("m1", question="Is my parcel lost?", scenario="parcels", feedback="down",
                 metadata={"human_reply": "It is in Rome."})]  # fmt: skip
    rows += [row("m2", question="Do you ship to Crete?", scenario="parcels", feedback="up", answer="Yes, in 5 days.")]
    rows += [row("m3", question="Do you sell tea?", scenario="tea", feedback="up")]
    bring(store, rows)
    done = propose_frequent(store, weeks=None, least=5, by="eva")
    assert [p.rule for p in done.written] == ["asked 6 times"] and done.written[0].content["question"].startswith(
        "Where"
    )
    assert propose_frequent(store, weeks=None, least=5, by="eva").written == [], "it waits already"
    (store.path.parent / "spotcheck.toml").write_text("[golden.plan]\nparcels = 5\ntea = 0\n")
    marked = propose_marked(store, project_of(store.path), by="eva")
    assert {p.origin: p.content["expected_answer"] for p in marked.written} == {
        "m1": "It is in Rome.", "m2": "Yes, in 5 days.",
    }  # fmt: skip
    approve_proposal(store, marked.written[0].id, by="eva")
    assert store.get(ProposalDecision, marked.written[0].id)


@pytest.mark.parametrize(
    ("source", "rule", "words"),
    [
        ("synthetic", "document: hours.md, Opening hours", "documents"),
        ("synthetic", "variant: by a model", "variants of examples"),
        ("historical", "asked 1,204 times", "frequent questions"),
        ("feedback", "marked wrong by the user", "answers that users marked"),
        ("historical", "asked for a refund twice, 2026-W47", "failures"),
        ("feedback", "document: not found, 2026-W47", "failures"),
    ],
)
def test_a_proposal_of_triage_is_known_although_its_mode_is_named_like_another_rule(
    source: str, rule: str, words: str
) -> None:
    one = GoldenProposal(id="p", at="", by="ana", source=source, origin="c", rule=rule, content={})
    assert made_from(one) == words
