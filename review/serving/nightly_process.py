"""The process beside the application that does the nightly steps, for teams whose machine has no timer for it."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path


def command(store: Path, at: str) -> list[str]:
    """Return the command line of the process. It ends when its standard input closes: when its parent ends."""
    program = [sys.executable, "-m", "review.commands.cli", "nightly"]
    return [*program, "--daily", at, "--with-server", "--store", str(store.resolve())]


@contextlib.contextmanager
def every_night(store: Path, at: str, *, environment: Mapping[str, str], folder: Path) -> Iterator[None]:
    """Have the nightly steps done at ``at`` (HH:MM) while inside; "" does nothing. ``folder`` holds the application."""
    if not at:
        yield
        return
    arguments = command(store, at)
    with subprocess.Popen(
        arguments, env=dict(environment), cwd=folder, stdin=subprocess.PIPE, process_group=0
    ) as process:
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
