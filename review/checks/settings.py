"""The ``[checks]`` table of spotcheck.toml: which checks run on import, their options, and what is a failing case."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from review.basics.errors import InputError
from review.checks.catalogue import CHEAP, CHECKS
from review.checks.protocol import Options

SETTINGS = ("run", "failing", *CHECKS)


@dataclass(frozen=True)
class CheckSettings:
    """``run`` are the checks of every import, in order. What a check in ``failing`` flags is a failing case.

    ``options`` holds, by check, the options that differ from the defaults.
    """

    run: tuple[str, ...] = CHEAP
    failing: tuple[str, ...] = ()
    options: Mapping[str, Options] = field(default_factory=dict)

    def of(self, name: str) -> Options:
        """Return all options of a check."""
        return {**CHECKS[name].options, **self.options.get(name, {})}


def check_settings(path: Path | str, table: Mapping[str, Any]) -> CheckSettings:
    """Read the ``[checks]`` table of the file ``path``. Raises InputError that names the setting."""
    run = names_of(f"{path}, checks.run", table.get("run", list(CHEAP)))
    failing = names_of(f"{path}, checks.failing", table.get("failing", []))
    idle = [name for name in failing if name not in run]
    if idle:
        raise InputError(
            f"{path}, checks.failing: found '{idle[0]}', which does not run. Add it to run = [...] as well."
        )
    own = {name: _options(path, name, table[name]) for name in CHECKS if name in table}
    return CheckSettings(run, failing, {name: options for name, options in own.items() if options})


def names_of(where: str, found: Any) -> tuple[str, ...]:
    """Return the names of checks in ``found``, each once, in order. Raises InputError for anything else."""
    if not isinstance(found, list | tuple) or not all(isinstance(name, str) for name in found):
        raise InputError(f"{where}: found {found!r}, expected a list of names such as ['refusal', 'length'].")
    unknown = [name for name in found if name not in CHECKS]
    if unknown:
        raise InputError(f"{where}: found '{unknown[0]}', expected one of {', '.join(CHECKS)}.")
    return tuple(dict.fromkeys(found))


def _options(path: Path | str, name: str, found: Any) -> Options:
    """Return the options of one check that differ from its defaults; each must have the type of its default."""
    known = CHECKS[name].options
    if not isinstance(found, Mapping):
        raise InputError(f"{path}, checks.{name}: found {found!r}, expected a table [checks.{name}].")
    for key, value in found.items():
        if key not in known:
            expected = f"one of {', '.join(known)}" if known else "none: it has no options"
            raise InputError(f"{path}, [checks.{name}]: found setting '{key}', expected {expected}.")
        _check_kind(f"{path}, checks.{name}.{key}", value, known[key])
    return {key: value for key, value in found.items() if value != known[key]}


def _check_kind(where: str, value: Any, default: Any) -> None:
    if isinstance(default, tuple):
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise InputError(f"{where}: found {value!r}, expected a list of texts.")
        return
    if isinstance(default, str):
        if not isinstance(value, str):
            raise InputError(f"{where}: found {value!r}, expected a text.")
        return
    whole = isinstance(default, int)
    right = isinstance(value, int if whole else int | float) and not isinstance(value, bool)
    if not right or not math.isfinite(value) or value < 0:
        raise InputError(f"{where}: found {value!r}, expected a {'whole number' if whole else 'number'} of at least 0.")
