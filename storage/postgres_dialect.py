"""Statements of the store in the words of PostgreSQL. Each is written once, for SQLite, and translated on first use.

sqlglot does most of it. What it does not know stands here: ``json_each`` and ``json_extract`` on our columns, numbers
as conditions, the order of NULL, subqueries without a name, and parameters, which PostgreSQL numbers. The tables have
a column ``rowid``, which counts the rows in order of arrival, so statements that name it mean the same on both engines.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import orjson
import sqlglot
from sqlglot import exp

from storage.postgres_columns import NULLABLE

PREDICATES = (exp.Connector, exp.Not, exp.Exists, exp.Predicate, exp.Boolean)
HOLDERS = (exp.Where, exp.Having, exp.Not, exp.Connector, exp.If, exp.Join)
"""What holds conditions."""
AGGREGATES = (exp.Sum, exp.Max, exp.Min)
AS_IS, AS_LIST, AS_NULL = "value", "list", "null"
"""How a parameter is sent: as it is, as the list that its JSON holds, or only whether it is NULL."""


class Statement(NamedTuple):
    """A statement as PostgreSQL takes it, and what its parameters $1, $2, ... stand for."""

    sql: str
    parameters: tuple[tuple[str, str], ...]

    def values(self, given: Mapping[str, Any]) -> list[Any]:
        """Return the values of the parameters in their order."""
        return [_sent(given[name], how) for name, how in self.parameters]


def named(sql: str, params: Sequence[Any] | Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """Return the statement and its parameters by name, whether they were given by name or by place."""
    if isinstance(params, Mapping):
        return sql, params
    return _numbered(sql), {f"p{place}": value for place, value in enumerate(params)}


@cache
def translated(sql: str) -> Statement:
    """Return a statement of the store, with named parameters, in the words of PostgreSQL."""
    tree = sqlglot.parse_one(sql, dialect="sqlite")
    for step in (_lists, _json_each, _json_extract, _joins, _likes, _conditions, _orders, _aliases):
        step(tree)
    parameters = _number_parameters(tree)
    return Statement(tree.sql(dialect="postgres", identify=True, comments=False), parameters)


@cache
def _numbered(sql: str) -> str:
    places = iter(range(sql.count("?")))
    return re.sub(r"\?", lambda _: f":p{next(places)}", sql)


def _sent(value: Any, how: str) -> Any:
    if how == AS_NULL:
        return None if value is None else ""
    if how == AS_LIST and value is not None:
        return orjson.loads(value)
    return int(value) if isinstance(value, bool) else value


def _each(node: exp.Expr | None) -> exp.Expr | None:
    """Return what ``json_each`` goes through, when the table ``node`` is that function."""
    made = node.this if isinstance(node, exp.Table) else None
    return made.expressions[0] if isinstance(made, exp.Anonymous) and made.name.lower() == "json_each" else None


def _lists(tree: exp.Expr) -> None:
    """``x IN (SELECT value FROM json_each(:list))`` becomes ``x = ANY(:list)``, for which an index is used."""
    for node in list(tree.find_all(exp.In)):
        query = node.args.get("query")
        select = query.this if isinstance(query, exp.Subquery) else query
        source = select.args.get("from_") if isinstance(select, exp.Select) else None
        given = _each(source.this) if source else None
        if isinstance(given, exp.Placeholder):
            node.replace(
                exp.EQ(this=node.this, expression=exp.Any(this=exp.Paren(this=_parameter(given.name, AS_LIST))))
            )


def _json_each(tree: exp.Expr) -> None:
    """Each element of a list as ``value``; of an object with ``key``, where the statement asks for the keys."""
    keyed = {c.table for c in tree.find_all(exp.Column) if c.name == "key"}
    for node in list(tree.find_all(exp.Table)):
        given = _each(node)
        if given is None:
            continue
        name = node.alias or "json_each"
        function, columns = _KEYED if name in keyed else _LISTED
        node.set("this", exp.Anonymous(this=function, expressions=[exp.cast(given.copy(), "jsonb")]))
        columns_named = [exp.to_identifier(column) for column in columns]
        node.set("alias", exp.TableAlias(this=exp.to_identifier(name), columns=columns_named))


_LISTED = ("jsonb_array_elements_text", ("value",))
_KEYED = ("jsonb_each_text", ("key", "value"))


def _json_extract(tree: exp.Expr) -> None:
    """A value in JSON is text in PostgreSQL; where it is added up, it becomes a number again."""
    for node in list(tree.find_all(exp.JSONExtractScalar, exp.JSONExtract)):
        column, path = node.this, node.expression
        if isinstance(path, exp.JSONPath):
            keys = [exp.Literal.string(part.this) for part in path.expressions if isinstance(part, exp.JSONPathKey)]
            found: exp.Expr = exp.Anonymous(
                this="json_extract_path_text", expressions=[exp.cast(column.copy(), "json"), *keys]
            )
        else:
            value = exp.Anonymous(
                this="jsonb_path_query_first",
                expressions=[exp.cast(column.copy(), "jsonb"), _as(path.copy(), "jsonpath")],
            )
            found = exp.JSONBExtractScalar(this=value, expression=exp.Literal.string("{}"))
        node.replace(exp.cast(found, "double") if _is_added_up(node) else found)


def _is_added_up(node: exp.Expr) -> bool:
    outer = node.parent
    while isinstance(outer, exp.Coalesce | exp.Paren):
        outer = outer.parent
    return isinstance(outer, exp.Sum | exp.Avg | exp.Add | exp.Sub | exp.Mul | exp.Div)


def _joins(tree: exp.Expr) -> None:
    """``CROSS JOIN ... ON`` fixes the order of the tables for SQLite; PostgreSQL chooses its own."""
    for node in tree.find_all(exp.Join):
        if node.args.get("on") and node.args.get("kind") == "CROSS":
            node.set("kind", None)


def _likes(tree: exp.Expr) -> None:
    """LIKE has no regard to case in SQLite."""
    for node in list(tree.find_all(exp.Like)):
        # With everything that the node says: NOT is one of its arguments.
        node.replace(exp.ILike(**node.args))


def _conditions(tree: exp.Expr) -> None:
    """SQLite has numbers for truth values: a number as a condition is compared, a condition as a value is a number."""
    for node in list(tree.find_all(*HOLDERS)):
        for name in ("on",) if isinstance(node, exp.Join) else ("this", "expression"):
            part = node.args.get(name)
            if part is not None and (name != "expression" or isinstance(node, exp.Connector)):
                _make_condition(part)
    for node in list(tree.find_all(*PREDICATES)):
        if _is_value(node):
            node.replace(exp.cast(node.copy(), "int"))


def _make_condition(node: exp.Expr) -> None:
    while isinstance(node, exp.Paren):
        node = node.this
    if isinstance(node, exp.Column | exp.Placeholder | exp.Literal | exp.Parameter):
        node.replace(exp.NEQ(this=node.copy(), expression=exp.Literal.number(0)))


def _is_value(node: exp.Expr) -> bool:
    """Return whether a condition stands where a value is expected."""
    outer: exp.Expr | None = node.parent
    inner: exp.Expr = node
    while isinstance(outer, exp.Paren):
        inner, outer = outer, outer.parent
    if isinstance(outer, exp.Alias):
        return isinstance(outer.parent, exp.Select)
    if isinstance(outer, exp.Select):
        return inner.arg_key == "expressions"
    return isinstance(outer, AGGREGATES)


def _orders(tree: exp.Expr) -> None:
    """NULL comes first in SQLite. Only where a column can be NULL it is asked for: an index is not used then."""
    for node in tree.find_all(exp.Ordered):
        column = node.this
        in_key = isinstance(node.parent, exp.OnConflict)
        plain = isinstance(column, exp.Column) and column.name not in NULLABLE
        if in_key or plain or isinstance(column, exp.Literal):
            node.set("nulls_first", bool(node.args.get("desc")))


def _aliases(tree: exp.Expr) -> None:
    for number, node in enumerate(tree.find_all(exp.Subquery)):
        if isinstance(node.parent, exp.From | exp.Join) and not node.alias:
            node.set("alias", exp.TableAlias(this=exp.to_identifier(f"part{number}")))


def _parameter(name: str, how: str) -> exp.Placeholder:
    made = exp.Placeholder(this=name)
    made.set("kind", how)
    return made


def _as(node: exp.Expr, kind: str) -> exp.Expr:
    return exp.Cast(this=node, to=exp.DataType.build(kind, dialect="postgres", udt=True))


def _number_parameters(tree: exp.Expr) -> tuple[tuple[str, str], ...]:
    numbers: dict[tuple[str, str], int] = {}
    for node in list(tree.find_all(exp.Placeholder)):
        asked = isinstance(node.parent, exp.Is) and isinstance(node.parent.expression, exp.Null)
        key = node.name, AS_NULL if asked else node.args.get("kind") or AS_IS
        number = numbers.setdefault(key, len(numbers) + 1)
        numbered: exp.Expr = exp.Parameter(this=exp.Literal.number(number))
        node.replace(exp.cast(numbered, "text") if asked else numbered)
    return tuple(numbers)


def prepared(sql: str, params: Sequence[Any] | Mapping[str, Any]) -> tuple[str, list[Any]]:
    """Return a statement as PostgreSQL takes it, and its values by place."""
    text, given = named(sql, params)
    statement = translated(text)
    return statement.sql, statement.values(given)
