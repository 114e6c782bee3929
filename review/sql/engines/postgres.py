"""PostgreSQL: a transaction that only reads, with limits on time and memory, by a role that may not write.

User and password come from SPOTCHECK_POSTGRES_USER and SPOTCHECK_POSTGRES_PASSWORD. ``role`` in the address is taken on
after the connection is made. ``write_rights=accepted`` there lets a role connect that may write, never a superuser.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from typing import Any

from review.basics.errors import InputError
from review.sql.engines.engine import (
    EngineAddress,
    Limits,
    Session,
    SqlEngine,
    failed,
    gathered,
    sign_in_hint,
    unavailable,
)
from review.sql.engines.postgres_catalogue import CATALOGUE, COLUMNS, FUNCTIONS, KEYS, KIN, VIEWS
from review.sql.engines.postgres_rights import refusal, rights_to_write
from review.sql.engines.tables import tables_of
from review.sql.results.result import Result
from review.sql.schema.schema import Table

_STATE = """SELECT system_identifier, current_database(), current_user, pg_current_snapshot()
    FROM pg_control_system() WHERE NOT EXISTS (SELECT FROM pg_foreign_table)"""
"""What a statement sees is decided by its snapshot, and each transaction that writes changes the next one's.

So a name holds until something in the whole cluster is written. Rows of foreign tables change without it.
"""
SECRETS = "SPOTCHECK_POSTGRES"
SORTS = 8
"""Sorts and hashes that one statement is taken to need at the same time; each has its share of the memory."""
ACCEPTED = "accepted"
"""The value of ``write_rights`` in an address."""
OF_SERVER = ("08", "57P", "58", "53100", "53300", "55P03")
"""How the SQLSTATE of a lost connection begins, and of a server that ends, is full, or is locked (appendix A)."""


class _Reading:
    databases: tuple[str, ...] = ("",)

    def __init__(self, connection: Any, limits: Limits) -> None:
        self.connection, self.limits = connection, limits

    def tables(self) -> Sequence[Table]:
        """Every table and view that the role may read."""
        asked = (COLUMNS, KEYS, VIEWS, KIN)
        columns, keys, views, kin = (self.connection.execute(sql).fetchall() for sql in asked)
        self.connection.rollback()
        related = {(schema, table): tuple(names) for schema, table, names in kin}
        return tables_of(columns, keys, views, usual="public", kin=related)

    def functions(self) -> frozenset[str]:
        """The functions that are neither built in nor of an extension."""
        found = self.connection.execute(FUNCTIONS).fetchall()
        self.connection.rollback()
        return frozenset(name for (name,) in found)

    def catalogue(self) -> frozenset[str]:
        """Every function of the database, in any schema."""
        found = self.connection.execute(CATALOGUE).fetchall()
        self.connection.rollback()
        return frozenset(name for (name,) in found)

    def state(self) -> str | None:
        """Return the snapshot that a transaction begins with now; None before PostgreSQL 13, or with foreign tables."""
        import psycopg

        try:
            found = self.connection.execute(_STATE).fetchone()
            return None if found is None else ":".join(map(str, found))
        except psycopg.Error:
            return None
        finally:
            if not self.connection.closed:
                self.connection.rollback()

    def run(self, sql: str) -> Result:
        """Run one statement row by row, in a transaction that is rolled back."""
        import psycopg

        try:
            with self.connection.cursor() as cursor:
                rows = cursor.stream(sql)
                first = next(rows, None)
                columns = [part.name for part in cursor.description or []]
                result = gathered(columns, _with_first(first, rows), self.limits)
                rows.close()
                return result
        except psycopg.errors.QueryCanceled as error:
            return Result(ending="timed_out", error=str(error).strip())
        except (psycopg.Error, MemoryError, ValueError) as error:
            lost = self.connection.closed or str(getattr(error, "sqlstate", None) or "").startswith(OF_SERVER)
            return unavailable(error) if lost else failed(error)
        finally:
            if not self.connection.closed:
                self.connection.rollback()


def _with_first(first: Any, rows: Iterator[Any]) -> Iterator[Any]:
    if first is not None:
        yield first
        yield from rows


def _open(place: EngineAddress, limits: Limits) -> Session:
    try:
        import psycopg
    except ImportError:
        raise InputError(
            "PostgreSQL: the package psycopg is not installed. Install it with the extra 'postgres'."
        ) from None
    host, _, port = place.host.partition(":")
    accepted = _accepted(place)
    try:
        connection = psycopg.connect(
            host=place.options.get("socket") or host or None,
            port=port or None,
            dbname=place.path.strip("/") or None,
            user=os.environ.get(f"{SECRETS}_USER") or None,
            password=os.environ.get(f"{SECRETS}_PASSWORD") or None,
            # A bare name is one of "public" for the proof, so no other schema may come before it.
            options=(
                f"-c default_transaction_read_only=on -c statement_timeout={int(limits.seconds * 1000)} "
                "-c TimeZone=UTC -c idle_in_transaction_session_timeout=600000 -c lock_timeout=5000 "
                "-c search_path=public"
            ),
            connect_timeout=10,
        )
        if "role" in place.options:
            _take_on(connection, place.options["role"])
        connection.read_only = True
        rights = rights_to_write(connection)
        [role] = connection.execute("SELECT current_user").fetchone() or [""]
        connection.rollback()
    except psycopg.Error as error:
        said = " ".join(str(error).split())[:300]
        raise InputError(f"PostgreSQL: no connection ({said}).{sign_in_hint(said, SECRETS)}") from None
    refused = [right for right in rights if right.superuser] if accepted else rights
    if refused:
        connection.close()
        raise InputError(refusal(role, refused))
    _limit_memory(connection, limits)
    _keep_far_times(connection)
    return _Reading(connection, limits)


def _take_on(connection: Any, role: str) -> None:
    import psycopg

    try:
        connection.execute("SELECT set_config('role', %s, false)", (role,))
        connection.commit()
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.InvalidParameterValue) as error:
        user = connection.info.user
        connection.close()
        raise InputError(
            f"PostgreSQL: the user '{user}' cannot take on the role '{role}' ({str(error).strip()}). Grant the role to "
            "the user, or connect as the role itself."
        ) from None


def _accepted(place: EngineAddress) -> bool:
    """Whether the address says that a role may write. The proof and the transaction still let it only read."""
    found = place.options.get("write_rights")
    if found not in (None, ACCEPTED):
        raise InputError(f"PostgreSQL: found write_rights={found} in the address, expected write_rights={ACCEPTED}.")
    return found is not None


def _limit_memory(connection: Any, limits: Limits) -> None:
    """Let a statement use so much memory for each sort and hash, and so much disk beyond that, as the server allows.

    A role may always lower the first. The limit of temporary files is the server's unless it grants SET on it.
    """
    import psycopg

    share = max(64, limits.memory // SORTS // 1024)
    wanted = {
        "work_mem": f"{share}kB",
        "hash_mem_multiplier": "1",
        "max_parallel_workers_per_gather": "0",
        "jit": "off",
        "temp_file_limit": f"{max(1, limits.memory // 1024)}kB",
    }
    for name, value in wanted.items():
        with contextlib.suppress(psycopg.Error):
            connection.execute("SELECT set_config(%s, %s, false)", (name, value))
            connection.commit()
        connection.rollback()


def _keep_far_times(connection: Any) -> None:
    """Read a time that Python has no value for, such as infinity or 24:00, as its text instead of failing."""
    import psycopg
    from psycopg.types import datetime as times

    def lenient(known: Any) -> Any:
        class Lenient(known):
            def load(self, data: Any) -> Any:
                try:
                    return super().load(data)
                except psycopg.DataError:
                    return bytes(data).decode()

        return Lenient

    loaders = {
        "date": times.DateLoader,
        "timestamp": times.TimestampLoader,
        "timestamptz": times.TimestamptzLoader,
        "time": times.TimeLoader,
        "timetz": times.TimetzLoader,
        "interval": times.IntervalLoader,
    }
    for name, loader in loaders.items():
        connection.adapters.register_loader(name, lenient(loader))


ENGINE = SqlEngine(
    about="a database of a PostgreSQL server",
    example="postgresql://host:5432/shop?role=reader",
    dialect="postgres",
    open=_open,
    state=lambda place: place.options.get("snapshot"),
    asks_state=True,
    needs="postgres",
    secrets=SECRETS,
    on_server=True,
    limits_memory=True,
)
