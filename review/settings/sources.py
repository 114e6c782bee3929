"""The tables ``[sources.NAME]``: how files of one source are read before anybody declares it in the application."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from review.basics import setting
from review.basics.date_forms import check_form
from review.basics.errors import InputError

NAME = re.compile(r"\w[\w.-]{0,63}")
SETTINGS = ("alias", "map", "values", "date_format", "encoding")
KIND = "kind"
"""A table with this setting is also a source that is pulled; its other settings depend on the kind."""


@dataclass(frozen=True, kw_only=True)
class SourcePreset:
    """One table: ``alias`` is the source whose conversations these are as well; the rest as in ``Reading``."""

    alias: str = ""
    mapping: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    date_format: str = ""
    encoding: str = ""


def source_tables(path: Path, found: object) -> dict[str, dict[str, Any]]:
    """Return the tables by the name of their source. ``[[sources]]`` with a ``name`` in each is read as well.

    Raises InputError for a name that cannot be one, or that two tables have.
    """
    tables: dict[str, dict[str, Any]] = {}
    for name, place, table in _named(path, found):
        if not NAME.fullmatch(name):
            raise setting.wrong(f"{place}.name", name, "up to 64 letters, digits, '.', '_' or '-'")
        if name in tables:
            raise InputError(f"{path}, sources: found the name '{name}' twice, expected one name for each source.")
        tables[name] = table
    return tables


def _named(path: Path, found: object) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the name, the place in the file, and the settings of each source."""
    if isinstance(found, list):
        for number, one in enumerate(found, start=1):
            place = f"{path}, sources[{number}]"
            table = dict(setting.table(place, one, header="[[sources]]"))
            yield setting.text(f"{place}.name", table.pop("name", ""), of="a name such as 'shop'"), place, table
        return
    for name, one in setting.table(f"{path}, sources", found, header="[sources.NAME]").items():
        place = f"{path}, sources.{name}"
        yield name, place, dict(setting.table(place, one, header=f"[sources.{name}]"))


def source_presets(path: Path, tables: Mapping[str, Mapping[str, Any]]) -> dict[str, SourcePreset]:
    """Return the presets by source. Raises InputError for a setting that cannot be one."""
    return {name: _preset(f"{path}, sources.{name}", table, name) for name, table in tables.items()}


def _preset(where: str, table: Mapping[str, Any], name: str) -> SourcePreset:
    if KIND not in table:
        setting.known_keys(where, table, (*SETTINGS, KIND))
    values = setting.table(f"{where}.values", table.get("values", {}), header=f"[sources.{name}.values]")
    return SourcePreset(
        alias=setting.text(f"{where}.alias", table.get("alias", ""), of="the name of a source"),
        mapping=setting.text_table(f"{where}.map", table.get("map", {})),
        values={one: setting.text_table(f"{where}.values.{one}", rows) for one, rows in values.items()},
        date_format=_form(f"{where}.date_format", table.get("date_format", "")),
        encoding=checked_encoding(f"{where}.encoding", table.get("encoding", "")),
    )


def _form(where: str, found: Any) -> str:
    try:
        return check_form(setting.text(where, found))
    except InputError as error:
        raise InputError(f"{where}: {error}") from None


def checked_encoding(where: str, found: Any) -> str:
    """Return the name of a text encoding, "" for UTF-8. Raises InputError for what is no encoding of text."""
    name = setting.text(where, found, of="the name of an encoding such as cp1252")
    try:
        known = codecs.lookup(name).name if name else ""
        "".encode(known or "utf-8")
    except (LookupError, ValueError):
        raise setting.wrong(where, name, "the name of an encoding such as cp1252, cp1251 or latin-1") from None
    return "" if known in ("utf-8", "utf-8-sig") else known
