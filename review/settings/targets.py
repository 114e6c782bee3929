"""The tables ``[targets.NAME]`` of spotcheck.toml: products under test that the application may run.

Only what stands in this file can be started from a page: a command there is run by the server.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from review.basics import setting
from review.basics.errors import InputError

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


@dataclass(frozen=True)
class TargetPreset:
    """One target: the name of its kind, and the options of that kind as they are written."""

    kind: str
    options: Mapping[str, Any] = field(default_factory=dict)


def target_presets(path: Path, tables: Any) -> dict[str, TargetPreset]:
    """Read the targets of the file ``path``. Raises InputError that names the table; kinds check their options."""
    found = {}
    for name, table in setting.table(f"{path}, targets", tables, header="[targets.NAME]").items():
        where = f"{path}, targets.{name}"
        if not _NAME.fullmatch(name):
            raise InputError(f"{where}: expected a name of letters, digits, _ and -, such as shop.")
        options = dict(setting.table(where, table, header=f"[targets.{name}]"))
        found[name] = TargetPreset(setting.text(f"{where}.kind", options.pop("kind", None), of="a kind"), options)
    return found
