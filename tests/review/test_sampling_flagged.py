"""Groups by what checks flagged and by judges that disagree: in SQL as in Python, through a week, and unbiased."""

from __future__ import annotations

import csv
import itertools
import json
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from sampling_oracle import holds, stratum_of
from sqlglot import exp

from review.audit.store_secrets import hmac_key
from review.basics.errors import InputError, Refused
from review.basics.log_paths import log_of
from review.basics.weeks import week_window
from review.commands.cli import spotcheck
from review.log.judges_disagree import judges_disagree
from review.log.log import log_files
from review.people.people import add_person
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import rubric_from, save_rubric
from review.sampling.allocate import Wishes
from review.sampling.draw import draw
from review.sampling.engines.catalogue import open_source
from review.sampling.engines.sql import DIALECTS, render
from review.sampling.frame_sql import stratum_number
from review.sampling.strata import Condition, default_groups, names_of
from review.settings.project import Project, project_of
from review.sources.importing import import_file
from review.sources.options import ImportOptions
from review.statistics.quality.people import people
from review.statistics.quality.strata import Cell, StratumCounts, Verdicts
from review.week.drawing import Request, preview
from review.week.grouping import Grouping, grouping_of, sealed_grouping
from review.week.opening import open_week
from storage.opening import open_store
from storage.records_log import Conversation, Draw, Stratum
from storage.records_weeks import Item
from storage.store import Store

WEEK = "2026-W45"
GROUPS = default_groups(failing_checks=("toxicity", "loop_s"), judges_disagree=5)
FLAGGED = (None, "", "toxicity", "refusal toxicity", "toxicity_2", "loopXs", " loop_s ", "TOXICITY refusal", "refusal")
DISAGREE = (None, True, False)


def rows() -> list[dict[str, Any]]:
    """Every pair of cells, and each of them in a failing, a doubtful and an ordinary conversation."""
    states = ({"status": "ok"}, {"status": "error"}, {"status": "ok", "confidence": 0.1})
    return [
        {"id": f"c{k}", "created_at": "2026-11-04T12:00:00Z", "confidence": None, **state}
        | {"flagged": flagged, "judges_disagree": disagree}
        for k, (flagged, disagree, state) in enumerate(itertools.product(FLAGGED, DISAGREE, states))
    ]


def write(folder: Path) -> list[str]:
    """The same rows as JSONL, CSV, Parquet, DuckDB and SQLite."""
    found = rows()
    (folder / "a.jsonl").write_text("".join(json.dumps(r) + "\n" for r in found), encoding="utf-8")
    with (folder / "a.csv").open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, list(found[0]))
        writer.writeheader()
        writer.writerows(found)
    table = pa.Table.from_pylist(found)
    pq.write_table(table, folder / "a.parquet")
    base = duckdb.connect(str(folder / "a.duckdb"))
    base.register("tabled", table)
    base.execute("CREATE TABLE conversations AS SELECT * FROM tabled")
    base.close()
    lite = sqlite3.connect(folder / "a.db")
    lite.execute(f"CREATE TABLE conversations ({', '.join(found[0])})")
    marks = ", ".join("?" * len(found[0]))
    lite.executemany(f"INSERT INTO conversations VALUES ({marks})", [tuple(r.values()) for r in found])
    lite.commit()
    lite.close()
    return [str(folder / name) for name in ("a.jsonl", "a.csv", "a.parquet", "a.duckdb", "a.db")]


def test_flags_and_disagreement_make_the_same_groups_in_every_engine_as_in_python(tmp_path: Path) -> None:
    wanted = {row["id"]: stratum_of(row, GROUPS) for row in rows()}
    assert Counter(wanted.values()).keys() == set(names_of(GROUPS))
    for source in write(tmp_path):
        engine = open_source(source)
        result = draw(engine, Wishes(1.0), window=week_window(WEEK), week=WEEK, groups=GROUPS)
        engine.close()
        assert {i: name for name, ids in result.ids.items() for i in ids} == wanted, source


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_word_among_words_is_rendered_in_every_dialect(dialect: str) -> None:
    field = exp.column("flagged")
    said = render(stratum_number(GROUPS, {"flagged": (field, field)}), dialect)
    assert "' toxicity '" in said and "' loop_s '" in said and "LIKE" not in said.upper()


@pytest.mark.parametrize(
    ("cell", "flagged"),
    [("toxicity", True), ("a TOXICITY b", True), ("toxicity_2", False), ("toxicity,refusal", False), (None, False)],
)
def test_a_word_is_a_word_between_spaces(cell: str | None, flagged: bool) -> None:
    assert holds(Condition("flagged", "any_word", ("toxicity",)), {"flagged": cell}) is flagged


@pytest.mark.parametrize(
    ("verdicts", "said"),
    [
        ({}, None),
        ({"a": {"x": "good"}}, None),
        ({"a": {"x": "good"}, "b": {"y": "good"}}, None),
        ({"a": {"x": "good"}, "b": {"x": None}}, None),
        ({"a": {"x": "good"}, "b": {"x": "good"}}, False),
        ({"a": {"x": "good"}, "b": {"x": {"value": "good", "score": 0.1}}}, False),
        ({"a": {"x": "good"}, "b": {"x": "bad"}}, True),
        ({"a": {"x": "good", "y": "1"}, "b": {"x": "good", "y": 2}}, True),
        ({"a": {"x": 1}, "b": {"x": 1.0}, "c": {"x": "1"}}, False),
        ({"a": {"x": "p|q"}, "b": {"x": ["q", "p"]}}, False),
        ({"a": {"x": ""}, "b": {"x": "bad"}, "c": "odd", "d": None}, None),
    ],
)
def test_judges_disagree_when_two_gave_different_values_in_one_dimension(
    verdicts: dict[str, Any], said: bool | None
) -> None:
    assert judges_disagree(verdicts) is said


@given(
    st.dictionaries(
        st.text(max_size=3), st.none() | st.dictionaries(st.text(max_size=3), st.none() | st.text(max_size=3))
    )
)
def test_any_verdicts_can_be_compared_and_their_order_does_not_matter(verdicts: dict[str, Any]) -> None:
    assert judges_disagree(verdicts) == judges_disagree(dict(reversed(list(verdicts.items()))))


# Through a week


def record(k: int) -> dict[str, Any]:
    """Of 200: every tenth loops, every eighth has two judges of two minds."""
    answer = "Please wait for it. " * 5 if k % 10 == 0 else f"Order {k} arrives on Friday, by the evening."
    said = {"kind": {"politeness": "friendly"}, "stern": {"politeness": "rude" if k % 8 == 0 else "friendly"}}
    made = f"2026-11-{2 + k % 7:02d}T10:00:00Z"
    return {
        "id": f"c{k:03d}",
        "created_at": made,
        "question": f"Where is order {k}?",
        "answer": answer,
        "verdicts": said,
    }


@pytest.fixture
def imported(tmp_path: Path) -> Store:
    store = open_store(tmp_path / "spotcheck.db")
    for name, role in (("lea", "lead"), ("ana", "annotator")):
        add_person(store, name, role=role, by="test")
    save_rubric(store, rubric_from(DEFAULT_RUBRIC), by="lea")
    add(store, [record(k) for k in range(200)])
    return store


def add(store: Store, records: list[dict[str, Any]], name: str = "log.jsonl") -> None:
    file = store.path.parent / name
    file.write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
    checks = project_of(store.path).checks
    store.add(import_file(file, ImportOptions(checks=checks), log=log_of(store.path), key=hmac_key(store), by="lea"))


def settings(store: Store, text: str) -> Project:
    (store.path.parent / "spotcheck.toml").write_text(text, encoding="utf-8")
    return project_of(store.path)


REQUEST = Request(week=WEEK, rate=0.05, raters=("ana",), overlap=0.0, failing="all")


def test_what_a_check_flags_is_drawn_with_the_failing_ones_if_the_project_says_so(imported: Store) -> None:
    plain = preview(imported, Project(path=imported.path), REQUEST)
    assert plain.frame.populations == {"failing": 0, "low_confidence": 0, "rest": 200}
    project = settings(imported, "[checks]\nfailing = ['repetition']\n")
    opened = open_week(imported, project, REQUEST, by="lea")
    assert opened.result.frame.populations == {"failing": 20, "low_confidence": 0, "rest": 180}
    drawn = {i.id for i in imported.find(Item, stratum="failing")}
    assert drawn == {f"c{k:03d}" for k in range(0, 200, 10)}
    kept = {c.id: c.checks for c in imported.find(Conversation)}
    assert all(kept[i]["repetition"]["flagged"] for i in drawn)
    assert imported.find(Draw)[0].frame["groups"] == {
        "confidence": 0.5, "failing_checks": ["repetition"], "judges_disagree": False,
    }  # fmt: skip


def test_disagreeing_judges_are_a_group_with_its_place_in_the_ledger(imported: Store) -> None:
    project = settings(imported, "[sampling]\njudges_disagree = 10\n")
    open_week(imported, project, REQUEST, by="lea")
    ledger = {s.name: (s.population, s.sampled, s.probability) for s in imported.find(Stratum)}
    assert ledger["judges_disagree"] == (25, 10, 10 / 25)
    assert list(ledger) == ["failing", "low_confidence", "judges_disagree", "rest"]
    assert all(int(i.id[1:]) % 8 == 0 for i in imported.find(Item, stratum="judges_disagree"))
    # A later draw keeps the groups, whatever the project says by then, and may raise the cap.
    later = Project(path=imported.path)
    raised = open_week(imported, later, Request(week=WEEK, rate=0.05, raters=("ana",), judges_disagree="all"), by="lea")
    line = next(s for s in raised.result.strata if s.name == "judges_disagree")
    assert (line.population, line.sampled, line.probability) == (25, 25, 1.0)
    same = preview(imported, later, REQUEST)
    assert [s.probability for s in same.strata if s.name == "judges_disagree"] == [1.0]


def test_a_week_drawn_without_the_group_does_not_get_it_later(imported: Store) -> None:
    open_week(imported, Project(path=imported.path), REQUEST, by="lea")
    with pytest.raises(Refused, match=r"2026-W45 was drawn without the group judges_disagree; a sealed frame keeps"):
        preview(imported, Project(path=imported.path), Request(week=WEEK, rate=0.05, judges_disagree=5))
    # What the project says since is for the next week.
    again = preview(imported, settings(imported, "[sampling]\njudges_disagree = 5\nconfidence = 0.9\n"), REQUEST)
    assert list(again.frame.populations) == ["failing", "low_confidence", "rest"]


def test_a_frame_without_kept_groups_is_read_by_its_populations() -> None:
    project = Project(path=Path("spotcheck.toml"), judges_disagree=3)
    old = {"populations": {"failing": 1, "judges_disagree": 2, "rest": 3}}
    assert sealed_grouping(project, WEEK, old) == Grouping(0.5, (), 3)
    assert sealed_grouping(project, WEEK, {"populations": {"rest": 3}}).judges_disagree is None
    assert grouping_of(project, judges_disagree="all").judges_disagree == "all"


def test_a_log_of_an_earlier_version_has_neither_column_and_is_drawn_from(imported: Store) -> None:
    for file in log_files(log_of(imported.path)):
        table = pq.read_table(file)
        content = [json.loads(text) for text in table["content"].to_pylist()]
        old = pa.array([json.dumps({k: v for k, v in c.items() if k != "checks"}) for c in content])
        table = table.drop_columns(["flagged", "judges_disagree"])
        pq.write_table(table.set_column(table.column_names.index("content"), "content", old), file)
    project = settings(imported, "[checks]\nfailing = ['repetition']\n[sampling]\njudges_disagree = 10\n")
    shown = preview(imported, project, REQUEST)
    assert shown.frame.populations == {"failing": 0, "low_confidence": 0, "judges_disagree": 0, "rest": 200}
    add(imported, [{**record(k), "id": f"new{k}"} for k in range(0, 80, 10)], "new.jsonl")
    # Of 0, 10, ... 70 all loop, and loops come first.
    assert preview(imported, project, REQUEST).frame.populations["failing"] == 8
    open_week(imported, project, REQUEST, by="lea")
    assert {bool(c.checks) for c in imported.find(Conversation)} == {True, False}


def test_the_command_takes_the_group_for_one_draw(imported: Store) -> None:
    command = ["sample", "--week", WEEK, "--rate", "0.05", "--judges-disagree", "all", "--dry-run", "--json"]
    said = CliRunner().invoke(spotcheck, [*command, "--store", str(imported.path)])
    assert said.exit_code == 0, said.output
    strata = {s["name"]: s["sampled"] for s in json.loads(said.stdout)["strata"]}
    assert strata["judges_disagree"] == 25


@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet", "db"])
@pytest.mark.parametrize(
    ("asked", "settings", "said"),
    [
        (("--judges-disagree", "10"), "", "no column 'judges_disagree', which the group judges_disagree needs"),
        ((), "[sampling]\njudges_disagree = 10\n", "no column 'judges_disagree'"),
        (
            (),
            "[checks]\nfailing = ['repetition']\n",
            "no column 'flagged', which [checks] failing in spotcheck.toml needs",
        ),
    ],
)
def test_a_group_that_only_an_import_fills_is_refused_on_other_sources(
    tmp_path: Path, kind: str, asked: tuple[str, ...], settings: str, said: str
) -> None:
    plain = [{k: v for k, v in row.items() if k not in ("flagged", "judges_disagree")} for row in rows()]
    (tmp_path / "log.jsonl").write_text("".join(json.dumps(r) + "\n" for r in plain), encoding="utf-8")
    with (tmp_path / "log.csv").open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, list(plain[0]))
        writer.writeheader()
        writer.writerows(plain)
    pq.write_table(pa.Table.from_pylist(plain), tmp_path / "log.parquet")
    lite = sqlite3.connect(tmp_path / "log.db")
    lite.execute(f"CREATE TABLE log ({', '.join(plain[0])})")
    lite.executemany("INSERT INTO log VALUES (?, ?, ?, ?)", [tuple(r.values()) for r in plain])
    lite.commit()
    lite.close()
    source = f"sqlite:///{tmp_path}/log.db?table=log" if kind == "db" else str(tmp_path / f"log.{kind}")
    (tmp_path / "spotcheck.toml").write_text(settings, encoding="utf-8")
    words = ["sample", source, "--week", WEEK, "--rate", "0.05", "--dry-run", "--store", str(tmp_path / "spotcheck.db")]
    error = CliRunner().invoke(spotcheck, [*words, *asked]).exception
    assert isinstance(error, InputError) and said in str(error)
    assert "Import the log first" in str(error) and "`spotcheck import FILE`" in error.command_hint
    (tmp_path / "spotcheck.toml").write_text("", encoding="utf-8")
    assert CliRunner().invoke(spotcheck, words).exit_code == 0, "a plain draw is as ever"


def test_a_column_of_its_own_far_down_in_a_file_is_found(tmp_path: Path) -> None:
    lines: list[dict[str, Any]] = [{"id": f"c{k}", "created_at": "2026-11-04T12:00:00Z"} for k in range(2000)]
    lines[1500]["judges_disagree"] = True
    (tmp_path / "log.jsonl").write_text("".join(json.dumps(r) + "\n" for r in lines), encoding="utf-8")
    engine = open_source(tmp_path / "log.jsonl")
    groups = default_groups(judges_disagree=5)
    result = draw(engine, Wishes(0.01), window=week_window(WEEK), week=WEEK, groups=groups)
    engine.close()
    assert list(result.ids["judges_disagree"]) == ["c1500"]


def test_estimates_stay_unbiased_when_disagreeing_judges_are_drawn_more_often(tmp_path: Path) -> None:
    # 1,000 conversations, judges of two minds in 100: of those 40 are wrong, of the 900 others 36. Truth 76 / 1000.
    wrong = {f"c{k}" for k in range(40)} | {f"c{k}" for k in range(100, 136)}
    rows = [{"id": f"c{k}", "created_at": "2026-11-04T12:00:00Z", "judges_disagree": k < 100} for k in range(1000)]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet")
    engine, groups = open_source(tmp_path / "a.parquet"), default_groups(judges_disagree=50)
    estimates, plain = [], []
    for seed in range(60):
        drawn = draw(engine, Wishes(0.05), window=week_window(WEEK), week=WEEK, seed=f"seed {seed}", groups=groups)
        strata = [
            StratumCounts(
                name=s.name,
                population=s.population,
                verdicts=Verdicts(missing=s.population),
                said_nothing=Cell(s.sampled, positive),
            )
            for s in drawn.strata
            for positive in [sum(i in wrong for i in drawn.ids[s.name])]
        ]
        estimates.append(people([s for s in strata if s.population]).value)
        plain.append(sum(s.labelled.positive for s in strata) / drawn.sampled)
    engine.close()
    error = float(np.std(estimates) / np.sqrt(len(estimates)))
    assert abs(float(np.mean(estimates)) - 0.076) < 3 * error and error < 0.005
    # Unweighted the same items say (20 + 1.8) / 95 = 0.23.
    assert float(np.mean(plain)) > 0.2
