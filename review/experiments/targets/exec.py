"""A command: one JSON line in, one JSON line out.

Each thread keeps a process and asks it one case after the other. A process that ends after its answer is started again
for the next case, so a script that reads one line and stops works too. Such a process may still be ending when the next
case comes. If it read nothing of that case, another process takes it, in the same attempt.
"""

from __future__ import annotations

import os
import shlex
import shutil
import threading
from collections.abc import Mapping, Sequence

import orjson

from review.basics.errors import InputError
from review.experiments.targets.process import LineProcess
from review.experiments.targets.reading import missing
from review.experiments.targets.target import Attempt, Question, Setup, Target

OUT_OF_STEP = ("timed_out", "half_line", "too_long", "wrong_id", "not_json")
"""After these a process may still write about this case, so another takes its place."""


class Processes:
    """The processes of one command, one for each thread."""

    def __init__(self, words: Sequence[str], environment: Mapping[str, str], timeout: float) -> None:
        self.words, self.timeout = list(words), timeout
        # What this program keeps secret is not for the command; and it must not hold its lines back.
        kept = {name: value for name, value in environment.items() if not name.startswith("SPOTCHECK_")}
        self.environment = {**kept, "PYTHONUNBUFFERED": "1"}
        self._local = threading.local()
        self._lock = threading.Lock()
        self._all: set[LineProcess] = set()
        self._extra = 0

    def ask(self, question: Question) -> Attempt:
        """Ask this thread's process."""
        line = orjson.dumps(question.wire)
        try:
            process = self._mine()
            used = bool(process.asked)
            said = process.ask(line, question.case, timeout=self.timeout)
            if used and said.cause == "ended" and process.untaken:
                self.close_thread()
                process = self._mine()
                said = process.ask(line, question.case, timeout=self.timeout)
        except OSError as error:
            return missing("ended", f"the command cannot be started ({error.strerror})")
        if said.cause in OUT_OF_STEP or not process.alive:
            self.close_thread()
        return said

    def _mine(self) -> LineProcess:
        process: LineProcess | None = getattr(self._local, "process", None)
        if process is not None and not process.alive:
            self.close_thread()
            process = None
        if process is None:
            process = self._local.process = LineProcess(self.words, self.environment)
            with self._lock:
                self._all.add(process)
        return process

    def close_thread(self) -> None:
        """End this thread's process."""
        process: LineProcess | None = getattr(self._local, "process", None)
        if process is not None:
            self._local.process = None
            self._end(process)

    def _end(self, process: LineProcess) -> None:
        process.end()
        with self._lock:
            self._extra += process.extra if process in self._all else 0
            self._all.discard(process)

    def close(self) -> None:
        """End all processes."""
        for process in list(self._all):
            self._end(process)

    @property
    def notes(self) -> list[str]:
        """Say how many lines came that nobody waited for."""
        extra = self._extra + sum(p.extra for p in list(self._all))
        return [f"The target wrote {extra:,} lines about cases it had answered before; the first counts."] * bool(extra)


def started(setup: Setup) -> Processes:
    """Return the processes of a command. Raises InputError when there is no such command."""
    command = str(setup.options["command"])
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise InputError(f"command: found {command[:120]!r}, which cannot be read ({error}).") from None
    if not words or "\0" in command or shutil.which(words[0]) is None:
        raise InputError(
            f"command: there is no program {words[0] if words else ''!r}; expected one that runs here, such as "
            "'python agent.py'."
        )
    return Processes(words, {**os.environ, **setup.environment}, setup.timeout)


TARGET = Target(
    title="command",
    about="a command; reads one JSON line for each case and writes one",
    metavar="CMD",
    main="command",
    open=started,
    identity=("command",),
)
