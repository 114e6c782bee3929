"""In which step failures began, counted: those that the log has, and those that expired."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from review.basics.log_paths import LogPaths
from review.log.expired_failures import expired_failures
from review.log.failed import opened_failures
from review.log.failure_rules import FailureRules
from review.log.rereading import rereading

AT_ONCE = 1_000
"""Conversations in memory at a time."""


@rereading
def failed_steps(log: LogPaths, rules: FailureRules, *, weeks: Sequence[str] | None = None) -> dict[str, int]:
    """Return how many failures of some weeks began in each step, most first; "" counts those without a known step.

    Failures that expired count as they did before; of those that expired under earlier versions no step is known.
    """
    found = Counter[str]()
    with opened_failures(log, rules, weeks) as db:
        rows = db.execute("SELECT content, error_type, error_message FROM failed")
        while some := rows.fetchmany(AT_ONCE):
            found.update(rules.step_of(*row) for row in some)
    for one in expired_failures(log, weeks=weeks):
        if one.cause:
            found[one.step] += one.n
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))
