"""The judge card of a release: figures with intervals, n, rubric and version, in the release and in its exports."""

import json

import orjson
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from golden_store import BAD, add_item, reviewed_store, vote

from review.audit import chain
from review.basics.errors import Refused
from review.commands.cli import spotcheck
from review.golden.approve import approve
from review.golden.content import Wish
from review.golden.judge_cards import judge_cards
from review.golden.releases import examples_of, release
from review.golden.writers.catalogue import WRITERS, export
from storage.records_review import Verdict

SAID = {"u1": "correct", "u2": "wrong", "h1": "wrong", "e1": "wrong", "e2": None, "s1": "correct"}


def verdict(item, value, *, judge="gpt", version="1", dimension="correctness"):
    name = f"{judge}{version}{item}{dimension}{value}"
    return Verdict(
        id=name,
        item_id=item,
        judge=judge,
        version=version,
        dimension=dimension,
        value=value,
        at="2026-11-20",
        error="" if value else "time-out",
    )


@pytest.fixture
def store(tmp_path):
    """Release v1: u2, e1, e2 wrong and u1, h1, s1 correct; the judge gives one false alarm and one missing verdict."""
    store = reviewed_store(tmp_path)
    for item in ("e1", "e2"):
        add_item(store, item, stratum="failing")
        for rater in ("ana", "ben"):
            vote(store, item, rater, BAD)
    for item in SAID:
        wish = {"expected_answer": "Tomorrow."} if item in ("u2", "e1", "e2") else {}
        approve(store, item, Wish(**wish), by="eva")
    store.add(*(verdict(item, value) for item, value in SAID.items()))
    store.add(verdict("d1", "wrong"), verdict("u1", "correct", version="2"), verdict("u1", "0.7", dimension="made up"))
    # The audit chain covers rows up to its last entry.
    chain.record(store, "eva", "import verdicts", "test")
    release(store, "v1", by="eva")
    return store


def cards_of(store):
    found = judge_cards(store, [row.content for row in examples_of(store, "v1")])
    return {(card.judge, card.version, card.dimension): card.to_json() for card in found}


def test_each_judge_version_has_its_figures_with_n_and_rubric(store):
    found = cards_of(store)
    assert set(found) == {("gpt", "1", "correctness"), ("gpt", "2", "correctness")}
    card = found["gpt", "1", "correctness"]
    assert (card["n"], card["no_verdict"], card["positive"], card["rubric_version"]) == (5, 1, "wrong", 1)
    # Of three alarms two are right, and no wrong answer with a verdict was missed.
    assert card["precision"]["value"] == pytest.approx(2 / 3) and card["recall"]["value"] == 1.0
    assert card["f1"]["value"] == pytest.approx(0.8) and card["half"] == "all"
    for name in ("precision", "recall", "f1"):
        low, high = card[name]["ci"]
        assert low <= card[name]["value"] <= high and card[name]["method"]
    assert card["classes"]["correct"]["recall"]["value"] == pytest.approx(2 / 3)
    assert found["gpt", "2", "correctness"]["n"] == 1


def test_a_release_without_verdicts_has_no_card_and_its_export_no_file(tmp_path):
    store = reviewed_store(tmp_path)
    approve(store, "u1", by="eva")
    release(store, "v1", by="eva")
    assert judge_cards(store, [row.content for row in examples_of(store, "v1")]) == []
    assert export(store, "v1", to="jsonl", target=tmp_path / "a", by="eva", card=True) == [tmp_path / "a.jsonl"]


@pytest.mark.parametrize("form", WRITERS)
def test_every_export_carries_the_card(store, tmp_path, form):
    files = export(store, "v1", to=form, target=tmp_path / "out", by="eva", card=True)
    (file,) = [f for f in files if f.name.endswith("judges.json")]
    card = orjson.loads(file.read_bytes())
    assert card["release"] == "v1" and len(card["judges"]) == 2
    assert card["judges"][0] == orjson.loads(orjson.dumps(cards_of(store)["gpt", "1", "correctness"]))
    with pytest.raises(Refused, match="exists already"):
        export(store, "v1", to=form, target=tmp_path / "out", by="eva", card=True)
    assert export(store, "v1", to=form, target=tmp_path / "out", by="eva", force=True, card=True) == files


def test_a_card_that_is_there_is_not_replaced_unasked_and_nothing_is_written(store, tmp_path):
    (tmp_path / "b.judges.json").write_text("mine")
    with pytest.raises(Refused, match=r"b\.judges\.json exists already"):
        export(store, "v1", to="csv", target=tmp_path / "b.csv", by="eva", card=True)
    assert not (tmp_path / "b.csv").exists() and (tmp_path / "b.judges.json").read_text() == "mine"


def test_a_parquet_file_names_the_judges_in_its_metadata(store, tmp_path):
    (file,) = export(store, "v1", to="parquet", target=tmp_path / "p", by="eva")
    kept = orjson.loads(pq.read_metadata(file).metadata[b"spotcheck"])
    assert kept["name"] == "v1" and kept["judges"][0]["precision"]["ci"]


def test_the_readme_of_a_hugging_face_folder_shows_the_card_as_text(store, tmp_path):
    store.add(verdict("u1", "correct", judge="a|b`<i>"), verdict("u2", "wrong", judge="a|b`<i>"))
    chain.record(store, "eva", "import verdicts", "test")
    export(store, "v1", to="hf", target=tmp_path / "hf", by="eva")
    text = (tmp_path / "hf" / "README.md").read_text(encoding="utf-8")
    assert "| gpt | 1 | correctness | 1 | wrong | 0.67 (" in text and "no sample of production" in text
    assert "| a\\|b\\`\\<i\\> | 1 |" in text


def test_the_command_prints_the_card_and_release_and_export_carry_it(store, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run(*words):
        result = CliRunner().invoke(spotcheck, [*words, "--store", str(tmp_path / "spotcheck.db")])
        assert result.exception is None, result.output
        return result.stdout

    assert "gpt@1" in run("golden", "judges", "v1")
    shown = json.loads(run("golden", "judges", "v1", "--json"))
    assert [card["judge_version"] for card in shown["judges"]] == ["1", "2"]
    exported = json.loads(run("golden", "export", "v1", "--to", "jsonl", "--as", "eva", "--json"))
    assert exported["judges"] == shown["judges"]
    assert "v1.judges.json" in exported["files"][1]
