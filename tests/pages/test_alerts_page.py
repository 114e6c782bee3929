"""The alerts of the Health page: leads decide, adjudicators see, and what is off says what it would have sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from app_pages import run
from golden_store import new_store
from watched_log import Incident, at, write_log

from pages.parts.health import alert_watch, alerts, working
from review.monitoring.alerts.checking import check
from review.monitoring.alerts.deciding import escalate_overdue
from review.monitoring.alerts.states import Raised, raised
from review.serving.alerting import look, look_only
from review.settings.project import Project, project_of
from storage.queries.alerts import switches
from storage.store import Store

DAYS = 45


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The log of a store with an incident, and one alert that is off."""
    folder = tmp_path_factory.mktemp("alerts")
    incident = Incident(day=DAYS - 2, field="scenario", value="returns", rate=0.4)
    write_log(folder / "spotcheck.db", DAYS, seed=21, incident=incident, at_once=DAYS)
    return folder


@pytest.fixture
def unchecked(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    store = new_store(tmp_path)
    tmp_path.joinpath("spotcheck.db.logs").symlink_to(folder / "spotcheck.db.logs")
    tmp_path.joinpath("spotcheck.toml").write_text('[[alerts]]\nname = "repairs"\non = false\n')
    monkeypatch.setattr(working, "WAIT", 60)
    return store


@pytest.fixture
def watched(unchecked: Store) -> Store:
    with at(DAYS + 0.2):
        check(unchecked, project_of(unchecked.path), None, by="lea")
    return unchecked


def only(store: Store) -> Raised:
    (found,) = raised(store)
    return found


def texts(page: Any) -> str:
    return "\n".join(m.value for m in [*page.markdown, *page.caption, *page.success])


def test_a_lead_acknowledges_gives_and_closes_an_alert(watched: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    alert = only(watched).id
    page = run(watched, monkeypatch, "health", "lea", view="alerts")
    assert not page.exception and "scenario returns" in texts(page)
    page.button(f"alert_close_{alert}").click().run()
    assert "expected 1 to" in page.error[0].value, "closing needs a reason"
    page.button(f"alert_ack_{alert}").click().run()
    assert (only(watched).state, only(watched).owner) == ("acknowledged", "lea")
    page.selectbox(f"alert_owner_{alert}").set_value("eva").run()
    page.button(f"alert_give_{alert}").click().run()
    assert only(watched).owner == "eva"
    page.text_input(f"alert_why_{alert}").set_value("<b>The</b> dates were wrong.")
    page.button(f"alert_close_{alert}").click().run()
    assert not page.exception and only(watched).state == "closed"
    assert page.success[0].value == "No alert is open." and "dates were wrong" in str(page.dataframe[-1].value)


def test_an_alert_that_is_off_is_switched_on(watched: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    page = run(watched, monkeypatch, "health", "lea", view="alerts")
    assert any("off" in e.label and "Repairs" in e.label for e in page.expander)
    page.button("alert_switch_repairs").click().run()
    assert not page.exception and switches(watched) == {"repairs": True}
    assert not any("off" in e.label and "Repairs" in e.label for e in page.expander)


def test_what_rings_before_a_night_has_looked_is_said_and_raised(
    unchecked: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = project_of(unchecked.path)
    with at(DAYS + 0.2):
        found = look_only(unchecked, project)
        monkeypatch.setattr(alert_watch, "look_only", lambda *_: found)
        page = run(unchecked, monkeypatch, "health", "lea", view="alerts")
        assert "no alert is raised yet" in page.warning[0].value and not page.success

        def look_then(store: Store, project: Project, *, by: str) -> None:
            with at(DAYS + 0.2):  # pages run in a thread with a clock of its own
                look(store, project, by=by)

        monkeypatch.setattr(alerts, "look", look_then)
        page.button("alerts_raise").click().run()
    assert not page.exception and only(unchecked).state == "open"
    assert "scenario returns" in texts(page) and not page.success


def test_an_adjudicator_sees_alerts_and_decides_nothing(watched: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with at(DAYS + 2):
        escalate_overdue(watched, project_of(watched.path), by="lea")
    page = run(watched, monkeypatch, "health", "eva", view="alerts")
    assert not page.exception and "all leads were told" in texts(page)
    assert not [b for b in page.button if str(b.key).startswith("alert_")]
    assert run(watched, monkeypatch, "health", "ana", view="alerts").warning, "annotators see no alerts"
