"""Make a table of the store."""

from __future__ import annotations

from collections.abc import Sequence

from sqlite_utils import Database
from sqlite_utils.db import ForeignKey


def create_table(
    db: Database,
    table: str,
    columns: dict[str, type],
    pk: str,
    required: str,
    *,
    foreign_keys: Sequence[tuple[str, str, str]] = (),
) -> None:
    """Create a strict table, in which SQLite checks the types; ``required`` names the columns that are never NULL."""
    keys = [ForeignKey(table, *key) for key in foreign_keys]
    db.table(table).create(columns, pk=pk, not_null=required.split(), foreign_keys=keys, strict=True)
