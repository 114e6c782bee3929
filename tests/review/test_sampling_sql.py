import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st
from sampling_query import draw_sql
from sqlglot import exp, parse_one

from review.basics.errors import InputError
from review.sampling import key_sql
from review.sampling.engines import sql
from review.sampling.key import chosen, digest

GOLDEN = json.loads((Path(__file__).parents[1] / "data" / "sampling_sql.json").read_text())
WINDOW = (datetime(2026, 11, 16, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC))
quotable = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\\"), min_size=1)


def test_every_dialect_has_its_golden_string():
    assert set(GOLDEN["predicate"]) == set(GOLDEN["query"]) == set(sql.DIALECTS)


@pytest.mark.parametrize("dialect", sql.DIALECTS)
def test_the_predicate_is_rendered_as_verified(dialect):
    predicate = key_sql.predicate(GOLDEN["seed"], sql.column(GOLDEN["id"]), GOLDEN["rate"])
    assert sql.render(predicate, dialect) == GOLDEN["predicate"][dialect]


@pytest.mark.parametrize("dialect", sql.DIALECTS)
def test_the_whole_query_is_rendered_as_verified(dialect):
    query = draw_sql(dialect, table_name=GOLDEN["table"], seed=GOLDEN["seed"], rate=GOLDEN["rate"], window=WINDOW)
    assert query == GOLDEN["query"][dialect]
    assert parse_one(query, dialect=dialect).find(exp.TableSample) is None


@pytest.mark.parametrize("dialect", [*sql.REFUSED, "hive", "", "no such"])
def test_a_dialect_without_verified_rendering_is_refused(dialect):
    with pytest.raises(InputError, match="no verified rendering"):
        draw_sql(dialect, table_name="t", seed="s", rate=0.1)


def test_no_predicate_is_rendered_for_everything():
    assert key_sql.predicate("s", sql.column("id"), 1.0) is None
    assert "MD5" not in draw_sql("duckdb", table_name="t", seed="s", rate=1.0)
    with pytest.raises(InputError, match="2\\^-32"):
        draw_sql("duckdb", table_name="t", seed="s", rate=2.0**-33)


@pytest.mark.parametrize("text", ["", "a\\b", "a\nb", "a\x00b", "\ud800"])
def test_names_and_seeds_that_dialects_escape_differently_are_refused(text):
    for build in (lambda: sql.column(text), lambda: sql.table(text), lambda: key_sql.key(text, sql.column("id"))):
        with pytest.raises(InputError):
            build()


@examples(50)
@given(seed=quotable, name=quotable, id_=quotable)
def test_any_seed_and_column_name_is_quoted_safely(seed, name, id_):
    duck = duckdb.connect()
    source = exp.select(exp.alias_(exp.Literal.string(id_), name, quoted=True)).subquery("t")
    key = exp.select(key_sql.key(seed, sql.column(name))).from_(source)
    lite = sqlite3.connect(":memory:")
    lite.create_function("md5", 1, lambda text: digest_of(text))
    wanted = digest(seed, id_)[:8]
    assert duck.execute(sql.render(key, "duckdb")).fetchall() == [(wanted,)]
    assert lite.execute(sql.render(key, "sqlite")).fetchall() == [(wanted,)]
    lite.close()
    duck.close()


def digest_of(text):
    seed, _, id_ = text.partition(":")
    return digest(seed, id_)


def test_the_query_for_others_chooses_what_the_key_chooses():
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(
        "CREATE TABLE log AS SELECT 'c' || i AS id, '2026-11-15T22:00:00Z' AS made FROM range(5000) r(i) "
        "UNION ALL SELECT 'd' || i, '2026-11-16T00:30:00+01:00' FROM range(5000) r(i) "
        "UNION ALL SELECT 'e' || i, '2026-11-16T01:30:00+01:00' FROM range(5000) r(i)"
    )
    query = draw_sql("duckdb", table_name="log", seed="w", rate=0.05, window=WINDOW, time_column="made")
    found = {i for (i,) in connection.execute(query).fetchall()}
    assert found == {f"e{i}" for i in range(5000) if chosen("w", f"e{i}", 0.05)}
