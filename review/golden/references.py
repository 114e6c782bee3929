"""Run reference SQL on the project's database: when it is approved, and again before a release.

A statement reaches the database only when it is proved to read alone, and it runs in a child process with limits. What
it gave is kept with the example, together with the state of the data and the day of the question.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from types import TracebackType

from review.basics.errors import InputError
from review.basics.words import counted
from review.privacy.masking import mask_values
from review.privacy.recognisers import Recognisers
from review.settings.project import Project, project_of
from review.settings.sql import SqlSettings
from review.sources.conversations import recognisers_of
from review.sql.execution.runner import Runner
from review.sql.results.cells import keys_of
from review.sql.results.references import references_in, statements_in
from review.sql.results.result import Result, json_of_result
from storage.records_base import Json
from storage.records_golden import GoldenContent
from storage.store import Store

MOST_ROWS = 1_000
"""Rows that an example keeps of a result; of a longer one it keeps their number and a digest of all rows as well."""
_MASKED = re.compile(r"\[[A-Z]+(?:_[A-Z]+)*_\d+\]")


@dataclass(frozen=True)
class Kept:
    """The result of a reference for its example, and the state of the data that it was read from."""

    result: Json
    snapshot: str


class References:
    """The database of a project, opened when the first statement comes. Use it as a context: leaving it closes it.

    Personal data in results is masked with ``wanted``, before they are kept and before they are compared.
    """

    def __init__(self, settings: SqlSettings, wanted: Recognisers) -> None:
        self.settings, self.wanted = settings, wanted
        self._runner: Runner | None = None

    def __enter__(self) -> References:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner is not None:
            self._runner.close()

    def runner(self) -> Runner:
        """Return the open database. Raises InputError when the project names none, or it cannot be opened."""
        if not self.settings.engine:
            raise InputError(
                "spotcheck.toml names no database on which reference SQL could run. Set engine under [sql]."
            )
        if self._runner is None:
            self._runner = Runner(
                self.settings.engine,
                policy=self.settings.policy,
                limits=self.settings.limits,
                kept_in=self.settings.cache,
            )
        return self._runner

    def results(self, reference_sql: str) -> list[Result]:
        """Run each statement of a reference, with all columns of its choices; one that is refused is not sent."""
        runner = self.runner()
        return [runner.run(first_form(one, runner)) for one in statements_in(reference_sql, runner.engine.dialect)]

    def json_of(self, results: Sequence[Result]) -> Json:
        """Return what is kept of results: that of the first statement, with those of the others as alternatives."""
        found = [_shortened(result) for result in results]
        rows, _ = mask_values({str(at): one["rows"] for at, one in enumerate(found)}, self.wanted)
        first, *others = ({**one, "rows": rows[str(at)]} for at, one in enumerate(found))
        return {**first, "alternatives": others} if others else first

    def kept(self, reference_sql: str) -> Kept | None:
        """Run a reference and return what its example keeps.

        None without a database and for SQL that holds a masked value; ``not_run`` says so. Raises InputError when the
        database cannot be opened, or a statement does not run: no example should expect what nobody has seen.
        """
        if not reference_sql.strip() or not self.settings.engine or is_masked(reference_sql):
            return None
        try:
            runner = self.runner()
        except InputError as error:
            raise InputError(
                f"reference_sql: It was not run, because the database cannot be opened: {error} Approve the example "
                "once the database answers."
            ) from None
        snapshot = runner.state() or ""
        results = self.results(reference_sql)
        for result in results:
            if not result.done:
                raise InputError(f"reference_sql: {said_of(result)} Correct it, or leave it out.")
        return Kept(self.json_of(results), snapshot) if results else None


def _shortened(result: Result) -> Json:
    """The first rows of a result; with more of them also their number and a digest, whatever the order of rows."""
    found = json_of_result(result, most_rows=MOST_ROWS)
    if len(result.rows) > MOST_ROWS and not result.truncated:
        columns = (keys_of(column, exact=False) for column in zip(*result.rows, strict=True))
        lines = sorted(map(repr, zip(*columns, strict=True)))
        found |= {"total": len(lines), "digest": sha256("\n".join(lines).encode()).hexdigest()}
    return found


def references_of(store: Store, project: Project | None = None) -> References:
    """Return the database of the project of a store."""
    project = project or project_of(store.path)
    return References(project.sql, recognisers_of(project.privacy))


def first_form(statement: str, runner: Runner) -> str:
    """Return a statement with all the columns of its choices."""
    return references_in(statement, runner.engine.dialect)[0]


def is_masked(sql: str) -> bool:
    """Return whether SQL holds a value that was masked, such as [EMAIL_1], so that it can no longer run."""
    return _MASKED.search(sql) is not None


def not_run(contents: Iterable[GoldenContent]) -> str:
    """Return in words how many examples have reference SQL that was never run; "" when there is none."""
    n = sum(bool(c["reference_sql"]) and c["expected_result"] is None for c in contents)
    if not n:
        return ""
    why = "[sql] names no database, or it holds a masked value"
    return f"The reference SQL of {counted(n, 'example')} was not run: {why}."


def said_of(result: Result) -> str:
    """Return in words why a statement gave no result."""
    how = {"refused": "The statement was refused", "timed_out": "The statement took too long",
           "unavailable": "The database did not answer"}  # fmt: skip
    return f"{how.get(result.ending, 'The database refused the statement')}: {result.error}"
