"""Ask a target many questions at once: with repeated attempts, a pause for all when it asks for one, and a budget."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Sequence
from typing import NamedTuple

from review.experiments.targets.target import Asker, Attempt, Question
from review.judges.llm.client import Halt, Pace, Patience, each


class Asked(NamedTuple):
    """What came of a question, after how many attempts."""

    said: Attempt
    attempts: int


class Budget:
    """How much the answers of a run may cost together; safe from several threads.

    Requests that run when the limit is reached still end, so a run may cost up to one answer for each thread more.
    """

    def __init__(self, cost: float | None, tokens: int | None, *, spent: float = 0.0, used: int = 0) -> None:
        """``cost`` in the project's currency and ``tokens``, None for no limit; what earlier sittings took counts."""
        self.cost, self.tokens, self.spent, self.used = cost, tokens, spent, used
        self.unpriced = False
        self._lock = threading.Lock()

    def take(self, said: Attempt) -> None:
        """Count one answer, and one that is missing as far as the target says what it took."""
        cost = said.fields.get("cost")
        with self._lock:
            self.spent += cost or 0.0
            self.used += (said.fields.get("tokens_in") or 0) + (said.fields.get("tokens_out") or 0)
            if said.cause:
                return
            counts = said.fields.get("tokens_in"), said.fields.get("tokens_out")
            self.unpriced = self.unpriced or (self.cost is not None and cost is None)
            self.unpriced = self.unpriced or (self.tokens is not None and counts == (None, None))

    def why_not(self) -> str:
        """Say why nothing more may be asked, "" while it may."""
        with self._lock:
            if self.unpriced and self.cost is not None:
                return "The target does not say what an answer costs, so the limit on cost cannot be kept."
            if self.unpriced:
                return "The target does not say how many tokens an answer took, so the limit cannot be kept."
            if self.cost is not None and self.spent >= self.cost:
                return f"The answers have cost {self.spent:,.4g}; the limit is {self.cost:,.4g}."
            if self.tokens is not None and self.used >= self.tokens:
                return f"The answers took {self.used:,} tokens; the limit is {self.tokens:,}."
            return ""


class Attempts(Patience):
    """Asks a target, and again where that may help."""

    def ask(self, asker: Asker, question: Question) -> Asked | None:
        """Ask until there is an answer or no hope; None when the run was halted first."""
        attempt = 1
        while self.rest(0.0):
            began = time.perf_counter()
            said = asker.ask(question)
            if not said.cause:
                said.fields.setdefault("latency_ms", (time.perf_counter() - began) * 1_000)
            self.leave_alone(said.pause)
            if not said.again or attempt >= self.attempts:
                return Asked(said, attempt)
            if not self.rest(self.pace.back_off(attempt)):
                return None
            attempt += 1
        return None


def asked(
    asker: Asker,
    questions: Sequence[Question],
    *,
    concurrency: int,
    attempts: int,
    budget: Budget,
    stopped: Callable[[], bool] = lambda: False,
    pace: Pace | None = None,
) -> Generator[tuple[Question, Asked], None, None]:
    """Yield each question with what came of it, in the order in which answers arrive.

    Once ``stopped`` or out of budget nothing new begins, and questions that have not begun are left out.
    """
    halt = Halt(lambda: stopped() or bool(budget.why_not()))
    tried = Attempts(attempts=attempts, halted=halt, pace=pace or Pace())

    def work(question: Question) -> Asked | None:
        found = tried.ask(asker, question)
        if found is not None:
            budget.take(found.said)
        return found

    for question, found in each(work, questions, width=concurrency, halt=halt, closed=asker.close_thread):
        if found is not None:
            yield question, found
