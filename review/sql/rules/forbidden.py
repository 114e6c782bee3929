"""Tables and columns that the project or the example excludes.

What is not known to be something else counts as a use: a name that was not resolved, a table in the place of a value
(which is its whole row), a star in any expression.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.tokens import TokenType

from review.sql.rules.policy import Policy
from review.sql.rules.rule import Mark, Rule, at
from review.sql.rules.views import shown_by
from review.sql.tree.frames import Frame, Source, Use
from review.sql.tree.lookups import HIDDEN
from review.sql.tree.reads import column_names, is_read, table_names
from review.sql.tree.statement import Statement

DEFINING = (exp.Table, exp.TableAlias, exp.Column, exp.DataType, exp.PropertyEQ, exp.Kwarg)
"""Where an identifier names something and reads nothing; columns are looked at as a whole."""


def check(statement: Statement, policy: Policy) -> Iterator[Mark]:
    """Look at every table and column, and at all that stands for a whole row."""
    for name in policy.forbidden_tables:
        for node, table in statement.names.tables:
            if is_read(name, table_names(node, table)):
                yield at(node, statement, f"The table '{name}' may not be read.")
    for name in policy.forbidden_columns:
        dotted = [_Column(name, statement, bare=bare, part=part) for bare, part in sorted(_dotted(name, statement))]
        yield from dict.fromkeys(mark for one in (_Column(name, statement), *dotted) for mark in one.marks())
    for node, table in statement.names.tables:
        if table is None or statement.schema is None:
            continue
        shown = shown_by(table, statement.schema, policy, _reads)
        view = table.definition is not None
        for name in sorted(shown.tables):
            how = f"the view '{table.name}' reads it" if view else f"'{table.name}' has its rows"
            yield at(node, statement, f"The table '{name}' may not be read, and {how}.")
        if shown.unclear:
            what = "view" if view else "table"
            yield at(
                node, statement,
                f"Cannot tell whether the {what} '{table.name}' reads what is excluded: its definition cannot be "
                "followed.",
            )._replace(unknown=True)  # fmt: skip
        for name, columns in shown.columns.items():
            for column in sorted(columns):
                yield from _Column(f"{table.full_name}.{column}", statement, shows=name).marks()


def _dotted(name: str, statement: Statement) -> set[tuple[str, str]]:
    """The columns with a dot that a name stands for, and those that hold it as a part, each with that part.

    ``contacts.kind`` is a column of ClickHouse, and ``address.city`` a part of the column ``address``.
    """
    found = set()
    wanted = name.lower()
    for node, table in statement.names.tables:
        columns = {column.lower() for column in table.columns} if table is not None else set()
        for owner in ("", *(f"{one}." for one in table_names(node, table))):
            rest = wanted.removeprefix(owner) if wanted.startswith(owner) else ""
            if "." in rest and rest in columns:
                found.add((rest, ""))
            elif "." in rest and rest.split(".", 1)[0] in columns:
                holder, _, part = rest.partition(".")
                found.add((holder, part))
    return found


def _reads(statement: Statement, name: str) -> bool:
    """Whether a query reads a column, or may."""
    return any(True for _ in _Column(name, statement).marks())


@dataclass(frozen=True)
class _Column:
    """One forbidden column, as ``column``, ``table.column`` or ``database.table.column``.

    ``shows`` is the excluded column that a column of a view shows, "" for one that is excluded itself. ``bare`` is the
    column where its name holds dots, and ``part`` the excluded part of it, "" where all of it is.
    """

    name: str
    statement: Statement
    shows: str = ""
    bare: str = ""
    part: str = ""

    def marks(self) -> Iterator[Mark]:
        frames = self.statement.names.frames
        everywhere = [source for frame in frames for source in frame.sources if self._in(source)]
        for frame in frames:
            around = [source for source in _seen_from(frame) if self._in(source)]
            for use in frame.uses:
                if self._is(use) or (use.how != "found" and self._may_be(use, around)):
                    yield self._mark(use.node)
            yield from self._natural(frame)
        yield from self._stars(everywhere)
        if everywhere:
            yield from self._unresolved({self._bare, *(s.name.lower() for s in everywhere)})

    @property
    def _bare(self) -> str:
        return self.bare or self.name.lower().rpartition(".")[2]

    def _is(self, use: Use) -> bool:
        """Whether a column that was found is this one, or holds it."""
        if not self.bare:
            return is_read(self.name, column_names(use))
        return use.source is not None and self._in(use.source) and use.origin.column.lower() == self.bare

    def _mark(self, node: exp.Expr) -> Mark:
        return at(node, self.statement, f"The column {self._said}.")

    @property
    def _said(self) -> str:
        return (
            f"'{self.shows}' may not be used, and '{self.name}' shows it"
            if self.shows
            else f"'{self.name}' may not be used"
        )

    def _in(self, source: Source) -> bool:
        """Whether a source is a table that has the column, or may have it. Subqueries are looked at on their own."""
        if not isinstance(source.node, exp.Table) or not isinstance(source.node.this, exp.Identifier):
            return False
        if any(source.node is node for node in self.statement.names.common):
            return False
        if self.bare:
            owner = self.name.lower().removesuffix(self.part).rstrip(".").removesuffix(self.bare).rstrip(".")
        else:
            owner = self.name.lower().rpartition(".")[0]
        if owner and owner not in table_names(source.node, source.table):
            return False
        table = source.table
        return table is None or table.open or self._bare in {column.lower() for column in table.columns}

    def _may_be(self, use: Use, around: list[Source]) -> bool:
        """Whether a name that is no known column reads the column, a part of it, or a row that holds it."""
        parts = [part.name.lower() for part in use.node.parts]
        rows = {source.name.lower() for source in around}
        if self.statement.dialect == "sqlite" and parts[-1] in HIDDEN["sqlite"]:
            return any(self._is_row_number(source) for source in around)
        if self.bare:
            return bool(around) and (self._holds(parts) or not rows.isdisjoint(parts[1:] or parts))
        # In c.rowid the first name is the table, and no row.
        return bool(around and self._bare in parts) or not rows.isdisjoint(parts[1:] or parts)

    def _holds(self, parts: list[str]) -> bool:
        """Whether a name is that of the column with dots, or of what holds it; of address.city, address.zip is none."""
        for start in range(len(parts)):
            path = ".".join(parts[start:])
            if f"{self.bare}.".startswith(f"{path}."):
                return True
            if path.startswith(f"{self.bare}."):
                # A part may go by its number too.
                after = path.removeprefix(f"{self.bare}.")
                return after[:1].isdigit() or f"{after}.".startswith(f"{self.part}.") or not self.part
        return False

    def _is_row_number(self, source: Source) -> bool:
        """Whether the column may be the number of its row on SQLite, as an INTEGER PRIMARY KEY is."""
        columns = source.table.columns if source.table is not None else {}
        kind = next((kind for column, kind in columns.items() if column.lower() == self._bare), "")
        return not kind or kind.lower().startswith("int")

    def _natural(self, frame: Frame) -> Iterator[Mark]:
        """A natural join compares all columns that both sides have."""
        for source in frame.sources:
            if source.join is None or str(source.join.args.get("method") or "").upper() != "NATURAL":
                continue
            others = [s for s in frame.sources if s.columns is None or self._bare in {c.lower() for c in s.columns}]
            if len(others) > 1 and any(self._in(s) for s in others):
                yield at(source.node, self.statement, f"The column {self._said}, and this joins by it.")

    def _stars(self, everywhere: list[Source]) -> Iterator[Mark]:
        """A star gives out every column of its tables, wherever it stands but in count(*)."""
        frames = {id(frame.select): frame for frame in self.statement.names.frames}
        for tree in self.statement.trees:
            for node in tree.find_all(exp.Star, exp.Columns, exp.Anonymous, exp.Pivot):
                if isinstance(node, exp.Anonymous) and node.name.lower() != "columns":
                    continue
                top = node.parent if isinstance(node.parent, exp.Column) else node
                if isinstance(top, exp.Star) and isinstance(top.parent, exp.Count):
                    continue
                # ClickHouse puts an expression in the place of its name, so a star inside one may be of another query.
                select = top.parent.parent if isinstance(top.parent, exp.Alias) else top.parent
                frame = frames.get(id(select))
                sources = everywhere if frame is None else [s for s in _of_star(top, frame) if self._in(s)]
                if sources:
                    what = "PIVOT" if isinstance(top, exp.Pivot) else "*"
                    said = f"The column {self._said}, and {what} includes it."
                    yield at(top, self.statement, said)

    def _unresolved(self, names: set[str]) -> Iterator[Mark]:
        """Names that belong to no SELECT: in USING, in a function in the place of a table, in what is named by WITH."""
        resolved = {id(use.node) for frame in self.statement.names.frames for use in frame.uses}
        placed = set()
        for tree in self.statement.trees:
            for node in tree.find_all(exp.Column, exp.Identifier):
                if isinstance(node, exp.Column):
                    parts = [] if id(node) in resolved else [part.name.lower() for part in node.parts]
                    if self._bare in parts or not names.isdisjoint(parts[1:] or parts):
                        yield self._mark(node)
                    continue
                placed.add(node.meta.get("start"))
                defined = isinstance(node.parent, DEFINING) or node.arg_key == "alias"
                if not defined and node.name.lower() in names:
                    yield self._mark(node)
        tokens = self.statement.tokens
        for token, after in zip(tokens, [*tokens[1:], None], strict=True):
            # The parser takes some names for words, as that of a unit of time.
            called = after is not None and after.token_type == TokenType.L_PAREN
            named = token.token_type in (TokenType.VAR, TokenType.IDENTIFIER) and not called
            if named and token.text.lower() in names and token.start not in placed:
                yield Mark(f"The column {self._said}.", token.start, token.end + 1)


def _seen_from(frame: Frame) -> Iterator[Source]:
    here: Frame | None = frame
    while here is not None:
        yield from here.sources
        here = here.parent


def _of_star(star: exp.Expr, frame: Frame) -> list[Source]:
    """The sources whose columns a star gives out: that of its name, else all."""
    if not isinstance(star, exp.Column) or star.args.get("db"):
        return frame.sources
    return [s for s in frame.sources if s.name.lower() == star.table.lower()] or frame.sources


RULE = Rule(
    about="stays away from the tables and columns of `forbidden_tables` and `forbidden_columns`",
    check=check,
    bad="SELECT card FROM customers",
    good="SELECT name FROM customers",
    for_running=True,
)
