"""A closed week whose conversations may expire: 400 conversations, three classes, one that came in late and failed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flow_store import (
    BAD,
    GOOD,
    RATERS,
    WEEK,
    add_people,
    conversation,
    entry,
    import_rows,
    open_of,
    open_the_week,
    send,
)

from review.basics.log_paths import log_of
from review.closing.closing import close_week
from review.compliance.running import run_checks
from review.log.late import listed
from review.log.retained import parts
from review.settings.project import project_of
from storage.opening import open_store
from storage.store import Store

ON = "[retention]\non = true\n"


def slow(i: int) -> bool:
    return i % 10 == 3


def record(i: int) -> dict[str, Any]:
    """Every tenth is slow, every fortieth failed; some have a user with an address that is masked in the text."""
    found = {**conversation(i), "user_id": f"u{i % 20}", "session_id": f"s{i % 50}", "retries": 1, "cost": 0.25}
    found |= {"variant": "new" if i % 2 else "old", "metadata": {"outcomes": {"bought": i % 3, "note": "no number"}}}
    if slow(i):
        found["latency_ms"] = 6_000 + i
    if i % 25 == 7:  # the doubtful ones
        found["steps"] = [{"name": "plan", "output": "a plan"}, {"name": "join", "error": f"no relation {i}"}]
    if i % 7 == 0:
        found["messages"][0]["content"] += f" from anna{i}@example.com"
    return found


def closed_store(folder: Path, *, on: bool = True) -> Store:
    """The week is drawn, opened and closed; the week before has twenty conversations and was never drawn."""
    store = open_store(folder / "spotcheck.db")
    add_people(store)
    rows = [record(i) for i in range(400)]
    early = [{**conversation(i), "id": f"b{i}", "created_at": "2026-10-28T08:00:00Z"} for i in range(1, 21)]
    import_rows(store, rows[:250], "first.jsonl")
    import_rows(store, [*rows[250:], *early], "second.jsonl")
    import_rows(store, [{"trace": "c005", "feedback": "thumbs down, no help"}], "told.jsonl")
    open_the_week(store)
    for n, rater in enumerate(RATERS):
        for k, one in enumerate(open_of(store, rater)):
            send(store, rater, entry(one, BAD if (k + n) % 3 == 0 else GOOD))
    run_checks(store, project_of(store.path), by="lea")
    close_week(store, WEEK, by="lea", reason="holidays")
    if on:
        store.path.with_name("spotcheck.toml").write_text(ON)
    return store


def left(store: Store, kind: str) -> str:
    """SQL for what retention left of one kind, such as the hourly counts."""
    return listed(parts(log_of(store.path).logs, kind))
