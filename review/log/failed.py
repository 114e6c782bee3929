"""Failures in the log: counted by group, listed and read, without a copy of any of them.

What somebody made of single conversations (a mode, a review) is joined as a table of its own, so that a log of
millions is read column by column.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from review.basics.in_memory import in_memory
from review.basics.log_paths import LogPaths
from review.log.expired_failures import ExpiredFailures, expired_failures
from review.log.failure_rules import CAUSES, FailureRules, cause_sql, kind_sql
from review.log.log import log_relation
from review.log.rereading import rereading
from review.log.told import with_told

CAUSE = "cause"
"""Begins the name of the group of failures that have no error: cause/feedback."""


@dataclass(frozen=True, kw_only=True)
class FailedGroup:
    """How many failures one week has of one group under one prompt version, and by cause; ``example`` is one."""

    week: str
    group: str
    version: str
    n: int
    causes: Mapping[str, int]
    example: str


@dataclass(frozen=True, kw_only=True)
class Narrowed:
    """Which failures to list: of some weeks, a group, a version, a cause, or some ids. None leaves nothing out."""

    weeks: Sequence[str] | None = None
    group: str | None = None
    version: str | None = None
    cause: str | None = None
    ids: Sequence[str] | None = None


@dataclass(frozen=True, kw_only=True)
class FailedRow:
    """One failure as the log has it. ``kind`` is the kind of error, "" without one; ``group`` is what it falls into."""

    id: str
    at: str | None
    week: str
    cause: str
    kind: str
    group: str
    version: str
    model: str
    error_type: str
    error_message: str
    repair_rounds: int | None
    feedback: str
    scenario: str


@rereading
def groups_in_log(log: LogPaths, rules: FailureRules, *, weeks: Sequence[str] | None = None) -> list[FailedGroup]:
    """Return the failures that the log has of some weeks by week, group and prompt version."""
    counts = ", ".join(f"count(*) FILTER (WHERE cause = '{cause}')" for cause in CAUSES)
    sql = f"SELECT week, grp, version, count(*), min(id), {counts} FROM failed GROUP BY 1, 2, 3"  # noqa: S608 - our own names
    with opened_failures(log, rules, weeks) as db:
        rows = db.execute(sql).fetchall()
    return [
        FailedGroup(
            week=week, group=group, version=version, n=n, example=example,
            causes={cause: k for cause, k in zip(CAUSES, by_cause, strict=True) if k},
        )
        for week, group, version, n, example, *by_cause in rows
    ]  # fmt: skip


def with_expired(
    log: LogPaths, rules: FailureRules, groups: Iterable[FailedGroup], *, weeks: Sequence[str] | None
) -> list[FailedGroup]:
    """Return groups with what expired of these weeks, the largest groups of a week first.

    A group of which none is left has no ``example``: "".
    """
    found = {(g.week, g.group, g.version): g for g in groups}
    for one in expired_failures(log, weeks=weeks):
        if one.cause:
            provisional = one.kind or f"{CAUSE}/{one.cause}"
            group = rules.modes.get(provisional, provisional)
            place = (one.week, group, one.version)
            nothing = FailedGroup(week=one.week, group=group, version=one.version, n=0, causes={}, example="")
            found[place] = _added(found.get(place, nothing), one)
    return sorted(found.values(), key=lambda g: (g.week, -g.n, g.group, g.version))


def _added(group: FailedGroup, expired: ExpiredFailures) -> FailedGroup:
    causes = {**group.causes, expired.cause: group.causes.get(expired.cause, 0) + expired.n}
    return replace(group, n=group.n + expired.n, causes={name: causes[name] for name in CAUSES if name in causes})


@rereading
def failed_rows(log: LogPaths, rules: FailureRules, wanted: Narrowed, *, most: int, skip: int = 0) -> list[FailedRow]:
    """Return failures, the latest first; ``most`` of them after the first ``skip``."""
    tests: dict[str, Any] = {
        "grp = ?": wanted.group,
        "version = ?": wanted.version,
        "cause = ?": wanted.cause,
    }
    used = {test: value for test, value in tests.items() if value is not None}
    where = " AND ".join(["true", *used])
    sql = (
        "SELECT id, created_at, week, cause, coalesce(kind, ''), grp, version, coalesce(model, ''), "  # noqa: S608 - our own names
        "coalesce(error_type, ''), coalesce(error_message, ''), repair_rounds, coalesce(feedback, ''), "
        f"coalesce(scenario, '') FROM failed WHERE {where} ORDER BY created_at DESC NULLS LAST, id LIMIT ? OFFSET ?"
    )
    with opened_failures(log, rules, wanted.weeks, ids=wanted.ids) as db:
        rows = db.execute(sql, [*used.values(), most, skip]).fetchall()
    return [FailedRow(**dict(zip(_ROW, row, strict=True))) for row in rows]


_ROW = tuple(f.name for f in fields(FailedRow))


class Traffic(NamedTuple):
    """How many conversations of a week ran under a prompt version, and how many of them were repaired."""

    week: str
    version: str
    n: int
    repaired: int


@rereading
def traffic(log: LogPaths, *, weeks: Sequence[str] | None = None) -> list[Traffic]:
    """Return the conversations of the log by week and prompt version, also expired ones; "" stands for no version."""
    sql = (
        "SELECT week, coalesce(prompt_version, '') AS version, count(*), "  # noqa: S608 - names and paths of our own
        f"count(*) FILTER (WHERE repaired AND repair_rounds >= 1) FROM {log_relation(log, weeks=weeks)} GROUP BY 1, 2"
    )
    with in_memory() as db:
        found = {(week, version): [n, repaired] for week, version, n, repaired in db.execute(sql).fetchall()}
    for one in expired_failures(log, weeks=weeks):
        cell = found.setdefault((one.week, one.version), [0, 0])
        cell[0] += one.n
        cell[1] += one.repaired
    return [Traffic(week, version, n, repaired) for (week, version), (n, repaired) in sorted(found.items())]


@contextmanager
def opened_failures(
    log: LogPaths, rules: FailureRules, weeks: Sequence[str] | None, *, ids: Sequence[str] | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a connection with the view ``failed``: the failures, each with its cause, kind of error and group.

    With ``ids`` the view has no others.
    """
    pairs = {"given": rules.given, "named": rules.modes}
    with in_memory() as db:
        for name, held in pairs.items():
            cells = {"k": pa.array(list(held), pa.string()), "v": pa.array(list(held.values()), pa.string())}
            db.register(name, pa.table(cells))
        named = {"found_wrong": rules.wrong, "left_out": rules.without, "asked_for": ids or ()}
        for name, some in named.items():
            db.register(name, pa.table({"k": pa.array(list(some), pa.string())}))
        relation = log_relation(log, weeks=weeks)
        # Whatever else is read of a row, it is read of few: nothing joins the texts of the others.
        among = relation if ids is None else f"(SELECT * FROM {relation} WHERE id IN (SELECT k FROM asked_for))"  # noqa: S608 - our own names
        db.execute(f"CREATE TEMP VIEW failed AS {_failed(rules, with_told(db, among, rules.told))}")
        yield db


def _failed(rules: FailureRules, relation: str) -> str:
    """Return SQL for the failures among the rows of a relation.

    Sorting them into kinds reads texts, so it happens after everything else is gone.
    """
    cause = cause_sql(rules, wrong="found_wrong.k IS NOT NULL")
    inner = (
        f"SELECT entry.*, {cause} AS cause FROM {relation} AS entry "  # noqa: S608 - names and paths of our own
        "LEFT JOIN found_wrong ON found_wrong.k = entry.id ANTI JOIN left_out ON left_out.k = entry.id"
    )
    kept = (
        *("id", "created_at", "week", "model", "error_type", "error_message", "repair_rounds", "feedback"),
        *("scenario", "content"),
    )
    kinds = (
        f"SELECT {', '.join(kept)}, cause, coalesce(prompt_version, '') AS version, {kind_sql(rules)} AS kind "  # noqa: S608 - our names
        f"FROM ({inner}) WHERE cause IS NOT NULL"
    )
    # A repaired or failed execution has a kind of error; without one, the cause is all that is known.
    provisional = f"coalesce(kind, '{CAUSE}/' || cause)"
    return (
        f"SELECT kinds.*, coalesce(given.v, named.v, {provisional}) AS grp FROM ({kinds}) AS kinds "  # noqa: S608 - our names
        f"LEFT JOIN given ON given.k = kinds.id LEFT JOIN named ON named.k = {provisional}"
    )
