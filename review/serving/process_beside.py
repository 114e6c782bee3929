"""A process beside the application, which ends with it."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path


@contextlib.contextmanager
def running(
    arguments: Sequence[str], *, environment: Mapping[str, str], folder: Path, seconds: float
) -> Iterator[None]:
    """Run a command in ``folder`` while inside, with a standard input that closes when this process ends.

    It is in a process group of its own, so Ctrl+C does not reach it.
    """
    with subprocess.Popen(
        arguments, env=dict(environment), cwd=folder, stdin=subprocess.PIPE, process_group=0
    ) as process:
        try:
            yield
        finally:
            end(process, seconds=seconds)


def end(process: subprocess.Popen[bytes], *, seconds: float) -> None:
    """Ask a process to end, and kill it after so many seconds. Does nothing when it has ended already."""
    process.terminate()
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
