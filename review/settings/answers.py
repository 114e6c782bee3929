"""The ``[answers]`` table: the numbers behind the words of the four answers of a week."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from review.basics import setting
from review.basics.errors import InputError
from review.statistics.answers.thresholds import Thresholds

SETTINGS = tuple(f.name for f in fields(Thresholds))
WHOLE = ("contested_items", "judge_positives", "shared_items")
PAIRS = (
    ("well_known", "roughly_known"),
    ("well_measured", "roughly_measured"),
    ("judge_bad", "judge_good"),
    ("judge_point", "judge_good"),
)
"""Settings of which the first must not lie above the second."""


def answer_settings(path: Path | str, table: Mapping[str, Any]) -> Thresholds:
    """Read the ``[answers]`` table of the file ``path``. Raises InputError that names the setting."""
    found = {name: _read(f"{path}, answers.{name}", name, value) for name, value in table.items()}
    made = Thresholds(**found)
    for low, high in PAIRS:
        if getattr(made, low) > getattr(made, high):
            raise InputError(
                f"{path}, answers.{low}: found {getattr(made, low):g}, expected no more than {high}, which is "
                f"{getattr(made, high):g}."
            )
    return made


def _read(where: str, name: str, value: object) -> Any:
    if name in WHOLE:
        return setting.whole_number(where, value, least=1)
    return setting.number(where, value, least=0, most=1)
