"""Figures of a worded answer, traced to the result."""

from datetime import date

import pytest
from sql_shop import contradicted

from review.sql.results.figures import look_up, untraceable
from review.sql.results.result import Result
from review.sql.results.worded import contradictions, words_beside

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


UNITS = Result(columns=("name", "units"), rows=(("Soft Lens 51", 207), ("Classic Pan 72", 203)))
CHANGES = Result(columns=("month", "orders", "change"), rows=(("May", 176, 3), ("June", 115, -61)))
REVENUE = Result(columns=("revenue",), rows=((53445.61,),))
NAMED = Result(columns=("warehouse",), rows=(("Hamburg",),))
KEYS = Result(columns=("id", "name"), rows=tuple((k, f"name {chr(97 + k % 26)}") for k in range(1, 45)))


@pytest.mark.parametrize(
    ("answer", "result", "figures"),
    [
        ("Der Umsatz betrug 53.445,61 €.", REVENUE, []),
        ("It was 53 445,61 €, or CHF 53'445.61".replace("53 4", "53\u00a04"), REVENUE, []),
        ("In the 30 days up to 14 June (June 14th) it was 53,446.", REVENUE, ["30"]),
        ("Fifty-three thousand four hundred and forty-six.", REVENUE, []),
        ("Three hundred and sixty orders.", REVENUE, ["Three hundred and sixty"]),
        ("Soft Lens 51 sold two hundred and seven.", UNITS, []),
        ("Lens 51 sold 207.", UNITS, ["51"]),
        ("44 customers have never ordered.", KEYS, []),
        ("43 customers have never ordered.", KEYS, ["43"]),
        ("The last is customer 43, before 44.", KEYS, []),
        ("It was 53.446 in all.", REVENUE, []),
    ],
)
def test_figures_are_read_as_people_write_them(answer, result, figures):
    assert [answer[f.start : f.end] for f in untraceable(answer, result, question="Which customers?")] == figures


@pytest.mark.parametrize(
    ("answer", "result", "said"),
    [
        ("Soft Lens 51 sold 207 units, Classic Pan 72 sold 203.", UNITS, ""),
        ("Classic Pan 72 leads with 207 units.", UNITS, "'207' stands beside 'classic pan 72'"),
        ("The best seller sold 207 units, the next 203.", UNITS, ""),
        ("In June orders fell by 61 to 115.", CHANGES, ""),
        ("In June orders rose by 61 to 115.", CHANGES, "'rose' with '61'"),
        ("Orders fell from 176 to 115.", CHANGES, ""),
        ("Orders grew from 176 to 115.", CHANGES, "'grew'"),
        ("Orders increased by 61.", CHANGES, "'increased' with '61'"),
        ("It was €53,445.61.", REVENUE, "currency"),
        ("It was $53,445.61.", REVENUE, ""),
        ("Berlin holds the most.", NAMED, "do not name 'hamburg'"),
        ("Hamburg holds the most.", NAMED, ""),
    ],
)
def test_words_that_contradict_the_result_are_said(answer, result, said):
    found = contradictions(answer, result, question="In dollars?")
    assert len(found) == bool(said) and said in " ".join(found), found


YEARS = Result(columns=("year", "rides"), rows=(("2023", 571), ("2024", 1815)))
WIDE = Result(columns=("rides_2023", "rides_2024"), rows=((571, 1815),))
MONTHS = Result(columns=("month", "rides"), rows=(("2024-01", 51), ("2024-02", 45)))
NUMBERED = Result(columns=("year", "month", "rides"), rows=((2023, 12, 60), (2024, 1, 51), (2024, 2, 45)))
BACK = Result(columns=("month", "rides"), rows=(("2023-12", 60), ("2024-01", 45), ("2024-02", 50)))
OF_CITIES = Result(columns=("city", "y2023", "y2024"), rows=(("Graz", 12, 15), ("Lyon", 40, 33)))
CHANGED = Result(columns=("difference",), rows=((1244,),))


@pytest.mark.parametrize("result", [YEARS, WIDE])
@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("There were 571 rides in 2023 and 1,815 in 2024, so rides more than tripled.", ""),
        ("1,815 rides in 2023 and 571 in 2024", "'1,815' stands beside '2023', and in the result beside '2024'"),
        ("In 2023: 1,815. In 2024: 571.", "'1,815' stands beside '2023'"),
        ("In 2024: 1,815. In 2023: 571.", ""),
        ("In 2023 and 2024 there were 1,815 and 571 rides.", "'1,815' stands beside '2023'"),
        ("In 2024 we had 1,815 rides, up from 571 in 2023.", ""),
        ("In 2024 there were 1,815 rides, 1,244 more than in 2023.", ""),
        ("2,386 rides in all: 571 in 2023 and 1,815 in 2024.", ""),
        ("Rides fell from 571 in 2023 to 1,815 in 2024", "'fell'"),
        ("Rides fell by 1,244 from 2023 to 2024", "'fell'"),
        ("Rides rose by 1,244 from 2023 to 2024", ""),
        ("There were 1,244 fewer rides in 2024 than in 2023.", "'fewer'"),
        ("There were 1,244 fewer rides in 2023 than in 2024.", ""),
        ("2023\n1,815\n2024\n571", "'1,815' stands beside '2023'"),
        ("We had 571 rides in 2022.", "'571' stands beside '2022'"),
    ],
)
def test_figures_stand_beside_their_years(answer, result, said):
    found = contradictions(answer, result)
    assert bool(found) == bool(said) and said in " ".join(found), found
    assert words_beside(answer, result).sure


@pytest.mark.parametrize(
    ("answer", "result", "said"),
    [
        ("January 2024: 51 rides, February 2024: 45 rides.", MONTHS, ""),
        ("January 2024: 45 rides, February 2024: 51 rides.", MONTHS, "'45' stands beside 'January 2024'"),
        ("In 2024, rides rose from January to February.", MONTHS, "'rose'"),
        ("In February 2024 rides fell to 45.", NUMBERED, ""),
        ("In January 2024 rides rose to 51.", NUMBERED, "'rose'"),
        ("Orders rose in January 2024 to 51 and fell to 45 in February.", NUMBERED, ""),
        ("It fell to 51 in January and was 45 in February.", NUMBERED, ""),
        ("It dropped in January and was up again in February.", BACK, ""),
        ("It dropped in January and was 50 in February.", BACK, ""),
        ("Graz had 12 in 2023 and 15 in 2024.", OF_CITIES, ""),
        ("Graz had 15 in 2023 and 12 in 2024.", OF_CITIES, "'15' stands beside '2023'"),
        ("In Lyon it rose from 2023 to 2024.", OF_CITIES, "'rose'"),
        ("There were 1,244 fewer rides in 2024 than in 2023.", CHANGED, "fewer"),
        ("There were 1,244 more rides in 2024 than in 2023.", CHANGED, ""),
    ],
)
def test_months_rows_and_columns_are_names_too(answer, result, said):
    found = contradictions(answer, result)
    assert bool(found) == bool(said) and said in " ".join(found), found


@pytest.mark.parametrize(
    "answer",
    ["Of 571 and 1,815 rides 2024 had more, in all.", "It rose from 2023 to 2024.", "Not 1,815, rides fell in 2024."],
)
def test_words_that_cannot_be_read_beside_times_are_not_checked(answer):
    assert not words_beside(answer, OF_CITIES if answer.startswith("It") else YEARS).sure


ORDERS = Result(columns=("orders",), rows=((5,),))
BY_CITY = Result(columns=("city", "orders"), rows=(("Graz", 12), ("Lyon", 40), ("Oslo", 8), ("Riga", 40)))
FLOWN = Result(columns=("minutes",), rows=((150,),))


@pytest.mark.parametrize(
    ("answer", "result", "figures"),
    [
        ("There were 3 orders.", ORDERS, ["3"]),
        ("There were three open orders.", ORDERS, ["three"]),
        ("Only one order came in.", ORDERS, ["one"]),
        ("0 orders came in.", ORDERS, ["0"]),
        ("2024 orders came in.", ORDERS, ["2024"]),
        ("Five orders came in, in 2 weeks.", ORDERS, []),
        ("This is one of the 3 best days: 5 orders.", ORDERS, []),
        ("1. There are 5 orders.\n2) That is all, for two reasons.", ORDERS, []),
        ("In 2024 there were 5 orders; since 2023 they are counted in the top 3 shops.", ORDERS, []),
        ("More than 2 orders: 5 orders.", ORDERS, []),
        ("Four cities have orders, two cities as many as 40 orders.", BY_CITY, []),
        ("Nine cities have orders.", BY_CITY, ["Nine"]),
        ("Norway's two cities had 12 and 8 orders.", BY_CITY, []),
        ("Two hours and 30 minutes", FLOWN, []),
        ("It took 2.5 hours, so 150 minutes or 9,000 seconds.", FLOWN, []),
        ("It took 3.5 hours.", FLOWN, ["3.5"]),
        ("The first 2 had 52 orders, the first three 60, all 100.", BY_CITY, []),
        ("The median was 26, and Lyon had 3.3 times as many as Graz.", BY_CITY, []),
        ("Lyon rose by 233.3% over Graz, Oslo fell by 80%, the rest 92%; 1 in 3 is new.", BY_CITY, []),
        ("Graz has 120 of every 1,000 orders, Lyon 400.", BY_CITY, []),
        ("Graz has 170 of every 1,000 orders.", BY_CITY, ["170"]),
    ],
)
def test_small_numbers_are_judged_where_they_count(answer, result, figures):
    found = look_up(answer, result, question="How many orders?").findings
    assert [answer[f.start : f.end] for f in found] == figures
    small = {"3", "three", "one", "0", "2024", "Nine"}
    assert all(f.severity == ("note" if answer[f.start : f.end] in small else "warning") for f in found)


@pytest.mark.parametrize(
    ("answer", "figures"),
    [
        ("In 2024 there were 5 orders.", []),
        ("In 2021 there were 5 orders.", ["2021"]),
        ("Since 2 May 2022 there were 5 orders.", ["2022"]),
        ("There were 5 orders of 90 days.", []),
        ("There were 5 orders of more than 250.", []),
        ("There were 5 orders and 250 customers.", ["250"]),
    ],
)
def test_years_and_limits_of_the_query_are_known(answer, figures):
    sql = "SELECT count(*) FROM orders WHERE at < '2025-01-01' AND at >= '2024-01-01' AND age > 90 AND total > 250"
    assert [answer[f.start : f.end] for f in untraceable(answer, ORDERS, sql=sql)] == figures


def test_one_figure_against_one_number_is_a_contradiction_and_nothing_else_is():
    assert contradicted("It was $12.34.", REVENUE) == "The answer says '$12.34', and the result is 53,445.61."
    for answer in ("It was $12.34, not $99.", "It was $53,446.", "It was 1,780 per day.", "It was 3 orders."):
        assert contradicted(answer, REVENUE) == ""
    assert contradicted("It was $12.34.", SALES) == ""


def test_figures_of_ten_thousand_rows_are_traced():
    rows = tuple((f"c{k}", k * 7, k % 97) for k in range(10_000))
    long = Result(columns=("name", "total", "days"), rows=rows)
    total, days = (sum(row[at] for row in rows) for at in (1, 2))
    answer = (
        f"In all {total:,}, on average {total / 10_000:,.1f}; c9000 has 63,000, and of {days:,} days the median is 48."
    )
    assert untraceable(answer, long) == []
    [wrong] = untraceable("In all 349,000,123 were sold.", long)
    assert wrong.severity == "warning"


@pytest.mark.parametrize(
    ("answer", "figures"),
    [
        ("Route 66 had 120 orders.", []),
        ("Store 417 had 120 orders and Gate 912 none.", []),
        ("On Boeing 747 we sold 120.", []),
        ("The line 'Night Bus 842' had 120 orders.", []),
        ("Route 66 had 66.5 orders.", ["66.5"]),
        ("A route had 866 orders.", ["866"]),
        ("Route 1,200 had 120 orders.", ["1,200"]),
    ],
)
def test_a_number_that_is_a_name_is_no_figure(answer, figures):
    result, sql = Result(columns=("n",), rows=((120,),)), "SELECT count(*) FROM o WHERE line = 'Night Bus 842'"
    assert [answer[f.start : f.end] for f in untraceable(answer, result, sql=sql)] == figures
    [wrong] = untraceable("Route 66 had 140 orders.", result)
    assert wrong.severity == "error"


MONTHS_OF_TWO_YEARS = Result(
    columns=("month", "orders"),
    rows=(("2025-01", 310), ("2025-12", 520), ("2026-01", 450), ("2026-02", 480)),
)
TWO_YEARS = Result(columns=("year", "orders"), rows=((2025, 3100), (2026, 4500)))


@pytest.mark.parametrize(
    ("answer", "question", "result", "against"),
    [
        ("In January there were 450 orders.", "", MONTHS_OF_TWO_YEARS, ""),
        ("In January there were 310 orders.", "", MONTHS_OF_TWO_YEARS, "'310' stands beside 'January'"),
        ("In January there were 310 orders.", "How many orders in January 2025?", MONTHS_OF_TWO_YEARS, ""),
        ("In December there were 520 orders.", "", MONTHS_OF_TWO_YEARS, ""),
        ("Q1 began with 450 orders.", "", MONTHS_OF_TWO_YEARS, ""),
        ("Year to date there are 4,500 orders.", "", TWO_YEARS, ""),
        ("Year to date there are 3,100 orders.", "", TWO_YEARS, "'3,100' stands beside 'Year to date'"),
        ("Last year there were 3,100 orders.", "", TWO_YEARS, ""),
        ("Last year there were 4,500 orders.", "", TWO_YEARS, "'4,500' stands beside 'Last year'"),
    ],
)
def test_times_without_a_year_are_resolved_against_the_day_of_the_question(answer, question, result, against):
    found = words_beside(answer, result, question=question, as_of=date(2026, 11, 30)).against
    assert (against in " ".join(found)) if against else found == []
