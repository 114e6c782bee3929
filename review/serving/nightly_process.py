"""The process beside the application that does the nightly steps, for teams whose machine has no timer for it."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from review.serving.process_beside import running


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
    with running(command(store, at), environment=environment, folder=folder, seconds=10):
        yield
