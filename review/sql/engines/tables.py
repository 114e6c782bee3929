"""Tables from the rows of a database's own catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from review.sql.schema.schema import Table


def tables_of(
    columns: Iterable[tuple[str, str, str, str, str | None]],
    keys: Iterable[tuple[str, str, Sequence[str]]],
    views: Iterable[tuple[str, str, str | None]],
    *,
    usual: str,
    kin: Mapping[tuple[str, str], tuple[str, ...]] | None = None,
) -> list[Table]:
    """Return the tables and views in the order of their columns.

    ``columns`` are (schema, table, column, type, default or expression), ``keys`` are (schema, table, names of the
    columns), ``views`` are (schema, view, definition). Tables of the ``usual`` schema need no name in front. ``kin``
    are the tables whose rows a table holds, or which hold its rows.
    """
    types: dict[tuple[str, str], dict[str, str]] = {}
    made: dict[tuple[str, str], dict[str, str]] = {}
    for schema, table, column, kind, expression in columns:
        types.setdefault((schema, table), {})[column] = kind
        if expression:
            made.setdefault((schema, table), {})[column] = expression
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
            kin=(kin or {}).get((schema, name), ()),
            made_from=made.get((schema, name), {}),
        )
        for (schema, name), found in types.items()
    ]
