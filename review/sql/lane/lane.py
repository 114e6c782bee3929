"""What a project says of its SQL, as one value: the dialect, the schemas, the rules, and the words of questions."""

from __future__ import annotations

import functools
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from review.basics.errors import InputError
from review.sql.engines.catalogue import SQL_ENGINES, is_address, place_of
from review.sql.execution.schemas import Schemas, schemas_of
from review.sql.lane.names import check_names
from review.sql.proof.prove import Proof, prove
from review.sql.rules.policy import Policy
from review.sql.semantic.demands import Demands, check_demands
from review.sql.tree.finding import Finding

Columns = tuple[tuple[str, ...], ...]
Keys = Mapping[str, Columns]
READ_AGAIN = 600
"""Seconds after which the tables of a server are read again: nothing tells when they changed."""


@dataclass(frozen=True, kw_only=True)
class Lane:
    """The SQL of one project. ``source`` is a schema file or the address of a database, "" for no schema.

    ``keys`` are sets of columns that do not repeat, by table; ``words`` are patterns of questions with the tables of
    which one must be read.
    """

    dialect: str = ""
    source: str = ""
    policy: Policy = field(default_factory=Policy)
    keys: Keys = field(default_factory=dict)
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def schemas(self) -> Schemas:
        """Return the schemas, read once for each state of their source.

        Raises InputError when they cannot be read, or lack a name of the settings.
        """
        schemas = self.read_schemas()
        self.check_names(schemas)
        return schemas

    def check_names(self, schemas: Schemas) -> None:
        """Refuse settings that name what the schemas lack. Raises InputError with the nearest name."""
        known = (self.policy, tuple(self.words.items()))
        if known not in schemas.checked:
            check_names(self.policy, self.words, self.keys, schemas.by_name.values())
            schemas.checked.append(known)

    def read_schemas(self) -> Schemas:
        """Return the schemas unchecked. Raises InputError when they cannot be read."""
        keys = tuple((name, tuple(some)) for name, some in self.keys.items())
        return _schemas(self.source, self.dialect, keys, _state(self.source))


def _state(source: str) -> str:
    """Return what changes when the tables of a source may have changed."""
    if not source:
        return ""
    if is_address(source):
        place = place_of(source)
        state = SQL_ENGINES[place.scheme].state(place)
        return state or str(int(time.monotonic() // READ_AGAIN))
    try:
        return str(Path(source).stat().st_mtime_ns)
    except OSError:
        return ""


@functools.lru_cache(maxsize=8)
def _schemas(source: str, dialect: str, keys: tuple[tuple[str, Columns], ...], state: str) -> Schemas:
    chosen = "" if is_address(source) else dialect
    return schemas_of(source, chosen, keys=dict(keys))


def findings_about(lane: Lane, sql: str, *, question: str = "", database: str = "", as_of: date | None = None) -> Proof:
    """Prove one statement with what its question demands: words that ask for a table, and the time that it names.

    A time that does not fit is a warning, because words may name it in many ways. A statement about a database that
    the schemas lack is not checked.
    """
    schemas = lane.schemas()
    try:
        schema = schemas.of(database)
    except InputError as error:
        said = Finding(rule="parse", message=f"{error} Not checked.", start=0, end=len(sql), severity="note")
        return Proof(text=sql, ok=None, findings=(said,), statement=None)
    proof = prove(sql, schemas.dialect, schema, lane.policy)
    if proof.statement is None:
        return proof
    met = check_demands(proof.statement, Demands(question=question, words=lane.words, as_of=as_of))
    more = tuple(
        replace(f, severity="warning") if f.rule == "time" and f.severity == "error" else f for f in met.findings
    )
    wrong = any(f.severity == "error" for f in more)
    return replace(proof, ok=False if wrong else proof.ok, findings=(*proof.findings, *more))
