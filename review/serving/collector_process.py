"""The process beside the application that takes spans: a heavy page in the same process would make clients wait."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from review.serving.process_beside import running


def command(store: Path, *, address: str, port: int) -> list[str]:
    """Return the command line of the process. It ends when its standard input closes: when its parent ends."""
    program = [sys.executable, "-m", "review.commands.cli", "collect", "--with-server"]
    return [*program, "--address", address, "--port", str(port), "--store", str(store.resolve())]


@contextlib.contextmanager
def collecting(arguments: list[str], *, environment: Mapping[str, str], folder: Path) -> Iterator[None]:
    """Run the collector while inside; without ``arguments`` do nothing. ``folder`` holds the application."""
    if not arguments:
        yield
        return
    with running(arguments, environment=environment, folder=folder, seconds=20):
        yield
