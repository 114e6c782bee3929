"""What changed between two spans: the share that moved, the slice that explains it, and one sentence."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from review.basics.aside import Aside, done_within
from review.basics.log_paths import LogPaths, log_of
from review.monitoring.bucket import Bucket, empty
from review.monitoring.changes import ENOUGH, LEVEL, changes, headline, headline_of_slices
from review.monitoring.comparing import compared
from review.monitoring.health import Asked
from review.monitoring.measuring import share
from review.monitoring.metrics import METRICS
from review.monitoring.periods import Period
from review.settings.project import Project
from review.sources.importing import import_file
from review.sources.options import ImportOptions
from review.statistics.intervals import newcombe

PROJECT = Project(path=Path("spotcheck.toml"))
BEFORE, AFTER = Asked(start="2026-11-02", end="2026-11-08"), Asked(start="2026-11-09", end="2026-11-15")
PERIOD = Period(name="2026-W45", start="2026-11-02T00:00:00.000+00:00", end="2026-11-09T00:00:00.000+00:00")


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


def some(n: int, *, errors: int = 0, thumbs: int = 0) -> Bucket:
    """A side of n conversations, of which some failed; ``thumbs`` were given, all of them down where any failed."""
    shares = {"error_rate": share(errors, n, ""), "thumbs_down": share(thumbs if errors else 0, thumbs, "")}
    return replace(empty(PERIOD, (), (), METRICS), traffic=n, shares=shares)


def words_of(before: Bucket, after: Bucket) -> tuple[str, str]:
    """The sentence on two periods and the one on two slices."""
    found = changes(before, after, METRICS)
    return (
        headline(before, after, found, None, slower=None),
        headline_of_slices(before, after, found, ("v1", "v2"), slower=None),
    )


@pytest.mark.parametrize(("before", "after"), [(3, 1), (1, 3), (2_000, ENOUGH - 1), (ENOUGH - 1, 2_000)])
def test_too_few_conversations_of_either_side_are_not_compared(before: int, after: int) -> None:
    for failed in (0, after):
        for text in words_of(some(before), some(after, errors=failed)):
            assert text.startswith("Not enough yet to compare") and text.endswith(f"Each side needs {ENOUGH}.")
            assert f"{before:,}" in text and f"{after:,} conversation" in text
            assert not any(word in text for word in ("%", "rose", "Nothing changed", "chance"))


def test_from_enough_on_a_share_that_moves_to_forty_percent_shows() -> None:
    assert newcombe((0, ENOUGH), (0.4 * ENOUGH, ENOUGH), LEVEL)[0] > 0
    for text in words_of(some(ENOUGH), some(ENOUGH, errors=8)):
        assert "40%" in text and "Not enough" not in text


def test_a_figure_of_few_conversations_is_no_change_although_many_came_in() -> None:
    """Four thumbs of each side, up before and down now: the interval leaves zero out, an exact test does not."""
    before, after = some(500, thumbs=4), some(500, errors=1, thumbs=4)
    assert newcombe((0, 4), (4, 4), LEVEL)[0] > 0 and not changes(before, after, METRICS)


@pytest.mark.parametrize(("before", "after", "told"), [(20, 27, False), (20, 60, True), (4_000, 5_600, True)])
def test_traffic_is_news_only_beyond_chance(before: int, after: int, told: bool) -> None:
    periods, slices = words_of(some(before), some(after))
    assert ("raffic rose" in periods) is told and ("more conversations" in slices) is told


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
