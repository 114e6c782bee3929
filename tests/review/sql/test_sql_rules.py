"""Each rule keeps its contract, and ordinary queries of four dialects break none."""

import sqlite3
from contextlib import closing

import duckdb
import pytest
from sql_shop import SCHEMAS, proved, rules_of

from review.sql.proof.prove import DEFAULT, FOR_RUNNING, may_run, prove
from review.sql.rules.catalogue import RULES
from review.sql.rules.policy import Policy

CONTRACT = {
    "required": {"required_tables": ("orders",), "required_columns": ("orders.amount",)},
    "forbidden": {"forbidden_columns": ("customers.card",)},
    "format": {"format": "TabSeparatedWithNames"},
}


@pytest.mark.parametrize("name", RULES)
def test_each_rule_finds_its_bad_example_and_passes_its_good_one(name):
    rule = RULES[name]
    policy = CONTRACT.get(name, {})
    found = proved(rule.bad, rule.dialect, rules=(name,), **policy).findings
    assert found and {f.rule for f in found} == {name}
    assert all(f.severity == rule.severity and 0 <= f.start < f.end <= len(rule.bad) for f in found)
    assert all(f.message.endswith(".") for f in found)
    assert proved(rule.good, rule.dialect, rules=(name,), **policy).findings == ()
    assert rule.about and not rule.about.endswith(".")


ORDINARY = {
    "sqlite": [
        "SELECT name, strftime('%Y', since) AS y FROM customers WHERE credit BETWEEN 1 AND 5 ORDER BY y DESC",
        "SELECT c.name, count(*) AS n FROM customers c LEFT JOIN orders AS o ON o.customer_id = c.id GROUP BY "
        "1 HAVING n > 2",
        "SELECT iif(credit > 0, 'yes', 'no') FROM customers WHERE name LIKE '%a%' ESCAPE '!' AND rowid > 2",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9) SELECT i FROM n",
        "SELECT [name], `credit`, \"id\" FROM customers, json_each('[1]') AS j WHERE j.value = id",
        "SELECT id FROM customers UNION SELECT id FROM orders ORDER BY id LIMIT 3 OFFSET 1;",
        "SELECT sum(amount) FILTER (WHERE tags IS NOT NULL), rank() OVER w FROM orders WINDOW w AS (ORDER BY id)",
        "SELECT name FROM customers c WHERE EXISTS (SELECT 1 FROM orders WHERE customer_id = c.id) -- those "
        "who ordered",
        "SELECT CAST(credit AS REAL) / 2, name || '!' FROM customers WHERE id IN (SELECT customer_id FROM orders)",
    ],
    "postgres": [
        "SELECT json_agg(name ORDER BY id) FROM customers",
        "SELECT name FROM customers c WHERE NOT EXISTS (SELECT FROM orders o WHERE o.customer_id = c.id)",
        "SELECT date_trunc('month', made) AS m, sum(amount)::numeric(10,2) FROM orders GROUP BY 1 ORDER BY m "
        "NULLS LAST",
        "SELECT name, row_number() OVER (PARTITION BY region_id ORDER BY credit DESC) FROM customers",
        "SELECT to_char(made, 'YYYY'), extract(year FROM made), made AT TIME ZONE 'UTC' FROM orders",
        "SELECT count(*) FILTER (WHERE amount > 5), percentile_cont(0.5) WITHIN GROUP (ORDER BY amount) FROM orders",
        "SELECT d::date FROM generate_series('2024-01-01'::date, '2024-02-01', interval '1 day') AS d",
        "SELECT DISTINCT ON (region_id) name FROM customers ORDER BY region_id, since DESC",
        "SELECT c.name, l.amount FROM customers c JOIN LATERAL (SELECT amount FROM orders o WHERE o.customer_id = c.id "
        "ORDER BY made DESC LIMIT 1) AS l ON true",
        "SELECT name FROM public.customers WHERE name ILIKE 'a%' AND credit = ANY(ARRAY[1, 2]) FETCH FIRST 3 ROWS ONLY",
        "SELECT CURRENT_DATE - since, now(), coalesce(name, $$none$$) FROM customers WHERE name ~ '^a'",
        "SELECT pg_catalog.lower(name) FROM customers",
        "SELECT sum(amount) FROM orders WHERE made >= CURRENT_DATE - INTERVAL '3 months'",
    ],
    "duckdb": [
        "SELECT name, median(credit) FROM customers GROUP BY ALL ORDER BY ALL",
        "SELECT strftime(made, '%Y'), list(id) FROM orders GROUP BY 1 QUALIFY row_number() OVER (ORDER BY 1) < 3",
        "SELECT date_diff('day', since, current_date) AS days FROM customers WHERE days > 3",
        "SELECT sum(id) // 2 AS half, max(json_object('name', name)) AS j FROM customers",
        "SELECT unnest(string_split(tags, ',')) AS tag FROM orders",
        "SELECT range FROM range(1, 10)",
        "FROM customers SELECT name",
        "SELECT list_transform([1, 2], x -> x + 1), {'a': 1}",
    ],
    "clickhouse": [
        "SELECT toStartOfMonth(made) AS m, sumIf(amount, amount > 0) FROM orders GROUP BY m ORDER BY m WITH FILL",
        "SELECT name, uniqExact(id) AS n FROM customers GROUP BY name WITH TOTALS LIMIT 5 FORMAT TabSeparatedWithNames",
        "SELECT tag, count() FROM orders ARRAY JOIN tags AS tag GROUP BY tag",
        "WITH (SELECT max(made) FROM orders) AS mx SELECT id FROM orders WHERE made = mx",
        "SELECT quantile(0.9)(amount), countIf(amount > 1), quantiles(0.5, 0.9)(amount) FROM orders",
        "SELECT o.id FROM orders AS o FINAL PREWHERE amount > 1 ORDER BY id LIMIT 2 BY customer_id",
        "SELECT arrayMap(x -> x + 1, [1, 2]), if(1 > 0, 'a', 'b'), 1 ? 'x' : 'y'",
        "SELECT c.name FROM orders AS o ANY LEFT JOIN customers AS c ON c.id = o.customer_id",
        "SELECT argMax(name, since), dateDiff('day', since, today()) AS d FROM customers GROUP BY d HAVING d > 1",
        "SELECT uniqExactIf(id, credit > 2), groupArray(name), anyLast(card) FROM customers",
        "SELECT toDate(made) AS day, avgOrNull(amount) FROM orders WHERE day >= toDate('2024-01-01') GROUP BY day",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("dialect", "sql"), [(d, q) for d, some in ORDINARY.items() for q in some])
def test_ordinary_queries_pass(dialect, sql):
    proof = proved(sql, dialect)
    assert proof.ok is True, [f.message for f in proof.findings]
    assert not rules_of(proof, "warning")
    assert proved(sql, dialect, rules=FOR_RUNNING).ok is True


def test_findings_say_where_and_name_what_is_near():
    sql = "SELECT nmae FROM custmers AS c JOIN orders o ON o.customer_id = c.id WHERE o.amuont > 1"
    found = {sql[f.start : f.end]: f for f in proved(sql).findings}
    assert found["custmers"].rule == "tables" and "'customers'" in found["custmers"].message
    assert found["o.amuont"].rule == "columns" and "'amount'" in found["o.amuont"].message
    assert "Nearest: 'name'" in proved("SELECT nmae FROM customers").findings[0].message
    assert "both sides" in proved("SELECT 1 FROM customers JOIN orders USING (amount)").findings[0].message
    assert proved("SELECT 1 FROM customers JOIN orders USING (ID)").ok is True
    [twice] = proved("SELECT id FROM customers JOIN orders ON customer_id = customers.id").findings
    assert "several tables: customers, orders" in twice.message


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT name FROM customers LIMIT 10", True),
        ("SELECT 1 AS one, 2 * 3 AS six", True),
        ("SELECT arrayJoin([1, 2]) AS a", False),
        ("SELECT arrayJoin(groupArray(id)) AS a FROM customers", False),
        ("SELECT name FROM customers LIMIT 10001", False),
        ("SELECT name FROM customers LIMIT -1", False),
        ("SELECT name FROM customers LIMIT 0.1", False),
        ("SELECT name FROM customers LIMIT 5 BY name", False),
        ("SELECT name FROM customers LIMIT {n:UInt32}", False),
        ("SELECT count(), max(id) FROM customers", True),
        ("SELECT count(), name FROM customers GROUP BY name", False),
        ("SELECT sum(credit) OVER () FROM customers", False),
        ("SELECT name FROM customers UNION ALL SELECT name FROM regions LIMIT 5", False),
        ("SELECT name FROM (SELECT name FROM customers UNION ALL SELECT name FROM regions) LIMIT 5", True),
        ("(SELECT name FROM customers LIMIT 5) UNION ALL (SELECT name FROM regions LIMIT 5)", True),
        ("SELECT 2 * sum(credit) / count() FROM customers", True),
    ],
)
def test_rows_are_limited_by_a_plain_number_or_by_aggregates(sql, rows):
    assert (proved(sql, "clickhouse", rules=("limit",)).ok is True) is rows


def test_limit_all_and_with_ties_are_no_limit():
    for sql in (
        "SELECT jsonb_array_elements(jsonb_agg(id)) FROM customers", "SELECT unnest(array_agg(id)) FROM customers",
        "SELECT generate_series(1, 1000000)", "SELECT name FROM customers LIMIT ALL",
        "SELECT name FROM customers FETCH FIRST 5 ROWS WITH TIES",
    ):  # fmt: skip
        assert proved(sql, "postgres", rules=("limit",)).ok is not True


@pytest.mark.parametrize(
    "sql",
    ["SELECT * FROM customers", "SELECT c.* FROM customers c", "SELECT * EXCEPT (id) FROM customers",
     "SELECT COLUMNS('a') FROM customers", "SELECT name FROM (SELECT * FROM customers)",
     "SELECT name FROM customers UNION ALL SELECT * FROM regions"],
)  # fmt: skip
def test_every_form_of_a_star_is_found(sql):
    assert proved(sql, "clickhouse", rules=("star",)).ok is False


@pytest.mark.parametrize(
    ("sql", "first"),
    [
        ("FROM customers SELECT name", True),
        ("FROM customers", True),
        ("WITH c AS (SELECT name FROM customers) FROM c SELECT name", True),
        ("SELECT name FROM (FROM customers SELECT name)", True),
        ("SELECT name FROM customers UNION ALL FROM regions SELECT name", True),
        ("SELECT trim(name), count(DISTINCT id) FROM customers WHERE name IS DISTINCT FROM 'x'", False),
        ("SELECT DISTINCT name FROM customers UNION ALL SELECT name FROM regions", False),
        ("WITH c AS (SELECT name FROM customers) SELECT DISTINCT name FROM c", False),
        ("SELECT (SELECT max(id) FROM orders), name FROM customers", False),
        ("(SELECT name FROM customers)", False),
    ],
)
def test_a_query_begins_with_from_only_where_the_engine_reads_it(sql, first):
    said = "The query begins with FROM, which this engine does not read."
    for dialect, refused in (("sqlite", first), ("postgres", first), ("duckdb", False)):
        found = proved(sql, dialect, rules=("syntax",)).findings
        assert any(f.message == said for f in found) is refused, dialect


@pytest.mark.parametrize(
    ("clause", "readers"),
    [
        ("name FROM customers LIMIT 2 BY name", "clickhouse"),
        ("name FROM customers ORDER BY name WITH FILL", "clickhouse"),
        ("name FROM customers GROUP BY name WITH TOTALS", "clickhouse"),
        ("name FROM customers QUALIFY row_number() OVER (ORDER BY name) = 1", "clickhouse duckdb"),
        ("name FROM customers GROUP BY ALL", "clickhouse duckdb"),
        ("name FROM customers ORDER BY name LIMIT 3, 5", "clickhouse sqlite"),
        ("DISTINCT ON (name) name FROM customers", "clickhouse duckdb postgres"),
        ("{'a': 1} FROM customers", "duckdb"),
        ('{date: id, "b": name} FROM customers', "duckdb"),
        ("{} FROM customers", "duckdb"),
        ("{name} FROM customers", ""),
        ("{name, id} FROM customers", ""),
        ("id, FROM customers", "clickhouse duckdb"),
        ("id::varchar FROM customers", "clickhouse duckdb postgres"),
        ("* EXCEPT (id) FROM customers", "clickhouse duckdb"),
        ("* REPLACE (1 AS id) FROM customers", "clickhouse duckdb"),
        ("c.id FROM customers c ASOF JOIN customers o ON c.name = o.name AND c.id >= o.id", "clickhouse duckdb"),
        ("c.id FROM customers c SEMI JOIN customers o ON c.id = o.id", "clickhouse duckdb"),
        ("c.id FROM customers c ANTI JOIN customers o ON c.id = o.id", "clickhouse duckdb"),
        ("id FROM customers ORDER BY ALL", "clickhouse duckdb"),
        ("TRY_CAST(id AS VARCHAR) FROM customers", "duckdb"),
        ("id FROM customers WHERE name ILIKE 'x'", "clickhouse duckdb postgres"),
        ("id FROM customers WHERE id == 1", "clickhouse duckdb sqlite"),
        ("id FROM customers WHERE id <=> 1", "clickhouse"),
        ("INTERVAL '1 day' FROM customers", "clickhouse duckdb postgres"),
        ("id FROM customers WHERE name SIMILAR TO 'x'", "duckdb postgres"),
        ("id FROM customers WHERE name REGEXP 'x'", "clickhouse"),
        ("id FROM customers WHERE name GLOB 'x'", "duckdb sqlite"),
        ("c.id FROM customers c, LATERAL (SELECT c.id + 1) x", "duckdb postgres"),
        ("IF(id = 1, 1, 2) FROM customers", "clickhouse duckdb"),
        ("IIF(id = 1, 1, 2) FROM customers", "sqlite"),
        ("name FROM customers FETCH FIRST 3 ROWS ONLY", "duckdb postgres"),
        ("name FROM customers GROUP BY ROLLUP (name)", "clickhouse duckdb postgres"),
        ('name AS "if", \'IF(\' AS "all" FROM customers ORDER BY "all"', "clickhouse duckdb postgres sqlite"),
        ("CASE WHEN id = 1 THEN 2 END, CAST(name AS DATE) FROM customers", "clickhouse duckdb postgres sqlite"),
        ("name FROM customers ORDER BY name LIMIT 5 OFFSET 3", "clickhouse duckdb postgres sqlite"),
        (
            "max(name), (SELECT id FROM customers LIMIT 1), 'LIMIT 3, 5' FROM customers",
            "clickhouse duckdb postgres sqlite",
        ),
    ],
)
def test_clauses_of_other_dialects_are_refused_where_the_engine_does(clause, readers):
    said = "belongs to other dialects"
    for dialect in ("duckdb", "postgres", "sqlite", "clickhouse"):
        found = proved(f"SELECT {clause}", dialect, rules=("syntax",)).findings
        expected = dialect not in readers
        assert any(said in f.message for f in found) is expected, (dialect, found)
    for dialect, engine in (("duckdb", duckdb.connect()), ("sqlite", sqlite3.connect(":memory:"))):
        with closing(engine):
            engine.execute("CREATE TABLE customers (id INTEGER, name VARCHAR(9))")
            if dialect in readers:
                engine.execute(f"SELECT {clause}").fetchall()
            else:
                with pytest.raises((duckdb.Error, sqlite3.Error)):
                    engine.execute(f"SELECT {clause}")


def test_what_must_hold_before_running_is_part_of_every_check():
    assert set(FOR_RUNNING) <= set(DEFAULT)
    assert {"text", "statement", "syntax", "functions", "tables", "columns", "settings"} <= set(FOR_RUNNING)


def test_a_severity_of_the_project_replaces_that_of_the_rule():
    proof = proved("SELECT * FROM customers", rules=("star",), severities={"star": "warning"})
    assert proof.ok is True and rules_of(proof, "warning") == {"star"}


def test_settings_and_formats_of_the_project_are_allowed():
    sql = "SELECT name FROM customers LIMIT 5 SETTINGS max_threads = 1 FORMAT TabSeparatedWithNames"
    assert rules_of(proved(sql, "clickhouse")) == {"settings"}
    policy = {"settings": frozenset({"max_threads"}), "format": "TabSeparatedWithNames"}
    assert proved(sql, "clickhouse", **policy).ok is True
    assert rules_of(proved("SELECT name FROM customers", "clickhouse", **policy)) == {"format"}


def test_a_project_may_add_functions_and_name_the_tables():
    assert proved("SELECT fancy(name) FROM customers").ok is False
    assert proved("SELECT fancy(name) FROM customers", functions=frozenset({"fancy"})).ok is True
    assert rules_of(proved("SELECT id FROM orders", tables=frozenset({"customers"}))) == {"tables"}


def test_what_a_project_lowers_never_lets_a_statement_run():
    policy = Policy(rules=("star",), severities=dict.fromkeys(RULES, "note"))
    assert may_run("SELECT load_extension('x')", "sqlite", SCHEMAS["sqlite"], policy).ok is False


def test_another_dialect_is_parsed_and_called_not_proven():
    proof = prove("SELECT TOP 5 name FROM customers", "tsql", None, Policy())
    assert proof.ok is None and "not proven" in proof.findings[-1].message
    assert prove("DROP TABLE customers", "mysql", None, Policy()).ok is False


def test_case_counts_where_the_dialect_counts_it():
    assert proved("SELECT NAME FROM Customers", "sqlite").ok is True
    assert proved("SELECT NAME FROM Customers", "postgres").ok is True
    assert proved('SELECT "NAME" FROM customers', "postgres").ok is False
    assert proved("SELECT NAME FROM customers", "clickhouse").ok is False


def test_without_a_schema_catalogues_and_files_are_refused_all_the_same():
    for sql, dialect in (
        ("SELECT name FROM sqlite_master", "sqlite"), ("SELECT usename FROM pg_user", "postgres"),
        ("SELECT name FROM system.users", "clickhouse"), ("SELECT x FROM 'secret.csv'", "duckdb"),
    ):  # fmt: skip
        assert rules_of(prove(sql, dialect, None, Policy())) >= {"tables"}, sql
    assert prove("SELECT x FROM anything", "sqlite", None, Policy()).ok is True


def test_forbidden_columns_are_found_behind_aliases_and_stars():
    for sql in (
        "SELECT c.card FROM customers c",
        "SELECT * FROM customers",
        "SELECT x.card FROM (SELECT card FROM customers) x",
    ):
        assert rules_of(proved(sql, forbidden_columns=("customers.card",))) == {"forbidden"}, sql
    assert proved("SELECT count(*) FROM customers", forbidden_columns=("customers.card",)).ok is True
    assert rules_of(proved("SELECT id FROM regions", forbidden_tables=("regions",))) == {"forbidden"}


@pytest.mark.parametrize("dialect", ["duckdb", "sqlite", "postgres"])
def test_div_is_a_word_of_clickhouse_alone(dialect):
    assert proved("SELECT id DIV 2 FROM customers", dialect, rules=("syntax",)).ok is not True
    assert proved("SELECT id DIV 2 FROM customers", "clickhouse", rules=("syntax",)).ok
