"""What people reviewed of one version of the product or of one month, and what they chose in pairs of a gate."""

from __future__ import annotations

from typing import NamedTuple

from storage.queries.conditions import not_withdrawn
from storage.queries.experiments import IS_FINISHED, PEOPLE
from storage.queries.pairs import PREFERENCE
from storage.store import Store


def reviewed_conversations(store: Store, side: str, *, month: bool) -> int:
    """Return how many conversations of a version, or of a month such as 2026-11, somebody has reviewed."""
    field = "substr(c.created_at, 1, 7)" if month else "c.prompt_version"
    (row,) = store.query(_REVIEWED_SQL.format(field=field), {"side": side})
    return int(row["n"])


_REVIEWED_SQL = f"""
SELECT count(DISTINCT c.id) AS n FROM conversations c JOIN items i ON i.conversation_id = c.id
WHERE {{field}} = :side AND i.kind IS NULL
  AND EXISTS (SELECT 1 FROM annotations n WHERE n.item_id = i.id AND {not_withdrawn("n")})
"""  # noqa: S608 - constants of ours


def choices_of_pairs(store: Store, origin: str) -> dict[str, list[str]]:
    """Return the choices that count on the pairs of one origin, by the id that a pair has there: a, b, tie, both_bad.

    Of each rater the last one counts.
    """
    found: dict[tuple[str, str], str] = {}
    for row in store.query(_CHOICES_SQL, {"origin": origin, "preference": f'$."{PREFERENCE}"'}):
        found[row["source_id"], row["rater_id"]] = row["choice"]
    by_case: dict[str, list[str]] = {}
    for (case, _), choice in found.items():
        by_case.setdefault(case, []).append(choice)
    return by_case


_CHOICES_SQL = f"""
SELECT p.source_id, n.rater_id, json_extract(n.labels, :preference) AS choice
FROM pairs p JOIN annotations n ON n.item_id = p.item_id
WHERE p.origin = :origin AND {not_withdrawn("n")} AND json_extract(n.labels, :preference) IS NOT NULL
ORDER BY n.rowid
"""  # noqa: S608 - constants of ours


class RunRows(NamedTuple):
    """What the scores of a run depend on: its answers, scores and checks by people, hidden spans, and the rubric."""

    answers: int
    scores: int
    checks: int
    spans: int
    rubric: int


def state_of_run(store: Store, run: str) -> RunRows:
    """Return the state of what the scores of a run depend on; it grows with each of these."""
    (row,) = store.query(_STATE_SQL, {"run": run, "people": PEOPLE})
    return RunRows(**{name: int(row[name]) for name in RunRows._fields})


_STATE_SQL = """
SELECT (SELECT count(*) FROM experiment_answers WHERE run_id = :run) AS answers,
       (SELECT coalesce(max(rowid), 0) FROM experiment_scores WHERE run_id = :run) AS scores,
       (SELECT count(*) FROM experiment_events WHERE run_id = :run AND event = :people) AS checks,
       (SELECT count(*) FROM hidden_spans) AS spans,
       (SELECT coalesce(max(version), 0) FROM rubric_versions) AS rubric
"""


def runs_finished(store: Store) -> list[tuple[str, str, str]]:
    """Return version, release and id of the latest finished run of each version over each release, the latest last."""
    latest: dict[tuple[str, str], str] = {}
    for row in store.query(_FINISHED_SQL, {}):
        latest.pop((row["version"], row["release"]), None)  # a run that follows an earlier one takes its own place
        latest[row["version"], row["release"]] = row["id"]
    return [(version, release, run) for (version, release), run in latest.items()]


_FINISHED_SQL = f"""
SELECT r.version, r.release, r.id FROM experiment_runs r WHERE {IS_FINISHED} ORDER BY r.rowid
"""  # noqa: S608 - a constant of ours


def months_of_conversations(store: Store) -> list[str]:
    """Return the months of conversations in the store, such as 2026-11, the latest first."""
    return [row["month"] for row in store.query(_MONTHS_SQL, {}) if row["month"]]


_MONTHS_SQL = "SELECT DISTINCT substr(created_at, 1, 7) AS month FROM conversations ORDER BY month DESC"
