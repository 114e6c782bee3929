"""Functions whose value depends on the order of level rows: what is taken by chance proves nothing."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from postgres_server import new_database

from review.sql.execution.runner import Runner
from review.sql.lane.sorting import AgentAnswer, Sorter

ROWS = "(1, 'Ada', 'red', 5), (1, 'Bo', 'blue', 5), (1, 'Cy', 'red', 3), (2, 'Di', 'red', 9), (2, 'Ed', 'blue', 7)"
ENGINES = ("duckdb", "postgresql", "sqlite", "chdb")


@pytest.fixture(scope="module")
def sorters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Sorter]]:
    folder = tmp_path_factory.mktemp("open")
    with ExitStack() as ends, pytest.MonkeyPatch.context() as environment:
        environment.setenv("SPOTCHECK_POSTGRES_USER", "reader")
        runners = {kind: ends.enter_context(Runner(_made(kind, folder))) for kind in ENGINES}
        yield {kind: Sorter(runner=one, schema=one.schema) for kind, one in runners.items()}


def _made(kind: str, folder: Path) -> str:
    table = "CREATE TABLE t (g INTEGER, x VARCHAR(9), c VARCHAR(9), b INTEGER)"
    if kind == "postgresql":
        database = new_database()
        database.server.role("reader")
        for statement in (table, f"INSERT INTO t VALUES {ROWS}", "GRANT SELECT ON t TO reader"):
            database.sql(statement)
        return f"postgresql:///{database.name}?socket={database.server.home}"
    file = folder / kind
    made = [table, f"INSERT INTO t VALUES {ROWS}"]
    house = [f"{table.replace(' t ', ' d.t ')} ENGINE = MergeTree ORDER BY b", f"INSERT INTO d.t VALUES {ROWS}"]
    code = {
        "duckdb": f"import duckdb\nc = duckdb.connect({str(file)!r})\nfor q in {made!r}: c.execute(q)",
        "sqlite": f"import sqlite3\nc = sqlite3.connect({str(file)!r})\nfor q in {made!r}: c.execute(q)\nc.commit()",
        "chdb": f"from chdb.session import Session\nc = Session({str(file)!r})\nc.query('CREATE DATABASE d')\n"
        f"for q in {house!r}: c.query(q)\nc.close()",
    }[kind]  # fmt: skip
    subprocess.run([sys.executable, "-c", code], check=True)
    return f"{kind}:////{str(file).lstrip('/')}" + ("?database=d" if kind == "chdb" else "")


def first_of(order: str) -> str:
    numbered = f"SELECT g, x, row_number() OVER (PARTITION BY g ORDER BY {order}) AS n FROM t"
    return f"SELECT g, x FROM ({numbered}) s WHERE n = 1"


ADA = "SELECT 1 AS g, 'Ada' AS x UNION ALL SELECT 2, 'Di'"
BO, WRONG = ADA.replace("Ada", "Bo"), ADA.replace("Ada", "Cy")


@pytest.mark.parametrize("kind", ENGINES)
def test_level_rows_of_a_window_may_be_either(sorters: dict[str, Sorter], kind: str) -> None:
    def verdict(sql: str, reference: str) -> str:
        return sorters[kind].sort(AgentAnswer(id="1", sql=sql, reference=reference)).verdict

    assert [verdict(either, first_of("b DESC")) for either in (ADA, BO)] == ["right", "right"]
    # What the answer takes by chance may be what the reference decides.
    assert {verdict(first_of("b DESC"), either) for either in (ADA, BO)} == {"right", "person"}
    # What is decided, other numbers of rows, and columns that no choice changes prove an answer wrong.
    assert verdict(BO, first_of("b DESC, x")) == verdict(first_of("b DESC, x"), BO) == "wrong"
    assert verdict(ADA, first_of("b")) == verdict(first_of("b"), ADA) == "wrong"
    assert verdict("SELECT 1 AS g, 'Ada' AS x", first_of("b DESC")) == "wrong"
    assert verdict(ADA.replace("2, 'Di'", "3, 'Di'"), first_of("b DESC")) == "wrong"
    # No choice of the reference gives this, yet only the two outermost are tried.
    assert verdict(WRONG, first_of("b DESC")) == "person"


LEVEL = {
    "duckdb": ("any_value({x})", "arg_max({x}, b)", "first({x})", "max_by({x}, b)", "string_agg({x}, ',')",
               "string_agg({x}, ',' ORDER BY b)", "list({x})", "array_agg({x} ORDER BY b)", "group_concat({x})"),
    "postgresql": ("string_agg({x}, ',')", "string_agg({x}, ',' ORDER BY b)", "array_agg({x})", "json_agg({x})"),
    "sqlite": ("group_concat({x})", "json_group_array({x})", "group_concat({x}, ';')"),
    "chdb": ("any({x})", "anyIf({x}, b > 0)", "argMax({x}, b)", "argMaxIf({x}, b, b > 0)", "groupArray({x})",
             "anyLast({x})", "groupUniqArray({x})", "groupConcat({x})", "arrayStringConcat(groupArray({x}), ',')",
             "groupArray(2)({x})"),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "call"), [(kind, call) for kind, some in LEVEL.items() for call in some])
def test_what_an_aggregate_takes_is_open(sorters: dict[str, Sorter], kind: str, call: str) -> None:
    def verdict(sql: str, reference: str) -> str:
        return sorters[kind].sort(AgentAnswer(id="1", sql=sql, reference=reference)).verdict

    open_one = f"SELECT g, {call.format(x='x')} AS v FROM t WHERE b IN (5, 9) GROUP BY g"
    other = "SELECT 1 AS g, 'Ada and Bo' AS v UNION ALL SELECT 2, 'Di'"
    if "list" not in call.lower() and "array" not in call.lower():
        assert (verdict(other, open_one), verdict(open_one, other)) == ("person", "person")
    # The other column stays, and so do the rows.
    for wrong in ("SELECT 1 AS g, 'Ada' AS v UNION ALL SELECT 3, 'Di'", "SELECT 1 AS g, 'Ada' AS v"):
        assert (verdict(wrong, open_one), verdict(open_one, wrong)) == ("wrong", "wrong")
    # Rows that are alike in what is taken leave nothing open, where the engine lets Spotcheck try.
    alike = f"SELECT g, {call.format(x='c')} AS v FROM t WHERE c = 'red' GROUP BY g"
    sure = kind != "sqlite" and "groupConcat" not in call and "(2)" not in call
    assert verdict("SELECT 1 AS g, 'blue' AS v UNION ALL SELECT 2, 'blue'", alike) == ("wrong" if sure else "person")


@pytest.mark.parametrize(
    ("kind", "sql"),
    [
        ("duckdb", "SELECT g, x FROM t QUALIFY row_number() OVER (PARTITION BY g ORDER BY b DESC) = 1"),
        ("duckdb", "SELECT DISTINCT ON (g) g, x FROM t ORDER BY g, b DESC"),
        ("postgresql", "SELECT DISTINCT ON (g) g, x FROM t ORDER BY g, b DESC LIMIT 100"),
        ("duckdb", "SELECT DISTINCT g, first_value(x) OVER w AS x FROM t WINDOW w AS (PARTITION BY g ORDER BY b DESC)"),
        ("postgresql", "SELECT DISTINCT g, first_value(x) OVER (PARTITION BY g ORDER BY b DESC) AS x FROM t"),
        ("duckdb", "WITH m AS (SELECT g, x, max(b) AS b FROM t GROUP BY g, 2) SELECT g, x FROM m "
         "QUALIFY row_number() OVER (PARTITION BY g ORDER BY b DESC) = 1"),
        ("duckdb", "SELECT g, upper(x) AS x FROM t GROUP BY g, upper(x) "
         "QUALIFY row_number() OVER (PARTITION BY g ORDER BY max(b) DESC) = 1"),
    ],
)  # fmt: skip
def test_either_of_two_level_rows_is_right(sorters: dict[str, Sorter], kind: str, sql: str) -> None:
    for either in (ADA, BO):
        either = either if "upper" not in sql else either.upper().replace("AS X", "AS x").replace("AS G", "AS g")
        assert sorters[kind].sort(AgentAnswer(id="1", sql=either, reference=sql)).verdict == "right"


def test_a_reference_that_decides_beside_an_answer_with_a_limit_that_does_not(sorters: dict[str, Sorter]) -> None:
    sort = sorters["duckdb"].sort
    decided = "SELECT x FROM t ORDER BY b DESC, x DESC LIMIT 1 OFFSET 3"
    answer = "SELECT x FROM t WHERE b = 5 ORDER BY b LIMIT 1"
    level = [decided.replace("x DESC", way) for way in ("x", "x DESC")]
    assert {sort(AgentAnswer(id="1", sql=answer, reference=one)).verdict for one in level} == {"right", "person"}
    wrong = AgentAnswer(id="1", sql=answer, reference="SELECT x FROM t WHERE b = 9 LIMIT 1")
    assert sort(wrong).verdict == "wrong"
