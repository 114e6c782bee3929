"""The Python interpreter of the server, which all sessions share, and of a command: short turns, little collecting."""

from __future__ import annotations

import gc
import sys

SWITCH_SECONDS = 0.0005
"""A thread that computes gives way after so long. Python's own 5 ms add up: an acknowledgement asks the store a dozen
times, and waits for its turn after each answer."""
YOUNG_OBJECTS = 20_000
"""So many new objects before a collection. With Python's own 700, a page that reads a week of 2,000 items collects
thousands of times, which takes a quarter of its time."""
NEW_MODULES = 50

_loaded = 0


def prepare() -> None:
    """Set the turns of threads and the collections; for the start of the server."""
    sys.setswitchinterval(SWITCH_SECONDS)
    collect_seldom()


def collect_seldom() -> None:
    """Collect garbage after many new objects only; for the start of a command, which ends soon."""
    gc.set_threshold(YOUNG_OBJECTS, 20, 20)


def keep_modules() -> None:
    """Leave out what is loaded from all later collections, if modules were loaded since the last call.

    The libraries of a page have some 500,000 objects that live as long as the server.
    """
    global _loaded
    found = len(sys.modules)
    if found > _loaded + NEW_MODULES:
        _loaded = found
        gc.freeze()
