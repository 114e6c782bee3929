"""Sixty answers about the demonstration's shop, twelve of them wrong in six ways, sorted by the lane."""

from __future__ import annotations

import contextlib
import json
import time
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from review.basics.errors import InputError
from review.commands.cli import spotcheck
from review.demo.build import SQL_SETTINGS
from review.demo.shop import Shop, build_shop, open_shop
from review.settings.project import project_of
from review.sql.execution.perturbed import copies
from review.sql.execution.runner import Runner
from review.sql.lane.sorting import AgentAnswer, Sorted, Sorter

ANSWERS = tomllib.loads((Path(__file__).parents[2] / "data" / "sql_sixty.toml").read_text())["answer"]
TODAY = date(2026, 11, 29)


@pytest.fixture(scope="module")
def sorter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sorter]:
    folder = tmp_path_factory.mktemp("sixty")
    build_shop(folder / "shop.duckdb", until=TODAY)
    (folder / "spotcheck.toml").write_text(SQL_SETTINGS)
    settings = project_of(folder / "spotcheck.db").sql
    with Runner(settings.engine, policy=settings.policy) as runner:
        yield Sorter(runner=runner, schema=runner.schema, words=settings.words)


def answered(number: int, one: dict[str, Any], shop: Shop) -> AgentAnswer:
    """Fill the words of an answer as an agent does: from what the database gave it."""
    rows = shop.ask(one["sql"]).rows
    return AgentAnswer(
        id=str(number),
        question=one["question"],
        sql=one["sql"],
        answer=one["answer"].format(rows=rows),
        reference=one.get("reference", ""),
        as_of=TODAY,
    )


@pytest.fixture(scope="module")
def found(sorter: Sorter) -> list[tuple[dict[str, Any], Sorted]]:
    with open_shop(Path(sorter.runner.place.path)) as shop:
        answers = [answered(number, one, shop) for number, one in enumerate(ANSWERS, start=1)]
    began = time.perf_counter()
    judged = [sorter.sort(answer) for answer in answers]
    assert time.perf_counter() - began < 60
    return list(zip(ANSWERS, judged, strict=True))


def test_what_is_wrong_is_found_nothing_right_is_called_wrong_and_few_are_left_to_people(
    found: list[tuple[dict[str, Any], Sorted]],
) -> None:
    wrong = [(one, s) for one, s in found if "wrong" in one]
    right = [(one, s) for one, s in found if "wrong" not in one]
    assert (len(wrong), len(right), Counter(one["wrong"] for one, _ in wrong)) == (
        12,
        48,
        Counter(dict.fromkeys(("name", "kind", "join", "promotions", "date", "duplicates"), 2)),
    )
    assert sum(s.verdict == "wrong" for _, s in wrong) >= 11
    assert not [(one["question"], s.why) for one, s in wrong if s.verdict == "right"]
    assert not [(one["question"], s.why) for one, s in right if s.verdict == "wrong"]
    assert sum(s.verdict == "person" for _, s in found) <= 10
    assert all(s.why for _, s in found if s.verdict != "right")


def test_four_of_the_six_ways_run_without_error(sorter: Sorter) -> None:
    ran = {one["wrong"]: sorter.runner.run(one["sql"]).done for one in ANSWERS if "wrong" in one}
    assert ran == {"name": False, "kind": False, **dict.fromkeys(("join", "promotions", "date", "duplicates"), True)}


NONE = "SELECT count(*) AS n FROM orders WHERE ordered_at < '1999-01-01'"
REVENUE = "SELECT sum(total) AS revenue FROM orders WHERE ordered_at >= '2026-10-01' AND ordered_at < '2026-11-01'"


@pytest.mark.parametrize(
    ("fields", "verdict", "said"),
    [
        ({"reference": REVENUE, "answer": "It was $12.34."}, "wrong", "'$12.34' is not in the result"),
        ({"reference": REVENUE, "answer": "As the table shows."}, "right", ""),
        ({"reference": ""}, "person", "There is no reference"),
        ({"reference": "SELECT nothing FROM orders"}, "person", "The reference failed"),
        ({"sql": "SELECT sum(total FROM orders", "reference": REVENUE}, "person", "Not checked"),
        ({"sql": "DELETE FROM orders", "reference": REVENUE}, "wrong", "DELETE"),
        ({"sql": "SELECT pi2() FROM orders", "reference": REVENUE}, "wrong", "The database has no function 'pi2'"),
        ({"sql": "SELECT st_area(1) FROM orders", "reference": REVENUE}, "person", "'st_area' is not on the list"),
        ({"sql": "SELECT sum(total) FROM orders WHERE ordered_at < '01.10.2026'"}, "wrong", "It does not run"),
        ({"reference": REVENUE, "question": "Revenue in September 2026?"}, "right", ""),
        ({"sql": "SELECT 5.0 AS revenue", "reference": "SELECT 5 AS r", "question": "Discounts?"}, "right", ""),
        ({"sql": "SELECT 2.6 AS r", "reference": "SELECT 2.57 AS r", "question": "Share in %?"}, "right", ""),
        (
            {"sql": "SELECT 2.6 AS r", "reference": "SELECT 2.57 AS r", "question": "With two decimals?"},
            "person",
            "fewer",
        ),
        ({"sql": "SELECT 2.57 AS r", "reference": "SELECT 2.6 AS r", "question": "With 1 decimal place?"}, "right", ""),
        ({"sql": "SELECT '2.6%' AS r", "reference": "SELECT 2.57 AS r"}, "right", ""),
        ({"sql": NONE, "reference": "SELECT count(*) FROM orders AS o WHERE '1999-01-01' > o.ordered_at"}, "right", ""),
        (
            {"sql": NONE, "reference": "SELECT count(*) FROM customers WHERE country = 'none'"},
            "person",
            "nothing but 0",
        ),
        ({"sql": NONE, "reference": NONE.replace("1999", "1998")}, "person", "nothing but 0"),
        ({"sql": "SELECT 7 AS n_2023, 5 AS n_2024", "reference": "SELECT 7 AS y2024, 5 AS y2023"}, "person", "'y2024'"),
        ({"sql": "SELECT 5 AS n_2023, 7 AS n_2024", "reference": "SELECT 7 AS y2024, 5 AS y2023"}, "right", ""),
        ({"sql": "SELECT 5 AS n_2023, 5 AS n_2024", "reference": "SELECT 5 AS y24, 5 AS y23"}, "right", ""),
        (
            {"sql": "SELECT 7 AS y2023, 5 AS y2024", "reference": "SELECT 7 AS y2024, 5 AS y2023"},
            "wrong",
            "Cells differ",
        ),
        ({"sql": "SELECT 'Ada (North)' AS r", "reference": "SELECT 'Ada' AS a, 'North' AS b"}, "right", ""),
        ({"sql": "SELECT 5.0 AS revenue", "question": "Discounts?"}, "wrong", "must read order_promotions or promo"),
        ({"reference": REVENUE, "lists": {"required_tables": ("customers",)}}, "right", ""),
        ({"lists": {"required_tables": ("customers",)}}, "wrong", "requires the table 'customers'"),
    ],
)
def test_each_kind_of_evidence(sorter: Sorter, fields: dict[str, Any], verdict: str, said: str) -> None:
    found = sorter.sort(AgentAnswer(id="1", as_of=TODAY, **{"sql": REVENUE, **fields}))
    assert (found.verdict, said in " ".join(found.why)) == (verdict, True), found


BY_COUNTRY = "SELECT country, count(*) AS n FROM customers GROUP BY country ORDER BY n DESC, country"
OTHERWISE = BY_COUNTRY.replace("n DESC, country", "country")
NAMES = "SELECT country FROM customers GROUP BY country ORDER BY count(*) DESC, country"


@pytest.mark.parametrize(
    ("question", "sql", "verdict", "said"),
    [
        ("How many customers does each country have?", OTHERWISE, "right", ""),
        ("How many customers does each country have, sorted by number?", OTHERWISE, "wrong", "another order"),
        ("The top countries with their customers", OTHERWISE, "person", "another order"),
        ("", OTHERWISE, "person", "another order"),
        ("Which countries have the most customers?", NAMES, "person", "without some of its columns"),
        ("Which countries have customers, and how many?", NAMES, "wrong", "without some of its columns"),
        ("How many customers does each country have?", BY_COUNTRY.replace("AS n", "+ 1 AS n"), "wrong", "'n' is "),
    ],
)
def test_order_and_columns_count_where_the_question_asks(
    sorter: Sorter, question: str, sql: str, verdict: str, said: str
) -> None:
    found = sorter.sort(AgentAnswer(id="1", question=question, sql=sql, reference=BY_COUNTRY))
    assert (found.verdict, said in " ".join(found.why)) == (verdict, True), found
    if sql == OTHERWISE:
        assert (
            replace(sorter, order="reference")
            .sort(AgentAnswer(id="1", question=question, sql=sql, reference=BY_COUNTRY))
            .verdict
            == "wrong"
        )


def test_a_rule_that_refuses_the_reference_too_does_not_tell_who_is_wrong(sorter: Sorter) -> None:
    missing = "SELECT county, count(*) AS n FROM customers GROUP BY county"
    alone = sorter.sort(AgentAnswer(id="1", sql=missing, reference=BY_COUNTRY))
    both = sorter.sort(AgentAnswer(id="1", sql=missing, reference=f"{missing} LIMIT 5"))
    assert (alone.verdict, both.verdict) == ("wrong", "person")
    assert any("The reference is refused for the same rule." in why for why in both.why)


def test_zeros_agree_where_changed_data_has_rows(sorter: Sorter) -> None:
    [(customers,)] = sorter.runner.run("SELECT count(*) FROM customers").rows
    sql = f"SELECT {customers} - count(*) AS gone FROM customers"
    answer = AgentAnswer(id="1", sql=sql, reference=sql.replace("customers", "customers WHERE country <> 'none'"))
    assert sorter.sort(answer).verdict == "person"
    with contextlib.ExitStack() as ends:
        changed = replace(sorter, changed=copies(sorter.runner, 1, ends))
        assert changed.sort(answer).verdict == "right"


LEVEL = "(VALUES ('a', 9), ('b', 5), ('c', 5), ('d', 5), ('e', 1)) AS t (name, n)"


def among_level(reference: str, rows: str) -> AgentAnswer:
    """An answer that gives out these rows, where a reference chooses among rows that are level."""
    names = "u (x, y)" if "," in rows.split(")")[0] else "u (x)"
    return AgentAnswer(
        id="1",
        question="Which are the largest? The largest first.",
        sql=f"SELECT * FROM (VALUES {rows}) AS {names}",
        reference=reference.format(LEVEL),
    )


@pytest.mark.parametrize(
    ("reference", "rows", "verdict"),
    [
        ("SELECT name, n FROM {} ORDER BY n DESC LIMIT 2", "('a', 9), ('d', 5)", "right"),
        ("SELECT name FROM {} ORDER BY n DESC LIMIT 2", "('a'), ('d')", "right"),
        ("SELECT name FROM {} ORDER BY n DESC LIMIT 2", "('a'), ('e')", "wrong"),
        ("SELECT name FROM {} ORDER BY n DESC", "('a'), ('d'), ('b'), ('c'), ('e')", "right"),
        ("SELECT name FROM {} ORDER BY n DESC", "('a'), ('b'), ('c'), ('e'), ('d')", "wrong"),
        ("SELECT name, n FROM {} ORDER BY 2 DESC LIMIT 2", "('b', 5), ('d', 5)", "wrong"),
        ("SELECT name, n FROM {} ORDER BY n DESC LIMIT 2", "('a', 9), ('f', 5)", "wrong"),
        ("SELECT name, n FROM {} ORDER BY n DESC, name LIMIT 2", "('a', 9), ('d', 5)", "wrong"),
        ("SELECT name, n FROM {} ORDER BY n DESC LIMIT 4", "('a', 9), ('b', 5), ('b', 5), ('c', 5)", "wrong"),
        # All that are level with the last are more than the reference gives, and no less right.
        ("SELECT name, n FROM {} ORDER BY n DESC LIMIT 2", "('a', 9), ('b', 5), ('c', 5), ('d', 5)", "right"),
        ("SELECT name FROM {} ORDER BY n DESC LIMIT 2", "('a'), ('d'), ('b'), ('c')", "right"),
        ("SELECT name, n FROM {} ORDER BY n DESC LIMIT 2", "('a', 9), ('b', 5), ('c', 5), ('e', 1)", "wrong"),
        ("SELECT name, n FROM {} ORDER BY n DESC LIMIT 1", "('a', 9), ('b', 5)", "wrong"),
        ("SELECT name, n FROM {} ORDER BY n DESC LIMIT 2 OFFSET 1", "('b', 5), ('c', 5), ('d', 5)", "wrong"),
        ("SELECT name, n FROM {} LIMIT 4", "('a', 9), ('b', 5), ('c', 5), ('d', 5), ('e', 1)", "wrong"),
    ],
)
def test_rows_that_are_level_in_the_order_may_be_others(
    sorter: Sorter, reference: str, rows: str, verdict: str
) -> None:
    assert sorter.sort(among_level(reference, rows)).verdict == verdict


MANY = "(SELECT range AS id, range // 20000 AS n FROM range(40000))"


@pytest.mark.parametrize(
    ("reference", "answer", "verdict"),
    [
        # More rows are level than the limits of a result let Spotcheck read.
        (f"SELECT id FROM {MANY} AS t ORDER BY n DESC LIMIT 3", "(39999), (39998), (39997)", "person"),
        (f"SELECT id FROM {MANY} AS t LIMIT 3", "(39999), (39998), (39997)", "person"),
        (f"SELECT id FROM {MANY} AS t ORDER BY id DESC LIMIT 3", "(39999), (39998), (39990)", "wrong"),
        (f"SELECT id FROM {MANY} AS t ORDER BY n DESC LIMIT 3", "(39999), (39998)", "wrong"),
        ("SELECT DISTINCT name, n FROM {} ORDER BY n DESC LIMIT 2", "('a', 9), ('d', 5)", "right"),
        ("SELECT DISTINCT name, n FROM {} ORDER BY n DESC LIMIT 2", "('a', 9), ('e', 1)", "wrong"),
        ("SELECT * FROM {} ORDER BY n DESC LIMIT 2", "('a', 9), ('d', 5)", "right"),
        ("SELECT * FROM {} ORDER BY n DESC LIMIT 2", "('a', 9), ('f', 5)", "wrong"),
        ("SELECT name, n FROM {0} WHERE n > 4 UNION SELECT name, n FROM {0} ORDER BY n DESC LIMIT 2",
         "('a', 9), ('c', 5)", "right"),
        ("SELECT name, n FROM {} LIMIT 2", "('e', 1), ('c', 5)", "right"),
        ("SELECT name, n FROM {} LIMIT 2", "('e', 1), ('f', 5)", "wrong"),
        ("SELECT name, n FROM {} ORDER BY n DESC LIMIT 2 OFFSET 1", "('d', 5), ('c', 5)", "right"),
        ("SELECT name, n FROM {} ORDER BY n DESC LIMIT 2 OFFSET 1", "('a', 9), ('c', 5)", "wrong"),
        ("SELECT name FROM {} ORDER BY n DESC LIMIT 2 OFFSET 1 + 0", "('d'), ('c')", "person"),
        ("SELECT name || '!' FROM (SELECT name FROM {} ORDER BY n DESC LIMIT 1 OFFSET 1) AS s", "('d!')", "person"),
        ("SELECT name || '!' FROM (SELECT name FROM {} ORDER BY n DESC LIMIT 1) AS s", "('b!')", "wrong"),
        ("WITH w AS (SELECT * FROM {}) SELECT name FROM w WHERE n = (SELECT n FROM w ORDER BY n LIMIT 1)", "('a')",
         "wrong"),
        ("SELECT name, n * 1.11 FROM {} ORDER BY n DESC LIMIT 2", "('a', 10.0), ('d', 5.6)", "person"),
    ],
)  # fmt: skip
def test_rows_that_a_reference_might_have_given_prove_nothing_wrong(
    sorter: Sorter, reference: str, answer: str, verdict: str
) -> None:
    found = sorter.sort(among_level(reference, answer))
    assert found.verdict == verdict, found
    if verdict == "person":
        assert found.execution is None and found.outcome == "undecided"


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        (f"SELECT name FROM customers WHERE id IN ({', '.join('1' * 5 for _ in range(15_000))})", "at most 100,000"),
        ("SELECT st_area(country) FROM customers", "'st_area' is not on the list"),
        ("SELECT name FROM read_csv('x.csv')", "stands in the place of a table"),
        ("SELECT country::regclass FROM customers", "not a known type"),
        ("SELECT na me FROM customers WHERE", "Not checked"),
    ],
)
def test_what_the_proof_does_not_know_is_no_evidence(sorter: Sorter, sql: str, said: str) -> None:
    found = sorter.sort(AgentAnswer(id="1", question="Which names?", sql=sql, reference=NAMES))
    assert (found.verdict, found.outcome, found.execution) == ("person", "not_checked", None), found
    assert said in " ".join(found.why)


def test_what_the_proof_knows_to_be_wrong_is_evidence(sorter: Sorter) -> None:
    for sql in (
        "SELECT county FROM customers",
        "DELETE FROM customers",
        "SELECT country FROM custmers",
        "SELECT 1; SELECT 2",
    ):
        found = sorter.sort(AgentAnswer(id="1", question="Which names?", sql=sql, reference=NAMES))
        assert (found.verdict, found.outcome, found.execution) == ("wrong", "generated_failed", 0.0), sql


def test_the_command_sorts_a_file(sorter: Sorter, tmp_path: Path) -> None:
    rows = [
        {"id": "a", "sql": REVENUE, "reference": REVENUE, "as_of": "2026-11-29"},
        {"id": "b", "sql": REVENUE.replace("2026-11-01", "2026-10-31"), "reference": REVENUE},
        {"id": "c", "sql": REVENUE},
    ]
    file = tmp_path / "answers.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    store = Path(sorter.runner.place.path).with_name("spotcheck.db")
    call = ["sql", "sort", "--file", str(file), "--store", str(store)]
    done = CliRunner().invoke(spotcheck, [*call, "--json"])
    found = json.loads(done.stdout)
    assert (found["n"], found["right"], found["wrong"], found["person"]) == (3, 1, 1, 1)
    assert found["items"][1]["outcome"] == "different" and found["items"][2]["outcome"] is None
    assert "1 proved right, 1 proved wrong, 1 need a person" in CliRunner().invoke(spotcheck, call).stdout
    store.with_name("spotcheck.toml").rename(tmp_path / "spotcheck.toml")
    refused = CliRunner().invoke(spotcheck, call)
    assert isinstance(refused.exception, InputError) and "--engine" in str(refused.exception)


def test_the_file_is_read_strictly_and_scores_go_on_to_accuracy(sorter: Sorter, tmp_path: Path) -> None:
    folder = Path(sorter.runner.place.path).parent
    base = f'[sql]\nengine = "{folder / "shop.duckdb"}"\n'
    (tmp_path / "spotcheck.toml").write_text(base)

    def run(rows: list[dict[str, str]], *more: str) -> Result:
        file = tmp_path / "answers.jsonl"
        file.write_text("".join(json.dumps(row) + "\n" for row in rows))
        call = ["sql", "sort", "--file", str(file), "--store", str(tmp_path / "spotcheck.db"), *more]
        return CliRunner().invoke(spotcheck, call)

    fenced = {"id": "a", "sql": f"```sql\n{BY_COUNTRY}\n```", "reference": BY_COUNTRY, "answer": "As you see."}
    rule = {"id": "b", "sql": BY_COUNTRY, "reference": BY_COUNTRY, "required_tables": "orders"}
    count = "SELECT count(*) AS n FROM customers"
    [(customers,)] = sorter.runner.run(count).rows
    accident = {"id": "c", "sql": f"SELECT {customers} AS n", "reference": count}
    more = ("--perturb", "1", "--scores", str(tmp_path / "s.csv"))
    found = json.loads(run([fenced, rule, accident], "--json", *more).stdout)
    first, second, third = found["items"]
    assert (first["verdict"], first["words"], found["words"]["not checked"]) == ("right", "not checked", 1)
    assert second["verdict"] == "right" and "The reference does not meet this either" in second["notes"][0]
    assert third["verdict"] == "person", third
    assert "on changed data" in third["why"][0]
    assert (tmp_path / "s.csv").read_text().split() == ["case,execution,semantic", "a,1,", "b,1,", "c,1,"]
    scored = CliRunner().invoke(spotcheck, ["sql", "accuracy", "--file", str(tmp_path / "s.csv"), "--json"])
    assert json.loads(scored.stdout)["execution"]["value"] == 1
    assert "Nothing else that words say was checked" in " ".join(run([fenced]).stdout.split())
    doubled = run([fenced, {**rule, "id": "a"}])
    assert "column 'id'" in str(doubled.exception) and "line 1" in str(doubled.exception)
    for setting, said in (
        ('forbidden_columns = ["customers.emial"]', "Nearest: 'customers."),
        ('words = { "promo" = ["promotion"] }', "Nearest: 'promotions'"),
    ):
        (tmp_path / "spotcheck.toml").write_text(base + setting)
        assert said in str(run([fenced]).exception)
    (tmp_path / "spotcheck.toml").write_text(f'[sql]\nengine = "duckdb://{folder}/shop.duckdb"')
    assert "four slashes: duckdb:////" in str(run([fenced]).exception)
