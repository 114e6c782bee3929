"""The table ``[scores]`` of spotcheck.toml: which scorers run, and which decide the combined accuracy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from review.basics import setting

SETTINGS = ("run", "execution", "semantic", "correctness")
RUN = ("execution", "sql_rules", "demands", "behaviour", "exact", "normalised", "required", "tools", "labels")
EXECUTION = ("execution",)
SEMANTIC = ("required", "behaviour", "tools")
DEMANDS = "demands"
"""The scorer of what ``[sql]`` and the day of a case demand; part of the meaning by default where ``[sql]`` is used."""


@dataclass(frozen=True, kw_only=True)
class ScoreSettings:
    """The settings of [scores].

    ``run`` are the scorers that run, ``execution`` and ``semantic`` those whose mean is the execution and the semantic
    part of the combined accuracy; all of them run. ``correctness`` is the dimension whose settled label replaces the
    semantic part for the very answer that people saw.
    """

    run: tuple[str, ...] = RUN
    execution: tuple[str, ...] = EXECUTION
    semantic: tuple[str, ...] = SEMANTIC
    correctness: str = "correctness"

    @cached_property
    def all(self) -> tuple[str, ...]:
        """Every scorer that runs, each once."""
        return tuple(dict.fromkeys((*self.run, *self.deciding)))

    @cached_property
    def deciding(self) -> tuple[str, ...]:
        """The scorers that decide the combined accuracy, each once."""
        return tuple(dict.fromkeys((*self.execution, *self.semantic)))


def score_settings(path: Path, table: Mapping[str, Any], *, sql: bool = False) -> ScoreSettings:
    """Read the [scores] table of the file ``path``; ``sql`` says whether the project declares what its SQL must meet.

    Raises InputError that names the setting.
    """
    default = ScoreSettings(semantic=(*SEMANTIC, DEMANDS) if sql else SEMANTIC)
    lists = {
        name: setting.texts(f"{path}, scores.{name}", table.get(name, list(getattr(default, name))), of="scorers")
        for name in ("run", "execution", "semantic")
    }
    correctness = setting.text(f"{path}, scores.correctness", table.get("correctness", default.correctness))
    return ScoreSettings(**lists, correctness=correctness)
