"""The number of what is done now, such as a request, a run of a page or a command, by which log lines are found."""

from __future__ import annotations

import os
import re
import secrets
from contextvars import ContextVar

VARIABLE = "SPOTCHECK_REQUEST_ID"
"""The environment variable in which a process gives its number to those that it starts."""
HEADER = "x-request-id"
"""The header in which a proxy may give the number of a request, and in which the answer repeats it."""
_SOUND = re.compile(r"[0-9A-Za-z-]{1,64}")
_CURRENT: ContextVar[str] = ContextVar("request_id", default="")


def begin(given: str = "") -> str:
    """Begin something new under a number that was given, if it is a sound one, else under a new number; return it."""
    number = given if _SOUND.fullmatch(given) else secrets.token_hex(6)
    _CURRENT.set(number)
    return number


def begin_process() -> str:
    """Begin what this process does, under the number of the process that started it, if that gave one."""
    return begin(os.environ.get(VARIABLE, ""))


def current() -> str:
    """Return the number of what is done now, "" before anything began."""
    return _CURRENT.get()


def environment() -> dict[str, str]:
    """Return the environment for a process to start: this one's, with the number of what is done now."""
    return {**os.environ, **({VARIABLE: current()} if current() else {})}
