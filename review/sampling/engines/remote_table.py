"""What engines of servers and warehouses have in common: the table stays there, and nothing is kept beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import exp

from review.sampling.engines.engine import Span


class RemoteTable:
    """A table with its columns, for an engine to add how it is asked and how its SQL is written."""

    open_schema = False
    _relation: exp.Expr
    _types: Mapping[str, str]

    def columns(self) -> Mapping[str, str]:
        """Return the columns with their types, in the engine's own words."""
        return self._types

    def relation(self, names: Sequence[str], span: Span | None = None) -> exp.Expr:
        """Return the table: its server reads no more of it than a query needs."""
        return self._relation

    def keep(self, rows: exp.Select) -> exp.Expr:
        """Return a subquery: a reader may not write to a server."""
        return rows.subquery("frame_rows")
