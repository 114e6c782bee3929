"""What runs every night, step by step; one that fails does not stop the others."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from filelock import Timeout

from review.audit.heads import note_head
from review.audit.verifying import check_store, in_words
from review.basics.clock import now
from review.basics.errors import NothingToDo, Refused, ReviewError
from review.basics.log_paths import log_of
from review.basics.words import counted
from review.compliance.checks.catalogue import title_of
from review.compliance.running import run_checks
from review.current.assignments import closing_of
from review.failures.rules import failure_rules
from review.judges.runs.sql_execution import execute_week
from review.log.merging import merge_small
from review.monitoring.retention import finish_retention, run_retention
from review.people.people import a_lead
from review.report.publishing.catalogue import addresses
from review.report.publishing.publish import publish
from review.serving.alerting import look_in_words
from review.serving.last_night import Night, note_night
from review.serving.left_files import expire_the_rejects, remove_old_uploads
from review.serving.messages import send_messages
from review.settings.project import Project, project_of
from review.settings.retention import CLASSES
from review.sources.collecting.filling import in_words as spool_in_words
from review.sources.collecting.left_behind import bring_in_what_is_left
from review.sources.pulling.connecting import connected_sources
from review.sources.pulling.pull import Pulled, pull
from review.week.automatic import open_when_due
from storage.connection import StorageError
from storage.leases import only_one
from storage.queries.weeks import weeks_in_use
from storage.store import Store

Step = Callable[[Store, Project], str]
"""Does one thing and returns it in words. Raises NothingToDo to be skipped; any other error is a failure."""


def note_the_head(store: Store, project: Project) -> str:
    """Write the head of the audit chain to the file of [audit], one line a day."""
    if project.heads is None:
        raise NothingToDo("spotcheck.toml names no file for heads; set heads in [audit].")
    return note_head(store, project.heads)


def check_the_records(store: Store, project: Project) -> str:
    """Check the audit chain and every row that it covers."""
    check = check_store(store)
    words = "; ".join(in_words(check))
    if not check.holds or check.unproven:
        raise Refused(words)
    return words


def pull_the_sources(store: Store, project: Project) -> str:
    """Import what is new in every source, in the name of a lead. One that fails does not stop the others."""
    sources = connected_sources(store, project)
    if not sources:
        raise NothingToDo("no source is connected; a lead can connect one on the Conversations page.")
    done = [pull(store, project, source, by=a_lead(store)) for source in sources]
    failed = [f"{one.source}: {error}" for one in done for error in one.errors]
    came = "; ".join(_came(one) for one in done)
    if failed:
        raise Refused(f"{'; '.join(failed)} What came in: {came}.")
    return came


def empty_the_spool(store: Store, project: Project) -> str:
    """Bring what a collector that does not run has left in its spool into the log, in the name of a lead."""
    done = bring_in_what_is_left(store, project, by=lambda: a_lead(store))
    if done.errors:
        raise Refused(spool_in_words(done))
    if not done.imports:
        raise NothingToDo("what waits in the spool of the collector is not whole yet.")
    return f"no collector runs; of its spool came in: {spool_in_words(done)}"


def run_the_checks(store: Store, project: Project) -> str:
    """Look at the conversations that no daily check has looked at, and at the state of the store once a day."""
    ran = run_checks(store, project, by=a_lead(store))
    if not ran.days:
        raise NothingToDo("every conversation of the log was looked at already, and the store today.")
    idle = sorted({title_of(one.name) for one in ran.results if not one.ran})
    not_run = f"; not run: {', '.join(idle)}" if idle else ""
    return f"{counted(ran.rows, 'conversation')} looked at, {counted(len(ran.findings), 'new finding')}{not_run}"


def _came(one: Pulled) -> str:
    """Return what one source gave, in words."""
    counts = [
        (one.total("rejected"), "rejected"),
        (one.total("erased"), "dropped as erased"),
        (one.total("updated"), "updated"),
        (one.total("changed"), "changed at the source (the first one stays)"),
    ]
    more = "".join(f", {n:,} {words}" for n, words in counts if n)
    return f"{one.source}: {counted(one.total('added'), 'conversation')} added{more}"


def check_the_alerts(store: Store, project: Project) -> str:
    """Raise an alert for each figure of production that has changed, and tell people, each of it once."""
    return look_in_words(store, project, by=a_lead(store))


def open_the_week(store: Store, project: Project) -> str:
    """Open the weeks that are due, if a schedule says so and their conversations are all there."""
    return "; ".join(
        f"{one.week} is open: {counted(one.opened.new_items, 'item')} drawn, "
        f"{counted(one.opened.assignments, 'assignment')} dealt"
        for one in open_when_due(store, project)
    )


def execute_the_queries(store: Store, project: Project) -> str:
    """Execute the queries of open weeks that were not compared with their reference yet."""
    if not project.sql.engine:
        raise NothingToDo("spotcheck.toml names no database to execute queries on; set engine in [sql].")
    done = []
    for week in (w.name for w in weeks_in_use(store) if closing_of(store, w.name) is None):
        try:
            status = execute_week(store, project, week, by=a_lead(store))
        except NothingToDo:
            continue
        done.append(f"{week}: {counted(status.verdicts, 'query', 'queries')} compared with their references")
    if not done:
        raise NothingToDo("every query of an open week was compared with its reference already, or has none.")
    return "; ".join(done)


def send_the_messages(store: Store, project: Project) -> str:
    """Send what people are to hear about their weeks, each message once."""
    return send_messages(store, project, by=a_lead(store))


def publish_the_results(store: Store, project: Project) -> str:
    """Write the results of all weeks to the warehouses of [publish]; rows that did not change are left alone."""
    if not project.publish:
        raise NothingToDo("spotcheck.toml names no warehouse under [publish].")
    weeks, by = [week.name for week in weeks_in_use(store)], a_lead(store)
    done, failed = [], []
    for to, address in addresses(project).items():
        try:
            found = publish(store, to, address, weeks, by=by)
            done.append(f"{to}: {counted(sum(found.written.values()), 'row')} written")
        except ReviewError as error:
            failed.append(f"{to}: {error}")
    if failed:
        raise Refused("; ".join([*failed, *done]))
    return "; ".join(done)


def expire_conversations(store: Store, project: Project) -> str:
    """Remove conversations of the log whose days are over, as [retention] says, in the name of a lead."""
    by = a_lead(store)
    if not project.retention.on:
        finished = finish_retention(store, by=by)
        if finished:
            return f"{counted(finished, 'week')} finished that an interrupted run had begun; retention is off now"
        raise NothingToDo("retention is off; set on = true in [retention] to remove what is over.")
    done = run_retention(store, project, failure_rules(store, project), by=by)
    if not done.expired:
        raise NothingToDo("no conversation is to be removed.")
    classes = ", ".join(f"{n['expired']:,} {name}" for name, n in done.classes(CLASSES).items())
    freed = (done.bytes_before - done.bytes_after) / 1e6
    return f"{counted(done.expired, 'conversation')} removed ({classes}), {freed:,.1f} MB freed"


def merge_the_log(store: Store, project: Project) -> str:
    """Merge what many small imports brought into few files, so that pages and draws stay fast."""
    done = merge_small(log_of(store.path))
    if not done.into:
        raise NothingToDo("the log has few small imports.")
    return f"{counted(done.folders, 'small import')} of the log merged into {counted(done.into, 'set')} of files"


NIGHTLY: dict[str, Step] = {
    "pull": pull_the_sources,
    "spool": empty_the_spool,
    "checks": run_the_checks,
    "alerts": check_the_alerts,
    "week": open_the_week,
    "queries": execute_the_queries,
    "reminders": send_the_messages,
    "publish": publish_the_results,
    "retention": expire_conversations,
    "merge": merge_the_log,
    "heads": note_the_head,
    "verify": check_the_records,
    "rejects": expire_the_rejects,
    "uploads": remove_old_uploads,
}
"""Every step by name, in order. A new one is a function and a line here."""


@dataclass(frozen=True)
class Outcome:
    """How a step went, and what it said."""

    name: str
    status: Literal["done", "skipped", "failed"]
    seconds: float
    detail: str


def run_nightly(store: Store, *, steps: dict[str, Step] | None = None) -> list[Outcome]:
    """Run every step and return how each went, which is also kept for the lead's next look at the Week page.

    Every step goes on where an interrupted one ended. Raises InputError when spotcheck.toml cannot be read, Refused
    while another night runs on this store.
    """
    project, chosen = project_of(store.path), NIGHTLY if steps is None else steps
    try:
        with only_one(store.path, "nightly", f"{store.path.resolve()}.night.lock"):
            outcomes = [_run(name, step, store, project) for name, step in chosen.items()]
            kept = {one.name: {"status": one.status, "detail": one.detail} for one in outcomes}
            note_night(store.path, Night(now(), kept))
    except Timeout:
        raise Refused(f"{store.path}: the nightly steps run already, in another process. Nothing was done.") from None
    return outcomes


def _run(name: str, step: Step, store: Store, project: Project) -> Outcome:
    begun = time.monotonic()
    status: Literal["done", "skipped", "failed"] = "done"
    try:
        detail = step(store, project)
    except NothingToDo as nothing:
        status, detail = "skipped", str(nothing)
    except (ReviewError, StorageError) as error:
        status, detail = "failed", str(error)
    except Exception as error:  # noqa: BLE001 - it is reported, and the steps after it still have to run
        status, detail = "failed", f"{type(error).__name__}: {error}"
    return Outcome(name, status, round(time.monotonic() - begun, 3), detail)
