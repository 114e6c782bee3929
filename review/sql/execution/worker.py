"""The child process: it opens one database, then answers one request after another until its input ends.

Started as ``python -m review.sql.execution.worker``. Requests and answers are pickled, each after its length. It is the
parent that ends a statement that overruns: it kills the group of this process. A thread ends the group where the parent
is gone, and where the process holds far more memory than its statement may use: not every engine counts all it takes.
"""

from __future__ import annotations

import os
import pickle
import resource
import signal
import struct
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, BinaryIO

from review.basics.errors import ReviewError
from review.sql.engines.catalogue import SQL_ENGINES
from review.sql.engines.engine import Described, Limits, Session, SqlEngine, TellsCatalogue, TellsFunctions, TellsState
from review.sql.results.result import Result

LENGTH = struct.Struct("<Q")
OVERHEAD = 500_000_000
"""Bytes that the interpreter and an engine hold beside what a statement uses."""
LOOK = 0.1
"""Seconds between two looks at the parent and at the memory."""


def main() -> None:
    """Open what the first request names, then answer."""
    asked, answered = sys.stdin.buffer, sys.stdout.buffer
    # What an engine prints must not get between the answers.
    sys.stdout = sys.stderr
    place, limits = read(asked)
    try:
        engine = SQL_ENGINES[place.scheme]
        _limit(engine, limits)
        most = None if engine.fragile else limits.memory + OVERHEAD
        threading.Thread(target=_watch, args=(os.getppid(), most), daemon=True).start()
        session = engine.open(place, limits)
    except ReviewError as error:
        write(answered, ("error", str(error)))
        return
    write(answered, ("open", None))
    while (request := read(asked)) is not None:
        write(answered, _answer(session, *request))


def _answer(session: Session, what: str, sql: str) -> tuple[str, Any]:
    if what == "tables":
        try:
            # First the tables: a user who may do more than read is refused then.
            tables = list(session.tables())
            own = session.functions() if isinstance(session, TellsFunctions) else frozenset()
            every = session.catalogue() if isinstance(session, TellsCatalogue) else frozenset()
            return "tables", Described(tables, session.databases, own, every)
        except ReviewError as error:
            return "error", str(error)
    if what == "state":
        return "state", session.state() if isinstance(session, TellsState) else None
    start = time.perf_counter()
    try:
        result = session.run(sql)
    except MemoryError:
        result = Result(ending="failed", error="The statement needed more memory than it may use.")
    taken = time.perf_counter() - start
    return "result", replace(result, seconds=taken)


def _watch(parent: int, most: int | None) -> None:
    """End this process and its group once the parent is gone, or it holds more than ``most`` bytes."""
    never = threading.Event()
    while not never.wait(LOOK):
        if os.getppid() != parent or (most is not None and _held() > most):
            os.killpg(0, signal.SIGKILL)


def _held() -> int:
    """Bytes of memory that this process holds, 0 where the system does not tell."""
    # The peak that getrusage() tells is on Linux at least that of the process which started this one.
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize()
    except OSError:
        return 0


def _limit(engine: SqlEngine, limits: Limits) -> None:
    """Limit this process itself, so that a statement that escapes its engine's limits ends all the same."""
    _set(resource.RLIMIT_CORE, 0)
    if not engine.fragile:
        _set(resource.RLIMIT_FSIZE, 0)
    if engine.limits_memory:
        # The interpreter and its libraries come on top of what the statement may use.
        _set(resource.RLIMIT_AS, limits.memory + 1_000_000_000)


def _set(what: int, value: int) -> None:
    hard = resource.getrlimit(what)[1]
    resource.setrlimit(what, (value if hard < 0 else min(value, hard), hard))


def read(stream: BinaryIO) -> Any:
    """Return the next message; None at the end."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    body = stream.read(LENGTH.unpack(head)[0])
    return pickle.loads(body)  # noqa: S301 - both ends of the pipe are ours


def write(stream: IO[bytes], message: Any) -> None:
    """Send a message."""
    body = pickle.dumps(message, protocol=5)
    stream.write(LENGTH.pack(len(body)) + body)
    stream.flush()


if __name__ == "__main__":
    main()
