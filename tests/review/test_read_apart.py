"""Reading a file that this process has open leaves its locks as they are."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from pathlib import Path

import pytest

from review.basics.read_apart import read_apart

TRY = """
import fcntl, sys
with open(sys.argv[1], "r+b") as file:
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        print("free")
    except OSError:
        print("held")
"""


def test_the_locks_of_a_file_that_is_read_stay(tmp_path: Path) -> None:
    path = tmp_path / "store"
    path.write_bytes(b"pages" * 100_000)
    with path.open("r+b") as held:
        fcntl.lockf(held, fcntl.LOCK_EX)
        with read_apart(path) as file:
            assert file.read() == b"pages" * 100_000
        with read_apart(path) as file:
            assert file.read(5) == b"pages"
        said = subprocess.run([sys.executable, "-c", TRY, str(path)], capture_output=True, text=True, check=True)
        assert said.stdout == "held\n"


def test_a_file_that_is_not_open_is_read_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "other"
    path.write_bytes(b"\0\1")
    with read_apart(path) as file:
        assert file.read() == b"\0\1"
    with pytest.raises(FileNotFoundError), read_apart(tmp_path / "gone"):
        pass
