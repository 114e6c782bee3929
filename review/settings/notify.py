"""The ``[notify]`` table: who gets messages about weeks, and which. Addresses come from the environment alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from review.basics import setting

SETTINGS = ("people", "team", "kinds", "days_before")
KINDS = ("opened", "soon", "late", "closed")
"""What a message is about: a week opened, is due soon, is late, or was closed."""
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, kw_only=True)
class NotifySettings:
    """The settings of [notify].

    ``people`` names, by person (id or name), the variable of the environment that holds the Apprise address; ``team``
    the variable for a channel of the team. ``kinds`` are the messages that are sent, "soon" from ``days_before`` days
    before the due date on.
    """

    people: Mapping[str, str] = field(default_factory=dict)
    team: str = ""
    kinds: tuple[str, ...] = KINDS
    days_before: int = 2


def notify_settings(path: Path, table: Mapping[str, Any]) -> NotifySettings:
    """Read the [notify] table of the file ``path``. Raises InputError that names the wrong setting."""
    where = f"{path}, notify"
    people = setting.table(f"{where}.people", table.get("people", {}), header="[notify.people]")
    return NotifySettings(
        people={name: _variable(f"{where}.people.{name}", found) for name, found in people.items()},
        team=_variable(f"{where}.team", table["team"]) if table.get("team") else "",
        kinds=setting.some_of(f"{where}.kinds", table.get("kinds", KINDS), KINDS),
        days_before=setting.whole_number(f"{where}.days_before", table.get("days_before", 2), least=0, most=30),
    )


def _variable(where: str, found: object) -> str:
    """Return the name of a variable. What was found instead is not repeated: it may be the address, with a password."""
    if not isinstance(found, str) or not _VARIABLE.fullmatch(found):
        remedy = "The address itself stands in that variable, because it holds passwords."
        raise setting.wrong(where, found, "the name of a variable such as NOTIFY_ANA", remedy, veiled=True)
    return found
