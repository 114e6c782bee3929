"""Virtual tables of SQLite run read-only; what the guard of the connection refuses is no wrong answer."""

import sqlite3
from collections.abc import Iterator

import pytest

from review.sql.engines import sqlite
from review.sql.execution.runner import Runner
from review.sql.lane.sorting import AgentAnswer, Sorter


@pytest.fixture(scope="module")
def sorter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sorter]:
    file = tmp_path_factory.mktemp("virtual") / "notes.db"
    with sqlite3.connect(file) as made:
        for module in ("fts5", "fts4", "fts3"):
            made.execute(f"CREATE VIRTUAL TABLE {module}_notes USING {module}(title, body)")
            made.executemany(f"INSERT INTO {module}_notes VALUES (?, ?)", [("a", "red fox"), ("b", "blue fox")])
        made.execute("CREATE VIRTUAL TABLE places USING rtree(id, low, high)")
        made.execute("INSERT INTO places VALUES (1, 2, 3)")
    with Runner(f"sqlite:///{file}", processes=2) as runner:
        yield Sorter(runner=runner, schema=runner.schema)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT title FROM fts5_notes WHERE fts5_notes MATCH 'red'",
        "SELECT title FROM fts5_notes WHERE body MATCH 'red' ORDER BY rank",
        "SELECT title FROM fts4_notes WHERE fts4_notes MATCH 'red'",
        "SELECT title FROM fts3_notes WHERE body MATCH 'red'",
        "SELECT 'a' AS title FROM places WHERE low > 1",
        "SELECT value AS title FROM json_each('[\"a\"]')",
        "SELECT value AS title FROM json_tree('\"a\"')",
    ],
)
def test_virtual_tables_run(sorter: Sorter, sql: str) -> None:
    found = sorter.sort(AgentAnswer(id="1", sql=sql, reference="SELECT 'a' AS title"))
    assert found.verdict == "right", found
    # Each process of the pool connects them by itself.
    assert [one.rows for one in sorter.runner.run_all([f"{sql} LIMIT {n}" for n in (5, 6, 7, 8)])] == [(("a",),)] * 4


def test_a_search_in_the_place_of_a_table_is_not_known(sorter: Sorter) -> None:
    asked = AgentAnswer(id="1", sql="SELECT title FROM fts5_notes('red')", reference="SELECT 'a' AS title")
    assert sorter.sort(asked).verdict == "person"
    assert sorter.sort(AgentAnswer(id="1", sql="SELECT title FROM fts6_notes('red')")).verdict == "wrong"


def test_what_the_guard_refuses_is_for_a_person(sorter: Sorter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "_OWN_PRAGMAS", ())
    session = sqlite.ENGINE.open(sorter.runner.place, sorter.runner.limits)
    refused = session.run("SELECT title FROM fts5_notes")
    assert (refused.ending, refused.unproved) == ("refused", True) and "pragma data_version" in refused.error
    assert session.run("SELECT 1 AS one").rows == ((1,),)
    monkeypatch.setattr(sorter.runner, "run", lambda sql: refused if "fts5" in sql else session.run(sql))
    found = sorter.sort(AgentAnswer(id="1", sql="SELECT title FROM fts5_notes", reference="SELECT 'a' AS title"))
    assert (found.verdict, found.outcome, found.execution) == ("person", "not_checked", None)
    assert "pragma data_version" in found.why[0]


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE x (a)", "UPDATE sqlite_master SET sql = ''", "INSERT INTO fts5_notes VALUES ('c', 'd')",
        "PRAGMA page_size = 512", "DROP TABLE fts5_notes", "INSERT INTO fts5_notes (fts5_notes) VALUES ('rebuild')",
        "PRAGMA data_version", "ANALYZE", "CREATE VIRTUAL TABLE temp.x USING fts5(a)",
        "SELECT name FROM sqlite_master", "ATTACH ':memory:' AS m",
    ],
)  # fmt: skip
def test_the_connection_still_only_reads(sorter: Sorter, sql: str) -> None:
    session = sqlite.ENGINE.open(sorter.runner.place, sorter.runner.limits)
    assert session.run(sql).ending in ("refused", "failed") or sql == "PRAGMA data_version"
    assert session.run("SELECT count(*) AS n FROM fts5_notes").rows == ((2,),)
