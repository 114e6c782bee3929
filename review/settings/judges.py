"""The ``[judges]`` table of spotcheck.toml: where masked text may be sent, how fast, and where models run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from review.basics.errors import InputError
from review.models.text_models import DEVICES

SETTINGS = ("hosts", "concurrency", "timeout", "device")

_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?)(?::[0-9]{1,5})?")


@dataclass(frozen=True)
class JudgeSettings:
    """``hosts`` are the allow-listed ``host`` or ``host:port`` of endpoints; without any, nothing is sent anywhere.

    ``concurrency`` and ``timeout`` (seconds) are those of a run that does not say otherwise. ``device`` runs local
    models: auto (a GPU where there is one), cpu, cuda or mps.
    """

    hosts: tuple[str, ...] = ()
    concurrency: int = 8
    timeout: float = 60.0
    device: str = "auto"


def judge_settings(path: Path, table: Mapping[str, Any]) -> JudgeSettings:
    """The checked ``[judges]`` table of the file ``path``. Raises InputError that names the setting."""
    device = table.get("device", "auto")
    if device not in DEVICES:
        raise InputError(f"{path}, judges.device: found {device!r}, expected one of {', '.join(DEVICES)}.")
    return JudgeSettings(
        _hosts(path, table.get("hosts", [])),
        int(_number(path, "concurrency", table.get("concurrency", 8), 1, 256, "a whole number")),
        float(_number(path, "timeout", table.get("timeout", 60), 1, 3600, "seconds")),
        str(device),
    )


def _hosts(path: Path, found: Any) -> tuple[str, ...]:
    if not isinstance(found, list):
        raise InputError(f'{path}, judges.hosts: found {found!r}, expected a list such as ["localhost:11434"].')
    for host in found:
        if not isinstance(host, str) or not _HOST.fullmatch(host):
            raise InputError(
                f"{path}, judges.hosts: found {host!r}, expected a host or host:port such as localhost:11434, "
                "without http:// and path."
            )
    return tuple(dict.fromkeys(host.lower() for host in found))


def _number(path: Path, setting: str, found: Any, least: int, most: int, what: str) -> float:
    whole = isinstance(found, int) or (isinstance(found, float) and what == "seconds")
    if isinstance(found, bool) or not whole or not least <= found <= most:
        raise InputError(f"{path}, judges.{setting}: found {found!r}, expected {what} from {least} to {most}.")
    return float(found)
