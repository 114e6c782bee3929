"""Times without a zone are in the zone of the project: in a draw straight from a source as on import."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime
from pathlib import Path

import duckdb
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from review.basics.log_paths import log_of
from review.basics.weeks import week_window, zone_of
from review.log.gone import Gone
from review.sampling.allocate import Wishes
from review.sampling.day_counts import rows_per_day
from review.sampling.draw import draw
from review.sampling.engines.catalogue import open_source
from review.settings.project import project_of
from review.sources.importing import import_file
from review.sources.options import ImportOptions
from review.week.completeness import _day
from review.week.drawing import Request
from review.week.fetching import fetch

# In Berlin, W47 is 15 November 23:00 to 22 November 23:00 UTC.
TIMES = {
    "before": "2026-11-15 23:59:59",
    "first": "2026-11-16 00:00:00",
    "date": "2026-11-16",
    "last": "2026-11-22T23:59:59.5",
    "after": "2026-11-23T00:00",
    "offset": "2026-11-15T23:30:00Z",
    "early": "2026-11-15T22:30:00+00:00",
    "west": "2026-11-22T17:30:00-05:00",
    "epoch": "1794783600",
}
INSIDE = ["date", "epoch", "first", "last", "offset", "west"]
ZONE = "Europe/Berlin"


def rows() -> list[dict[str, str]]:
    return [{"id": name, "created_at": text, "question": "q"} for name, text in TIMES.items()]


def text_file(folder: Path) -> str:
    (folder / "log.jsonl").write_bytes(b"\n".join(map(orjson.dumps, rows())))
    return str(folder / "log.jsonl")


def sqlite_table(folder: Path) -> str:
    with sqlite3.connect(folder / "log.db") as db:
        db.execute("CREATE TABLE t (id, created_at, question)")
        db.executemany("INSERT INTO t VALUES (:id, :created_at, :question)", rows())
    return f"sqlite:///{folder}/log.db?table=t"


def duckdb_table(folder: Path) -> str:
    with duckdb.connect(str(folder / "log.duckdb")) as db:
        db.execute("CREATE TABLE t (id VARCHAR, created_at VARCHAR, question VARCHAR)")
        db.executemany("INSERT INTO t VALUES (?, ?, ?)", [list(row.values()) for row in rows()])
    return f"duckdb:///{folder}/log.duckdb?table=t"


@pytest.mark.parametrize("source", [text_file, sqlite_table, duckdb_table])
def test_a_draw_takes_times_without_an_offset_in_the_zone_of_the_project(tmp_path: Path, source) -> None:
    engine = open_source(source(tmp_path))
    try:
        found = draw(engine, Wishes(1.0), window=week_window("2026-W47", ZONE), week="2026-W47")
        days = [_day(day, zone_of(ZONE)) for day in (date(2026, 11, 16), date(2026, 11, 22))]
        counts = rows_per_day(engine, days, mapping={})
    finally:
        engine.close()
    assert sorted(found.ids["rest"]) == INSIDE
    assert counts == {"": [4, 2]}


def test_an_import_and_a_draw_agree(tmp_path: Path) -> None:
    log = log_of(tmp_path / "s.db")
    import_file(text_file(tmp_path), ImportOptions(time_zone=ZONE), log=log, key=b"key", by="ana")
    engine = open_source(log.logs, week="2026-W47")
    found = draw(engine, Wishes(1.0), window=week_window("2026-W47", ZONE), week="2026-W47")
    engine.close()
    assert sorted(found.ids["rest"]) == INSIDE


def test_columns_of_times_without_a_zone_are_in_the_zone_too(tmp_path: Path) -> None:
    times = [datetime(2026, 11, 15, 23, 59), datetime(2026, 11, 16), datetime(2026, 11, 23)]
    for kind, inside in ((pa.timestamp("us"), ["1"]), (pa.timestamp("us", "UTC"), ["0", "1"])):
        table = pa.table({"id": ["0", "1", "2"], "created_at": pa.array(times, kind), "question": ["q"] * 3})
        pq.write_table(table, tmp_path / "log.parquet")
        engine = open_source(str(tmp_path / "log.parquet"))
        found = draw(engine, Wishes(1.0), window=week_window("2026-W47", ZONE), week="2026-W47")
        engine.close()
        assert sorted(found.ids["rest"]) == inside


def test_drawn_conversations_have_the_same_instant(tmp_path: Path) -> None:
    (tmp_path / "spotcheck.toml").write_text(f'[project]\ntime_zone = "{ZONE}"\n')
    source = text_file(tmp_path)
    engine = open_source(source)
    request = Request(week="2026-W47", source=source)
    project = project_of(tmp_path / "s.db")
    [found] = fetch(engine, ["first"], project, request, log=log_of(tmp_path / "s.db"), key=b"key", gone=Gone())
    engine.close()
    assert (found.created_at, found.week) == ("2026-11-15T23:00:00.000+00:00", "2026-W47")
