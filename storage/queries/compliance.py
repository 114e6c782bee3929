"""What the daily checks have looked at and found, and what they ask of other records."""

from __future__ import annotations

from storage.records_compliance import CompliancePass, ComplianceResult
from storage.store import Store


def passes_made(store: Store) -> list[CompliancePass]:
    """Return every pass in order of arrival."""
    return store.find(CompliancePass)


def results_between(store: Store, first: str, last: str) -> list[ComplianceResult]:
    """Return what the checks did about the days from ``first`` to ``last`` (ISO dates, both included), by day."""
    return store.select(ComplianceResult, _RESULTS, {"first": first, "last": last})


def passes_without(store: Store, name: str, first: str, last: str) -> list[CompliancePass]:
    """Return the passes over conversations of some days that a check has not looked at, then or since."""
    return store.select(CompliancePass, _WITHOUT, {"name": name, "first": first, "last": last})


_WITHOUT = """
SELECT p.* FROM compliance_passes p
WHERE p.day BETWEEN :first AND :last AND p.rows > 0
AND NOT EXISTS (
  SELECT 1 FROM compliance_results r
  WHERE r.day = p.day AND r.pass_id IN (p.id, p.id || '/' || :name) AND r.name = :name AND r.ran = 1
)
AND p.id NOT LIKE '%/%/%'
ORDER BY p.day, p.rowid
"""
"""A result has the day of its pass, and the index on days finds it."""


def hosts_called(store: Store, day: str) -> list[str]:
    """Return the hosts that judges have called up to and with a day (ISO date, UTC), sorted."""
    sql = "SELECT DISTINCT host FROM judge_calls WHERE host <> '' AND substr(at, 1, 10) <= :day ORDER BY host"
    return [row["host"] for row in store.query(sql, {"day": day})]


_RESULTS = "SELECT * FROM compliance_results WHERE day BETWEEN :first AND :last ORDER BY day, rowid"
