"""How files of a source are read: what was declared for earlier files, and what spotcheck.toml presets."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from review.audit import chain
from review.basics.clock import new_id, now
from review.settings.project import Project
from review.sources.undoing import imports_that_count
from storage.records_log import SourceSettings
from storage.store import Store


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What is declared about files of a source; ``where`` says in words who declared it.

    ``mapping`` gives the path of a field (field -> dotted path), ``values`` translate cells (field -> raw -> value);
    ``date_format`` is a form of :mod:`review.basics.date_forms`, ``encoding`` the name of a codec; "" is none.
    """

    mapping: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    date_format: str = ""
    encoding: str = ""
    where: str = ""

    @property
    def says_something(self) -> bool:
        """Whether anything is declared at all."""
        return bool(self.mapping or self.values or self.date_format or self.encoding)


def known_readings(store: Store | None, project: Project, source: str) -> tuple[Reading, ...]:
    """Return what is known of a source, the latest first: rows of the store, then the presets of spotcheck.toml."""
    rows = [] if store is None else store.find(SourceSettings, source=source, order_by="rowid desc")
    found = [
        Reading(
            mapping=row.mapping,
            values=row.value_tables,
            date_format=row.date_format,
            encoding=row.encoding,
            where=f"remembered for the source {source} since {row.at[:10]}",
        )
        for row in rows
    ]
    found += [
        Reading(
            mapping=preset.mapping,
            values=preset.values,
            date_format=preset.date_format,
            encoding=preset.encoding,
            where=f"set for the source {name} in {project.path.name}",
        )
        for name, preset in project.sources.items()
        if source in (name, preset.alias)
    ]
    found.append(Reading(mapping=project.mapping, values=project.values, where=_of_all(project)))
    return tuple(reading for reading in found if reading.says_something)


def fitting_source(store: Store, project: Project, fields: Collection[str], *, format: str | None) -> str | None:
    """Return the source whose files looked like one with these fields in this format; None when none did.

    The mapping of a source fits when the file has all of its fields; of several the one with most fields is taken,
    then the latest. Without one, it is the source of the latest import in ``format``, which needs no mapping.
    """
    rows = store.find(SourceSettings, order_by="rowid desc")
    mappings: list[tuple[str, Mapping[str, str]]] = [(row.source, row.mapping) for row in rows]
    mappings += [(preset.alias or name, preset.mapping) for name, preset in project.sources.items()]
    fitting = [(len(m), source) for source, m in mappings if m and all(path in fields for path in m.values())]
    if fitting:
        most = max(n for n, _ in fitting)
        return next(source for n, source in fitting if n == most)
    if format is None:
        return None
    before = imports_that_count(store, format=format)
    return before[0].source if before else None


def as_remembered(store: Store, project: Project, source: str) -> Project:
    """Return the project with what is known of a source: its latest mapping and value tables over those of the
    settings, the form of its dates, and its encoding.

    For sources that are read without an import of their own, where nobody can be asked.
    """
    known = [one for one in known_readings(store, project, source) if one.where != _of_all(project)]
    latest = known[0] if known else Reading()
    tables = {name: {**project.values.get(name, {}), **table} for name, table in latest.values.items()}
    return replace(
        project,
        mapping={**project.mapping, **latest.mapping},
        values={**project.values, **tables},
        date_format=next((one.date_format for one in known if one.date_format), project.date_format),
        encoding=next((one.encoding for one in known if one.encoding), project.encoding),
    )


def _of_all(project: Project) -> str:
    """Say where the settings for all sources stand."""
    return f"set in {project.path.name}"


def remember(store: Store, source: str, reading: Reading, *, by: str) -> bool:
    """Keep what was declared for a source, unless the latest row says the same. Returns whether a row was added."""
    said: dict[str, Any] = {
        "mapping": dict(reading.mapping),
        "value_tables": {name: dict(table) for name, table in reading.values.items()},
        "date_format": reading.date_format,
        "encoding": reading.encoding,
    }
    with store.transaction():
        latest = next(iter(store.find(SourceSettings, source=source, order_by="rowid desc")), None)
        if latest is not None and said == {name: getattr(latest, name) for name in said}:
            return False
        row = SourceSettings(id=new_id(), source=source, at=now(), by=by, **said)
        store.add(row)
        chain.record(store, by, "source settings", source, id=row.id, **said)
    return True
