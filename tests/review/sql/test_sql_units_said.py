"""Figures with units right behind them, in scales of several countries, and changes said of a ratio."""

import time

import pytest
from sql_shop import contradicted

from review.sql.results.figures import untraceable
from review.sql.results.result import Result
from review.sql.results.worded import words_beside
from review.sql.results.written import MOST_READ, figures_in


def one(value: float) -> Result:
    return Result(columns=("v",), rows=((value,),))


@pytest.mark.parametrize(
    ("answer", "number"),
    [
        ("The average weight is 12.7kg.", 12.7),
        ("It takes 12.7ms.", 12.7),
        ("Average delay: 12.7h", 12.7),
        ("It rose 12.7pp.", 12.7),
        ("We moved 12,345kg.", 12_345),
        ("It is 12.7m long.", 12.7),
        ("It is 12.7 m long.", 12.7),
        ("Revenue was 12.7m.", 12_700_000),
        ("It took 1h 30m.", 5_400),
        ("It took 90m.", 5_400),
        ("It took 1.5h.", 90),
        ("Umsatz: 12,7 Mio. €", 12_700_000),
        ("Umsatz: 12,7 Mio €", 12_700_000),
        ("Revenue was 12.7mn.", 12_700_000),
        ("Revenue was 12.7MM.", 12_700_000),
        ("Umsatz: 2 Mrd. Euro", 2_000_000_000),
        ("It is 15 lakh.", 1_500_000),
        ("It is 1.5 crore.", 15_000_000),
        ("Total: 1 234 customers.", 1_234),
        ("Total: 12 345,67 customers.", 12_345.67),
        ("Lens 51 207 units.", 207),
        ("It was two point five million.", 2_500_000),
        ("It was two point two five.", 2.25),
        ("That is 125 basis points.", 0.0125),
        ("That is 125bps.", 1.25),
        ("The spread is 125 bps.", 125),
        ("The share is 12.7pct.", 0.127),
        ("Sales are up 17%.", 1.17),
        ("That is a 300% increase.", 4.0),
        ("Sales fell by 17%.", 0.83),
        ("It uses 5.4GB.", 5_368_709_120),
    ],
)
def test_figures_with_units_and_scales_are_read(answer, number):
    assert untraceable(answer, one(number)) == []
    assert contradicted(answer, one(number)) == ""


@pytest.mark.parametrize(
    ("answer", "number", "figure"),
    [
        ("The average weight is 12.7kg.", 12, "12.7"),
        ("We moved 12,345kg.", 12, "12,345"),
        ("Revenue was $12.7m.", 12.7, "$12.7m"),
        ("Revenue was 12.7M.", 12.7, "12.7M"),
        ("Revenue was 12.7m euros.", 12.7, "12.7m"),
        ("Umsatz: 12,7 Mio. €", 12.7, "12,7 Mio."),
        ("Total: 1 235 customers.", 1_234, "1 235"),
        ("Sales are down 17%.", 1.17, "17%"),
        ("The share is 17%.", 1.17, "17%"),
        ("It was two point five million.", 5_000_000, "two point five million"),
    ],
)
def test_another_number_with_a_unit_is_still_wrong(answer, number, figure):
    [finding] = untraceable(answer, one(number))
    assert answer[finding.start : finding.end] == figure


@pytest.mark.parametrize("text", ["12.7-14", "model 12.7abc", "in the 1990s", "the 90s", "4x4", "1:30"])
def test_digits_are_never_cut_inside_a_number(text):
    assert list(figures_in(text)) == []


@pytest.mark.parametrize(("text", "number"), [("1,2345", 1.2345), ("5.1 of 7", 5.1), ("2,50€", 2.5), ("12.5.", 12.5)])
def test_whole_numbers_are_read(text, number):
    assert float(next(figures_in(text)).value) == number


def test_long_words_are_read_to_a_limit_and_say_so():
    answer = "We sold 12.5 tons. " * 2_000 + "It was 77."
    [note] = untraceable(answer, one(12.5))
    assert note.severity == "note" and "was not read" in note.message
    assert MOST_READ - 10 < note.start <= MOST_READ and note.end == len(answer)
    assert not words_beside(answer, one(12.5)).sure


def test_the_cost_of_long_words_grows_with_their_length():
    rows = tuple((f"n{k}", k * 1.5) for k in range(200))
    answer = " ".join(f"n{k % 200} had {k}.37, and" for k in range(900))
    begun = time.process_time()
    assert len(untraceable(answer, Result(columns=("k", "v"), rows=rows))) > 500
    assert len(answer) < MOST_READ and not words_beside(answer, Result(columns=("k", "v"), rows=rows)).sure
    assert time.process_time() - begun < 4
