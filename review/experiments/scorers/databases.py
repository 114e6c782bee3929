"""The databases that statements of answers run on, opened when first needed."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import Any

from review.basics.errors import InputError
from review.settings.sql import SqlSettings
from review.sql.engines.catalogue import SQL_ENGINES, place_of
from review.sql.execution.runner import Runner
from review.sql.execution.schemas import Schemas, schemas_of
from review.sql.schema.schema import Schema

PLACEHOLDER = "{db}"
PROCESSES = 2


@dataclass
class Databases:
    """A context: leaving it ends all processes. ``{db}`` in ``sql.engine`` stands for the database of a case."""

    settings: SqlSettings
    open: dict[str, Runner | str] = field(default_factory=dict)
    _ends: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    _schemas: Schemas | None = None

    def __enter__(self) -> Databases:
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.close()

    def address(self, db: str | None) -> str:
        """Return the address for a case, "" without an engine, or where the case does not name its database."""
        engine = self.settings.engine
        if PLACEHOLDER not in engine:
            return engine
        return engine.replace(PLACEHOLDER, db) if db and ".." not in db and "/" not in db else ""

    def runner(self, db: str | None) -> Runner | str:
        """Return the database of a case, or why there is none."""
        address = self.address(db)
        if not address:
            return "no database: set engine under [sql] in spotcheck.toml"
        if address not in self.open:
            try:
                made = Runner(
                    address,
                    policy=self.settings.policy,
                    limits=self.settings.limits,
                    processes=PROCESSES,
                    kept_in=self.settings.cache,
                )
                self.open[address] = self._ends.enter_context(made)
            except InputError as error:
                self.open[address] = str(error)
        return self.open[address]

    def schema(self, db: str | None) -> tuple[str, Schema | None]:
        """Return dialect and schema that statements of a case are proved against."""
        if self.settings.schema:
            if self._schemas is None:
                self._schemas = schemas_of(self.settings.schema, self.settings.dialect, keys=self.settings.keys)
            return self._schemas.dialect, self._schemas.of(db or "")
        runner = self.runner(db)
        if isinstance(runner, str):
            return self.settings.dialect or "sqlite", None
        return runner.engine.dialect, runner.schema

    def state(self) -> Any:
        """Return what tells whether the data are as they were; None where that cannot be told."""
        address = self.settings.engine
        if not address:
            return ""
        if PLACEHOLDER in address:
            return None
        place = place_of(address)
        told = SQL_ENGINES[place.scheme].state(place)
        if told is not None or not SQL_ENGINES[place.scheme].asks_state:
            return told
        runner = self.runner(None)
        return None if isinstance(runner, str) else runner.state()
