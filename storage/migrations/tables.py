"""Make a table of the store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from storage.migrations.sqlite_utils_alone import foreign_key

if TYPE_CHECKING:
    from sqlite_utils import Database


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
    keys = [foreign_key(table, *key) for key in foreign_keys]
    db.table(table).create(columns, pk=pk, not_null=required.split(), foreign_keys=keys, strict=True)
