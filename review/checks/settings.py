"""The ``[checks]`` table of spotcheck.toml: which checks run on import, their options, and what is a failing case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from review.basics import setting
from review.basics.errors import InputError
from review.checks.catalogue import CHEAP, CHECKS
from review.checks.protocol import Options
from review.checks.sql_proof import LANE
from review.checks.sql_proof import NAME as SQL_PROOF

if TYPE_CHECKING:  # processes that mask start sooner without the parser of SQL
    from review.sql.lane.lane import Lane

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


def check_settings(path: Path | str, table: Mapping[str, Any], *, lane: Lane | None = None) -> CheckSettings:
    """Read the ``[checks]`` table of the file ``path``. Raises InputError that names the setting.

    With a ``lane``, which the table ``[sql]`` describes, the proof of queries runs by default, and it needs one.
    """
    run = names_of(f"{path}, checks.run", table.get("run", [*CHEAP, *([SQL_PROOF] if lane else [])]))
    if SQL_PROOF in run and lane is None:
        raise InputError(
            f"{path}, checks.run: found '{SQL_PROOF}', but [sql] names no dialect, schema or engine. Add one of them."
        )
    failing = names_of(f"{path}, checks.failing", table.get("failing", []))
    idle = [name for name in failing if name not in run]
    if idle:
        raise InputError(
            f"{path}, checks.failing: found '{idle[0]}', which does not run. Add it to run = [...] as well."
        )
    own = {name: _options(path, name, table[name]) for name in CHECKS if name in table}
    if lane is not None:
        own[SQL_PROOF] = {**own.get(SQL_PROOF, {}), LANE: lane}
    return CheckSettings(run, failing, {name: options for name, options in own.items() if options})


def names_of(where: str, found: Any) -> tuple[str, ...]:
    """Return the names of checks in ``found``, each once, in order. Raises InputError for anything else."""
    names = setting.texts(where, found, of="names such as ['refusal', 'length']")
    return tuple(dict.fromkeys(setting.one_of(where, name, tuple(CHECKS)) for name in names))


def _options(path: Path | str, name: str, found: Any) -> Options:
    """Return the options of one check that differ from its defaults; each must have the type of its default."""
    known = CHECKS[name].options
    options = setting.table(f"{path}, checks.{name}", found, header=f"[checks.{name}]")
    setting.known_keys(f"{path}, [checks.{name}]", options, tuple(known))
    for key, value in options.items():
        _check_kind(f"{path}, checks.{name}.{key}", value, known[key])
    return {key: value for key, value in options.items() if value != known[key]}


def _check_kind(where: str, value: Any, default: Any) -> None:
    if isinstance(default, tuple):
        setting.texts(where, value)
    elif isinstance(default, str):
        setting.text(where, value)
    elif isinstance(default, int):
        setting.whole_number(where, value, least=0)
    else:
        setting.number(where, value, least=0)
