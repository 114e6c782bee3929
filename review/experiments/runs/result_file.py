"""Results as a file, for gates without a store: one line about the run, then one line for each case and repeat.

``write_results`` and ``read_results`` are each other's inverse over the cases of the same release.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson

from review.basics.errors import InputError
from review.basics.whole_files import replacing
from review.experiments.targets.reading import answer_of
from review.experiments.values import ANSWER_FIELDS, Case, ScoredCase, ScoredRun

FORMAT = 1
HEAD = ("run", "version", "release", "release_digest", "started")


def write_results(path: Path, run: ScoredRun) -> None:
    """Write the results of a run as JSON Lines, whole or not at all. Raises InputError when it cannot be written."""
    head = {"spotcheck_run": FORMAT, **{name: getattr(run, name) for name in HEAD}, "scorers": list(run.scorers)}
    lines = [orjson.dumps(head), *(orjson.dumps(_line(one)) for one in run.cases)]
    with replacing(path) as target:
        target.write_bytes(b"\n".join(lines) + b"\n")


def _line(one: ScoredCase) -> dict[str, Any]:
    answer = {} if one.answer is None else asdict(one.answer)
    fields = {name: answer[name] for name in ANSWER_FIELDS if answer.get(name) not in (None, {}, ())}
    return {
        "id": one.case.id,
        "repeat": one.repeat,
        "example": one.case.digest,
        **fields,
        "scores": one.scores,
        "unscored": one.unscored,
        "detail": one.detail,
        "execution": one.execution,
        "semantic": one.semantic,
        "combined": one.combined,
        "cause": one.cause,
    }


def read_results(path: Path, cases: Sequence[Case]) -> ScoredRun:
    """Read the results of a run over these cases; cases that the release does not have are left out.

    Raises InputError that names the line of what cannot be read, or stands there twice.
    """
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise InputError(f"{path}: the file cannot be read ({error.strerror}). Check the path.") from None
    head = _object(path, 1, lines[0] if lines else b"")
    if head.get("spotcheck_run") != FORMAT or any(not isinstance(head.get(name), str) for name in HEAD):
        raise InputError(
            f"{path}, line 1: found {str(head)[:80]}, expected the head of a results file. A run writes one."
        )
    known = {case.id: case for case in cases}
    found: dict[tuple[str, int], ScoredCase] = {}
    for number, line in enumerate(lines[1:], start=2):
        row = _object(path, number, line)
        case = known.get(str(row.get("id")))
        if case is None:
            continue
        one = _scored(path, number, row, case)
        if (case.id, one.repeat) in found:
            raise InputError.at(
                str(path), number, column="id", found=case.id, expected="each case once for each repeat"
            )
        found[case.id, one.repeat] = one
    return ScoredRun(
        **{name: head[name] for name in HEAD}, cases=tuple(found.values()), scorers=tuple(head.get("scorers") or ())
    )


def _object(path: Path, number: int, line: bytes) -> Mapping[str, Any]:
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise InputError(f"{path}, line {number}: found no whole JSON object ({error}).") from None
    if not isinstance(found, dict):
        raise InputError(f"{path}, line {number}: found {type(found).__name__}, expected an object.")
    return found


def _scored(path: Path, number: int, row: Mapping[str, Any], case: Case) -> ScoredCase:
    for name in ("execution", "semantic", "combined"):
        value = row.get(name)
        if value is not None and not (isinstance(value, int | float) and 0 <= value <= 1):
            raise InputError.at(str(path), number, column=name, found=value, expected="a number from 0 to 1, or null")
    repeat, cause = int(row.get("repeat") or 1), row.get("cause")
    fields = {name: row[name] for name in ANSWER_FIELDS if row.get(name) is not None}
    return ScoredCase(
        case=case,
        repeat=repeat,
        answer=None if cause else answer_of(case.id, repeat, fields),
        cause=cause,
        scores=row.get("scores") or {},
        unscored=row.get("unscored") or {},
        detail=row.get("detail") or {},
        execution=row.get("execution"),
        semantic=row.get("semantic"),
        combined=row.get("combined"),
    )
