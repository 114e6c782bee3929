"""Words that turn the sign or the size of a right figure are for a person to weigh."""

import pytest

from review.sql.results.result import Result
from review.sql.results.worded import contradictions

RISE, FALL = (Result(columns=("change_pct",), rows=((number,),)) for number in (12.5, -12.5))
GAIN, LOSS = (Result(columns=("total",), rows=((number,),)) for number in (500.75, -500.75))
SHARE = Result(columns=("share",), rows=((0.4567,),))


@pytest.mark.parametrize(
    ("answer", "result", "against"),
    [
        ("Der Umsatz sank um 12,5 %.", RISE, True),
        ("Revenue declined 12.5%.", RISE, True),
        ("Revenue rose 12.5%.", RISE, False),
        ("Der Umsatz stieg um 12,5 Prozent.", RISE, False),
        ("Revenue rose 12.5%.", FALL, True),
        ("There was a rise of 12.5%.", FALL, True),
        ("Der Umsatz stieg um 12,5 %.", FALL, True),
        ("Ein Rückgang von 12,5 %.", FALL, False),
        ("Revenue fell 12.5%.", FALL, False),
        ("Revenue fell 12.5%.", Result(columns=("decrease_pct",), rows=((12.5,),)), False),
        ("It was a profit of 500.75.", LOSS, True),
        ("Der Gewinn war 500,75 Euro.", LOSS, True),
        ("It was a loss of 500.75.", LOSS, False),
        ("It was a loss of 500.75.", GAIN, True),
        ("Ein Verlust von 500,75 Euro.", GAIN, True),
        ("It was a profit of 500.75.", GAIN, False),
        ("It was a loss of 500.75.", Result(columns=("loss",), rows=((500.75,),)), False),
        ("We lost 500.75.", GAIN, True),
        ("We lost 500.75.", LOSS, False),
        ("We lost 12 customers.", Result(columns=("customers",), rows=((12,),)), False),
        ("South had 12 fewer.", Result(columns=("diff",), rows=((12,),)), False),
        ("Revenue was 12.5% lower.", RISE, True),
        ("It is 0.4567%.", SHARE, True),
        ("It is 46%.", SHARE, False),
        ("It is 0.4567.", SHARE, False),
        ("It is 0.4567%.", Result(columns=("pct",), rows=((0.4567,),)), False),
        ("It is 0.4567%.", Result(columns=("share",), rows=((0.4567,), (32.1,))), False),
    ],
)
def test_a_contrary_word_is_found(answer, result, against):
    assert bool(contradictions(answer, result)) == against
