"""Sources that a lead connects in the application, beside those of spotcheck.toml.

The person who connects a source chooses where its key is sent. So a lead may name only variables that were made
for sources, and only systems that are asked over HTTP. Files and databases of this machine stand in
spotcheck.toml.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from review.audit import chain
from review.basics import setting
from review.basics.clock import new_id, now
from review.basics.errors import InputError, Refused
from review.people.people import require
from review.settings.project import Project
from review.settings.pulled import PulledSource
from review.settings.sources import NAME
from review.sources.pulling.catalogue import PULLERS, puller_of
from storage.queries.pulls import latest_connections
from storage.records_log import SourceConnection
from storage.store import Store

VARIABLE = re.compile(r"SPOTCHECK_SOURCE_[A-Z0-9_]+")


def connected_sources(store: Store, project: Project) -> tuple[PulledSource, ...]:
    """Return every source that is pulled: those of spotcheck.toml, then those that leads connected."""
    names = {one.name for one in project.pulled}
    return (*project.pulled, *(_source(c) for c in latest_connections(store) if c.on and c.source not in names))


def connect(
    store: Store, project: Project, *, name: str, kind: str, options: Mapping[str, str], by: str
) -> PulledSource:
    """Connect a source, or change one that a lead connected. Returns it.

    Raises Refused without the role lead, for a source of spotcheck.toml and for a kind that reads this machine;
    InputError for a name, kind or setting that cannot be one.
    """
    require(store, by, "lead")
    given = {key: value.strip() for key, value in options.items() if value.strip()}
    row = SourceConnection(id=new_id(), source=name.strip(), kind=kind, at=now(), by=by, options=given)
    if not NAME.fullmatch(row.source):
        raise setting.wrong("name", row.source, "up to 64 letters, digits, '.', '_' or '-'")
    if any(one.name == row.source for one in project.pulled):
        raise Refused(f"{row.source} is set up in spotcheck.toml; change it there.")
    source = _source(row)
    if kind in PULLERS:
        _check_variables(source)
    if not puller_of(source).remote:
        raise Refused(
            f"a source of the kind {kind} reads what this machine can reach; it is listed in spotcheck.toml alone."
        )
    _check_address(source)
    _add(store, row)
    return source


def disconnect(store: Store, name: str, *, by: str) -> None:
    """End a source that a lead connected; what was imported stays. Raises Refused without the role lead."""
    require(store, by, "lead")
    found = next((one for one in latest_connections(store) if one.source == name and one.on), None)
    if found is None:
        raise Refused(f"{name} was not connected in the application. A source of spotcheck.toml is removed there.")
    row = SourceConnection(id=new_id(), source=name, kind=found.kind, at=now(), by=by, options=found.options, on=False)
    _add(store, row)


def _add(store: Store, row: SourceConnection) -> None:
    with store.transaction():
        store.add(row)
        chain.record(store, row.by, "connect" if row.on else "disconnect", row.source, id=row.id, kind=row.kind)


def _source(row: SourceConnection) -> PulledSource:
    return PulledSource(name=row.source, kind=row.kind, options=row.options, where=row.source)


def _check_variables(source: PulledSource) -> None:
    for key in PULLERS[source.kind].keys:
        found = source.options.get(key)
        if found is not None and not VARIABLE.fullmatch(found):
            # The value may be the key itself, so it is not repeated.
            raise InputError(
                f"{source.name}, {key}: expected the name of a variable that begins with SPOTCHECK_SOURCE_, such as "
                "SPOTCHECK_SOURCE_KEY. The key itself is set where Spotcheck runs, never here."
            )


def _check_address(source: PulledSource) -> None:
    found = source.options.get("address")
    if found is None:
        return
    try:
        parts = urlsplit(found)
        right = parts.scheme in ("https", "http") and parts.hostname and not parts.username and not parts.query
    except ValueError:
        right = False
    if not right:
        raise setting.wrong(f"{source.name}, address", found, "an address such as https://cloud.langfuse.com")
