"""Old figures do not change when their conversations expire: health before and after a run of retention."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import pytest
from flow_store import WEEK
from retained_store import closed_store

from review.basics.log_paths import log_of
from review.failures.archive import steps_of
from review.failures.rules import failure_rules
from review.log.buckets import OTHER
from review.log.expired_counts import ExpiredCounts
from review.log.expired_failures import expired_failures
from review.monitoring.ab_input import groups_of_log
from review.monitoring.clarifications import EXPIRED, outcomes_after
from review.monitoring.engagement import engagement
from review.monitoring.health import Asked, health
from review.monitoring.joining import joined_rows
from review.monitoring.metrics import METRICS
from review.monitoring.retention import run_retention
from review.settings.project import project_of
from review.statistics.ab_test import Groups
from storage.store import Store

ASKED = [
    ("UTC", Asked(by="hour")),
    ("UTC", Asked(by="week", slices=("source", "scenario"))),
    ("UTC", Asked(by="all", only={"source": "production"})),
    ("Asia/Tokyo", Asked(by="day", slices=("model",))),
]


USED = [
    *((zone, Asked(by=by)) for zone in ("UTC", "Asia/Tokyo") for by in ("hour", "day", "week")),
    ("UTC", Asked(start="2026-11-05", end="2026-11-06")),
]  # fmt: skip
Windows = list[list[dict[str, Any]]]


def figures(store: Store) -> Windows:
    project, log = project_of(store.path), log_of(store.path)
    found = [health(log, replace(project, time_zone=zone), asked).buckets for zone, asked in ASKED]
    return [[one.to_json() for one in buckets] for buckets in found]


def used(store: Store) -> Windows:
    project, log = project_of(store.path), log_of(store.path)
    found = [engagement(log, replace(project, time_zone=zone), asked) for zone, asked in USED]
    return [[one.to_json() for one in windows] for windows in found]


class Expired(NamedTuple):
    """A store after retention, with what its log said before."""

    store: Store
    figures: Windows
    used: Windows
    groups: Groups
    steps: dict[str, int]


def steps(store: Store) -> dict[str, int]:
    """In which steps failures of the week began, and how many each."""
    return dict(steps_of(store, project_of(store.path), WEEK) or {})


@pytest.fixture(scope="module")
def expired(tmp_path_factory: pytest.TempPathFactory) -> Expired:
    store = closed_store(tmp_path_factory.mktemp("expired"))
    project = project_of(store.path)
    found = Expired(store, figures(store), used(store), groups_of_log(log_of(store.path)), steps(store))
    run_retention(store, project, failure_rules(store, project), by="lea")
    return found


def test_figures_stay_when_rows_expire(expired: Expired) -> None:
    for (_, asked), now, was in zip(ASKED, figures(expired.store), expired.figures, strict=True):
        assert sum(one["expired"] for one in now) > 0, asked
        assert len(now) == len(was)
        for one, other in zip(now, was, strict=True):
            assert _plain(one) == pytest.approx(_plain(other), abs=1e-9), (asked, one["from"])
        assert [_words(one) for one in now] == [_words(one) for one in was], asked


def test_groups_of_users_stay_when_rows_expire(expired: Expired) -> None:
    was = expired.groups
    assert was.users == {"new": 10, "old": 10} and was.sums["bought"]["new"].total > 0
    now = groups_of_log(log_of(expired.store.path))
    assert replace(now, sums={}) == replace(was, sums={})
    assert now.sums.keys() == was.sums.keys()
    for metric, by_variant in was.sums.items():
        for variant, sums in by_variant.items():
            # Means of days added up differ from the mean of rows in the last digits.
            assert tuple(now.sums[metric][variant]) == pytest.approx(tuple(sums), rel=1e-9, abs=1e-9), metric


def test_engagement_stays_when_rows_expire(expired: Expired) -> None:
    for span, now, was in zip(USED, used(expired.store), expired.used, strict=True):
        assert [_without_questions(one) for one in now] == [_without_questions(one) for one in was], span
    weeks = [one["repeated_questions"]["undefined"] or "" for one in used(expired.store)[2]]
    assert "expired" in weeks[-1], "what was asked is gone"


def _without_questions(window: dict[str, Any]) -> dict[str, Any]:
    """A window without the share of repeated questions, which only the questions themselves can tell."""
    return {path: x for path, x in _leaves(window).items() if not path.startswith(".repeated_questions")}


def test_the_steps_in_which_failures_began_stay_when_rows_expire(expired: Expired) -> None:
    assert expired.steps["join"] == 16 and sum(expired.steps.values()) > 16
    assert steps(expired.store) == expired.steps
    assert sum(one.n for one in expired_failures(log_of(expired.store.path)) if one.step == "join") > 8, "from counts"


def test_what_followed_a_question_back_is_not_known_once_conversations_expired(expired: Expired) -> None:
    project, log = project_of(expired.store.path), log_of(expired.store.path)
    gone = outcomes_after(log, project, Asked(start="2026-11-02", end="2026-11-08"))
    assert {one.undefined for one in gone.values()} == {EXPIRED}
    later = outcomes_after(log, project, Asked(start="2026-11-09", end="2026-11-20"))
    assert {one.undefined for one in later.values()} == {"nobody was asked back"}


def test_rare_values_that_expired_have_no_latency_together() -> None:
    """Each has quantiles of its own, and none of them is that of all."""
    live = [
        {"window": "d", "slice": (value,), "n": 10, "latency_ms_at": [1.0, 2.0, 3.0], "latency_ms_n": 10}
        for value in ("large", OTHER)
    ]
    places = [("d", ("rare",)), ("d", ("rarer",)), ("d", ("large",))]
    counts = {place: {"n": 5} for place in places}
    gone = ExpiredCounts(counts=counts, latency={place: ([7.0, 8.0, 9.0], 15) for place in places})
    large, other = joined_rows(live, gone, METRICS)
    assert (large["n"], large["latency_ms_at"], large["latency_ms_n"]) == (15, [7.0, 8.0, 9.0], 15)
    assert (other["n"], other["latency_ms_at"], other["latency_ms_n"]) == (20, None, 0)


def _leaves(value: Any, path: str = "") -> dict[str, Any]:
    if isinstance(value, dict):
        return {k: v for name, one in value.items() for k, v in _leaves(one, f"{path}.{name}").items()}
    if isinstance(value, list):
        return {k: v for n, one in enumerate(value) for k, v in _leaves(one, f"{path}.{n}").items()}
    return {path: value}


def _plain(bucket: dict[str, Any]) -> dict[str, float]:
    """The numbers of a bucket by their path, without how many of its rows expired."""
    numbers = {path: x for path, x in _leaves(bucket).items() if isinstance(x, int | float)}
    return {path: x for path, x in numbers.items() if path != ".expired"}


def _words(bucket: dict[str, Any]) -> dict[str, Any]:
    return {path: x for path, x in _leaves(bucket).items() if not isinstance(x, int | float)}
