"""What the audit chain costs: one submission, the first signing of an old store, and the check of a large one.

    python tests/bench/audit_speed.py [--annotations 200000]

Prints one table; every figure is of one run on one machine, so compare within the run.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from review.audit import chain
from review.audit.verifying import check_store
from review.people.people import add_person
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import rubric_from, save_rubric
from storage.opening import open_store
from storage.records_base import StoredLabels
from storage.records_log import Conversation, Message
from storage.records_review import Annotation
from storage.records_weeks import Assignment, Item, Week
from storage.store import Store

AT = "2026-11-20T09:00:00.000+00:00"
WEEK = "2026-W46"
LABELS: StoredLabels = {"correctness": "correct", "intent": "shipping", "politeness": "neutral"}
RATERS = 10
TOGETHER = 2000


def timed(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def fill(store: Store, annotations: int) -> None:
    """Conversations, items and assignments, and one entry of the chain for each annotation, as reviewers make them."""
    save_rubric(store, rubric_from(DEFAULT_RUBRIC), by="maria")
    raters = tuple(add_person(store, f"r{k}", role="annotator", by="maria").id for k in range(RATERS))
    store.add(
        Week(
            name=WEEK,
            opened_at=AT,
            opened_by="maria",
            due="2026-11-27",
            seed="1",
            unit="session",
            overlap=1.0,
            overlap_raters=0,
            raters=raters,
            rubric_version=1,
        )
    )
    messages: tuple[Message, ...] = (
        {"role": "user", "content": "Where is it? " * 20},
        {"role": "assistant", "content": "On its way. " * 40},
    )
    for start in range(0, annotations, TOGETHER):
        with store.transaction():
            for n in range(start, min(start + TOGETHER, annotations)):
                item, rater = f"i{n // RATERS}", raters[n % RATERS]
                if n % RATERS == 0:
                    store.add(
                        Conversation(
                            id=item, source="production", source_id=item, created_at=AT, week=WEEK, messages=messages
                        ),
                        Item(id=item, conversation_id=item, week=WEEK, at=AT, purposive=True),
                    )
                given: dict[str, Any] = {"item_id": item, "rater_id": rater, "rubric_version": 1, "at": AT}
                store.add(Assignment(id=f"a{n}", week=WEEK, position=n, by="maria", **given))
                store.add(Annotation(submission_id=f"s{n}", assignment_id=f"a{n}", labels=LABELS, **given))
                chain.record(store, rater, "annotation", f"a{n}", submission=f"s{n}")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--annotations", type=int, default=200_000)
    asked = options.parse_args()
    table = Table("what", "seconds", "per unit")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CONFIG_HOME"] = folder
        store = open_store(Path(folder) / "spotcheck.db")
        add_person(store, "maria", role="lead", by="bench")
        before = time.process_time()
        seconds = timed(lambda: fill(store, asked.annotations))
        each = 1e6 * (time.process_time() - before) / asked.annotations
        what = f"write {asked.annotations:,} assignments and annotations with entries"
        table.add_row(what, f"{seconds:.1f}", f"{each:.0f} µs of processor each")
        before = time.process_time()
        seconds = timed(lambda: check_store(store))
        spent = time.process_time() - before
        check = check_store(store)
        assert check.holds
        table.add_row(
            f"check {check.rows:,} rows and {check.entries:,} entries",
            f"{seconds:.1f}",
            f"{1e6 * spent / check.rows:.1f} µs of processor a row",
        )
        size = store.path.stat().st_size / 2**20
        table.add_row("size of the store, and most memory", "", f"{size:,.0f} MB, {_memory():,.0f} MB")
    Console().print(table)


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
