"""The tables ``[import.sources.NAME]`` and ``[sources.NAME]``: how files of one source are read by default."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from review.basics import setting
from review.basics.date_forms import check_form
from review.basics.errors import InputError

SETTINGS = ("alias", "map", "values", "date_format", "encoding")


@dataclass(frozen=True, kw_only=True)
class SourcePreset:
    """One table: ``alias`` is the source whose conversations these are as well; the rest as in ``Reading``."""

    alias: str = ""
    mapping: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    date_format: str = ""
    encoding: str = ""


def source_presets(where: str, found: object) -> dict[str, SourcePreset]:
    """Return the presets by source. Raises InputError for a setting that cannot be one."""
    tables = setting.table(where, found, header=f"[{where.rpartition(', ')[2]}.NAME]")
    return {name: _preset(f"{where}.{name}", table, name) for name, table in tables.items()}


def _preset(where: str, found: object, name: str) -> SourcePreset:
    table = setting.table(where, found, header=f"[{name}]")
    setting.known_keys(where, table, SETTINGS)
    values = setting.table(f"{where}.values", table.get("values", {}), header=f"[{name}.values]")
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
