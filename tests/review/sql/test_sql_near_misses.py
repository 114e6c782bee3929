"""Answers that differ from a reference in a way that proves nothing: columns joined, signs, the clock, other shapes."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from review.commands.cli import spotcheck
from review.sql.execution.perturbed import copies
from review.sql.execution.runner import Runner
from review.sql.lane.sorting import AgentAnswer, Sorter

STAFF = "SELECT first, last FROM authors ORDER BY id"
JOINED = "SELECT first || ' ' || last AS author"
BY_YEAR = "SELECT 2025 AS y, 410 AS loans UNION ALL SELECT 2026, 377"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("library") / "library.db"
    with sqlite3.connect(file) as store:
        store.execute("CREATE TABLE authors (id INTEGER PRIMARY KEY, first TEXT, last TEXT, town TEXT)")
        some = [("Ida", "Berg", "Graz"), ("Uwe", "Lind", "Lyon"), ("Ada", "Noor", "Graz"), ("Eva", "Roth", "Bern")]
        store.executemany("INSERT INTO authors (first, last, town) VALUES (?, ?, ?)", some)
        store.execute("CREATE TABLE loans (id INTEGER PRIMARY KEY, day TEXT)")
        store.executemany("INSERT INTO loans (day) VALUES (?)", [("2020-02-03",), ("2020-02-17",), ("2020-05-01",)])
    return file


@pytest.fixture(scope="module")
def sorter(library: Path) -> Iterator[Sorter]:
    with Runner(f"sqlite:///{library}") as runner:
        yield Sorter(runner=runner, schema=runner.schema, extra_columns=True)


@pytest.mark.parametrize(
    ("sql", "reference", "verdict"),
    [
        (f"{JOINED}, town FROM authors", STAFF, "right"),
        (f"SELECT id, {JOINED[7:]}, town FROM authors", STAFF, "right"),
        (f"SELECT id, {JOINED[7:]}, town FROM authors", STAFF.replace("last", "last, town"), "right"),
        ("SELECT id, first, last FROM authors", f"{JOINED} FROM authors", "right"),
        ("SELECT first, last, town FROM authors", f"{JOINED} FROM authors", "right"),
        (f"{JOINED}, town FROM authors WHERE id < 4 UNION SELECT 'Eva Rath', 'Bern'", STAFF, "wrong"),
        ("SELECT first || ' ' || town AS author, id FROM authors", STAFF, "wrong"),
    ],
)
def test_a_name_in_one_text_stands_beside_other_columns(sorter: Sorter, sql: str, reference: str, verdict: str) -> None:
    given = AgentAnswer(id="1", question="Who are our authors?", sql=sql, reference=reference)
    assert sorter.sort(given).verdict == verdict, sorter.sort(given)
    strict = replace(sorter, extra_columns=False).sort(given)
    assert strict.verdict == ("wrong" if verdict == "wrong" else "person"), strict


@pytest.mark.parametrize(
    ("question", "sql", "reference", "verdict"),
    [
        ("How much lower were loans in May?", "SELECT -33 AS d", "SELECT 33 AS d", "person"),
        ("How did loans change?", "SELECT 'a' AS k, -33.5 AS d", "SELECT 'a' AS k, 33.5 AS d", "person"),
        ("What is the balance?", "SELECT -33 AS d", "SELECT 33 AS d", "wrong"),
        ("How much lower were loans?", "SELECT -33 AS d", "SELECT 34 AS d", "wrong"),
        ("How much lower were loans?", "SELECT -33 AS d, 5 AS n", "SELECT 33 AS d, 6 AS n", "wrong"),
        ("What share is overdue?", "SELECT 11 AS pct", "SELECT 10.638 AS pct", "person"),
        ("What share is overdue?", "SELECT 12 AS pct", "SELECT 10.638 AS pct", "wrong"),
        ("What is the mean rating?", "SELECT 4 AS r", "SELECT 3.7 AS r", "wrong"),
        ("Loans by year", BY_YEAR, "SELECT 410 AS loans_2025, 377 AS loans_2026", "person"),
        ("Loans by year", BY_YEAR, "SELECT 410 AS loans_2025, 378 AS loans_2026", "wrong"),
    ],
)
def test_signs_decimals_and_shapes_are_for_a_person(
    sorter: Sorter, question: str, sql: str, reference: str, verdict: str
) -> None:
    found = sorter.sort(AgentAnswer(id="1", question=question, sql=sql, reference=reference))
    assert found.verdict == verdict, found
    assert found.execution == (0.0 if verdict == "wrong" else None)


NEWEST = "SELECT count(*) AS n FROM loans WHERE day > date('now', '-30 days')"
FIXED = "SELECT count(*) AS n FROM loans WHERE day > date('2020-03-01', '-30 days')"


def test_a_query_that_reads_the_clock_is_not_wrong_about_another_day(sorter: Sorter) -> None:
    asked = AgentAnswer(id="1", question="How many loans?", sql=NEWEST, reference=FIXED, answer="There were 3 loans.")
    late = sorter.sort(replace(asked, as_of=date(2020, 3, 1)))
    assert (late.verdict, late.execution) == ("person", None) and "reads the clock" in late.why[0]
    turned = sorter.sort(replace(asked, sql=FIXED, reference=NEWEST, as_of=date(2020, 3, 1)))
    assert turned.verdict == "person" and "The reference reads the clock" in turned.why[0]
    for same_day in (None, datetime.now(UTC).date()):
        assert sorter.sort(replace(asked, as_of=same_day)).verdict == "wrong"
    broken = replace(asked, sql=NEWEST.replace("count(*)", "count(nothing)"), as_of=date(2020, 3, 1))
    assert sorter.sort(broken).verdict == "wrong"


def test_changed_data_do_not_count_columns_that_may_stand(sorter: Sorter) -> None:
    asked = AgentAnswer(id="1", question="Who?", sql="SELECT first, last, town FROM authors", reference=STAFF)
    by_chance = replace(asked, sql="SELECT first, last, town FROM authors WHERE id BETWEEN 1 AND 4 OR id = 2")
    with ExitStack() as ends:
        changed = replace(sorter, changed=copies(sorter.runner, 2, ends))
        assert changed.sort(asked).verdict == changed.sort(by_chance).verdict == "right"
        other = replace(asked, sql="SELECT first, last, town FROM authors WHERE (SELECT count(*) FROM authors) = 4")
        assert changed.sort(other).verdict == "person"


def test_scores_are_those_of_the_verdicts(library: Path, tmp_path: Path) -> None:
    count = "SELECT count(*) AS n FROM authors"
    rows = [
        {"id": "right", "sql": count, "reference": "SELECT count(id) FROM authors"},
        {"id": "differs", "sql": "SELECT 7 AS n", "reference": count},
        {"id": "column", "sql": "SELECT surname FROM authors"},
        {"id": "refused", "sql": "DELETE FROM authors", "reference": count},
        {"id": "words", "sql": count, "reference": count, "answer": "There are 5,218 authors."},
        {"id": "unmatched", "sql": count, "answer": "There are 5,218 authors."},
        {"id": "sign", "question": "How much lower?", "sql": "SELECT -7 AS n", "reference": "SELECT 7 AS n"},
        {"id": "alone", "sql": count},
    ]
    (tmp_path / "answers.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    call = ["sql", "sort", "--file", str(tmp_path / "answers.jsonl"), "--engine", f"sqlite:///{library}"]
    call += ["--store", str(tmp_path / "s.db"), "--scores", str(tmp_path / "scores.csv"), "--json"]
    done = CliRunner().invoke(spotcheck, call)
    assert done.exit_code == 0, done.output
    assert (tmp_path / "scores.csv").read_text().split()[1:] == [
        "right,1,", "differs,0,", "column,0,", "refused,0,", "words,1,0", "unmatched,,0", "sign,,", "alone,,",
    ]  # fmt: skip
