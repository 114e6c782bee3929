"""One contract for every engine: the same 5,000 rows give the same frame, the same counts and the same sample."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from clickhouse_server import clickhouse_server
from postgres_server import Database, new_database
from sampling_rows import WEEK, WINDOW, expected, rows_of_a_week

from review.basics.input_file import InputFile
from review.sampling.allocate import Wishes
from review.sampling.choose import all_of
from review.sampling.draw import DrawResult, draw
from review.sampling.engines.catalogue import ENGINES, open_source
from review.sampling.key import chosen, digest, sample_digest
from review.sampling.rendered.asked import Asked, rendered
from review.sampling.rendered.drawn import open_result
from review.sampling.rendered.warehouse import declared
from review.sampling.strata import DEFAULT_GROUPS

EDGES = [WINDOW.start - timedelta(microseconds=1), WINDOW.start, WINDOW.end - timedelta(microseconds=1), WINDOW.end]
ENGINE_OF = {
    "files": (".parquet", "folder"), "duckdb": ("duckdb", ".duckdb"), "sqlite": ("sqlite", ".sqlite", ".db"),
    "text": (".jsonl", ".ndjson", ".csv", ".tsv"),
}  # fmt: skip
"""Kinds of sources that one engine opens, by what is tested; the texts have tests of their own beside these."""


def texts() -> pa.Table:
    """Rows around the week as they arrive in a log."""
    return pa.Table.from_pylist(rows_of_a_week(4_980, 11))


def typed() -> pa.Table:
    """Whole numbers as ids and times with a type, on both sides of the ends of the week; two ids twice, one missing."""
    made = [WINDOW.start + timedelta(minutes=7 * k - 2_000) for k in range(1_994)] + EDGES + [None, WINDOW.start]
    ids = [*range(1, 1_995), 10_001, 10_002, 10_003, 10_004, 10_005, None]
    ids[700] = ids[900] = 500
    status = ["error" if k % 19 == 0 else "ok" for k in range(len(ids))]
    times = pa.array(made, pa.timestamp("us", "UTC"))
    return pa.table({"id": pa.array(ids, pa.int64()), "created_at": times, "status": status})


TEXT_TYPES = "text text text text float8 boolean jsonb"


class Sources:
    """Where each engine has the two tables; ``source`` gives the address of one."""

    def __init__(self, folder: Path, postgres: Database | None, clickhouse: Any) -> None:
        self.folder, self.postgres, self.clickhouse = folder, postgres, clickhouse

    def source(self, kind: str, name: str) -> str:
        return {
            "files": f"{self.folder}/{name}.parquet",
            "partitions": f"{self.folder}/{name}_parts",
            "duckdb": f"duckdb:///{self.folder}/log.duckdb?table={name}",
            "sqlite": f"sqlite:///{self.folder}/log.db?table={name}",
            "delta": f"delta:///{self.folder}/{name}_delta",
            "iceberg": f"iceberg:///{self.folder}/catalog.db?table=shop.{name}",
            "clickhouse": self.clickhouse and f"clickhouse://{self.clickhouse.host}/shop?table={name}",
            "postgresql": self.postgres and self.postgres.source(name),
        }[kind]


KINDS = ("files", "partitions", "duckdb", "sqlite", "delta", "iceberg", "clickhouse", "postgresql")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("contract")
    base, lite = duckdb.connect(str(found / "log.duckdb")), sqlite3.connect(found / "log.db")
    for name, table in (("texts", texts()), ("typed", typed())):
        pq.write_table(table, found / f"{name}.parquet")
        parts = table.append_column("part", pa.array([f"p{k % 3}" for k in range(len(table))]))
        shape = ds.partitioning(pa.schema([("part", pa.string())]), flavor="hive")
        ds.write_dataset(parts, found / f"{name}_parts", format="parquet", partitioning=shape)
        base.execute(f"CREATE TABLE {name} AS SELECT * FROM '{found}/{name}.parquet'")
        lite.execute(f"CREATE TABLE {name} ({', '.join(table.column_names)})")
        cells = [[c.isoformat() if hasattr(c, "isoformat") else c for c in r.values()] for r in table.to_pylist()]
        lite.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * table.num_columns)})", cells)
    lite.commit()
    lite.close()
    base.close()
    return found


@pytest.fixture(scope="module")
def lakes(folder: Path) -> None:
    deltalake = pytest.importorskip("deltalake", reason="deltalake (extra: lake) is not installed")
    sql = pytest.importorskip("pyiceberg.catalog.sql", reason="pyiceberg (extra: lake) is not installed")
    catalog = sql.SqlCatalog("default", uri=f"sqlite:///{folder}/catalog.db", warehouse=f"file://{folder}/warehouse")
    catalog.create_namespace("shop")
    for name, table in (("texts", texts()), ("typed", typed())):
        for start in (0, 1_000):
            part = table.slice(start, 1_000 if start == 0 else None)
            deltalake.write_deltalake(str(folder / f"{name}_delta"), part, mode="append")
            if start == 0:
                created = catalog.create_table(f"shop.{name}", schema=table.schema)
            created.append(part)


@pytest.fixture(scope="module")
def postgres() -> Iterator[Database]:
    made = new_database()
    with pytest.MonkeyPatch.context() as patch:
        import psycopg

        patch.setenv("SPOTCHECK_POSTGRES_USER", "owner")
        with psycopg.connect(made.address) as connection:
            for name, table, kinds in (("texts", texts(), TEXT_TYPES), ("typed", typed(), "bigint timestamptz text")):
                columns = map(" ".join, zip(table.column_names, kinds.split(), strict=True))
                connection.execute(f"CREATE TABLE {name} ({', '.join(columns)})")
                with connection.cursor().copy(f"COPY {name} FROM STDIN") as copy:
                    for row in table.to_pylist():
                        copy.write_row(tuple(row.values()))
        yield made


@pytest.fixture(scope="module")
def clickhouse(folder: Path) -> Iterator[Any]:
    with clickhouse_server(folder / "clickhouse") as server:
        server.session.query("CREATE DATABASE shop ENGINE = Atomic")
        for name in ("texts", "typed"):
            rows = f"SELECT * FROM file('{folder}/{name}.parquet')"
            server.session.query(f"CREATE TABLE shop.{name} ENGINE = MergeTree ORDER BY tuple() AS {rows}")
        yield server


def sources(kind: str, request: pytest.FixtureRequest) -> Sources:
    folder = request.getfixturevalue("folder")
    if kind in ("delta", "iceberg"):
        request.getfixturevalue("lakes")
    servers = {name: request.getfixturevalue(name) if name in kind else None for name in ("postgres", "clickhouse")}
    return Sources(folder, servers["postgres"], servers["clickhouse"])


def drawn(source: str) -> DrawResult:
    engine = open_source(source, week=WEEK)
    try:
        return draw(engine, Wishes(0.05, {"failing": 20}), window=WINDOW, week=WEEK, overlap=0.2)
    finally:
        engine.close()


def wanted(strata: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    for name, ids in strata.items():
        count = {"failing": 20, "low_confidence": 50}.get(name, 0)
        ranked = sorted(ids, key=lambda i: digest(WEEK, i))
        exact = bool(ids) and count / len(ids) > 0.05
        found |= set(ranked[:count]) if exact else {i for i in ids if chosen(WEEK, i, 0.05)}
    return found


@pytest.fixture(scope="module")
def by_hand() -> tuple[dict[str, set[str]], int]:
    """The ids of each stratum of the texts, and how many rows the frame has."""
    return expected(texts().to_pylist())


@pytest.fixture(scope="module")
def reference(folder: Path) -> DrawResult:
    """The draw from the texts in a file."""
    return drawn(f"{folder}/texts.parquet")


@pytest.mark.parametrize("kind", KINDS)
def test_texts_around_the_week_give_one_frame_and_one_sample(
    kind: str, by_hand: tuple[dict[str, set[str]], int], reference: DrawResult, request: pytest.FixtureRequest
) -> None:
    strata, rows = by_hand
    result = drawn(sources(kind, request).source(kind, "texts"))
    frame = result.frame
    assert (frame.rows, frame.null_ids, frame.undated) == (rows, 1, 2)
    assert (frame.duplicate_ids, frame.duplicate_rows, frame.duplicate_examples) == (1, 2, ("twice",))
    assert frame.populations == {name: len(ids) for name, ids in strata.items()}
    assert frame.verdicts == reference.frame.verdicts
    assert set(all_of(result.ids)) == wanted(strata)
    assert result.digest == sample_digest(wanted(strata))


@pytest.mark.parametrize("kind", KINDS)
def test_numbers_as_ids_and_typed_times_give_one_frame_and_one_sample(
    kind: str, request: pytest.FixtureRequest
) -> None:
    rows = typed().to_pylist()
    inside = [r for r in rows if r["created_at"] and WINDOW.start <= r["created_at"] < WINDOW.end]
    first = {r["id"]: r for r in sorted(inside, key=lambda r: r["created_at"], reverse=True) if r["id"] is not None}
    failing = {str(r["id"]) for r in first.values() if r["status"] == "error"}
    strata = {"failing": failing, "low_confidence": set(), "rest": {str(i) for i in first} - failing}
    result = drawn(sources(kind, request).source(kind, "typed"))
    assert (result.frame.rows, result.frame.null_ids, result.frame.undated) == (len(inside), 1, 1)
    assert (result.frame.duplicate_ids, result.frame.duplicate_rows) == (1, 2)
    assert result.frame.populations == {name: len(ids) for name, ids in strata.items()}
    assert {"10002", "10003"} <= strata["rest"] | failing and not {"10001", "10004"} & (strata["rest"] | failing)
    assert result.digest == sample_digest(wanted(strata))


@pytest.mark.parametrize("kind", ["duckdb", "postgresql", "clickhouse"])
def test_the_rendered_statement_run_by_the_engine_gives_the_native_draw(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    place = sources(kind, request)
    asked = Asked(
        dialect=kind.removesuffix("ql"), table="typed", columns=declared("id,created_at,status", {}), week=WEEK,
        window=WINDOW, seed=WEEK, wishes=Wishes(0.05, {"failing": 20}), groups=DEFAULT_GROUPS,
    )  # fmt: skip
    file = tmp_path / "result.jsonl"
    file.write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in run(kind, place, rendered(asked))))
    wishes = Wishes(0.05, {"failing": 20})
    other = draw(open_result("r", InputFile(file.name, path=file)), wishes, window=WINDOW, week=WEEK, overlap=0.2)
    native = drawn(place.source(kind, "typed"))
    assert (other.ids, other.digest, other.strata) == (native.ids, native.digest, native.strata)
    told = [{**frame.to_json(), "source": "", "read_at": ""} for frame in (other.frame, native.frame)]
    assert told[0] == told[1]


def run(kind: str, place: Sources, sql: str) -> list[dict[str, Any]]:
    """The rows that an engine's own client gives for a statement."""
    if kind == "clickhouse":
        text = place.clickhouse.session.query(f"USE shop; {sql}", "JSONEachRow").bytes()
        return [orjson.loads(line) for line in text.splitlines()]
    if kind == "postgresql":
        import psycopg

        with psycopg.connect(place.postgres.address, row_factory=psycopg.rows.dict_row) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            return connection.execute(sql).fetchall()
    with duckdb.connect(str(place.folder / "log.duckdb"), read_only=True) as base:
        base.execute("SET TimeZone = 'UTC'")
        found = base.execute(sql)
        return [dict(zip([c[0] for c in found.description], row, strict=True)) for row in found.fetchall()]


def test_every_engine_is_held_to_the_contract() -> None:
    held = {*KINDS, "s3", *(name for names in ENGINE_OF.values() for name in names)}
    assert set(ENGINES) <= held, "an engine has no line in the contract"
