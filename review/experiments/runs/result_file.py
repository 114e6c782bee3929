"""Results as a file, for gates without a store: one line about the run, then one line for each case and repeat.

``write_results`` and ``read_results`` are each other's inverse over the cases of the same release, but for the rows
that the execution scorer kept. Each line carries a digest of what it says, and the first line one of the whole file, so
that a number changed, a line removed or a line added by hand is noticed. No key is behind them: who means to forge
results is found by the history of the repository.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import orjson

from review.basics.canonical import digest
from review.basics.errors import InputError
from review.basics.whole_files import replacing
from review.basics.words import counted
from review.experiments.runs.cases import ReleaseCases
from review.experiments.targets.reading import answer_of, read_answer
from review.experiments.targets.results.own import repeat_in
from review.experiments.values import ANSWER_FIELDS, Case, ScoredCase, ScoredRun
from storage.records_base import Json

FORMAT = 1
PARTS = ("execution", "semantic", "combined")
NOT_IN_RESULTS = "its results file has no line for it"
HEAD = ("run", "version", "release", "release_digest", "started")


def write_results(path: Path, run: ScoredRun) -> None:
    """Write the results of a run as JSON Lines, whole or not at all. Raises InputError when it cannot be written."""
    head = {"spotcheck_run": FORMAT, **{name: getattr(run, name) for name in HEAD}, "scorers": list(run.scorers)}
    if run.asked:
        head["asked"] = run.asked
    if run.planned:
        head["planned"] = True
    if run.people:
        head |= {"people": dict(run.people), "weights": list(run.weights)}
    lines = [_signed(_line(one), run.run) for one in run.cases]
    head["digest"] = _of_all(head, lines)
    with replacing(path) as target:
        target.write_bytes(b"\n".join(orjson.dumps(one) for one in (head, *lines)) + b"\n")


def _of_all(head: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> str:
    """Return the digest of a whole file: of its first line, and of the digests of the others in their order."""
    return digest([{name: value for name, value in head.items() if name != "digest"}, [x.get("digest") for x in lines]])


def _signed(line: Mapping[str, Any], run: str) -> dict[str, Any]:
    """Return a line with the digest of what it says in this run, so that a number edited by hand is noticed."""
    return {**line, "digest": digest([run, line])}


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
        "detail": {name: _without_rows(said) for name, said in one.detail.items()},
        "execution": one.execution,
        "semantic": one.semantic,
        "combined": one.combined,
        "cause": one.cause,
    }


def _without_rows(said: Json) -> Json:
    """Return what a scorer said, without the rows of results: a file in a repository holds no data of the database."""
    return {name: value for name, value in said.items() if "outcome" not in said or name not in ("answer", "reference")}


def read_results(path: Path, cases: Sequence[Case]) -> ScoredRun:
    """Read the results of a run over these cases; cases that the release does not have are left out.

    A line that names another hash of its example keeps it, so that the gate does not compare it as the same example.
    Raises InputError that names the line of what cannot be read, stands there twice, or is not as the run wrote it.
    """
    try:
        lines = path.read_bytes().removeprefix(codecs.BOM_UTF8).splitlines()
    except OSError as error:
        raise InputError(f"{path}: the file cannot be read ({error.strerror}). Check the path.") from None
    head = _object(path, 1, lines[0] if lines else b"")
    if head.get("spotcheck_run") != FORMAT or any(not isinstance(head.get(name), str) for name in HEAD):
        raise InputError(
            f"{path}, line 1: found {str(head)[:80]}, expected the head of a results file. A run writes one."
        )
    scorers = head.get("scorers") or []
    if not isinstance(scorers, list) or not all(isinstance(name, str) for name in scorers):
        raise InputError.at(str(path), 1, column="scorers", found=scorers, expected="a list of names")
    people, weights = _checks(path, head)
    known = {case.id: case for case in cases}
    found: dict[tuple[str, int], ScoredCase] = {}
    rows = [_object(path, number, line) for number, line in enumerate(lines[1:], start=2)]
    for number, row in enumerate(rows, start=2):
        _check_digest(path, number, row, head["run"])
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
        **{name: head[name] for name in HEAD},
        cases=tuple(found.values()),
        scorers=tuple(scorers),
        people={case: score for case, score in people.items() if case in known},
        weights=weights,
        asked=str(head.get("asked") or ""),
        planned=head.get("planned") is True,
        unproven=_unproven(path, head, rows),
    )


def whole(run: ScoredRun, release: ReleaseCases) -> ScoredRun:
    """Return a run with every case of its release: those that its file lacks are missing. Pure.

    A run over another release keeps the cases that it has.
    """
    if run.release_digest != release.digest:
        return run
    have = {one.case.id for one in run.cases}
    lacking = (ScoredCase(case=case, cause=NOT_IN_RESULTS) for case in release.cases if case.id not in have)
    return replace(run, cases=(*run.cases, *lacking))


def _check_digest(path: Path, number: int, row: Mapping[str, Any], run: str) -> None:
    said = row.get("digest")
    if said is not None and said != digest([run, {name: value for name, value in row.items() if name != "digest"}]):
        raise InputError(
            f"{path}, line {number}: this line was changed after the run wrote it. Run the version again; or, if the "
            "change is meant, take digest out of the line."
        )


def _unproven(path: Path, head: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> str:
    """Return why the file may have been changed by hand. Raises InputError when it was changed without saying so."""
    if head.get("digest") is not None:
        if head["digest"] != _of_all(head, rows):
            bare = [str(number) for number, row in enumerate(rows, start=2) if row.get("digest") is None]
            where = f"line {bare[0]} has no digest" if bare else "its first line changed, or lines came or went"
            raise InputError(
                f"{path}: the file was changed after the run wrote it ({where}). Run the version again; or, if the "
                "change is meant, take digest out of the first line too."
            )
        return ""
    bare_lines = sum(row.get("digest") is None for row in rows)
    told = f" and {counted(bare_lines, 'line')} of results carry" if bare_lines else " carries"
    return f"{path.name}: the first line{told} no digest, so nobody can tell whether the file was changed by hand"


def _checks(path: Path, head: Mapping[str, Any]) -> tuple[dict[str, float], tuple[float, float]]:
    """Return what people said of a random part of the answers, and the weights of execution and meaning."""
    people, weights = head.get("people") or {}, head.get("weights") or (0.0, 1.0)
    if not isinstance(people, dict) or not all(map(_share, people.values())):
        raise InputError.at(str(path), 1, column="people", found=people, expected="a score from 0 to 1 for each case")
    if not isinstance(weights, list | tuple) or not all(map(_share, weights)) or sum(weights) != 1:
        raise InputError.at(str(path), 1, column="weights", found=weights, expected="two numbers that sum to 1")
    return {str(case): float(score) for case, score in people.items()}, (float(weights[0]), float(weights[1]))


def _object(path: Path, number: int, line: bytes) -> Mapping[str, Any]:
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise InputError(f"{path}, line {number}: found no whole JSON object ({error}).") from None
    if not isinstance(found, dict):
        raise InputError(f"{path}, line {number}: found {type(found).__name__}, expected an object.")
    return found


def _scored(path: Path, number: int, row: Mapping[str, Any], case: Case) -> ScoredCase:
    def check(column: str, value: Any, *, fits: bool, expected: str) -> None:
        if not fits:
            raise InputError.at(str(path), number, column=column, found=value, expected=expected)

    cause = row.get("cause")
    parts: dict[str, Any] = {name: row.get(name) for name in PARTS}
    check("cause", cause, fits=cause is None or isinstance(cause, str), expected="a text, or null")
    for name, part in parts.items():
        check(name, part, fits=part is None or _share(part), expected="a number from 0 to 1, or null")
        check(name, part, fits=part is None or not cause, expected=f"null beside the cause {cause!r}")
    tables: dict[str, Any] = {name: row.get(name) or {} for name in TABLES}
    for name, (fits, expected) in TABLES.items():
        check(name, tables[name], fits=isinstance(tables[name], dict), expected="an object")
        for key, value in tables[name].items():
            check(f"{name}, {key}", value, fits=fits(value), expected=expected)
    said = read_answer(row)
    check("answer", said.why, fits=bool(cause) or said.cause != "bad_field", expected="the fields of an answer")
    known, repeat = row.get("example"), repeat_in(path, number, row) or 1
    return ScoredCase(
        case=replace(case, digest=known) if isinstance(known, str) and known else case,
        repeat=repeat,
        answer=None if cause else answer_of(case.id, repeat, said.fields),
        cause=cause or None,
        **tables,
        **parts,
    )


def _share(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


TABLES: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "scores": (_share, "a number from 0 to 1"),
    "unscored": (lambda value: isinstance(value, str), "the reason as a text"),
    "detail": (lambda value: isinstance(value, dict), "an object"),
}
"""The objects of a line by scorer, with what their values must be."""
