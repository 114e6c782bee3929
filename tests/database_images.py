"""The rows of a database as bytes, and putting them into another one, which takes a tenth of making a database anew."""

from __future__ import annotations

from typing import Any

Image = dict[str, bytes]
"""The rows of each table that has some."""

_TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
_NUMBERED = "SELECT table_name FROM information_schema.columns WHERE column_name = 'rowid' AND is_identity = 'YES'"
_NEXT = """
SELECT setval(pg_get_serial_sequence('"{0}"', 'rowid'), coalesce(max(rowid), 0) + 1, false) FROM "{0}"
"""
_SHAPE = """
SELECT md5(string_agg(line, ';' ORDER BY line)) FROM (
  SELECT concat(c.relname, c.relkind, c.relacl, a.attname, a.atttypid) AS line
  FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
  WHERE c.relnamespace = 'public'::regnamespace
  UNION ALL SELECT concat(tgname, tgenabled) FROM pg_trigger WHERE NOT tgisinternal) lines
"""


def shape_of(connection: Any) -> str:
    """A digest of the tables, indexes, columns, triggers and grants of a database."""
    return str(connection.execute(_SHAPE).fetchone()[0])


def image_of(connection: Any) -> Image:
    """The rows of a database."""
    return {table: _copied(connection, table) for table in _filled(connection)}


def fill(connection: Any, image: Image) -> None:
    """Give a database these rows, and no others. Its new rows are numbered after them."""
    with connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")  # no foreign key is checked meanwhile
        touched = {*_filled(connection), *image}
        connection.execute(";".join(f'DELETE FROM "{table}"' for table in touched))
        for table, rows in image.items():
            with connection.cursor().copy(f'COPY "{table}" FROM STDIN') as copy:
                copy.write(rows)
        numbered = touched & {name for (name,) in connection.execute(_NUMBERED)}
        connection.execute(";".join(_NEXT.format(table) for table in numbered))


def _filled(connection: Any) -> list[str]:
    names = [name for (name,) in connection.execute(_TABLES)]
    asked = " UNION ALL ".join(f"SELECT '{n}' WHERE EXISTS (SELECT 1 FROM \"{n}\")" for n in names)
    return [name for (name,) in connection.execute(asked)]


def _copied(connection: Any, table: str) -> bytes:
    with connection.cursor().copy(f'COPY "{table}" TO STDOUT') as copy:
        return b"".join(bytes(part) for part in copy)
