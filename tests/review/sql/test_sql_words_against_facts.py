"""What a worded answer says of rows, extremes, yes or no and dates that its result contradicts."""

from datetime import date

import pytest

from review.sql.results.figures import untraceable
from review.sql.results.result import Result
from review.sql.results.worded import contradictions

GENRES = Result(columns=("genre", "revenue"), rows=(("Crime", 24423.21), ("Poetry", 14012.41), ("Travel", 10812.5)))
STOCK = Result(columns=("shelf", "copies", "value"), rows=(("North", 131, 4100), ("South", 84, 5200)))


@pytest.mark.parametrize(
    ("answer", "result", "wrong"),
    [
        ("Crime made the most with €24,423.21, followed by Poetry books with €14,102.41.", GENRES, ["€14,102.41"]),
        ("Crime €24,423.21, Poetry €14,102.41 and Travel €10,812.50.", GENRES, ["€14,102.41"]),
        # A sum, a difference, a rounding, another unit, and what nobody can tell are no contradiction.
        ("Crime €24,423.21, Poetry about €14,102.41.", GENRES, []),
        ("Crime €24,423.21, Poetry €38,435.62.", GENRES, []),
        ("Crime €24,423.21, Poetry with €9,999.99 less.", GENRES, []),
        ("Crime €24,423.21, Poetry with €388.17 per day.", GENRES, []),
        ("Crime €24,423.21, Poetry had 1,204 copies.", GENRES, []),
        ("Crime €24,423.21, Poetry rose by €1,204.33.", GENRES, []),
        ("Poetry made €14,102.41.", GENRES, []),
        ("Crime €24,423.21, Poetry and Travel €14,102.41.", GENRES, []),
        ("Crime €24,423.21, Poetry €14,012.", GENRES, []),
        ("€24,423.21 in Crime and €14,102.41 in Poetry.", GENRES, []),
        ("North holds 131, South 48.", STOCK, []),
    ],
)
def test_a_figure_beside_a_row_with_one_other_number_is_wrong(answer, result, wrong):
    found = untraceable(answer, result, question="How do the genres do?")
    assert [answer[f.start : f.end] for f in found if f.severity == "error"] == wrong, found


REGIONS = Result(columns=("region", "total"), rows=(("North", 300.5), ("South", 200.25)))


@pytest.mark.parametrize(
    "answer",
    [
        "North had 300.50 and South 200.25; North's target is 400.",
        "North had 300.50; South's target is 400.",
        "North had 300.50; South spent 400.",
        "North had 300.50; the cost of South was 280.25.",
        "North had 300.50; excluding returns South had 180.25.",
        "North had 300.50; online, South had 180.25.",
        "North had 300.50, with VAT South had 240.30.",
        "North had 300.50 (South population: 45000).",
        "North had 300.50 and South 200.25. Last year South had 180.",
        "North had 300.50. Last year South had 180.",
        "North had 300.50 and South 200.25. Im Vorjahr hatte South 180.",
        "North had 300.50. Im Vorjahr hatte South 180.",
        "North had 300.50. South had 180 in 2024.",
        "North had 300.50 and South 200.25 (North budget 400)",
        "North had 300.50 and South 200.25. North (population 45000) grew.",
        "North had 300.50 and South 200.25, while North expects 350.00 EUR next year.",
    ],
)
def test_a_figure_of_a_plan_another_time_or_measure_is_for_a_person(answer):
    found = untraceable(answer, REGIONS)
    assert [f.severity for f in found] == ["warning"], found


@pytest.mark.parametrize(
    "answer",
    [
        "North had 300.50 and South 280.25.",
        "North earned 300.50, South earned 280.25.",
        "North (300.50), South (280.25).",
        "| North | 300.50 |\n| South | 280.25 |",
        "North leads with 300.50 euros in sales, followed by South at 280.25 euros.",
        "The total for North is 300.50. The total for South is 280.25.",
        "North region with 300.50 and South region with 280.25.",
    ],
)
def test_the_figure_of_a_row_in_the_same_words_is_wrong(answer):
    assert [answer[f.start : f.end] for f in untraceable(answer, REGIONS) if f.severity == "error"] == ["280.25"]


FIVE = "How many books were lent in March 2026?"
MARCH = "SELECT count(*) FROM loans WHERE day >= '2026-03-01' AND day < '2026-04-01'"
COUNT = Result(columns=("n",), rows=((527,),))
DAY = Result(columns=("lent", "back"), rows=((date(2026, 1, 16), date(2026, 1, 26)),))
YES = Result(columns=("any_shelf",), rows=((True,),))
OVERDUE = Result(columns=("n",), rows=((0,),))


@pytest.mark.parametrize(
    ("question", "sql", "answer", "result", "said"),
    [
        ("", "", "Poetry has the highest revenue (14,012.41).", GENRES, "'highest' of 14,012.41"),
        ("", "", "Poetry has the lowest revenue with 14,012.41.", GENRES, "the result has 10,812.5"),
        ("", "", "Crime has the highest revenue (24,423.21), Travel the lowest (10,812.50).", GENRES, ""),
        ("", "", "Poetry has the second highest revenue (14,012.41).", GENRES, ""),
        ("", "", "Among small genres Poetry has the highest revenue (14,012.41).", GENRES, ""),
        ("", "", "South has the most value (5,200), North the most copies (131).", STOCK, ""),
        ("", "", "South has the most copies (84).", STOCK, "'most' of 84"),
        ("Is any shelf empty?", "", "No, no shelf is empty.", YES, "'No'"),
        ("Is any shelf empty?", "", "Yes.", YES, ""),
        ("Is no shelf empty?", "", "No, one is.", YES, ""),
        ("Is any shelf empty?", "SELECT NOT EXISTS (SELECT 1)", "No.", YES, ""),
        ("Are there overdue books?", "", "Yes, there are.", OVERDUE, "'Yes'"),
        ("Are there overdue books?", "", "No, there are none.", OVERDUE, ""),
        ("Are there more than 5 overdue books?", "", "No, there are none.", COUNT, ""),
        ("Is any shelf empty?", "", "No. 7 is.", YES, ""),
        ("Is any shelf empty?", "", "No.", YES, "'No'"),
        ("Which shelf is empty?", "", "No shelf is.", YES, ""),
        (FIVE, MARCH, "527 books were lent in April 2026.", COUNT, "'April 2026'"),
        (FIVE, MARCH, "527 books were lent in March 2026.", COUNT, ""),
        (FIVE, MARCH, "527 books were lent in March.", COUNT, ""),
        ("How many in Q1 2026?", MARCH, "527, from January to March 2026.", COUNT, ""),
        ("When was it lent?", "", "On 16 February 2026.", DAY, "the result has 2026-01-16"),
        ("When was it lent?", "", "From January 16 to January 26, 2026.", DAY, ""),
        ("Was it lent on 3 March 2026?", "", "No: on 16 January 2026, not on 3 March 2026.", DAY, ""),
    ],
)
def test_extremes_yes_and_no_and_dates_are_compared(question, sql, answer, result, said):
    found = contradictions(answer, result, question=question, sql=sql)
    assert len(found) == bool(said) and said in " ".join(found), found
