"""Take turns at opening pages, so that many at once never keep a reviewer's submission waiting.

All sessions of a server share one processor core for Python. Thirty people who open Week together would each slow down
every acknowledgement. A few pages are opened at a time; the others wait a moment.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from review.serving.interpreter import keep_modules

AT_ONCE = 2
NEVER_WAITS = ("annotate",)
"""Pages whose first run must not wait: a reviewer is at work there. Submissions rerun a fragment and never wait."""

_turns = threading.BoundedSemaphore(AT_ONCE)


@contextmanager
def turn(page: str) -> Iterator[None]:
    """Wait until one of the turns is free, and hold it."""
    if page in NEVER_WAITS:
        yield
        return
    with _turns:
        yield
    keep_modules()
