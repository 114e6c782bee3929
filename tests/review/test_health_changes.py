"""What changed between two spans: the share that moved, the slice that explains it, and one sentence."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from review.basics.aside import Aside, done_within
from review.basics.log_paths import LogPaths, log_of
from review.monitoring.comparing import compared
from review.monitoring.health import Asked
from review.settings.project import Project
from review.sources.importing import import_file
from review.sources.options import ImportOptions
from review.statistics.intervals import newcombe

PROJECT = Project(path=Path("spotcheck.toml"))
BEFORE, AFTER = Asked(start="2026-11-02", end="2026-11-08"), Asked(start="2026-11-09", end="2026-11-15")


def rows() -> Iterator[dict[str, Any]]:
    """Two weeks of 100 a day; in the second one, version v2 fails often and is slow."""
    rng = random.Random(3)
    for n in range(1_400):
        day = 2 + n // 100
        version = rng.choice(["v1", "v1", "v2"])
        bad = day >= 9 and version == "v2"
        failed = {"status": "error", "error_type": "timeout"} if rng.random() < (0.4 if bad else 0.03) else {}
        seconds = rng.lognormvariate(0, 0.3) * (2 if bad else 1)
        yield {
            "id": f"c{n}",
            "created_at": f"2026-11-{day:02}T{n % 24:02}:00:00Z",
            "question": "Where?",
            "answer": "Here.",
            "prompt_version": version,
            "model": rng.choice(["a", "b"]),
            "latency_ms": 1_000 * seconds,
            **failed,
        }


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> LogPaths:
    folder = tmp_path_factory.mktemp("changes")
    (folder / "log.jsonl").write_bytes(b"".join(orjson.dumps(one) + b"\n" for one in rows()))
    place = log_of(folder / "spotcheck.db")
    import_file(folder / "log.jsonl", ImportOptions(), log=place, key=b"key", by="lea")
    return place


def test_the_sentence_names_the_figure_and_the_slice(log: LogPaths) -> None:
    found = compared(log, PROJECT, ("this week", AFTER), ("the week before", BEFORE))
    assert [one.name for one in found.changes] == ["error_rate"] and found.changes[0].worse
    assert found.why is not None and (found.why.column, found.why.value) == ("prompt_version", "v2")
    assert found.headline.startswith("Errors rose from 3.")
    assert "of it with prompt version v2" in found.headline and "slower than the slowest 5% before" in found.headline


def test_nothing_changed_is_said(log: LogPaths) -> None:
    first, second = Asked(start="2026-11-02", end="2026-11-04"), Asked(start="2026-11-05", end="2026-11-07")
    found = compared(log, PROJECT, ("now", second), ("before", first))
    assert not found.changes and found.headline == "Nothing changed beyond chance since the period before."


def test_two_slices_stand_side_by_side(log: LogPaths) -> None:
    sides = [(v, Asked(start="2026-11-09", only={"prompt_version": v})) for v in ("v1", "v2")]
    found = compared(log, PROJECT, sides[1], sides[0])
    assert found.first is not None and found.first.total is not None and found.second.total is not None
    assert found.first.total.traffic + found.second.total.traffic == 700
    assert found.changes[0].name == "error_rate" and found.why is None
    assert found.headline.startswith("v2 beside v1: errors ") and " instead of " in found.headline
    assert not any(word in found.headline for word in ("rose", "fell", "before")), "two slices are no earlier and later"
    nobody = ("v9", Asked(start="2026-11-09", only={"prompt_version": "v9"}))
    assert "no conversation with v9 came in" in compared(log, PROJECT, nobody, sides[0]).headline


def test_periods_without_traffic_are_said(log: LogPaths) -> None:
    later = Asked(start="2026-11-20", end="2026-11-22")
    assert compared(log, PROJECT, ("now", later), ("before", AFTER)).headline.startswith("No conversation came in")
    earlier = Asked(start="2026-10-01", end="2026-10-07")
    assert compared(log, PROJECT, ("now", BEFORE), ("before", earlier)).headline.startswith("There is nothing to comp")


def test_the_interval_of_a_difference_is_newcombes() -> None:
    """Table II of Newcombe (1998), method 10: 56/70 less 48/80 is 0.0524 to 0.3339."""
    assert newcombe((48, 80), (56, 70)) == pytest.approx((0.0524, 0.3339), abs=1e-4)


def test_work_aside_is_done_once_and_again_after_a_failure() -> None:
    aside: Aside[int] = Aside("test", most=2)
    made: list[int] = []

    def make() -> int:
        made.append(1)
        if len(made) == 1:
            raise OSError("disk")
        return 7

    assert done_within(aside.ask("a", make), 5) and isinstance(aside.ask("b", lambda: 1).exception(), type(None))
    assert aside.ask("a", make).result(5) == 7 and aside.ask("a", make).result(5) == 7
    assert len(made) == 2
