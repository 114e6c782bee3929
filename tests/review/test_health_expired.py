"""Old figures do not change when their conversations expire: health before and after a run of retention."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from retained_store import closed_store

from review.basics.log_paths import log_of
from review.failures.rules import failure_rules
from review.monitoring.health import Asked, health
from review.monitoring.retention import run_retention
from review.settings.project import Project, project_of
from storage.store import Store

ASKED = [
    ("UTC", Asked(by="hour")),
    ("UTC", Asked(by="week", slices=("source", "scenario"))),
    ("UTC", Asked(by="all", only={"source": "production"})),
    ("Asia/Tokyo", Asked(by="day", slices=("model",))),
]


def figures(store: Store, project: Project, asked: Asked) -> list[dict[str, Any]]:
    return [one.to_json() for one in health(log_of(store.path), project, asked).buckets]


def test_figures_stay_when_rows_expire(tmp_path: Path) -> None:
    store = closed_store(tmp_path)
    project = project_of(store.path)
    asked_in = [(replace(project, time_zone=zone), asked) for zone, asked in ASKED]
    before = [figures(store, place, asked) for place, asked in asked_in]
    run_retention(store, project, failure_rules(store, project), by="lea")
    for (place, asked), was in zip(asked_in, before, strict=True):
        now = figures(store, place, asked)
        assert sum(one["expired"] for one in now) > 0, asked
        assert len(now) == len(was)
        for one, other in zip(now, was, strict=True):
            assert _plain(one) == pytest.approx(_plain(other), abs=1e-9), (asked, one["from"])
        assert [_words(one) for one in now] == [_words(one) for one in was], asked


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
