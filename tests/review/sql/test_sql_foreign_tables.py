"""Foreign tables of PostgreSQL may read what is excluded, so they are not known to stay away from it."""

import pytest
from postgres_server import new_database

from review.sql.execution.runner import Runner
from review.sql.lane.sorting import AgentAnswer, Sorter
from review.sql.proof.prove import prove
from review.sql.rules.policy import Policy


def test_a_foreign_table_is_unknown_where_something_is_excluded(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("psycopg", reason="the driver of PostgreSQL (extra: postgres) is not installed")
    database = new_database()
    database.server.role("reader")
    for statement in (
        "CREATE TABLE secrets (card text)",
        "CREATE FOREIGN DATA WRAPPER elsewhere",
        "CREATE SERVER there FOREIGN DATA WRAPPER elsewhere",
        "CREATE FOREIGN TABLE copied (name text) SERVER there OPTIONS (table_name 'secrets')",
        "GRANT SELECT ON secrets, copied TO reader",
    ):
        database.sql(statement)
    monkeypatch.setenv("SPOTCHECK_POSTGRES_USER", "reader")
    policy = Policy(forbidden_tables=("secrets",))
    with Runner(f"postgresql:///{database.name}?socket={database.server.home}", policy=policy) as runner:
        sql = "SELECT name FROM copied"
        assert prove(sql, "postgres", runner.schema, Policy()).ok is True
        [finding] = prove(sql, "postgres", runner.schema, policy).findings
        assert (finding.rule, finding.unknown) == ("forbidden", True)
        asked = AgentAnswer(id="1", sql=sql, reference="SELECT 'a' AS name")
        assert Sorter(runner=runner, schema=runner.schema).sort(asked).verdict == "person"
