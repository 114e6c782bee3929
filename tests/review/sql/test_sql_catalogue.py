"""Functions that an engine does not list: none of its grammar, its macros or its extensions is called missing."""

from dataclasses import replace

import duckdb
import pytest
from sql_shop import SCHEMAS

from review.sql.execution.runner import Runner
from review.sql.proof.prove import prove

LISTED = frozenset({"count", "sum", "uniq"})


@pytest.mark.parametrize(
    ("dialect", "call", "missing"),
    [
        ("postgres", "date_format(name, 'Y')", True),
        ("postgres", "xmlforest(name)", False),
        ("postgres", "json_exists(tags, '$')", False),
        ("postgres", "merge_action()", False),
        ("duckdb", "date_format(name, 'Y')", True),
        ("duckdb", "st_area(name)", False),
        ("duckdb", "unpack(columns(*))", False),
        ("duckdb", "other.date_format(name)", False),
        ("sqlite", "getdate()", True),
        ("sqlite", "regexp_match(name, 'a')", False),
        ("clickhouse", "datum(name)", True),
        ("clickhouse", "datumIf(name, 1)", True),
        ("clickhouse", "uniqMergeStateIf(name, 1)", False),
        ("clickhouse", "untuple(name)", False),
    ],
)
def test_only_what_an_engine_neither_lists_nor_parses_is_missing(dialect: str, call: str, missing: bool) -> None:
    sql = f"SELECT {call} FROM customers"
    schema = replace(SCHEMAS[dialect], catalogue=LISTED)
    found = [f for f in prove(sql, dialect, schema).findings if f.rule == "functions" and f.severity == "error"]
    assert any("The database has no function" in f.message and not f.unknown for f in found) == missing, found
    # Without an engine nobody can tell, and neither can a list without anything that every engine has.
    for unasked in (SCHEMAS[dialect], replace(schema, catalogue=frozenset({"shop"}))):
        found = [f for f in prove(sql, dialect, unasked).findings if f.rule == "functions"]
        assert all(f.unknown for f in found), found


def test_a_macro_of_the_file_is_no_missing_function(tmp_path) -> None:
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as shop:
        shop.execute("CREATE TABLE customers (name TEXT)")
        shop.execute("CREATE MACRO date_format(x, y) AS x || y")
    with Runner(f"duckdb:///{tmp_path / 'shop.duckdb'}") as runner:
        refused = runner.run("SELECT date_format(name, 'Y') FROM customers")
        assert (refused.ending, refused.unproved) == ("refused", True) and "Somebody made" in refused.error
        assert not runner.run("SELECT date_part2(name) FROM customers").unproved
