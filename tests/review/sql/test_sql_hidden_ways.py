"""Ways to an excluded column that hide behind a name: a CTE, a letter, the number of a row, a database, a view."""

import itertools
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from postgres_server import new_database

from review.sql.execution.runner import Runner
from review.sql.proof.prove import may_run
from review.sql.rules.policy import Policy
from review.sql.schema.ddl import schema_of_ddl

DIALECTS = ("sqlite", "duckdb", "postgres", "clickhouse")
TABLES = """
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, email TEXT);
CREATE TABLE "Ärzte" (id INTEGER, mail TEXT);
CREATE TABLE p (ssn INTEGER PRIMARY KEY, word TEXT);
CREATE VIEW u1 AS SELECT x FROM (SELECT name AS x FROM customers UNION ALL SELECT email FROM customers) AS t;
CREATE VIEW u2 AS WITH w AS (SELECT name AS x FROM customers UNION ALL SELECT email FROM customers) SELECT x FROM w;
CREATE VIEW u3 AS SELECT x FROM (SELECT name AS x FROM customers UNION ALL SELECT name FROM customers) AS t;
CREATE VIEW numbered AS SELECT p.rowid AS n, word FROM p;
"""
POLICY = Policy(forbidden_columns=("customers.email", "Ärzte.mail", "p.ssn"))


def refused(sql: str, dialect: str, policy: Policy = POLICY) -> bool:
    return not may_run(sql, dialect, schema_of_ddl(TABLES, dialect), policy).ok


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    "sql",
    [
        "WITH RECURSIVE customers AS (SELECT email FROM customers) SELECT email FROM customers",
        "WITH RECURSIVE customers AS (SELECT email FROM customers UNION ALL SELECT email FROM customers)"
        " SELECT email FROM customers",
        "WITH RECURSIVE customers(x) AS (SELECT email FROM customers UNION SELECT x FROM customers)"
        " SELECT x FROM customers",
        "WITH RECURSIVE sqlite_master AS (SELECT sql FROM sqlite_master) SELECT sql FROM sqlite_master",
        """WITH "ärzte" AS (SELECT 'x' AS mail) SELECT mail FROM "Ärzte" """,
        "SELECT x FROM u1",
        "SELECT x FROM u2",
    ],
)
def test_a_name_hides_no_excluded_column(sql: str, dialect: str) -> None:
    assert refused(sql, dialect), sql


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    "sql",
    [
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT i FROM n",
        "WITH RECURSIVE customers AS (SELECT name FROM customers) SELECT name FROM customers",
        "WITH ärzte AS (SELECT 'x' AS mail) SELECT mail FROM ärzte",
        "SELECT x FROM u3",
        "SELECT word FROM p",
    ],
)
def test_what_reads_nothing_excluded_still_runs(sql: str, dialect: str) -> None:
    assert may_run(sql, dialect, schema_of_ddl(TABLES, dialect), POLICY).ok, sql


def test_several_recursive_branches_are_read_on_sqlite() -> None:
    two = "SELECT i + 2 FROM n WHERE i < 5 UNION SELECT i * 2 FROM n WHERE i < 5"
    sql = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION {two}) SELECT i FROM n"
    assert may_run(sql, "sqlite", schema_of_ddl(TABLES, "sqlite"), POLICY).ok


@pytest.mark.parametrize("name", ["rowid", "oid", "_rowid_", "p.rowid", "ROWID", "max(rowid)"])
def test_the_number_of_a_row_may_be_the_excluded_key_on_sqlite(name: str) -> None:
    assert refused(f"SELECT {name} FROM p", "sqlite")
    assert refused("SELECT n FROM numbered", "sqlite") and not refused("SELECT word FROM numbered", "sqlite")
    texts = Policy(forbidden_columns=("customers.email",))
    assert not refused("SELECT rowid FROM customers", "sqlite", texts)


@pytest.mark.parametrize(("dialect", "database"), [("postgres", "public"), ("sqlite", "main"), ("duckdb", "main")])
def test_a_name_may_say_the_usual_database(dialect: str, database: str) -> None:
    columns = Policy(forbidden_columns=(f"{database}.customers.email",))
    tables = Policy(forbidden_tables=(f"{database}.customers",))
    for sql in ("SELECT email FROM customers", f"SELECT email FROM {database}.customers"):
        assert refused(sql, dialect, columns) and refused(sql, dialect, tables)
    assert not refused("SELECT name FROM customers", dialect, columns)
    assert not refused("SELECT name FROM customers", dialect, Policy(tables=frozenset({f"{database}.customers"})))
    assert refused("SELECT word FROM p", dialect, Policy(tables=frozenset({f"{database}.customers"})))


def test_a_view_of_what_nobody_described_cannot_be_told() -> None:
    views = (
        "CREATE VIEW v AS SELECT e FROM hidden; CREATE VIEW m AS SELECT f(1) AS x; CREATE VIEW t AS SELECT * FROM g(2);"
    )
    schema = schema_of_ddl(views, "duckdb")
    for name, column in (("v", "e"), ("m", "x"), ("t", "x")):
        tables = tuple(replace(one, columns={column: ""}) if one.name == name else one for one in schema.tables)
        found = may_run(
            f"SELECT {column} FROM {name}", "duckdb", replace(schema, tables=tables, kept={}, _by_name={}), POLICY
        )
        assert any("Cannot tell whether the view" in f.message for f in found.findings), name


def test_nothing_of_it_leaves_sqlite(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    with sqlite3.connect(path) as connection:
        connection.executescript(TABLES)
        connection.execute("INSERT INTO p VALUES (123456789, 'a')")
    with Runner(f"sqlite:////{path}", policy=POLICY) as runner:
        assert runner.run("SELECT rowid FROM p").ending == "refused"
        assert runner.run("SELECT n FROM numbered").ending == "refused"
        assert runner.run("SELECT word FROM p").rows == (("a",),)


def test_a_bare_name_is_that_of_the_public_schema_on_postgresql() -> None:
    """``"$user"`` stands before ``public`` in the usual search path."""
    database = new_database()
    database.server.role("reader")
    for statement in (
        "CREATE TABLE customers (email text)", "INSERT INTO customers VALUES ('public')",
        "CREATE SCHEMA reader", "CREATE TABLE reader.customers (email text)",
        "INSERT INTO reader.customers VALUES ('secret')", "GRANT USAGE ON SCHEMA reader TO reader",
        "GRANT SELECT ON customers, reader.customers TO reader",
    ):  # fmt: skip
        database.sql(statement)
    address = f"postgresql:///{database.name}?socket={database.server.home}&role=reader"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPOTCHECK_POSTGRES_USER", "reader")
        with Runner(address, policy=Policy(forbidden_tables=("reader.customers",))) as runner:
            assert runner.run("SELECT email FROM customers").rows == (("public",),)
            assert runner.run("SELECT email FROM reader.customers").ending == "refused"


def test_a_view_that_stands_too_deep_makes_those_below_it_no_less_clear() -> None:
    names = ["customers", *(f"v{k}" for k in range(40))]
    views = "".join(f"CREATE VIEW {new} AS SELECT a.id FROM {old} AS a JOIN {old} AS b ON a.id = b.id;"
                    for old, new in itertools.pairwise(names))  # fmt: skip
    around = "CREATE VIEW r1 AS SELECT id FROM r2; CREATE VIEW r2 AS SELECT id FROM r1;"
    schema = schema_of_ddl(TABLES + views + around, "sqlite")
    for deep in ("v39", "r1"):
        found = may_run(f"SELECT id FROM {deep}", "sqlite", schema, POLICY).findings
        assert any("Cannot tell whether the view" in f.message for f in found)
    for near in ("v0", "v2", "v15"):
        assert may_run(f"SELECT id FROM {near}", "sqlite", schema, POLICY).ok, near
