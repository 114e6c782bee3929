"""Schemas from wherever a project keeps them: a live database, statements that create tables, or a JSON file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from review.basics.errors import InputError
from review.sql.engines.catalogue import SQL_ENGINES, is_address, place_of
from review.sql.execution.runner import Runner
from review.sql.schema.ddl import schema_in_ddl
from review.sql.schema.described import schemas_in_json
from review.sql.schema.schema import Schema

DEFAULT = "sqlite"
"""The dialect of a schema file that comes without one."""


@dataclass(frozen=True)
class Schemas:
    """The schemas of one source by the name of their database, and their dialect.

    ``checked`` are the settings whose names were found in them.
    """

    dialect: str
    by_name: Mapping[str, Schema]
    checked: list[Any] = field(default_factory=list, compare=False, repr=False)

    def of(self, name: str) -> Schema | None:
        """Return the schema of a database; the only one where there is one and no name. Raises InputError otherwise."""
        if name in self.by_name:
            return self.by_name[name]
        if not self.by_name or (not name and len(self.by_name) == 1) or list(self.by_name) == [""]:
            return next(iter(self.by_name.values()), None)
        found = f"the database {name!r}" if name else "no database"
        raise InputError(f"found {found}, expected one of {', '.join(sorted(self.by_name))}.")


def schemas_of(source: str, dialect: str = "", *, keys: Mapping[str, Sequence[Sequence[str]]] | None = None) -> Schemas:
    """Read the schemas of a file or address; "" is no schema. Raises InputError when it cannot be read."""
    if not source:
        return Schemas(dialect or DEFAULT, {})
    if is_address(source):
        place = place_of(source)
        own = SQL_ENGINES[place.scheme].dialect
        if dialect and dialect != own:
            raise InputError(f"dialect: found {dialect}, expected {own}, the dialect of {place.scheme}.")
        with Runner(place) as runner:
            found: dict[str, Schema] = {"": runner.schema}
        dialect = own
    else:
        dialect = dialect or DEFAULT
        path = Path(source)
        if not path.is_file():
            raise InputError(f"schema: there is no file {source!r}.")
        named = schemas_in_json(path, dialect) if path.suffix.lower() == ".json" else None
        found = {"": schema_in_ddl(path, dialect)} if named is None else named
    return Schemas(dialect, {name: schema.with_keys(keys) if keys else schema for name, schema in found.items()})
