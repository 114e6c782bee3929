"""Asking one endpoint: from several threads, with repeated attempts, and with a pause for all when it asks for one.

The wait after attempt k is uniform between 0 and min(longest, first * 2^(k-1)): full jitter, as in M. Brooker,
"Exponential Backoff And Jitter" (AWS Architecture Blog, 2015).
"""

from __future__ import annotations

import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from queue import SimpleQueue
from typing import TypeVar

import orjson

from review.basics.clock import now
from review.judges.llm.http import Line
from review.judges.llm.prompt import Question
from review.judges.llm.reply import Reply
from review.judges.llm.rubric import Ladder, is_about_form, response_format
from review.judges.protocol.protocol import Call

T = TypeVar("T")
R = TypeVar("R")

_SLICE = 0.5
"""Seconds between two looks, while waiting, at whether the run has been paused."""

GRACE = 2.0
"""Seconds that running requests get to end when nobody waits for their results any more."""


def _random_up_to(seconds: float) -> float:
    return random.SystemRandom().uniform(0.0, seconds)


@dataclass(frozen=True)
class Pace:
    """How attempts are spaced: ``first`` and ``longest`` bound the back-off in seconds. Tests replace the rest."""

    first: float = 0.5
    longest: float = 30.0
    jitter: Callable[[float], float] = _random_up_to
    clock: Callable[[], float] = time.monotonic
    wait: Callable[[float], object] = field(default_factory=lambda: threading.Event().wait)

    def back_off(self, attempt: int) -> float:
        """Return the seconds to wait after attempt number ``attempt`` (from 1) has failed."""
        return self.jitter(min(self.longest, self.first * 2.0 ** (attempt - 1)))


@dataclass(kw_only=True)
class Patience:
    """When something may be asked again, for all threads of a run. Nothing begins once ``halted`` is True."""

    attempts: int
    halted: Callable[[], bool] = lambda: False
    pace: Pace = field(default_factory=Pace)
    _free_at: float = field(default=0.0, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def leave_alone(self, seconds: float | None) -> None:
        """Let nobody ask for ``seconds``."""
        if seconds:
            with self._lock:
                self._free_at = max(self._free_at, self.pace.clock() + seconds)

    def rest(self, seconds: float) -> bool:
        """Wait that long and until anybody may ask again; False when the run is halted meanwhile."""
        end = self.pace.clock() + seconds
        while not self.halted():
            left = max(end, self._free_at) - self.pace.clock()
            if left <= 0.0:
                return True
            self.pace.wait(min(left, _SLICE))
        return False


@dataclass(kw_only=True)
class Client(Patience):
    """The client that all threads of a run share. ``log`` keeps each call.

    ``prices`` are those of a million tokens in and out.
    """

    line: Line
    ladder: Ladder
    prices: tuple[float | None, float | None] = (None, None)
    log: Callable[[Call], None] = lambda call: None

    def ask(self, question: Question) -> Reply | None:
        """Ask until there is a whole reply or no hope; None when the run was halted first.

        A request that only revealed which form of reply the endpoint lacks does not count as an attempt.
        """
        attempt, cost = 1, None
        while self.rest(0.0):
            form = self.ladder.form
            body = orjson.dumps({**question.payload, **response_format(form, question.schema)})
            at, start = now(), time.perf_counter()
            reply = self.line.post(body)
            reply = replace(reply, latency_ms=(time.perf_counter() - start) * 1_000, cost=self._price(reply))
            cost = reply.cost if cost is None else cost + (reply.cost or 0.0)
            self.log(self._call(question, attempt, at, reply))
            if is_about_form(reply.status, reply.message) and self.ladder.refused(form):
                continue
            # After the last attempt too: the endpoint asks everybody to wait, not just this question.
            self.leave_alone(reply.pause)
            if not reply.again or attempt >= self.attempts:
                return replace(reply, cost=cost)
            if not self.rest(self.pace.back_off(attempt)):
                return None
            attempt += 1
        return None

    def _price(self, reply: Reply) -> float | None:
        """Return the cost of one attempt, None where the endpoint counts no tokens or the judge has no prices."""
        (price_in, price_out), tokens_in, tokens_out = self.prices, reply.tokens_in, reply.tokens_out
        if price_in is None or price_out is None or tokens_in is None or tokens_out is None:
            return None
        return (tokens_in * price_in + tokens_out * price_out) / 1_000_000

    def _call(self, question: Question, attempt: int, at: str, reply: Reply) -> Call:
        return Call(
            subject=question.subject,
            key=question.digest,
            attempt=attempt,
            at=at,
            host=self.line.endpoint.place,
            model=str(question.payload["model"]),
            status=reply.status,
            error=reply.error,
            latency_ms=round(reply.latency_ms or 0.0, 3),
            tokens_in=reply.tokens_in,
            tokens_out=reply.tokens_out,
            cost=reply.cost,
            reply=dict(reply.content) or ({"text": reply.raw} if reply.raw else {}),
        )


class Halt:
    """Whether to begin nothing new, because somebody asked for a pause or stopped listening. It never turns back."""

    def __init__(self, stopped: Callable[[], bool]) -> None:
        self._stopped = stopped
        self._lock = threading.Lock()
        self._set = False

    def __call__(self) -> bool:
        """Safe from any thread, whatever ``stopped`` is made of."""
        with self._lock:
            if not self._set:
                self._set = self._stopped()
            return self._set

    def now(self) -> None:
        """Halt from here on."""
        with self._lock:
            self._set = True


def each(
    work: Callable[[T], R], tasks: Sequence[T], *, width: int, halt: Halt, closed: Callable[[], None] = lambda: None
) -> Iterator[tuple[T, R]]:
    """Yield ``(task, work(task))`` as each is done, running at most ``width`` at once; ``closed`` ends each thread.

    Tasks that have not begun when ``halt`` turns True are left out. An error of ``work`` is raised here. At the end all
    threads are waited for; when the iteration ends early (an interrupt, an error) only for ``GRACE`` seconds, so that
    an endpoint that does not answer holds nobody up.
    """
    waiting = deque(tasks)
    done: SimpleQueue[tuple[T, R] | BaseException | None] = SimpleQueue()

    def run() -> None:
        try:
            while not halt():
                try:
                    task = waiting.popleft()
                except IndexError:
                    break
                done.put((task, work(task)))
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that asked
            done.put(error)
        finally:
            closed()
            done.put(None)

    threads = [
        threading.Thread(target=run, name=f"judge {k}", daemon=True) for k in range(max(min(width, len(tasks)), 0))
    ]
    for thread in threads:
        thread.start()
    try:
        yield from _results(done, len(threads))
    except BaseException:
        halt.now()
        end = time.monotonic() + GRACE
        for thread in threads:
            thread.join(max(end - time.monotonic(), 0.0))
        raise
    for thread in threads:
        thread.join()


def _results(done: SimpleQueue[tuple[T, R] | BaseException | None], threads: int) -> Iterator[tuple[T, R]]:
    while threads:
        found = done.get()
        if found is None:
            threads -= 1
        elif isinstance(found, BaseException):
            raise found
        else:
            yield found
