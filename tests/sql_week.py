"""A week of answers in SQL over a small shop: some right, some wrong, one without a reference, one without a query."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from review.people.people import add_person
from review.rubric.rubric import rubric_from, save_rubric
from review.settings.project import Project, project_of
from storage.opening import open_store
from storage.records_log import Conversation, Draw, Message, Stratum
from storage.records_review import Annotation
from storage.records_weeks import Assignment, Item, Week
from storage.store import Store

WEEK, AT = "2026-W45", "2026-11-20T10:00:00.000+00:00"
SHOP = """
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, country TEXT);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, amount REAL, made DATE);
INSERT INTO customers VALUES (1, 'Ana', 'DE'), (2, 'Ben', 'FR'), (3, 'Eva', 'DE');
INSERT INTO orders VALUES (1, 1, 20, '2026-10-01'), (2, 1, 30, '2026-10-02'), (3, 2, 5, '2026-11-03');
"""
BY_COUNTRY = (
    "SELECT c.country, sum(o.amount) AS total FROM orders o JOIN customers c ON c.id = o.customer_id "
    "GROUP BY c.country ORDER BY c.country"
)
ANSWERS: dict[str, tuple[str, str, str]] = {
    "right": ("Sales by country?", BY_COUNTRY, BY_COUNTRY),
    "also": ("How many orders?", "SELECT count(*) AS n FROM orders", "SELECT count(id) AS orders FROM orders"),
    "wrong": ("Sales by country, please", BY_COUNTRY.replace("sum(", "max("), BY_COUNTRY),
    "writes": ("Delete everything", "DELETE FROM orders", "SELECT 1 AS one"),
    "empty": ("Orders of Spain?", "SELECT id FROM orders WHERE id > 90", "SELECT id FROM orders WHERE id > 91"),
    "alone": ("How many customers?", "SELECT count(*) FROM customers", ""),
    "masked": ("Orders of a person?", "SELECT id FROM customers WHERE name = '[NAME_1]'", "SELECT 1 AS id"),
    "talk": ("Where is my order?", "", ""),
}
"""By item: the question, the query, and its reference in the log."""
SAID = "Sales of 123,456 EUR in all."
"""What every answer says in words, which no result explains."""


def settings(folder: Path) -> str:
    """A spotcheck.toml whose engine is the shop."""
    return f'[sql]\nengine = "sqlite:////{str(folder / "shop.db").lstrip("/")}"\n[rubric]\npreset = "sql"\n'


def sql_week(folder: Path, *, reveal: bool = True) -> tuple[Store, Project]:
    """Make the shop and the store; lea leads, eva adjudicates, ana and ben hold every item.

    ``reveal`` tells whether reviewers see verdicts after submission.
    """
    connection = sqlite3.connect(folder / "shop.db")
    connection.executescript(SHOP)
    connection.close()
    (folder / "spotcheck.toml").write_text(settings(folder), encoding="utf-8")
    store = open_store(folder / "spotcheck.db")
    project = project_of(store.path)
    for name, role in (("lea", "lead"), ("eva", "adjudicator"), ("ana", "annotator"), ("ben", "annotator")):
        add_person(store, name, role=role, by="test")
    assert project.rubric is not None
    save_rubric(store, rubric_from({**project.rubric, "reveal": reveal}), by="lea")
    with store.transaction():
        store.add(*_rows())
    return store, project


def _rows() -> list[object]:
    week = Week(
        name=WEEK, opened_at=AT, opened_by="lea", due="2099-11-27", seed=WEEK, unit="session", overlap=1.0,
        overlap_raters=2, raters=("ana", "ben"), rubric_version=1,
    )  # fmt: skip
    n = len(ANSWERS)
    rows: list[object] = [
        week,
        Draw(id="d", week=WEEK, at=AT, by="lea", source="log", seed=WEEK, key_rule="key", rate=1, frame={}, digest="0"),
        Stratum(id="s", draw_id="d", week=WEEK, name="rest", population=n, sampled=n, probability=1.0),
    ]
    for k, (name, (question, sql, reference)) in enumerate(ANSWERS.items()):
        said: tuple[Message, ...] = ({"role": "user", "content": question}, {"role": "assistant", "content": SAID})
        rows += [
            Conversation(
                id=name, source="production", source_id=name, created_at="2026-11-05T10:00:00+00:00", week=WEEK,
                messages=said, sql=sql or None, metadata={"reference_sql": reference} if reference else {},
            ),
            Item(id=name, conversation_id=name, week=WEEK, at=AT, draw_id="d", stratum="rest", overlap=True),
            *(
                Assignment(id=f"{name}-{who}", item_id=name, rater_id=who, week=WEEK, position=k, rubric_version=1,
                           at=AT, by="lea")
                for who in ("ana", "ben")
            ),
        ]  # fmt: skip
    return rows


def said(item: str, value: str, *, rater: str = "ana") -> Annotation:
    """What somebody says of the meaning of one answer."""
    return Annotation(
        submission_id=f"{item}-{rater}-{value}", assignment_id=f"{item}-{rater}", item_id=item, rater_id=rater,
        rubric_version=1, labels={"semantic_accuracy": value}, at=AT,
    )  # fmt: skip
