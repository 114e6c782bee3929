"""What a role of PostgreSQL may do beyond reading, directly or through a role that it is a member of.

Membership counts even where the rights are not inherited, because SET ROLE takes them on. Temporary tables do not
count: every role may make them, and they end with the session. An owner counts, because an owner may grant itself
everything.
"""

from __future__ import annotations

from typing import Any, NamedTuple

_COMMON = """WITH mine AS (SELECT oid, rolname, rolname = current_user AS self, rolsuper, rolcreaterole, rolcreatedb
    FROM pg_roles WHERE pg_has_role(current_user, oid, 'MEMBER')),
    lasting AS (SELECT * FROM pg_namespace
        WHERE nspname !~ '^pg_(toast|temp)' AND nspname <> 'information_schema')"""
"""The roles that the current one can take on, and the schemas whose contents last."""
_SUPERUSER = """SELECT 'do everything as a superuser', rolname, false FROM mine WHERE rolsuper
    ORDER BY self DESC, rolname LIMIT 1"""
_QUERIES = (
    """SELECT CASE WHEN rolcreaterole THEN 'create roles' WHEN rolcreatedb THEN 'create databases'
        ELSE 'write files or run programs on the server' END, rolname, false
    FROM mine WHERE rolcreaterole OR rolcreatedb
        OR rolname IN ('pg_write_server_files', 'pg_execute_server_program')
    ORDER BY self DESC, rolname LIMIT 1""",
    # Every role may UPDATE pg_settings, which changes the session alone.
    """SELECT CASE WHEN c.relowner = m.oid THEN 'change and drop' ELSE concat_ws(', ',
            CASE WHEN has_any_column_privilege(m.oid, c.oid, 'INSERT') THEN 'INSERT into' END,
            CASE WHEN has_any_column_privilege(m.oid, c.oid, 'UPDATE') THEN 'UPDATE' END,
            CASE WHEN has_table_privilege(m.oid, c.oid, 'DELETE') THEN 'DELETE from' END,
            CASE WHEN has_table_privilege(m.oid, c.oid, 'TRUNCATE') THEN 'TRUNCATE' END,
            CASE WHEN has_table_privilege(m.oid, c.oid, 'TRIGGER') THEN 'add triggers to' END) END
            || format(' the table %I.%I', n.nspname, c.relname), m.rolname, false
    FROM mine m CROSS JOIN pg_class c JOIN lasting n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND c.oid <> 'pg_catalog.pg_settings'::regclass
        AND (c.relowner = m.oid OR has_any_column_privilege(m.oid, c.oid, 'INSERT, UPDATE')
             OR has_table_privilege(m.oid, c.oid, 'DELETE, TRUNCATE, TRIGGER'))
    ORDER BY m.self DESC, n.nspname, c.relname, m.rolname LIMIT 1""",
    """SELECT format('advance the sequence %I.%I', n.nspname, c.relname), m.rolname, false
    FROM mine m CROSS JOIN pg_class c JOIN lasting n ON n.oid = c.relnamespace
    WHERE CASE WHEN c.relkind = 'S'
        THEN c.relowner = m.oid OR has_sequence_privilege(m.oid, c.oid, 'USAGE, UPDATE') ELSE false END
    ORDER BY m.self DESC, n.nspname, c.relname, m.rolname LIMIT 1""",
    """SELECT format('CREATE in the schema %I', n.nspname), m.rolname,
        EXISTS (SELECT FROM aclexplode(n.nspacl) a WHERE a.grantee = 0 AND a.privilege_type = 'CREATE')
    FROM mine m CROSS JOIN lasting n WHERE n.nspowner = m.oid OR has_schema_privilege(m.oid, n.oid, 'CREATE')
    ORDER BY m.self DESC, n.nspname, m.rolname LIMIT 1""",
    """SELECT format('CREATE in the database %I', d.datname), m.rolname,
        EXISTS (SELECT FROM aclexplode(d.datacl) a WHERE a.grantee = 0 AND a.privilege_type = 'CREATE')
    FROM mine m CROSS JOIN pg_database d WHERE d.datname = current_database()
        AND (d.datdba = m.oid OR has_database_privilege(m.oid, d.oid, 'CREATE'))
    ORDER BY m.self DESC, m.rolname LIMIT 1""",
)
EXPECTED = (
    "Expected a role that owns nothing, belongs to no role that writes, and has only CONNECT on the database, USAGE on "
    "its schemas and SELECT on its tables. Connect as such a role, or name it with role= in the address."
)


class Right(NamedTuple):
    """Something that a role may do, such as ``DELETE from the table public.orders``; ``by`` has the right.

    With ``everyone`` the right is granted to PUBLIC, so that no other role would be without it.
    """

    what: str
    by: str
    everyone: bool
    superuser: bool = False


def rights_to_write(connection: Any) -> list[Right]:
    """Return the first right of each kind by which the current role of a connection may write; [] when it only reads.

    The kinds are those of the server, tables, sequences, schemas and the database. A superuser has all of them, so
    the list then holds that alone.
    """
    strong = connection.execute(" ".join((_COMMON, _SUPERUSER))).fetchone()
    if strong is not None:
        what, by, everyone = strong
        return [Right(what, by, everyone, superuser=True)]
    found = (connection.execute(" ".join((_COMMON, query))).fetchone() for query in _QUERIES)
    return [Right(*row) for row in found if row is not None]


def refusal(role: str, rights: list[Right]) -> str:
    """Return why a role with these rights runs no statement, and which role is expected."""
    told = []
    for right in rights:
        through = "" if right.by == role else f" through the role '{right.by}'"
        told.append(right.what + (" as everybody may (it is granted to PUBLIC)" if right.everyone else through))
    said = f"PostgreSQL: the role '{role}' may {_joined(told)}. {EXPECTED}"
    granted = next((right.what for right in rights if right.everyone), "")
    if granted:
        usual = ", which PostgreSQL before version 15 grants by itself" if "schema public" in granted else ""
        said += f" First revoke from PUBLIC the right to {granted}{usual}."
    return said


def _joined(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
