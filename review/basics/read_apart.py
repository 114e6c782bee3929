"""Read a file that this process may have open, such as the file of an SQLite store.

Closing any descriptor of a file drops all locks that the process holds on it (POSIX). SQLite would go on without them,
and another process could change the file meanwhile. So a process of its own reads such a file.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

DESCRIPTORS = Path("/dev/fd")
"""The folder with the numbers of the files that this process has open."""


@contextmanager
def read_apart(path: Path) -> Iterator[BinaryIO]:
    """Open a file for reading; by another process where this one has it open. Raises OSError when it cannot be read."""
    if not _is_open_here(path):
        with path.open("rb") as file:
            yield file
        return
    with subprocess.Popen(["cat", str(path.absolute())], stdout=subprocess.PIPE) as process:
        try:
            yield cast(BinaryIO, process.stdout)
        finally:
            process.kill()


def _is_open_here(path: Path) -> bool:
    wanted = path.stat()
    for one in DESCRIPTORS.iterdir():
        # The listing has a descriptor of its own, and other threads close theirs meanwhile.
        with suppress(OSError):
            found = os.fstat(int(one.name))
            if (found.st_dev, found.st_ino) == (wanted.st_dev, wanted.st_ino):
                return True
    return False
