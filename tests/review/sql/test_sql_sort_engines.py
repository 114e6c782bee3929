"""`sql sort` on each engine, and by the examples of a release."""

import json
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner
from golden_store import new_store
from sql_databases import chdb_shop, duckdb_shop, postgres_shop, sqlite_shop

from review.basics.errors import InputError
from review.commands.cli import spotcheck
from review.golden.releases import release
from review.golden.written import import_examples, read_written
from review.sql.execution.runner import Runner
from review.sql.lane.sorting import AgentAnswer, Sorter

NAMED = "SELECT name FROM customers WHERE name IS NOT NULL ORDER BY credit DESC LIMIT 1"
SORTED = {
    "SELECT name FROM customers WHERE id = 2": "right",
    "SELECT name FROM customers WHERE id = 1": "wrong",
    "SELECT nme FROM customers": "wrong",
    "DELETE FROM customers": "wrong",
    "SELECT no_such_function(name) FROM customers": "wrong",
    "SELECT date_format(name, '%Y') FROM customers": "wrong",
}


@pytest.mark.parametrize("kind", ["sqlite", "duckdb", "postgresql", "chdb"])
def test_answers_are_sorted_on_each_engine(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if kind == "postgresql":
        pytest.importorskip("psycopg", reason="the driver of PostgreSQL (extra: postgres) is not installed")
        monkeypatch.setenv("SPOTCHECK_POSTGRES_USER", "reader")
        address = postgres_shop()
    else:
        address = {"sqlite": sqlite_shop, "duckdb": duckdb_shop, "chdb": chdb_shop}[kind](tmp_path)
    with Runner(address) as runner:
        sorter = Sorter(runner=runner, schema=runner.schema)
        found = {sql: sorter.sort(AgentAnswer(id="1", sql=sql, reference=NAMED)) for sql in SORTED}
        assert {sql: one.verdict for sql, one in found.items()} == SORTED, found
        level = "SELECT customer_id FROM orders ORDER BY customer_id LIMIT 1"
        other = sorter.sort(AgentAnswer(id="1", sql="SELECT customer_id FROM orders WHERE id = 2", reference=level))
        said = AgentAnswer(id="1", sql="SELECT count(*) AS n FROM orders", answer="There are 61 orders.", reference=
                           "SELECT count(id) AS n FROM orders", question="How many orders?")  # fmt: skip
        assert (other.verdict, sorter.sort(said).verdict) == ("right", "wrong")


def test_a_release_gives_question_reference_day_and_demands(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "shop.db") as shop:
        shop.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, total REAL, day TEXT)")
        shop.execute("CREATE TABLE promotions (id INTEGER PRIMARY KEY, order_id INTEGER)")
        shop.executemany("INSERT INTO orders VALUES (?, ?, ?)", [(1, 10.5, "2026-11-02"), (2, 4, "2026-11-03")])
        shop.execute("INSERT INTO promotions VALUES (1, 1)")
    store = new_store(tmp_path)
    (tmp_path / "spotcheck.toml").write_text('[sql]\nengine = "shop.db"\n')
    examples = [
        {"question": "What did we take?", "reference_sql": "SELECT sum(total) AS t FROM orders", "as_of": "2026-11-18"},
        {"question": "And with promotions?", "required": ["promotions"], "reference_sql":
         "SELECT sum(o.total) AS t FROM orders o JOIN promotions p ON p.order_id = o.id"},
        {"question": "Nobody answers this.", "reference_sql": "SELECT 1 AS one"},
    ]  # fmt: skip
    file = tmp_path / "written.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in examples))
    first, second, _ = (one.example_id for one in import_examples(store, read_written(file), by="eva").examples)
    release(store, "r1", by="eva")

    def sort(*rows: dict[str, str], more: tuple[str, ...] = ("--release", "r1")):
        answers = tmp_path / "answers.jsonl"
        answers.write_text("".join(json.dumps(row) + "\n" for row in rows))
        call = ["sql", "sort", "--file", str(answers), "--store", str(store.path), "--json", *more]
        return CliRunner().invoke(spotcheck, call)

    taken = {"id": first, "sql": "SELECT sum(total) AS taken FROM orders"}
    done = sort(taken, {"id": second, "sql": "SELECT total AS t FROM orders WHERE id = 1"})
    found = {item["id"]: item for item in json.loads(done.stdout)["items"]}
    assert found[first]["verdict"] == "right" and found[second]["verdict"] == "wrong"
    assert "promotions" in " ".join(found[second]["why"]) and "1 of 3 examples" in done.stderr
    own = json.loads(sort({**taken, "reference": "SELECT 3 AS t"}).stdout)["items"][0]
    assert own["verdict"] == "wrong"
    assert json.loads(sort(taken, more=()).stdout)["items"][0]["verdict"] == "person"
    lost = sort({**taken, "id": f"{first}x"})
    assert isinstance(lost.exception, InputError) and f"Nearest: '{first}'" in str(lost.exception)
