"""The ``[judges]`` table of spotcheck.toml: where masked text may be sent, and how fast."""

from __future__ import annotations

from dataclasses import dataclass

SETTINGS = ("hosts", "concurrency", "timeout")


@dataclass(frozen=True)
class JudgeSettings:
    """``hosts`` are the allow-listed ``host`` or ``host:port`` of endpoints; without any, nothing is sent anywhere."""

    hosts: tuple[str, ...] = ()
    concurrency: int = 8
    timeout: float = 60.0
