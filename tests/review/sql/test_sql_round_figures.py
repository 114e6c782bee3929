"""Round figures, shares in small numbers, and figures that take turns with names in a worded answer."""

import pytest
from sql_shop import contradicted

from review.sql.results.figures import untraceable
from review.sql.results.result import Result
from review.sql.results.worded import contradictions

LOST = Result(columns=("value",), rows=((1497.0,),))
BRANCHES = Result(columns=("branch", "members"), rows=(("Riverside", 349), ("Central", 162)))
AGES = Result(columns=("age", "loans"), rows=(("child", 27), ("story lady", 57), ("old man", 32)))
PEOPLE = Result(columns=("loans", "first", "last"), rows=((53, "Lina", "Quast"), (52, "Ida", "Mertens")))


def one(value: float) -> Result:
    return Result(columns=("n",), rows=((value,),))


@pytest.mark.parametrize(
    ("answer", "number"),
    [
        ("About 1,500 euros.", 1497),
        ("Roughly €1,500.", 1497),
        ("It is ~1,500.", 1497),
        ("Nearly 1,500 euros.", 1497),
        ("Das sind rund 1.500 Euro.", 1497),
        ("More than 1,000 members.", 1015),
        ("Just over 1,000 members.", 1015),
        ("Around 1,150 loans.", 1154),
        ("About 900 members.", 908),
        ("More than 80% of them.", 82.5),
        ("Approximately 2 million rows.", 2_040_000),
    ],
)
def test_a_round_figure_that_says_so_is_a_rounding(answer, number):
    assert untraceable(answer, one(number)) == []


@pytest.mark.parametrize(
    ("answer", "number"),
    [
        ("About 1,600 euros.", 1497),
        ("More than 1,500 euros.", 1497),
        ("Nearly 1,500 euros.", 1540),
        ("About 1,000 members.", 1090),
        ("About 1,000 members.", 910),
        ("About 1,520 euros.", 1497),
        ("About 0 members.", 49),
    ],
)
def test_a_round_figure_is_not_round_without_limit(answer, number):
    assert len(untraceable(answer, one(number))) == 1


def test_a_round_figure_that_does_not_say_so_goes_to_a_person():
    assert len(untraceable("It was 1,500 euros.", LOST)) == 1
    assert contradicted("It was 1,500 euros.", LOST) == ""
    assert contradicted("It was 1,600 euros.", LOST) and contradicted("It was 1,499 euros.", LOST)
    assert contradicted("About 1,600 euros.", LOST) and contradicted("More than 1,600 euros.", LOST)


def test_more_than_a_smaller_number_is_no_contradiction():
    assert contradicted("More than 1,900 customers.", one(1999)) == ""
    assert contradicted("More than 2,500 customers.", one(1999))


@pytest.mark.parametrize("answer", ["More than four in five loans, 82.5%.", "About 5 out of 6 loans."])
def test_a_share_may_be_said_in_small_numbers(answer):
    assert untraceable(answer, one(82.5), question="What share of loans?") == []
    assert len(untraceable(answer, one(31.5), question="What share of loans?")) > 0


@pytest.mark.parametrize(
    "answer",
    [
        "Central with {c} and Riverside with {r}.",
        "Central ({c}) and Riverside ({r}) are large.",
        "{c} in Central and {r} in Riverside.",
        "Central had {c} of all members and Riverside {r}.",
    ],
)
def test_figures_that_take_turns_with_names_belong_to_them(answer):
    assert contradictions(answer.format(c=162, r=349), BRANCHES) == []
    assert len(contradictions(answer.format(c=349, r=162), BRANCHES)) == 2


@pytest.mark.parametrize(
    "answer",
    [
        "Riverside beats Central 349 to 162.",
        "With 349 members Riverside leads Central with 162.",
        "511 members in all with Riverside at 349 and Central at 162.",
        "Riverside and Central have 349 and 162.",
    ],
)
def test_names_and_figures_that_do_not_take_turns_are_not_paired(answer):
    assert contradictions(answer, BRANCHES) == []


def test_first_and_last_names_are_one_name():
    assert contradictions("Lina Quast with 53 loans and Ida Mertens with 52.", PEOPLE) == []
    assert len(contradictions("Lina Quast with 52 loans and Ida Mertens with 53.", PEOPLE)) == 2


def test_names_are_known_in_the_plural():
    assert contradictions("Children 27, story ladies 57, old men 32.", AGES) == []
    assert len(contradictions("Children 32, story ladies 57, old men 27.", AGES)) == 2
