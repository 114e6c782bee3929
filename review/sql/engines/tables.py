"""Tables from the rows of a database's own catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from review.sql.schema.schema import Table


def tables_of(
    columns: Iterable[tuple[str, str, str, str]],
    keys: Iterable[tuple[str, str, Sequence[str]]],
    views: Iterable[tuple[str, str, str | None]],
    *,
    usual: str,
) -> list[Table]:
    """Return the tables and views in the order of their columns.

    ``columns`` are (schema, table, column, type), ``keys`` are (schema, table, names of the columns), ``views``
    are (schema, view, definition). Tables of the ``usual`` schema need no name in front.
    """
    types: dict[tuple[str, str], dict[str, str]] = {}
    for schema, table, column, kind in columns:
        types.setdefault((schema, table), {})[column] = kind
    unique: dict[tuple[str, str], list[frozenset[str]]] = {}
    for schema, table, names in keys:
        unique.setdefault((schema, table), []).append(frozenset(names))
    definitions = {(schema, name): text or "" for schema, name, text in views}
    return [
        Table(
            name=name,
            database="" if schema == usual else schema,
            columns=found,
            keys=tuple(unique.get((schema, name), ())),
            keys_known=(schema, name) in unique,
            definition=definitions.get((schema, name)),
        )
        for (schema, name), found in types.items()
    ]
