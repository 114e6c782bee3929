"""Traces that an earlier version imported without reading what failed in their steps and whether it was repaired."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from review.basics.in_memory import in_memory
from review.basics.log_paths import LogPaths
from review.log.log import log_relation
from review.log.rereading import rereading
from review.log.told import ToldBySteps

AT_ONCE = 1_000
"""Traces in memory at a time."""


class Trace(NamedTuple):
    """A trace whose repairs nobody read, with its ``content`` as the log has it."""

    id: str
    status: str | None
    error_type: str | None
    error_message: str | None
    content: str


@rereading
def told_by_unread(
    log: LogPaths,
    imports: Sequence[str],
    read: Callable[[Trace], ToldBySteps | None],
    *,
    weeks: Sequence[str] | None = None,
    ids: Sequence[str] | None = None,
) -> dict[str, ToldBySteps]:
    """Return what ``read`` finds in the traces of these imports that say nothing of a repair, by their id.

    ``weeks`` and ``ids`` narrow them down. Traces without steps, or of which ``read`` finds nothing, are left out.
    """
    among = "" if ids is None else "AND id IN (SELECT unnest($ids))"
    sql = (
        f"SELECT {', '.join(Trace._fields)} FROM {log_relation(log, weeks=weeks)} "  # noqa: S608 - names and paths of our own
        f"WHERE import_id IN (SELECT unnest($imports)) AND repaired IS NULL {among} "
        # Most traces have no step that failed: none of these words stands in them.
        """AND content NOT LIKE '%"steps":[]%' AND regexp_matches(content, '(?i)error|fail|exception')"""
    )
    given = {"imports": list(imports), **({} if ids is None else {"ids": list(ids)})}
    found: dict[str, ToldBySteps] = {}
    with in_memory() as db:
        rows = db.execute(sql, given)
        while some := rows.fetchmany(AT_ONCE):
            told = ((row[0], read(Trace._make(row))) for row in some)
            found.update((name, one) for name, one in told if one is not None)
    return found
