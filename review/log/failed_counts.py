"""Failures of the log counted as they came in, and the same counts after what people made of single ones.

The log changes with imports, what people say changes all day. So the log is counted once, and what somebody named,
found wrong or has yet to review is moved between the counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace

from review.basics.log_paths import LogPaths
from review.log.failed import CAUSE, FailedGroup, Narrowed, failed_rows, groups_in_log, opened_failures
from review.log.failure_rules import CAUSES, FailureRules
from review.log.rereading import rereading

FIRST = 8
"""How many ids of each count are kept: the first that nobody touched is the example of its group."""

Place = tuple[str, str, str]
"""Week, group and prompt version."""


@dataclass(frozen=True, kw_only=True)
class Counted:
    """Failures of the log that are alike, ``kind`` "" without one; ``first`` are the first of their ids."""

    week: str
    version: str
    cause: str
    kind: str
    n: int
    first: Sequence[str]


def as_logged(rules: FailureRules) -> FailureRules:
    """Return the rules without what people said of single conversations, and without modes. Pure."""
    return replace(rules, modes={}, given={}, wrong=(), without=())


@rereading
def counted_as_logged(log: LogPaths, rules: FailureRules, week: str) -> list[Counted]:
    """Return the failures of one week by the rules of :func:`as_logged`."""
    sql = (
        f"SELECT week, version, cause, coalesce(kind, ''), count(*), min(id, {FIRST}) FROM failed "  # noqa: S608 - a constant of ours
        "GROUP BY ALL ORDER BY ALL"
    )
    with opened_failures(log, as_logged(rules), [week]) as db:
        return [Counted(**dict(zip(_COUNTED, row, strict=True))) for row in db.execute(sql).fetchall()]


_COUNTED = tuple(f.name for f in fields(Counted))


def groups_from(
    log: LogPaths, rules: FailureRules, counted: Iterable[Counted], *, weeks: Sequence[str]
) -> list[FailedGroup]:
    """Return what :func:`groups_in_log` returns, from the counts of these weeks as they came in."""
    touched = {*rules.given, *rules.wrong, *rules.without}
    wanted = Narrowed(weeks=weeks, ids=list(touched))
    before, now = (
        (failed_rows(log, of, wanted, most=len(touched)) for of in (as_logged(rules), rules)) if touched else ((), ())
    )
    counts, examples, unclear = dict[Place, Counter[str]](), dict[Place, list[str]](), set[str]()
    for one in counted:
        place = one.week, _group(rules, one.kind, one.cause), one.version
        counts.setdefault(place, Counter())[one.cause] += one.n
        untouched = [name for name in one.first if name not in touched]
        examples.setdefault(place, []).extend(untouched[:1])
        if not untouched and one.n > len(one.first):
            unclear.add(one.week)  # people touched all of the first ones
    for row in before:
        counts.setdefault((row.week, _group(rules, row.kind, row.cause), row.version), Counter())[row.cause] -= 1
    for row in now:
        place = row.week, row.group, row.version
        counts.setdefault(place, Counter())[row.cause] += 1
        examples.setdefault(place, []).append(row.id)
    found = [
        FailedGroup(
            week=week,
            group=group,
            version=version,
            n=by_cause.total(),
            causes={cause: by_cause[cause] for cause in CAUSES if by_cause[cause]},
            example=min(examples.get((week, group, version), ()), default=""),
        )
        for (week, group, version), by_cause in counts.items()
        if by_cause.total() > 0 and week not in unclear
    ]
    return found + (groups_in_log(log, rules, weeks=sorted(unclear)) if unclear else [])


def _group(rules: FailureRules, kind: str, cause: str) -> str:
    provisional = kind or f"{CAUSE}/{cause}"
    return rules.modes.get(provisional, provisional)
