"""How many items with known answers are mixed in: ``anchors`` and ``anchors_after_weeks`` of ``[sampling]``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from review.basics import setting

SETTINGS = ("anchors", "anchors_after_weeks")
MOST = 0.5


@dataclass(frozen=True)
class Anchors:
    """``rate`` is the number of anchors for each item of a reviewer, 0 for none.

    Golden examples are used from ``after_weeks`` weeks after their approval on.
    """

    rate: float = 0.0
    after_weeks: int = 8


def anchor_settings(path: Path | str, table: Mapping[str, Any]) -> Anchors:
    """Read the settings of the table ``[sampling]``. Raises InputError that names the setting."""
    rate, weeks = table.get("anchors", Anchors.rate), table.get("anchors_after_weeks", Anchors.after_weeks)
    return Anchors(
        setting.number(f"{path}, sampling.anchors", rate, least=0, most=MOST),
        setting.whole_number(f"{path}, sampling.anchors_after_weeks", weeks, least=0),
    )
