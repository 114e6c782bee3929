"""Joins that repeat rows, and joins of columns that are not of one type."""

import pytest
from sql_shop import SCHEMAS, proved, rules_of

from review.sql.proof.prove import prove
from review.sql.schema.ddl import schema_of_ddl

MONTHS = """SELECT s.department, sum(s.amount) AS now, sum(p.amount) AS before
FROM sales AS s JOIN sales AS p ON s.department = p.department
WHERE s.month = '2026-11' AND p.month = '2026-10' GROUP BY s.department"""


def warned(sql, dialect="sqlite"):
    return [f for f in proved(sql, dialect, rules=("join_rows",)).findings if f.severity == "warning"]


def test_two_periods_joined_on_the_department_alone_are_warned_of():
    first, second = warned(MONTHS)
    assert MONTHS[first.start : first.end] == "sum(s.amount)" and MONTHS[second.start : second.end] == "sum(p.amount)"
    assert "department is no key" in first.message and "drops what exists on one side only" in first.message


def test_the_total_of_a_rollup_repeats_what_its_groups_do_not():
    sql = "SELECT i.line, sum(o.amount) FROM orders o JOIN order_items i ON i.order_id = o.id GROUP BY "
    assert not warned(f"{sql} i.line", "duckdb")
    assert len(warned(f"{sql} ROLLUP (i.line)", "duckdb")) == 1


def test_two_periods_are_warned_of_where_no_key_is_known():
    assert len(warned(MONTHS, "clickhouse")) == 2


@pytest.mark.parametrize(
    ("sql", "n"),
    [
        ("SELECT sum(c.credit) FROM customers c JOIN orders o ON o.customer_id = c.id", 1),
        ("SELECT avg(c.credit) FROM customers c, orders o WHERE o.customer_id = c.id", 1),
        ("SELECT sum(o.amount) FROM orders o JOIN order_items i ON i.order_id = o.id JOIN customers c ON c.id "
         "= o.customer_id", 1),
        ("SELECT count(*) FROM customers c JOIN orders o ON o.customer_id = c.id JOIN promotions p ON "
         "p.product_id = c.id", 1),
        ("SELECT sum(o.amount) FROM orders o CROSS JOIN regions", 1),
        # Within one line, each order has at most one item.
        ("SELECT i.line, sum(o.amount) FROM orders o JOIN order_items i ON i.order_id = o.id GROUP BY i.line", 0),
        ("SELECT i.line, sum(o.amount) FROM orders o JOIN order_items i ON i.order_id = o.id GROUP BY 1", 0),
        ("SELECT i.qty, sum(o.amount) FROM orders o JOIN order_items i ON i.order_id = o.id GROUP BY i.qty", 1),
        ("SELECT o.id, sum(o.amount) FROM orders o JOIN order_items i ON i.order_id = o.id GROUP BY o.id", 1),
        # A running total repeats rows on purpose.
        ("SELECT x.id, sum(y.amount) FROM orders x JOIN orders y ON y.id <= x.id GROUP BY x.id", 0),
        ("WITH m AS (SELECT department, sum(amount) AS s FROM sales GROUP BY 1) SELECT x.department, sum(y.s) "
         "FROM m x JOIN m y ON y.department <= x.department GROUP BY 1", 0),
        ("SELECT sum(o.amount) FROM orders o JOIN order_items i ON i.order_id = o.id AND i.line = 1", 0),
        ("SELECT sum(o.amount) FROM orders o JOIN customers c ON o.customer_id = c.id", 0),
        ("SELECT sum(o.amount) FROM orders o JOIN customers c USING (id)", 0),
        ("SELECT sum(i.qty * o.amount) FROM orders o JOIN order_items i ON i.order_id = o.id", 0),
        ("SELECT c.name, count(o.id) FROM customers c LEFT JOIN orders o ON o.customer_id = c.id GROUP BY c.id", 0),
        ("SELECT max(c.credit), count(DISTINCT c.id) FROM customers c JOIN orders o ON o.customer_id = c.id", 0),
        ("SELECT sum(c.credit) FROM customers c WHERE c.id IN (SELECT customer_id FROM orders)", 0),
        ("SELECT sum(c.credit) FROM customers c JOIN (SELECT customer_id FROM orders GROUP BY customer_id) o "
         "ON o.customer_id = c.id", 0),
        ("SELECT sum(c.credit) FROM customers c JOIN (SELECT DISTINCT customer_id FROM orders) o ON "
         "o.customer_id = c.id", 0),
        ("WITH o AS (SELECT customer_id, sum(amount) AS total FROM orders GROUP BY 1) "
         "SELECT sum(o.total), sum(c.credit) FROM customers c JOIN o ON o.customer_id = c.id", 0),
        ("SELECT sum(c.credit) FROM customers c CROSS JOIN (SELECT max(id) AS top FROM orders) AS o", 0),
        ("WITH now AS (SELECT department, sum(amount) AS a FROM sales WHERE month = 'x' GROUP BY department), "
         "old AS (SELECT department, sum(amount) AS a FROM sales WHERE month = 'y' GROUP BY department) "
         "SELECT sum(now.a), sum(old.a) FROM now LEFT JOIN old ON now.department = old.department", 0),
        ("SELECT sum(o.amount) FROM orders o JOIN customers c ON o.tags = 'C' || c.id", 0),
        ("SELECT sum(o.amount) FROM orders o JOIN customers c ON o.tags = CAST(c.id AS TEXT)", 0),
        ("SELECT sum(o.amount) FROM orders o JOIN customers c ON o.tags = lower(c.id)", 1),
        ("SELECT sum(o.amount) FROM orders o JOIN customers c ON o.tags = c.id || c.name", 1),
        ("SELECT sum(o.amount) FROM orders o JOIN customers c ON o.amount = CAST(c.id AS INTEGER)", 1),
        ("SELECT sum(credit) OVER (ORDER BY o.id) FROM customers c JOIN orders o ON o.customer_id = c.id", 0),
        ("SELECT sum(CASE WHEN c.credit > 5 THEN 1 ELSE 0 END) FROM customers c JOIN orders o ON "
         "o.customer_id = c.id", 0),
    ],
)  # fmt: skip
def test_sums_over_repeated_rows(sql, n):
    assert len(warned(sql)) == n, [f.message for f in warned(sql)]


REPEATED = "SELECT c.credit AS had, c.id, o.id AS made FROM customers c JOIN orders o ON o.customer_id = c.id"


@pytest.mark.parametrize(
    ("sql", "n"),
    [
        (f"SELECT sum(x.had) FROM ({REPEATED}) AS x", 1),
        (f"WITH x AS ({REPEATED}) SELECT avg(had) FROM x WHERE made > 3", 1),
        (f"WITH x AS ({REPEATED}), y AS (SELECT had * 2 AS twice FROM x) SELECT sum(twice) FROM y", 1),
        (f"SELECT sum(x.made) FROM ({REPEATED}) AS x", 0),
        (f"SELECT count(x.had) FROM ({REPEATED}) AS x", 0),
        (f"SELECT sum(DISTINCT x.had) FROM ({REPEATED}) AS x", 0),
        (f"SELECT sum(x.had) FROM ({REPEATED}) AS x WHERE x.made = 7", 0),
        (f"SELECT sum(x.had) FROM ({REPEATED.replace('SELECT', 'SELECT DISTINCT')}) AS x", 0),
        (f"SELECT sum(x.had) FROM ({REPEATED} GROUP BY c.id) AS x", 0),
        (f"SELECT sum(x.had) FROM ({REPEATED} LIMIT 1) AS x", 0),
        ("SELECT sum(x.had) FROM (SELECT c.credit AS had, row_number() OVER (PARTITION BY c.id) AS n FROM customers c "
         "JOIN orders o ON o.customer_id = c.id) AS x WHERE x.n <= 1", 0),
    ],
)  # fmt: skip
def test_rows_that_a_subquery_repeats_are_summed_outside(sql, n):
    found = warned(sql)
    assert len(found) == n, [f.message for f in found]
    assert all(sql[f.start : f.end].startswith(("sum(", "avg(")) for f in found)


def test_without_keys_it_cannot_be_told_until_they_are_declared():
    sql = "SELECT sum(c.credit) FROM customers c JOIN orders o ON o.customer_id = c.id"
    [note] = proved(sql, "clickhouse", rules=("join_rows",)).findings
    assert note.severity == "note" and "Cannot tell" in note.message
    keyed = SCHEMAS["clickhouse"].with_keys({"orders": [["id"]], "customers": [["id"]]})
    assert rules_of(prove(sql, "clickhouse", keyed), "warning") == {"join_rows"}
    good = "SELECT sum(o.amount) FROM customers c JOIN orders o ON o.customer_id = c.id"
    assert not prove(good, "clickhouse", keyed).findings


@pytest.mark.parametrize(
    ("dialect", "condition", "severity"),
    [
        ("clickhouse", "p.product_id = i.product_id", "error"),
        ("postgres", "c.name = o.id", "error"),
        ("sqlite", "c.name = o.id", "warning"),
        ("duckdb", "c.name = o.id", "warning"),
        ("clickhouse", "c.since = o.made", "warning"),
        ("clickhouse", "toString(i.product_id) = p.product_id", "note"),
        ("clickhouse", "c.id = o.customer_id", None),
        ("clickhouse", "CAST(i.product_id AS String) = p.product_id", None),
        ("duckdb", "c.name = 'C' || o.id", None),
        ("duckdb", "c.id = lower(o.tags)", "warning"),
        ("postgres", "c.id = o.customer_id AND c.name = 'x'", None),
    ],
)
def test_types_of_joined_columns(dialect, condition, severity):
    sql = (
        "SELECT c.id FROM customers AS c, orders AS o, order_items AS i, promotions AS p "
        f"WHERE {condition} AND c.id = o.customer_id"
    )
    found = [f.severity for f in proved(sql, dialect, rules=("join_types",)).findings]
    assert found == ([severity] if severity else [])


PLACES = schema_of_ddl(
    "CREATE TABLE a (id INTEGER, mood mood_kind, place geometry);"
    "CREATE TABLE b (id INTEGER, mood mood_kind, n INTEGER);",
    "sqlite",
)


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("a.mood = b.n", "'mood_kind', the type of a.mood, is unknown"),
        ("a.place = b.mood", "'geometry', the type of a.place, is unknown"),
        ("abs(a.id) = b.n", "the type of an expression of a is unknown"),
        ("a.mood = b.mood", ""),
        ("a.id = b.n", ""),
    ],
)
def test_of_types_that_are_not_known_it_cannot_tell(condition, said):
    found = prove(f"SELECT 1 FROM a JOIN b ON {condition}", "sqlite", PLACES).findings
    found = [f for f in found if f.rule == "join_types"]
    assert [f.severity for f in found] == (["note"] if said else [])
    assert all("Cannot tell" in f.message and said in f.message.lower() for f in found)


@pytest.mark.parametrize(
    ("sql", "n"),
    [
        ("SELECT sum(credit) OVER (ORDER BY o.id) FROM customers c JOIN orders o ON o.customer_id = c.id", 1),
        ("SELECT count(*) OVER () FROM customers c JOIN orders o ON o.customer_id = c.id JOIN promotions p ON "
         "p.product_id = c.id", 1),
        ("SELECT sum(o.amount) OVER (PARTITION BY c.id) FROM orders o JOIN customers c ON o.customer_id = c.id", 0),
        ("SELECT row_number() OVER (ORDER BY c.credit) FROM customers c JOIN orders o ON o.customer_id = c.id", 0),
    ],
)  # fmt: skip
def test_of_windows_over_repeated_rows_it_cannot_tell(sql, n):
    found = [f for f in proved(sql, rules=("join_rows",)).findings if f.severity == "note"]
    assert len(found) == n and all("Cannot tell" in f.message for f in found)


def test_types_are_seen_through_subqueries_and_using():
    sql = "SELECT 1 FROM (SELECT product_id AS p FROM promotions) AS a JOIN order_items AS i ON i.product_id = a.p"
    assert [f.severity for f in proved(sql, "clickhouse", rules=("join_types",)).findings] == ["error"]
    sql = "SELECT id FROM orders AS o JOIN promotions AS p USING (product_id) JOIN order_items AS i USING (product_id)"
    assert proved(sql, "clickhouse", rules=("join_types",)).ok is False
    sql = "SELECT 1 FROM order_items i WHERE EXISTS (SELECT 1 FROM promotions AS p WHERE p.product_id = i.product_id)"
    assert proved(sql, "clickhouse", rules=("join_types",)).ok is False
