"""Retention: remove from the log the conversations whose days are over and that nobody works with.

Populations, hourly counts and the days of users stay, and the keyed hashes of the ids, so that old figures do not
change and nothing that expired comes back. Nothing is removed unless spotcheck.toml switches retention on.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from review.audit import chain
from review.audit.clock_leaps import require_sound_clock
from review.audit.store_secrets import hmac_key
from review.basics.clock import new_id, now
from review.basics.errors import Refused
from review.basics.log_paths import LogPaths, log_of
from review.log.failure_rules import FailureRules
from review.log.log import log_files, weeks_in_log
from review.log.replaced import removed
from review.log.staging import commit, full_disk, log_lock, staged_for, sweep
from review.monitoring.judging import Judge, JudgedWeek, judging
from review.monitoring.leaving import Leaving, folder_name, size_of, unfinished
from review.monitoring.metrics import metrics_for
from review.monitoring.staying import Staying, what_stays
from review.monitoring.withdrawn_batches import remove_withdrawn
from review.people.people import require
from review.settings.project import Project
from review.settings.retention import Retention
from storage.queries.retention import what_stays_changed
from storage.records_log import ImportWithdrawal
from storage.records_retention import RetentionRun
from storage.store import Store

AGAIN = 3
"""How often a week is judged anew when somebody draws from it or holds something meanwhile."""


@dataclass(frozen=True, kw_only=True)
class Retained:
    """What a run removed, or a dry run would remove: conversations by class, those held back by reason, and bytes.

    ``bytes_before`` and ``bytes_after`` are the sizes of the log with its originals; after a dry run ``bytes_after`` is
    an estimate from the share of the rows.
    """

    weeks: Sequence[JudgedWeek] = field(default_factory=list)
    bytes_before: int
    bytes_after: int

    @property
    def held_back(self) -> dict[str, int]:
        """Conversations whose days are over and that stay, by reason."""
        return dict(sum((Counter(week.held_back) for week in self.weeks), Counter[str]()))

    @property
    def expired(self) -> int:
        """All conversations that expire."""
        return sum(week.expiring for week in self.weeks)

    def classes(self, names: Sequence[str]) -> dict[str, dict[str, int]]:
        """Return how many of each class are kept and expire."""
        return {
            name: {
                "kept": sum(week.kept[name] for week in self.weeks),
                "expired": sum(week.expired[name] for week in self.weeks),
            }
            for name in names
        }


def plan_retention(store: Store, project: Project) -> Retained:
    """Return what a run would do now, whether retention is on or not. Only reads."""
    log = log_of(store.path)
    before, saved, own = log_bytes(log), 0, 0
    with judging(log, project.retention, what_stays(store), now=now()) as judge:
        weeks = []
        for week in weeks_in_log(log):
            found = judge.week(week)
            weeks.append(found)
            size = size_of(log_files(log, weeks=[week]))
            own, saved = own + size, saved + size * found.expiring // max(found.rows, 1)
    # Originals and late rows stand in files that all weeks share.
    saved += (before - own) * sum(w.expiring for w in weeks) // max(sum(w.rows for w in weeks), 1)
    return Retained(weeks=weeks, bytes_before=before, bytes_after=before - saved)


def run_retention(
    store: Store, project: Project, failures: FailureRules, *, by: str, clock_is_right: bool = False
) -> Retained:
    """Remove what is due, week by week; each week is removed as a whole or not at all.

    ``failures`` says what a failure is, so that expired ones stay counted. ``clock_is_right`` is a person's word for a
    clock that leapt.

    Raises Refused without the role lead, while retention is not switched on, while the clock is too far ahead of what
    was written here before, and while an import holds the log for a minute; NoSpace when the disk is full. Weeks that
    were done before stay done.
    """
    require(store, by, "lead")
    finish_retention(store, by=by)
    if not project.retention.on:
        raise Refused(
            f"Retention is not switched on, so nothing was removed. Set on = true under [retention] in {project.path}."
        )
    if clock_is_right:
        chain.record(store, by, "clock is right", now()[:16])
    else:
        require_sound_clock(store)
    log, run = log_of(store.path), new_id()[:8]
    before, stays = log_bytes(log), what_stays(store)
    _remove_withdrawn(store, project.retention, stays, by=by)
    with judging(log, project.retention, stays, now=now()) as judge:
        weeks = [judge.week(week) for week in weeks_in_log(log)]
    weeks = [_expire(store, project, failures, w.week, run=run, by=by) if w.expiring else w for w in weeks]
    return Retained(weeks=weeks, bytes_before=before, bytes_after=log_bytes(log))


def finish_retention(store: Store, *, by: str) -> int:
    """Finish the weeks that a killed run had made count: record them, and remove what they replaced.

    Returns how many there were.
    """
    log = log_of(store.path)
    if not log.logs.is_dir():
        return 0
    with log_lock(log):
        sweep(log)
        left = unfinished(log)
        for folder, told in left.items():
            with store.transaction():
                if store.get(RetentionRun, told["id"]) is None:
                    _record(store, told, by=by, finished="after a kill")
            removed(log, folder)
    return len(left)


def log_bytes(log: LogPaths) -> int:
    """Return the size of the log with its originals."""
    return size_of(p for home in (log.logs, log.originals) if home.is_dir() for p in home.rglob("*.parquet"))


def _expire(store: Store, project: Project, failures: FailureRules, week: str, *, run: str, by: str) -> JudgedWeek:
    log = log_of(store.path)
    for _ in range(AGAIN):
        with log_lock(log), full_disk(log, "nothing of this week was removed. Free some space."):
            sweep(log)
            stays = what_stays(store)
            name = folder_name(week, run)
            staged = staged_for(log, name)
            scratch = staged.logs / ".scratch"
            try:
                with judging(log, project.retention, stays, now=now(), scratch=scratch) as judge:
                    if not log_files(log, weeks=[week]):
                        return JudgedWeek(week=week)
                    found = judge.week(week)
                    if not found.expiring:
                        return found
                    told = _written(
                        store, project, failures=failures, judge=judge, found=found, staged=staged, name=name
                    )
                shutil.rmtree(scratch, ignore_errors=True)
                if not _committed(store, log, staged, told, state=stays.state, by=by):
                    continue
                removed(log, log.logs / name)
                return found
            finally:
                sweep(log)
    raise Refused(f"{week}: somebody draws from it or works with its conversations just now. Try again later.")


def _remove_withdrawn(store: Store, rules: Retention, stays: Staying, *, by: str) -> None:
    """Remove the batches of imports that were undone long ago, and note it in the chain."""
    log, undone = log_of(store.path), {row.import_id: row.at for row in store.find(ImportWithdrawal)}
    if undone:
        with log_lock(log):
            gone = remove_withdrawn(log, undone, rules, stays, now=now())
        if gone:
            chain.record(store, by, "retention", "undone imports", imports=gone)


def _written(
    store: Store,
    project: Project,
    *,
    failures: FailureRules,
    judge: Judge,
    found: JudgedWeek,
    staged: LogPaths,
    name: str,
) -> dict[str, Any]:
    leaving = Leaving(judge, found.week, staged)
    metrics = metrics_for(project.confidence)
    imports = leaving.write(key=hmac_key(store), metrics=metrics, failures=failures)
    told = {
        "id": name,
        "at": now(),
        "settings": asdict(project.retention),
        "counts": {**asdict(found), "imports": imports},
        "files": {"replaced": len(leaving.files) + len(leaving.late) + len(leaving.originals)},
        "bytes_before": leaving.bytes_before,
        "bytes_after": leaving.bytes_after,
    }
    leaving.describe(told)
    return told


def _committed(
    store: Store, log: LogPaths, staged: LogPaths, told: dict[str, Any], *, state: tuple[int, ...], by: str
) -> bool:
    """Record the week and make it count, together; False when what stays has changed since it was judged."""
    try:
        with store.transaction():
            if what_stays_changed(store) != state:
                return False
            _record(store, told, by=by)
            commit(log, staged, told["id"])
    except BaseException:
        # The record was rolled back, so the week must not count either; the files that it replaces are all there.
        if (log.logs / told["id"]).is_dir():
            (log.logs / told["id"]).rename(staged.logs)
        raise
    return True


def _record(store: Store, told: dict[str, Any], *, by: str, **more: str) -> None:
    row = RetentionRun(by=by, **told)
    store.add(row)
    counts = {name: told["counts"][name] for name in ("expired", "held_back")}
    chain.record(store, by, "retention", told["counts"]["week"], id=row.id, **counts, **more)
