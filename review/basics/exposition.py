"""Figures of a process in the text that Prometheus reads."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from review.basics.errors import InputError, NothingToDo
from review.basics.measured import BUCKETS, counts_of, times_of
from review.basics.words import installing

VARIABLE = "SPOTCHECK_METRICS_SECRET"
"""The environment variable with the secret that a monitoring system sends as its bearer token."""
LEAST = 16
"""Characters of the secret at least."""
KIND = "text/plain; version=0.0.4; charset=utf-8"
"""The content type of the text."""


class Level(NamedTuple):
    """How much of something there is now; None says that nobody knows, and then the figure is left out."""

    name: str
    said: str
    value: float | None


class Counted(NamedTuple):
    """A count by labels: the ``values``, or else what this process has counted."""

    name: str
    said: str
    labels: tuple[str, ...]
    values: Mapping[tuple[str, ...], int] | None = None


class Timed(NamedTuple):
    """Times of this process by labels, in seconds."""

    name: str
    said: str
    labels: tuple[str, ...]


def secret_of(environment: Mapping[str, str]) -> str:
    """Return the secret, "" where nobody may read the figures. Raises InputError for one that is too short."""
    secret = environment.get(VARIABLE, "").strip()
    if secret and len(secret) < LEAST:
        raise InputError(f"{VARIABLE}: found {len(secret)} characters, expected at least {LEAST}.")
    return secret


def may_read(headers: Sequence[tuple[bytes, bytes]], secret: str) -> bool:
    """Return whether a request carries the secret as its one bearer token."""
    given = [value for name, value in headers if name.lower() == b"authorization"]
    return bool(secret) and len(given) == 1 and hmac.compare_digest(given[0], b"Bearer " + secret.encode())


def exposition(families: Iterable[Level | Counted | Timed]) -> bytes:
    """Return the figures as text. Raises NothingToDo where prometheus_client is not installed."""
    try:
        from prometheus_client import CollectorRegistry, generate_latest
    except ImportError:
        raise NothingToDo(
            f"figures for Prometheus need the package prometheus-client. Install it: {installing('metrics')}."
        ) from None
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Given(list(families)))
    return bytes(generate_latest(registry))


class _Given:
    """What prometheus_client asks for figures that are kept elsewhere."""

    def __init__(self, families: Sequence[Level | Counted | Timed]) -> None:
        self._families = families

    def collect(self) -> Iterable[Any]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

        for one in self._families:
            name = f"spotcheck_{one.name}"
            if isinstance(one, Level):
                if one.value is not None:
                    yield GaugeMetricFamily(name, one.said, value=one.value)
            elif isinstance(one, Counted):
                family = CounterMetricFamily(name, one.said, labels=one.labels)
                for labels, n in (counts_of(one.name) if one.values is None else one.values).items():
                    family.add_metric(labels, n)
                yield family
            else:
                timed = HistogramMetricFamily(name, one.said, labels=one.labels)
                for labels, times in times_of(one.name).items():
                    ends, so_far = [*(str(end) for end in BUCKETS), "+Inf"], 0
                    buckets = []
                    for end, n in zip(ends, times.counts, strict=True):
                        so_far += n
                        buckets.append((end, so_far))
                    timed.add_metric(labels, buckets, times.total)
                yield timed
