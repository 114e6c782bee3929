"""A weekly draw beside the engine's own md5 query: ``python tests/bench/draw_beside_engine.py [--rows N] [--weeks W]``.

Generates N rows over W weeks and prints, for DuckDB, Parquet, PostgreSQL and ClickHouse (chdb): seconds of the engine's
own query that chooses 1 % of all rows by md5, seconds of a whole draw of one week (frame, groups, verdicts, ids), their
ratio, and by how much the memory of this process grew while it drew. Each engine has a process of its own.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[2]))

from review.basics.weeks import week_window
from review.sampling.allocate import Wishes
from review.sampling.draw import draw
from review.sampling.engines.catalogue import open_source

WEEK = "2026-W47"
KINDS = ("parquet", "duckdb", "postgresql", "clickhouse")
CHOSEN = "substr({md5}, 1, 8) < '028f5c29'"
ROWS = """SELECT md5('id' || i)::UUID::VARCHAR AS id,
    TIMESTAMPTZ '2026-11-23 00:00:00+00' - INTERVAL ({weeks} * 604800.0 * (i + 1) / {n}) SECOND AS created_at,
    CASE WHEN i % 40 = 0 THEN 'error' ELSE 'ok' END AS status, (i % 100) / 100.0 + 0.4 AS confidence,
    json_object('kind', json_object('correctness', CASE WHEN i % 9 = 0 THEN 'wrong' ELSE 'correct' END)) AS verdicts,
    repeat('How many orders came in last week? ', 4) AS question FROM range({n}) r(i)"""

IN_POSTGRES = """SELECT md5('id' || i)::uuid::text AS id,
    timestamptz '2026-11-23 00:00:00+00' - make_interval(secs => {weeks} * 604800.0 * (i + 1) / {n}) AS created_at,
    CASE WHEN i % 40 = 0 THEN 'error' ELSE 'ok' END AS status, (i % 100) / 100.0 + 0.4 AS confidence,
    json_build_object('kind', json_build_object('correctness', CASE WHEN i % 9 = 0 THEN 'wrong' ELSE 'correct' END)
    )::text AS verdicts, repeat('How many orders came in last week? ', 4) AS question
    FROM generate_series(0, {n} - 1) i"""
"""The same rows, made by PostgreSQL itself: to copy ten million takes longer than to measure."""


@contextmanager
def prepared(kind: str, folder: Path) -> Iterator[tuple[str, Callable[[], Any]]]:
    """The source of an engine with the rows of the Parquet file, and its own md5 query."""
    file = folder / "log.parquet"
    text = CHOSEN.format(md5=f"md5('{WEEK}:' || id)")
    if kind in ("parquet", "duckdb"):
        base, table = folder / "log.duckdb", f"'{file}'"
        if kind == "duckdb":
            with duckdb.connect(str(base)) as filled:
                filled.execute(f"CREATE TABLE log AS SELECT * FROM {table}")
            table = "log"

        def chosen() -> Any:
            with duckdb.connect(str(base), read_only=True) if kind == "duckdb" else duckdb.connect() as opened:
                return opened.execute(f"SELECT id FROM {table} WHERE {text}").fetchall()

        yield str(file) if kind == "parquet" else f"duckdb:///{folder}/log.duckdb?table=log", chosen
        return
    if kind == "postgresql":
        import psycopg
        from postgres_server import postgres_server

        with postgres_server() as server:
            os.environ["SPOTCHECK_POSTGRES_USER"] = "owner"
            with psycopg.connect(server.address("postgres"), autocommit=True) as connection:
                counts = f"SELECT count(*), max(created_at) - min(created_at) FROM '{file}'"
                n, weeks = duckdb.connect().execute(counts).fetchall()[0]
                made = IN_POSTGRES.format(n=n, weeks=round(weeks.total_seconds() / 604_800))
                connection.execute(f"CREATE UNLOGGED TABLE log AS {made}")
                connection.execute("CREATE INDEX ON log (created_at)")
                connection.execute("VACUUM ANALYZE log")
                own = f"SELECT id FROM log WHERE {text}"
                source = f"postgresql:///postgres?table=log&socket={server.home}"
                yield source, lambda: connection.execute(own).fetchall()
        return
    from clickhouse_server import clickhouse_server

    with clickhouse_server(folder / "clickhouse") as running:
        running.session.query("CREATE DATABASE shop ENGINE = Atomic")
        rows = f"SELECT * FROM file('{file}')"
        order = "ENGINE = MergeTree ORDER BY created_at SETTINGS allow_nullable_key = 1"
        running.session.query(f"CREATE TABLE shop.log {order} AS {rows}")
        own = f"SELECT id FROM shop.log WHERE {CHOSEN.format(md5=f'''lower(hex(MD5(concat('{WEEK}:', id))))''')}"
        yield (
            f"clickhouse://{running.host}/shop?table=log",
            lambda: running.session.query(own, "JSONCompactEachRow").bytes(),
        )


def best(work: Callable[[], Any], repeats: int = 3) -> float:
    """The best of several runs, in seconds."""
    found = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return min(found)


def resident() -> float:
    """The memory of this process now, in MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6


def one(kind: str, folder: Path) -> None:
    """Measure one engine, and print its line."""
    found: dict[str, Any] = {}

    def whole(source: str) -> None:
        engine = open_source(source, week=WEEK)
        found["result"] = draw(engine, Wishes(0.01), window=week_window(WEEK), week=WEEK, overlap=0.2)
        engine.close()

    with prepared(kind, folder) as (source, own):
        floor = best(own)
        before, peak_before = resident(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
        seconds = best(lambda: whole(source))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
        grew = max(0.0, peak - before) if peak > peak_before else max(0.0, resident() - before)
    drawn = found["result"]
    figures = f"own md5 query {floor:.2f} s, draw {seconds:.2f} s, ratio {seconds / floor:.2f}; memory + {grew:.0f} MB"
    print(f"{kind:11} {figures}; {drawn.frame.rows:,} rows in the week, {drawn.sampled:,} drawn, {drawn.digest[:10]}")


def main() -> None:
    """Generate the rows, and measure each engine in a process of its own."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--weeks", type=int, default=12)
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--folder")
    parser.add_argument("--one")
    given = parser.parse_args()
    if given.one:
        one(given.one, Path(given.folder))
        return
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        made = ROWS.format(n=given.rows, weeks=given.weeks)
        duckdb.execute(f"COPY ({made}) TO '{name}/log.parquet' (COMPRESSION zstd)")
        print(f"{given.rows:,} rows over {given.weeks} weeks; load {os.getloadavg()[0]:.1f}", flush=True)
        for kind in given.kinds.split(","):
            subprocess.run([sys.executable, __file__, "--one", kind, "--folder", name], check=True)


if __name__ == "__main__":
    main()
