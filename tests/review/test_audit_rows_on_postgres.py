"""Whatever the owner of a database does to rows of a store, their digests or its tables, the check names it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest
from postgres_server import shared_server
from quick_stores import ON_POSTGRES
from store_databases import store_in

from review.audit.verifying import Check, check_store
from storage.opening import open_store
from storage.postgres_connecting import close_pools
from storage.postgres_engine import PostgresEngine
from storage.proof import COVERED
from storage.proof_key import VARIABLE
from storage.rows import columns
from storage.store import Store

pytestmark = pytest.mark.skipif(ON_POSTGRES, reason="these tests start a server of their own")

_COLUMNS = """
SELECT column_name, data_type FROM information_schema.columns
WHERE table_schema = current_schema() AND table_name = $1 AND column_name <> 'rowid' ORDER BY ordinal_position
"""
ROWS = 3
"""Rows of each table."""
ZEROS = "decode(repeat('00', 16), 'hex')"
OTHER = {"text": "'other'", "json": """'{"other": 1}'""", "bigint": "77", "double precision": "7.5"}
"""A value that no row has, by the type of its column."""


class Column(NamedTuple):
    """A column and its type."""

    name: str
    kind: str


@pytest.fixture(scope="module")
def intact(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store in a database in which every covered table has a few rows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, "a key for the stores of these tests")
        store = open_store(store_in(shared_server(), tmp_path_factory.mktemp("intact") / "s.db"))
        engine = engine_of(store)
        with store.transaction():
            engine.run("SET LOCAL session_replication_role = replica", ())
            for record, (table, _) in COVERED.items():
                named = columns_of(store, table)
                names, marks = (
                    ", ".join(f'"{c.name}"' for c in named),
                    ", ".join(f"${n + 1}" for n in range(len(named))),
                )
                sql = f'INSERT INTO "{table}" ({names}) VALUES ({marks}) RETURNING {columns(record)}'
                for n in range(ROWS):
                    store._local.written += [(record, row) for row in engine.run(sql, [value(c, n) for c in named])]
        assert check_store(store).holds
        yield store
        close_pools()


def value(column: Column, n: int) -> Any:
    return {"bigint": n, "double precision": n / 2}.get(column.kind, f'{{"{n}": 1}}')


def engine_of(store: Store) -> PostgresEngine:
    assert isinstance(store.engine, PostgresEngine)
    return store.engine


def columns_of(store: Store, table: str) -> list[Column]:
    return [Column(*row) for row in engine_of(store).run(_COLUMNS, [table])]


@contextmanager
def tampered(store: Store, *statements: str) -> Iterator[Check]:
    """What the check says after the statements, which are given up at the end."""
    engine = engine_of(store)
    engine.begin()
    try:
        engine.run("SET LOCAL session_replication_role = replica", ())
        for sql in statements:
            assert engine.run(sql, ()).rowcount != 0, sql
        yield check_store(store)
    finally:
        engine.rollback()


def seen(check: Check, kind: str) -> set[str]:
    return {c.table for c in check.changes if c.kind == kind}


def test_a_row_added_deleted_or_moved_in_any_table_is_seen(intact: Store) -> None:
    tables = {table: key for table, key in COVERED.values() if table != "settings"}
    added, moved = [], []
    for table, key in tables.items():
        named = columns_of(intact, table)
        number = Column(key, "bigint") in named
        new = {key: f'"{key}" + 1000' if number else f"'new-' || \"{key}\""}
        copied = ", ".join(new.get(c.name, f'"{c.name}"') for c in named)
        names = ", ".join(f'"{c.name}"' for c in named)
        added.append(f'INSERT INTO "{table}" ({names}) SELECT {copied} FROM "{table}" ORDER BY rowid LIMIT 1')
        last, first = (f'(SELECT {which}(rowid) FROM "{table}")' for which in ("max", "min"))
        if not number:
            moved.append(f'UPDATE "{table}" SET rowid = {last} + 1 WHERE rowid = {first}')
    deleted = [f'DELETE FROM "{t}" WHERE rowid = (SELECT max(rowid) FROM "{t}")' for t in tables]
    for kind, statements in (("added", added), ("deleted", deleted), ("moved", moved)):
        with tampered(intact, *statements) as check:
            assert not check.holds and len(seen(check, kind)) == len(statements) > 30, set(tables) - seen(check, kind)


def test_an_edit_of_any_column_of_any_table_is_seen(intact: Store) -> None:
    """Each check sees the next column of each row of every table changed."""
    edits = {
        table: [
            f'UPDATE "{table}" SET "{c.name}" = {OTHER[c.kind]} WHERE rowid = '
            f'(SELECT rowid FROM "{table}" ORDER BY rowid OFFSET {place % ROWS} LIMIT 1)'
            for place, c in enumerate(c for c in columns_of(intact, table) if c.name != key)
        ]
        for table, key in COVERED.values()
        if table != "settings"
    }
    for place in range(0, max(map(len, edits.values())), ROWS):
        now = {table: several[place : place + ROWS] for table, several in edits.items()}
        with tampered(intact, *(sql for several in now.values() for sql in several)) as check:
            found = Counter(c.table for c in check.changes if c.kind == "edited")
            assert found == Counter({table: len(several) for table, several in now.items() if several})


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM audit_rows WHERE entry = (SELECT max(entry) FROM audit_rows)",
        f"UPDATE audit_rows SET digest = {ZEROS} WHERE entry = (SELECT max(entry) FROM audit_rows)",
        "UPDATE audit_rows SET key = 'x' || key WHERE entry = (SELECT max(entry) FROM audit_rows)",
        f"INSERT INTO audit_rows SELECT 'roles', max(entry), 99, 'x', {ZEROS} FROM audit_rows",
        f"INSERT INTO audit_rows VALUES ('nothing', 1, 1, 'x', {ZEROS})",
        "UPDATE audit SET detail = (detail::jsonb - 'signed')::json WHERE sequence = 2",
        "UPDATE audit SET detail = detail::jsonb::text::json, actor = 'x' WHERE sequence = 2",
    ],
)
def test_digests_and_entries_that_were_changed_themselves_are_seen(intact: Store, sql: str) -> None:
    with tampered(intact, sql) as check:
        assert not check.holds


def test_a_trigger_and_a_table_that_somebody_adds_are_named(intact: Store) -> None:
    body = "CREATE FUNCTION evil() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN DELETE FROM skips; RETURN NULL; END'"
    trigger = "CREATE TRIGGER evil AFTER INSERT ON skips EXECUTE FUNCTION evil()"
    with tampered(intact, body, trigger, "CREATE TABLE notes (x text)") as check:
        assert not check.holds and "1 trigger that no store has: evil" in check.trouble
        assert list(check.unknown) == ["notes"]
