"""Alerts on production: an incident is found and its slice named, a quiet year stays quiet, and states are a story."""

from __future__ import annotations

import json
import operator
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import combinations
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from click.testing import CliRunner
from golden_store import new_store
from watched_log import START, Incident, at, write_log

from review.audit.verifying import check_store
from review.basics.errors import InputError, NothingToDo, Refused, UnknownError
from review.basics.log_paths import log_of
from review.commands.cli import spotcheck
from review.log.arrivals import Arrival
from review.log.buckets import Apart, Windows, aggregated
from review.log.checks_ran import checks_by_import
from review.log.columns import COLUMNS
from review.log.log import log_files
from review.log.retained import COUNTS
from review.monitoring.alerts import cells
from review.monitoring.alerts.basis import basis
from review.monitoring.alerts.checking import Checked, check, would_have_sent
from review.monitoring.alerts.deciding import acknowledge, close, escalate_overdue, give_owner, open_alert, switch
from review.monitoring.alerts.declared import declared
from review.monitoring.alerts.evaluating import evaluate
from review.monitoring.alerts.found import Ring, Slice, Watched
from review.monitoring.alerts.gathering import EARLIEST, Gathered, Traffic, gather
from review.monitoring.alerts.series import ALL, Key, Series, is_pair, window_names
from review.monitoring.alerts.states import raised
from review.monitoring.alerts.stopped import stretches
from review.monitoring.alerts.watching import rings, weights
from review.monitoring.counts import hourly_counts
from review.monitoring.metrics import SLICES, metrics_for
from review.notify.sending import tried
from review.notify.words import Text
from review.serving.alerting import look, look_in_words
from review.settings.project import project_of
from storage.opening import open_store
from storage.queries.notices import latest_notices
from storage.store import Store

NOTHING_APART = Apart(undated=0, future=0, too_old=0, first="", last="")
CALM = 44
NOTHING_APART = Apart(undated=0, future=0, too_old=0, first="", last="")


def toml(store: Store, text: str) -> None:
    store.path.with_name("spotcheck.toml").write_text(text, encoding="utf-8")


def checked(store: Store, day: float, *, judged: Series | None = None) -> Checked:
    with at(day):
        return check(store, project_of(store.path), judged, by="lea")


def named(found: Checked, name: str) -> Watched:
    return next(one for one in found.watched if one.name == name)


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """44 quiet days."""
    store = new_store(tmp_path_factory.mktemp("calm"))
    write_log(store.path, CALM, seed=11, at_once=CALM - 2)
    return store.path


@pytest.fixture
def store(calm: Path, tmp_path: Path) -> Iterator[Store]:
    """A store of its own over the quiet log."""
    made = new_store(tmp_path)
    tmp_path.joinpath("spotcheck.db.logs").symlink_to(f"{calm}.logs")
    yield made
    made.close()


def with_incident(store: Store, incident: Incident, *, days: int = 2, seed: int, at_once: int = 1) -> None:
    """Replace the link to the quiet log by a folder with its files, and let days with an incident follow."""
    logs = store.path.with_name("spotcheck.db.logs")
    calm = logs.resolve()
    logs.unlink()
    logs.mkdir()
    for folder in calm.iterdir():
        (logs / folder.name).symlink_to(folder)
    write_log(store.path, days, seed=seed, first=CALM, incident=incident, at_once=at_once)


INCIDENTS = [
    (Incident(day=CALM, field="model", value="small", rate=0.2), "errors"),
    (Incident(day=CALM, field="scenario", value="returns", rate=0.25, kind="slow"), "slow_answers"),
    (Incident(day=CALM, field="variant", value="b", rate=0.2, kind="cost"), "cost_per_day"),
]


@pytest.mark.parametrize(("incident", "name"), INCIDENTS)
def test_an_incident_is_found_within_two_days_and_its_slice_is_named(
    store: Store, incident: Incident, name: str
) -> None:
    with_incident(store, incident, seed=7 + len(name))
    found = checked(store, CALM + 2.2)
    assert [one.name for one in found.opened] == [name]
    detail = found.opened[0].found
    assert detail["since"] >= (START + timedelta(days=CALM - 1)).date().isoformat()
    assert (detail["slices"][0]["field"], detail["slices"][0]["value"]) == (incident.field, incident.value)
    assert f"{incident.field} {incident.value}" in detail["words"][1]


@pytest.mark.parametrize("most", [cells.MOST_CELLS, 0])
def test_one_pass_counts_every_slice_and_pair_as_a_pass_of_its_own(
    store: Store, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(cells, "MOST_CELLS", most)
    log, windows = log_of(store.path), Windows(by="day", earliest=EARLIEST, latest="9999")
    alerts = [one for one in declared(project_of(store.path)) if one.alert.name == "errors"]
    found = cells.counted_by_key(log, alerts, {}, windows)
    counts, sets = (
        {"errors_x": "count(*) FILTER (status = 'error')", "errors_n": "count(*)"},
        [(), *combinations(SLICES, 1)],
    )
    for names in [*sets, *(combinations(SLICES, 2) if most else ())]:
        own: dict[Key, list[dict[str, Any]]] = {}
        for row in aggregated(log, replace(windows, slices=names), counts):
            key = tuple(text for pair in zip(names, row.pop("slice"), strict=True) for text in pair)
            own.setdefault(key or ALL, []).append(row)
        own = {key: rows for key, rows in own.items() if None not in key}
        each = {key: rows for key, rows in found.items() if (key[::2] if key != ALL else ()) == names}
        assert {key: sorted(rows, key=operator.itemgetter("window")) for key, rows in each.items()} == own, names
    assert any(map(is_pair, found)) == bool(most)


def test_pairs_share_the_evidence_and_an_incident_in_one_rings_sooner(tmp_path: Path) -> None:
    """Two models by two sources, 500 conversations each a day; from day 28 on one of the four errs more often."""
    one = next(one for one in declared(project_of(tmp_path / "spotcheck.db")) if one.alert.name == "errors")
    singles = [("model", "a"), ("model", "b"), ("source", "c"), ("source", "d")]
    keys = [ALL, *singles, *(a + b for a in singles[:2] for b in singles[2:])]
    parts = [{model, source} for model in singles[:2] for source in singles[2:]]
    inside = np.array([[k == ALL or {k[:2], k[2:] or k[:2]} <= part for part in parts] for k in keys])
    errors = np.full((4, 36), 10.0)
    errors[0, 28:] = 24.0
    days = tuple((START + timedelta(days=d)).date().isoformat() for d in range(36))
    x, n = inside @ errors, inside @ np.full((4, 36), 500.0)
    whole = Series(starts=days, keys=tuple(keys), events=x, trials=n)
    alone = Series(starts=days, keys=tuple(keys[:5]), events=x[:5], trials=n[:5])
    found = [rings(one, series, basis(one, series))[0] for series in (whole, alone)]
    assert found[0].at < found[1].at
    known = basis(one, whole)
    assert known.pairs.tolist() == [False] * 5 + [True] * 4 and weights(whole, known).sum() <= 1
    same = replace(whole, keys=(*keys[:8], ("model", "b", "language", "en")), trials=np.vstack([n[:8], n[2]]))
    assert basis(one, same).pairs.tolist() == [False] * 5 + [True] * 3 + [False], "the same as its slice"


def test_a_quiet_log_raises_nothing(store: Store) -> None:
    found = checked(store, CALM + 0.2)
    assert not found.opened and {one.name: one.state for one in found.watched} == {
        "slow_answers": "quiet",
        "errors": "quiet",
        "cost_per_day": "quiet",
        "repairs": "quiet",
        "judge_drift": "no data",
        "personal_data": "quiet",
        "traffic_gone": "quiet",
    }


def quiet_year(seed: int, name: str, rate: float) -> Watched:
    """A year of one alert with ten slices, from counts alone."""
    rng, days = np.random.default_rng(seed), 28 + 365
    parts = rng.multinomial(400, [0.5, 0.2, 0.1, 0.1, 0.1], size=days).T.astype(float)
    daily = np.minimum(rate * rng.gamma(25, 1 / 25, days), 1)
    hits = rng.binomial(parts.astype(int), daily).astype(float)
    keys = (ALL, *(("scenario", str(k)) for k in range(5)))
    one = next(d for d in declared(project_of("none")) if d.alert.name == name)
    names = window_names(START, START + timedelta(days=days), "day")
    events, trials = np.vstack([hits.sum(axis=0), hits]), np.vstack([parts.sum(axis=0), parts])
    series = Series(starts=names, keys=keys, events=events, trials=trials)
    now = START + timedelta(days=days)
    apart = Apart(undated=0, future=0, too_old=0, first=START.isoformat(), last=now.isoformat())
    return evaluate(one, Gathered(now=now, series={name: series}, traffic=None, apart=apart))


def test_a_quiet_year_with_slices_rings_in_at_most_five_per_cent_of_years() -> None:
    years = [quiet_year(seed, "errors", 0.02) for seed in range(40)]
    assert all(len(y.points) and y.bound for y in years)
    assert sum(bool(y.rings) for y in years) <= 2


@pytest.mark.parametrize(
    ("window", "rise", "state"),
    [("day", 3.0, "ringing"), ("week", 3.0, "ringing"), ("week", 1.0, "quiet")],
)
def test_totals_are_watched_by_day_and_by_week(window: str, rise: float, state: str) -> None:
    rng, n = np.random.default_rng(5), 70 if window == "day" else 16
    step = 1 if window == "day" else 7
    costs = rng.normal(100, 8, n)
    costs[-2:] *= rise
    now = START + timedelta(days=step * n)
    series = Series(
        starts=window_names(START, now, window), keys=(ALL,), events=costs[None, :], trials=np.full((1, n), 500.0)
    )
    cost = next(d for d in declared(project_of("none")) if d.alert.name == "cost_per_day")
    one = replace(cost, alert=replace(cost.alert, window=window))
    gathered = Gathered(now=now, series={"cost_per_day": series}, traffic=None, apart=NOTHING_APART)
    assert evaluate(one, gathered).state == state


def test_an_alert_by_the_hour_rings_within_the_day(store: Store) -> None:
    with_incident(store, Incident(day=CALM, field="scenario", value="returns", rate=0.5), days=1, seed=3)
    toml(
        store,
        '[[alerts]]\nname = "errors"\nwindow = "hour"\n[[alerts]]\nname = "small"\nmetric = "error_rate"\n'
        'condition = "rises"\nleast_n = 900\n',
    )
    with at(CALM + 0.5):
        found = check(store, project_of(store.path), None, by="lea")
    assert [one.name for one in found.opened] == ["errors"] and len(found.opened[0].found["since"]) == 13
    assert "under 900" in named(found, "small").detail


def test_a_new_version_that_fails_is_named_although_it_has_no_baseline() -> None:
    days = 44
    n, x = np.full((3, days), 200.0), np.full((3, days), 4.0)
    n[0] = 400.0
    x[0] = 8.0
    n[1, 42:], n[2, :42] = 200, 0
    n[2, 42:], x[2, :42] = 200, 0
    x[2, 42:], x[0, 42:] = 60, 64
    series = Series(
        starts=window_names(START, START + timedelta(days=days), "day"), events=x, trials=n,
        keys=(ALL, ("prompt_version", "v1"), ("prompt_version", "v2")),
    )  # fmt: skip
    now = START + timedelta(days=days)
    one = next(d for d in declared(project_of("none")) if d.alert.name == "errors")
    found = evaluate(one, Gathered(now=now, series={"errors": series}, traffic=None, apart=NOTHING_APART))
    assert found.state == "ringing"
    assert [(s.value, s.usual) for s in found.rings[0].slices] == [("v2", None)]


def test_an_open_alert_is_raised_once_and_its_story_is_kept(store: Store) -> None:
    with_incident(store, INCIDENTS[0][0], seed=13)
    first = checked(store, CALM + 2.2).opened[0]
    again = open_store(store.path)
    done: list[Checked] = []
    nights = [threading.Thread(target=lambda: done.append(checked(again, CALM + 2.3))) for _ in range(2)]
    for night in nights:
        night.start()
    for night in nights:
        night.join()
    assert [len(one.opened) for one in done] == [0, 0] and len(raised(store)) == 1
    project = project_of(store.path)
    with at(CALM + 2.4):
        assert escalate_overdue(store, project, by="lea") == [], "a day has not passed"
    with at(CALM + 3.5):
        assert [one.id for one in escalate_overdue(store, project, by="lea")] == [first.id]
        assert escalate_overdue(store, project, by="lea") == [], "once"
        mine = acknowledge(store, project, first.id, by="lea", reason="I ask bob@example.com.")
        assert (mine.state, mine.owner) == ("acknowledged", "lea") and "bob@" not in mine.events[-1].reason
        with pytest.raises(Refused, match="acknowledged already"):
            acknowledge(store, project, first.id, by="lea")
        assert give_owner(store, first.id, "eva", by="lea").owner == "eva"
        with pytest.raises(InputError, match="reason"):
            close(store, project, first.id, by="lea", reason=" ")
        assert close(store, project, first.id, by="lea", reason="A date format.").state == "closed"
        with pytest.raises(Refused, match="closed already"):
            close(store, project, first.id, by="lea", reason="Again.")
    with pytest.raises(UnknownError, match="none is open"):
        acknowledge(store, project, "errors-1999", by="lea")
    assert [e.kind for e in raised(store)[0].events] == ["opened", "escalated", "acknowledged", "owner", "closed"]
    assert check_store(store).holds


def test_only_a_lead_decides_and_an_adjudicator_sees(store: Store) -> None:
    with_incident(store, INCIDENTS[0][0], seed=13)
    alert = checked(store, CALM + 2.2).opened[0].id
    project = project_of(store.path)
    for act in (
        lambda: acknowledge(store, project, alert, by="eva"),
        lambda: close(store, project, alert, by="eva", reason="x"),
        lambda: give_owner(store, alert, "eva", by="eva"),
        lambda: switch(store, project, "errors", on=False, by="eva"),
        lambda: check(store, project, None, by="ana"),
        lambda: look(store, project, by="ana"),
    ):
        with pytest.raises(Refused, match="role lead"):
            act()


def test_a_closed_alert_rings_again_only_for_what_comes_later(store: Store) -> None:
    with_incident(store, INCIDENTS[0][0], days=8, seed=13)
    alert = checked(store, CALM + 2.2).opened[0].id
    project = project_of(store.path)
    with at(CALM + 3.2):
        close(store, project, alert, by="lea", reason="Mended.")
    assert not checked(store, CALM + 3.4).opened
    later = checked(store, CALM + 6.2).opened
    assert [one.name for one in later] == ["errors"] and later[0].found["since"] > "2026-09-19"
    with at(CALM + 6.4):
        close(store, project, later[0].id, by="lea", reason="It stays so.", new_normal=True)
    found = checked(store, CALM + 8.2)
    assert not found.opened and "needs 14" in named(found, "errors").detail


def test_an_alert_that_is_off_says_what_it_would_have_sent(store: Store) -> None:
    with_incident(store, INCIDENTS[0][0], seed=13)
    toml(store, '[[alerts]]\nname = "errors"\non = false\n')
    found = checked(store, CALM + 2.2)
    assert not found.opened and named(found, "errors").state == "off"
    with at(CALM + 2.2):
        assert [ring.at[:7] for ring in would_have_sent(named(found, "errors"))] == ["2026-09"]
        switch(store, project_of(store.path), "errors", on=True, by="lea")
    assert [one.name for one in checked(store, CALM + 2.3).opened] == ["errors"]


def test_what_is_missing_or_vanished_is_a_state_and_never_zero(store: Store) -> None:
    toml(
        store,
        '[[alerts]]\nname = "low"\nmetric = "low_confidence"\ncondition = "rises"\n'
        '[[alerts]]\nname = "toxic"\nmetric = "check_toxicity"\ncondition = "rises"\n'
        '[[alerts]]\nname = "gone"\nmetric = "error_rate"\ncondition = "rises"\nslice = { model = "never" }\n'
        '[[alerts]]\nname = "once"\nmetric = "error_rate"\ncondition = "rises"\nslice = { model = "small" }\n',
    )
    found = checked(store, CALM + 0.2)
    assert [named(found, name).state for name in ("low", "toxic", "gone", "once")] == ["missing"] * 3 + ["quiet"]
    assert "ran on no import" in named(found, "toxic").detail and "'never'" in named(found, "gone").detail
    later = checked(store, CALM + 9.2)
    assert [named(later, name).state for name in ("errors", "once")] == ["no data"] * 2
    assert "'small' since Tue 15 September" in named(later, "once").detail


def test_traffic_that_stops_is_found_and_a_log_that_is_old_is_not_watched(store: Store) -> None:
    assert not checked(store, CALM + 0.5).opened, "rows come a day late"
    found = checked(store, CALM + 1.9)
    assert named(found, "traffic_gone").state == "ringing" and [one.name for one in found.opened] == ["traffic_gone"]
    assert "no conversation since" in found.opened[0].found["words"][0]
    with at(CALM + 2.0):
        close(store, project_of(store.path), found.opened[0].id, by="lea", reason="A holiday.")
    assert not checked(store, CALM + 2.5).opened, "the same silence rings once"
    old = named(checked(store, CALM + 200), "traffic_gone")
    assert old.state == "no data" and "too long ago" in old.detail


def test_rows_of_the_future_and_a_clock_that_jumps_raise_nothing(store: Store) -> None:
    with_incident(store, Incident(day=CALM + 30, rate=1.0), days=36, seed=3, at_once=36)
    back = checked(store, CALM + 0.2)
    assert not back.opened and any("dated in the future" in note for note in back.notes)
    assert named(back, "traffic_gone").state == "quiet"
    assert not checked(store, -400).opened, "before the first row of the log"


def test_two_weeks_without_traffic_are_no_look(store: Store) -> None:
    logs = store.path.with_name("spotcheck.db.logs")
    with_incident(store, Incident(day=999), days=0, seed=3)
    write_log(store.path, 6, seed=4, first=CALM + 14)
    found = checked(store, CALM + 20.2)
    assert logs.is_dir() and named(found, "errors").state == "quiet"
    assert [p.value for p in named(found, "errors").points if p.start == "2026-09-20"] == [None]


def test_a_judge_that_changes_is_found() -> None:
    weeks = 12
    n, x = np.full((2, weeks), 60.0), np.full((2, weeks), 6.0)
    x[1, 9:] = 24
    series = Series(
        starts=window_names(START, START + timedelta(days=7 * weeks), "week"), events=x, trials=n, parts_only=True,
        keys=(("judge", "tone, politeness"), ("judge", "facts, correctness")),
    )  # fmt: skip
    now = START + timedelta(days=7 * weeks)
    one = next(d for d in declared(project_of("none")) if d.how == "judges")
    gathered = Gathered(now=now, series={"judge_drift": series}, traffic=None, apart=NOTHING_APART)
    found = evaluate(one, gathered)
    assert found.state == "ringing" and found.rings[0].slices[0].value == "facts, correctness"
    x[1, 9:] = 6
    assert evaluate(one, gathered).state == "quiet"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[alerts]\nname = 'x'", "a list"),
        ("[[alerts]]\nmetric = 'cost'", "alerts 1, name: found None"),
        ("[[alerts]]\nname = 'Slow Answers'", "small letters"),
        ("[[alerts]]\nname = 'slow_answers'\nescalate_hours = 1e300", "escalate_hours: found 1e+300"),
        ("[[alerts]]\nname = 'slow_answers'\nleast_n = 10000000000000000000", "least_n: found 1000"),
        (
            "[[alerts]]\nname = 'x'\nmetric = 'cots'\ncondition = 'rises'",
            "metric: found 'cots', expected one of traffic",
        ),
        ("[[alerts]]\nname = 'x'\nmetric = 'cost'\ncondition = 'raises'", "one of rises, falls"),
        ("[[alerts]]\nname = 'x'\nmetric = 'cost'\ncondition = 'falls'", "expected one of rises, above"),
        ("[[alerts]]\nname = 'x'\nmetric = 'error_rate'\ncondition = 'above'", "limit: found None"),
        ("[[alerts]]\nname = 'x'\nmetric = 'error_rate'\ncondition = 'above'\nlimit = 5", "a share under 1"),
        ("[[alerts]]\nname = 'x'\nmetric = 'error_rate'\ncondition = 'falls'\nlimit = 0.1", "expected none"),
        ("[[alerts]]\nname = 'x'\nmetric = 'latency_ms'\ncondition = 'above'\nlimit = 9", "quantile: found nothing"),
        ("[[alerts]]\nname = 'errors'\nslice = { modell = 'a' }", "slice: found 'modell'"),
        ("[[alerts]]\nname = 'errors'\nwindow = 'month'", "one of day, hour, week"),
        ("[[alerts]]\nname = 'cost_per_day'\nwindow = 'hour'", "expected day or week"),
        ("[[alerts]]\nname = 'errors'\nthreshold = 1", "found setting 'threshold'"),
        ("[[alerts]]\nname = 'errors'\n[[alerts]]\nname = 'errors'", "a second alert called 'errors'"),
        ("[[alerts]]\nname = 'judge_drift'\nwindow = 'day'", "once a week"),
    ],
)
def test_a_wrong_alert_is_named(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "spotcheck.toml").write_text(text)
    with pytest.raises(InputError) as caught:
        declared(project_of(tmp_path / "spotcheck.db"))
    assert words in str(caught.value)


def test_a_default_is_changed_by_its_name_alone(tmp_path: Path) -> None:
    (tmp_path / "spotcheck.toml").write_text('[[alerts]]\nname = "slow_answers"\nlimit = 8000\nwindow = "hour"\n')
    found = {d.alert.name: d for d in declared(project_of(tmp_path / "spotcheck.db"))}
    assert len(found) == 7 and found["slow_answers"].alert.limit == 8000 and found["slow_answers"].fixed is not None


def command(store: Store, day: float, *words: str) -> tuple[int, dict[str, Any]]:
    with at(day):
        done = CliRunner().invoke(spotcheck, ["alerts", *words, "--store", str(store.path), "--json", "--as", "lea"])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, json.loads(done.stdout)


def test_the_command_checks_lists_acknowledges_and_closes(store: Store) -> None:
    with_incident(store, INCIDENTS[0][0], seed=13)
    code, dry = command(store, CALM + 2.2, "check", "--dry-run")
    assert (code, dry["alerts"]) == (0, []) and dry["watched"][1]["last_30_days"] == 1
    code, said = command(store, CALM + 2.2, "check")
    (one,) = said["alerts"]
    assert code == 1 and {"id", "name", "state", "since", "value", "bound", "n", "owner"} <= one.keys()
    assert (one["state"], one["owner"]) == ("open", None) and one["value"] > one["bound"]
    assert command(store, CALM + 2.3, "acknowledge", one["id"])[1]["state"] == "acknowledged"
    assert command(store, CALM + 2.4, "check")[0] == 0, "an acknowledged alert is not open"
    assert command(store, CALM + 2.5, "close", one["id"], "--reason", "Mended.")[1]["state"] == "closed"
    assert command(store, CALM + 2.6, "list")[1]["alerts"] == []
    assert len(command(store, CALM + 2.6, "list", "--all")[1]["alerts"]) == 1


@pytest.fixture
def channel() -> Iterator[tuple[str, list[dict[str, Any]], threading.Event]]:
    """A web address that takes messages; while the event is set it answers nothing."""
    got: list[dict[str, Any]] = []
    hang, ended = threading.Event(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if hang.is_set():
                ended.wait(20)
                return
            got.append(body)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep the output clean."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"json://127.0.0.1:{server.server_port}/", got, hang
    ended.set()
    server.shutdown()


def test_people_are_told_once_and_again_when_nobody_acknowledges(
    store: Store, channel: tuple[str, list[dict[str, Any]], threading.Event]
) -> None:
    address, got, _ = channel
    with_incident(store, INCIDENTS[0][0], days=4, seed=13)
    toml(store, '[notify]\nteam = "TEAM"\npeople = { lea = "LEA" }\n[[alerts]]\nname = "errors"\nowner = "lea"\n')

    def told(day: float) -> list[str]:
        with at(day):
            environment = {"TEAM": address, "LEA": address}
            return list(look(store, project_of(store.path), by="lea", environment=environment).told.sent)

    assert told(CALM + 2.2) == [f"lea ({raised(store)[0].id})"]
    assert "model small" in got[0]["message"] and "Errors" in got[0]["title"]
    assert told(CALM + 2.3) == [] and len(got) == 1
    assert len(told(CALM + 3.3)) == 2 and "Nobody has acknowledged" in got[1]["message"]
    assert told(CALM + 3.4) == []
    assert {n.state for n in latest_notices(store)} == {"sent"}


def test_a_target_that_hangs_does_not_stop_the_night(
    channel: tuple[str, list[dict[str, Any]], threading.Event],
) -> None:
    address, got, hang = channel
    hang.set()
    assert "within 0.3 seconds" in tried("TEAM", Text("a", "b"), {"TEAM": address}, seconds=0.3)
    assert got == []


def test_the_night_says_what_it_found_and_that_there_is_nothing(store: Store, tmp_path: Path) -> None:
    with_incident(store, INCIDENTS[0][0], seed=13)
    with at(CALM + 2.2):
        words = look_in_words(store, project_of(store.path), by="lea")
    assert "1 alert raised: errors-" in words and "nothing known yet: judge_drift" in words
    (tmp_path / "empty").mkdir()
    empty = new_store(tmp_path / "empty")
    with pytest.raises(NothingToDo):
        look_in_words(empty, project_of(empty.path), by="lea")


def test_a_weekly_import_is_no_silence() -> None:
    """Rows that arrive once a week: six silent days after an import are as usual."""
    hours = np.full(56 * 24, 10.0)
    hours[-6 * 24 :] = 0
    ends = [START + timedelta(days=7 * k + 7) for k in range(7)]
    weekly = [Arrival(at=(end + timedelta(days=1)).isoformat(), latest=end.isoformat()) for end in ends]
    traffic = Traffic(first=START, hours=hours, arrivals=weekly)
    assert stretches(traffic)[-1][1] is None
    assert stretches(Traffic(first=START, hours=hours, arrivals=weekly[:1]))[-1][1] is not None


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo"])
def test_conversations_that_expired_count_as_before(calm: Path, tmp_path: Path, zone: str) -> None:
    """The first import is replaced by what retention leaves of it, hourly counts, in every alert."""
    text = (
        f'[project]\ntime_zone = "{zone}"\n[[alerts]]\nname = "well"\nmetric = "success_rate"\ncondition = "falls"\n'
        '[[alerts]]\nname = "small"\nmetric = "latency_ms"\nquantile = 0.9\nlimit = 2000\ncondition = "above"\n'
        'slice = { model = "small" }\n'
    )
    (tmp_path / "spotcheck.toml").write_text(text)
    project, path = project_of(tmp_path / "spotcheck.db"), tmp_path / "spotcheck.db"
    log = log_of(path)
    shutil.copytree(f"{calm}.logs", log.logs)
    now = START + timedelta(days=CALM, hours=5)
    before = gather(log, declared(project), time_zone=zone, now=now)
    gone = min(log_files(log))
    ran = checks_by_import([gone])
    target = log.logs / "retained-2026-W32-1" / COUNTS
    target.mkdir(parents=True)
    query = hourly_counts(f"read_parquet('{gone}')", metrics_for(), ran)
    duckdb.sql(f"COPY ({query}) TO '{target / '2026-W32.parquet'}' (FORMAT parquet)")
    shutil.rmtree(gone.parent)
    after = gather(log, declared(project), time_zone=zone, now=now)
    assert before.series.keys() == after.series.keys() and len(after.series) == 7
    for name, series in before.series.items():
        then, order = after.series[name], [after.series[name].keys.index(key) for key in series.keys]
        assert series.starts == then.starts and series.trials.sum() > 0, name
        assert np.allclose(series.events, then.events[order]) and (series.trials == then.trials[order]).all(), name
    assert before.traffic is not None and after.traffic is not None
    assert (before.traffic.hours == after.traffic.hours).all()


@pytest.mark.parametrize(("rounds", "trials"), [("NULL", 0), ("0", 1)])
def test_what_expired_conversations_did_not_tell_is_not_zero(tmp_path: Path, rounds: str, trials: int) -> None:
    told = {"id": "'a'", "created_at": "'2026-10-05T10:00:00.000+00:00'", "status": "'ok'", "repair_rounds": rounds}
    row = ", ".join(f"CAST({told.get(name, 'NULL')} AS {kind}) AS {name}" for name, kind in COLUMNS.items())
    log = log_of(tmp_path / "spotcheck.db")
    target = log.logs / "retained-2026-W41-1" / COUNTS / "2026-W41.parquet"
    target.parent.mkdir(parents=True)
    alerts = [one for one in declared(project_of(tmp_path / "spotcheck.db")) if one.alert.name == "repairs"]

    def counted(query: str) -> list[tuple[float, float]]:
        with duckdb.connect() as db:
            db.execute(f"COPY ({query}) TO '{target}' (FORMAT parquet)")
        at_days = Windows(by="day", start="2026-10-01", earliest=EARLIEST, latest="2026-10-31")
        rows = cells.counted_by_key(log, alerts, {}, at_days)[ALL]
        return [(each["repairs_x"], each["repairs_n"]) for each in rows]

    counts = hourly_counts(f"(SELECT {row})", metrics_for(), {})
    assert counted(counts) == [(0, trials)]
    assert counted(f"SELECT * EXCLUDE (repair_needed_n, repair_needed_k) FROM ({counts})") == [(0, 0)], "older counts"


def test_programs_get_the_figure_itself_of_an_alert_that_waits_for_a_fall(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    text = '[[alerts]]\nname = "well"\nmetric = "success_rate"\ncondition = "falls"\n'
    (tmp_path / "spotcheck.toml").write_text(text)
    well = next(one for one in declared(project_of(store.path)) if one.alert.name == "well")
    where = Slice(field="model", value="small", rate=0.5, usual=0.1, n=40, share=1.0)
    ring = Ring(at="2026-11-03", since="2026-11-02", value=0.25, bound=0.0625, n=100, events=25, slices=(where,))
    watched = Watched(declared=well, state="ringing", detail="It rings.", rings=(ring,), bound=0.0625).to_json()
    opened = open_alert(store, well, ring, by="lea")
    assert opened is not None
    for said in (watched["rings"][0], opened.to_json()):
        assert (said["value"], said["bound"], said["n"]) == (0.75, 0.9375, 100)
        assert (said["slices"][0]["rate"], said["slices"][0]["usual"]) == (0.5, 0.9)
    assert watched["bound"] == 0.9375 and watched["rings"][0]["events"] == 75
    assert opened.to_json()["words"][0].startswith("75.0% of 100 conversations since")
