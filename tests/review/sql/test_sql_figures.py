"""Figures of a worded answer, traced to the result."""

import pytest

from review.sql.results.figures import untraceable
from review.sql.results.result import Result

SALES = Result(
    columns=("department", "now", "before"),
    rows=(("Garden", 1350.0, 2000.0), ("Toys", 480.5, 400.0), ("Books", 0.325, None)),
)


@pytest.mark.parametrize(
    "answer",
    [
        "Garden sold $1,350 this month, after 2,000 the month before.",
        "Garden fell by 32.5%, Toys rose by 20.1 percent.",
        "Together they sold 1,830.5 (1.8k); before it was 2,400.",
        "That is 650 less than in October 2026, on 2026-10-01, in the top 3.",
        "The rate was 32.5%, or 0.33.",
        "There are 3 departments, and Garden is the 1st.",
        "No figures here.",
        "Garden makes 73.7% of the total.",
    ],
)
def test_figures_of_the_result_are_found(answer):
    assert untraceable(answer, SALES) == []


@pytest.mark.parametrize(
    ("answer", "figure"),
    [
        ("Garden fell by 10%.", "10%"),
        ("Garden sold $1,530.", "$1,530"),
        ("Toys rose by 25.3 percent", "25.3 percent"),
        ("They sold 3 million together.", "3 million"),
        ("The answer is 12345.", "12345"),
    ],
)
def test_invented_figures_are_found_with_their_place(answer, figure):
    [finding] = untraceable(answer, SALES)
    assert answer[finding.start : finding.end] == figure and figure in finding.message


def test_numbers_of_the_question_are_not_judged():
    answer = "More than 250 customers ordered: 480.5 on average."
    assert untraceable(answer, SALES, question="Did more than 250 customers order?") == []
    assert len(untraceable(answer, SALES)) == 1
    assert untraceable("It failed: 77 errors.", Result(ending="failed")) == []
