"""The ``[push]`` table: the systems that settled labels may go to, by their names in ``--to``. Keys are named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from review.basics import setting

HOSTS = "hosts"


@dataclass(frozen=True, kw_only=True)
class PushSettings:
    """The settings of [push].

    Nothing is sent to a host that ``hosts`` does not name. ``systems`` are the settings of each system, by its name:
    ``address``, and the names of the variables that hold its keys. Pushing checks names and settings: it knows the
    systems.
    """

    hosts: tuple[str, ...] = ()
    systems: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def push_settings(path: Path, table: Mapping[str, Any]) -> PushSettings:
    """Read the [push] table of the file ``path``. Raises InputError that names the wrong setting."""
    where = f"{path}, push"
    of_one = "of one system (the only other setting is hosts)"
    given = {name: setting.table(f"{where}.{name}", one, header=of_one) for name, one in table.items() if name != HOSTS}
    return PushSettings(
        hosts=setting.texts(f"{where}.{HOSTS}", table.get(HOSTS, []), of="host names such as ['cloud.langfuse.com']"),
        systems={name: setting.text_table(f"{where}.{name}", one) for name, one in given.items()},
    )
