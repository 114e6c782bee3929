"""Schemas from CREATE TABLE statements. Other statements of the file, such as INSERT, are passed over unread."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from review.basics.errors import InputError
from review.sql.schema.ddl_copies import attached, made_from, relate
from review.sql.schema.schema import Key, Schema, Table
from review.sql.text.dialects import folded
from review.sql.text.scan import pieces

_WANTED = re.compile(
    r"\s*(?:CREATE\s+(?:OR\s+REPLACE\s+)?(?:TEMP(?:ORARY)?\s+|GLOBAL\s+|UNLOGGED\s+|MATERIALIZED\s+)*(?:TABLE|VIEW)"
    r"|CREATE\s+UNIQUE\s+INDEX|ALTER\s+TABLE)\b",
    re.IGNORECASE,
)


def schema_in_ddl(path: Path, dialect: str) -> Schema:
    """Return the schema that a file of statements creates. Raises InputError when it creates no table."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not readable as UTF-8 ({error}).") from None
    return schema_of_ddl(text, dialect, str(path))


def schema_of_ddl(text: str, dialect: str, source: str = "the statements") -> Schema:
    """Return the schema that some statements create. Raises InputError that names the one that cannot be read."""
    tables: dict[str, Table] = {}
    made: dict[str, exp.Create] = {}
    more: list[tuple[str, Key]] = []
    parts: list[tuple[str, str]] = []
    for start, statement in _statements(text, dialect):
        try:
            tree = sqlglot.parse_one(statement, read=dialect)
        except (SqlglotError, ValueError, RecursionError) as error:
            line = text.count("\n", 0, start + len(statement) - len(statement.lstrip())) + 1
            said = str(error).split("\n", 1)[0]
            raise InputError(
                f"{source}, line {line}: found a statement that {dialect} does not read ({said})."
            ) from None
        if isinstance(tree, exp.Create) and tree.kind in ("TABLE", "VIEW"):
            table = _table(tree, dialect)
            tables[folded(table.full_name, dialect)] = table
            made[folded(table.full_name, dialect)] = tree
        elif part := attached(tree):
            parts.append(part)
        else:
            more += _keys_added(tree, dialect)
    if not tables:
        raise InputError(f"{source}: found no CREATE TABLE, expected the statements that create the schema.")
    for name, key in more:
        for at, table in tables.items():
            if folded(table.name, dialect) == folded(name, dialect):
                tables[at] = _with(table, key)
    tables = relate(tables, made, parts, dialect)
    return Schema(
        dialect=dialect,
        tables=tuple(tables.values()),
        exact=dialect == "postgres",
        databases=("", *dict.fromkeys(t.database for t in tables.values() if t.database)),
        source=source,
    )


def _statements(text: str, dialect: str) -> Iterator[tuple[int, str]]:
    """The statements that create something, with their places; strings and comments hold no end of a statement."""
    hidden = pieces(text, dialect)
    bare = list(text)
    for piece in hidden:
        bare[piece.start : piece.end] = " " * (piece.end - piece.start)
    position = 0
    for part in "".join(bare).split(";"):
        if _WANTED.match(part):
            yield position, text[position : position + len(part)]
        position += len(part) + 1


def _name(node: exp.Expr, dialect: str) -> str:
    quoted = isinstance(node, exp.Identifier) and bool(node.args.get("quoted"))
    return node.name.lower() if dialect == "postgres" and not quoted else node.name


def _table(tree: exp.Create, dialect: str) -> Table:
    target = tree.this
    schema = target if isinstance(target, exp.Schema) else None
    named = schema.this if schema else target
    columns: dict[str, str] = {}
    keys: list[Key] = []
    for part in schema.expressions if schema else []:
        if isinstance(part, exp.ColumnDef):
            name = _name(part.this, dialect)
            columns[name] = part.kind.sql(dialect=dialect) if part.kind else ""
            if any(
                isinstance(c.kind, exp.PrimaryKeyColumnConstraint | exp.UniqueColumnConstraint)
                for c in part.args.get("constraints") or []
            ):
                keys.append(frozenset({folded(name, dialect, quoted=True)}))
        else:
            keys += _constraint(part, dialect)
    query = tree.expression if isinstance(tree.expression, exp.Query) else None
    if not columns and query is not None and not query.is_star:
        given = [_name(part, dialect) for part in (schema.expressions if schema else []) if part.name]
        columns = {name: "" for name in given or query.named_selects if name and name != "*"}
    declares = dialect != "clickhouse"
    return Table(
        name=_name(named.this, dialect),
        database=_name(named.args["db"], dialect) if named.args.get("db") else "",
        columns=columns,
        keys=tuple(dict.fromkeys(keys)) if declares else (),
        keys_known=declares and bool(keys),
        open=not columns,
        definition=_definition(tree, dialect),
        made_from=made_from(tree, dialect),
    )


def _definition(tree: exp.Create, dialect: str) -> str | None:
    """The query of a view or of a table made from one, "" for a view of anything else that cannot be written."""
    body = tree.expression
    if isinstance(body, exp.Query) or ("VIEW" in str(tree.kind).upper() and isinstance(body, exp.Expr)):
        return body.sql(dialect=dialect)
    return "" if "VIEW" in str(tree.kind).upper() else None


def _constraint(part: Any, dialect: str) -> list[Key]:
    """The key that a constraint of a table declares, if it declares one."""
    inner = part.expressions if isinstance(part, exp.Constraint) else [part]
    found = []
    for one in inner:
        columns: list[Any] = []
        if isinstance(one, exp.PrimaryKey):
            columns = one.expressions
        elif isinstance(one, exp.UniqueColumnConstraint) and isinstance(one.this, exp.Schema):
            columns = one.this.expressions
        names = [c.find(exp.Identifier) for c in columns]
        if names and all(names):
            found.append(frozenset(folded(_name(n, dialect), dialect, quoted=True) for n in names if n))
    return found


def _keys_added(tree: exp.Expr, dialect: str) -> list[tuple[str, Key]]:
    if isinstance(tree, exp.Alter):
        wanted = (exp.PrimaryKey, exp.UniqueColumnConstraint)
        return [(tree.this.name, key) for node in tree.find_all(*wanted) for key in _constraint(node, dialect)]
    if isinstance(tree, exp.Create) and tree.args.get("unique") and isinstance(tree.this, exp.Index):
        index = tree.this
        params = index.args.get("params")
        if params is None or params.args.get("where") or index.args.get("table") is None:
            return []
        names = [column.find(exp.Identifier) for column in params.args.get("columns") or []]
        if names and all(names):
            return [
                (index.args["table"].name, frozenset(folded(_name(n, dialect), dialect, quoted=True) for n in names))
            ]
    return []


def _with(table: Table, key: Key) -> Table:
    return replace(table, keys=(*table.keys, key), keys_known=True)
