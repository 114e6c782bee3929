"""Where each name of a query comes from: tables, columns with their types, and the keys that survive a subquery."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlglot import exp

from review.sql.schema.schema import Key, Schema, Table


@dataclass(frozen=True)
class Origin:
    """A column as its query shows it: its type, "" where it cannot be told, and the table that it is read from.

    ``also`` are others from which a value may come in its place, as in coalesce(a, b) or after JOIN USING; one without
    a table says that it cannot be told.
    """

    kind: str = ""
    table: Table | None = None
    column: str = ""
    also: tuple[Origin, ...] = ()

    def all(self) -> Iterator[Origin]:
        """Yield every origin that a value may have."""
        yield self
        for other in self.also:
            yield from other.all()


@dataclass(kw_only=True)
class Source:
    """Something that a query selects from, under the name by which its columns are called.

    ``columns`` is None where they cannot be told. ``keys`` are folded names; with ``keys_known`` there are no others.
    ``inside`` is the SELECT of a subquery that gives its rows out as they are.
    """

    name: str
    node: exp.Expr
    columns: dict[str, Origin] | None
    table: Table | None = None
    keys: tuple[Key, ...] = ()
    keys_known: bool = True
    join: exp.Join | None = None
    open: bool = False
    inside: Frame | None = None

    def has(self, column: str) -> bool | None:
        """Return whether the source has a column, None where it cannot be told."""
        if self.columns is not None and column in self.columns:
            return True
        return None if self.columns is None or self.open else False


How = Literal["found", "missing", "ambiguous", "alias", "row", "unknown"]


@dataclass(frozen=True, kw_only=True)
class Use:
    """A column of the statement and what it was found to be; ``outer`` when it belongs to an enclosing query."""

    node: exp.Column
    how: How
    source: Source | None = None
    origin: Origin = Origin()
    outer: bool = False


@dataclass(kw_only=True)
class Frame:
    """One SELECT with its sources and its uses of columns; ``joined`` keeps what ``joins.joined`` found."""

    select: exp.Select
    parent: Frame | None
    sources: list[Source] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    merged: set[str] = field(default_factory=set)
    aliases: set[str] = field(default_factory=set)
    by_node: dict[int, Use] = field(default_factory=dict)
    joined: Any = None

    def use_of(self, node: exp.Expr) -> Use | None:
        """Return what was found for a column node of this query."""
        return self.by_node.get(id(node))


@dataclass
class Shape:
    """The columns that a query gives to the one around it, with the sets of them that do not repeat.

    ``frame`` is its SELECT where each row of its sources is one of its rows.
    """

    columns: dict[str, Origin] | None
    keys: tuple[Key, ...] = ()
    keys_known: bool = True
    frame: Frame | None = None


Ctes = Mapping[str, Shape | None]
TableRead = tuple[exp.Table, Table | None]


@dataclass
class Names:
    """All names of one statement: its frames, the tables it reads (None: not in the schema), the uses of its CTEs."""

    frames: list[Frame] = field(default_factory=list)
    tables: list[TableRead] = field(default_factory=list)
    common: list[exp.Table] = field(default_factory=list)


@dataclass(frozen=True)
class Folding:
    """How names are found: by the schema, else by the rules of the dialect."""

    schema: Schema
    dialect: str

    def node(self, node: exp.Expr) -> str:
        """Return the name of an identifier in the form under which it is found."""
        quoted = bool(node.args.get("quoted")) if isinstance(node, exp.Identifier) else False
        return self.schema.fold(node.name, quoted=quoted)

    def text(self, name: str) -> str:
        """Return a name that is written as the database has it."""
        return self.schema.fold(name, quoted=True)


def renamed(shape: Shape, names: list[str]) -> Shape:
    """Return the shape under the column names of an alias such as ``AS t (a, b)``."""
    if not names:
        return shape
    if shape.columns is None:
        return Shape(dict.fromkeys(names, Origin()), keys_known=False)
    olds = list(shape.columns)
    changed = dict(zip(olds, [*names, *olds[len(names) :]], strict=False))
    keys = tuple(frozenset(changed[c] for c in key) for key in shape.keys if all(c in changed for c in key))
    return Shape({changed[old]: origin for old, origin in shape.columns.items()}, keys, shape.keys_known)


def of_all(shapes: list[Shape]) -> dict[str, Origin] | None:
    """Return the columns of a set operation: named as in its first query, from a table where all branches read it."""
    columns = shapes[0].columns
    if columns is None:
        return None
    rows = [list(shape.columns.values()) if shape.columns is not None else [] for shape in shapes]
    return {
        name: origin if all(len(row) == len(columns) and row[at] == origin for row in rows) else Origin(origin.kind)
        for at, (name, origin) in enumerate(columns.items())
    }


def of_shape(shape: Shape, name: str, node: exp.Expr, join: exp.Join | None) -> Source:
    """Return a query as a source of the one around it."""
    return Source(
        name=name,
        node=node,
        columns=shape.columns,
        keys=shape.keys,
        keys_known=shape.keys_known,
        join=join,
        inside=shape.frame,
    )
