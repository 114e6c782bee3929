"""Shares and scales in German words, and per mille: read as the sign that means the same."""

import pytest

from review.sql.results.figures import look_up
from review.sql.results.result import Result


@pytest.mark.parametrize(
    ("number", "answer"),
    [
        (0.4567, "46 Prozent"),
        (0.4567, "45,7 Prozent"),
        (0.4567, "rund 46 Prozent der Bestellungen"),
        (0.4567, "46 vom Hundert"),
        (0.4567, "46 v. H."),
        (0.4567, "46 Per cent"),
        (0.0046, "4,6 Promille"),
        (0.0046, "4.6‰"),
        (0.0046, "4,6 vom Tausend"),
        (4.6, "4,6 Promille"),
        (1200, "12 hundred"),
        (1_200_000, "12 hundred thousand"),
        (500.75, "rund 0,5 Tausend Euro"),
    ],
)
def test_shares_and_scales_in_words_are_traced(number, answer):
    assert look_up(answer, Result(columns=("n",), rows=((number,),))).findings == []


@pytest.mark.parametrize(
    ("number", "answer", "wrong"),
    [
        (0.4567, "30 Prozent", "30 Prozent"),
        (0.0046, "8,3 Promille", "8,3 Promille"),
        (1200, "15 hundred", "15 hundred"),
        (500.75, "fünfhundert Euro und 75 Cent", ""),
        (500.75, "fünfhundert Euro, 75 Cent", ""),
        (500.75, "Es sind 75 Euro.", "75"),
        (500.75, "In Leipzig sind es einzig 75 Euro.", "75"),
    ],
)
def test_another_share_is_wrong_and_half_an_amount_is_not(number, answer, wrong):
    said = [f for f, _ in look_up(answer, Result(columns=("n",), rows=((number,),))).against()]
    assert [answer[f.start : f.end] for f in said] == [one for one in [wrong] if one]
