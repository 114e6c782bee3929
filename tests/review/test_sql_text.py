"""SQL for people to read: its tokens join to the input again, and line breaks change only white space."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.basics.sql_text import pretty, tokens

SHARED = Path(__file__).parents[3] / "shared" / "data" / "text2sql"
FRAGMENTS = st.sampled_from(
    [
        *(
            "select ",
            "FROM t ",
            "where a=1 ",
            "'it''s' ",
            '"Name" ',
            "`x` ",
            "-- note\n",
            "/* c */ ",
            "1.5 ",
            "( ",
            ") ",
        ),
        *(
            "left join b on a.id = b.id ",
            "between 1 and 2 ",
            "and ",
            "left(a, 1) ",
            "'",
            '"',
            "/*",
            "$$",
            "{{ x }}",
            "é☃",
        ),
    ]
)


def joined(pairs: list[list[str]]) -> str:
    return "".join(text for _, text in pairs)


def squeezed(sql: str) -> str:
    return "".join(sql.split())


@given(
    st.lists(FRAGMENTS, max_size=30).map("".join) | st.text(),
    st.sampled_from([None, "clickhouse", "postgres", "duckdb"]),
)
def test_the_texts_of_the_tokens_are_the_input(sql: str, dialect: str | None) -> None:
    assert joined(tokens(sql, dialect)) == sql


@given(st.lists(FRAGMENTS, max_size=30).map("".join) | st.text(), st.sampled_from([None, "clickhouse", "postgres"]))
def test_pretty_changes_nothing_but_white_space(sql: str, dialect: str | None) -> None:
    broken = pretty(sql, dialect)
    assert squeezed(broken) == squeezed(sql)
    assert [t for t in tokens(broken, dialect) if t[1].strip()] == [
        t for t in tokens(sql.strip(), dialect) if t[1].strip()
    ]


def test_each_token_has_its_kind() -> None:
    pairs = tokens("SELECT name, 1.5 FROM \"t\" WHERE a = 'x' -- why")
    assert [p for p in pairs if p[0] != "other"] == [
        ["keyword", "SELECT"],
        ["name", "name"],
        ["number", "1.5"],
        ["keyword", "FROM"],
        ["name", '"t"'],
        ["keyword", "WHERE"],
        ["name", "a"],
        ["string", "'x'"],
        ["comment", "-- why"],
    ]


def test_clauses_joins_and_subqueries_get_lines_of_their_own() -> None:
    sql = (
        "SELECT a.id, left(a.name, 1) FROM a LEFT JOIN (SELECT id FROM b WHERE d BETWEEN 1 AND 2 AND e = 3) c "
        "ON c.id = a.id ORDER BY max(x) OVER (PARTITION BY y ORDER BY z) LIMIT 10"
    )
    assert pretty(sql).splitlines() == [
        "SELECT a.id, left(a.name, 1)",
        "FROM a",
        "LEFT JOIN (",
        "  SELECT id",
        "  FROM b",
        "  WHERE d BETWEEN 1 AND 2",
        "    AND e = 3",
        ") c ON c.id = a.id",
        "ORDER BY max(x) OVER (PARTITION BY y ORDER BY z)",
        "LIMIT 10",
    ]


@pytest.mark.parametrize(
    "sql", ["", "   ", "SELECT 1", "SELECT\n  1", "SELECT 'never closed " + "x" * 80, "no query, only prose " * 9]
)
def test_what_needs_no_lines_or_cannot_be_read_stays_as_it_is(sql: str) -> None:
    assert pretty(sql) == sql.strip()


@pytest.mark.skipif(not SHARED.exists(), reason="the published queries are not on this machine")
def test_published_queries_survive() -> None:
    """BIRD mini-dev, 500 gold queries (bird-bench/mini_dev, CC BY-SA 4.0), read in place."""
    rows = json.loads((SHARED / "bird_mini_dev" / "bird_mini_dev_sqlite.json").read_text(encoding="utf-8"))
    queries = [row["SQL"] if "SQL" in row else row["sql"] for row in rows]
    assert len(queries) == 500
    for sql in queries:
        assert joined(tokens(sql, "sqlite")) == sql
        assert squeezed(pretty(sql, "sqlite")) == squeezed(sql)
