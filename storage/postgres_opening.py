"""Opening a store in a database: made new, migrated behind a lock, or refused when it is no whole store."""

from __future__ import annotations

from pathlib import Path

from storage import proof
from storage.connection import NoStore, StorageError
from storage.migrations.schema import STEPS
from storage.postgres_connecting import probe
from storage.postgres_database import PostgresDatabase
from storage.postgres_engine import PostgresEngine
from storage.postgres_errors import GRANT
from storage.proof_key import VARIABLE, given_key
from storage.records import KEYS
from storage.store import Store

RAN = "schema_steps"
"""The table of the steps of the schema that ran."""
_STEPS_TABLE = """
CREATE TABLE IF NOT EXISTS schema_steps (name text COLLATE "C" PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())
"""
TABLES = ({table for table, _ in KEYS.values()} | set(proof.NOT_COVERED) | {RAN}) - {"_sqlite_migrations"}
"""The tables of a whole store."""


def open_database(path: Path, address: str, *, create: bool, sign: bool = True) -> Store:
    """Open the store at an address, which the file ``path`` names, and bring its schema up to date.

    ``sign`` off leaves a new store without an entry of its audit chain, for a copy of another one.
    Raises NoStore when the database is empty and ``create`` is false; StorageError when it holds something else, was
    written by a newer version, does not answer or may not be read, and when a new store has no audit key to begin with.
    """
    engine = PostgresEngine(address, address)
    store = Store(path, engine)
    with engine.plain_errors():
        probe(address)
        tables = set(engine.db.table_names())
        if not tables and engine.run("SELECT 1 FROM pg_class WHERE relname = $1 AND relkind = 'r'", [RAN]).fetchone():
            # A role sees only the tables that it may use in some way.
            raise StorageError(
                f"{address}: permission denied. This database holds a store that this role may not read. {GRANT}"
            )
        if not tables and not create:
            raise NoStore(f"{address}: there is no store in this database. Create one.")
        if tables and RAN not in tables:
            raise StorageError(f"{address}: this database holds other tables, and no store. Choose an empty database.")
        if _missing(engine, tables):
            if not tables and sign and given_key() is None:
                raise StorageError(
                    f"{address}: a store in a database needs its audit key in {VARIABLE}, the same on every machine. "
                    "Choose a random text of at least 32 characters, keep it safe, and set it."
                )
            _migrate(engine)
            if not tables and sign:
                store.begin_signing()
        lost = sorted(TABLES - set(engine.db.table_names())) if tables else []
        if lost:
            raise StorageError(f"{address}: the store has lost its table '{lost[0]}'. Restore a backup.")
    return store


def missing_steps(address: str) -> list[str]:
    """Return the steps of the schema that the database at an address lacks: all of them when it is empty."""
    engine = PostgresEngine(address, address)
    with engine.plain_errors():
        probe(address)
        return _missing(engine, set(engine.db.table_names()))


def _missing(engine: PostgresEngine, tables: set[str]) -> list[str]:
    """Return the steps that have not run. Raises StorageError when a newer version has run others."""
    ran = {name for (name,) in engine.run("SELECT name FROM schema_steps", ())} if RAN in tables else set()
    known = [step.__name__ for step in STEPS]
    newer = sorted(ran - set(known))
    if newer:
        raise StorageError(
            f"{engine.name}: the store was written by a newer version of Spotcheck (it has '{newer[-1]}'). "
            "Nothing was changed. Upgrade Spotcheck."
        )
    return [name for name in known if name not in ran]


def _migrate(engine: PostgresEngine) -> None:
    """Run the steps that are missing, each in one transaction, while no other process writes or migrates."""
    engine.begin()
    try:
        engine.run(_STEPS_TABLE, ())
        engine.commit()
    finally:
        engine.rollback()
    for step in STEPS:
        engine.begin()
        try:
            # Another process may have run it while this one waited.
            if not engine.run("SELECT 1 FROM schema_steps WHERE name = $1", [step.__name__]).fetchone():
                step(PostgresDatabase(engine))
                engine.run("INSERT INTO schema_steps (name) VALUES ($1)", [step.__name__])
                engine.commit()
        finally:
            engine.rollback()
