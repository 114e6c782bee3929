"""Health of production: figures by window and slice, gaps, clocks that are wrong, and the command."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from click.testing import CliRunner

from review.basics.errors import InputError
from review.basics.log_paths import LogPaths, log_of
from review.commands.health import health_command
from review.log import buckets
from review.monitoring.bucket import Bucket
from review.monitoring.health import Asked, health
from review.monitoring.measuring import share
from review.monitoring.unread import unread_words
from review.settings.project import Project
from review.sources.collecting.frames import spool_of
from review.sources.collecting.waiting_now import WaitingNow
from review.sources.importing import import_file
from review.sources.options import ImportOptions
from review.statistics.intervals import wilson
from storage.opening import open_store

PROJECT = Project(path=Path("spotcheck.toml"))
LATENCIES = [float(ms) for ms in range(100, 300)]


def row(n: int, at: str, **cells: Any) -> dict[str, Any]:
    return {"id": f"c{n}", "created_at": at, "question": "Where is it?", "answer": "On its way.", **cells}


def rows() -> Iterable[dict[str, Any]]:
    """200 conversations on Monday, none on Tuesday, one late on Wednesday; five with clocks that are wrong."""
    for n, ms in enumerate(LATENCIES):
        failed = {"status": "error", "error_type": "timeout" if n % 2 else "unknown_column"} if n < 20 else {}
        model = {"model": "small" if n % 4 else "large"} if n < 196 else {}
        answer = {"answer": "Which order do you mean?"} if n < 30 else {}
        yield row(n, f"2026-11-02T{n % 24:02}:10:00Z", latency_ms=ms, cost=0.01, **failed, **model, **answer)
    yield row(900, "2026-11-04T23:30:00Z", repaired=True, repair_rounds=2, feedback="down")
    yield row(901, "2033-01-01T00:00:00Z")
    yield row(902, "2033-01-01T00:00:00Z")
    yield row(903, "1970-01-01T00:00:07Z")
    yield {"id": "undated", "question": "Where?", "answer": "Here."}


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> LogPaths:
    folder = tmp_path_factory.mktemp("health")
    open_store(folder / "spotcheck.db").close()
    (folder / "log.jsonl").write_bytes(b"".join(orjson.dumps(one) + b"\n" for one in rows()))
    place = log_of(folder / "spotcheck.db")
    import_file(folder / "log.jsonl", ImportOptions(), log=place, key=b"key", by="lea")
    return place


@pytest.fixture(scope="module")
def said(log: LogPaths) -> Callable[..., dict[str, Any]]:
    store = str(log.logs).removesuffix(".logs")

    def run(*options: str) -> dict[str, Any]:
        done = CliRunner().invoke(health_command, [*options, "--store", store, "--json"])
        assert done.exit_code == 0, done.output
        found: dict[str, Any] = orjson.loads(done.stdout)
        return found

    return run


def test_a_day_has_its_figures_with_intervals(log: LogPaths) -> None:
    day = health(log, PROJECT, Asked()).buckets[0]
    assert (day.start, day.end) == ("2026-11-02T00:00:00.000+00:00", "2026-11-03T00:00:00.000+00:00")
    assert day.traffic == 200
    errors = day.shares["error_rate"]
    assert (errors.value, errors.ci, errors.n) == (0.1, wilson(20, 200), 200)
    assert day.shares["success_rate"].value == 0.9
    points = np.quantile(LATENCIES, [0.5, 0.95, 0.99])
    assert list(day.latency.values()) == pytest.approx(points, rel=5e-4)
    assert {name: one.value for name, one in day.errors.items()} == {"timeout": 0.05, "unknown_column": 0.05}
    assert day.checks["clarification"].value == 0.15 and day.checks["refusal"].value == 0
    assert day.sums["cost"] == pytest.approx(2)


def test_undefined_is_not_zero(log: LogPaths) -> None:
    monday, tuesday, wednesday = health(log, PROJECT, Asked()).buckets
    assert monday.shares["repair_rate"].value is None and monday.shares["repair_needed"].value is None
    assert monday.sums["retries"] is None and monday.shares["thumbs_down"].undefined
    assert (tuesday.state, tuesday.traffic, tuesday.shares["error_rate"].undefined) == ("no traffic", 0, "no traffic")
    assert wednesday.shares["repair_rate"].value == 1 and wednesday.shares["thumbs_down"].value == 1
    assert wednesday.latency == {"p50": None, "p95": None, "p99": None}


def test_wrong_clocks_are_counted_apart(said: Callable[..., dict[str, Any]]) -> None:
    found = said()
    assert found["apart"] == {"undated": 1, "future": 2, "too_old": 1}
    assert sum(one["traffic"] for one in found["buckets"]) == 201


def test_what_waits_in_the_spool_of_a_collector_is_in_the_answer(
    log: LogPaths, said: Callable[..., dict[str, Any]]
) -> None:
    assert "waiting" not in said("--to", "2026-11-02"), "no collector has run"
    spool = spool_of(str(log.logs).removesuffix(".logs"))
    spool.mkdir()
    WaitingNow(at=1763717460.0, traces=2, spans=5, since=1763717400.0, rootless=1).write(spool)
    waiting = said("--to", "2026-11-02")["waiting"]
    assert (waiting["spans"], waiting["rootless"], waiting["since"]) == (5, 1, "2025-11-21T09:30:00.000+00:00")


def test_slices_and_hours_and_weeks_add_up(said: Callable[..., dict[str, Any]]) -> None:
    sliced = said("--slice", "model", "--to", "2026-11-02")["buckets"]
    assert {one["slice"]: one["traffic"] for one in sliced} == {"large": 49, "small": 147, None: 4}
    hours = said("--by", "hour")["buckets"]
    assert len(hours) == 72 and sum(one["traffic"] for one in hours) == 201
    (week,) = said("--by", "week")["buckets"]
    assert (week["from"][:10], week["to"][:10], week["traffic"]) == ("2026-11-02", "2026-11-09", 201)
    two = said("--slice", "model", "--slice", "source", "--to", "2026-11-02")["buckets"]
    assert two[0]["slice"] == {"model": "large", "source": "production"}


def test_a_day_is_that_of_the_time_zone(log: LogPaths) -> None:
    berlin = Project(path=Path("spotcheck.toml"), time_zone="Europe/Berlin")
    days = health(log, berlin, Asked()).buckets
    assert [(one.start[:16], one.traffic) for one in days][:2] == [("2026-11-01T23:00", 192), ("2026-11-02T23:00", 8)]
    assert days[-1].start[:16] == "2026-11-04T23:00" and days[-1].traffic == 1


def test_a_span_keeps_its_windows_without_traffic(said: Callable[..., dict[str, Any]]) -> None:
    found = said("--from", "2026-10-31", "--to", "2026-11-03")["buckets"]
    assert [one["state"] for one in found] == ["no traffic", "no traffic", "traffic", "no traffic"]
    assert said("--from", "2027-01-01")["buckets"] == []


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (Asked(start="yesterday"), "expected a date"),
        (Asked(start="0001-01-01"), "from: found '0001-01-01', expected a date .* from 1970 to 2100"),
        (Asked(end="9999-12-31"), "to: found '9999-12-31', expected a date .* from 1970 to 2100"),
        (Asked(end="9999-12-31T23:59:59Z"), "to: found '9999-12-31T23:59:59Z', expected a date"),
        (Asked(start="2026-11-05", end="2026-11-01"), "the start. Swap"),
        (Asked(slices=("content",)), "expected one of model"),
        (Asked(by="hour", start="2001-01-01"), "Choose a shorter span"),
    ],
)
def test_what_cannot_be_asked_is_refused(log: LogPaths, asked: Asked, words: str) -> None:
    with pytest.raises(InputError, match=words):
        health(log, PROJECT, asked)


def test_rare_values_of_a_slice_stand_together(log: LogPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buckets, "MOST_VALUES", 1)
    found = health(log, PROJECT, Asked(slices=("model",), end="2026-11-02")).buckets
    assert {one.slice[0]: one.traffic for one in found} == {"small": 147, buckets.OTHER: 49, None: 4}


def test_an_empty_log_has_no_figures(tmp_path: Path) -> None:
    assert health(log_of(tmp_path / "none.db"), PROJECT, Asked()).buckets == ()


def test_a_slice_prints_no_row_for_a_window_without_its_traffic(
    said: Callable[..., dict[str, Any]], log: LogPaths
) -> None:
    states = [(one["slice"], one["state"]) for one in said("--slice", "model")["buckets"]]
    assert ("large", "no traffic") in states, "programs get every window"
    store = str(log.logs).removesuffix(".logs")
    printed = CliRunner().invoke(health_command, ["--slice", "model", "--store", store]).stdout
    rows = [line.split()[:3] for line in printed.splitlines() if line.startswith("2026")]
    assert rows == [["2026-11-02", "large", "49"], ["2026-11-02", "small", "147"], ["2026-11-02", "–", "4"],
                    ["2026-11-04", "–", "1"]]  # fmt: skip
    assert "no traffic" in CliRunner().invoke(health_command, ["--store", store]).stdout


def test_a_check_that_was_switched_on_later_says_what_it_has_not_read() -> None:
    bucket = partial(Bucket, start="", end="", slices=(), slice=(), shares={}, sums={}, latency={}, errors={})
    early = bucket(traffic=30, checks={"refusal": share(0, 0, "no"), "length": share(1, 30, "no")})
    late = bucket(traffic=10, checks={"refusal": share(1, 10, "no"), "length": share(1, 10, "no")})
    [words] = unread_words([early, late])
    assert words.startswith("Refusal: of 10 conversations. The other 30 were imported without this check")
    assert unread_words([early]) == [] and unread_words([]) == []
