"""Answers that were made elsewhere: a table with ids, or the result file of another runner."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from review.basics.errors import InputError
from review.experiments.targets.reading import LONGEST, missing, read_answer
from review.experiments.targets.results.catalogue import read_results_of
from review.experiments.targets.target import Attempt, Question, Setup, Target

SHOWN = 3


class Answers:
    """The answers of a file, by case and repeat."""

    def __init__(self, setup: Setup) -> None:
        """Read the file. Raises InputError for one that cannot be read, or that answers a case twice."""
        self.path = Path(str(setup.options["path"]))
        self._rows: dict[tuple[str, int], Mapping[str, Any]] = {}
        self.notes: list[str] = []
        unknown: dict[str, None] = {}
        lines: dict[tuple[str, int], int] = {}
        for row in read_results_of(self.path):
            case = next((setup.cases[name] for name in row.names if name in setup.cases), None)
            if case is None:
                unknown[row.names[0] if row.names else f"row {row.line}"] = None
                continue
            repeat = row.repeat or self._next(case, setup.repeats)
            key = (case, repeat)
            if key in self._rows:
                raise InputError.at(
                    str(self.path),
                    row.line,
                    column="id",
                    found=case,
                    expected=f"each case once for each repeat (line {lines[key]} answers it too)",
                    remedy="Remove one, or give the column repeat and the option for repeats.",
                )
            self._rows[key], lines[key] = row.fields, row.line
        if not self._rows:
            raise InputError(
                f"{self.path}: none of its ids is a case of the release ({_listed(unknown) or 'it holds no row'})."
            )
        if unknown:
            self.notes.append(f"{len(unknown):,} ids of the file are no case of the release: {_listed(unknown)}.")

    def _next(self, case: str, repeats: int) -> int:
        """Return the repeat that a row without one is: the first that is free, the first again when none is."""
        return next((k for k in range(1, repeats + 1) if (case, k) not in self._rows), 1)

    def ask(self, question: Question) -> Attempt:
        """Look the case up."""
        row = self._rows.get((question.case, question.repeat))
        if row is None:
            return missing("not_in_file")
        if len(orjson.dumps(row, default=str)) > LONGEST:
            return missing("too_long")
        return read_answer(row)

    def close_thread(self) -> None:
        """Nothing is open."""

    def close(self) -> None:
        """Nothing is open."""


def _listed(names: Mapping[str, None]) -> str:
    shown = ", ".join(repr(name) for name in list(names)[:SHOWN])
    return f"{shown} and {len(names) - SHOWN:,} more" if len(names) > SHOWN else shown


TARGET = Target(
    title="file of answers",
    about="a file of answers made elsewhere, or the results of promptfoo, DeepEval or pytest",
    metavar="FILE",
    main="path",
    open=Answers,
    options={"digest": ""},
    identity=("path", "digest"),
)
