"""The form for an open week begins with what that week has drawn."""

from __future__ import annotations

from app_pages import run
from pytest import MonkeyPatch

from storage.records_log import Draw, Stratum
from storage.records_weeks import Week
from storage.store import Store


def test_the_form_of_an_open_week_begins_with_its_plan(demo: Store, monkeypatch: MonkeyPatch) -> None:
    week = demo.find(Week, order_by="name")[-1].name
    draw = demo.find(Draw, week=week, order_by="at")[-1]
    sampled = {s.name: s.sampled for s in demo.find(Stratum, draw_id=draw.id)}
    population = {s.name: s.population for s in demo.find(Stratum, draw_id=draw.id)}
    at = run(demo, monkeypatch, "sampling", "visitor")
    at.text_input("planning_week").set_value(week).run()
    assert at.number_input("planning_rate").value == 100 * draw.rate
    for name, key in (("failing", "planning_failing"), ("low_confidence", "planning_low")):
        asked = at.session_state[key]
        drawn = {"all": population[name], "up to 50": min(50, population[name])}.get(asked)
        assert sampled[name] == (at.number_input(f"{key}_n").value if drawn is None else drawn), name
