"""Connections to a PostgreSQL database: one pool for each database and process, and how values come and go."""

from __future__ import annotations

import atexit
import logging
import os
import threading
from contextlib import suppress
from typing import Any

from storage import clock
from storage.connection import BUSY_MS, StorageError

MOST = 32
"""Connections that one process opens to one database at most."""
WAIT = 10.0
"""Seconds that a statement waits for a connection."""
GIVE_UP = 3.0
"""Seconds after which an attempt to connect again is given up; the next statement tries anew."""
SOON = 5
"""Seconds that a connection may take."""
GONE = {"keepalives_idle": 10, "keepalives_interval": 3, "keepalives_count": 3, "tcp_user_timeout": 15_000}
"""A machine that is gone without a word is noticed within 20 seconds, not within hours."""
PREPARE = 1
"""How often a connection runs a statement before it prepares it."""
PREPARED = 600
"""Statements that a connection keeps prepared: more than the store has."""

_POOLS: dict[tuple[int, str], Any] = {}
_MAKING = threading.Lock()


def driver() -> Any:
    """Return the module psycopg. Raises StorageError where it is not installed."""
    try:
        import psycopg
        import psycopg_pool  # noqa: F401 - belongs to the same extra
    except ImportError:
        raise StorageError(
            "A store on PostgreSQL needs the packages psycopg and psycopg_pool. "
            "Install them: pip install '.[postgres]' in the folder of Spotcheck's source."
        ) from None
    return psycopg


def pool_of(address: str) -> Any:
    """Return this process's pool of connections to a database. A process that was forked makes its own."""
    key = os.getpid(), address
    with _MAKING:
        if key not in _POOLS:
            _POOLS[key] = _made(address)
        return _POOLS[key]


def probe(address: str) -> None:
    """Connect once. Raises psycopg's error with the reason, where a pool would only wait."""
    driver().connect(address, connect_timeout=SOON).close()


def close_pools(address: str | None = None) -> None:
    """Close the pools of this process, as at its end, or only the one of a database."""
    with _MAKING:
        for key in [key for key in _POOLS if key[0] == os.getpid() and address in (None, key[1])]:
            with suppress(Exception):  # nobody uses this pool any more, and the others must close all the same
                _POOLS.pop(key).close(timeout=1)


def connections_in_use() -> tuple[int, int]:
    """Return how many connections of this process's pools are in use, and how many statements wait for one."""
    with _MAKING:
        stats = [pool.get_stats() for (process, _), pool in _POOLS.items() if process == os.getpid()]
    used = sum(s.get("pool_size", 0) - s.get("pool_available", 0) for s in stats)
    return used, sum(s.get("requests_waiting", 0) for s in stats)


atexit.register(close_pools)


def _made(address: str) -> Any:
    psycopg = driver()
    from psycopg_pool import ConnectionPool

    # What fails is raised where it fails; the pool would also write each attempt to standard error.
    logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)

    from storage.postgres_values import adapters

    return ConnectionPool(
        address,
        min_size=0,
        max_size=MOST,
        max_idle=120,
        timeout=WAIT,
        reconnect_timeout=GIVE_UP,
        num_workers=2,
        configure=_configure,
        kwargs={"autocommit": True, "cursor_factory": psycopg.RawCursor, "context": adapters()}
        | {"connect_timeout": SOON, "application_name": "spotcheck", "client_encoding": "utf8"}
        | {"prepare_threshold": PREPARE}
        | GONE,
        open=True,
    )


def _configure(connection: Any) -> None:
    """Make a connection safe: a commit is on disk when it returns, and nobody waits for a lock without an end.

    This process goes by the clock of the database from here on.
    """
    connection.prepared_max = PREPARED
    connection.execute(
        f"SET lock_timeout = {BUSY_MS}; SET idle_in_transaction_session_timeout = 0; SET jit = off; "
        "SELECT set_config('synchronous_commit', 'on', false) "
        "WHERE current_setting('synchronous_commit') IN ('off', 'local')"
    )
    asked = clock.seconds()
    (theirs,) = connection.execute("SELECT extract(epoch FROM clock_timestamp())::float8").fetchone()
    clock.go_by(theirs, asked, clock.seconds())
