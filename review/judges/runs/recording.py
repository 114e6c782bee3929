"""Recording the results of a run as they arrive: whole rows in short transactions, and no row twice.

One thread hands over a run's results and many threads its calls. Every half second another thread writes what has
arrived, so a slow endpoint delays nothing and reviewers never wait for a long transaction. The same thread checks
whether somebody asked to pause.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence

from review.audit import chain
from review.basics.canonical import digest
from review.basics.clock import now
from review.basics.errors import InputError
from review.basics.steady_writer import SteadyWriter
from review.judges.protocol.protocol import CAUSES, NOT_ASKED, Opinion
from review.judges.runs.replies import StoreReplies
from review.rubric.rubric import Dimension
from storage.records_judges import JudgeResult, JudgeRun
from storage.records_review import Verdict
from storage.store import Store

ROWS_AT_ONCE = 500
"""Rows in one transaction, few enough for a reviewer's submission to come between two of them."""

LONGEST_RAW = 20_000

JUDGE_RESULTS = "judge results"
"""The action of the audit entries that cover the calls and results of a run."""


class Recording(SteadyWriter):
    """Collects opinions and writes them; a context manager, at whose end everything is written.

    For subjects among ``items`` the result is a verdict on an item of review, which is written beside the result.
    ``is_paused`` is called in the thread that writes.
    """

    def __init__(
        self,
        store: Store,
        run: JudgeRun,
        dimensions: Sequence[Dimension],
        *,
        items: Collection[str],
        is_paused: Callable[[], bool],
    ) -> None:
        super().__init__(f"run {run.id}")
        self.store = store
        self.run = run
        self.replies = StoreReplies(store, run.id)
        self._dimensions = {d.name: d for d in dimensions}
        self._items = frozenset(items)
        self._is_paused = is_paused
        self._lock = threading.Lock()
        self._rows: list[tuple[JudgeResult, Verdict | None]] = []

    def add(self, opinion: Opinion) -> None:
        """Keep one opinion. Raises InputError when it is outside the scale or missing without a known cause."""
        result = result_of(opinion, self.run.id, self._dimensions[opinion.dimension])
        # Where a dimension does not apply there is no verdict, not even a missing one.
        wanted = opinion.subject in self._items and opinion.error != NOT_ASKED
        verdict = verdict_of(result, self.run) if wanted else None
        with self._lock:
            self._rows.append((result, verdict))

    def write(self) -> None:
        """Write what has arrived, in short transactions."""
        # Results are taken first and calls are written first, so a result is never stored without its calls.
        with self._lock:
            rows, self._rows = self._rows, []
        calls = self.replies.take()
        for start in range(0, len(calls), ROWS_AT_ONCE):
            self._keep(*calls[start : start + ROWS_AT_ONCE])
        for start in range(0, len(rows), ROWS_AT_ONCE):
            part = rows[start : start + ROWS_AT_ONCE]
            self._keep(*(result for result, _ in part), *(verdict for _, verdict in part if verdict is not None))

    def paused(self) -> bool:
        """Return whether somebody asked to pause the run."""
        return self._is_paused()

    def close(self) -> None:
        """Close the connection of the writing thread."""
        self.store.close()

    def _keep(self, *rows: object) -> None:
        with self.store.transaction():
            if self.store.add(*rows):
                chain.record(self.store, self.run.by, JUDGE_RESULTS, self.run.id)


def result_of(opinion: Opinion, run_id: str, dimension: Dimension) -> JudgeResult:
    """Return an opinion as a row, whose id comes from run, subject and dimension, so that none is stored twice.

    Raises InputError for a value outside the scale or a missing one without a known cause: a fault of the kind.
    """
    value, error = opinion.value, opinion.error
    if value is not None:
        canonical = _canonical(dimension, value)
        if canonical != value or error:
            raise InputError(
                f"{dimension.name}: the judge gave {value!r} (error {error!r}), expected a value of the scale and no "
                "error."
            )
    elif error not in (*CAUSES, NOT_ASKED):
        raise InputError(f"{dimension.name}: a missing verdict has the cause {error!r}, expected one of {CAUSES}.")
    return JudgeResult(
        id=digest([run_id, opinion.subject, opinion.dimension])[:32],
        run_id=run_id,
        subject=opinion.subject,
        dimension=opinion.dimension,
        value=value,
        at=now(),
        score=opinion.score,
        rationale=opinion.rationale,
        raw=opinion.raw[:LONGEST_RAW],
        error=error,
        latency_ms=opinion.latency_ms,
        cost=opinion.cost,
        cached=opinion.cached,
        votes=opinion.votes,
    )


def _canonical(dimension: Dimension, value: str) -> str | None:
    try:
        found = dimension.scale.canonical(value)
    except ValueError:
        return None
    return "|".join(found) if isinstance(found, tuple) else found


def verdict_of(result: JudgeResult, run: JudgeRun) -> Verdict:
    """Return a result as the verdict on an item of review."""
    return Verdict(
        id=digest([result.subject, run.judge, run.version, result.dimension, run.id])[:32],
        item_id=result.subject,
        judge=run.judge,
        version=run.version,
        dimension=result.dimension,
        value=result.value,
        at=result.at,
        score=result.score,
        rationale=result.rationale,
        raw=result.raw,
        error=result.error,
        latency_ms=result.latency_ms,
        cost=result.cost,
        run_id=run.id,
    )
