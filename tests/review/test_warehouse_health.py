"""The health of a table of a warehouse is that of the log with the same rows, figure by figure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from clickhouse_server import clickhouse_server
from command_line import spotcheck
from postgres_server import new_database
from watched_log import at, write_log

from review.basics.errors import InputError
from review.basics.log_paths import log_of
from review.monitoring.health import Asked, health
from review.report.warehouse_health import warehouse_health
from review.settings.project import Project

COLUMNS = (
    "id, created_at, status, latency_ms, cost, repair_rounds, repaired, feedback, confidence, model, prompt_version, "
    "error_type, tokens_in, low_confidence"
)
KINDS = {
    **dict.fromkeys(("latency_ms", "cost", "confidence"), "float8"), "created_at": "timestamptz",
    **dict.fromkeys(("repair_rounds", "tokens_in"), "bigint"),
    **dict.fromkeys(("repaired", "low_confidence"), "boolean"),
}  # fmt: skip
OF_AN_IMPORT = {"checks", "refusals", "clarifications", "flagged", "judges_disagree", "expired"}
ROWS = f"""SELECT {COLUMNS} FROM (SELECT * REPLACE (
    CASE WHEN k % 7 = 0 THEN 'Down, copied' WHEN k % 5 = 0 THEN 'up' WHEN k % 11 = 0 THEN 'edited' END AS feedback,
    CASE WHEN k % 3 = 0 THEN (k % 10) / 10 END AS confidence,
    CASE WHEN repair_rounds > 0 THEN k % 2 = 0 END AS repaired,
    CASE WHEN status = 'error' AND k % 2 = 0 THEN 'timeout' END AS error_type, k % 100 AS tokens_in)
    FROM (SELECT *, row_number() OVER (ORDER BY id) AS k FROM read_parquet('{{}}/*/*.parquet')))"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of ten days, and the same rows as a Parquet file and a DuckDB table."""
    found = tmp_path_factory.mktemp("warehouse")
    write_log(found / "spotcheck.db", 10, seed=3, a_day=60, error=0.1, at_once=10)
    logs = log_of(found / "spotcheck.db").logs
    with duckdb.connect(str(found / "log.duckdb")) as base:
        base.execute(f"CREATE TABLE log AS {ROWS.format(logs)}")
        base.execute(f"COPY log TO '{found}/log.parquet'")
        (file,) = logs.glob("*/*.parquet")
        mine = ", ".join(f"l.{name} AS {name}" for name in COLUMNS.split(", ") if name != "id")
        mine = mine.replace("l.created_at AS created_at", "e.created_at AS created_at")
        week = "strftime(CAST(e.created_at AS TIMESTAMP), '%G-W%V') AS week"
        rows = f"SELECT * REPLACE ({mine}, {week}) FROM '{file}' e JOIN log l USING (id)"
        base.execute(f"COPY ({rows}) TO '{found}/new.parquet'")
    (found / "new.parquet").replace(file)
    return found


@pytest.fixture(scope="module")
def addresses(folder: Path) -> Iterator[dict[str, str]]:
    database = new_database()
    with pytest.MonkeyPatch.context() as patch:
        import psycopg

        patch.setenv("SPOTCHECK_POSTGRES_USER", "owner")
        columns = ", ".join(f"{name} {KINDS.get(name, 'text')}" for name in COLUMNS.split(", "))
        with psycopg.connect(database.address) as connection, duckdb.connect() as base:
            connection.execute(f"CREATE TABLE log ({columns})")
            with connection.cursor().copy("COPY log FROM STDIN") as copy:
                for row in base.execute(f"SELECT * FROM '{folder}/log.parquet'").fetchall():
                    copy.write_row(row)
        with clickhouse_server(folder / "clickhouse") as clickhouse:
            clickhouse.session.query("CREATE DATABASE shop ENGINE = Atomic")
            rows = f"SELECT * FROM file('{folder}/log.parquet')"
            clickhouse.session.query(f"CREATE TABLE shop.log ENGINE = MergeTree ORDER BY tuple() AS {rows}")
            yield {
                "duckdb": f"duckdb:///{folder}/log.duckdb?table=log",
                "postgresql": database.source("log"),
                "clickhouse": f"clickhouse://{clickhouse.host}/shop?table=log",
            }


def figures(found: dict[str, Any]) -> list[dict[str, Any]]:
    """The buckets without what only an import knows, and sums to nine digits."""
    buckets = [{k: v for k, v in one.items() if k not in OF_AN_IMPORT} for one in found["buckets"]]
    return json.loads(json.dumps(buckets), parse_float=lambda x: float(f"{float(x):.9g}"))  # type: ignore[no-any-return]


@pytest.mark.parametrize("kind", ["duckdb", "postgresql", "clickhouse"])
@pytest.mark.parametrize(
    "asked",
    [
        Asked(by="day", slices=("model",)),
        Asked(by="week"),
        Asked(by="day", start="2026-08-05", end="2026-08-06", slices=("model", "prompt_version")),
    ],
)
def test_an_engine_gives_the_figures_of_the_log(
    addresses: dict[str, str], folder: Path, kind: str, asked: Asked
) -> None:
    project = Project(path=folder / "spotcheck.toml")
    with at(20):
        log = health(log_of(folder / "spotcheck.db"), project, asked)
    found = warehouse_health(addresses[kind], project, asked, {})
    assert len(found.buckets) == len(log.buckets) > 1
    for mine, theirs in zip(figures(found.to_json()), figures(log.to_json()), strict=True):
        assert mine == theirs


def test_the_command_needs_no_store_and_says_what_is_wrong(folder: Path, tmp_path: Path) -> None:
    source = f"{folder}/log.parquet"
    done = spotcheck(tmp_path, "health", "--source", source, "--by", "week", "--slice", "model", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["slice"] == "model" and sum(one["traffic"] for one in found["buckets"]) > 500
    for words, said in (
        (("--engagement",), "is read from the log"),
        (("--map", "created_at=none"), "found no column 'none'"),
        (("--from", "2026-08-09", "--to", "2026-08-01"), "is before"),
    ):
        done = spotcheck(tmp_path, "health", "--source", source, *words)
        assert done.returncode == 2 and said in done.stderr
    with pytest.raises(InputError, match="found no column 'created_at'"):
        (tmp_path / "a.csv").write_text("id,question\nc1,Why?\n")
        warehouse_health(str(tmp_path / "a.csv"), Project(path=tmp_path / "spotcheck.toml"), Asked(), {})


def test_values_are_translated_as_an_import_does(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "log.duckdb")) as base:
        base.execute("CREATE TABLE log (id VARCHAR, created_at VARCHAR, status VARCHAR, feedback VARCHAR)")
        rows = [(f"c{k}", "17.11.2026 08:00", "kaputt" if k < 3 else "gut", '{"thumb": "down"}') for k in range(10)]
        base.executemany("INSERT INTO log VALUES (?, ?, ?, ?)", rows)
    project = Project(
        path=tmp_path / "spotcheck.toml", values={"status": {"kaputt": "error", "gut": "ok"}}, date_format="day-first"
    )
    asked = Asked(by="week")
    found = warehouse_health(f"duckdb:///{tmp_path}/log.duckdb?table=log", project, asked, {})
    [bucket] = found.buckets
    assert found.apart.undated == 0 and bucket.traffic == 10
    assert bucket.shares["success_rate"].value == pytest.approx(0.7)
