"""A forbidden column is refused in every form that gives out a whole row, compares it, or joins by it."""

import sqlite3
from dataclasses import replace

import pytest
from sql_databases import duckdb_shop
from sql_shop import SCHEMAS, rules_of

from review.sql.execution.runner import Runner
from review.sql.proof.prove import may_run, prove
from review.sql.rules.policy import Policy
from review.sql.schema.ddl import schema_of_ddl
from review.sql.schema.schema import Schema

POLICY = Policy(forbidden_columns=("customers.card",))

READING = {
    "duckdb": r"""
        SELECT c FROM customers c
        SELECT customers FROM customers
        SELECT main.customers FROM customers
        SELECT c['card'] FROM customers c
        SELECT unnest(c) FROM customers c
        SELECT to_json(c) FROM customers c
        SELECT struct_extract(c, 'card') FROM customers c
        SELECT * LIKE 'c%' FROM customers
        SELECT * NOT LIKE 'n%' FROM customers
        SELECT * ILIKE 'C%' FROM customers
        SELECT * GLOB 'c*' FROM customers
        SELECT * SIMILAR TO 'c.*' FROM customers
        SELECT (c).card FROM customers c
        SELECT c::VARCHAR FROM customers c
        SELECT c.customers FROM customers c
        SELECT [c] FROM customers c
        SELECT {'a': c} FROM customers c
        SELECT row(c) FROM customers c
        SELECT list(c) FROM customers c
        SELECT max(c) FROM customers c
        SELECT arg_max(c, id) FROM customers c
        SELECT first(c ORDER BY c) FROM customers c
        SELECT id FROM customers c ORDER BY c
        SELECT id FROM customers c GROUP BY id, c
        SELECT DISTINCT ON (c) id FROM customers c
        SELECT count(DISTINCT c) FROM customers c
        SELECT hash(c) FROM customers c
        SELECT COLUMNS('c.*') FROM customers
        SELECT max(COLUMNS('c.*')) FROM customers
        SELECT COLUMNS(*) FROM customers
        SELECT COLUMNS(x -> x LIKE 'c%') FROM customers
        SELECT c.COLUMNS('c.*') FROM customers c
        SELECT coalesce(*COLUMNS('c.*')) FROM customers
        SELECT * EXCLUDE (id) FROM customers
        SELECT * REPLACE (1 AS id) FROM customers
        SELECT c.* FROM customers c
        FROM customers
        FROM customers SELECT card
        TABLE customers
        SELECT #4 FROM customers
        SELECT x FROM customers c, unnest([c.card]) AS u(x)
        SELECT x FROM customers c, unnest([c]) AS u(x)
        SELECT x FROM customers c, LATERAL unnest([c]) AS u(x)
        SELECT x FROM customers c, LATERAL (SELECT c AS x) AS u
        SELECT (SELECT c) FROM customers c
        SELECT list_transform([1], c -> 1), c FROM customers c
        SELECT list_transform([1], card -> 1), card FROM customers
        SELECT 1 AS c, c FROM customers c
        SELECT r.card FROM (SELECT c AS r FROM customers c) AS t
        WITH t AS (SELECT c AS r FROM customers c) SELECT r.card FROM t
        SELECT c.id FROM customers c JOIN regions r USING (card)
        SELECT 1 FROM customers NATURAL JOIN (SELECT 'a' AS card) AS g
        SELECT 1 FROM customers JOIN (SELECT 'a' AS card) AS g USING (card)
        SELECT 1 FROM customers SEMI JOIN (SELECT 'a' AS card) AS g USING (card)
        SELECT b FROM customers AS c(a, x, y, b)
        SELECT c FROM customers AS c(a, x, y, b)
        SELECT id FROM customers WHERE 'a' IN card
        SELECT date_trunc(card, since) FROM customers
        SELECT id FROM (SELECT id FROM regions UNION ALL FROM customers)
        SELECT id FROM regions WHERE EXISTS (SELECT 1 FROM customers c WHERE c = c)
        SELECT count(*) OVER (PARTITION BY c) FROM customers c
        SELECT count(*) FILTER (WHERE c IS NULL) FROM customers c
        SELECT c, o FROM (customers c JOIN orders o ON o.customer_id = c.id)
        SELECT 1 FROM orders o JOIN (customers c JOIN regions r ON r.id::VARCHAR = c.card) ON true
        PIVOT customers ON card USING count(*)
        SELECT x FROM customers UNPIVOT (x FOR n IN (card, name))
        SUMMARIZE customers
    """,
    "postgres": r"""
        SELECT c FROM customers c
        SELECT customers FROM customers
        SELECT c::text FROM customers c
        SELECT CAST(c AS text) FROM customers c
        SELECT (c).card FROM customers c
        SELECT (c).* FROM customers c
        SELECT c.* FROM customers c
        SELECT (c.*)::text FROM customers c
        SELECT c.*::text FROM customers c
        SELECT row_to_json(c) FROM customers c
        SELECT json_agg(c) FROM customers c
        SELECT json_agg(c.*) FROM customers c
        SELECT to_jsonb(customers.*) FROM customers
        SELECT to_jsonb(c) ->> 'card' FROM customers c
        SELECT ROW(c.*) FROM customers c
        SELECT ROW(c) FROM customers c
        SELECT array_agg(c) FROM customers c
        SELECT ARRAY[c] FROM customers c
        SELECT c || '' FROM customers c
        SELECT concat(c) FROM customers c
        SELECT concat(c, '') FROM customers c
        SELECT max(c::text) FROM customers c
        SELECT count(DISTINCT c) FROM customers c
        SELECT id FROM customers c ORDER BY c
        SELECT id FROM customers c WHERE c IS NOT NULL
        SELECT id FROM customers c WHERE c::text LIKE '%4%'
        SELECT id FROM customers c WHERE c = ROW(1)
        SELECT c.to_jsonb FROM customers c
        SELECT c.text FROM customers c
        SELECT card(c) FROM customers c
        SELECT x FROM customers c CROSS JOIN LATERAL jsonb_each_text(to_jsonb(c)) AS x
        SELECT x.value FROM customers c, jsonb_each_text(to_jsonb(c)) AS x
        SELECT x FROM customers c, unnest(ARRAY[c.card]) AS x
        SELECT x FROM customers c, unnest(ARRAY[card]) AS x
        SELECT x FROM customers c, LATERAL (SELECT c.card AS x) AS u
        SELECT (SELECT c) FROM customers c
        SELECT c.id FROM customers c JOIN (SELECT 'a' AS card) AS g USING (card)
        SELECT c.id FROM customers c NATURAL JOIN (SELECT 'a' AS card) AS g
        SELECT c.id FROM (customers c NATURAL JOIN (SELECT 'a' AS card) AS g)
        SELECT c.id FROM orders o JOIN (customers c JOIN (SELECT 'a' AS card) AS g USING (card)) ON true
        SELECT c.id FROM customers c NATURAL LEFT JOIN (SELECT 'a' AS card) AS g
        TABLE customers
        SELECT t FROM (TABLE customers) AS t
        SELECT (t).card FROM (SELECT c FROM customers c) AS s(t)
        SELECT * FROM customers
        SELECT to_jsonb(t) FROM (SELECT * FROM customers) AS t
        SELECT id FROM regions WHERE (SELECT c::text FROM customers c LIMIT 1) LIKE '%'
        SELECT public.customers FROM customers
        SELECT "C" FROM customers AS "C"
        SELECT b FROM customers AS c(a, x, y, b)
        SELECT id FROM customers ORDER BY card
        SELECT rank() OVER (ORDER BY c) FROM customers c
        SELECT c.customers FROM customers c
    """,
    "sqlite": r"""
        SELECT customers FROM customers
        SELECT count(customers) FROM customers
        SELECT c FROM customers c
        SELECT c.* FROM customers c
        SELECT "card" FROM customers
        SELECT [card] FROM customers
        SELECT `CARD` FROM customers
        SELECT max(c) FROM customers c
        SELECT 1 FROM customers JOIN (SELECT 'a' AS card) AS g USING (card)
        SELECT 1 FROM customers NATURAL JOIN (SELECT 'a' AS card) AS g
        SELECT 1 FROM customers NATURAL LEFT JOIN (SELECT 'a' AS card) AS g
        SELECT j.value FROM customers, json_each(json_array(card)) AS j
        SELECT j.value FROM customers AS c, json_each('[1]', c.card) AS j
        SELECT id FROM regions WHERE 'a' IN customers
        SELECT id FROM regions WHERE (1, 2, 3, 'a', 5, 6) IN (SELECT * FROM customers)
        SELECT id FROM customers ORDER BY card
        SELECT main.customers.card FROM customers
        SELECT id AS c, max(c) FROM customers AS c
        VALUES (1) UNION ALL SELECT * FROM customers
        SELECT 1 FROM orders o JOIN (customers c JOIN (SELECT 'a' AS card) g USING (card))
    """,
    "clickhouse": r"""
        SELECT tuple(*) FROM customers
        SELECT toString(tuple(t.*)) FROM customers AS t
        SELECT c FROM customers AS c
        SELECT customers FROM customers
        SELECT * FROM customers
        SELECT c.* FROM customers AS c
        SELECT * EXCEPT (id) FROM customers
        SELECT * REPLACE (1 AS id) FROM customers
        SELECT * APPLY(toString) FROM customers
        SELECT COLUMNS('c.*') FROM customers
        SELECT COLUMNS('c.*') APPLY(toString) FROM customers
        SELECT c.COLUMNS('c.*') FROM customers AS c
        SELECT COLUMNS(card, id) FROM customers
        SELECT array(COLUMNS('c.*')) FROM customers
        SELECT formatRow('CSV', *) FROM customers
        SELECT concat(*) FROM customers
        SELECT cityHash64(*) FROM customers
        SELECT [*] FROM customers
        SELECT (*) FROM customers
        SELECT (c.*) FROM customers AS c
        SELECT any(tuple(*)) FROM customers
        SELECT groupArray(tuple(*)) FROM customers
        SELECT untuple(tuple(*)) FROM customers
        SELECT tupleElement(tuple(*), 4) FROM customers
        SELECT tuple(*).4 FROM customers
        SELECT toJSONString(tuple(*)) FROM customers
        SELECT id FROM customers ORDER BY tuple(*)
        SELECT id FROM customers WHERE tuple(*) = tuple(1)
        SELECT id FROM customers LIMIT 1 BY *
        SELECT x FROM customers ARRAY JOIN [tuple(*)] AS x
        SELECT x FROM customers ARRAY JOIN [card] AS x
        WITH card AS x SELECT x FROM customers
        WITH tuple(*) AS x SELECT x FROM customers
        WITH (SELECT groupArray(tuple(*)) FROM customers) AS x SELECT x
        SELECT tuple(*) AS x, (SELECT x FROM customers LIMIT 1) FROM regions
        SELECT arrayMap(card -> 1, [1]), card FROM customers
        SELECT card.size0 FROM customers
        SELECT c.card.null FROM customers AS c
        SELECT 1 FROM customers JOIN regions USING card
        SELECT 1 FROM customers JOIN (SELECT 'a' AS card) AS g USING (card)
        SELECT 1 FROM customers AS c SEMI JOIN (SELECT 'a' AS card) AS g USING card
        SELECT 1 FROM customers NATURAL JOIN (SELECT 'a' AS card) AS g
        SELECT id FROM customers PREWHERE card = 'a'
        SELECT id FROM regions WHERE 'a' IN customers
        SELECT max(c) FROM customers AS c
        SELECT argMax(*, id) FROM customers
        SELECT id FROM customers ORDER BY card WITH FILL
        SELECT `card` FROM customers
        SELECT count(*), countIf(c = c) FROM customers AS c
    """,
}
"""Statements that would give out ``customers.card``, or act by it."""
OTHERS = {
    "duckdb": r"""
        SELECT count(*) FROM customers
        SELECT o FROM orders o
        SELECT o.* FROM orders o JOIN customers c ON c.id = o.customer_id
        SELECT to_json(o) FROM orders o
        SELECT * LIKE 'a%' FROM orders
        SELECT c.id, r.name FROM customers c JOIN regions r ON r.id = c.region_id
        SELECT t FROM (SELECT id, name FROM customers) AS t
        SELECT list_transform([1], x -> x + 1), name FROM customers
        SELECT x FROM customers c, unnest([c.name]) AS u(x)
        SELECT c.rowid FROM customers c
        WITH c AS (SELECT id, name FROM customers) SELECT * FROM c
        SELECT date_trunc('year', since) AS y FROM customers c
        SELECT id FROM customers NATURAL JOIN (SELECT 1 AS id) AS g
        SELECT name AS card FROM customers
    """,
    "postgres": r"""
        SELECT to_jsonb(o) FROM orders o
        SELECT d::date FROM generate_series('2024-01-01'::date, '2024-02-01', interval '1 day') AS d, customers
        SELECT count(*) FROM customers c
        SELECT c.id FROM customers c JOIN regions r USING (id)
        SELECT c.ctid FROM customers c
        SELECT row_to_json(t) FROM (SELECT id, name FROM customers) AS t
    """,
    "sqlite": r"""
        SELECT count(*) FROM customers
        SELECT c.rowid FROM customers c
        SELECT j.value FROM customers, json_each('[1]') AS j
        SELECT name AS card FROM customers
    """,
    "clickhouse": r"""
        SELECT count(*), count() FROM customers
        SELECT tuple(*) FROM orders
        SELECT o.* FROM orders AS o JOIN customers AS c ON c.id = o.customer_id
        WITH name AS x SELECT x FROM customers
        SELECT arrayMap(x -> x + 1, [1]), name FROM customers
    """,
}
"""Statements beside them that do not."""


def _lines(texts, dialect):
    return [line.strip() for line in texts[dialect].strip().splitlines()]


@pytest.mark.parametrize("dialect", SCHEMAS)
def test_every_form_that_reads_a_forbidden_column_is_refused_when_running(dialect):
    passed = [sql for sql in _lines(READING, dialect) if may_run(sql, dialect, SCHEMAS[dialect], POLICY).ok]
    assert passed == []


@pytest.mark.parametrize("dialect", SCHEMAS)
def test_what_reads_no_forbidden_column_runs(dialect):
    refused = [sql for sql in _lines(OTHERS, dialect) if not may_run(sql, dialect, SCHEMAS[dialect], POLICY).ok]
    assert refused == []


@pytest.mark.parametrize("name", ["card", "customers.card", "Customers.CARD"])
def test_a_row_is_refused_under_each_name_of_the_column(name):
    policy = Policy(forbidden_columns=(name,))
    for sql in (
        "SELECT c FROM customers c",
        "SELECT unnest([c]) FROM customers c",
        "SELECT * LIKE 'c%' FROM customers",
    ):
        assert rules_of(may_run(sql, "duckdb", SCHEMAS["duckdb"], policy)) == {"forbidden"}, sql


def test_a_forbidden_column_never_leaves_the_engine(tmp_path):
    with Runner(duckdb_shop(tmp_path), policy=Policy(forbidden_columns=("customers.name",))) as runner:
        forms = ("c", "c['name']", "unnest(c)", "to_json(c)", "struct_extract(c, 'name')", "* LIKE 'n%'")
        endings = {form: runner.run(f"SELECT {form} FROM customers AS c").ending for form in forms}
        assert endings == dict.fromkeys(forms, "refused")
        assert runner.run("SELECT c.id FROM customers AS c WHERE c.id < 3 ORDER BY c.id").rows == ((1,), (2,))


VIEWS = """
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, card TEXT);
CREATE TABLE secrets (id INTEGER, word TEXT);
CREATE VIEW plain AS SELECT id, name FROM customers;
CREATE VIEW renamed AS SELECT id, name, card AS number FROM customers;
CREATE VIEW reckoned AS SELECT c.id, lower(substr(c.card, 1, 4)) AS start FROM customers AS c;
CREATE VIEW twice AS SELECT r.id, r.number AS n FROM renamed AS r;
CREATE VIEW every AS SELECT * FROM customers;
CREATE VIEW both AS SELECT id, name AS x FROM customers UNION ALL SELECT id, card FROM customers;
CREATE VIEW inner_one AS SELECT t.y AS z, t.id FROM (SELECT id, card AS y FROM customers) AS t;
CREATE VIEW filtered AS SELECT id FROM customers WHERE card IS NOT NULL;
CREATE VIEW words AS SELECT s.word FROM secrets AS s;
"""


@pytest.fixture(scope="module")
def viewed(tmp_path_factory):
    path = tmp_path_factory.mktemp("views") / "v.db"
    with sqlite3.connect(path) as connection:
        connection.executescript(VIEWS)
    policy = Policy(forbidden_columns=("customers.card",), forbidden_tables=("secrets",))
    with Runner(f"sqlite:////{path}", policy=policy) as runner:
        yield runner


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT name FROM plain", ""),
        ("SELECT number FROM renamed", "'customers.card' may not be used, and 'renamed.number' shows it"),
        ("SELECT name FROM renamed", ""),
        ("SELECT * FROM renamed", "and * includes it"),
        ("SELECT id FROM renamed ORDER BY number", "'renamed.number' shows it"),
        ("SELECT r.id FROM plain JOIN renamed AS r ON r.number = plain.name", "'renamed.number' shows it"),
        ("SELECT start FROM reckoned", "'reckoned.start' shows it"),
        ("SELECT id FROM reckoned", ""),
        ("WITH w AS (SELECT n FROM twice) SELECT n FROM w", "'twice.n' shows it"),
        ("SELECT id FROM twice", ""),
        ("SELECT x FROM both", "'both.x' shows it"),
        ("SELECT z FROM inner_one", "'inner_one.z' shows it"),
        ("SELECT count(*) FROM filtered", ""),
        ("SELECT word FROM words", "'secrets' may not be read, and the view 'words' reads it"),
    ],
)
def test_views_are_followed_to_what_they_show(viewed, sql, said):
    policy, result = viewed.policy, viewed.run(sql)
    assert (result.ending, said in result.error) == ("refused" if said else "done", True), result
    for dialect in ("sqlite", "duckdb", "postgres", "clickhouse"):
        found = prove(sql, dialect, schema_of_ddl(VIEWS, dialect), replace(policy, rules=("forbidden",)))
        assert found.ok is not bool(said) and all(said in f.message for f in found.findings[:1]), dialect


def test_a_view_whose_text_cannot_be_read_is_refused():
    schema = schema_of_ddl(VIEWS, "sqlite")
    tables = tuple(replace(t, definition="") if t.name == "plain" else t for t in schema.tables)
    unread = Schema(dialect="sqlite", tables=tables)
    policy = Policy(forbidden_columns=("customers.card",))
    [found] = [f for f in prove("SELECT name FROM plain", "sqlite", unread, policy).findings if f.rule == "forbidden"]
    assert "Cannot tell whether the view 'plain'" in found.message and found.severity == "error"
    assert prove("SELECT name FROM plain", "sqlite", unread, Policy()).ok
