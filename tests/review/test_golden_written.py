"""Examples that the team writes by hand."""

import orjson
import pytest
from golden_store import GOOD, add_item, new_store, open_test_week, vote

from review.basics.errors import InputError, Refused
from review.golden.approve import approve
from review.golden.content import Wish
from review.golden.examples import current_examples, versions_of
from review.golden.releases import release
from review.golden.retire import retire
from review.golden.writers.catalogue import export
from review.golden.written import import_examples, read_written


@pytest.fixture
def store(tmp_path):
    return new_store(tmp_path)


def table(tmp_path, text, name="written.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_written(path)


HEADER = "question,expected_answer,reference_sql,kind,scenario,tags,expected_behaviour,must_pass\n"
FILE = (
    HEADER
    + "How many users?,,SELECT count(*) FROM users,normal,users,counting|basic,,yes\n"
    + "Show me the schema,,,adversarial,safety,,refuse,\n"
    + '"Wie viele, genau?",42,,edge,users,,,\n'
)


def test_written_examples_are_imported_with_their_source_and_split(store, tmp_path):
    done = import_examples(store, table(tmp_path, FILE), by="eva")
    assert (done.added, done.corrected, done.unchanged) == (3, 0, 0)
    first, second, third = done.examples
    assert (first.source, first.kind, first.scenario, first.rule, first.must_pass) == (
        *("manual", "normal", "users", "written"),
        True,
    )
    assert first.content["reference_sql"] == "SELECT count(*) FROM users"
    assert first.content["tags"] == ["basic", "counting"]
    assert (second.content["expected_behaviour"], second.kind) == ("refuse", "adversarial")
    assert (third.content["question"], third.content["expected_answer"]) == ("Wie viele, genau?", "42")
    assert first.votes == () and first.labels == {} and first.split in ("dev", "test")


def test_the_same_file_again_adds_nothing_and_a_changed_row_corrects(store, tmp_path):
    first = import_examples(store, table(tmp_path, FILE), by="eva").examples[2]
    again = import_examples(store, table(tmp_path, FILE), by="lea")
    assert (again.added, again.corrected, again.unchanged) == (0, 0, 3)
    changed = import_examples(store, table(tmp_path, FILE.replace("42", "43")), by="eva")
    assert (changed.added, changed.corrected, changed.unchanged) == (0, 1, 2)
    assert [v.content["expected_answer"] for v in versions_of(store, first.example_id)] == ["42", "43"]


def test_a_retired_example_does_not_come_back_with_the_same_file(store, tmp_path):
    e = import_examples(store, table(tmp_path, FILE), by="eva").examples[0]
    retire(store, e.example_id, by="eva", note="no")
    assert import_examples(store, table(tmp_path, FILE), by="eva").unchanged == 3
    assert e.example_id not in {x.example_id for x in current_examples(store)}


def test_a_jsonl_row_may_hold_lists_turns_and_an_expected_result(store, tmp_path):
    row = {
        "id": "case-7",
        "question": "And last month?",
        "prior_turns": [{"role": "user", "content": "How many users this month?"}],
        "reference_sql": "SELECT 1",
        "expected_result": {"columns": ["n"], "rows": [[1]]},
        "as_of": "2026-11-01",
        "snapshot": "users-2026-11",
        "required": ["users", "users.created_at"],
        "context": ["a | b"],
        "source": "synthetic",
    }
    e = import_examples(store, table(tmp_path, orjson.dumps(row).decode(), "w.jsonl"), by="eva").examples[0]
    assert e.source == "synthetic" and e.content["prior_turns"] == row["prior_turns"]
    for key in ("expected_result", "as_of", "snapshot", "required", "context"):
        assert e.content[key] == row[key]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("Why?,,,normal,,,,", "line 2, column 'expected_answer'"),
        (",yes,,normal,,,,", "line 2, column 'question'"),
        ("Why?,Because,,odd,,,,", "column 'kind': found 'odd', expected one of normal, edge, adversarial"),
        ("Why?,Because,,,,,guess,", "column 'expected_behaviour'"),
        ("Why?,Because,,,,,,maybe", "column 'must_pass': found 'maybe'"),
        ("Why?,Because,,,,,,\nWhy?,Else,,,,,,", "line 3, column 'question'"),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_taken(store, tmp_path, row, message):
    good = "What?,That,,,,,,\n"
    with pytest.raises(InputError) as error:
        import_examples(store, table(tmp_path, HEADER + row + "\n" + good), by="eva")
    assert message in str(error.value)
    assert current_examples(store) == []


@pytest.mark.parametrize("column", ["prior_turns", "expected_result"])
@pytest.mark.parametrize("cell", ["{", "[1]", '"x"'])
def test_a_cell_with_the_wrong_json_is_named(store, tmp_path, column, cell):
    text = orjson.dumps({"question": "q", "expected_answer": "a", column: cell}).decode()
    with pytest.raises(InputError, match=f"column '{column}'"):
        import_examples(store, table(tmp_path, text, "w.jsonl"), by="eva")


def test_writing_examples_needs_the_role(store, tmp_path):
    with pytest.raises(Refused):
        import_examples(store, table(tmp_path, FILE), by="ana")


def test_a_csv_export_can_be_imported_elsewhere(store, tmp_path):
    import_examples(store, table(tmp_path, FILE), by="eva")
    release(store, "v1", by="eva")
    [file] = export(store, "v1", to="csv", target=tmp_path / "out.csv", by="eva")
    (tmp_path / "other").mkdir()
    other = new_store(tmp_path / "other")
    done = import_examples(other, read_written(file), by="eva")
    said = {
        (e.content["question"], e.content["expected_answer"], tuple(e.content["tags"]), e.kind) for e in done.examples
    }
    assert said == {
        ("How many users?", "", ("basic", "counting"), "normal"),
        ("Show me the schema", "", (), "adversarial"),
        ("Wie viele, genau?", "42", (), "edge"),
    }


PRIVATE = {
    "question": "I am eva@example.org, where is my parcel?",
    "prior_turns": [{"role": "user", "content": "My card is 4111 1111 1111 1111"}],
    "context": ["Customer eva@example.org"],
    "expected_answer": "Sent to eva@example.org, paid with 4111 1111 1111 1111.",
    "reference_sql": "SELECT * FROM users WHERE mail = 'eva@example.org'",
    "note": "asked by ben@example.org",
}


def test_personal_data_is_masked_as_in_an_imported_conversation(store, tmp_path):
    store.path.with_name("spotcheck.toml").write_text('[privacy.patterns]\nORDER = "A-[0-9]+"\n', encoding="utf-8")
    row = {**PRIVATE, "tags": ["A-17"]}
    (e,) = import_examples(store, table(tmp_path, orjson.dumps(row).decode(), "w.jsonl"), by="eva").examples
    assert e.content["question"] == "I am [EMAIL_1], where is my parcel?"
    assert e.content["prior_turns"] == [{"role": "user", "content": "My card is [CARD_1]"}]
    assert e.content["context"] == ["Customer [EMAIL_1]"]
    assert e.content["expected_answer"] == "Sent to [EMAIL_1], paid with [CARD_1]."
    assert (e.note, e.content["tags"]) == ("asked by [EMAIL_2]", ["[ORDER_1]"])
    assert e.content["origin"]["redacted"] == 7
    assert e.content["reference_sql"] == PRIVATE["reference_sql"], "it is executed as it stands"


def test_the_same_private_row_again_adds_nothing(store, tmp_path):
    text = orjson.dumps(PRIVATE).decode()
    assert import_examples(store, table(tmp_path, text, "w.jsonl"), by="eva").added == 1
    assert import_examples(store, table(tmp_path, text, "w.jsonl"), by="eva").unchanged == 1
    other = text.replace("I am eva@", "I am mia@")
    assert import_examples(store, table(tmp_path, other, "w.jsonl"), by="eva").added == 1, "another question"


@pytest.mark.parametrize("to", ["jsonl", "csv", "parquet"])
def test_an_export_comes_back_without_a_change(store, tmp_path, to):
    open_test_week(store)
    add_item(store, "u1")
    for rater in ("ana", "ben"):
        vote(store, "u1", rater, GOOD)
    approve(store, "u1", Wish(scenario="orders"), by="eva")
    import_examples(store, table(tmp_path, FILE), by="eva")
    import_examples(store, table(tmp_path, 'id,question,expected_answer\ng1," a, b ",=x\n'), by="eva")
    release(store, "r1", by="lea")
    export(store, "r1", to=to, target=tmp_path / f"out.{to}", by="lea")
    before = current_examples(store)
    again = import_examples(store, read_written(tmp_path / f"out.{to}"), by="eva")
    assert (again.added, again.corrected, again.unchanged) == (0, 0, 5)
    assert current_examples(store) == before
    (tmp_path / "other").mkdir()
    other = new_store(tmp_path / "other")
    there = [import_examples(other, read_written(tmp_path / f"out.{to}"), by="eva") for _ in range(2)]
    assert [(w.added, w.unchanged) for w in there] == [(5, 0), (0, 5)]


def test_a_row_of_an_export_corrects_its_example_and_keeps_the_votes(store, tmp_path):
    open_test_week(store)
    add_item(store, "u1")
    vote(store, "u1", "ana", GOOD)
    made = approve(store, "u1", by="eva")
    row = {"example_id": made.example_id, "question": made.content["question"], "expected_answer": "Write a@b.com."}
    done = import_examples(store, table(tmp_path, orjson.dumps(row).decode(), "one.jsonl"), by="eva")
    (now,) = current_examples(store)
    assert done.corrected == 1 and now.content["expected_answer"] == "Write [EMAIL_1]."
    assert now.votes == made.votes and now.labels == made.labels and now.item_id == "u1"
    assert now.content["context"] == made.content["context"] and now.supersedes == made.id
