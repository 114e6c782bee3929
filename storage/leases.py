"""Have a thing done by one process alone, also where several servers share a store.

A lock file beside the store keeps the processes of one machine apart. Where the store is a database, a lock in it keeps
the servers apart: it belongs to a connection, so the database frees it when its holder ends, is killed or loses the
network. No row says so, and nothing is left to clean up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from storage.address import address_in
from storage.postgres_connecting import SOON, driver, pool_of
from storage.postgres_errors import plain_errors

LEASES = 0x4C454153
"""The first number of the locks; the second one comes from the name."""
_SETTINGS = (
    "SET idle_session_timeout = 0; SET tcp_keepalives_idle = 20; SET tcp_keepalives_interval = 5; "
    "SET tcp_keepalives_count = 3"
)
"""An idle holder keeps its lock, and one whose machine is gone loses it after about 35 seconds."""
_HELD = """
SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND classid::bigint = $1
AND ($2::bigint IS NULL OR objid::bigint = $2)
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
_HERE: list[str] = []
"""The names of the locks that this process holds."""


@contextmanager
def only_one(store: Path, name: str, lock: Path | str, *, wait: float = 0.0) -> Iterator[None]:
    """Hold a lock file, and the lock ``name`` in the database where the store is one; wait up to ``wait`` seconds.

    Raises filelock's Timeout while another process holds one of them.
    """
    with FileLock(lock, timeout=wait, poll_interval=0.05), _in_database(store, name, wait):
        _HERE.append(name)
        try:
            yield
        finally:
            _HERE.remove(name)


def held_here() -> int:
    """Return how many locks this process holds."""
    return len(_HERE)


def held_in_database(store: Path) -> int | None:
    """Return how many locks the processes of all servers hold; None for a file, which does not say."""
    return _held(store, None)


def is_held_elsewhere(store: Path, name: str) -> bool:
    """Return whether a process of any server holds the lock ``name`` of a database; False for a file."""
    return bool(_held(store, _number(name)))


def _held(store: Path, number: int | None) -> int | None:
    """Return how many locks are held in a database, all or those of one ``number``; None for a file."""
    address = address_in(store)
    if address is None:
        return None
    with plain_errors(address), pool_of(address).connection() as connection:
        return int(connection.execute(_HELD, [LEASES, number]).fetchone()[0])


@contextmanager
def _in_database(store: Path, name: str, wait: float) -> Iterator[None]:
    address = address_in(store)
    if address is None:
        yield
        return
    with plain_errors(address):
        connection = driver().connect(address, autocommit=True, connect_timeout=SOON)
    with closing(connection):
        with plain_errors(address):
            if not _taken(connection, name, wait):
                raise Timeout(f"the lock '{name}' of {address}")
        yield
        # The database notices a closed connection a moment later; of one that was lost it has freed the lock already.
        with suppress(driver().OperationalError):
            connection.execute("SELECT pg_advisory_unlock_all()")


def _taken(connection: Any, name: str, wait: float) -> bool:
    """Take the lock of a name; it ends with the connection."""
    connection.execute(_SETTINGS)
    numbers = f"{LEASES}, {_number(name) - (1 << 32) * (_number(name) >> 31)}"
    if not wait:
        return bool(connection.execute(f"SELECT pg_try_advisory_lock({numbers})").fetchone()[0])
    connection.execute(f"SET lock_timeout = {round(wait * 1000)}")
    try:
        connection.execute(f"SELECT pg_advisory_lock({numbers})")
    except driver().errors.LockNotAvailable:
        return False
    return True


def _number(name: str) -> int:
    """Return a number of 32 bits for a name."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=4).digest(), "big")
