"""Excluded columns stay hidden in what holds copies of them: views, partitions, indexes, generated columns, macros."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from postgres_server import new_database

from review.basics.errors import InputError
from review.sql.execution.runner import Runner
from review.sql.lane.names import check_names
from review.sql.proof.prove import may_run
from review.sql.rules.policy import Policy
from review.sql.schema.ddl import schema_of_ddl

POLICY = Policy(forbidden_columns=("customers.email",))
TABLES = """
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, email TEXT);
CREATE TABLE orders (id INTEGER, customer_id INTEGER, email TEXT);
"""
DIALECTS = ("sqlite", "duckdb", "postgres", "clickhouse")


def shown(view: str, dialect: str) -> set[str]:
    """The columns of the view v that may not be read."""
    schema = schema_of_ddl(f"{TABLES}CREATE VIEW v AS {view};", dialect)
    statement = "SELECT {} FROM v"
    names = ("id", "name", "email", "a", "b", "z")
    known = schema.table("v")
    assert known is not None
    some = [name for name in names if name in known.columns or known.open]
    return {name for name in some if not may_run(statement.format(name), dialect, schema, POLICY).ok}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("view", "hidden"),
    [
        ("SELECT o.id, email AS z FROM orders AS o RIGHT JOIN customers AS c USING (email)", {"z"}),
        ("SELECT o.id, email AS z FROM orders AS o FULL JOIN customers AS c USING (email)", {"z"}),
        ("SELECT customer_id AS a, email AS z FROM orders AS o NATURAL RIGHT JOIN customers AS c", {"z"}),
        ("SELECT id AS a FROM orders AS o FULL JOIN customers AS c USING (id)", set()),
        ("SELECT t.y AS z, t.a FROM (SELECT coalesce(name, email) AS y, coalesce(name, '') AS a FROM customers) AS t",
         {"z"}),
        ("SELECT t.y AS z FROM (SELECT max(name) AS y, max(email) AS b FROM customers) AS t", set()),
        ("SELECT t.b AS z FROM (SELECT max(name) AS y, max(email) AS b FROM customers) AS t", {"z"}),
        # Databases write joins in brackets.
        ("SELECT id AS a, email AS z FROM (orders AS o FULL JOIN customers AS c USING (id, email))", {"z"}),
        ("SELECT a, z FROM ((SELECT id AS a, name AS z FROM customers) AS l NATURAL FULL JOIN "
         "(SELECT id AS a, email AS z FROM customers) AS r)", {"z"}),
        ("SELECT a, z FROM (((SELECT id AS a, name AS z FROM customers) AS l FULL JOIN "
         "(SELECT id AS a, email AS z FROM customers) AS r USING (a, z)) JOIN orders AS o ON o.id = a)", {"z"}),
        ("SELECT a, b AS z FROM ((SELECT id AS a, name AS b FROM customers) AS l JOIN "
         "(SELECT id AS a, email AS y FROM customers) AS r USING (a))", set()),
        ("SELECT x.id AS a, x.email AS z FROM (customers JOIN orders USING (id)) AS x", {"a", "z"}),
    ],
)  # fmt: skip
def test_a_view_shows_all_that_its_columns_may_stand_for(view: str, hidden: set[str], dialect: str) -> None:
    assert shown(view, dialect) == hidden


@pytest.mark.parametrize("dialect", ("sqlite", "postgres", "duckdb"))
@pytest.mark.parametrize(
    "view",
    [
        "VALUES ((SELECT email FROM customers WHERE id = 1))",
        "SELECT 'x' AS column1 UNION ALL VALUES ((SELECT email FROM customers WHERE id = 1))",
        "WITH w (column1) AS (VALUES ((SELECT email FROM customers LIMIT 1))) SELECT column1 FROM w",
        "SELECT column1 FROM (VALUES ((SELECT email FROM customers WHERE id = 1))) AS t (column1)",
    ],
)
def test_a_list_of_values_hides_no_query(view: str, dialect: str) -> None:
    schema = schema_of_ddl(f"{TABLES}CREATE VIEW v AS {view};", dialect)
    assert not may_run("SELECT column1 FROM v", dialect, schema, POLICY).ok
    fine = schema_of_ddl(f"{TABLES}CREATE VIEW v AS {view.replace('email', 'name')};", dialect)
    assert may_run("SELECT * FROM v", dialect, fine, Policy()).ok


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("view", "hidden"),
    [
        ("SELECT * FROM customers", {"email"}),
        ("SELECT c.*, o.id AS a FROM customers AS c JOIN orders AS o ON o.customer_id = c.id", {"email"}),
        ("SELECT o.*, c.name AS a FROM customers AS c JOIN orders AS o ON o.customer_id = c.id AND c.email <> ''",
         set()),
    ],
)  # fmt: skip
def test_a_star_in_a_view_hides_the_excluded_column_alone(view: str, hidden: set[str], dialect: str) -> None:
    names = {"id", "name", "email", "a"} if "c.*" in view or view == "SELECT * FROM customers" else {"id", "a"}
    found = shown(view, dialect)
    assert found & names == hidden
    if not hidden:
        schema = schema_of_ddl(f"{TABLES}CREATE VIEW v AS {view};", dialect)
        assert may_run("SELECT id, a FROM v", dialect, schema, POLICY).ok


@pytest.mark.parametrize(
    ("view", "dialects"),
    [
        ("SELECT email AS name, name AS z FROM customers", {"clickhouse"}),
        ("SELECT name AS z, email AS name FROM customers", {"clickhouse"}),
        ("WITH email AS name SELECT name AS z FROM customers", {"clickhouse"}),
        ("SELECT name AS z FROM customers WHERE (email AS name) <> ''", {"clickhouse"}),
        ("SELECT customers.name AS z, email AS name FROM customers", set()),
        ("SELECT id, name AS name, name AS z, email AS b FROM customers", set()),
    ],
)
def test_clickhouse_reads_an_alias_in_the_place_of_a_column(view: str, dialects: set[str]) -> None:
    readable = ("clickhouse",) if view.startswith("WITH email") or "(email AS" in view else DIALECTS
    assert {dialect for dialect in readable if "z" in shown(view, dialect)} == dialects


@pytest.mark.parametrize("view", ["SELECT id, #3 AS z FROM customers", "SELECT * FROM (SUMMARIZE customers)",
                                  "SELECT * FROM (DESCRIBE customers)"])  # fmt: skip
def test_a_view_of_unknown_parts_cannot_be_told(view: str, tmp_path: Path) -> None:
    path = tmp_path / "v.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(TABLES)
        connection.execute(f"CREATE VIEW v AS {view}")
    with Runner(f"duckdb:////{path}", policy=POLICY) as runner:
        [column, *_] = [c for c in runner.schema.table("v").columns if c not in ("id", "column_name")]
        result = runner.run(f"SELECT {column} FROM v")
        assert (result.ending, "Cannot tell whether the view 'v'" in result.error) == ("refused", True)
    with Runner(f"duckdb:////{path}") as runner:
        assert runner.run(f"SELECT {column} FROM v").done


def test_a_macro_in_the_place_of_a_built_in_function_is_refused_on_duckdb(tmp_path: Path) -> None:
    path = tmp_path / "m.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(TABLES + "INSERT INTO customers VALUES (1, 'Ana', 'ana@example.org');")
        connection.execute("CREATE MACRO upper(x) AS (SELECT max(email) FROM customers)")
        connection.execute("CREATE VIEW v AS SELECT id, upper(name) AS z, lower(name) AS a FROM customers")
    with Runner(f"duckdb:////{path}", policy=POLICY) as runner:
        result = runner.run("SELECT upper(name) FROM customers")
        assert (result.ending, "Somebody made a function 'upper'" in result.error) == ("refused", True)
        assert runner.run('SELECT "UPPER"(name) FROM customers').ending == "refused"
        assert "Cannot tell whether the view 'v'" in runner.run("SELECT a FROM v").error
        assert runner.run("SELECT lower(name) FROM customers").rows == (("ana",),)
    listed = Policy(forbidden_columns=POLICY.forbidden_columns, functions=frozenset({"upper"}))
    with Runner(f"duckdb:////{path}", policy=listed) as runner:
        assert runner.run("SELECT upper(name) FROM customers").done


GENERATED = """
CREATE TABLE customers (id INTEGER, name TEXT, email TEXT, kind TEXT DEFAULT 'email',
    -- AS (name), not the email
    domain TEXT GENERATED ALWAYS AS (substr(email, 3)){0}, short TEXT GENERATED ALWAYS AS (upper({1})){0},
    loud TEXT GENERATED ALWAYS AS (upper(name)){0});
CREATE VIEW v AS SELECT loud AS a, domain AS z FROM customers;
"""
READ = {
    "SELECT domain FROM customers": False, "SELECT short FROM customers": False, "SELECT z FROM v": False,
    "SELECT loud FROM customers": True, "SELECT kind, id FROM customers": True, "SELECT a FROM v": True,
}  # fmt: skip


def test_generated_columns_show_what_they_are_made_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPOTCHECK_POSTGRES_USER", "reader")
    lite, duck = tmp_path / "g.db", tmp_path / "g.duckdb"
    with sqlite3.connect(lite) as connection:
        connection.executescript(GENERATED.format("", "domain"))
    with duckdb.connect(str(duck)) as connection:
        connection.execute(GENERATED.format("", "domain"))
    database = new_database()
    database.server.role("reader")
    database.sql(GENERATED.format(" STORED", "email"))  # PostgreSQL makes none from another one
    database.sql("GRANT SELECT ON customers, v TO reader")
    for address in (
        f"sqlite:////{lite}", f"duckdb:////{duck}",
        f"postgresql:///{database.name}?socket={database.server.home}",
    ):  # fmt: skip
        with Runner(address, policy=POLICY) as runner:
            assert {sql: runner.run(sql).done for sql in READ} == READ, address
    for dialect in ("sqlite", "duckdb", "postgres"):
        schema = schema_of_ddl(GENERATED.format(" STORED" if dialect == "postgres" else "", "domain"), dialect)
        assert {sql: may_run(sql, dialect, schema, POLICY).ok for sql in READ} == READ, dialect


FTS = """
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, email TEXT);
CREATE TABLE customers_data (id INTEGER, note TEXT);
CREATE VIRTUAL TABLE found USING fts5(name, email, content='customers', content_rowid='id');
CREATE VIRTUAL TABLE own USING fts5(title, body);
CREATE VIRTUAL TABLE words USING fts5vocab(found, 'row');
CREATE VIRTUAL TABLE places USING rtree(id, x, y);
"""


def test_the_tables_of_a_full_text_index_show_its_text_on_sqlite(tmp_path: Path) -> None:
    path = tmp_path / "f.db"
    try:
        with sqlite3.connect(path) as connection:
            connection.executescript(FTS)
    except sqlite3.OperationalError as error:
        pytest.skip(f"this SQLite has no full-text index ({error})")
    with Runner(f"sqlite:////{path}", policy=POLICY) as runner:
        for sql in ("email FROM found", "block FROM found_data", "term FROM words", "term FROM found_idx"):
            assert runner.run(f"SELECT {sql}").ending == "refused", sql
        for sql in ("name FROM found", "c1 FROM own_content", "note FROM customers_data", "x FROM places",
                    "nodeno FROM places_rowid"):  # fmt: skip
            assert runner.run(f"SELECT {sql}").ending != "refused", sql
    with Runner(f"sqlite:////{path}", policy=Policy(forbidden_columns=("own.body",))) as runner:
        assert runner.run("SELECT c1 FROM own_content").ending == "refused"
        assert runner.run("SELECT title FROM own").ending != "refused"
    with Runner(f"sqlite:////{path}", policy=Policy(forbidden_tables=("own",))) as runner:
        assert "'own_data' has its rows" in runner.run("SELECT block FROM own_data").error


PARTITIONS = """
CREATE TABLE customers (id integer, name text, email text) PARTITION BY RANGE (id);
CREATE TABLE customers_low PARTITION OF customers FOR VALUES FROM (0) TO (10) PARTITION BY RANGE (id);
CREATE TABLE customers_lowest PARTITION OF customers_low FOR VALUES FROM (0) TO (5);
CREATE TABLE people (id integer, mail text);
CREATE TABLE staff (grade integer) INHERITS (people);
CREATE TABLE guests () INHERITS (people);
"""


def test_partitions_and_inherited_tables_show_their_rows_on_postgresql(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPOTCHECK_POSTGRES_USER", "reader")
    database = new_database()
    database.server.role("reader")
    for statement in (
        *(part for part in PARTITIONS.split(";") if part.strip()),
        "CREATE FUNCTION upper(integer) RETURNS text LANGUAGE sql SECURITY DEFINER"
        " AS 'SELECT max(email) FROM customers'",
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader",
    ):  # fmt: skip
        database.sql(statement)
    policy = Policy(forbidden_columns=("customers.email", "staff.mail"))
    address = f"postgresql:///{database.name}?socket={database.server.home}"
    may = {
        "SELECT email FROM customers_low": False, "SELECT email FROM customers_lowest": False,
        "SELECT name FROM customers_lowest": True, "SELECT mail FROM people": False,
        "SELECT mail FROM guests": True, "SELECT grade FROM staff": True, "SELECT upper(id) FROM guests": False,
        "SELECT lower(mail) FROM guests": True,
    }  # fmt: skip
    with Runner(address, policy=policy) as runner:
        assert {sql: runner.run(sql).done for sql in may} == may
        assert "Somebody made a function 'upper'" in runner.run("SELECT upper(id) FROM guests").error
    with Runner(address, policy=Policy(forbidden_tables=("customers",))) as runner:
        assert "'customers_lowest' has its rows" in runner.run("SELECT name FROM customers_lowest").error
    first = dict(list(may.items())[:6])
    schema = schema_of_ddl(PARTITIONS, "postgres")
    assert {sql: may_run(sql, "postgres", schema, policy).ok for sql in first} == first
    attached = PARTITIONS.replace(
        "CREATE TABLE customers_lowest PARTITION OF customers_low FOR",
        "CREATE TABLE customers_lowest (id integer, name text, email text);"
        "ALTER TABLE ONLY public.customers_low ATTACH PARTITION public.customers_lowest FOR",
    )
    schema = schema_of_ddl(attached, "postgres")
    assert {sql: may_run(sql, "postgres", schema, policy).ok for sql in first} == first


CLICKHOUSE = """
CREATE TABLE customers (id UInt64, name String, email String, domain String MATERIALIZED lower(email),
    loud String ALIAS upper(name)) ENGINE = MergeTree ORDER BY id;
CREATE TABLE bought (id UInt64, email String) ENGINE = MergeTree ORDER BY id;
CREATE TABLE buffered AS customers ENGINE = Buffer(shop, customers, 1, 10, 100, 10000, 1000000, 1000000, 10000000);
CREATE TABLE merged (id UInt64, email String) ENGINE = Merge(shop, '^(cust|bou)');
CREATE TABLE merged_others (id UInt64, email String) ENGINE = Merge(shop, '^bought$');
CREATE TABLE target (number UInt64, address String, other String) ENGINE = MergeTree ORDER BY number;
CREATE MATERIALIZED VIEW fill TO target AS SELECT email AS address, id AS number FROM customers;
CREATE VIEW again AS SELECT name AS a, email AS z FROM buffered;
CREATE DICTIONARY named (id UInt64, email String) PRIMARY KEY id SOURCE(CLICKHOUSE(TABLE 'customers'))
    LAYOUT(FLAT()) LIFETIME(0);
"""


def test_tables_that_read_others_show_their_columns_on_clickhouse(tmp_path: Path) -> None:
    pytest.importorskip("chdb", reason="the embedded ClickHouse (extra: clickhouse) is not installed")
    made = ["CREATE DATABASE shop ENGINE = Atomic", "USE shop", *CLICKHOUSE.strip().rstrip(";").split(";")]
    path = tmp_path / "chdb"
    code = f"from chdb.session import Session\ns = Session({str(path)!r})\nfor q in {made!r}: s.query(q)\ns.close()"
    subprocess.run([sys.executable, "-c", code], check=True)
    may = {
        "email FROM buffered": False, "domain FROM buffered": False, "name FROM buffered": True,
        "loud FROM customers": True, "domain FROM customers": False, "email FROM merged": False, "id FROM merged": True,
        "email FROM merged_others": True, "address FROM target": False, "number, other FROM target": True,
        "address FROM fill": False, "number FROM fill": True, "z FROM again": False, "a FROM again": True,
        "email FROM named": False,
    }  # fmt: skip
    with Runner(f"chdb:////{path}?database=shop", policy=POLICY) as runner:
        assert {sql: runner.run(f"SELECT {sql}").ending != "refused" for sql in may} == may
    with Runner(f"chdb:////{path}?database=shop", policy=Policy(forbidden_columns=("target.address",))) as runner:
        assert runner.run("SELECT address FROM fill").ending == "refused"
        assert runner.run("SELECT number FROM fill").ending == "done"
    schema = schema_of_ddl(CLICKHOUSE.replace("shop, ", "default, "), "clickhouse")
    told = {sql: ok for sql, ok in may.items() if "FROM named" not in sql}
    assert {sql: may_run(f"SELECT {sql}", "clickhouse", schema, POLICY).ok for sql in told} == told


@pytest.mark.parametrize("name", ["nosuch.customers.email", "customers.nosuch.email", "main.nosuch.email", "a.b.c.d"])
def test_a_name_with_an_unknown_database_in_front_is_refused(name: str) -> None:
    schema = schema_of_ddl(TABLES, "sqlite")
    with pytest.raises(InputError, match=f"found '{name}', which the database does not have"):
        check_names(Policy(forbidden_columns=(name,)), {}, (), [schema])
    for known in ("email", "customers.email", "main.customers.email", 'MAIN."Customers".email'):
        check_names(Policy(forbidden_columns=(known,)), {}, (), [schema])
    with pytest.raises(InputError, match=r"nosuch\.customers"):
        check_names(Policy(forbidden_tables=("nosuch.customers",)), {}, (), [schema])
