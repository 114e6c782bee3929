"""Words of an order, numbers and nothing, in German and English, in questions and answers."""

import sqlite3
from collections.abc import Iterator

import pytest

from review.sql.execution.runner import Runner
from review.sql.lane.sorting import AgentAnswer, Sorter
from review.sql.lane.wishes import order_asked
from review.sql.results.written import figures_in

SORTED = (
    "Alle Kunden, sortiert nach Umsatz", "Umsatz absteigend", "aufsteigend nach Namen", "in alphabetischer Reihenfolge",
    "nach Datum geordnet", "der Reihe nach", "vom größten zum kleinsten", "Die größten zuerst", "chronologisch",
    "Rangliste der Filialen", "Ordne die Kunden nach Alter", "Sortiere nach Preis", "nach dem Alter gestaffelt",
)  # fmt: skip
PERHAPS = (
    "Welche Filialen haben die meisten Bestellungen?", "Wer hat den höchsten Umsatz?", "Umsatz im Zeitverlauf",
    "Die teuersten Produkte", "Which shops have the most orders?", "the customers with the highest revenue",
)  # fmt: skip
NO_ORDER = (
    "Wie viele Kunden gibt es?", "Was wurde bestellt?", "Welche Sorten gibt es?", "Der geordnete Rückzug",
    "Wie viele Bestellungen je Filiale?",
)  # fmt: skip


@pytest.mark.parametrize(("asked", "questions"), [("yes", SORTED), ("perhaps", PERHAPS), ("no", NO_ORDER)])
def test_an_order_is_asked_for_in_words(asked: str, questions: tuple[str, ...]) -> None:
    found = {one: order_asked(one, "SELECT a FROM t ORDER BY a", "sqlite") for one in questions}
    assert set(found.values()) == {asked}, found


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Es gab zwölf Kunden und vier Filialen.", [12, 4]),
        ("einundzwanzig, dreihundertfünfundvierzig, hundertelf", [21, 345, 111]),
        ("Zweitausenddreihundert Stück, eintausendeins Mal, tausend Dank", [2300, 1001, 1000]),
        ("zwei Millionen Euro, 3 Millionen", [2_000_000, 3_000_000]),
        ("in den letzten zwölf Monaten, zwei Drittel, eine Bestellung, ein Kunde, Achtung, Hunderte, Dreieck", []),
    ],
)
def test_numbers_in_german_words(text: str, values: list[int]) -> None:
    assert [int(one.value) for one in figures_in(text)] == values


@pytest.fixture(scope="module")
def sorter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sorter]:
    file = tmp_path_factory.mktemp("words") / "w.db"
    with sqlite3.connect(file) as made:
        made.execute("CREATE TABLE orders (id INTEGER, town TEXT)")
        made.executemany("INSERT INTO orders VALUES (?, ?)", [(k, "Graz") for k in range(12)])
    with Runner(f"sqlite:///{file}") as runner:
        yield Sorter(runner=runner, schema=runner.schema)


ENGLISH, GERMAN = "How many orders are there?", "Wie viele Bestellungen gibt es?"


@pytest.mark.parametrize(
    ("question", "answer", "none", "some"),
    [
        (ENGLISH, "There are no orders.", "right", "person"),
        (ENGLISH, "There aren't any orders in March.", "right", "person"),
        (ENGLISH, "No orders were found.", "right", "person"),
        (GERMAN, "Es gibt keine Bestellungen.", "right", "person"),
        (GERMAN, "Keine Bestellungen gefunden.", "right", "person"),
        (GERMAN, "Es gibt zwölf Bestellungen.", "wrong", "right"),
        (GERMAN, "Es gibt einundzwanzig Bestellungen.", "wrong", "wrong"),
    ],
)
def test_words_of_nothing_and_of_numbers_are_traced(
    sorter: Sorter, question: str, answer: str, none: str, some: str
) -> None:
    for verdict, where in ((none, "id > 99"), (some, "id < 99")):
        sql = f"SELECT count(*) AS n FROM orders WHERE {where}"
        found = sorter.sort(
            AgentAnswer(id="1", sql=sql, reference=sql.replace("*", "id"), question=question, answer=answer)
        )
        # Two counts of 0 with the same conditions are right.
        assert found.verdict == verdict, found
        assert (found.words == "figures traced") == (verdict == "right")


@pytest.mark.parametrize(
    "answer", ["There are no other orders.", "No doubt: Graz has most.", "There are no orders but 12."]
)
def test_words_of_something_else_that_is_not_there(sorter: Sorter, answer: str) -> None:
    sql = "SELECT count(*) AS n FROM orders"
    asked = AgentAnswer(id="1", sql=sql, reference=sql, question=ENGLISH, answer=answer)
    assert sorter.sort(asked).verdict == "right"
