"""How long a night takes that expires conversations of a large log, and how much memory.

    python tests/bench/retention_speed.py [--rows 10000000] [--folder /tmp] [--nights 1]

Makes twelve closed weeks of conversations with 600 characters each: 94% normal, 4% slow, 2% errors. The first night is
the one after retention was switched on: every normal conversation goes, and of the older weeks the slow ones too. The
second is a usual night: one week more is closed. Each night is a process of its own, whose peak memory is printed; of
each step the seconds by the clock and those of the processor.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from review.basics.log_paths import log_of
from review.basics.weeks import week_of
from review.log.columns import COLUMNS
from review.monitoring.given_up import never_draw
from review.monitoring.retention import log_bytes
from review.people.people import add_person
from review.serving.nightly import NIGHTLY, Step, run_nightly
from review.settings.project import Project
from storage.opening import open_store
from storage.records_compliance import CompliancePass
from storage.store import Store

WEEKS, PER_FILE = 12, 15_000
LAST = datetime(2026, 11, 16, tzinfo=UTC)
"""The Monday of the last week; the nights are in the fortnight after it."""


def make(folder: Path, rows: int) -> None:
    """Make the store and its log, as imports of 200,000 conversations would have left it."""
    store = open_store(folder / "spotcheck.db")
    add_person(store, "lea", role="lead", by="test")
    log, each = log_of(store.path), rows // WEEKS
    files, begun = ThreadPoolExecutor(2), []
    for k in range(WEEKS):
        monday = LAST - timedelta(weeks=WEEKS - 1 - k)
        week = week_of(monday)
        for part, start in enumerate(range(0, each, PER_FILE)):
            name = f"{week}-{part // 13}"
            (log.logs / name).mkdir(parents=True, exist_ok=True)
            target = log.logs / name / f"{week}-{part % 13 + 1:04d}.parquet"
            n = min(PER_FILE, each - start)
            begun.append(files.submit(_file, target, week, name, monday=monday, start=k * each + start, n=n))
        days = [(monday + timedelta(days=d)).date().isoformat() for d in range(7)]
        imports = {name.name: each for name in log.logs.glob(f"{week}-*")}
        at = (monday + timedelta(days=8)).isoformat()
        store.add(*(CompliancePass(id=f"p{day}", day=day, imports=imports, rows=each, at=at, by="lea") for day in days))
        if k < WEEKS - 1:
            never_draw(store, week, reason="measured", by="lea")
    for one in begun:
        one.result()
    (folder / "spotcheck.toml").write_text("[retention]\non = true\n")
    store.close()


def _file(target: Path, week: str, name: str, *, monday: datetime, start: int, n: int) -> None:
    second = 7 * 86_400 / 1_000_003
    given = {
        "id": "'conversation-' || i",
        "source": "'production'",
        "source_id": "id",
        "created_at": f"strftime(TIMESTAMP '{monday:%Y-%m-%d}' + to_seconds((hash(i) % 1000003) * {second}), "
        "'%Y-%m-%dT%H:%M:%S.%g+00:00')",
        "week": f"'{week}'",
        "status": "CASE WHEN hash(i, 1) % 50 = 0 THEN 'error' ELSE 'ok' END",
        "error_type": "CASE WHEN hash(i, 1) % 50 = 0 THEN 'Timeout' END",
        "latency_ms": "CASE WHEN hash(i, 2) % 25 = 0 THEN 6000.0 + hash(i) % 5000 ELSE 200.0 + hash(i, 3) % 4000 END",
        "tokens_in": "hash(i, 4) % 900",
        "tokens_out": "hash(i, 5) % 300",
        "cost": "(hash(i, 6) % 100) / 1000.0",
        "retries": "hash(i, 7) % 2",
        "model": "'model-' || hash(i, 8) % 3",
        "prompt_version": "'v' || hash(i, 9) % 4",
        "variant": "CASE WHEN hash(i, 10) % 2 = 0 THEN 'a' ELSE 'b' END",
        "user_id": "left(md5(CAST(hash(i // 3) % 200000 AS VARCHAR)), 16)",
        "session_id": "left(md5(CAST(i // 3 AS VARCHAR)), 16)",
        "scenario": "'scenario-' || hash(i, 11) % 8",
        "language": "'en'",
        "redacted": "0",
        "content_hash": "md5('c' || i)",
        "imported_at": f"'{monday + timedelta(days=7):%Y-%m-%d}T02:00:00.000+00:00'",
        "import_id": f"'{name}'",
        "verdicts": "'{}'",
        "content": '\'{"messages":[{"role":"user","content":"\' || repeat(md5(\'q\' || i) || \' \', 6) || '
        '\'"},{"role":"assistant","content":"\' || repeat(md5(\'a\' || i) || \' \', 12) || \'"}],"checks":{}}\'',
        "flagged": "''",
        "raw_hash": "unhex(md5('r' || i))",
    }
    cells = ", ".join(f"CAST({given.get(c, 'NULL')} AS {kind}) AS {c}" for c, kind in COLUMNS.items())
    rows = f"SELECT {cells} FROM (SELECT range + {start} AS i FROM range({n}))"
    with duckdb.connect(config={"threads": 1}) as db:
        db.execute(f"COPY ({rows}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")


def _timed(name: str, step: Step, spent: dict[str, float]) -> Step:
    """Return a step that notes the seconds of processor time that it takes."""

    def timed(store: Store, project: Project) -> str:
        begun = time.process_time()
        try:
            return step(store, project)
        finally:
            spent[name] = time.process_time() - begun

    return timed


def night(path: Path) -> None:
    """Run one night and print how it went, as a process of its own."""
    store = open_store(path)
    before, begun, spent = log_bytes(log_of(path)), time.monotonic(), dict[str, float]()
    done = run_nightly(store, steps={name: _timed(name, step, spent) for name, step in NIGHTLY.items()})
    used = resource.getrusage(resource.RUSAGE_SELF)
    steps = {one.name: [one.seconds, round(spent[one.name], 1)] for one in done if one.seconds >= 0.5}
    said = next(one for one in done if one.name == "retention")
    print(
        json.dumps(
            {
                "seconds": round(time.monotonic() - begun, 1),
                "processor_seconds": round(used.ru_utime + used.ru_stime, 1),
                "peak_mb": round(used.ru_maxrss / 1024),
                "steps": steps,
                "retention": f"{said.status}: {said.detail}",
                "mb_before": round(before / 1e6),
                "mb_after": round(log_bytes(log_of(path)) / 1e6),
            }
        )
    )


def main() -> None:
    """Measure two nights."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--folder", default=None)
    parser.add_argument("--nights", type=int, choices=(1, 2), default=2, help="1: only the first night.")
    parser.add_argument("--night", default=None, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.night:
        night(Path(given.night))
        return
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        make(Path(folder), given.rows)
        path = Path(folder) / "spotcheck.db"
        for name in ("first night", "usual night")[: given.nights]:
            print(name, flush=True)
            subprocess.run([sys.executable, __file__, "--night", str(path)], check=True)
            store = open_store(path)
            never_draw(store, week_of(LAST), reason="measured", by="lea")
            store.close()


if __name__ == "__main__":
    main()
