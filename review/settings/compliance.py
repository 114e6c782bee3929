"""The tables ``[compliance]`` and ``[duties]``: who answers for findings, and what needs two people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from review.basics import setting

SETTINGS = ("owner", "days", "hosts")
DUTIES = ("draw_and_close", "roles_confirmed")
LONGEST_DAYS = 3650


@dataclass(frozen=True, kw_only=True)
class ComplianceSettings:
    """The settings of [compliance].

    ``owner`` (id or name) answers for new findings; "" is the first lead. ``days`` says by check after how many days
    its findings are due. ``hosts`` may stand in links of answers; ``*.example.org`` stands for all below it.
    """

    owner: str = ""
    days: Mapping[str, int] = field(default_factory=dict)
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Duties:
    """The settings of [duties]: which steps need two people.

    With ``draw_and_close`` a person who drew a week does not close it. With ``roles_confirmed`` a role that a lead
    grants counts once another lead has confirmed it.
    """

    draw_and_close: bool = False
    roles_confirmed: bool = False


def compliance_settings(path: Path, table: Mapping[str, Any]) -> ComplianceSettings:
    """Read the [compliance] table of the file ``path``. Raises InputError that names the wrong setting.

    Running the checks compares the names in ``days`` with theirs: it knows them.
    """
    where = f"{path}, compliance"
    days = setting.table(f"{where}.days", table.get("days", {}), header="[compliance.days]")
    hosts = setting.texts(f"{where}.hosts", table.get("hosts", []), of="host names such as ['example.org']")
    for host in hosts:
        if not host or any(c in host for c in "/:@ "):
            raise setting.wrong(f"{where}.hosts", host, "a host name such as example.org, without scheme and port")
    return ComplianceSettings(
        owner=setting.text(f"{where}.owner", table.get("owner", ""), of="the name of a person"),
        days={
            name: setting.whole_number(f"{where}.days.{name}", n, least=0, most=LONGEST_DAYS)
            for name, n in days.items()
        },
        hosts=tuple(dict.fromkeys(host.rstrip(".").lower() for host in hosts)),
    )


def duties_settings(path: Path, table: Mapping[str, Any]) -> Duties:
    """Read the [duties] table of the file ``path``. Raises InputError that names the wrong setting."""
    return Duties(**{name: setting.flag(f"{path}, duties.{name}", table.get(name, False)) for name in DUTIES})
