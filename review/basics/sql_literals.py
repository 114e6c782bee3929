"""Texts and names inside a statement of SQL, for places that take no parameters."""

from __future__ import annotations


def sql_literal(text: str) -> str:
    """Return a text in quotes, as standard SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def sql_name(name: str) -> str:
    """Return the name of a table or column in quotes, as standard SQL writes it."""
    return '"' + name.replace('"', '""') + '"'
