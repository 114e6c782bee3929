"""A database that does not answer: found out once, so that people and servers do not wait for it one by one.

The first statement that loses its connection says so here. From then on each statement fails at once, but for one a
second, which asks the database whether it is back.
"""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from storage.postgres_connecting import driver, pool_of, probe

AGAIN = 1.0
"""Seconds from one question to the next."""


@dataclass
class _Away:
    """Why a database was lost, when it was asked last, and who asks it now."""

    why: str
    asked: float = -AGAIN
    asking: threading.Lock = field(default_factory=threading.Lock)


_AWAY: dict[tuple[int, str], _Away] = {}


def lost(error: Exception) -> bool:
    """Return whether an error says that the connection is lost: the server is gone, or ends connections as it stops."""
    state = getattr(error, "sqlstate", None)
    return isinstance(error, driver().OperationalError) and (state is None or state.startswith(("08", "57P")))


def note_away(address: str, error: Exception) -> None:
    """Note that a connection to a database was lost."""
    _AWAY.setdefault((os.getpid(), address), _Away(str(error)))


def pool_at(address: str) -> Any:
    """Return the pool of connections to a database. Raises OperationalError at once while it does not answer."""
    key = os.getpid(), address
    pool = pool_of(address)
    if not pool.get_stats().get("pool_size"):
        # A pool without connections would be waited for, as long as for one whose connections are all in use.
        _AWAY.setdefault(key, _Away(""))
    away = _AWAY.get(key)
    if away is not None:
        _ask(key, away, pool)
    return pool


def _ask(key: tuple[int, str], away: _Away, pool: Any) -> None:
    """Ask the database whether it is back, and mend the pool. Raises OperationalError when it is not, or just was not.

    Others wait for the one who asks, and take the answer as theirs.
    """
    with away.asking:
        if _AWAY.get(key) is not away:
            return
        if time.monotonic() - away.asked < AGAIN:
            raise driver().OperationalError(away.why)
        try:
            probe(key[1])
            pool.check()
        except driver().OperationalError as error:
            away.why, away.asked = str(error), time.monotonic()
            raise
        _AWAY.pop(key)
