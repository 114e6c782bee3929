"""The ``[retention]`` table: how long the log keeps conversations of each class, once somebody has switched it on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from review.basics import setting

SETTINGS = ("on", "error_days", "slow_days", "normal_days", "slow_ms")
MOST_DAYS = 36_500
"""A hundred years: 0 keeps a class for ever."""
CLASSES = ("error", "slow", "normal")
"""A conversation belongs to the first that fits."""


@dataclass(frozen=True, kw_only=True)
class Retention:
    """How many days each class is kept; 0 keeps it for ever. Nothing is removed unless somebody has said ``on``.

    An answer that took more than ``slow_ms`` milliseconds is slow.
    """

    on: bool = False
    error_days: int = 90
    slow_days: int = 30
    normal_days: int = 7
    slow_ms: float = 5_000.0

    @property
    def days(self) -> dict[str, int]:
        """The days of each class, in the order of ``CLASSES``."""
        return {"error": self.error_days, "slow": self.slow_days, "normal": self.normal_days}


def retention_settings(path: Path, table: Mapping[str, Any]) -> Retention:
    """Read the [retention] table of the file ``path``. Raises InputError that names the setting."""
    days = {
        name: setting.whole_number(
            f"{path}, retention.{name}", table.get(name, getattr(Retention, name)), least=0, most=MOST_DAYS
        )
        for name in ("error_days", "slow_days", "normal_days")
    }
    slow = setting.number(f"{path}, retention.slow_ms", table.get("slow_ms", Retention.slow_ms), least=0)
    return Retention(on=setting.flag(f"{path}, retention.on", table.get("on", False)), slow_ms=slow, **days)
