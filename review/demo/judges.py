"""Add the judges of the demonstration: two from recordings, one that runs queries, and one that is trained here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

from review.basics.errors import NothingToDo
from review.basics.tables import Row, Table
from review.demo.generate import DemoConversation
from review.demo.makers import JUDGES, MAKERS
from review.demo.verdicts import recorded
from review.exchange.verdicts import import_verdicts
from review.judges.protocol.protocol import Options
from review.judges.runs.running import start_run
from review.judges.runs.sql_execution import execute_week
from review.judges.runs.targets import JudgeTarget
from review.judges.runs.work_run import work
from review.judges.versions import add_judge
from review.settings.project import project_of
from storage.records_weeks import Item
from storage.store import Store

LEARNED = "learned"
LEARNED_DIMENSIONS = ("correctness", "politeness")
THRESHOLD = 0.2
"""The probability from which the verdict is wrong. The most probable value is hardly ever wrong."""

ENOUGH = 40
"""Items of closed weeks that a classifier needs to learn anything worth showing."""


def announce(store: Store, *, by: str) -> None:
    """Add the recorded judges, before a log brings their first verdicts."""
    for name, maker in MAKERS.items():
        spec = {"source": "file", "file": f"{name}.csv"}
        add_judge(store, name, kind="recorded", dimensions=tuple(JUDGES[name]), spec=spec, by=by, note=maker.note)


def deliver(store: Store, week: str, truth: Mapping[str, DemoConversation], *, seed: int, by: str) -> None:
    """Import the recorded verdicts on a week's items."""
    items = store.find(Item, week=week)
    rows = [r for name in MAKERS for i in items for r in recorded(name, i.id, truth[i.conversation_id], seed=seed)]
    file = f"judges-{week}.csv"
    table = Table(
        file=file,
        columns=tuple(dict.fromkeys(column for row in rows for column in row)),
        rows=tuple(Row(file, line, row) for line, row in enumerate(rows, start=2)),
    )
    import_verdicts(store, table, by=by, unknown_as_missing=True)


def execute(store: Store, weeks: Sequence[str], *, by: str) -> None:
    """Run the queries of all items and their references on the shop."""
    project = project_of(store.path)
    for week in weeks:
        with suppress(NothingToDo):
            execute_week(store, project, week, by=by)


def learn(store: Store, closed: Sequence[str], current: str, *, seed: int, by: str) -> None:
    """Train a judge on the closed weeks and run it: out of fold on those weeks, then on the open week."""
    if len(store.find(Item, week=list(closed))) < ENOUGH:
        return
    spec = {"seed": seed, "thresholds": {"correctness": THRESHOLD}}
    note = "Learns from what we settled; offline, free, and no expert."
    add_judge(store, LEARNED, kind="learned", dimensions=LEARNED_DIMENSIONS, spec=spec, by=by, note=note)
    for week in (*closed, current):
        run = start_run(store, LEARNED, JudgeTarget("week", week), Options(), by=by)
        work(store, run.id, environment={})
