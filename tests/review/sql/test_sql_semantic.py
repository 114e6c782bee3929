"""Times in questions, and what examples demand."""

from datetime import date

import pytest
from sql_shop import SCHEMAS

from review.sql.schema.schema import Schema, Table
from review.sql.semantic.demands import Demands, check_demands
from review.sql.semantic.windows import windows_in
from review.sql.tree.statement import read_statement

ASKED = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("Sales last month", "2026-10-01", "2026-10-31"),
        ("sales this quarter?", "2026-10-01", "2026-12-31"),
        ("Previous quarter", "2026-07-01", "2026-09-30"),
        ("last year", "2025-01-01", "2025-12-31"),
        ("last week", "2026-11-23", "2026-11-29"),
        ("the past three months", "2026-08-01", "2026-11-30"),
        ("last 7 days", "2026-11-23", "2026-11-30"),
        ("in March 2024", "2024-03-01", "2024-03-31"),
        ("Feb 2024", "2024-02-01", "2024-02-29"),
        ("Q3 2025", "2025-07-01", "2025-09-30"),
        ("in the first quarter of 2025", "2025-01-01", "2025-03-31"),
        ("2025-Q4", "2025-10-01", "2025-12-31"),
        ("the second half of 2025", "2025-07-01", "2025-12-31"),
        ("H1 2024", "2024-01-01", "2024-06-30"),
        ("from November 2024 to February 2025", "2024-11-01", "2025-02-28"),
        ("in 2024", "2024-01-01", "2024-12-31"),
        ("yesterday", "2026-11-29", "2026-11-29"),
        ("on 2026-05-17", "2026-05-17", "2026-05-17"),
    ],
)
def test_times_are_resolved_against_the_day_of_the_question(question, first, last):
    [window] = windows_in(question, ASKED)
    assert (window.first.isoformat(), window.last.isoformat()) == (first, last)
    relative = any(word in question.lower() for word in ("last", "this", "previous", "past", "yesterday"))
    assert windows_in(question, None) == ([] if relative else [window])


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("orders in January", "2026-01-01", "2026-01-31"),
        ("How many in December?", "2025-12-01", "2025-12-31"),
        ("Sales in November", "2026-11-01", "2026-11-30"),
        ("sales for May?", "2026-05-01", "2026-05-31"),
        ("from November to February", "2026-11-01", "2027-02-28"),
        ("between March and May", "2026-03-01", "2026-05-31"),
        ("Q1 revenue", "2026-01-01", "2026-03-31"),
        ("What did we take in Q4?", "2026-10-01", "2026-12-31"),
        ("Q4 of last year", "2025-10-01", "2025-12-31"),
        ("the first quarter of this year", "2026-01-01", "2026-03-31"),
        ("in the third quarter", "2026-07-01", "2026-09-30"),
        ("H1 against the plan", "2026-01-01", "2026-06-30"),
        ("the second half of last year", "2025-07-01", "2025-12-31"),
        ("revenue year to date", "2026-01-01", "2026-11-30"),
        ("YTD revenue", "2026-01-01", "2026-11-30"),
        ("revenue so far this quarter", "2026-10-01", "2026-11-30"),
        ("month-to-date orders", "2026-11-01", "2026-11-30"),
    ],
)
def test_times_without_a_year_are_the_last_that_began_before_the_day_of_the_question(question, first, last):
    [window] = windows_in(question, ASKED)
    assert (window.first.isoformat(), window.last.isoformat(), window.exact) == (first, last, False)
    assert windows_in(question, None) == []


@pytest.mark.parametrize(
    "question",
    ["in January 2025", "January, 2025", "2025-Q1", "2025 Q1", "Q1 2025", "first quarter of 2025", "H2 2024",
     "from January to March 2025", "between November 2024 and February 2025"],
)  # fmt: skip
def test_a_year_that_is_said_counts(question):
    [window] = windows_in(question, ASKED)
    assert not window.recurs and window.last.year in (2024, 2025) and windows_in(question, None) == [window]


@pytest.mark.parametrize(
    ("where", "question", "said"),
    [
        ("made >= '2026-01-01' AND made < '2026-02-01'", "orders in January", ""),
        ("made >= '2025-01-01' AND made < '2025-02-01'", "orders in January", "No date of the query lies"),
        ("strftime('%m', made) = '01'", "orders in January", ""),
        ("made > ''", "orders in January", "The query names no time"),
        ("made >= '2026-01-01' AND made <= '2026-11-30'", "orders year to date", ""),
        ("made >= '2025-01-01' AND made < '2026-01-01'", "orders year to date", "2025-01-01 lies outside"),
        ("made >= '2026-01-01' AND made < '2026-04-01'", "orders in Q1", ""),
        ("made >= '2025-01-01' AND made < '2025-04-01'", "orders in Q1", "No date of the query lies"),
    ],
)
def test_dates_are_held_against_a_time_without_a_year(where, question, said):
    found = met(f"SELECT 1 FROM orders WHERE {where}", question).findings
    assert [f.message[: len(said)] for f in found] == ([said] if said else [])


def test_questions_without_a_time_name_none():
    for question in (
        "How many customers may order?", "The last order of Ana", "room 2024", "last 99999 days",
        "Who may march in may?", "the first half of the list", "May I see the customers of Mark?",
    ):  # fmt: skip
        assert windows_in(question, ASKED) == []


def met(sql, question="", **demands):
    statement = read_statement(sql, "sqlite", SCHEMAS["sqlite"])
    return check_demands(statement, Demands(question=question, as_of=ASKED, **demands))


@pytest.mark.parametrize(
    ("sql", "question", "score"),
    [
        ("SELECT 1 FROM orders WHERE made >= '2026-10-01' AND made < '2026-11-01'", "orders last month", 1),
        ("SELECT 1 FROM orders WHERE made BETWEEN '2026-10-01' AND '2026-10-31 23:59:59'", "orders last month", 1),
        ("SELECT 1 FROM orders WHERE made > '2026-09-30' AND made < '2026-11-01'", "orders last month", 1),
        ("SELECT 1 FROM orders WHERE made >= '2026-09-01' AND made < '2026-10-01'", "orders last month", 0),
        ("SELECT 1 FROM orders WHERE made >= '2026-10-01' AND made < '2026-12-05'", "orders last month", 0),
        ("SELECT 1 FROM orders WHERE strftime('%Y', made) = '2025'", "orders last year", 1),
        ("SELECT 1 FROM orders WHERE strftime('%Y', made) = '2024'", "orders last year", 0),
        ("SELECT 1 FROM orders WHERE made LIKE '2026-10%'", "orders last month", 1),
        ("SELECT 1 FROM sales WHERE month IN ('2026-10', '2026-09')", "How did sales change last month?", 1),
        ("SELECT 1 FROM orders", "orders last month", 0),
        ("SELECT 1 FROM orders WHERE made > date('now', '-1 month')", "orders last month", None),
        ("SELECT 1 FROM orders", "how many orders", None),
    ],
)
def test_date_slips(sql, question, score):
    assert met(sql, question).score == score


@pytest.mark.parametrize(
    ("sql", "question", "said"),
    [
        ("made >= '2025-01-01' AND made <= '2025-04-30'", "orders in the first quarter of 2025", "04-30 lies outside"),
        ("made >= '2025-01-01' AND made < '2025-04-01'", "orders in the first quarter of 2025", ""),
        ("made >= '2025-01-01' AND made < '2025-03-01'", "orders in the first quarter of 2025", "ends on 2025-02-28"),
        ("made >= '2025-02-01' AND made < '2025-04-01'", "orders in the first quarter of 2025", "begins on 2025-02-01"),
        ("'2025-05-01' <= made AND '2025-06-01' > made", "orders in May 2025", ""),
        ("date(made) = '2026-11-30'", "orders of yesterday", "No date of the query lies"),
        ("date(made) = '2026-11-29'", "orders of yesterday", ""),
        ("stamp BETWEEN '2025-05-01' AND '2025-05-31'", "orders in May 2025", "leaves out 2025-05-31 after midnight"),
        ("day BETWEEN '2025-05-01' AND '2025-05-31'", "orders in May 2025", ""),
        ("day >= '2026-01-01' AND day <= '2026-11-30'", "orders this year", ""),
        ("amount > 2000 AND year(day) = 2025", "orders in 2025", ""),
        ("day LIKE '2025-%'", "orders in 2025", ""),
        ("day GLOB '2025-*'", "orders in 2025", ""),
        ("day LIKE '2025-03-%'", "orders in March 2025", ""),
        ("day LIKE '2025-03-__'", "orders in March 2025", ""),
        ("day LIKE '2024-03-%'", "orders in March 2025", "No date of the query lies"),
        ("day LIKE '2025-1%'", "orders in the fourth quarter of 2025", ""),
        # What held on a day has no period: one column began by then, another had not ended.
        ("day <= '2025-12-31' AND (stamp IS NULL OR stamp > '2025-12-31')", "held on 31 December 2025", ""),
        ("day <= '2025-12-31' AND stamp > '2025-12-31'", "held at the end of December 2025", ""),
        ("day <= '2025-01-01' AND (stamp IS NULL OR stamp > '2025-01-01')", "held at the beginning of 2025", ""),
        ("stamp IS NULL OR stamp > '2026-11-30'", "open today", ""),
        ("day <= '2024-12-31' AND (stamp IS NULL OR stamp > '2025-12-31')", "held on 31 December 2025",
         "2024-12-31 lies outside"),
        ("day >= '2025-12-05' AND day <= '2025-12-31' AND (stamp IS NULL OR stamp > '2025-12-31')",
         "orders in December 2025", "begins on 2025-12-05"),
        # Constants are reckoned; of what is not read nothing is said.
        ("date_trunc('month', stamp) = date_trunc('month', DATE '2026-11-30' - INTERVAL 1 MONTH)", "last month", ""),
        ("date_trunc('month', stamp) = DATE '2026-10-01'", "orders last month", ""),
        ("date_trunc('month', stamp) = DATE '2026-09-01'", "orders last month", "No date of the query lies"),
        ("stamp >= date_trunc('month', DATE '2026-11-30') - INTERVAL 1 MONTH AND stamp < DATE '2026-11-01'",
         "orders last month", ""),
        ("stamp >= DATE '2026-11-30' - INTERVAL 3 MONTH AND stamp < DATE '2026-11-30'", "orders last month",
         "No date of the query lies"),
        ("stamp >= last_day(DATE '2026-09-15') + 1 AND stamp < DATE '2026-11-01'", "orders last month", ""),
    ],
)  # fmt: skip
def test_bounds_are_read_as_they_compare(sql, question, said):
    days = Schema(dialect="duckdb", tables=(Table(name="t", columns={"stamp": "TIMESTAMP", "day": "DATE"}),))
    statement = read_statement(f"SELECT 1 FROM t WHERE {sql}", "duckdb", days)
    found = [f.message for f in check_demands(statement, Demands(question=question, as_of=ASKED)).findings]
    assert len(found) == bool(said) and said in " ".join(found), found


def test_tables_columns_and_words():
    words = {"promotion|discount": ("promotions",)}
    assert met("SELECT 1 FROM promotions", "Which discounts ran?", words=words).score == 1
    missed = met("SELECT 1 FROM sales", "Sales with Promotions?", words=words)
    assert missed.score == 0 and "'Promotion'" in missed.findings[0].message
    assert (
        met("SELECT name FROM customers", required_columns=("customers.name",), required_tables=("customers",)).score
        == 1
    )
    assert met("SELECT * FROM customers", required_columns=("customers.name",)).score == 1
    assert met("SELECT c.id FROM customers c", required_columns=("customers.name",)).score == 0
    assert met("SELECT card FROM customers", forbidden_columns=("card",)).score == 0
    assert met("SELECT card FROM customers", forbidden_tables=("orders",)).score == 1
