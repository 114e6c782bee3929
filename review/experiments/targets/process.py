"""One process that reads a line for each question and writes a line for each answer, whatever else it may do.

Its standard error is read and thrown away but for the last part. The process and all it starts form a group that is
ended together. A process that forks and leaves its output open to its children holds nobody up.
"""

from __future__ import annotations

import fcntl
import os
import selectors
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

from review.experiments.targets.reading import LONGEST, missing, read_line
from review.experiments.targets.target import Attempt

_SLICE = 0.1
"""Seconds between two looks at whether the process has ended."""
_KEPT = 2_000
"""Bytes of standard error that are kept."""


class LineProcess:
    """A running process. One thread uses it at a time."""

    def __init__(self, words: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start the process. Raises OSError when it cannot be started."""
        self.process = subprocess.Popen(
            list(words),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(environment),
            start_new_session=True,
        )
        assert self.process.stdin and self.process.stdout and self.process.stderr
        self._in, self._out, self._err = (
            self.process.stdin.fileno(),
            self.process.stdout.fileno(),
            self.process.stderr.fileno(),
        )
        for descriptor in (self._in, self._out, self._err):
            os.set_blocking(descriptor, False)
        self._read, self._said = b"", b""
        self._open = {self._out, self._err}
        self.asked: set[str] = set()
        self.extra = 0
        self._written = 0

    @property
    def alive(self) -> bool:
        """Whether it can be asked."""
        return self.process.poll() is None

    def ask(self, line: bytes, case: str, *, timeout: float) -> Attempt:
        """Write one line and wait for the answer to it; lines about earlier cases are counted and left out."""
        end = time.monotonic() + timeout
        left, self._written = line + b"\n", 0
        self.asked.add(case)
        while True:
            found = self._next_line()
            if found is not None:
                said = read_line(found, case)
                if said.cause == "wrong_id" and self._is_late(found):
                    self.extra += 1
                    continue
                return said
            if len(self._read) > LONGEST:
                return missing("too_long")
            if time.monotonic() >= end:
                return missing("timed_out", f"no answer within {timeout:g} s{self._last_words()}", again=True)
            ended = not self.alive
            left, moved = self._move(left, min(_SLICE, max(end - time.monotonic(), 0.0)))
            if ended and not moved:
                return self._gone()

    @property
    def untaken(self) -> bool:
        """Whether it ended without having read anything of the last question: that still lies in the pipe."""
        return not self.alive and self._written <= self._unread()

    def _unread(self) -> int:
        """Return how many bytes of its input it has not read; 0 where the system does not say."""
        with suppress(OSError):
            return int(struct.unpack("i", fcntl.ioctl(self._in, termios.FIONREAD, b"\0" * 4))[0])
        return 0

    def _is_late(self, line: bytes) -> bool:
        """Whether a line is about a case that was asked before: said twice, or after its time."""
        return any(f'"{case}"'.encode() in line for case in self.asked)

    def _next_line(self) -> bytes | None:
        while b"\n" in self._read:
            line, _, self._read = self._read.partition(b"\n")
            if line.strip():
                return line
        return None

    def _move(self, left: bytes, wait: float) -> tuple[bytes, bool]:
        """Write what is left of the question and read what has come; return the rest, and whether anything came."""
        moved = False
        with selectors.DefaultSelector() as selector:
            for descriptor in self._open:
                selector.register(descriptor, selectors.EVENT_READ)
            if left:
                selector.register(self._in, selectors.EVENT_WRITE)
            for key, _ in selector.select(wait):
                if key.fd == self._in:
                    left = self._write(left)
                else:
                    moved = self._take(int(key.fd)) or moved
        return left, moved

    def _write(self, left: bytes) -> bytes:
        try:
            written = os.write(self._in, left[:65_536])
            self._written += written
            return left[written:]
        except BlockingIOError:
            return left
        except OSError:  # it does not read any more; its end shows when its output ends
            return b""

    def _take(self, descriptor: int) -> bool:
        with suppress(BlockingIOError):
            part = os.read(descriptor, 1_048_576)
            if not part:
                self._open.discard(descriptor)
                return False
            if descriptor == self._out:
                self._read += part
                return True
            self._said = (self._said + part)[-_KEPT:]
        return False

    def _gone(self) -> Attempt:
        rest, self._read = self._read, b""
        if rest.strip():
            return missing("half_line", rest[:200].decode(errors="replace"))
        return missing("ended", f"exit code {self.process.returncode}{self._last_words()}", again=True)

    def _last_words(self) -> str:
        said = self._said.decode(errors="replace").strip()
        return f"; it wrote: {said[-300:]}" if said else ""

    def end(self) -> None:
        """End the process and everything that it started."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
