"""The drawn conversations in full: read back from the imported log, or fetched from the source they were drawn from.

Every engine can do this in two steps: first the ids, then the few rows that have these ids.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice
from typing import Any

from sqlglot import exp

from review.basics.clock import new_id
from review.basics.errors import InputError
from review.basics.log_paths import LogPaths
from review.basics.record import Raw
from review.basics.weeks import week_window
from review.checks.running import ready
from review.log.gone import Gone
from review.log.log import read_conversations
from review.log.rows import Entry
from review.privacy.erased import erased_conversation
from review.privacy.originals import write_originals
from review.sampling.engines.engine import Engine, HoldsRecords, Span
from review.sampling.frame import find_columns, fitting
from review.sampling.frame_sql import Membership, in_window
from review.sampling.needs import is_imported_log
from review.settings.project import Project
from review.sources.checking import checked
from review.sources.conversations import masked_conversations, masked_value
from review.sources.counting import rules_of
from review.sources.files import PEEK, records_in
from review.sources.options import import_options
from review.sources.readers.catalogue import detect_or_plain
from review.week.drawing import Request, stored_ids
from storage.records_log import Conversation

CHUNK = 500
SERVERS = ("postgres", "clickhouse")


def fetch(
    engine: Engine, ids: Sequence[str], project: Project, request: Request, *, log: LogPaths, key: bytes, gone: Gone
) -> list[Conversation]:
    """Return the conversations with these ids, masked and checked, in this order.

    From a source other than the imported log they are read through the engine, in whatever format their rows have;
    originals are kept as the project says. A keyed hash replaces addresses in their ids, as an import does. Of rows
    with one id the first by date counts, as in the frame. An id that is not found is left out; of what is ``gone``
    there are no texts and no original.
    Raises InputError for a row that cannot be read.
    """
    if request.source is None:
        return [_left(one, gone) for one in read_conversations(log, ids)]
    first: dict[str, Entry] = {}
    for entry in checked(_entries(engine, ids, project, request, key), ready(project.checks)):
        known = first.get(entry.conversation.id)
        if known is None or _made(entry) < _made(known):
            first[entry.conversation.id] = entry
    found: dict[str, Conversation] = {}
    originals: list[tuple[str, str]] = []
    for name, entry in first.items():
        findings = {check: dict(one) for check, one in entry.findings.items()}
        found[name] = _left(replace(entry.conversation, checks=findings), gone)
        if entry.original is not None and not gone.holds(entry.conversation.id, entry.conversation.user_id):
            originals.append((entry.conversation.id, entry.original))
    if originals:
        target = log.originals / f"draw-{new_id()}" / f"{request.week}-1.parquet"
        write_originals(target, originals, encrypted=project.privacy.originals == "encrypted")
    plain = stored_ids(engine, project, key)
    return [found[name] for i in ids if (name := plain(i)) in found]


def _made(entry: Entry) -> tuple[bool, str]:
    """Return what rows of one id are ordered by: when they were made, those without a time last."""
    made = entry.conversation.created_at
    return made is None, made or ""


def _left(found: Conversation, gone: Gone) -> Conversation:
    return erased_conversation(found) if gone.holds(found.id, found.user_id) else found


def _entries(engine: Engine, ids: Sequence[str], project: Project, request: Request, key: bytes) -> Iterator[Entry]:
    """The rows of these ids as masked conversations, before they are checked."""
    names = {**fitting(engine, project.mapping), **(request.mapping or {})}
    found = _rows(engine, names, ids, request, project)
    rows = (Raw(n, row, None, 0) for n, row in enumerate(found, start=1))
    first = list(islice(rows, PEEK))
    format = engine.format if isinstance(engine, HoldsRecords) else ""
    format = format or detect_or_plain(records_in(first), "jsonl", mapping=names).format
    options = import_options(
        project, mapping=names, values=project.values, week=request.week, date_format=project.date_format
    )
    rules = rules_of(options, key, format)
    # A row of the frame is one conversation under its own id, and what was drawn must be read as a whole.
    origin = replace(rules.origin, hash_addresses=rules.origin.hash_addresses and not is_imported_log(engine))
    rules = replace(rules, origin=origin, join_calls=False, lossy=False)
    for _, entry, error in masked_conversations(chain(first, rows), rules):
        if entry is not None:
            yield entry
        elif error is not None:
            value = masked_value(error.found, rules.recognisers)
            raise InputError(
                f"{engine.source}: {error.field}: found {value}, expected {error.expected}, in a drawn conversation. "
                "Correct it at the source, or import the log: an import leaves out what it cannot read."
            )


def _rows(
    engine: Engine, names: Mapping[str, str], ids: Sequence[str], request: Request, project: Project
) -> Iterator[dict[str, Any]]:
    """The rows of the week that have these ids, with every column as text; or the source's own records."""
    if isinstance(engine, HoldsRecords):
        yield from engine.records(ids)
        return
    columns, id_field = list(engine.columns()), names.get("id", "id")
    name, *path = [id_field] if id_field in columns else id_field.split(".")
    window = week_window(request.week, project.time_zone)
    made = find_columns(engine, names, ()).get("created_at")
    relation = engine.relation(columns, None if made is None else Span(made.column, window.start, window.end))
    within: exp.Expr | None = None
    if made is not None:
        bounds = Membership(engine.moment(window.start), engine.moment(window.end))
        within = in_window(engine.instant(*made, zone=window.zone, form=project.date_format), bounds)
    chosen = [exp.alias_(engine.text(c), c, quoted=True) for c in columns]
    # An id may come again in other weeks. What is selected is computed of the few rows with these ids alone.
    inside: exp.Expr = exp.Literal.number(1)
    if within is not None:
        inside = exp.Case().when(within.copy(), inside).else_(exp.Literal.number(0))
    chosen.append(exp.alias_(inside, "spotcheck_in_week", quoted=True))
    for start in range(0, len(ids), CHUNK):
        part = [exp.Literal.string(i) for i in ids[start : start + CHUNK]]
        query = exp.select(*chosen).from_(relation.copy()).where(exp.In(this=engine.text(name, path), expressions=part))
        if within is not None and engine.dialect in SERVERS:  # a server finds those of the week by an index
            query = query.where(within.copy())
        for *row, counts in engine.query(query):
            if counts:
                yield {c: cell for c, cell in zip(columns, row, strict=True) if cell is not None}
