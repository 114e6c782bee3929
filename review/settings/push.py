"""The ``[push]`` table: the systems that settled labels may go to, and where publishing may write. Keys are named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from review.basics import setting

TARGETS = ("langfuse", "langsmith", "phoenix", "otlp")
SETTINGS = ("hosts", *TARGETS)


@dataclass(frozen=True, kw_only=True)
class PushSettings:
    """The settings of [push].

    Nothing is sent to a host that ``hosts`` does not name. ``targets`` are the settings of each system, by its kind:
    ``address``, and the names of the variables that hold its keys.
    """

    hosts: tuple[str, ...] = ()
    targets: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def push_settings(path: Path, table: Mapping[str, Any]) -> PushSettings:
    """Read the [push] table of the file ``path``. Raises InputError that names the wrong setting."""
    where = f"{path}, push"
    given = {name: setting.table(f"{where}.{name}", table[name]) for name in TARGETS if name in table}
    return PushSettings(
        hosts=setting.texts(f"{where}.hosts", table.get("hosts", []), of="host names such as ['cloud.langfuse.com']"),
        targets={name: setting.text_table(f"{where}.{name}", one) for name, one in given.items()},
    )
