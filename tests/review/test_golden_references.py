"""Reference SQL runs when it is approved, and a check says later which references no longer hold."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner
from golden_store import reviewed_store

from review.basics.errors import InputError
from review.commands.cli import spotcheck
from review.golden.approve import approve, bulk_approve
from review.golden.content import Wish
from review.golden.examples import versions_of
from review.golden.reference_check import check_references
from review.golden.references import references_of
from review.golden.releases import release
from review.golden.written import import_examples, read_written
from storage.records_golden import GoldenExample
from storage.store import Store

ROWS = {
    "orders": [(1, 7, "2026-11-02", "paid", 10.5), (2, 7, "2026-11-03", "paid", 4), (3, 8, "2026-11-04", "open", 2)],
    "users": [(7, "a@example.com"), (8, "b@example.com")],
}
DONE = {"columns": ["status", "count(*)"], "rows": [["open", 1], ["paid", 2]]}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    with sqlite3.connect(tmp_path / "shop.db") as shop:
        shop.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, user_id INTEGER, day TEXT, status TEXT, total REAL)")
        shop.execute("CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT)")
        shop.executemany("INSERT INTO orders VALUES (?, ?, ?, ?, ?)", ROWS["orders"])
        shop.executemany("INSERT INTO users VALUES (?, ?)", ROWS["users"])
    store = reviewed_store(tmp_path)
    (tmp_path / "spotcheck.toml").write_text('[sql]\nengine = "shop.db"\n')
    return store


def changed(store: Store, sql: str) -> None:
    with sqlite3.connect(store.path.parent / "shop.db") as shop:
        shop.execute(sql)


def written(store: Store, **cells: object) -> GoldenExample:
    file = store.path.parent / "written.jsonl"
    file.write_text(json.dumps({"question": "What did we take?", **cells}) + "\n")
    return import_examples(store, read_written(file), by="eva").examples[0]


def states(store: Store, release: str = "") -> dict[str, str]:
    with references_of(store) as references:
        return {i.example_id: i.state for i in check_references(store, references, release=release).items}


def test_an_approval_runs_the_reference_and_keeps_its_result_with_state_and_day(store: Store) -> None:
    content = approve(store, "u1", by="eva").content
    assert (content["expected_result"], content["as_of"]) == (DONE, "2026-11-18")
    assert content["snapshot"].startswith("shop.db:")
    # The same again is no new version, whatever became of the data.
    changed(store, "DELETE FROM orders")
    assert approve(store, "u1", by="eva").content == content
    assert len(versions_of(store, approve(store, "u1", by="eva").example_id)) == 1


def test_another_query_has_a_result_of_its_own_and_one_that_is_given_stays(store: Store) -> None:
    approve(store, "u1", by="eva")
    other = approve(store, "u1", Wish(reference_sql="SELECT sum(total) AS total FROM orders"), by="eva").content
    assert other["expected_result"] == {"columns": ["total"], "rows": [[16.5]]}
    given = approve(store, "u1", Wish(expected_result={"columns": ["x"], "rows": [[1]]}, snapshot="monday"), by="eva")
    assert (given.content["expected_result"]["rows"], given.content["snapshot"]) == ([[1]], "monday")
    (store.path.parent / "spotcheck.toml").write_text("")
    without = approve(store, "u1", Wish(reference_sql="SELECT 2 AS x"), by="eva").content
    assert (without["expected_result"], without["snapshot"]) == (None, "")


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT totl FROM orders", "totl"),
        ("DELETE FROM orders", "refused"),
        ("SELECT load_extension('x')", "refused"),
        ("SELECT abs(-9223372036854775808) FROM orders", "overflow"),
    ],
)
def test_a_reference_that_does_not_run_is_not_approved_and_changes_nothing(store: Store, sql: str, said: str) -> None:
    with pytest.raises(InputError, match=f"reference_sql: .*{said}"):
        approve(store, "u1", Wish(reference_sql=sql), by="eva")
    with pytest.raises(InputError, match=r"written.jsonl, line 1, column 'reference_sql'"):
        written(store, reference_sql=sql)
    with sqlite3.connect(store.path.parent / "shop.db") as shop:
        assert shop.execute("SELECT count(*) FROM orders").fetchone() == (3,)
    assert store.find(GoldenExample) == []


def test_nothing_is_approved_on_a_database_that_cannot_be_opened(store: Store) -> None:
    (store.path.parent / "shop.db").unlink()
    with pytest.raises(InputError, match=r"It was not run, because the database cannot be opened: .*shop.db"):
        approve(store, "u1", by="eva")
    with pytest.raises(InputError, match=r"line 1, column 'reference_sql'.*cannot be opened"):
        written(store, reference_sql="SELECT 1 AS x")
    [(item, why)] = bulk_approve(store, ["u1"], by="eva").refused
    assert item == "u1" and "cannot be opened" in why and store.find(GoldenExample) == []
    with pytest.raises(InputError, match=r"shop.db: there is no such database file"):
        states(store)
    (store.path.parent / "spotcheck.toml").write_text("")
    with pytest.raises(InputError, match="names no database"):
        states(store)


def test_where_there_is_no_database_the_command_says_that_the_reference_was_not_run(store: Store) -> None:
    def run(item: str) -> tuple[bool, str]:
        call = ["golden", "approve", item, "--as", "eva", "--store", str(store.path)]
        told = CliRunner().invoke(spotcheck, call).stderr
        found = json.loads(CliRunner().invoke(spotcheck, [*call, "--json"]).stdout)
        return found["approved"][0]["reference_run"], " ".join(told.split())

    assert run("u1") == (True, "")
    (store.path.parent / "spotcheck.toml").write_text("")
    approve(store, "u1", Wish(reference_sql="SELECT 2 AS x"), by="eva")
    ran, told = run("u1")
    assert not ran and "The reference SQL of 1 example was not run" in told


def test_several_are_approved_on_one_database(store: Store) -> None:
    found = bulk_approve(store, ["u1", "h1", "u2"], by="eva")
    assert [e.content["expected_result"] for e in found.examples] == [DONE, None] and len(found.refused) == 1


def test_the_check_tells_what_changed_what_fails_and_what_was_never_run(store: Store) -> None:
    same = written(store, id="same", reference_sql="SELECT count(*) AS n FROM users")
    alike = written(store, id="several", reference_sql="SELECT {id, email} FROM users; SELECT max(total) FROM orders")
    assert alike.content["expected_result"]["alternatives"] == [{"columns": ["max(total)"], "rows": [[10.5]]}]
    gone = written(store, id="gone", reference_sql="SELECT status FROM orders WHERE id = 1")
    masked = written(store, id="masked", reference_sql="SELECT id FROM users WHERE email = '[EMAIL_1]'")
    settings = store.path.parent / "spotcheck.toml"
    engine = settings.read_text()
    settings.write_text("")
    older = written(store, id="older", reference_sql="SELECT id FROM users")
    settings.write_text(engine)
    moved = approve(store, "u1", by="eva")
    release(store, "v1", by="eva")
    assert set(states(store, "v1").values()) == {"same", "not_checked", "never_run"}
    changed(store, "UPDATE orders SET status = 'paid' WHERE id = 3")
    changed(store, "ALTER TABLE orders RENAME COLUMN total TO amount")
    found = states(store)
    assert found == states(store, "v1")
    assert found == {
        same.example_id: "same",
        alike.example_id: "failed",
        gone.example_id: "same",
        masked.example_id: "not_checked",
        older.example_id: "never_run",
        moved.example_id: "changed",
    }


def test_of_a_long_result_a_digest_is_kept(store: Store) -> None:
    long = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500 + (SELECT count(*) FROM users)) "
        "SELECT i, (SELECT sum(total) FROM orders) AS s FROM n"
    )
    result = written(store, id="long", reference_sql=long).content["expected_result"]
    assert (len(result["rows"]), result["total"], result["truncated"]) == (1_000, 1_502, True)

    def found() -> tuple[str, str]:
        with references_of(store) as references:
            [item] = check_references(store, references).items
        return item.state, item.why

    assert found() == ("same", "Unchanged.")
    changed(store, "UPDATE orders SET total = total + 1")
    assert found()[0] == "changed" and "other cells" in found()[1]
    changed(store, "DELETE FROM users WHERE id = 8")
    assert found() == ("changed", "1,502 rows became 1,501.")


def test_personal_data_of_a_result_is_masked_and_still_compares(store: Store) -> None:
    example = written(store, id="mail", reference_sql="SELECT id, email FROM users ORDER BY id")
    assert example.content["expected_result"]["rows"] == [[7, "[EMAIL_1]"], [8, "[EMAIL_2]"]]
    assert set(states(store).values()) == {"same"}
    changed(store, "UPDATE users SET email = NULL WHERE id = 8")
    assert set(states(store).values()) == {"changed"}


def test_the_command_says_it_and_ends_with_1(store: Store) -> None:
    approve(store, "u1", by="eva")
    release(store, "v1", by="eva")

    def run(*args: str) -> tuple[int, str]:
        done = CliRunner().invoke(spotcheck, ["golden", "check", *args, "--store", str(store.path)])
        return done.exit_code, done.stdout

    assert run()[0] == 0 and "1: unchanged" in run("v1")[1]
    changed(store, "DELETE FROM orders WHERE id = 2")
    code, text = run("v1", "--json")
    found = json.loads(text)
    assert (code, found["ok"], found["states"], found["with_reference"]) == (1, False, {"changed": 1}, 1)
    [item] = found["items"]
    assert item["first_difference"] == {"row": 1, "before": ["paid", 2], "now": ["paid", 1]}
    assert item["snapshot_before"] != item["snapshot_now"]
    changed(store, "DROP TABLE users")
    code, text = run()
    assert code == 1 and "failed" in text
