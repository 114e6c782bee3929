import json
from datetime import timedelta
from hashlib import md5

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from review.basics.errors import InputError, NothingToDo, Refused
from review.basics.weeks import next_due_date, today_in
from review.commands.cli import spotcheck
from review.sampling.key import chosen

ROWS = [
    {
        "id": f"c{i}",
        "created_at": f"2026-11-{9 + i % 14:02d}T12:00:00Z",
        "status": "error" if i % 50 == 0 else "ok",
        "question": "?",
    }
    for i in range(2_800)
]
# Day 9 + i % 14 lies in W46 where i % 14 < 7.
DUE = next_due_date("2026-W46", today_in("UTC"))
IN_WEEK = {r["id"] for i, r in enumerate(ROWS) if i % 14 < 7}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SPOTCHECK_STORE", raising=False)
    (tmp_path / "log.jsonl").write_text("".join(json.dumps(r) + "\n" for r in ROWS))
    pq.write_table(pa.Table.from_pylist(ROWS), tmp_path / "log.parquet")
    base = duckdb.connect("log.duckdb")
    base.execute("CREATE TABLE conversations AS SELECT * FROM 'log.parquet'")
    base.close()
    return tmp_path


def run(*arguments):
    result = CliRunner().invoke(spotcheck, ["sample", *arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def as_json(*arguments):
    return json.loads(run(*arguments, "--dry-run", "--json").stdout)


def test_a_dry_run_needs_no_store_and_gives_the_documented_json(folder):
    found = as_json("log.jsonl", "--week", "2026-W46", "--rate", "0.05", "--failing", "all", "--ids")
    failing = {f"c{i}" for i in range(0, 2_800, 50)} & IN_WEEK
    rest = IN_WEEK - failing
    drawn = failing | {i for i in rest if chosen("2026-W46", i, 0.05)}
    assert found["week"] == "2026-W46"
    assert {k: found["frame"][k] for k in ("rows", "null_ids", "duplicate_ids")} == {
        "rows": 1_400,
        "null_ids": 0,
        "duplicate_ids": 0,
    }
    assert found["strata"] == [
        {"name": "failing", "population": len(failing), "probability": 1.0, "sampled": len(failing)},
        {"name": "low_confidence", "population": 0, "probability": 1.0, "sampled": 0},
        {"name": "rest", "population": len(rest), "probability": 0.05, "sampled": len(drawn) - len(failing)},
    ]
    assert found["ids"] == sorted(drawn)
    assert found["digest"] == md5("\n".join(sorted(drawn)).encode()).hexdigest()
    assert not list(folder.glob("spotcheck.db*"))


def test_the_same_rows_in_three_forms_have_the_same_digest(folder):
    digests = {
        as_json(s, "--week", "2026-W46", "--rate", "1%")["digest"]
        for s in ("log.jsonl", "log.parquet", "duckdb:///log.duckdb")
    }
    assert len(digests) == 1


def test_a_person_sees_a_table_and_the_ids_only_on_request(folder):
    shown = run("log.jsonl", "--week", "2026-W46", "--rate", "0.05", "--dry-run").stdout
    assert all(word in shown for word in ("failing", "low_confidence", "rest", f"due {DUE}", "1,400 conversations"))
    assert "c14" not in shown.split()
    assert "ids" not in as_json("log.jsonl", "--week", "2026-W46", "--rate", "0.05")


def test_a_mapping_and_the_project_file_are_applied(folder):
    (folder / "spotcheck.toml").write_text(
        '[project]\ntime_zone = "Asia/Tokyo"\n[import.map]\nquestion = "input.text"\nid = "elsewhere"\n'
    )
    rows = [{"key": "a", "created_at": "2026-11-08T15:00:00Z"}, {"key": "b", "created_at": "2026-11-08T14:59:59Z"}]
    (folder / "other.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    assert as_json("other.jsonl", "--week", "2026-W46", "--rate", "1", "--map", "id=key", "--ids")["ids"] == ["a"]


def test_without_a_source_the_log_beside_the_store_is_drawn_from(folder):
    with pytest.raises(NothingToDo, match=r"the log at spotcheck\.db\.logs is empty"):
        run("--week", "2026-W46", "--rate", "0.1", "--dry-run")
    imported = folder / "spotcheck.db.logs" / "i1"
    imported.mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist(ROWS), imported / "2026-W46-0001.parquet")
    assert as_json("--week", "2026-W46", "--rate", "0.1")["frame"]["rows"] == 1_400


def test_a_week_that_has_not_ended_is_shown_and_not_drawn(folder):
    with pytest.raises(Refused, match="seals the week's frame"):
        run("log.jsonl", "--week", "2199-W01", "--rate", "0.1")
    with pytest.raises(NothingToDo, match="2199-W01"):
        run("log.jsonl", "--week", "2199-W01", "--rate", "0.1", "--dry-run")


def test_without_a_week_the_error_shows_the_form_of_one(folder):
    result = run("log.jsonl", "--rate", "0.1", "--dry-run")
    assert result.exit_code == 2
    assert "2026-W47" in result.stderr


@pytest.mark.parametrize(
    "options",
    [
        ("--rate", "0"), ("--rate", "1.1"), ("--rate", "1e-10"), ("--rate", "0.1", "--week", "W46"),
        ("--rate", "0.1", "--overlap", "3"), ("--rate", "0.1", "--minutes", "0"), ("--rate", "0.1", "--seed", "a\\b"),
        ("--rate", "0.1", "--map", "id"), ("--rate", "0.1", "--map", "nme=x"),
    ],
)  # fmt: skip
def test_options_out_of_range_are_bad_input(folder, options):
    with pytest.raises(InputError):
        run("log.jsonl", "--week", "2026-W46", "--dry-run", *options)


@pytest.mark.parametrize(
    "options", [("--rate", "some"), ("--rate", "0.1", "--failing", "0"), ("--rate", "0.1", "--failing", "most")]
)
def test_options_of_another_form_are_bad_usage(folder, options):
    assert run("log.jsonl", "--week", "2026-W46", "--dry-run", *options).exit_code == 2


def test_minutes_of_three_people_set_how_many_are_drawn(folder):
    found = as_json(
        "log.jsonl",
        "--week",
        "2026-W46",
        "--rate",
        "0.01",
        "--minutes",
        "60",
        "--raters",
        "ana,ben,eva",
        "--overlap",
        "0.2",
    )
    # 3 * 60 judgements of a minute each, 1.4 for an item: 128 items.
    assert found["sampled"] == 128


def test_a_group_of_which_nothing_is_drawn_is_said_and_a_due_date_that_has_passed_is_refused(folder):
    small = folder / "small.jsonl"
    small.write_text("".join(json.dumps(r) + "\n" for r in ROWS[:28]))
    found = as_json("small.jsonl", "--week", "2026-W46", "--rate", "0.01", "--failing", "all")
    rest = next(s for s in found["strata"] if s["name"] == "rest")
    assert rest["population"] > 0 and rest["sampled"] == 0
    (note,) = [n for n in found["notes"] if "Nothing is drawn" in n]
    assert note.startswith(f"Nothing is drawn from the group 'rest': 1.0% of its {rest['population']} conversations")
    assert "A rate of" in note and "would give about 4." in note
    assert not [n for n in as_json("small.jsonl", "--week", "2026-W46", "--rate", "1")["notes"] if "Nothing" in n]
    with pytest.raises(InputError, match="due: 2026-11-02 has passed, so every reviewer would be late"):
        run("small.jsonl", "--week", "2026-W46", "--rate", "1", "--due", "2026-11-02", "--dry-run")
    day = (today_in("UTC") + timedelta(days=300)).isoformat()
    later = as_json("small.jsonl", "--week", "2026-W46", "--rate", "1", "--due", day)
    assert later["due"] == day
    with pytest.raises(InputError, match="due: found 'soon', expected a date"):
        run("small.jsonl", "--week", "2026-W46", "--rate", "1", "--due", "soon", "--dry-run")


def test_a_misspelt_field_of_a_map_names_the_nearest(folder):
    with pytest.raises(InputError, match=r"no field 'quesion' \(did you mean 'question'\?\)"):
        run("log.jsonl", "--week", "2026-W46", "--rate", "1", "--map", "quesion=q", "--dry-run")
