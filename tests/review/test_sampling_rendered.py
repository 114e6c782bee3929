"""A draw that somebody else runs: the statement of each dialect, and the file that comes back."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from command_line import spotcheck
from sampling_rows import WEEK, WINDOW, rows_of_a_week
from sqlglot import exp, parse_one

from review.basics.errors import InputError, Refused
from review.basics.input_file import InputFile
from review.basics.times import read_time
from review.sampling.allocate import Budget, Wishes
from review.sampling.draw import draw
from review.sampling.engines.catalogue import open_source
from review.sampling.rendered.asked import Asked, rendered
from review.sampling.rendered.drawn import open_result
from review.sampling.rendered.result import read_result
from review.sampling.rendered.warehouse import WRITTEN_AS, declared
from review.sampling.strata import DEFAULT_GROUPS, default_groups
from storage.opening import open_store
from storage.records_log import Conversation, Draw, Stratum
from storage.records_weeks import Item

GOLDEN = Path(__file__).parents[1] / "data" / "rendered_draws.json"
WISHES = Wishes(0.05, {"failing": 20})
COLUMNS = "id,created_at,status,feedback,confidence,low_confidence,verdicts"


def asked(dialect: str = "duckdb", **changes: Any) -> Asked:
    made = Asked(
        dialect=dialect, table="texts", columns=declared(COLUMNS, {}), week=WEEK, window=WINDOW, seed=WEEK,
        wishes=WISHES, groups=DEFAULT_GROUPS,
    )  # fmt: skip
    return replace(made, **changes)


@pytest.mark.parametrize("dialect", WRITTEN_AS)
def test_each_dialect_is_rendered_as_its_golden_string_and_is_valid_in_it(dialect: str) -> None:
    typed = asked(dialect, table="shop.log", columns=declared("id,created_at,status,verdicts", {}))
    sql = rendered(typed)
    assert sql == json.loads(GOLDEN.read_text(encoding="utf-8"))[dialect]
    tree = parse_one(sql, dialect=WRITTEN_AS[dialect])
    assert isinstance(tree, exp.Union) and tree.find(exp.TableSample) is None
    assert list(tree.named_selects)[:3] == ["row_kind", "verdicts", "id"]


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]]]:
    """The rows as Parquet, and the result of the rendered statement over them."""
    folder = tmp_path_factory.mktemp("rendered")
    rows = [
        {**row, "created_at": read_time(row["created_at"]), "question": f"Question {n}?"}
        for n, row in enumerate(rows_of_a_week(2_000, 3))
    ]
    pq.write_table(pa.Table.from_pylist(rows), folder / "texts.parquet")
    base = duckdb.connect()
    base.execute("SET TimeZone = 'UTC'")
    base.execute(f"CREATE TABLE texts AS SELECT * FROM '{folder}/texts.parquet'")
    found = base.execute(rendered(asked()))
    names = [part[0] for part in found.description]
    lines = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    base.close()
    return folder, lines


def as_csv(path: Path, lines: list[dict[str, Any]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, lines[0])
        writer.writeheader()
        writer.writerows(lines)
    return path


def as_jsonl(path: Path, lines: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps({k.upper(): v for k, v in line.items()}) + "\n" for line in lines))
    return path


def as_parquet(path: Path, lines: list[dict[str, Any]]) -> Path:
    pq.write_table(pa.Table.from_pylist(lines), path)
    return path


@pytest.mark.parametrize(("write", "name"), [(as_csv, "r.csv"), (as_jsonl, "r.jsonl"), (as_parquet, "r.parquet")])
def test_the_result_is_the_native_draw(
    result: tuple[Path, list[dict[str, Any]]], tmp_path: Path, write: Callable[..., Path], name: str
) -> None:
    folder, lines = result
    engine = open_source(folder / "texts.parquet")
    native = draw(engine, WISHES, window=WINDOW, week=WEEK, overlap=0.2)
    engine.close()
    file = write(tmp_path / name, lines)
    other = draw(open_result(str(file), InputFile(str(file), path=file)), WISHES, window=WINDOW, week=WEEK, overlap=0.2)
    assert (other.ids, other.digest, other.strata, other.overlap_ids) == (
        native.ids, native.digest, native.strata, native.overlap_ids,
    )  # fmt: skip
    for one in ("rows", "distinct", "null_ids", "duplicate_ids", "duplicate_rows", "duplicate_examples", "undated",
                "populations", "verdicts"):  # fmt: skip
        assert getattr(other.frame, one) == getattr(native.frame, one), one


def changed(lines: list[dict[str, Any]], kind: str, **cells: Any) -> list[dict[str, Any]]:
    """The lines with the first of a kind changed."""
    number = next(n for n, line in enumerate(lines) if line["row_kind"] == kind)
    return [{**line, **cells} if n == number else line for n, line in enumerate(lines)]


def without(lines: list[dict[str, Any]], kind: str, n: int = 1) -> list[dict[str, Any]]:
    gone = [k for k, line in enumerate(lines) if line["row_kind"] == kind][:n]
    return [line for k, line in enumerate(lines) if k not in gone]


FAULTS: dict[str, tuple[Callable[[list[dict[str, Any]]], list[dict[str, Any]]], str]] = {
    "an id that was not drawn": (lambda r: changed(r, "drawn", id="planted"), "md5 of the seed and the id 'planted'"),
    "a drawn id less": (lambda r: without(r, "drawn"), "expected .*as its last row says"),
    "a drawn row less": (lambda r: without(r, "record"), "1 drawn conversation have no row"),
    "a row too much": (lambda r: [*r, {**r[-1], "row_kind": "record", "id": "x", "record": "{}"}], "'x' was not drawn"),
    "no end": (lambda r: without(r, "end"), "no row of the kind 'end'"),
    "no question of whom": (lambda r: without(r, "asked"), "no row of the kind 'asked'"),
    "another file": (lambda r: [{"id": "a", "question": "b"}], "row_kind"),
    "a broken row": (lambda r: changed(r, "record", record="{broken"), "expected a JSON object"),
    "a count that is none": (lambda r: changed(r, "frame", all_rows="many"), "expected a whole number"),
    "counts that differ": (lambda r: changed(r, "group", ids=999), "The groups hold|the groups hold"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_result_that_is_not_whole_or_was_changed_is_refused(
    result: tuple[Path, list[dict[str, Any]]], tmp_path: Path, fault: str
) -> None:
    change, words = FAULTS[fault]
    file = as_jsonl(tmp_path / "r.jsonl", change(result[1]))
    with pytest.raises(InputError, match=words) as refused:
        draw(open_result("r.jsonl", InputFile("r.jsonl", path=file)), WISHES, window=WINDOW, week=WEEK)
    assert str(refused.value).startswith("r.jsonl")


def test_the_result_of_another_draw_is_refused(result: tuple[Path, list[dict[str, Any]]], tmp_path: Path) -> None:
    file = as_jsonl(tmp_path / "r.jsonl", result[1])
    for wishes, groups, seed in (
        (Wishes(0.1, {"failing": 20}), DEFAULT_GROUPS, WEEK),
        (WISHES, default_groups(0.4), WEEK),
        (WISHES, DEFAULT_GROUPS, "another"),
    ):
        engine = open_result("r.jsonl", InputFile("r.jsonl", path=file))
        with pytest.raises(Refused, match=r"is the result of another draw: 2026-W47 at 0\.05"):
            draw(engine, wishes, window=WINDOW, week=WEEK, seed=seed, groups=groups)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"dialect": "oracle"}, "expected one of spark"),
        ({"wishes": Wishes(0.01, {}, Budget(60))}, "a budget needs the counts"),
        ({"columns": {"created_at": "timestamp"}}, "found no column 'id'"),
        ({"columns": {"id": "text"}}, "found no column 'created_at'"),
        ({"columns": {"id": "text", "created_at": "timestamp", 'a"b': "text"}}, "control characters and backslashes"),
        ({"seed": "a\\b"}, "backslashes"),
        ({"date_format": "day-first", "columns": {"id": "text", "created_at": "text"}}, "are not rendered"),
    ],
)
def test_what_cannot_be_rendered_is_a_sentence(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        rendered(asked(**changes))
    with pytest.raises(InputError, match="columns: found 'id:number'"):
        declared("id:number", {})


def test_a_week_is_rendered_run_and_opened_from_the_command_line(tmp_path: Path) -> None:
    rows = [
        {"id": f"c{k}", "asked_at": "2026-11-18 08:00:00+00", "question": f"How many {k}?", "answer": "Two.",
         "status": "error" if k % 40 == 0 else "ok"}
        for k in range(400)
    ]  # fmt: skip

    def run(*words: str, code: int = 0) -> Any:
        done = spotcheck(tmp_path, *words, "--json")
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout) if code == 0 else done.stderr

    run("init", "--name", "lea")
    run("people", "add", "ana", "--role", "annotator", "--as", "lea")
    week = ("--week", WEEK, "--failing", "4", "--map", "created_at=asked_at", "--raters", "ana")
    sql = run("sample", "log", "--render", "duckdb", "--rate", "5%", "--columns", "id,status", *week)["sql"]
    base = duckdb.connect()
    base.register("rows", pa.Table.from_pylist(rows))
    base.execute("CREATE TABLE log AS SELECT * REPLACE (asked_at::TIMESTAMPTZ AS asked_at) FROM rows")
    file = str(tmp_path / "result.csv")
    base.execute(f"COPY ({sql}) TO '{file}' (HEADER)")
    wrong = run("sample", "--drawn", file, "--rate", "6%", "--as", "lea", *week, code=1)
    assert "is the result of another draw" in wrong
    done = run("sample", "--drawn", file, "--rate", "5%", "--as", "lea", *week)
    assert done["frame"]["rows"] == 400 and done["frame"]["source"] == "duckdb:log" and done["new_items"] > 0
    opened = open_store(tmp_path / "spotcheck.db")
    assert {s.name: s.population for s in opened.find(Stratum)} == {"failing": 10, "low_confidence": 0, "rest": 390}
    items = opened.find(Item)
    texts = {c.id: (c.question, c.answer) for c in opened.find(Conversation)}
    assert all(texts[i.conversation_id] == (f"How many {i.conversation_id[1:]}?", "Two.") for i in items)
    assert opened.find(Draw)[0].digest == done["digest"]


@pytest.mark.parametrize("kind", ["asked", "frame", "group", "end"])
def test_what_stands_twice_in_a_result_is_refused(
    result: tuple[Path, list[dict[str, Any]]], tmp_path: Path, kind: str
) -> None:
    again = [line for line in result[1] if line["row_kind"] == kind]
    for lines in (result[1] * 2, [*result[1], *again]):
        file = as_jsonl(tmp_path / "r.jsonl", lines)
        with pytest.raises(InputError, match="this row once"):
            open_result("r.jsonl", InputFile("r.jsonl", path=file))


@pytest.mark.parametrize(
    ("kind", "cells"),
    [("group", {"stratum": -1}), ("drawn", {"stratum": 7}), ("end", {"ids": 1.5}), ("end", {"ids": "inf"})],
)
def test_a_count_or_group_that_there_cannot_be_is_a_sentence(
    result: tuple[Path, list[dict[str, Any]]], tmp_path: Path, kind: str, cells: dict[str, Any]
) -> None:
    file = as_jsonl(tmp_path / "r.jsonl", changed(result[1], kind, **cells))
    with pytest.raises(InputError, match="expected"):
        draw(open_result("r.jsonl", InputFile("r.jsonl", path=file)), WISHES, window=WINDOW, week=WEEK)


def test_names_of_snowflake_come_back_in_small_letters(
    result: tuple[Path, list[dict[str, Any]]], tmp_path: Path
) -> None:
    def named(line: dict[str, Any]) -> dict[str, Any]:
        cells = json.loads(line["record"])
        if line["row_kind"] == "asked":
            return {**line, "record": json.dumps({**cells, "dialect": "snowflake"})}
        return {**line, "record": json.dumps({k.upper(): v for k, v in cells.items()} | {"userId": "u1"})}

    lines = [named(line) if line["row_kind"] in ("asked", "record") else line for line in result[1]]
    file = as_jsonl(tmp_path / "r.jsonl", lines)
    rows = read_result("r.jsonl", InputFile("r.jsonl", path=file)).records
    assert all(one["id"] == name and one["userId"] == "u1" for name, some in rows.items() for one in some)
