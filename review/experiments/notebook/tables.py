"""Results of a run as a pandas table, one row for each case and repeat, and back.

A run whose answers people checked also has the columns ``people``, the score that they gave the first answer to a case,
and ``weight_execution``, the share of the execution in a combined score.
"""

from __future__ import annotations

from numbers import Real
from pathlib import Path
from typing import Any

import pandas as pd
from numpy import bool_

from review.basics.errors import InputError
from review.experiments.values import Answer, Case, ScoredCase, ScoredRun

FILE = "release file"
"""Names the file of a release among the attributes of its table."""
SCORE = "score:"
"""Begins the column of a scorer."""
OF_RUN = ("version", "release", "release_digest", "run", "started", "planned", "unproven")
OF_CASE = ("question", "scenario", "kind", "tags", "must_pass", "expected_answer", "source", "digest")
OF_ANSWER = ("answer", "sql", "latency_ms", "tokens_in", "tokens_out", "cost")
OF_SCORES = ("execution", "semantic", "combined", "cause")
NEEDED = ("case", "combined")


def table_of(run: ScoredRun) -> pd.DataFrame:
    """Return a run as a table with one row for each case and repeat."""
    head = {name: getattr(run, name) for name in OF_RUN}
    if not run.people:
        return pd.DataFrame([{**head, **_cells(one, run.scorers)} for one in run.cases])
    head["weight_execution"] = run.weights[0]
    rows = [{**head, **_cells(one, run.scorers), "people": run.people.get(one.case.id)} for one in run.cases]
    return pd.DataFrame(rows)


def cells_of_case(case: Case) -> dict[str, Any]:
    """Return what a table of results says of a case."""
    return {"case": case.id, **{name: getattr(case, name) for name in OF_CASE}}


def _cells(one: ScoredCase, scorers: tuple[str, ...]) -> dict[str, Any]:
    answer = {name: getattr(one.answer, name) if one.answer else None for name in OF_ANSWER}
    scores = {f"{SCORE}{name}": one.scores.get(name) for name in scorers}
    rest = {name: getattr(one, name) for name in OF_SCORES}
    return {**cells_of_case(one.case), "repeat": one.repeat, **answer, **rest, **scores}


def run_of(frame: pd.DataFrame, *, name: str = "version") -> ScoredRun:
    """Return a table of results as a run.

    It needs the columns ``case`` and ``combined``; the others that ``table_of`` makes are used where they are there.
    ``name`` is the version where no column says it. Rows of one case are its repeats. Raises InputError for a missing
    column, a row without a case, a score that is no number from 0 to 1, and a table of several versions or releases.
    """
    lacking = [column for column in NEEDED if column not in frame]
    if lacking:
        raise InputError(f"table: found the columns {', '.join(map(str, frame.columns))}; expected {lacking[0]} too.")
    for column in ("version", "release"):
        several = sorted(map(str, frame[column].dropna().unique())) if column in frame else []
        if len(several) > 1:
            raise InputError(f"table: found the {column}s {', '.join(several)}, expected one {column} in a table.")
    rows: list[dict[str, Any]] = [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")]
    seen: dict[str, int] = {}
    cases = []
    for number, row in enumerate(rows, start=1):
        if _known(row["case"]) is None:
            raise InputError(f"table, row {number}, column case: found nothing, expected the id of a case.")
        case = str(row["case"])
        seen[case] = seen.get(case, 0) + 1
        cases.append(_scored(row, case, seen[case]))
    first = {key: _known(value) for key, value in (rows[0] if rows else {}).items()}
    scorers = tuple(str(c).removeprefix(SCORE) for c in frame.columns if str(c).startswith(SCORE))
    return ScoredRun(
        run=str(first.get("run") or "table"),
        version=str(first.get("version") or name),
        release=str(first.get("release") or ""),
        release_digest=str(first.get("release_digest") or ""),
        started=str(first.get("started") or ""),
        cases=tuple(cases),
        scorers=scorers,
        people=_by_people(rows),
        weights=_weights(first.get("weight_execution")),
        planned=str(first.get("planned")) == "True",
        unproven=str(first.get("unproven") or ""),
    )


def _by_people(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Return the scores that people gave, by case."""
    found = ((str(row["case"]), _share("people", str(row["case"]), _known(row.get("people")))) for row in rows)
    return {case: score for case, score in found if score is not None}


def _weights(execution: Any) -> tuple[float, float]:
    share = _share("weight_execution", "all", execution) or 0.0
    return share, 1 - share


def _share(column: str, case: str, value: Any) -> float | None:
    """Return a cell from 0 to 1, None for an empty one. Raises InputError."""
    if value is not None and not (isinstance(value, Real | bool_) and 0 <= float(value) <= 1):
        raise InputError(f"table, case {case}, column {column}: found {value!r}, expected a number from 0 to 1.")
    return None if value is None else float(value)


def _scored(row: dict[str, Any], case: str, repeat: int) -> ScoredCase:
    known = {name: _known(value) for name, value in row.items()}
    combined = _share("combined", case, known.get("combined"))
    answered = any(known.get(name) is not None for name in OF_ANSWER) or combined is not None
    tags = known.get("tags")
    fields: dict[str, Any] = {name: known.get(name) for name in OF_ANSWER}
    return ScoredCase(
        case=Case(
            id=case,
            question=str(known.get("question") or ""),
            scenario=known.get("scenario"),
            kind=known.get("kind"),
            tags=tuple(tags.split(",")) if isinstance(tags, str) and tags else tuple(tags or ()),
            must_pass=bool(known.get("must_pass")),
            expected_answer=known.get("expected_answer"),
            source=known.get("source"),
            digest=str(known.get("digest") or ""),
        ),
        repeat=repeat,
        answer=Answer(case=case, repeat=repeat, **fields) if answered else None,
        cause=None if answered else str(known.get("cause") or "no answer"),
        scores={
            name.removeprefix(SCORE): float(value)
            for name, value in known.items()
            if name.startswith(SCORE) and value is not None
        },
        execution=known.get("execution"),
        # A table with no parts has one score alone, which is what people's checks correct.
        semantic=known.get("semantic") if known.keys() & {"execution", "semantic"} else combined,
        combined=combined,
    )


def _known(value: Any) -> Any:
    """Return a cell, None for what pandas writes in place of nothing."""
    if isinstance(value, list | tuple | dict):
        return value
    return None if pd.isna(value) else value


def file_of(release: str | Path | pd.DataFrame) -> Path:
    """Return the file of a release; a table knows the one that it was loaded from."""
    if not isinstance(release, pd.DataFrame):
        return Path(release)
    if FILE not in release.attrs:
        raise InputError("release: found a table without its file, expected the path, or what load_release returned.")
    return Path(release.attrs[FILE])
