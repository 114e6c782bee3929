"""Two weeks of the simulation of ``tests/bench/twelve_weeks.py``: the whole product, with the truth known."""

from __future__ import annotations

from pathlib import Path

from simulated_agent import DAYS, JOINS
from simulated_picture import picture
from simulated_team import Plan
from simulated_weeks import Schedule, row_of, simulated, summary

from review.statistics.fixes import CAME_BACK, FIXED


def test_quality_rises_a_fix_is_proven_and_a_wrong_claim_is_reopened_in_the_next_week(tmp_path: Path) -> None:
    """Version v2 joins rows rightly, but still reads periods a day too long; it claims to have fixed both."""
    schedule = Schedule(ships={2: "v2"}, claims={2: [JOINS, DAYS]})
    weeks = list(simulated(tmp_path, schedule, weeks=2, size=400, per_scenario=8, plan=Plan(rate=0.15, capped=10)))
    first, second = weeks
    assert (first.serving, second.serving, second.gate) == ({"v1": 1.0}, {"v2": 1.0}, "v2 ships")
    assert second.truth > first.truth + 0.1 and second.estimate > first.estimate
    assert all(one.found.left == () and one.found.tasks and one.found.settled for one in weeks)
    assert second.states == {JOINS: FIXED, DAYS: CAME_BACK} and second.returned == {DAYS} and not second.unnoticed
    assert f"covered {sum(one.covered for one in weeks)} of 2" in summary(weeks) and row_of(second).count("|") == 10
    assert {"v2 ships"} == {one.event for one in weeks if one.event}
    assert len(picture(weeks).to_dict()["vconcat"]) == 2
