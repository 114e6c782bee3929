"""The end of the process that started this one."""

from __future__ import annotations

import os
from collections.abc import Callable


def until_closed(end: Callable[[], None]) -> None:
    """Wait until standard input closes, which it does when the parent ends, however it ends; then call ``end``."""
    # Python's own reader of standard input holds a lock that a process cannot end with.
    while os.read(0, 4096):
        pass
    end()
