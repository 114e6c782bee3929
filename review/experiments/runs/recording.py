"""Record the answers of a run as they arrive: whole rows in short transactions, and no row twice.

Every half second another thread writes what has arrived, so that a slow target delays nothing and kill -9 loses at most
that much. The same thread looks whether somebody asked to pause.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable

from review.audit import chain
from review.basics.clock import now
from review.basics.steady_writer import SteadyWriter
from review.experiments.runs.asking import Asked
from review.experiments.runs.questions import Keyed
from storage.queries.experiments import latest_event_of
from storage.records_experiments import ExperimentAnswer, ExperimentRun
from storage.store import Store

ROWS_AT_ONCE = 1_000
"""Rows in one transaction, few enough for a reviewer's submission to come between two of them."""
GOING = ("started", "resumed")
ANSWERS = "run answers"
"""The action of the audit entries that cover the answers of a run."""


def answer_id(run_id: str, case: str, repeat: int) -> str:
    """Return the id of the answer to a case, so that none is stored twice."""
    return f"{run_id}:{repeat}:{case}"


def answer_row(run_id: str, keyed: Keyed, found: Asked) -> ExperimentAnswer:
    """Return an answer as a row; a missing one says why, and what it took where the target says that."""
    question, said = keyed.question, found.said
    return ExperimentAnswer(
        id=answer_id(run_id, question.case, question.repeat),
        run_id=run_id,
        case_id=question.case,
        repeat=question.repeat,
        key=keyed.key,
        at=now(),
        cause=said.cause,
        attempts=found.attempts,
        answer={"said": said.why, **said.fields} if said.cause else said.fields,
    )


def taken_over(run_id: str, keyed: Keyed, held: ExperimentAnswer, *, at: str) -> ExperimentAnswer:
    """Return the answer of an earlier run to the same question as a row of this one, written ``at`` (ISO 8601)."""
    question = keyed.question
    return ExperimentAnswer(
        id=answer_id(run_id, question.case, question.repeat),
        run_id=run_id,
        case_id=question.case,
        repeat=question.repeat,
        key=keyed.key,
        at=at,
        attempts=0,
        cached=True,
        answer=held.answer,
    )


def write_rows(store: Store, run: ExperimentRun, rows: Iterable[object], action: str = ANSWERS) -> None:
    """Write rows of a run, some at a time."""
    listed = list(rows)
    for start in range(0, len(listed), ROWS_AT_ONCE):
        with store.transaction():
            if store.add(*listed[start : start + ROWS_AT_ONCE]):
                chain.record(store, run.by, action, run.id)


class Recorder(SteadyWriter):
    """Collects answers and writes them; a context manager, at whose end everything is written."""

    def __init__(self, store: Store, run: ExperimentRun) -> None:
        super().__init__(f"run {run.id}")
        self.store, self.run = store, run
        self._lock = threading.Lock()
        self._rows: list[ExperimentAnswer] = []

    def add(self, row: ExperimentAnswer) -> None:
        """Keep one answer."""
        with self._lock:
            self._rows.append(row)

    def write(self) -> None:
        """Write what has arrived, in short transactions."""
        with self._lock:
            rows, self._rows = self._rows, []
        write_rows(self.store, self.run, rows)

    def paused(self) -> bool:
        """Return whether the latest event of the run says that nothing new should be asked."""
        event = latest_event_of(self.store, self.run.id)
        return event is None or event.event not in GOING

    def close(self) -> None:
        """Close the connection of the writing thread."""
        self.store.close()
