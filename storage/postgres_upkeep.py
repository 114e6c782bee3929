"""What a database holds, whether it is whole, and what of an erased text may be left in it.

Each function takes ``run``, which runs a statement as PostgreSQL takes it and gives a cursor.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Run = Callable[[str, Sequence[Any]], Any]

_PAGES = (
    "The pages of the tables may hold the emptied texts until they are written anew, which only the owner of the "
    "tables can do. Let the owner run VACUUM FULL."
)
_BEYOND = (
    "The write-ahead log of the server, its archive, standbys and backups cannot be read from here. They hold older "
    "states for as long as the server is set to keep them."
)
_OBJECTS = """
SELECT CASE table_type WHEN 'VIEW' THEN 'view' ELSE 'table' END, table_name FROM information_schema.tables
WHERE table_schema = current_schema() AND table_name <> 'schema_steps'
UNION ALL SELECT 'trigger', tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE NOT tgisinternal AND c.relnamespace = current_schema()::regnamespace
ORDER BY 2
"""

_BROKEN = """
SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE NOT i.indisvalid AND c.relnamespace = current_schema()::regnamespace
UNION ALL SELECT conname FROM pg_constraint
WHERE NOT convalidated AND connamespace = current_schema()::regnamespace ORDER BY 1
"""
_OWNS = "SELECT bool_and(pg_has_role(tableowner, 'USAGE')) FROM pg_tables WHERE schemaname = current_schema()"


def objects(run: Run) -> list[tuple[str, str]]:
    """Return (type, name) of every table, view and trigger of the store."""
    return [(str(kind), str(name)) for kind, name in run(_OBJECTS, ())]


def damage(run: Run) -> list[str]:
    """Return the indexes and constraints that do not hold."""
    return [f"{name} does not hold; rebuild it" for (name,) in run(_BROKEN, ())]


def write_anew(run: Run) -> None:
    """Rewrite the tables when this role owns them."""
    if _owns_the_tables(run):
        run("VACUUM FULL", ())


def unproved(run: Run) -> list[str]:
    """Return what of the server cannot be read from here: pages, its write-ahead log, standbys and backups."""
    left = [] if _owns_the_tables(run) else [_PAGES]
    return [*left, _BEYOND]


def _owns_the_tables(run: Run) -> bool:
    return bool(run(_OWNS, ()).fetchone()[0])
