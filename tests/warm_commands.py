"""Commands in forks of a process that has imported them, for tests of what a process of its own does.

A command that starts takes two seconds of the processor to import what it needs; a fork takes a few hundredths. It has
its own number, session, environment, folder and output, and is killed like any process. Its command line is not,
so what is about that starts real processes. So does everything where processes cannot be watched (pidfd, Linux alone).
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

import click
import pytest
from warm_servers import Forked

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = [sys.executable, "-m", "review.commands.cli"]
_PARENTS: list[subprocess.Popen[str]] = []
"""The process that forks, once the first command was asked for."""


@contextmanager
def warm_workers() -> Iterator[None]:
    """Start the workers of runs in forks while inside."""
    from review.judges.runs import worker

    with pytest.MonkeyPatch.context() as patch:
        if hasattr(os, "pidfd_open"):
            patch.setattr(worker, "subprocess", SimpleNamespace(Popen=_popen, DEVNULL=subprocess.DEVNULL))
        yield


def _popen(arguments: Sequence[str], *, stdout: Any, env: Mapping[str, str], **_: object) -> Forked:
    assert list(arguments[: len(PROGRAM)]) == PROGRAM, arguments
    log = str(Path(f"/proc/self/fd/{stdout.fileno()}").readlink())
    return Forked(_ask(arguments[len(PROGRAM) :], environment=env, folder=Path.cwd(), out=log, err=log))


def run(words: Sequence[str], *, environment: Mapping[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run ``spotcheck WORDS`` in ``folder`` to its end; return its exit code and what it printed."""
    if not hasattr(os, "pidfd_open"):
        command = [*PROGRAM, *words]
        return subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
    with tempfile.NamedTemporaryFile("r") as out, tempfile.NamedTemporaryFile("r") as err:
        code = _ask(words, environment=environment, folder=folder, out=out.name, err=err.name, wait=True)
        return subprocess.CompletedProcess(words, code, out.read(), err.read())


def _ask(
    words: Sequence[str], *, environment: Mapping[str, str], folder: Path, out: str, err: str, wait: bool = False
) -> int:
    """Return the number of the new process, or its exit code where its end is waited for."""
    if not _PARENTS:
        _PARENTS.append(_parent())
    (parent,) = _PARENTS
    assert parent.stdin and parent.stdout
    asked = {"words": list(words), "environment": dict(environment), "folder": str(folder), "out": out, "err": err}
    parent.stdin.write(json.dumps({**asked, "wait": wait}) + "\n")
    parent.stdin.flush()
    return int(parent.stdout.readline())


def _parent() -> subprocess.Popen[str]:
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    pipe, environment = subprocess.PIPE, {**os.environ, "PYTHONPATH": path}
    started = subprocess.Popen(
        [sys.executable, __file__], cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, text=True
    )
    atexit.register(_end, started)
    return started


def _end(parent: subprocess.Popen[str]) -> None:
    """Let the process go: it ends when nobody can ask it for anything any more."""
    assert parent.stdin
    parent.stdin.close()
    parent.wait(timeout=20)


def main() -> None:
    """Fork a command for each line on the standard input, once it is imported."""
    from review.commands.cli import spotcheck

    for line in sys.stdin:
        asked = json.loads(line)
        command: click.Command | None = spotcheck
        for word in asked["words"]:
            if not isinstance(command, click.Group):
                break
            command = command.get_command(click.Context(command), word)
        assert threading.active_count() == 1, "a fork would lose the other threads"
        pid = os.fork()
        if pid == 0:
            _become(asked)
        answer = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) if asked["wait"] else pid
        print(answer, flush=True)
        _reap()


def _reap() -> None:
    """Take note of the commands that have ended; the others go on."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0] > 0:
            pass
    except ChildProcessError:
        return


def _become(asked: Mapping[str, Any]) -> NoReturn:
    """Be the command until it ends."""
    os.setsid()
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for stream, name in ((1, asked["out"]), (2, asked["err"])):
        os.dup2(os.open(name, os.O_WRONLY | os.O_APPEND), stream)
    from review.commands.cli import main as spotcheck

    sys.argv = ["spotcheck", *asked["words"]]
    code = 0
    try:
        spotcheck()
    except SystemExit as ended:
        code = int(ended.code or 0)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
