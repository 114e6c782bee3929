"""How fast, and in how much memory, health reads a large log.

Run: python tests/bench/health_speed.py [--rows 10000000].

Beside it stands the plain DuckDB query that a person would write for the same table of figures, by day and three
slices, in as many threads. Each runs in a process of its own, three times; the best counts.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

import duckdb

SLICES = ("model", "prompt_version", "scenario")
MOST_RATIO, MOST_MEMORY = 1.5, 1024
RAW = """
SELECT left(created_at, 10) AS day, {slices}, count(*) AS traffic,
  count(*) FILTER (status = 'error') AS errors, count(*) FILTER (status = 'ok') AS ok,
  quantile_cont(latency_ms, [0.5, 0.95, 0.99]) AS latency, sum(retries) AS retries, sum(tokens_in) AS tokens_in,
  sum(tokens_out) AS tokens_out, sum(cost) AS cost, count(*) FILTER (repaired AND repair_rounds >= 1) AS repaired,
  count(*) FILTER (repair_rounds >= 1) AS tried, count(*) FILTER (low_confidence OR confidence < 0.5) AS unsure,
  histogram(error_type) FILTER (status = 'error') AS types,
  count(*) FILTER (feedback LIKE 'down%') AS down, count(*) FILTER (feedback LIKE 'up%') AS up,
  count(*) FILTER (feedback LIKE '%copied%') AS copied, count(*) FILTER (feedback LIKE '%edited%') AS edited,
  count(*) FILTER (judges_disagree) AS disagree, count(*) FILTER (flagged <> '') AS flagged,
  count(*) FILTER (contains(' ' || flagged || ' ', ' refusal ')) AS refusals,
  count(*) FILTER (contains(' ' || flagged || ' ', ' language ')) AS languages
FROM read_parquet('{files}') GROUP BY ALL ORDER BY ALL
"""


FIRST = date(2026, 9, 7)
CONTENT = (
    '{"messages": [{"role": "user", "content": "How many are late?"}, {"role": "assistant", "content": "12."}], '
    '"context": [], "steps": [], "tags": [], "metadata": {}, "checks": {"refusal": {}, "language": {}}}'
)


def write_log(folder: Path, rows: int, weeks: int = 8, first: date = FIRST) -> None:
    """Write a log as imports leave it, with the columns of the product and short contents; ``first`` is a Monday."""
    from review.log.columns import COLUMNS

    moment = f"TIMESTAMP '{first}' + to_milliseconds(CAST(t AS BIGINT))"
    made = {
        "id": "'c' || i",
        "source": "'production'",
        "source_id": "'c' || i",
        "created_at": f"strftime({moment}, '%Y-%m-%dT%H:%M:%S.%g+00:00')",
        "week": f"strftime({moment}, '%G-W%V')",
        "status": "CASE WHEN h % 25 = 0 THEN 'error' ELSE 'ok' END",
        "error_type": "CASE WHEN h % 25 = 0 THEN ['timeout', 'unknown_column', 'wrong_join'][1 + h % 3] END",
        "repaired": "CASE WHEN h % 10 = 0 THEN h % 50 <> 0 END",
        "repair_rounds": "CASE WHEN h % 10 = 0 THEN 1 + h % 3 END",
        "confidence": "(h % 1000) / 1000.0",
        "latency_ms": "round(200 + 800 * -ln((1 + h % 99991) / 99992.0), 1)",
        "tokens_in": "100 + h % 3900",
        "tokens_out": "20 + h % 880",
        "cost": "0.0001 * (h % 100)",
        "retries": "CASE WHEN h % 50 = 0 THEN 1 ELSE 0 END",
        "model": "['large', 'small', 'tuned'][1 + h % 3]",
        "prompt_version": "'v' || (1 + h % 4)",
        "variant": "['control', 'treated'][1 + h % 2]",
        "scenario": "'scenario ' || (1 + h % 8)",
        "user_id": "'u' || h % 50000",
        "session_id": "'s' || i // 3",
        "feedback": "CASE WHEN h % 20 = 0 THEN ['up', 'down', 'up,copied'][1 + h % 3] END",
        "imported_at": "'2026-11-02T00:00:00.000+00:00'",
        "import_id": "'one'",
        "verdicts": "'{}'",
        "content": f"'{CONTENT}'",
        "flagged": "CASE WHEN h % 30 = 0 THEN 'refusal' WHEN h % 77 = 0 THEN 'language refusal' ELSE '' END",
    }
    columns = ", ".join(f"CAST({made.get(name, 'NULL')} AS {kind}) AS {name}" for name, kind in COLUMNS.items())
    (folder / "one").mkdir(parents=True)
    with duckdb.connect(config={"memory_limit": "2GB", "threads": "2"}) as db:
        for number in range(weeks):
            year, week_number, _ = (first + timedelta(weeks=number)).isocalendar()
            week = f"{year}-W{week_number:02d}"
            each, span = rows // weeks, 7 * 24 * 3_600_000
            base = (
                "SELECT i, CAST(hash(i) % 1000003 AS BIGINT) AS h, "
                f"{number * span} + (i % {each}) * {span} // {each} AS t "
                f"FROM range({number * each}, {(number + 1) * each}) AS r(i)"
            )
            db.execute(
                f"COPY (SELECT {columns} FROM ({base})) TO '{folder}/one/{week}-0001.parquet' (COMPRESSION zstd)"
            )


def once(kind: str, log: Path) -> None:
    """Run one of the two queries in this process; print its seconds and the peak of its memory in MB."""
    from review.basics.log_paths import LogPaths
    from review.monitoring.health import Asked, health
    from review.settings.project import Project

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    if kind == "raw":
        with duckdb.connect(config={"memory_limit": "700MB", "threads": "2"}) as db:
            found = len(db.execute(RAW.format(slices=", ".join(SLICES), files=f"{log}/one/*.parquet")).fetchall())
    else:
        asked = Asked(by="day", slices=SLICES)
        found = len(health(LogPaths(log, log / "none"), Project(path=log / "spotcheck.toml"), asked).buckets)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"seconds": seconds, "peak_mb": peak / 1024, "before_mb": before / 1024, "rows": found}))


def main() -> int:
    """Measure both and print a table; exit 1 when health takes too long or too much memory."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--once", nargs=2, metavar=("KIND", "LOG"))
    arguments = parser.parse_args()
    if arguments.once:
        once(arguments.once[0], Path(arguments.once[1]))
        return 0
    best: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "spotcheck.db.logs"
        write_log(log, arguments.rows)
        for _ in range(arguments.repeats):
            for kind in ("raw", "health"):
                said = subprocess.run(
                    [sys.executable, __file__, "--once", kind, str(log)], check=True, capture_output=True, text=True
                )
                got = json.loads(said.stdout)
                best[kind] = min(best.get(kind, got), got, key=lambda one: one["seconds"])
    ratio, peak = best["health"]["seconds"] / best["raw"]["seconds"], best["health"]["peak_mb"]
    print(f"{arguments.rows:,} rows, by day and {', '.join(SLICES)}, best of {arguments.repeats}")
    for kind, got in best.items():
        print(f"{kind:8} {got['seconds']:6.2f} s   peak {got['peak_mb']:6.0f} MB   {got['rows']:,.0f} rows of figures")
    print(f"ratio {ratio:.2f} (at most {MOST_RATIO}), memory {peak:.0f} MB (at most {MOST_MEMORY})")
    return int(ratio > MOST_RATIO or peak > MOST_MEMORY)


if __name__ == "__main__":
    sys.exit(main())
