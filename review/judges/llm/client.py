"""Asking one endpoint: attempts with full jitter between them, and one pause for all when it asks for one.

Jitter as in M. Brooker, "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015): the wait after attempt k is
uniform between 0 and min(longest, first * 2^(k-1)).
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from review.basics.clock import now
from review.judges.llm.form import Ladder, is_about_form, response_format
from review.judges.llm.http import Line
from review.judges.llm.wire import Answer
from review.judges.protocol.protocol import Call

_SLICE = 0.5
"""Seconds after which somebody who waits looks whether the run has been paused."""


def _random_up_to(seconds: float) -> float:
    return random.SystemRandom().uniform(0.0, seconds)


@dataclass(frozen=True)
class Pace:
    """How attempts are spaced: ``first`` and ``longest`` bound the back-off in seconds; the rest stands in for time."""

    first: float = 0.5
    longest: float = 30.0
    jitter: Callable[[float], float] = _random_up_to
    clock: Callable[[], float] = time.monotonic
    wait: Callable[[float], object] = field(default_factory=lambda: threading.Event().wait)

    def back_off(self, attempt: int) -> float:
        """Seconds to wait after attempt number ``attempt`` (from 1) has failed."""
        return self.jitter(min(self.longest, self.first * 2.0 ** (attempt - 1)))


class Question(NamedTuple):
    """One request but for its ``response_format``; ``digest`` is the hash of what is asked, for the log."""

    subject: str
    digest: str
    payload: Mapping[str, Any]
    schema: dict[str, Any]


class Outcome(NamedTuple):
    """What one question came to after all attempts: the last answer, its milliseconds, and the cost of all attempts."""

    answer: Answer
    latency_ms: float | None = None
    cost: float | None = None
    cached: bool = False

    def free(self) -> Outcome:
        """The same outcome for another subject that asks the very same."""
        return Outcome(self.answer, cost=None if self.cost is None else 0.0, cached=True)


@dataclass(kw_only=True)
class Client:
    """One endpoint as all threads of a run share it. ``log`` keeps each call; ``halted`` tells to begin nothing new."""

    line: Line
    ladder: Ladder
    attempts: int
    prices: tuple[float | None, float | None] = (None, None)
    log: Callable[[Call], None] = lambda call: None
    halted: Callable[[], bool] = lambda: False
    pace: Pace = field(default_factory=Pace)
    _free_at: float = field(default=0.0, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def ask(self, question: Question) -> Outcome | None:
        """Ask until there is a whole reply or no hope; None when the run was halted before that.

        A request that only taught us which form of reply the endpoint does not know is no attempt.
        """
        attempt, cost = 1, None
        while self._rest(0.0):
            form = self.ladder.form
            body = orjson.dumps({**question.payload, **response_format(form, question.schema)})
            at, start = now(), time.perf_counter()
            answer = self.line.post(body)
            latency = (time.perf_counter() - start) * 1_000
            paid = self._price(answer)
            cost = paid if cost is None else cost + (paid or 0.0)
            self.log(self._call(question, attempt, at, answer, latency, paid))
            if is_about_form(answer.status, answer.said) and self.ladder.refused(form):
                continue
            # Also after the last attempt: it is the endpoint that asks for a rest, not this question.
            self._leave_alone(answer.pause)
            if not answer.again or attempt >= self.attempts:
                return Outcome(answer, latency, cost)
            if not self._rest(self.pace.back_off(attempt)):
                return None
            attempt += 1
        return None

    def _leave_alone(self, seconds: float | None) -> None:
        """Nobody asks the endpoint anything for ``seconds``."""
        if seconds:
            with self._lock:
                self._free_at = max(self._free_at, self.pace.clock() + seconds)

    def _rest(self, seconds: float) -> bool:
        """Wait that long, and until the endpoint may be asked again; False when the run is halted meanwhile."""
        end = self.pace.clock() + seconds
        while not self.halted():
            left = max(end, self._free_at) - self.pace.clock()
            if left <= 0.0:
                return True
            self.pace.wait(min(left, _SLICE))
        return False

    def _price(self, answer: Answer) -> float | None:
        """What an answer cost, None where the endpoint did not count or the judge has no prices."""
        (price_in, price_out), given, taken = self.prices, answer.tokens_in, answer.tokens_out
        if price_in is None or price_out is None or given is None or taken is None:
            return None
        return (given * price_in + taken * price_out) / 1_000_000

    def _call(
        self, question: Question, attempt: int, at: str, answer: Answer, latency: float, cost: float | None
    ) -> Call:
        return Call(
            subject=question.subject,
            key=question.digest,
            attempt=attempt,
            at=at,
            host=self.line.endpoint.place,
            model=str(question.payload["model"]),
            status=answer.status,
            error=answer.error,
            latency_ms=round(latency, 3),
            tokens_in=answer.tokens_in,
            tokens_out=answer.tokens_out,
            cost=cost,
            reply=answer.reply or ({"text": answer.raw} if answer.raw else {}),
        )
