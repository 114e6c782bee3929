"""The failures of the log, counted by group, and finer: so that what was decided about a failure follows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from review.basics.log_paths import LogPaths, log_of
from review.current.known import Known
from review.failures.rules import failure_rules
from review.log.failed import CAUSE, FailedGroup, FailedRow, Narrowed, failed_rows, with_expired
from review.log.failed_counts import Counted, as_logged, counted_as_logged, groups_from
from review.log.failure_rules import FailureRules
from review.log.log import log_files, log_state, week_in_name
from review.log.retained import FAILURES, parts
from review.settings.project import Project
from storage.queries.failures import mode_events
from storage.store import Store


@dataclass(frozen=True, kw_only=True)
class Portion:
    """Failures that were in one group together at all times: one that people gave a mode, or all others of a kind.

    ``kind`` is the kind of error or the cause, ``id`` "" for those that nobody gave a mode, ``group`` what they are in
    now.
    """

    week: str
    version: str
    kind: str
    id: str
    group: str
    n: int


def groups_of(
    store: Store, project: Project, *, weeks: Sequence[str] | None = None, viewer: str | None = None
) -> list[FailedGroup]:
    """Return the failures by week, group and version, the largest groups of a week first.

    A week of the log is counted again only when it or the kinds of failures have changed: what people say of single
    failures is moved between the counts.
    """
    log = log_of(store.path)
    if not log_files(log, weeks=weeks) and not parts(log.logs, FAILURES):
        return []
    return list(_groups_by(store, log, failure_rules(store, project, viewer=viewer, weeks=weeks), weeks))


def portions_of(store: Store, project: Project, week: str, *, viewer: str | None = None) -> list[Portion]:
    """Return the failures of a week by kind, and one by one those that people ever gave a mode."""
    log = log_of(store.path)
    if not log_files(log, weeks=[week]) and not parts(log.logs, FAILURES):
        return []
    rules = failure_rules(store, project, viewer=viewer, weeks=[week])
    touched = sorted({one.conversation_id for one in mode_events(store)})
    key = (week, rules.key, tuple(touched))
    make = partial(_portions, store, log, rules, week=week, touched=touched)
    return list(_PORTIONS.get(store, key, partial(log_state, log), make))


def portion_of(row: FailedRow) -> Portion:
    """Return one failure as a portion of its own."""
    return Portion(
        week=row.week,
        version=row.version,
        kind=row.kind or f"{CAUSE}/{row.cause}",
        id=row.id,
        group=row.group,
        n=1,
    )


def _portions(
    store: Store, log: LogPaths, rules: FailureRules, *, week: str, touched: Sequence[str]
) -> Sequence[Portion]:
    wanted = Narrowed(weeks=[week], ids=touched)
    single = [portion_of(row) for row in failed_rows(log, rules, wanted, most=len(touched))] if touched else []
    kinds = _groups_by(store, log, replace(rules, modes={}, given={}), [week])
    left = Counter({(g.group, g.version): g.n for g in kinds})
    left.subtract((one.kind, one.version) for one in single)
    whole = [
        Portion(week=week, version=version, kind=kind, id="", group=rules.modes.get(kind, kind), n=n)
        for (kind, version), n in left.items()
        if n > 0
    ]
    return [*whole, *single]


def _groups_by(store: Store, log: LogPaths, rules: FailureRules, weeks: Sequence[str] | None) -> Sequence[FailedGroup]:
    key = (None if weeks is None else tuple(weeks), rules.key)
    return _GROUPS.get(store, key, partial(log_state, log), partial(_groups, store, log, rules, weeks))


def _groups(store: Store, log: LogPaths, rules: FailureRules, weeks: Sequence[str] | None) -> list[FailedGroup]:
    held = sorted({week_in_name(path) for path in log_files(log, weeks=weeks)})
    counted = [one for week in held for one in _counted(store, log, rules, week)]
    return with_expired(log, rules, groups_from(log, rules, counted, weeks=held), weeks=weeks)


def _counted(store: Store, log: LogPaths, rules: FailureRules, week: str) -> Sequence[Counted]:
    make = partial(counted_as_logged, log, rules, week)
    return _COUNTED.get(store, (week, as_logged(rules).key), partial(log_state, log, weeks=[week]), make)


_GROUPS: Known[Sequence[FailedGroup]] = Known(16)
_PORTIONS: Known[Sequence[Portion]] = Known(16)
_COUNTED: Known[Sequence[Counted]] = Known(256)
