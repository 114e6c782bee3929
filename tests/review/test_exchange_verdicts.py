"""Verdict files: a missing verdict is no label, the first one stays, unknown items are ignored."""

import csv

import pytest
from golden_store import add_item, new_store, open_test_week, store_of_two

from review.audit import chain
from review.basics.errors import InputError, NothingToDo, Refused
from review.exchange.verdict_export import export_verdicts
from review.exchange.verdicts import import_verdicts, read_verdicts
from review.privacy.hidden_spans import hide_span
from storage.records_people import AuditEntry
from storage.records_review import Verdict


@pytest.fixture
def store(tmp_path):
    return store_of_two(tmp_path)


def load(store, tmp_path, text, name="verdicts.csv", **options):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    options = {"unknown_as_missing": True, **options}
    return import_verdicts(store, read_verdicts(path), by="eva", **options)


FILE = (
    "item,judge,version,dimension,label,score,rationale\n"
    "u1,gpt,2,politeness,rude,0.9,blunt\n"
    "u1,gpt,2,correctness,garbage,,\n"
    "u2,gpt,2,politeness,,,\n"
    "u2,gpt,2,reasons,incomplete|wrong_fact,,\n"
    "nowhere,gpt,2,politeness,rude,,\n"
)


def test_a_verdict_outside_the_scale_or_empty_is_no_verdict_and_keeps_its_text(store, tmp_path):
    done = load(store, tmp_path, FILE)
    assert (done.rows, done.added, done.unknown_items) == (5, 4, 1)
    assert done.no_verdict == {"missing": 1, "unparseable": 1}
    found = {(v.item_id, v.dimension): (v.value, v.raw, v.error) for v in store.find(Verdict)}
    assert found == {
        ("u1", "politeness"): ("rude", "", ""),
        ("u1", "correctness"): (None, "garbage", "unparseable"),
        ("u2", "politeness"): (None, "", "missing"),
        ("u2", "reasons"): ("wrong_fact|incomplete", "", ""),
    }
    one = store.find(Verdict, item_id="u1", dimension="politeness")[0]
    assert (one.judge, one.version, one.score, one.rationale) == ("gpt", "2", 0.9, "blunt")
    assert store.find(AuditEntry, action="import verdicts")[0].detail["added"] == 4
    assert chain.verify(store)[1] is None


def test_the_first_verdict_stays_and_a_different_one_is_counted(store, tmp_path):
    load(store, tmp_path, FILE)
    again = load(store, tmp_path, FILE)
    assert (again.added, again.unchanged, again.changed, again.no_verdict) == (0, 4, 0, {})
    other = load(store, tmp_path, FILE.replace("rude", "neutral").replace("garbage", "correct"))
    assert (other.added, other.unchanged, other.changed) == (0, 2, 2)
    assert store.find(Verdict, item_id="u1", dimension="politeness")[0].value == "rude"
    assert load(store, tmp_path, FILE.replace("gpt,2", "gpt,3").replace("rude", "neutral")).added == 4


def test_within_one_file_the_first_verdict_stays_too(store, tmp_path):
    text = "item,judge,label\nu1,gpt,rude\nu1,gpt,rude\nu1,gpt,friendly\n"
    done = load(store, tmp_path, text, dimension="politeness")
    assert (done.added, done.unchanged, done.changed) == (1, 1, 1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("item,judge,dimension,label\nu1,,politeness,rude\n", "line 2, column 'judge'"),
        ("item,judge,dimension,label\n,gpt,politeness,rude\n", "line 2, column 'item'"),
        ("item,judge,dimension,label\nu1,gpt,tone,rude\n", "[rubric] in spotcheck.toml"),
        ("item,judge,label\nu1,gpt,rude\n", "--dimension"),
        ("item,judge,dimension,label,score\nu1,gpt,politeness,rude,high\n", "line 2, column 'score'"),
        ("item,judge,dimension,label\nu1,gpt,politeness,rude\nnowhere,gpt,tone,rude\n", "line 3, column 'dimension'"),
        ("item,dimension,label\nu1,politeness,rude\n", "column 'judge' is missing"),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_taken(store, tmp_path, text, message):
    with pytest.raises(InputError) as error:
        load(store, tmp_path, text)
    assert message in str(error.value)
    assert store.find(Verdict) == []


def test_importing_verdicts_needs_the_role(store, tmp_path):
    (tmp_path / "v.csv").write_text(FILE)
    with pytest.raises(Refused):
        import_verdicts(store, read_verdicts(tmp_path / "v.csv"), by="ana")


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".parquet"])
def test_an_export_is_imported_as_what_it_was(store, tmp_path, ending):
    load(store, tmp_path, FILE)
    target = tmp_path / f"out{ending}"
    assert export_verdicts(store, target, by="eva") == 4
    again = import_verdicts(store, read_verdicts(target), by="eva")
    assert (again.added, again.unchanged, again.changed) == (0, 4, 0)
    (tmp_path / "other").mkdir()
    other = new_store(tmp_path / "other")
    open_test_week(other)
    add_item(other, "u1")
    add_item(other, "u2")
    import_verdicts(other, read_verdicts(target), by="eva")

    def said(one):
        return {(v.id, v.value, v.raw, v.error, v.score, v.rationale) for v in one.find(Verdict)}

    assert said(store) == said(other)


def test_an_export_that_is_refused_is_not_logged_as_done(store, tmp_path):
    load(store, tmp_path, FILE)
    target = tmp_path / "out.csv"
    target.write_text("mine")
    with pytest.raises(Refused, match="--force"):
        export_verdicts(store, target, by="eva")
    assert target.read_text() == "mine" and not store.find(AuditEntry, action="export verdicts")


def test_an_export_leaves_out_hidden_spans_and_is_safe_in_a_spreadsheet(store, tmp_path):
    load(store, tmp_path, "item,judge,dimension,label,rationale\nu1,gpt,politeness,rude,=order u1 is named\n")
    hide_span(store, "u1", "order u1", by="ana")
    export_verdicts(store, tmp_path / "out.csv", by="eva")
    [row] = csv.DictReader((tmp_path / "out.csv").open(newline=""))
    assert row["rationale"] == "'=[HIDDEN_1] is named"


def test_an_export_needs_a_verdict(store, tmp_path):
    with pytest.raises(NothingToDo):
        export_verdicts(store, tmp_path / "out.csv", by="eva")


def test_what_a_judge_wrote_is_masked_on_import_and_the_same_again_is_unchanged(store, tmp_path):
    """A judge outside read the conversation before it was masked, and repeats it."""
    told = "item,judge,dimension,label,rationale\nu1,gpt,politeness,rude,the user jane@example.org asked\n"
    load(store, tmp_path, told)
    assert store.find(Verdict)[0].rationale == "the user [EMAIL_1] asked"
    assert load(store, tmp_path, told).unchanged == 1
