"""One child process as its parent sees it: started in a group of its own, asked, and killed with all it started."""

from __future__ import annotations

import contextlib
import os
import pickle
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from review.basics.errors import InputError
from review.sql.engines.engine import Described, EngineAddress, Limits
from review.sql.execution.worker import LENGTH, write

START = 60.0
"""Seconds that a child may take to import its engine and open the database, on a busy machine."""
GRACE = 0.5
"""Seconds beyond the limit in which an engine may end a statement by itself."""
KEPT = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "VIRTUAL_ENV", "LD_LIBRARY_PATH")
SECRETS = ("SPOTCHECK_CLICKHOUSE_", "SPOTCHECK_POSTGRES_", "PGPASSFILE", "PGSSL")
ROOT = Path(__file__).resolve().parents[3]


class Overrun(Exception):
    """The child did not answer in time and was killed."""


class Gone(Exception):
    """The child ended without an answer, for instance because the system ended it for lack of memory."""


class Child:
    """A process that has one database open. Not shared between threads."""

    def __init__(self, place: EngineAddress, limits: Limits) -> None:
        self.limits = limits
        self._folder = tempfile.TemporaryDirectory(prefix="spotcheck-sql-", ignore_cleanup_errors=True)
        absolute = place if not place.path or place.host else place._replace(path=os.path.abspath(place.path))  # noqa: PTH100 - links stay as they are
        environment = {k: v for k, v in os.environ.items() if k in KEPT or k.startswith(SECRETS)}
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "review.sql.execution.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self._folder.name,
            env=environment,
            start_new_session=True,
        )
        try:
            self._send((absolute, limits))
            kind, said = self._receive(START)
        except (Overrun, Gone) as error:
            self.kill()
            raise InputError(f"the process for {place.scheme} could not be started ({type(error).__name__}).") from None
        if kind == "error":
            self.kill()
            raise InputError(str(said))

    def tables(self) -> Described:
        """Return what the session tells of its database."""
        self._send(("tables", ""))
        kind, said = self._receive(START)
        if kind == "error":
            raise InputError(str(said))
        described: Described = said
        return described

    def run(self, sql: str) -> Any:
        """Run one statement. Raises Overrun after the limit and Gone when the child ended; it is dead then."""
        self._send(("run", sql))
        return self._receive(self.limits.seconds + GRACE)[1]

    def state(self) -> str | None:
        """Return a name for the state of the data. Raises as ``run`` does."""
        self._send(("state", ""))
        found: str | None = self._receive(self.limits.seconds + GRACE)[1]
        return found

    @property
    def pid(self) -> int:
        """The number of the process, which is that of its group too."""
        return self._process.pid

    def kill(self) -> None:
        """End the process and everything that it started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        self._process.wait()
        self._folder.cleanup()

    def _send(self, message: Any) -> None:
        assert self._process.stdin is not None
        try:
            write(self._process.stdin, message)
        except (BrokenPipeError, OSError):
            raise Gone from None

    def _receive(self, seconds: float) -> tuple[str, Any]:
        end = time.monotonic() + seconds
        size = LENGTH.unpack(self._bytes(LENGTH.size, end))[0]
        if size > 4 * self.limits.result_bytes + 10_000_000:
            raise Gone
        answer: tuple[str, Any] = pickle.loads(self._bytes(size, max(end, time.monotonic() + 5)))  # noqa: S301 - our worker makes it, of plain values
        return answer

    def _bytes(self, count: int, end: float) -> bytes:
        assert self._process.stdout is not None
        pipe = self._process.stdout.fileno()
        parts: list[bytes] = []
        # select.select() refuses descriptors over 1,023, which a server with many visitors has.
        with selectors.DefaultSelector() as waiting:
            waiting.register(pipe, selectors.EVENT_READ)
            while count > 0:
                if not waiting.select(max(0.0, end - time.monotonic())):
                    raise Overrun
                part = os.read(pipe, min(count, 1 << 20))
                if not part:
                    raise Gone
                parts.append(part)
                count -= len(part)
        return b"".join(parts)
