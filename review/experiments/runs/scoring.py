"""Score the answers of a run in the store: those that have no scores yet, or whose scorers changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields

from review.basics.clock import new_id, now
from review.experiments.runs.cases import ReleaseCases
from review.experiments.runs.recording import write_rows
from review.experiments.scorers.databases import Databases
from review.experiments.scorers.scorer import Pair, Surroundings
from review.experiments.scorers.scoring import Scores, pair_key, score_all
from review.experiments.targets.reading import answer_of
from review.settings.project import Project
from storage.queries.experiments import latest_scores, scores_by_key
from storage.records_experiments import ExperimentAnswer, ExperimentRun, ExperimentScore
from storage.store import Store

SCORES = "run scores"
"""The action of the audit entries that cover the scores of a run."""
AT_ONCE = 500
"""Answers that are scored together; each part is written before the next."""

Told = Callable[[int, int], None]


def score_run(
    store: Store,
    run: ExperimentRun,
    release: ReleaseCases,
    *,
    project: Project,
    environment: Mapping[str, str],
    progress: Told | None = None,
) -> int:
    """Score a run and return how many answers got new scores. Raises InputError for a scorer that means nothing."""
    cases = {case.id: case for case in release.cases}
    rows = [row for row in store.find(ExperimentAnswer, run_id=run.id) if not row.cause and row.case_id in cases]
    pairs = [Pair(cases[row.case_id], answer_of(row.case_id, row.repeat, row.answer)) for row in rows]
    keys = [pair_key(pair) for pair in pairs]
    held, own = scores_by_key(store, set(keys)), latest_scores(store, run.id)
    new = 0
    with Databases(project.sql) as databases:
        surroundings = Surroundings(project=project, databases=databases, store=store, environment=environment)
        for start in range(0, len(rows), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            known = {k: _of_row(held[key]) for k, key in enumerate(keys[part]) if key in held}
            found = score_all(pairs[part], surroundings, known)
            made = _new_rows(run, rows[part], keys[part], found, own)
            write_rows(store, run, made, SCORES)
            new += len(made)
            if progress is not None:
                progress(min(start + AT_ONCE, len(rows)), len(rows))
    return new


def _of_row(row: ExperimentScore) -> Scores:
    return Scores(**{f.name: getattr(row, f.name) for f in fields(Scores)})


def _new_rows(
    run: ExperimentRun,
    rows: Sequence[ExperimentAnswer],
    keys: Sequence[str],
    found: Sequence[Scores],
    own: Mapping[str, ExperimentScore],
) -> list[ExperimentScore]:
    made, at = [], now()
    for row, key, scores in zip(rows, keys, found, strict=True):
        before = own.get(row.id)
        if before is not None and _of_row(before) == scores:
            continue
        made.append(ExperimentScore(id=new_id(), run_id=run.id, answer_id=row.id, key=key, at=at, **vars(scores)))
    return made
