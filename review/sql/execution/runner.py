"""Run proved statements on one database, in a pool of warm child processes."""

from __future__ import annotations

import hashlib
import queue
import threading
from collections import OrderedDict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType

from sqlglot.tokens import TokenType

from review.basics.errors import InputError
from review.sql.engines.catalogue import SQL_ENGINES, place_of
from review.sql.engines.engine import EngineAddress, Limits, unavailable
from review.sql.execution.child import Child, Gone, Overrun
from review.sql.execution.kept import KeptResults
from review.sql.execution.volatile import may_change
from review.sql.proof.prove import Proof, may_run
from review.sql.results.result import Result
from review.sql.rules.policy import Policy
from review.sql.schema.schema import Schema

MOST_KEPT = 1_000
"""Results that the cache keeps; the one that was not asked for longest goes first."""


class Runner:
    """A database that statements run on. Use it as a context: leaving it ends its processes.

    A statement is proved against the schema of this very database first. What the proof refuses is never sent, and
    comes back as a result that ended "refused". A child that overruns is killed and replaced. Results are kept by
    content and state of the data, in this process and, with a folder ``kept_in``, beyond it.
    """

    def __init__(
        self,
        address: str | EngineAddress,
        *,
        policy: Policy | None = None,
        limits: Limits | None = None,
        processes: int = 1,
        kept_in: str | Path = "",
    ) -> None:
        self.place = place_of(address) if isinstance(address, str) else address
        self.engine = SQL_ENGINES[self.place.scheme]
        self.policy, self.limits = policy or Policy(), limits or Limits()
        self._idle: queue.LifoQueue[Child | None] = queue.LifoQueue()
        self._living: set[Child] = set()
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Result] = OrderedDict()
        self._files = KeptResults(Path(kept_in), self.place, self.limits) if kept_in else None
        self.processes = 1 if self.engine.fragile else processes
        first = self._started()
        try:
            told = first.tables()
            self.schema = Schema(
                dialect=self.engine.dialect,
                tables=tuple(told.tables),
                exact=True,
                databases=told.databases,
                source=self.place.scheme,
                functions=told.functions,
                catalogue=told.catalogue,
            )
        except (Overrun, Gone) as error:
            self.close()
            said = f"the tables of {self.place.scheme} could not be read"
            raise InputError(f"{said} ({type(error).__name__}).") from None
        except InputError:
            self.close()
            raise
        self._idle.put(first)
        for _ in range(self.processes - 1):
            self._idle.put(None)

    def __enter__(self) -> Runner:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all processes."""
        with self._lock:
            living, self._living = list(self._living), set()
        for child in living:
            child.kill()
        if self._files is not None:
            self._files.prune()

    def state(self) -> str | None:
        """Return a name for the state of the data, None where nothing tells two states apart: then nothing is kept."""
        told = self.engine.state(self.place)
        if told is not None or not self.engine.asks_state:
            return told
        child = self._idle.get()
        back: Child | None = None
        try:
            child = child or self._started()
            told = child.state()
            back = child
            return told
        except (Overrun, Gone):
            self._ended(child)
            return None
        except InputError:
            return None
        finally:
            self._idle.put(back)

    def run(self, sql: str) -> Result:
        """Prove a statement and run it; its text is sent as it is written."""
        return self.run_proved(may_run(sql, self.engine.dialect, self.schema, self.policy))

    def run_all(self, statements: Iterable[str]) -> list[Result]:
        """Run statements side by side, one in each process, and return their results in order."""
        with ThreadPoolExecutor(self.processes) as threads:
            return list(threads.map(self.run, statements))

    def run_proved(self, proof: Proof) -> Result:
        """Run a statement that was proved for running on this schema; any other is refused."""
        statement = proof.statement
        if not proof.ok or not proof.for_running or statement is None or statement.schema is not self.schema:
            told = [f.message for f in proof.findings if f.severity == "error" or f.rule == "parse"]
            said = " ".join(dict.fromkeys(told))
            unproved = all(f.unknown for f in proof.findings if f.severity == "error")
            return Result(
                ending="refused", error=said or "The statement was not proved for running here.", unproved=unproved
            )
        text = _without_format(proof)
        state = self.state()
        # Only what the same text on the same data gives again is kept; a limit in time depends on the machine.
        if state is None or may_change(statement, self.policy):
            return self._run(text)
        if (known := self._known(state, text)) is not None:
            return known
        result = self._run(text)
        if result.done:
            self._keep(state, text, result)
            if self._files is not None:
                self._files.write(state, text, result)
        return result

    def _known(self, state: str, text: str) -> Result | None:
        key = _key(state, text)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        found = self._files.read(state, text) if self._files is not None else None
        if found is not None:
            self._keep(state, text, found)
        return found

    def _keep(self, state: str, text: str, result: Result) -> None:
        with self._lock:
            self._kept[_key(state, text)] = result
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)

    def _run(self, text: str) -> Result:
        child = self._idle.get()
        back: Child | None = None
        try:
            try:
                child = child or self._started()
            except InputError as error:
                return unavailable(error)
            result: Result = child.run(text)
            # A connection that was lost stays lost; the next statement opens another.
            if result.ending == "unavailable" or (self.engine.fragile and not result.done):
                self._ended(child)
            else:
                back = child
            return result
        except Overrun:
            self._ended(child)
            return Result(ending="timed_out", error=f"No answer within {self.limits.seconds:g} s.")
        except Gone:
            self._ended(child)
            return Result(ending="failed", error="The process of the engine ended, perhaps for lack of memory.")
        finally:
            # A killed child leaves an empty place, where the next statement starts another.
            self._idle.put(back)

    def _started(self) -> Child:
        child = Child(self.place, self.limits)
        with self._lock:
            self._living.add(child)
        return child

    def _ended(self, child: Child | None) -> None:
        if child is not None:
            with self._lock:
                self._living.discard(child)
            child.kill()


def _key(state: str, text: str) -> str:
    return hashlib.sha256(f"{state}\0{text}".encode()).hexdigest()


def _without_format(proof: Proof) -> str:
    """The text of a statement, less a FORMAT of ClickHouse at its end."""
    statement = proof.statement
    assert statement is not None
    if statement.dialect != "clickhouse":
        return proof.text
    tokens = [t for t in statement.tokens if t.token_type != TokenType.SEMICOLON]
    if len(tokens) > 2 and tokens[-2].text.upper() == "FORMAT" and statement.tree.args.get("format") is not None:
        return proof.text[: tokens[-2].start].rstrip()
    return proof.text
