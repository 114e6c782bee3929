"""The shop as real databases, one for each engine of the SQL lane that this machine has."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from postgres_server import new_database

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


def postgres_shop() -> str:
    """The address of a PostgreSQL database with the shop, reached over a socket; ``reader`` only reads."""
    database = new_database()
    database.server.role("reader")
    for statement in STATEMENTS:
        database.sql(statement)
    database.sql("CREATE TABLE hidden (id integer)")
    database.sql('CREATE TABLE "Mixed" ("Id" integer UNIQUE)')
    database.sql('GRANT SELECT ON customers, orders, "Mixed" TO reader')
    return f"postgresql:///{database.name}?socket={database.server.home}"
