"""The ``[judges]`` table: where masked text may be sent, how fast, and where local models run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from review.basics import setting
from review.models.text_models import DEVICES

SETTINGS = ("hosts", "concurrency", "timeout", "device", "currency")

_CURRENCY = re.compile(r"[A-Z]{3}")
_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?)(?::[0-9]{1,5})?")


@dataclass(frozen=True)
class JudgeSettings:
    """The settings of [judges].

    ``hosts`` are the endpoints that may receive text, as ``host`` or ``host:port``; without any, nothing is sent.
    ``concurrency`` (requests at once) and ``timeout`` (seconds) are the defaults of a run. ``device`` runs local
    models: auto (a GPU if there is one), cpu, cuda or mps. ``currency`` is that of the prices of judges, such as USD;
    "" is not known.
    """

    hosts: tuple[str, ...] = ()
    concurrency: int = 8
    timeout: float = 60.0
    device: str = "auto"
    currency: str = ""


def judge_settings(path: Path, table: Mapping[str, Any]) -> JudgeSettings:
    """Read the [judges] table of the file ``path``. Raises InputError that names the wrong setting."""
    default = JudgeSettings()
    concurrency = table.get("concurrency", default.concurrency)
    timeout = table.get("timeout", default.timeout)
    return JudgeSettings(
        _hosts(f"{path}, judges.hosts", table.get("hosts", [])),
        setting.whole_number(f"{path}, judges.concurrency", concurrency, least=1, most=256),
        setting.number(f"{path}, judges.timeout", timeout, least=1, most=3600, unit="seconds"),
        setting.one_of(f"{path}, judges.device", table.get("device", default.device), DEVICES),
        _currency(f"{path}, judges.currency", table.get("currency", default.currency)),
    )


def _currency(where: str, found: object) -> str:
    if found != "" and not (isinstance(found, str) and _CURRENCY.fullmatch(found)):
        raise setting.wrong(where, found, "a code of three letters such as USD or EUR")
    return str(found)


def _hosts(where: str, found: object) -> tuple[str, ...]:
    if not isinstance(found, list):
        raise setting.wrong(where, found, 'a list such as ["localhost:11434"]')
    for host in found:
        if not isinstance(host, str) or not _HOST.fullmatch(host):
            raise setting.wrong(where, host, "a host or host:port such as localhost:11434, without http:// and path")
    return tuple(dict.fromkeys(host.lower() for host in found))
