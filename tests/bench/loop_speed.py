"""How fast the weekly loop is: import, draw, deal, next item, submit, settled labels, release and export.

    python tests/bench/loop_speed.py [--rows 50000] [--items 500]

Prints one table; every figure is of one run on one machine, so compare within the run.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from review.annotating.batch import batch
from review.annotating.submissions import receive
from review.audit.store_secrets import hmac_key
from review.basics.errors import NothingToDo
from review.basics.log_paths import log_of
from review.current.settled import settled_labels
from review.golden.approve import bulk_approve
from review.golden.releases import release
from review.golden.writers.catalogue import WRITERS, export
from review.people.people import add_person
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import rubric_from, save_rubric
from review.settings.project import project_of
from review.sources.importing import import_file
from review.week.drawing import Request
from review.week.opening import open_week
from storage.opening import open_store
from storage.store import Store

WEEK = "2026-W46"
LABELS = {"correctness": "correct", "intent": "shipping", "politeness": "neutral"}


def log(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        for k in range(rows):
            row: dict[str, object] = {
                "id": f"c{k}",
                "created_at": f"2026-11-{9 + k % 7:02d}T{k % 24:02d}:00:00Z",
                "user_id": f"u{k % 997}",
            }
            row |= {
                "question": f"Where is order {k}? Write to u{k}@example.com. " * 4,
                "answer": "It is on its way. " * 12,
            }
            row |= {"status": "error" if k % 40 == 0 else "ok", "verdicts": {"judge": {"correctness": "correct"}}}
            file.write(json.dumps(row) + "\n")


def timed(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def submit_all(store: Store, rater: str) -> tuple[list[float], list[float]]:
    """Milliseconds per batch request and per single submission, as the annotate page makes them."""
    asked: list[float] = []
    submitted: list[float] = []
    have: list[str] = []
    while True:
        start = time.perf_counter()
        payload = batch(store, rater, week=WEEK, have=tuple(have))
        asked.append(1000 * (time.perf_counter() - start))
        fresh = [i for i in payload["items"] if i["assignment"] not in have and not i.get("mine")]
        if not fresh:
            return asked, submitted
        for item in fresh:
            have.append(item["assignment"])
            entry = {
                "submission_id": f"bench-{item['assignment']}",
                "kind": "annotation",
                "labels": LABELS,
                "seconds": 9,
            }
            entry |= {"assignment": item["assignment"]}
            submitted.append(1000 * timed(lambda: receive(store, rater, [entry])))  # noqa: B023


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=50_000)
    options.add_argument("--items", type=int, default=500)
    asked = options.parse_args()
    table = Table("what", "seconds", "per unit")
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder) / "spotcheck.db")
        lead = add_person(store, "maria", role="lead", by="bench").id
        for name in ("ana", "ben"):
            add_person(store, name, role="annotator", by=lead)
        save_rubric(store, rubric_from(DEFAULT_RUBRIC), by=lead)
        file = Path(folder) / "log.jsonl"
        log(file, asked.rows)
        paths, key = log_of(store.path), hmac_key(store)
        seconds = timed(lambda: import_file(file, log=paths, key=key, by=lead))
        table.add_row(f"import {asked.rows:,} rows", f"{seconds:.2f}", f"{asked.rows / seconds:,.0f} rows/s")
        wanted = Request(week=WEEK, rate=asked.items / asked.rows, failing=50, raters=("ana", "ben"), overlap=1.0)
        seconds = timed(lambda: open_week(store, project_of(store.path), wanted, by=lead))
        table.add_row(f"draw and deal from {asked.rows:,}", f"{seconds:.2f}", "")
        batches, submissions = [], []
        for rater in ("ana", "ben"):
            some, more = submit_all(store, rater)
            batches += some
            submissions += more
        for name, found in (("next items (a batch)", batches), ("submit one", submissions)):
            table.add_row(
                f"{name}, {len(found)} times",
                f"{sum(found) / 1000:.2f}",
                f"median {median(found):.1f} ms, p95 {quantiles(found, n=20)[-1]:.1f} ms",
            )
        seconds = timed(lambda: settled_labels(store, [WEEK]))
        table.add_row("settled labels of the week", f"{seconds:.3f}", "")
        items = sorted({item for item, _ in settled_labels(store, [WEEK])})
        seconds = timed(lambda: bulk_approve(store, items, by=lead))
        table.add_row(f"approve {len(items)}", f"{seconds:.2f}", f"{1000 * seconds / len(items):.1f} ms each")
        seconds = timed(lambda: release(store, "bench", by=lead))
        table.add_row(f"release {len(items)}", f"{seconds:.3f}", "")
        for name in WRITERS:
            try:
                seconds = timed(lambda: export(store, "bench", to=name, target=Path(folder) / f"out-{name}", by=lead))  # noqa: B023
            except NothingToDo as why:
                table.add_row(f"export {name}", "", str(why))
            else:
                table.add_row(f"export {name}", f"{seconds:.3f}", f"{len(items) / seconds:,.0f} examples/s")
    Console().print(table)


if __name__ == "__main__":
    main()
