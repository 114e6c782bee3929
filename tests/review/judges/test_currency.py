"""Costs carry the currency of the project's settings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from scored_runs import passing, scored_run

from pages.parts.judges.choose import money
from pages.parts.shared.currency import titled
from review.basics.errors import InputError
from review.experiments.gating.repeats import repeat_plan
from review.judges.runs.summary import amount
from review.monitoring.alerts.declared import declared
from review.settings.judges import JudgeSettings, judge_settings
from review.settings.project import Project


def test_a_cost_has_its_currency_where_one_is_set() -> None:
    assert (amount(0, "EUR"), amount(1234.5, "EUR"), amount(0.000027, "USD")) == (
        "0 EUR",
        "1,234.50 EUR",
        "0.000027 USD",
    )
    assert (money(3.75, "USD"), money(0.004, "USD"), money(3.75, "")) == ("3.75 USD", "0.004 USD", "3.75")
    assert amount(0.5) == "0.50"


@pytest.mark.parametrize("wrong", ["usd", "$", "EURO", 3, None])
def test_a_currency_is_a_code_of_three_letters(wrong: object) -> None:
    path = Path("spotcheck.toml")
    assert judge_settings(path, {}).currency == "" and judge_settings(path, {"currency": "EUR"}).currency == "EUR"
    with pytest.raises(InputError, match=r"judges\.currency: found .*, expected a code of three letters"):
        judge_settings(path, {"currency": wrong})


def test_the_title_of_a_cost_names_its_currency_and_no_other_title_does() -> None:
    assert titled("cost per answer", "EUR") == "cost per answer, EUR" and titled("Highest cost", "USD").endswith(
        ", USD"
    )
    assert titled("latency, ms", "EUR") == "latency, ms" and titled("cost per answer", "") == "cost per answer"


def test_a_plan_of_repeats_has_its_price_with_the_currency() -> None:
    plan = repeat_plan(scored_run("v2", passing(10)), scored_run("v3", passing(10)), currency="EUR")
    assert plan.price == "about 0.40 EUR" and "(about 0.40 EUR)" in plan.sentence


def test_the_alert_on_costs_names_the_currency() -> None:
    project = Project(path=Path("spotcheck.toml"))
    costs = {one.title for one in declared(project) if one.alert.metric == "cost"}
    named = replace(project, judges=replace(JudgeSettings(), currency="EUR"))
    named_costs = {f"{title}, EUR" for title in costs}
    assert costs and {o.title for o in declared(named)} - {o.title for o in declared(project)} == named_costs
