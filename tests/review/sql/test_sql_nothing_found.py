"""A total over no rows is one row with 0, groups of no rows are none: neither says that an answer is wrong."""

import sqlite3
from pathlib import Path

from review.sql.execution.runner import Runner
from review.sql.lane.sorting import AgentAnswer, Sorter

TOTAL = "SELECT count(*) AS n FROM loans WHERE day > '2030'"
GROUPS = "SELECT count(*) AS n FROM loans WHERE day > '2030' GROUP BY town"


def test_nothing_found_is_no_evidence(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "l.db") as made:
        made.execute("CREATE TABLE loans (day TEXT, town TEXT, fee REAL)")
        made.execute("INSERT INTO loans VALUES ('2020-01-01', 'Graz', 0)")
    pairs = {
        (TOTAL, GROUPS): "person",
        (GROUPS, TOTAL): "person",
        (TOTAL, "SELECT town FROM loans WHERE day > '2030'"): "person",
        (TOTAL.replace("count(*)", "sum(fee)"), GROUPS): "person",
        (TOTAL.replace("> '2030'", "> '2010'"), GROUPS): "wrong",
        (GROUPS.replace("2030", "2010"), TOTAL): "wrong",
        # A value that is 0 is something: only a total of nothing is not.
        ("SELECT fee FROM loans", "SELECT fee FROM loans WHERE day > '2030'"): "wrong",
        ("SELECT max(fee) AS f FROM loans GROUP BY town", GROUPS): "wrong",
        (TOTAL, "SELECT 3 AS n"): "wrong",
    }
    with Runner(f"sqlite:///{tmp_path / 'l.db'}") as runner:
        sort = Sorter(runner=runner, schema=runner.schema).sort
        found = {pair: sort(AgentAnswer(id="1", sql=pair[0], reference=pair[1])) for pair in pairs}
    assert {pair: one.verdict for pair, one in found.items()} == pairs
    nothing = [one for one in found.values() if one.verdict == "person"]
    assert {(one.outcome, one.execution) for one in nothing} == {("both_empty", None)}
    assert "no evidence. One has no rows" in nothing[0].why[0]
