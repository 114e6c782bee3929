"""Values of PostgreSQL as SQLite would give them: JSON as the text that was written, numbers as int or float."""

from __future__ import annotations

from functools import cache
from typing import Any

import psycopg
from psycopg.adapt import AdaptersMap, Buffer, Loader
from psycopg.types.string import TextLoader


class NumberLoader(Loader):
    """A sum or mean: int where it is whole, else float."""

    def load(self, data: Buffer) -> int | float:
        """Return the number."""
        text = bytes(data).decode()
        return float(text) if "." in text or "N" in text or "I" in text else int(text)


class TruthLoader(Loader):
    """A truth value as 0 or 1."""

    def load(self, data: Buffer) -> int:
        """Return 0 or 1."""
        return int(bytes(data) == b"t")


@cache
def adapters() -> AdaptersMap | Any:
    """Return how values are read."""
    made = AdaptersMap(psycopg.adapters)
    for name in ("json", "jsonb"):
        made.register_loader(name, TextLoader)
    made.register_loader("numeric", NumberLoader)
    made.register_loader("bool", TruthLoader)
    return _Context(made)


class _Context:
    """What psycopg asks for its adapters."""

    connection = None

    def __init__(self, adapters: AdaptersMap) -> None:
        self.adapters = adapters
