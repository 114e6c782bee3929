"""Figures of an answer that are a bound of the number: one that it keeps is never proved wrong."""

import pytest

from review.sql.results.figures import look_up
from review.sql.results.result import Result

TOTAL = Result(columns=("total",), rows=((500.75,),))
KEPT = """under 600|below 600|less than 600|It is at most 600.|up to 600|no more than 600|≤ 600|<600|unter 600|
höchstens 600|maximal 600|bis zu 600|nicht mehr als 600 Euro|mindestens 400|at least 400|more than 400|über 400 Euro|
It stays below the 600 limit.|It exceeds 400.|No less than 400|not under 400.|> 400|under EUR 600|less than $600|
under a total of 600|600 or less|400 oder mehr|not even 600|It is not 600.|It is under budget: 600.|kein Wert über 600|
überschreitet 600 nicht|The 600 limit was not reached.|Das Limit von 600 wurde nicht erreicht|hardly 600|
between four hundred and six hundred|The target is 600."""
BROKEN = """under 400|below 400|at most 400|no more than 400|höchstens 400|unter 400|bis zu 400|mindestens 600|
at least 600|mehr als 600|not under 600|600 or more|The total is 600.|no order under 600|600"""


@pytest.mark.parametrize("answer", [one.strip() for one in KEPT.split("|")])
def test_a_bound_that_the_number_keeps_is_not_proved_wrong(answer):
    assert look_up(answer, TOTAL).against() == []


@pytest.mark.parametrize("answer", [one.strip() for one in BROKEN.split("|")])
def test_a_bound_that_the_number_breaks_is_wrong(answer):
    assert len(look_up(answer, TOTAL).against()) == 1


def test_a_limit_that_the_result_has_is_compared():
    limits = Result(columns=("order_limit",), rows=((500.75,),))
    assert len(look_up("The limit is 600.", limits).against()) == 1
