"""The drawn conversations in full: read back from the embedded log, or fetched from the source they were drawn from.

Two steps are right for every engine: first ids, then the rows of these ids, which are few.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from sqlglot import exp

from review.basics.clock import new_id
from review.basics.errors import InputError
from review.basics.log_paths import LogPaths
from review.checks.running import ready
from review.log.append import Entry
from review.log.log import read_conversations
from review.privacy.masking import recognisers
from review.privacy.originals import seal_of, write_originals
from review.sampling.engines.engine import Engine
from review.sampling.frame import fitting
from review.settings.project import Project
from review.sources.checking import checked
from review.sources.importing import masked_entry
from review.sources.normalise import DEFAULT_SOURCE, Settings, conversation_of
from review.sources.readers import plain
from review.sources.readers.fields import Unreadable
from review.sources.readers.mapping import renamed, translated
from review.week.drawing import Request
from storage.records_log import Conversation

CHUNK = 500


def fetch(
    engine: Engine, ids: Sequence[str], project: Project, request: Request, *, log: LogPaths, key: bytes
) -> list[Conversation]:
    """The conversations with these ids, masked and checked, in this order. ``source`` None is the embedded log.

    From any other source the rows are read through the engine, brought into shape, masked and checked here; originals
    are kept as the project says. An id that is not found is left out; a row that cannot be read is an InputError.
    """
    if request.source is None:
        return read_conversations(log, ids)
    names = {**fitting(engine, project.mapping), **(request.mapping or {})}
    settings = Settings(DEFAULT_SOURCE, key, ZoneInfo(project.time_zone), request.week)
    privacy = project.privacy
    wanted = recognisers(privacy.patterns, phone_region=privacy.phone_region, library=privacy.library)
    seal, to_run = seal_of(project.privacy.originals), ready(project.checks)
    entries: list[Entry] = []
    found: dict[str, Conversation] = {}
    originals: list[tuple[str, str]] = []
    for record in _rows(engine, names.get("id", "id"), ids):
        try:
            fields = translated(plain.read(renamed(record, names) if names else record), project.values)
            before = conversation_of(fields, record, settings)
        except Unreadable as error:
            raise InputError(
                f"{engine.source}: {error} in a drawn conversation. Correct it, or import the log."
            ) from None
        entries.append(masked_entry(before, wanted, seal))
    for entry in checked(iter(entries), to_run):
        said = {name: dict(one) for name, one in entry.findings.items()}
        found.setdefault(entry.conversation.id, replace(entry.conversation, checks=said))
        if entry.original is not None:
            originals.append((entry.conversation.id, entry.original))
    if originals:
        target = log.originals / f"draw-{new_id()}" / f"{request.week}-1.parquet"
        write_originals(target, originals, encrypted=project.privacy.originals == "encrypted")
    return [found[i] for i in ids if i in found]


def _rows(engine: Engine, id_field: str, ids: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The rows of these ids with every column as text, the first row of each id."""
    columns = list(engine.columns())
    name, *path = [id_field] if id_field in columns else id_field.split(".")
    relation = engine.relation(columns)
    chosen = [exp.alias_(engine.text(c), c, quoted=True) for c in columns]
    for start in range(0, len(ids), CHUNK):
        part = [exp.Literal.string(i) for i in ids[start : start + CHUNK]]
        query = exp.select(*chosen).from_(relation.copy()).where(exp.In(this=engine.text(name, path), expressions=part))
        for row in engine.query(query):
            yield {c: cell for c, cell in zip(columns, row, strict=True) if cell is not None}
