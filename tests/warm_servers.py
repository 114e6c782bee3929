"""Servers that start in a fork of a process that has imported the application: a start costs a tenth of the processor.

The fork runs the same ``streamlit run`` with the same flags, environment, folder and file of the application. Where
processes cannot be forked and watched in this way (pidfd, Linux alone), servers start as everybody starts them.
"""

from __future__ import annotations

import ast
import atexit
import importlib
import json
import os
import selectors
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Protocol

ROOT = Path(__file__).resolve().parents[1]
COMMAND = [sys.executable, "-m", "streamlit", "run"]


class Running(Protocol):
    """What tests need of a process: as ``subprocess.Popen`` has it."""

    def poll(self) -> int | None: ...

    def wait(self, timeout: float | None = None) -> int: ...

    def terminate(self) -> None: ...

    def kill(self) -> None: ...


class Forked:
    """A process that is somebody else's child. Its exit code is not known, so it counts as 0."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._watched = os.pidfd_open(pid)

    def poll(self) -> int | None:
        """Return 0 when it has ended, None while it runs."""
        return 0 if self._ended_within(0) else None

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it ends. Raises subprocess.TimeoutExpired."""
        if not self._ended_within(timeout):
            raise subprocess.TimeoutExpired(f"server {self.pid}", timeout or 0)
        return 0

    def _ended_within(self, timeout: float | None) -> bool:
        with selectors.DefaultSelector() as waiting:
            waiting.register(self._watched, selectors.EVENT_READ)
            return bool(waiting.select(timeout))

    def terminate(self) -> None:
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        self._send(signal.SIGKILL)

    def _send(self, number: signal.Signals) -> None:
        if self.poll() is None:
            signal.pidfd_send_signal(self._watched, number)


_PARENTS: list[subprocess.Popen[str]] = []
"""The process that forks, once the first server was asked for."""


def start(command: Sequence[str], *, environment: Mapping[str, str], out: IO[bytes], warm: bool = True) -> Running:
    """Start a server from the folder of the source; what it says goes to the file ``out``.

    ``warm=False`` is for an application that must be there before anything else of ours is imported.
    """
    if not (warm and hasattr(os, "pidfd_open")):
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT)
    if not _PARENTS:
        _PARENTS.append(_parent())
    (parent,) = _PARENTS
    assert list(command[: len(COMMAND)]) == COMMAND, command
    assert parent.stdin and parent.stdout
    asked = {"words": list(command[3:]), "environment": dict(environment), "log": out.name}
    parent.stdin.write(json.dumps(asked) + "\n")
    parent.stdin.flush()
    return Forked(int(parent.stdout.readline()))


def _parent() -> subprocess.Popen[str]:
    words = [sys.executable, __file__]
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    pipe = subprocess.PIPE
    started = subprocess.Popen(
        words, cwd=ROOT, env={**os.environ, "PYTHONPATH": path}, stdin=pipe, stdout=pipe, text=True
    )
    atexit.register(_end, started)
    return started


def _end(parent: subprocess.Popen[str]) -> None:
    """Let the process go: it ends when nobody can ask it for anything any more."""
    assert parent.stdin
    parent.stdin.close()
    parent.wait(timeout=20)


def main() -> None:
    """Import the application, then fork a server for each line on the standard input, and answer with its number."""
    for module in ("streamlit.web.cli", "streamlit.web.bootstrap", "streamlit.web.server.starlette", *_needed()):
        importlib.import_module(module)
    assert threading.active_count() == 1, "a fork would lose the other threads"
    for line in sys.stdin:
        asked = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _serve(asked["words"], asked["environment"], asked["log"])
        print(pid, flush=True)
        while _reaped():
            pass


def _needed() -> list[str]:
    """Return the modules that pages import, themselves apart: their caches are made where a server runs."""
    found: set[str] = set()
    for path in (ROOT / "pages").rglob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            found |= {alias.name for alias in node.names} if isinstance(node, ast.Import) else set()
            found |= {node.module} if isinstance(node, ast.ImportFrom) and node.module else set()
    return sorted(name for name in found if name.split(".")[0] != "pages")


def _reaped() -> bool:
    try:
        return os.waitpid(-1, os.WNOHANG)[0] > 0
    except ChildProcessError:
        return False


def _serve(words: list[str], environment: dict[str, str], log: str) -> None:
    """Become the server. Never returns."""
    os.environ.clear()
    os.environ.update(environment)
    out = os.open(log, os.O_WRONLY | os.O_APPEND)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(out, 1)
    os.dup2(out, 2)
    from streamlit.web.cli import main as streamlit

    sys.argv = ["streamlit", *words]
    sys.path[0] = str(ROOT)
    streamlit(prog_name="streamlit")
    os._exit(0)


if __name__ == "__main__":
    main()
