"""The ``[log]`` table: how the processes write what they do to standard error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from review.basics import setting

SETTINGS = ("format", "level")
FORMATS = ("text", "json")
LEVELS = ("debug", "info", "warning", "error")


@dataclass(frozen=True)
class LogSettings:
    """``format`` is how a line is written; lines below ``level`` are left out."""

    format: str = "text"
    level: str = "warning"


def log_settings(path: Path | str, table: Mapping[str, Any]) -> LogSettings:
    """Read the ``[log]`` table of the file ``path``. Raises InputError that names the setting."""
    usual = LogSettings()
    return LogSettings(
        format=setting.one_of(f"{path}, log.format", table.get("format", usual.format), FORMATS),
        level=setting.one_of(f"{path}, log.level", table.get("level", usual.level), LEVELS),
    )
