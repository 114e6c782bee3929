"""What thousands of small imports cost a query, before and after ``nightly`` has merged them.

Run: python tests/bench/merging_speed.py [--imports 2000] [--rows 20]. The imports are of one source, some a day, as a
collector makes them; every tenth one also tells something of earlier conversations. Prints seconds and processor time.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from review.basics.log_paths import LogPaths, log_of
from review.basics.weeks import week_of
from review.log.buckets import Windows, aggregated
from review.log.days import imports_held
from review.log.facts import Facts
from review.log.late import FOLDER, LateRow, late_files, write_late
from review.log.log import log_files, read_conversations
from review.log.merging import merge_small
from review.sources.importing import import_file

A_DAY = 60
"""Imports of one day."""
FIRST = 20_454
"""The first day, counted from 1970."""


def many_imports(log: LogPaths, folder: Path, imports: int, rows: int) -> None:
    """Import once, then write the same rows under other ids and times as so many imports."""
    file = folder / "log.jsonl"
    text = "Your order was handed to the carrier, who expects to deliver it within three working days. " * 6
    lines = [
        json.dumps({"id": f"c{n}", "created_at": "2026-01-01T10:00:00Z", "question": f"Order {n}?", "answer": text})
        for n in range(rows)
    ]
    file.write_text("\n".join(lines))
    import_file(file, log=log, key=b"key", by="bench")
    (given,) = log_files(log)
    table = pq.ParquetFile(given).read()
    for number in range(imports):
        moment = time.gmtime((FIRST + number // A_DAY) * 86400 + number % A_DAY * 1440)
        at = time.strftime("%Y-%m-%dT%H:%M:%S.000+00:00", moment)
        week, name = week_of(datetime.fromisoformat(at)), f"{number:032x}"
        changed = {
            "id": [f"i{number}-{n}" for n in range(rows)],
            "source_id": [f"i{number}-{n}" for n in range(rows)],
            **{key: [value] * rows for key, value in (("created_at", at), ("imported_at", at))},
            **{key: [value] * rows for key, value in (("week", week), ("import_id", name))},
        }
        mine = table
        for key, values in changed.items():
            mine = mine.set_column(mine.schema.get_field_index(key), key, pa.array(values, pa.string()))
        (log.logs / name).mkdir()
        pq.write_table(mine, log.logs / name / f"{week}-0001.parquet", compression="zstd")
        if number % 10 == 9:
            told = Facts(feedback="down", at=at)
            row = LateRow(id=f"i{number - 5}-0", week=week, content_hash=name, facts=told, judges_disagree=None)
            write_late(log.logs / name / FOLDER, [row], import_id=name, at=at)


def timed(act: Callable[[], object]) -> str:
    """Seconds and processor time of the second of two calls, as the first one reads from the disk."""
    act()
    begun, busy = time.perf_counter(), time.process_time()
    act()
    return f"{time.perf_counter() - begun:.2f} s ({time.process_time() - busy:.2f} s of processor)"


def look(log: LogPaths, name: str) -> None:
    """Print what three questions cost that pages and nights ask."""
    windows = Windows(by="day", earliest="2020", latest="2030")
    print(f"{name}: {len(log_files(log)):,} files of conversations, {len(late_files(log.logs)):,} of late rows")
    print(f"  one conversation by its id {timed(lambda: read_conversations(log, ['i7-3']))}")
    print(f"  figures by day {timed(lambda: aggregated(log, windows, {'n': 'count(*)', 'f': 'count(feedback)'}))}")
    print(f"  conversations of each import {timed(lambda: imports_held(log))}", flush=True)


def main() -> None:
    """Ask, merge, ask again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--imports", type=int, default=2_000)
    parser.add_argument("--rows", type=int, default=20)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        log = log_of(Path(folder) / "spotcheck.db")
        many_imports(log, Path(folder), given.imports, given.rows)
        look(log, "before")
        begun, busy = time.perf_counter(), time.process_time()
        done = merge_small(log, settled=-60)
        print(
            f"{done.folders:,} imports merged into {done.into} in {time.perf_counter() - begun:.1f} s "
            f"({time.process_time() - busy:.1f} s of processor)"
        )
        look(log, "after")


if __name__ == "__main__":
    main()
