"""Record the answers of a run as they arrive: whole rows in short transactions, and no row twice.

Every half second another thread writes what has arrived, so that a slow target delays nothing and kill -9 loses at most
that much. The same thread looks whether somebody asked to pause.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from types import TracebackType

from review.audit import chain
from review.basics.clock import now
from review.experiments.runs.asking import Asked
from review.experiments.runs.questions import Keyed
from storage.queries.experiments import latest_event_of
from storage.records_experiments import ExperimentAnswer, ExperimentRun
from storage.store import Store

TICK = 0.5
"""Seconds between two writes, and between two looks for a pause."""
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


def taken_over(run_id: str, keyed: Keyed, held: ExperimentAnswer) -> ExperimentAnswer:
    """Return the answer of an earlier run to the same question as a row of this one."""
    question = keyed.question
    return ExperimentAnswer(
        id=answer_id(run_id, question.case, question.repeat),
        run_id=run_id,
        case_id=question.case,
        repeat=question.repeat,
        key=keyed.key,
        at=now(),
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


class Recorder:
    """Collects answers and writes them; a context manager, at whose end everything is written."""

    def __init__(self, store: Store, run: ExperimentRun) -> None:
        self.store, self.run = store, run
        self._lock = threading.Lock()
        self._rows: list[ExperimentAnswer] = []
        self._paused, self._closing = threading.Event(), threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._keep_writing, name=f"run {run.id}", daemon=True)

    def stopped(self) -> bool:
        """Whether no new question should begin, because the run was paused or can no longer be written."""
        return self._paused.is_set() or self._error is not None

    def add(self, row: ExperimentAnswer) -> None:
        """Keep one answer."""
        with self._lock:
            self._rows.append(row)

    def __enter__(self) -> Recorder:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._thread.join()
        if self._error is not None and error is None:
            raise self._error

    def _keep_writing(self) -> None:
        try:
            while not self._closing.wait(TICK):
                self._write()
                event = latest_event_of(self.store, self.run.id)
                if event is None or event.event not in GOING:
                    self._paused.set()
            self._write()
        except BaseException as error:  # noqa: BLE001 - raised again where the run is made
            self._error = error
        finally:
            self.store.close()

    def _write(self) -> None:
        with self._lock:
            rows, self._rows = self._rows, []
        write_rows(self.store, self.run, rows)
