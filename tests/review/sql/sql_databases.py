"""The shop as real databases, one for each engine of the SQL lane that this machine has."""

from __future__ import annotations

import os
import pwd
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

STATEMENTS = (
    "CREATE TABLE customers (id INTEGER PRIMARY KEY, name VARCHAR(40), credit DECIMAL(12, 2), since DATE)",
    "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, amount DOUBLE PRECISION, made TIMESTAMP)",
    "INSERT INTO customers VALUES (1, 'Ana', 10.50, '2024-01-01'), (2, 'Böla', 20, '2024-02-01'), (3, NULL, "
    "NULL, NULL)",
    "INSERT INTO orders VALUES (1, 1, 5.5, '2024-03-01 10:00:00'), (2, 1, 4.5, '2024-03-02 11:30:00'), (3, 2, 7, NULL)",
)


def sqlite_shop(folder: Path) -> str:
    """The address of a SQLite file with the shop."""
    path = folder / "shop.db"
    connection = sqlite3.connect(path)
    for statement in STATEMENTS:
        connection.execute(statement)
    connection.commit()
    connection.close()
    return f"sqlite:////{str(path).lstrip('/')}"


def duckdb_shop(folder: Path) -> str:
    """The address of a DuckDB file with the shop."""
    import duckdb

    path = folder / "shop.duckdb"
    connection = duckdb.connect(str(path))
    for statement in STATEMENTS:
        connection.execute(statement)
    connection.close()
    return f"duckdb:////{str(path).lstrip('/')}"


def chdb_shop(folder: Path) -> str:
    """The address of a folder of chdb with the shop, made in a process of its own: one process has one session."""
    pytest.importorskip("chdb", reason="the embedded ClickHouse (extra: clickhouse) is not installed")
    path = folder / "chdb"
    made = [
        "CREATE DATABASE shop ENGINE = Atomic",
        "CREATE TABLE shop.customers (id UInt64, name Nullable(String), credit Nullable(Decimal(12, 2)), "
        "since Nullable(Date)) ENGINE = MergeTree ORDER BY id",
        "CREATE TABLE shop.orders (id UInt64, customer_id UInt64, amount Float64, made Nullable(DateTime)) "
        "ENGINE = MergeTree ORDER BY id",
        *(s.replace("INTO ", "INTO shop.") for s in STATEMENTS[2:]),
    ]
    code = f"from chdb.session import Session\ns = Session({str(path)!r})\nfor q in {made!r}: s.query(q)\ns.close()"
    subprocess.run([sys.executable, "-c", code], check=True)
    return f"chdb:////{str(path).lstrip('/')}?database=shop"


@contextmanager
def postgres_shop() -> Iterator[str]:
    """The address of a PostgreSQL server of our own with the shop, reached over a socket; ``reader`` only reads."""
    pytest.importorskip("psycopg", reason="the driver of PostgreSQL (extra: postgres) is not installed")
    initdb, pg_ctl = _program("initdb"), _program("pg_ctl")
    if initdb is None or pg_ctl is None:
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
    data = home / "data"
    quiet: dict[str, Any] = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": home}

    def run(words: list[Any]) -> None:
        subprocess.run(words, **quiet, **owner)

    run([initdb, "-D", data, "-U", "owner", "-A", "trust", "-N", "-E", "UTF8"])
    flags = f"-k {home} -c listen_addresses= -c fsync=off -c max_connections=20"
    run([pg_ctl, "-D", data, "-o", flags, "-w", "-l", home / "log", "start"])
    try:
        import psycopg

        with psycopg.connect(host=str(home), user="owner", dbname="postgres", autocommit=True) as connection:
            connection.execute("CREATE ROLE reader LOGIN")
            for statement in STATEMENTS:
                connection.execute(statement)
            connection.execute("CREATE TABLE hidden (id integer)")
            connection.execute('CREATE TABLE "Mixed" ("Id" integer UNIQUE)')
            connection.execute('GRANT SELECT ON customers, orders, "Mixed" TO reader')
        yield f"postgresql:///postgres?socket={home}"
    finally:
        run([pg_ctl, "-D", data, "-m", "immediate", "stop"])
        shutil.rmtree(home, ignore_errors=True)


def _program(name: str) -> str | None:
    """Return where a program of PostgreSQL is. Debian keeps those of the server out of the path."""
    kept = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(kept[-1]) if kept else None)


def _has(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True
