"""A PostgreSQL server of the tests' own, reached over a socket in a temporary folder; each store has a database."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

FAST = (
    "-c fsync=off -c full_page_writes=off -c max_connections=200 -c shared_buffers=64MB "
    "-c wal_level=minimal -c max_wal_senders=0 -c max_wal_size=64MB -c min_wal_size=32MB -c jit=off -c autovacuum=off"
)
"""Settings of a server whose data nobody needs after a crash of the machine, and which stays small."""
_NUMBERS = itertools.count()
_SHARED: list[Server] = []
_RUNNING = ExitStack()


class Server:
    """A running server; ``home`` is the folder of its socket."""

    def __init__(self, home: Path, words: dict[str, Any]) -> None:
        self.home, self._words = home, words

    def address(self, database: str, user: str = "owner") -> str:
        """The address of a database as ``--store`` takes it."""
        return f"postgresql:///{database}?host={self.home}&user={user}"

    def new_database(self, template: str = "template0") -> str:
        """A new database with a name of its own, a copy of ``template``; returns the name."""
        name = f"s{os.getpid()}_{next(_NUMBERS)}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def role(self, name: str) -> None:
        """Make a role that may log in where there is none of this name: all databases of a server share their roles."""
        if not self.sql(f"SELECT 1 FROM pg_roles WHERE rolname = '{name}'"):
            self.sql(f"CREATE ROLE {name} LOGIN")

    def sql(self, statement: str, database: str = "postgres") -> list[Any]:
        """Run a statement as the owner."""
        import psycopg

        with psycopg.connect(self.address(database), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def stop(self) -> None:
        """Stop it at once, as a crash would."""
        self._control("-m", "immediate", "stop")

    def start(self, flags: str = FAST) -> None:
        """Start it, and wait until it answers."""
        self._control("-o", f"-k {self.home} -c listen_addresses= {flags}", "-w", "-l", self.home / "log", "start")

    def _control(self, *words: Any) -> None:
        subprocess.run([str(program("pg_ctl")), "-D", self.home / "data", *words], check=True, **self._words)


def shared_server() -> Server:
    """The server of this process, started for the first test that asks. Tests make databases of their own in it.

    A test may stop it when it starts it again. Skips where PostgreSQL or its driver is not installed.
    """
    if not _SHARED:
        _SHARED.append(_RUNNING.enter_context(postgres_server()))
    return _SHARED[0]


def end_shared_server() -> None:
    """Stop the server of this process, if there is one."""
    _SHARED.clear()
    _RUNNING.close()


class Database(NamedTuple):
    """A database with tables to draw from, on a server that others use too."""

    server: Server
    name: str

    @property
    def address(self) -> str:
        """Its address for the owner."""
        return self.server.address(self.name)

    def source(self, table: str) -> str:
        """The address of a table as ``--source`` takes it."""
        return f"postgresql:///{self.name}?socket={self.server.home}&table={table}"

    def sql(self, statement: str) -> None:
        """Run a statement as the owner."""
        self.server.sql(statement, self.name)


def new_database() -> Database:
    """A new, empty database on the server of this process."""
    server = shared_server()
    return Database(server, server.new_database())


@contextmanager
def postgres_server(flags: str = FAST) -> Iterator[Server]:
    """A server that runs while inside. Skips where PostgreSQL or its driver is not installed."""
    pytest.importorskip("psycopg_pool", reason="the driver of PostgreSQL (extra: postgres) is not installed")
    if program("initdb") is None or program("pg_ctl") is None:
        pytest.skip("PostgreSQL is not installed here")
    owner: dict[str, Any] = {}
    # Outside the folder of pytest, which belongs to one user alone.
    home = Path(tempfile.mkdtemp(prefix="spotcheck-pg-"))
    if os.getuid() == 0:
        # The server refuses to run as root.
        user = next((name for name in ("postgres", "nobody") if _has(name)), None)
        if user is None:
            pytest.skip("PostgreSQL refuses to run as root, and there is no other user")
        owner = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}
        shutil.chown(home, user)
        home.chmod(0o755)
    words: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": home, **owner}
    made: list[Any] = [str(program("initdb")), "-D", home / "data", "-U", "owner", "-A", "trust"]
    made += ["-N", "-E", "UTF8", "--no-locale"]
    subprocess.run(made, check=True, **words)
    server = Server(home, words)
    server.start(flags)
    try:
        yield server
    finally:
        server.stop()
        subprocess.run(["rm", "-rf", home], check=False)  # a thousand files for each database


def program(name: str) -> str | None:
    """The path of a program of PostgreSQL, the newest one."""
    found = shutil.which(name)
    return found or next(
        (str(p) for p in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)), None
    )


def _has(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True
