"""One week of the demonstration: imported, drawn, reviewed, and settled and closed unless it is the open one."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson

from review.audit.store_secrets import hmac_key
from review.basics.errors import ReviewError
from review.basics.log_paths import log_of
from review.basics.weeks import due_date
from review.closing.closing import checklist, close_week
from review.demo.curate import approve_week
from review.demo.generate import DemoConversation, conversations
from review.demo.incident import answer_alerts
from review.demo.judges import deliver
from review.demo.reviewers import HABITS
from review.demo.reviewing import Truth, review_week, settle_week
from review.demo.shop import Shop
from review.demo.stages import Stage
from review.demo.team import CURATOR, VISITOR
from review.demo.triaging import triage_week
from review.golden.references import References
from review.settings.project import project_of
from review.sources.import_into import recorded
from review.sources.importing import import_file
from review.sources.options import ImportOptions
from review.week.drawing import Request
from review.week.opening import open_week
from storage.store import Store

CAP = 30
OVERLAP = 0.2
ALREADY_DONE = {"ana": 0.9, "ben": 0.6, "eva": 0.45, "tom": 1.0}
"""The share of the open week that each reviewer has done. The visitor has done nothing yet."""


@dataclass(frozen=True, kw_only=True)
class Telling:
    """How one week is told: what is served, how many conversations it has, and whether it is the open one.

    ``shop`` answers its queries, ``references`` has the project's database open, ``tell`` gets each step in words.
    """

    week: str
    stage: Stage
    seed: int
    size: int
    last: bool
    shop: Shop
    references: References
    tell: Callable[[str], None]


def tell_week(store: Store, told: Telling) -> None:
    """Build one week. The alerts of an incident are answered, and a week that is not the last one is closed."""
    told.tell("conversations")
    made = conversations(seed=told.seed, week=told.week, size=told.size, shop=told.shop, stage=told.stage)
    truth = {c.id: c for c in made}
    _reviewed(store, told, truth)
    if told.stage.incident:
        answer_alerts(store, project_of(store.path), told.week, by=VISITOR)
    if not told.last:
        told.tell("settle")
        _finish(store, told, truth)


def _reviewed(store: Store, told: Telling, truth: Truth) -> None:
    """Import, draw and review one week."""
    week, tell, last = told.week, told.tell, told.last
    tell("import")
    _import(store, week, truth.values())
    tell("draw")
    raters = (*HABITS, VISITOR) if last else tuple(HABITS)
    due = max(due_date(week), datetime.now(UTC).date() + timedelta(days=4)) if last else None
    asked = Request(
        week=week,
        raters=raters,
        overlap=OVERLAP,
        # Three of five people share an item of the open week: the visitor finds disagreements among the others.
        overlap_raters=3 if last else 0,
        failing=CAP,
        low_confidence=CAP,
        due=due.isoformat() if due else None,
    )
    open_week(store, project_of(store.path), asked, by=VISITOR)
    tell("verdicts")
    deliver(store, week, truth, seed=told.seed, by=CURATOR)
    tell("review")
    review_week(store, week, truth, told.seed, ALREADY_DONE if last else {})


def _import(store: Store, week: str, log: Iterable[DemoConversation]) -> None:
    project = project_of(store.path)
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / f"production-{week}.jsonl"
        file.write_bytes(b"".join(orjson.dumps(c.row) + b"\n" for c in log))
        options = ImportOptions(time_zone=project.time_zone, privacy=project.privacy)
        done = import_file(file, options, log=log_of(store.path), key=hmac_key(store), by=VISITOR)
    if done.rejected:
        raise ReviewError(f"{week}: {done.rejected} conversations were rejected, the first: {done.rejections[0]}.")
    # Record the name alone: the scratch folder no longer exists.
    recorded(store, replace(done, file=file.name))


def _finish(store: Store, told: Telling, truth: Truth) -> None:
    """Settle the disagreements, approve and release golden examples, triage the failures, close the week."""
    week = told.week
    settle_week(store, week, truth, by=CURATOR)
    approve_week(store, week, truth, by=CURATOR, references=told.references)
    triage_week(store, project_of(store.path), week, by=CURATOR, stage=told.stage)
    left = [check.todo for check in checklist(store, week) if not check.done]
    close_week(store, week, by=VISITOR, reason=f"demonstration: {'; '.join(left)}" if left else "")
