"""Costs carry the currency of the project's settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from pages.parts.judges.choose import money
from review.basics.errors import InputError
from review.judges.runs.summary import amount
from review.settings.judges import judge_settings


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
