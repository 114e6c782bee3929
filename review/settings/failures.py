"""The ``[failures]`` table: how many failures of one group a week ask for a task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from review.basics import setting

SETTINGS = ("task_above",)


@dataclass(frozen=True)
class FailureSettings:
    """More than ``task_above`` failures of one group in one week need a task; fewer are edge cases."""

    task_above: int = 3


def failure_settings(path: Path, table: Mapping[str, Any]) -> FailureSettings:
    """Read the [failures] table of the file ``path``. Raises InputError that names the setting."""
    found = table.get("task_above", FailureSettings.task_above)
    return FailureSettings(setting.whole_number(f"{path}, failures.task_above", found, least=0))
