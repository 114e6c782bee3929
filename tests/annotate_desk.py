"""The hands of a reviewer at the annotate page: what every browser test of it does."""

from __future__ import annotations

from typing import Any

from annotate_app import Server
from kept_contexts import page_of
from page_at_rest import at_rest
from playwright.sync_api import TimeoutError as TooLate

from storage.records_review import Annotation, Withdrawal

ROOT = "[data-testid=annotator]"
SHOWN = ".sc-slot:not([inert])"
"""The item on the screen; the next one stands ready beside it, invisible and inert."""
KEYS = ("1", "4", "3", "Enter")
LABELS = {"correctness": "wrong", "usefulness": "great", "politeness": "friendly"}
"""What these keys say under the rubric of three dimensions."""
FINE_KEYS = ("3", "4", "3")
FINE = {**LABELS, "correctness": "correct"}
"""An answer that needs no word more, so that the item may go without Enter."""


def opened(context: Any, server: Server, rater: str) -> Any:
    return shown(page_of(context), server, rater)


def shown(page: Any, server: Server, rater: str) -> Any:
    page.goto(server.page(rater))
    page.wait_for_selector(f"{ROOT}[data-assignment^='{rater}-']")
    at_rest(page)
    return page


def by_itself(page: Any, delay: int) -> None:
    """Choose in the dialog of keys that a finished item goes after ``delay`` milliseconds."""
    page.keyboard.press("?")
    page.get_by_label("Delay before an answered item is submitted").fill(str(delay))
    page.keyboard.press("Escape")


def at_item(page: Any, assignment: str) -> None:
    """Wait for an item on the screen. When it does not come, the message says what stands there instead."""
    try:
        page.wait_for_selector(f"{ROOT}[data-assignment='{assignment}']")
    except TooLate as late:
        there = [one.get_attribute("data-assignment") for one in page.locator(ROOT).all()]
        words = page.locator("body").inner_text()[-600:]
        raise AssertionError(f"expected {assignment}, found {there} at {page.url}:\n{words}") from late


def here(page: Any) -> str:
    return str(page.get_attribute(ROOT, "data-assignment"))


def all_saved(page: Any) -> None:
    page.wait_for_selector(f"{ROOT}[data-unsaved='0']")


def press(page: Any, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def checked(page: Any, dimension: str) -> list[str]:
    found = page.locator(f"[data-dimension='{dimension}'][aria-checked=true]")
    return [one.get_attribute("data-value") for one in found.all()]


def said(page: Any, words: str) -> None:
    """Wait until the live region has told it."""
    page.wait_for_function("(words) => document.querySelector('.sc-live').textContent.includes(words)", arg=words)


def rows(server: Server, rater: str) -> dict[str, Any]:
    """Assignment -> labels of the annotations that were not withdrawn; fails on two for one assignment."""
    gone = {w.withdraws for w in server.store.find(Withdrawal, rater_id=rater)}
    kept = [a for a in server.store.find(Annotation, rater_id=rater) if a.submission_id not in gone]
    assert len({a.assignment_id for a in kept}) == len(kept)
    return {a.assignment_id: a.labels for a in kept}


def expected(rater: str, count: int, labels: dict[str, Any] = LABELS) -> dict[str, Any]:
    return {f"{rater}-{k:04d}": labels for k in range(count)}
