"""What the tables of CREATE statements show of each other: partitions, inheritance, engines of ClickHouse that read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from sqlglot import exp

from review.sql.schema.schema import Table
from review.sql.text.dialects import folded

Tables = dict[str, Table]
_ATTACHED = re.compile(r"TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?(\S+)\s+ATTACH\s+PARTITION\s+(\S+)", re.IGNORECASE)
_READING = {"buffer": 0, "distributed": 1, "alias": 0}
"""Engines of ClickHouse whose tables read another one, and where its database stands among their arguments."""


def made_from(tree: exp.Create, dialect: str) -> dict[str, str]:
    """Return the expressions from which columns of a table are made or filled."""
    found = {}
    for part in tree.this.expressions if isinstance(tree.this, exp.Schema) else []:
        for constraint in part.args.get("constraints") or [] if isinstance(part, exp.ColumnDef) else []:
            kind = constraint.kind
            made = kind.args.get("expression") if isinstance(kind, exp.GeneratedAsIdentityColumnConstraint) else None
            if isinstance(kind, exp.ComputedColumnConstraint | exp.DefaultColumnConstraint):
                made = kind.this
            if isinstance(made, exp.Expr):
                found[part.name] = made.sql(dialect=dialect)
    return found


def attached(tree: exp.Expr) -> tuple[str, str] | None:
    """Return parent and partition of ALTER TABLE ... ATTACH PARTITION, as they are written."""
    match = _ATTACHED.match(str(tree.expression).strip()) if isinstance(tree, exp.Command) else None
    return (match[1].replace('"', ""), match[2].replace('"', "")) if match else None


def relate(tables: Tables, made: Mapping[str, exp.Create], parts: Iterable[tuple[str, str]], dialect: str) -> Tables:
    """Return the tables with what each shows of others. ``parts`` are parents and partitions by name."""
    tables = dict(tables)
    edges = [(parent, child) for child, tree in made.items() for parent in _parents(tree, tables, dialect)]
    edges += [(p, c) for one, two in parts if (p := _find(one, tables, dialect)) and (c := _find(two, tables, dialect))]
    for parent, child in edges:
        more = {**tables[parent].columns, **tables[child].columns}
        tables[child] = replace(tables[child], columns=more, open=tables[parent].open)
    for at, table in list(tables.items()):
        kin = [*_reached(at, edges), *_reached(at, [(child, parent) for parent, child in edges])]
        tables[at] = replace(table, kin=tuple(tables[other].full_name for other in kin))
    for at, tree in made.items():
        _engine(at, tree, tables, dialect)
    return tables


def _parents(tree: exp.Create, tables: Tables, dialect: str) -> Iterator[str]:
    for part in tree.find_all(exp.PartitionedOfProperty, exp.InheritsProperty):
        for named in part.expressions or [part.this]:
            found = _find(_name(named), tables, dialect) if isinstance(named, exp.Table) else None
            if found:
                yield found


def _reached(start: str, edges: list[tuple[str, str]]) -> list[str]:
    found: dict[str, None] = {}
    waiting = [start]
    while waiting:
        here = waiting.pop()
        more = [to for one, to in edges if one == here and to not in found and to != start]
        found.update(dict.fromkeys(more))
        waiting += more
    return list(found)


def _engine(at: str, tree: exp.Create, tables: Tables, dialect: str) -> None:
    engine, target = tree.find(exp.EngineProperty), tree.find(exp.ToTableProperty)
    if target is not None and (into := _find(_name(target.this), tables, dialect)):
        tables[at] = replace(tables[at], kin=(*tables[at].kin, tables[into].full_name))
        tables[into] = replace(tables[into], shows=(*tables[into].shows, tables[at].full_name))
    if isinstance(tree.expression, exp.Table) and (like := _find(_name(tree.expression), tables, dialect)):
        other = tables[like]
        tables[at] = replace(tables[at], columns=other.columns, made_from=other.made_from, open=other.open)
    called = engine.this if engine is not None else None
    kind = called.name.lower() if called is not None else ""
    given = [part.name for part in called.expressions] if called is not None else []
    if kind in _READING and len(given) > _READING[kind]:
        database, bare = given[_READING[kind]], given[_READING[kind] + 1 : _READING[kind] + 2]
        tables[at] = replace(tables[at], shows=(".".join([database, *bare]),))
    elif kind == "merge" and len(given) == 2:
        names = tuple(table.full_name for table in tables.values() if _matches(given[1], table.name))
        tables[at] = replace(tables[at], shows=names)
    elif kind == "dictionary":
        tables[at] = replace(tables[at], definition="")


def _matches(pattern: str, name: str) -> bool:
    try:
        return re.search(pattern, name) is not None
    except re.error:
        return True


def _name(table: exp.Expr) -> str:
    return ".".join(part.name for part in table.parts) if isinstance(table, exp.Table) else table.name


def _find(name: str, tables: Tables, dialect: str) -> str | None:
    wanted = folded(name, dialect)
    bare = wanted.rpartition(".")[2]
    return next((at for at in (wanted, bare, f"public.{bare}") if at in tables), None)
