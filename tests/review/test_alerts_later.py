"""What happens after an alert: it is told again when it gets clearly worse, and a pair of columns is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from golden_store import new_store
from watched_log import Incident, at, write_log

from review.basics.errors import InputError
from review.commands.cli import spotcheck
from review.monitoring.alerts.checking import check
from review.monitoring.alerts.states import raised
from review.notify import alerting
from review.serving.alerting import look
from review.settings.project import project_of
from review.statistics.watching.places import Part, pair_explaining
from storage.store import Store

DAYS = 36


def test_an_alert_that_is_always_over_its_limit_is_told_again_when_it_gets_worse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, str]] = []

    def send(variable: str, text: Any, _: Any) -> str:
        sent.append((variable, text.title))
        return ""

    monkeypatch.setattr(alerting, "tried", send)
    store = new_store(tmp_path)
    (tmp_path / "spotcheck.toml").write_text(
        '[notify]\nteam = "TEAM"\npeople = { lea = "LEA" }\n[[alerts]]\nname = "errors"\ncondition = "above"\n'
        "limit = 0.05\n"
    )
    write_log(store.path, DAYS, seed=5, error=0.1, at_once=DAYS - 3)

    def night(day: float) -> tuple[list[str], list[str]]:
        with at(day):
            done = look(store, project_of(store.path), by="lea", environment={})
        return [one.name for one in done.checked.opened], [one.name for one in done.checked.worsened]

    assert night(DAYS + 0.2) == (["errors"], [])
    slices = raised(store)[0].found["slices"]
    assert all(one["rate"] > 0.05 for one in slices)
    write_log(store.path, 2, seed=6, first=DAYS, error=0.1)
    assert night(DAYS + 2.2) == ([], []), "it stays as it was"
    write_log(store.path, 2, seed=7, first=DAYS + 2, error=0.1, incident=Incident(day=0, rate=0.6))
    assert night(DAYS + 4.2) == ([], ["errors"])
    assert night(DAYS + 4.3) == ([], []), "told once"
    (one,) = raised(store)
    assert one.state == "open" and "before" in one.worse[0].reason
    assert one.worse[0].detail["slices"][0]["value"] == "small"
    titles = [title for _, title in sent]
    assert titles.count("Worse: Errors") == 2 and {v for v, title in sent if title.startswith("Worse")} == {
        "LEA",
        "TEAM",
    }


def states(store: Store, until: str) -> list[str]:
    words = ["alerts", "check", "--dry-run", "--until", until, "--store", str(store.path), "--json", "--as", "lea"]
    done = CliRunner().invoke(spotcheck, words)
    said = json.loads(done.stdout)
    assert not said["notes"]
    without = CliRunner().invoke(spotcheck, [word for word in words if word != "--dry-run"])
    assert isinstance(without.exception, InputError) and "add --dry-run" in str(without.exception)
    return [one["state"] for one in said["watched"] if one["name"] == "errors"]


def test_an_incident_in_a_pair_names_the_pair_and_one_in_a_column_the_column(tmp_path: Path) -> None:
    for pair in (True, False):
        folder = tmp_path / str(pair)
        folder.mkdir()
        store = new_store(folder)
        write_log(store.path, DAYS, seed=5, at_once=DAYS - 1)
        incident = Incident(
            day=0, field="scenario", value="orders", rate=0.3, and_field="variant" if pair else "", and_value="b"
        )
        write_log(store.path, 2, seed=6, first=DAYS, incident=incident)
        with at(DAYS + 2.2):
            (alert,) = check(store, project_of(store.path), None, by="lea").opened
        if pair:
            with at(DAYS + 9):
                assert states(store, "2026-09-07") == ["quiet"] and states(store, "2026-09-09") == ["ringing"]
                assert len(raised(store)) == 1, "a replay raises nothing"
        first = alert.found["slices"][0]
        assert {first["field"], first["and_field"]} == ({"scenario", "variant"} if pair else {"scenario", ""})
        assert ("variant b and scenario orders" in alert.found["words"][1]) is pair


def test_a_pair_is_named_by_chance_in_at_most_five_per_cent_of_rises_in_one_column() -> None:
    rng, named = np.random.default_rng(3), 0
    for _ in range(400):
        n, usual = np.full(12, 100.0), 3.0
        x = rng.poisson(3 * usual, 12).astype(float)
        single = Part(name="source", value="partner", events=x.sum(), trials=1200, usual=12 * usual, before=20_000)
        cells = [
            Part(name="model", value=str(k), events=x[k], trials=n[k], usual=usual, before=2_000) for k in range(12)
        ]
        halves = [
            Part(name="variant", value=str(k), events=x[k::2].sum(), trials=600, usual=6 * usual, before=9_000)
            for k in range(2)
        ]
        whole = Part(name="", value="", events=x.sum() + 90, trials=4200, usual=12 * usual + 90, before=60_000)
        named += pair_explaining([*cells, *halves], [single], whole=whole) is not None
    assert named <= 20
