"""What analysts write every day is read and may run: harmless constructs of each dialect stand on the default lists."""

from pathlib import Path

import duckdb
import pytest
from sql_databases import chdb_shop
from sql_shop import SCHEMAS

from review.sql.execution.runner import Runner
from review.sql.proof.prove import may_run
from review.sql.rules.policy import Policy

ORDINARY = {
    "duckdb": r"""
        PIVOT sales ON month USING sum(amount) GROUP BY department
        SELECT * FROM (PIVOT sales ON month USING sum(amount) GROUP BY department) AS p
        SELECT p.jan FROM sales PIVOT (sum(amount) FOR month IN ('jan', 'feb')) AS p
        WITH p AS (PIVOT sales ON month USING sum(amount)) SELECT * FROM p
        WITH s AS (SELECT department, month FROM sales) PIVOT s ON month USING count(*)
        UNPIVOT sales ON amount INTO NAME n VALUE v
        SELECT v FROM (UNPIVOT sales ON amount, id INTO NAME n VALUE v)
        SELECT [x + 1 FOR x IN [1, 2, 3] IF x > 1] AS l
        SELECT list_transform([1, 2], lambda x: x + 1) AS l
        SELECT name COLLATE NOCASE FROM customers ORDER BY name COLLATE NOCASE
        SELECT count(*) FROM orders TABLESAMPLE BERNOULLI (10 PERCENT)
        SELECT map {'a': 1} AS m
        SELECT max(COLUMNS(*)) FROM orders
        SELECT made::DATE AS d, count(*) FROM orders GROUP BY ALL ORDER BY ALL
    """,
    "postgres": r"""
        SELECT name COLLATE "C" FROM customers ORDER BY name COLLATE "de_DE"
        SELECT '{"a":1}'::jsonb ? 'a', '{"a":1}'::jsonb ?| ARRAY['a'], '{"a":1}'::jsonb ?& ARRAY['a']
        SELECT x.a FROM jsonb_to_recordset('[{"a":1}]') AS x(a int, b text)
        SELECT count(*) FROM orders TABLESAMPLE SYSTEM (10)
        SELECT (made, made + interval '1 day') OVERLAPS (made, made) FROM orders
        SELECT to_tsvector('english', name) @@ to_tsquery('a') FROM customers
        SELECT region_id, any_value(name) FROM customers GROUP BY region_id
    """,
    "sqlite": r"""
        SELECT name COLLATE NOCASE FROM customers ORDER BY name COLLATE NOCASE
        SELECT count(*) FROM customers WHERE name = 'ana' COLLATE NOCASE
    """,
    "clickhouse": r"""
        SELECT arrayJoin(tags) AS tag, count() FROM orders GROUP BY tag
        SELECT CAST('1', 'UInt8') AS x, CAST(amount, 'Float64') FROM orders
        SELECT extract(name, '[a-z]+'), EXTRACT(YEAR FROM since) FROM customers
        SELECT timestampDiff(DAY, made, now()), TIMESTAMPDIFF(MONTH, made, now()) FROM orders
        SELECT name FROM customers ORDER BY name COLLATE 'en'
        SELECT toDate('2024-01-01') + number AS d FROM numbers(31)
        SELECT date_add(DAY, 1, made), timestamp_add(made, INTERVAL 1 DAY) FROM orders
        SELECT toDate(made) AS d, count() AS c FROM orders GROUP BY d ORDER BY d WITH FILL STEP 1 INTERPOLATE (c AS 0)
        SELECT name, credit FROM customers ORDER BY ALL
        SELECT COLUMNS('n.*') FROM customers
        SELECT simpleLinearRegression(amount, id) FROM orders
    """,
}
REFUSED = {
    "duckdb": r"""
        PIVOT customers ON name USING count(*)
        SELECT * FROM (PIVOT customers ON name USING count(*) GROUP BY id)
        WITH c AS (SELECT id FROM regions) SELECT a FROM (PIVOT customers ON name USING max(card) GROUP BY id)
        SELECT a FROM customers PIVOT (count(*) FOR name IN ('a'))
        SELECT v FROM (UNPIVOT customers ON name INTO NAME n VALUE v)
        SELECT v FROM (UNPIVOT customers ON COLUMNS('c.*') INTO NAME n VALUE v)
        PIVOT nosuch ON name USING count(*)
        PIVOT (SELECT card FROM customers) ON card USING count(*)
        SELECT [card FOR x IN [1]] FROM customers
        SELECT [x FOR x IN [card]] FROM customers
        SELECT [x FOR x IN [c]] FROM customers AS c
        SELECT [x FOR x IN [1] IF c.card = 'a'] FROM customers AS c
        SELECT max(COLUMNS(*)) FROM customers
    """,
    "clickhouse": r"""
        SELECT number FROM numbers(1000000000000)
        SELECT number FROM numbers(pow(10, 12))
        SELECT number FROM numbers((SELECT max(id) FROM customers))
        SELECT COLUMNS('c.*') FROM customers
        SELECT timestampDiff(DAY, card, now()) FROM customers
        SELECT CAST(card, 'String') FROM customers
        SELECT arrayJoin([card]) FROM customers
        SELECT * APPLY(sleep) FROM orders
    """,
    "postgres": r"""
        SELECT x.a FROM jsonb_to_recordset('[{"a":1}]') AS x(a regclass)
        SELECT x.a FROM customers, jsonb_to_recordset(to_jsonb(customers)) AS x(a int)
        SELECT system('ls') FROM orders
    """,
}


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.strip().splitlines()]


@pytest.mark.parametrize("dialect", ORDINARY)
def test_ordinary_statements_may_run(dialect: str) -> None:
    proofs = {sql: may_run(sql, dialect, SCHEMAS[dialect], Policy()) for sql in lines(ORDINARY[dialect])}
    assert {sql: [f.message for f in proof.findings] for sql, proof in proofs.items() if not proof.ok} == {}


@pytest.mark.parametrize("dialect", REFUSED)
def test_none_of_them_is_a_way_to_what_is_excluded_or_without_end(dialect: str) -> None:
    policy = Policy(forbidden_columns=("customers.card",))
    assert [sql for sql in lines(REFUSED[dialect]) if may_run(sql, dialect, SCHEMAS[dialect], policy).ok] == []


def test_pivots_run_on_duckdb(tmp_path: Path) -> None:
    path = tmp_path / "s.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE sales (id INTEGER, department VARCHAR, month VARCHAR, amount INTEGER)")
        connection.execute("INSERT INTO sales VALUES (1, 'a', 'jan', 3), (2, 'a', 'feb', 4), (3, 'b', 'jan', 5)")
    with Runner(f"duckdb:////{path}") as runner:
        for sql in lines(ORDINARY["duckdb"])[:7]:
            result = runner.run(sql)
            assert result.done, (sql, result.error)
        wide = runner.run(lines(ORDINARY["duckdb"])[0])
        assert sorted(wide.columns) == ["department", "feb", "jan"] and len(wide.rows) == 2


def test_ordinary_statements_run_on_clickhouse(tmp_path: Path) -> None:
    with Runner(chdb_shop(tmp_path)) as runner:
        for sql in (
            "SELECT arrayJoin([1, 2]) AS x", "SELECT CAST('1', 'UInt8') AS x", "SELECT number FROM numbers(3)",
            "SELECT extract(assumeNotNull(name), '[A-Z]') AS x FROM customers ORDER BY ALL",
            "SELECT timestampDiff(DAY, made, made) AS d FROM orders",
        ):  # fmt: skip
            result = runner.run(sql)
            assert result.done, (sql, result.error)
