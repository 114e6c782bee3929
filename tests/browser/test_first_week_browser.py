"""The first week of an empty store as its people walk through it: pages alone, and no page quotes a command."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from annotate_app import Server, serving
from kept_contexts import page_of
from page_at_rest import at_rest

from review.basics.weeks import week_of
from review.people.people import add_person
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import rubric_from, save_rubric
from storage.opening import open_store
from storage.records_golden import GoldenExample, Release
from storage.records_review import Adjudication, Annotation
from storage.records_weeks import WeekClosing

pytestmark = pytest.mark.browser

LAST_WEEK = datetime.now(UTC) - timedelta(days=7)
WEEK = week_of(LAST_WEEK)
COMMAND = re.compile(r"spotcheck [a-z]|(?<![\w-])--[a-z]")
CORRECT = ("3", "1", "2", "Enter")
"""Correct, about an order, neutral."""
WRONG = ("1", "1", "Enter", "1", "2", "Enter")
"""Wrong, because of a wrong fact, about an order, neutral."""


class Person(NamedTuple):
    """Somebody at the application. ``page`` is their browser."""

    page: Any
    server: Server

    def come(self, name: str, path: str = "") -> None:
        self.page.goto(f"{self.server.url}/{path}?rater={name}")
        at_rest(self.page)

    def reads(self, *words: str) -> None:
        """Wait for these words, then look at the whole page: no error, and no command."""
        for one in words:
            self.page.get_by_text(one).first.wait_for()
        at_rest(self.page)
        assert self.page.locator("[data-testid=stException]").count() == 0
        assert COMMAND.findall(self.page.locator("body").inner_text()) == []

    def clicks(self, name: str, role: str = "button") -> None:
        self.page.get_by_role(role, name=name).first.click()
        at_rest(self.page)

    def goes_to(self, title: str) -> None:
        self.page.locator("[data-testid=stSidebarNav]").get_by_role("link", name=title, exact=True).click()
        self.page.wait_for_url(lambda url: f"/{title.lower()}" in url)
        at_rest(self.page)

    def labels(self, *items: tuple[str, ...]) -> None:
        """Answer one item after the other by keyboard, and wait until the server has them."""
        for left, keys in zip(range(len(items), 0, -1), items, strict=True):
            self.page.locator("[data-testid=annotator]").get_by_text(f"{left} left").first.wait_for()
            for key in keys:
                self.page.keyboard.press(key)
        self.page.wait_for_selector("[data-testid=annotator][data-unsaved='0'][data-assignment='']")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Four conversations of the week that ended last."""
    rows = [
        {
            "id": f"c{k}",
            "created_at": LAST_WEEK.isoformat(),
            "question": f"Where is order {k}?",
            "answer": "On its way.",
        }
        for k in range(4)
    ]
    file = tmp_path / "chats.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return file


@pytest.fixture
def empty(tmp_path: Path) -> Any:
    """What an installation leaves: a lead and the rubric that it comes with."""
    store = open_store(tmp_path / "spotcheck.db")
    add_person(store, "Lea", role="lead", by="setup")
    save_rubric(store, rubric_from(DEFAULT_RUBRIC), by="lea")
    return store


def test_a_team_comes_from_an_empty_store_to_a_closed_week_by_pages_alone(empty: Any, log: Path, context: Any) -> None:
    with serving(empty) as server:
        person = Person(page_of(context), server)
        brings_people_in(person)
        brings_conversations_in(person, log)
        draws(person)
        reviews(person, "ana", CORRECT)
        reviews(person, "ben", WRONG)
        assert len(empty.find(Annotation)) == 8
        settles(person)
        assert [a.labels["correctness"] for a in empty.find(Adjudication)] == ["correct"]
        curates(person)
        assert len(empty.find(GoldenExample)) == 4 and [r.size for r in empty.find(Release)] == [4]
        closes(person)
        assert [c.reason for c in empty.find(WeekClosing)] == [""]


def brings_people_in(lead: Person) -> None:
    lead.come("lea")
    lead.reads("First steps", "Four steps lead to the first week", "Two or more reviewers show how far people agree")
    lead.clicks("Add people")
    for name, role in (("Ana", "annotator"), ("Ben", "annotator"), ("Mia", "adjudicator")):
        lead.page.get_by_label("Name, or the id").fill(name)
        lead.page.get_by_role("radio", name=role, exact=True).click()
        lead.clicks("Save")
        lead.reads(f"{name} is {role}")


def brings_conversations_in(lead: Person, log: Path) -> None:
    lead.clicks("First steps", "link")
    lead.reads("Ana and Ben can review.")
    lead.clicks("Bring in conversations")
    lead.page.locator("input[type=file]").set_input_files(log)
    lead.reads("All 4 rows: readable", "Where is order 0?")
    lead.clicks("Import chats.jsonl")
    lead.reads("4 conversations of chats.jsonl came in.", "Draw a week")


def draws(lead: Person) -> None:
    lead.clicks("First steps", "link")
    lead.reads(f"4 conversations are in the log, {WEEK}.", f"{WEEK} is the latest week with conversations.")
    lead.clicks("Look at the rubric")
    lead.reads("Version 1", "Would the user, acting on this answer alone")
    lead.clicks("First steps", "link")
    lead.clicks("Draw the first week")
    lead.reads("You can draw a week once it has ended.")
    rate = lead.page.get_by_label("Rate, in % of all").first
    rate.fill("100")
    rate.press("Enter")
    at_rest(lead.page)
    lead.page.get_by_role("slider").first.press("End")
    at_rest(lead.page)
    lead.clicks("Preview")
    lead.reads("What you get for how many minutes")
    lead.clicks("Draw and deal")
    lead.reads(f"4 items drawn, 8 assignments dealt; {WEEK} is open.")
    lead.clicks("To the week", "link")
    lead.reads(f"Week {WEEK}", "8 items are with reviewers")


def reviews(reviewer: Person, name: str, first: tuple[str, ...]) -> None:
    reviewer.come(name, "week")
    reviewer.reads("Review your 4 items")
    reviewer.clicks("Review your 4 items", "link")
    reviewer.labels(first, CORRECT, CORRECT, CORRECT)
    reviewer.reads("Nothing left for you this week", "4 items reviewed. Thank you.")


def settles(adjudicator: Person) -> None:
    adjudicator.come("mia", "week")
    adjudicator.reads("Settle 1 disagreement")
    adjudicator.clicks("Settle 1 disagreement", "link")
    adjudicator.page.wait_for_selector("[data-testid=adjudicator]:not([data-assignment=''])")
    for key in ("3", "3", "Enter"):
        adjudicator.page.keyboard.press(key)
    adjudicator.reads("No disagreement is open")
    adjudicator.page.wait_for_selector("[data-testid=adjudicator][data-unsaved='0']")


def curates(curator: Person) -> None:
    curator.goes_to("Golden")
    curator.reads("4 candidates", "Approve together · 3", "One at a time · 1")
    for row in range(3):
        at_cell(curator, BOX, row)
    curator.clicks("Approve 3 items")
    curator.reads("1 candidate", "Each of these needs a look.")
    at_cell(curator, CELL, 0)
    curator.reads("On its way.")
    curator.clicks("Approve")
    curator.clicks("Approve as golden")
    curator.reads("No settled item is waiting for approval.")
    curator.clicks("Releases", "radio")
    curator.reads("Release the 4 current examples")
    curator.clicks("Release")
    curator.reads("v1 is released: 4 examples")


BOX, CELL, FIRST, ROW = 16, 120, 52, 35
"""Pixels from the edge of a table to its boxes, to a cell, to its first row, and from one row to the next."""


def at_cell(person: Person, x: int, row: int) -> None:
    """Click into a row of the first table, which is drawn and has no elements."""
    place = {"x": x, "y": FIRST + ROW * row}
    person.page.locator("[data-testid=stDataFrame] .dvn-scroller").first.click(position=place)
    at_rest(person.page)


def closes(lead: Person) -> None:
    lead.come("lea", "week")
    lead.reads("Close the week", "Every item that was dealt is reviewed, and every disagreement is settled.")
    lead.clicks("Close the week")
    lead.page.get_by_role("button", name="Close", exact=True).click()
    lead.reads("Nothing: the week is closed.")
    lead.clicks("Report", "radio")
    lead.reads("How good is production?", "Do people agree?")
