"""Values of label and verdict files: refused with their counts, translated, replaced, and both forms of a table."""

import csv
import json

import pytest
from command_line import spotcheck
from golden_store import BAD, GOOD, add_item, new_store, open_test_week, vote

from review.audit import chain
from review.basics.errors import InputError
from review.basics.rating_tables import read_rating_table
from review.basics.spellings import MISSING, Spellings
from review.basics.tables import read_table
from review.current.verdicts import verdicts_of
from review.exchange.label_export import export_labels
from review.exchange.labels import import_labels, read_labels
from review.exchange.values import UnknownValues
from review.exchange.verdicts import import_verdicts, read_verdicts
from storage.records_people import AuditEntry
from storage.records_review import Annotation, Verdict

WEEK = "2026-W47"
WRONG = "item,judge,dimension,label\nu1,j,correctness,Correkt\nu2,j,correctness,Correkt\nu1,j,politeness,Polite\n"


@pytest.fixture
def store(tmp_path):
    store = new_store(tmp_path)
    open_test_week(store)
    for name in ("u1", "u2"):
        add_item(store, name)
    return store


def written(tmp_path, text, name="t.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def verdicts(store, tmp_path, text, **options):
    return import_verdicts(store, read_verdicts(written(tmp_path, text)), by="eva", **options)


def test_verdicts_outside_the_rubric_stop_the_import_with_their_counts(store, tmp_path):
    with pytest.raises(UnknownValues) as refused:
        verdicts(store, tmp_path, WRONG)
    text = str(refused.value)
    for part in (
        "line 2, column 'label': 2 verdicts",
        "'Correkt' (2)",
        "wrong, partly, correct",
        "'Polite' (1)",
        "Nothing was imported",
    ):
        assert part in text, text
    assert refused.value.unknown == {"correctness": {"Correkt": 2}, "politeness": {"Polite": 1}}
    assert store.find(Verdict) == [] and store.find(AuditEntry, action="import verdicts") == []


def test_the_command_prints_the_counts_of_a_refused_file_as_json(store, tmp_path):
    path = written(tmp_path, WRONG)
    done = spotcheck(tmp_path, "verdicts", "import", str(path), "--store", str(store.path), "--as", "eva", "--json")
    answer = json.loads(done.stdout)
    assert done.returncode == 2 and "Nothing was imported" in done.stderr
    assert (answer["read"], answer["added"], answer["rejected"], answer["format"]) == (3, 0, 3, "csv")
    assert answer["unknown_values"]["correctness"] == {"Correkt": 2}


def test_unknown_verdicts_are_translated_or_taken_as_no_verdict(store, tmp_path):
    tables = ("correctness:correkt=correct", "politeness:Polite=friendly")
    done = verdicts(store, tmp_path, WRONG, translate=tables)
    assert done.values == {"correctness": {"correct": 2}, "politeness": {"friendly": 1}} and done.added == 3
    other = verdicts(store, tmp_path, WRONG.replace(",j,", ",k,"), unknown_as_missing=True)
    assert other.no_verdict == {"unparseable": 3} and other.unknown_values["correctness"] == {"Correkt": 2}


@pytest.mark.parametrize("option", ["politeness", "mood:a=friendly", "politeness:Polite=nice", "politeness:=friendly"])
def test_a_translation_that_cannot_be_is_refused(store, tmp_path, option):
    with pytest.raises(InputError, match="translation"):
        verdicts(store, tmp_path, WRONG, translate=[option])


@pytest.mark.parametrize("right", ["rude", ""])
def test_a_wrong_import_is_replaced_and_both_rows_stay(store, tmp_path, right):
    file = "item,judge,dimension,label\nu1,j,politeness,friendly\nu2,j,politeness,friendly\n"
    verdicts(store, tmp_path, file)
    corrected = file.replace("u1,j,politeness,friendly", f"u1,j,politeness,{right}")
    assert verdicts(store, tmp_path, corrected).changed == 1
    done = verdicts(store, tmp_path, corrected, replace=True)
    assert (done.replaced, done.unchanged, done.changed, len(store.find(Verdict))) == (1, 1, 0, 3)
    counts = verdicts_of(store, [WEEK], "j")
    assert {i: v.value for (i, _), v in counts.items()} == {"u1": right or None, "u2": "friendly"}
    (entry,) = store.find(AuditEntry, action="replace verdicts")
    assert len(entry.detail["replaced"]) == 1 and chain.verify(store)[1] is None
    again = verdicts(store, tmp_path, corrected, replace=True)
    assert (again.added, again.replaced, again.unchanged) == (0, 0, 2)
    back = verdicts(store, tmp_path, file, replace=True)
    assert back.replaced == 1 and verdicts_of(store, [WEEK], "j")["u1", "politeness"].value == "friendly"


def test_labels_outside_the_rubric_are_all_named(store, tmp_path):
    file = "item,rater,dimension,label\nu1,ana,politeness,nice\nu2,ana,politeness,nice\nu1,ben,politeness,odd\n"
    with pytest.raises(UnknownValues, match=r"3 labels.*'nice' \(2\), 'odd' \(1\)"):
        import_labels(store, read_labels(written(tmp_path, file)), by="lea")
    assert store.find(Annotation) == []
    tables = ["politeness:nice=friendly", "politeness:odd=rude"]
    done = import_labels(store, read_labels(written(tmp_path, file)), by="lea", translate=tables)
    assert done.values == {"politeness": {"friendly": 2, "rude": 1}} and (done.added, done.duplicate) == (3, 0)


def test_spellings_of_a_rubric_value_are_one_label(store, tmp_path):
    file = (
        "item,rater,dimension,label\nu1,ana,politeness,Friendly \nu1,ben,politeness,FRIENDLY\nu2,ana,politeness,n/a\n"
    )
    done = import_labels(store, read_labels(written(tmp_path, file)), by="lea")
    assert done.empty == 1 and {n.labels["politeness"] for n in store.find(Annotation)} == {"friendly"}
    assert any("1 label is missing: 'n/a' (1)" in n for n in done.notes)
    assert any("'FRIENDLY' (1)" in n and "as 'friendly'" in n for n in done.notes)


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_labels_leave_and_come_back_in_both_forms(store, tmp_path, ending):
    vote(store, "u1", "ana", {**BAD, "politeness": "rude"}, seconds=12.5)
    vote(store, "u1", "ben", GOOD, seconds=3.0)
    long, wide = tmp_path / f"long.{ending}", tmp_path / f"wide.{ending}"
    export_labels(store, long, by="lea")
    export_labels(store, wide, by="lea", wide=True)
    rows = read_table(long, required=["item", "rater", "label"], optional=["seconds"]).rows
    assert {r.number("seconds") for r in rows} == {12.5, 3.0}
    found = read_rating_table(wide, optional=["dimension"])
    assert found.has("dimension") and any("one column per rater (ana, ben)" in n for n in found.notes)
    assert sorted((r.text("rater"), r.text("label")) for r in found.rows if r.text("dimension") == "politeness") == [
        ("ana", "rude"),
        ("ben", "friendly"),
    ]
    for file in (long, wide):
        again = import_labels(store, read_labels(file), by="lea")
        assert (again.annotations, again.unchanged, again.duplicate) == (0, 2, 7)
    (tmp_path / "other").mkdir()
    other = new_store(tmp_path / "other")
    import_labels(other, read_labels(long), by="lea", week=WEEK)
    assert {n.seconds for n in other.find(Annotation)} == {12.5, 3.0}


def test_a_wide_file_names_the_rater_of_a_bad_cell(store, tmp_path):
    file = written(tmp_path, "item,ana,ben\nu1,rude,rude\nu2,,\n")
    done = import_labels(store, read_labels(file), by="lea", dimension="politeness")
    assert (done.annotations, done.empty) == (2, 2)
    twice = written(tmp_path, "item,ana,ben\nu1,rude,rude\nu1,friendly,rude\n")
    with pytest.raises(InputError, match="line 3, column 'ana'"):
        import_labels(store, read_labels(twice), by="lea", dimension="politeness")


def test_columns_are_named_with_map(store, tmp_path):
    path = written(tmp_path, "case;who;answer\nu1;ana;rude\n")
    words = ["labels", "import", str(path), "--store", str(store.path), "--as", "lea", "--dimension", "politeness"]
    maps = ["--map", "item=case", "--map", "rater=who", "--map", "label=answer"]
    done = spotcheck(tmp_path, *words, *maps, "--json")
    assert done.returncode == 0 and json.loads(done.stdout)["added"] == 1, done.stderr
    for wrong in ("item=nowhere", "thing=case", "item"):
        assert spotcheck(tmp_path, *words, "--map", wrong).returncode == 2


def test_ids_1_and_1_0_of_one_file_are_one_id(tmp_path):
    text = "item,rater,label\n1,a,x\n1.0,b,x\n2.0,a,y\n2,b,y\n7.0,a,x\n007,b,x\n"
    found = read_rating_table(written(tmp_path, text))
    assert [r.text("item") for r in found.rows] == ["1", "1", "2", "2", "7.0", "007"]
    assert any("1.0 and 1 are one id, and so are 1 more" in n for n in found.notes)


@pytest.mark.parametrize("token", sorted(MISSING))
def test_what_is_missing_and_when_it_is_a_value(token):
    free, declared = Spellings(), Spellings(("ok", token.upper()))
    for text in (token, token.upper(), f" {token} "):
        assert free.of(text) is None and declared.of(text) == token.upper()
    assert free.missing.total() == 3 and declared.missing.total() == 0


def test_spellings_are_joined_by_declared_values_else_named():
    declared, free = Spellings(("Good", "1", "true")), Spellings()
    for one in (declared, free):
        seen = [one.of(x) for x in ("Good", "good ", "GOOD", 1, 1.0, "1.0", "True", True, "007", "")]
        if one is declared:
            assert seen == ["Good"] * 3 + ["1"] * 3 + ["true"] * 2 + ["007", None]
        else:
            assert seen == ["Good", "good", "GOOD", "1", "1", "1", "True", "true", "007", None]
    assert any("'Good' (1)" in s and "differ only in case" in s for s in free.sentences("f"))
    assert not any("differ" in s for s in declared.sentences("f"))


def test_wide_csv_of_an_export_has_a_column_per_rater(store, tmp_path):
    vote(store, "u1", "ana", GOOD)
    export_labels(store, tmp_path / "w.csv", by="eva", wide=True)
    with (tmp_path / "w.csv").open(newline="") as file:
        assert next(csv.reader(file)) == ["item", "dimension", "rubric_version", "ana"]
