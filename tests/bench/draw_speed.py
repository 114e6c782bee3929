"""How fast a week is drawn: ``python tests/bench/draw_speed.py [--rows N]``.

Generates a log of one week and prints seconds for a whole draw (frame counted, groups, verdicts, 1 % of ids) beside
DuckDB's floor, which is to read the id column of the same rows as Parquet and count it.
"""

from __future__ import annotations

import argparse
import functools
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

sys.path.insert(0, str(Path(__file__).parents[2]))

from review.basics.weeks import week_window
from review.sampling.allocate import Wishes
from review.sampling.draw import DrawResult, draw
from review.sampling.engines.catalogue import open_source

WEEK = "2026-W47"
ROWS = """
SELECT md5('id' || i)::UUID::VARCHAR AS id,
       strftime(TIMESTAMP '2026-11-16' + INTERVAL (i * 604800.0 / {n}) SECOND, '%Y-%m-%dT%H:%M:%SZ') AS created_at,
       CASE WHEN i % 40 = 0 THEN 'error' ELSE 'ok' END AS status,
       CASE WHEN i % 70 = 0 THEN 'down' WHEN i % 30 = 0 THEN 'up' END AS feedback,
       (i % 100) / 100.0 + 0.4 AS confidence,
       json_object('kind', json_object('correctness', CASE WHEN i % 9 = 0 THEN 'wrong' ELSE 'correct' END)) AS verdicts,
       repeat('How many orders came in last week, and from which country? ', 8) AS question
FROM range({n}) r(i)
"""


def generate(folder: Path, rows: int) -> dict[str, str]:
    """Write the same rows as Parquet, JSONL, CSV, a DuckDB and a SQLite database; name -> source."""
    base = duckdb.connect(str(folder / "log.duckdb"))
    base.execute(f"CREATE TABLE conversations AS {ROWS.format(n=rows)}")
    for name, options in (
        ("log.parquet", "(COMPRESSION zstd)"),
        ("log.jsonl", "(FORMAT json)"),
        ("log.csv", "(HEADER)"),
    ):
        base.execute(f"COPY conversations TO '{folder / name}' {options}")
    lite = sqlite3.connect(folder / "log.db")
    columns = [str(c[0]) for c in base.execute("DESCRIBE conversations").fetchall()]
    lite.execute(f"CREATE TABLE conversations ({', '.join(columns)})")
    cursor = base.execute("SELECT * FROM conversations")
    while batch := cursor.fetchmany(50_000):
        lite.executemany(f"INSERT INTO conversations VALUES ({', '.join('?' * len(columns))})", batch)
    lite.commit()
    lite.close()
    base.close()
    return {
        n: str(folder / f)
        for n, f in [
            ("Parquet", "log.parquet"),
            ("JSONL", "log.jsonl"),
            ("CSV", "log.csv"),
            ("DuckDB", "log.duckdb"),
            ("SQLite", "log.db"),
        ]
    }


def timed(work: Callable[[], Any], repeats: int = 3) -> tuple[float, Any]:
    """The best of several runs, in seconds, and the result."""
    best, result = float("inf"), None
    for _ in range(repeats):
        start = time.perf_counter()
        result = work()
        best = min(best, time.perf_counter() - start)
    return best, result


def main() -> None:
    """Generate, draw, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sources = generate(folder, rows)
        floor, _ = timed(
            lambda: duckdb.execute(f"SELECT count(id), sum(strlen(id)) FROM '{folder / 'log.parquet'}'").fetchall()
        )
        print(f"{rows:,} rows; floor (DuckDB reads and counts the ids of the Parquet file): {floor:.3f} s")

        def whole(source: str) -> DrawResult:
            engine = open_source(source)
            result = draw(engine, Wishes(0.01), window=week_window(WEEK), week=WEEK, overlap=0.2)
            engine.close()
            return result

        for kind, source in sources.items():
            seconds, result = timed(functools.partial(whole, source))
            figures = f"{seconds:7.2f} s  {seconds / floor:6.1f} x floor"
            print(f"{kind:8} {figures}  {result.sampled:,} drawn  {result.digest[:10]}")


if __name__ == "__main__":
    main()
