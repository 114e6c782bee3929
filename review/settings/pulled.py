"""The sources of spotcheck.toml that have a ``kind``: systems that Spotcheck reads by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from review.basics import setting
from review.basics.errors import UnknownError
from review.settings.sources import KIND, SETTINGS


@dataclass(frozen=True, kw_only=True)
class PulledSource:
    """One source: its ``name`` (also the source of its conversations), its ``kind``, and the settings of this kind.

    ``where`` is its place in the settings, for messages.
    """

    name: str
    kind: str
    options: Mapping[str, str]
    where: str


def pulled_sources(path: Path, tables: Mapping[str, Mapping[str, Any]]) -> tuple[PulledSource, ...]:
    """Return the sources that have a kind. Raises InputError that names the wrong setting."""
    return tuple(
        _source(f"{path}, sources.{name}", name, table) for name, table in tables.items() if table.get(KIND) is not None
    )


def named_source(sources: tuple[PulledSource, ...], name: str) -> PulledSource:
    """Return the source of this name. Raises UnknownError that lists those there are."""
    found = next((one for one in sources if one.name == name), None)
    if found is None:
        known = ", ".join(one.name for one in sources) or "none"
        raise UnknownError(f"no source '{name}' is connected (there are: {known}).")
    return found


def _source(where: str, name: str, table: Mapping[str, Any]) -> PulledSource:
    own = {key: value for key, value in table.items() if key not in (*SETTINGS, KIND)}
    options = {key: setting.text(f"{where}.{key}", value) for key, value in own.items()}
    return PulledSource(name=name, kind=setting.text(f"{where}.kind", table[KIND]), options=options, where=where)
