"""Logs of many weeks of production, written directly, with an incident in one slice: for tests of alerts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from review.basics.clock import shifted
from review.basics.log_paths import log_of
from review.basics.times import utc_text
from review.basics.weeks import week_of
from review.log.columns import COLUMNS

START = datetime(2026, 8, 3, tzinfo=UTC)
TYPES = {"VARCHAR": pa.string(), "DOUBLE": pa.float64(), "BIGINT": pa.int64(), "BOOLEAN": pa.bool_()}
VALUES = {
    "model": (["large", "small"], [0.8, 0.2]),
    "prompt_version": (["v1", "v2"], [0.5, 0.5]),
    "variant": (["a", "b"], [0.5, 0.5]),
    "scenario": (["orders", "returns", "stores", "prices"], [0.4, 0.3, 0.2, 0.1]),
    "source": (["production"], [1.0]),
}


@dataclass(frozen=True, kw_only=True)
class Incident:
    """From ``day`` on, ``rate`` of the rows with this value go wrong: by an error, a slow answer, or a high cost.

    ``and_field`` narrows it to those that also have ``and_value``.
    """

    day: int
    field: str = "model"
    value: str = "small"
    rate: float = 0.2
    kind: str = "error"
    and_field: str = ""
    and_value: str = ""


@contextmanager
def at(day: float) -> Iterator[None]:
    """Let it be so many days after START inside the block."""
    with shifted(START + timedelta(days=day) - datetime.now(UTC)):
        yield


def write_log(
    store: Path,
    days: int,
    *,
    seed: int,
    a_day: int = 400,
    error: float = 0.02,
    vary: float = 0.1,
    first: int = 0,
    incident: Incident | None = None,
    checks: str = '{"personal_data": {}}',
    without: tuple[str, ...] = (),
    at_once: int = 1,
) -> None:
    """Write ``days`` days of traffic from day ``first`` on as one import a day, which arrives the next night.

    With ``at_once`` the first so many days are one import.
    """
    rng = np.random.default_rng(seed)
    waiting: list[dict[str, Any]] = []
    for day in range(first, first + days):
        n = int(rng.poisson(a_day))
        rows = _day(rng, day, n, error=error * rng.gamma(1 / vary**2, vary**2) if vary else error)
        if incident is not None and day >= incident.day:
            _go_wrong(rng, rows, incident)
        waiting.append(rows)
        if day - first + 1 >= at_once:
            together = {name: np.concatenate([one[name] for one in waiting]) for name in rows}
            _write(store, START + timedelta(days=day), together, seed=seed, checks=checks, without=without)
            waiting = []


def _day(rng: np.random.Generator, day: int, n: int, *, error: float) -> dict[str, Any]:
    begin = START + timedelta(days=day)
    seconds = np.sort(rng.integers(0, 86_400, n))
    rows: dict[str, Any] = {
        "created_at": np.array([utc_text(begin + timedelta(seconds=int(s))) for s in seconds], dtype=object),
        "status": np.where(rng.random(n) < error, "error", "ok").astype(object),
        "latency_ms": rng.lognormal(7.0, 0.6, n),
        "cost": rng.lognormal(-4, 0.5, n),
        "flagged": np.where(rng.random(n) < 0.003, "personal_data", "").astype(object),
        "repair_rounds": (rng.random(n) < 0.03).astype(int),
    }
    for name, (values, shares) in VALUES.items():
        rows[name] = rng.choice(np.array(values, dtype=object), n, p=shares)
    return rows


def _go_wrong(rng: np.random.Generator, rows: dict[str, Any], incident: Incident) -> None:
    hit = (rows[incident.field] == incident.value) & (rng.random(len(rows["status"])) < incident.rate)
    if incident.and_field:
        hit &= rows[incident.and_field] == incident.and_value
    if incident.kind == "error":
        rows["status"][hit] = "error"
    elif incident.kind == "slow":
        rows["latency_ms"][hit] = 9_000
    else:
        rows["cost"][hit] *= 20


def _write(
    store: Path, day: datetime, rows: dict[str, Any], *, seed: int, checks: str, without: tuple[str, ...]
) -> None:
    n, batch = len(rows["status"]), f"{day:%Y%m%d}-{seed}"
    arrived = utc_text(day + timedelta(days=1, hours=2))
    made = {
        "id": [f"{batch}-{k}" for k in range(n)],
        "week": [week_of(day)] * n,
        "imported_at": [arrived] * n,
        "import_id": [batch] * n,
        "verdicts": ["{}"] * n,
        "content": [f'{{"checks": {checks}}}'] * n,
    }
    cells = {**rows, **made}
    table = {
        name: pa.array(cells[name], type=TYPES.get(kind)) if name in cells and name not in without
        else pa.nulls(n, TYPES.get(kind, pa.binary()))
        for name, kind in COLUMNS.items()
    }  # fmt: skip
    folder = log_of(store).logs / batch
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(table), folder / f"{week_of(day)}-0001.parquet")
