"""What an alert says: the figure that rang, never one that is within its limit."""

from __future__ import annotations

from pathlib import Path

import pytest

from review.monitoring.alerts.declared import Declared, declared
from review.monitoring.alerts.found import Ring, Slice
from review.monitoring.alerts.words import headline
from review.settings.project import project_of


@pytest.fixture
def by_name(tmp_path: Path) -> dict[str, Declared]:
    return {one.alert.name: one for one in declared(project_of(tmp_path / "spotcheck.db"))}


def ring(value: float, bound: float, *slices: Slice) -> Ring:
    return Ring(at="2026-11-04", since="2026-10-26", value=value, bound=bound, n=1610, events=51, slices=slices)


def part(rate: float, usual: float | None) -> Slice:
    return Slice(field="prompt_version", value="v5", rate=rate, usual=usual, n=422, share=1.0)


def test_a_ring_of_all_traffic_names_all_traffic(by_name: dict[str, Declared]) -> None:
    said = headline(by_name["repairs"], ring(0.061, 0.046, part(0.12, None)))
    assert said == "6.1% of 1,610 conversations since Mon 26 October; at most 4.6% is usual"
    said = headline(by_name["slow_answers"], ring(0.08, 0.05))
    assert said == "8.0% of 1,610 conversations took over 5,000 ms since Mon 26 October; at most 5% may"


def test_a_ring_of_a_part_names_the_part_where_all_traffic_is_within_its_limit(by_name: dict[str, Declared]) -> None:
    said = headline(by_name["repairs"], ring(0.032, 0.046, part(0.123, None)))
    assert said == (
        "12.3% of 422 conversations with prompt version v5 since Mon 26 October; at most 4.6% is usual; "
        "all traffic: 3.2% of 1,610"
    )
    said = headline(by_name["slow_answers"], ring(0.044, 0.05, part(0.096, 0.02)))
    assert said == (
        "9.6% of 422 conversations with prompt version v5 took over 5,000 ms since Mon 26 October; usually 2.0%; "
        "all traffic: 4.4% of 1,610"
    )
