"""Who may do what in the database of a store, as SQL for its owner to run.

The owner makes and migrates the tables. The application's role reads and adds rows, and can neither change nor delete
one. Erasure, which empties the texts of a person, has a role of its own. In the audit chain it may empty what an entry
quotes, and give an erased reviewer an anonymous id; the hashes, the order and the time stay out of its reach too.
"""

from __future__ import annotations

import re

from storage.connection import StorageError
from storage.postgres_engine import PostgresEngine
from storage.records import KEYS
from storage.records_people import Rater

CHAIN = ("audit", "audit_rows", "schema_steps")
"""Tables of which only the owner may change every column."""
QUOTES = ("actor", "subject", "detail")
"""The columns of an entry of the audit chain in which words, or the id, of a person may stand."""


def let_in(address: str, role: str) -> None:
    """Run, as the owner of the tables, what the application needs of a role. Raises StorageError when that fails."""
    engine = PostgresEngine(address, address)
    with engine.plain_errors():
        if not engine.run("SELECT 1 FROM pg_roles WHERE rolname = $1", [role]).fetchone():
            raise StorageError(f"{engine.name}: there is no role '{role}'. Create it first, such as with createuser.")
        if engine.run("SELECT 1 FROM pg_tables WHERE schemaname = 'public' AND tableowner = $1", [role]).fetchone():
            raise StorageError(
                f"role: found '{role}', which owns the tables, expected another one: the role of the servers can "
                "change no row. Create it, such as with createuser."
            )
        for statement in grants(role).splitlines():
            engine.run(statement, ())


def grants(role: str, *, erasure: bool = False) -> str:
    """Return the statements that give a role what the application needs, or what erasure needs.

    Raises StorageError for a name that is no plain name of a role.
    """
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,62}", role):
        raise StorageError(f"role: found {role[:80]!r}, expected a letter, then letters, digits and underscores.")
    name = f'"{role}"'
    lines = [
        f"GRANT USAGE ON SCHEMA public TO {name};",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {name};",
        f"GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO {name};",
        f"REVOKE INSERT ON schema_steps FROM {name};",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT ON TABLES TO {name};",
    ]
    if erasure:
        tables = sorted({table for table, _ in KEYS.values()} - set(CHAIN))
        lines.append(f"GRANT UPDATE ON {', '.join(tables)} TO {name};")
        lines.append(f"GRANT UPDATE ({', '.join(QUOTES)}) ON audit TO {name};")
        lines.append(f"GRANT UPDATE (key) ON audit_rows TO {name};")
        lines.append(f"GRANT DELETE ON {KEYS[Rater][0]} TO {name};")
    return "\n".join(lines)
