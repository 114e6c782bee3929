"""What the keyboard writes and what it commands: digits in a filter, other layouts of the keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from annotate_app import Server, build_store, serving
from annotate_desk import all_saved, at_item, opened, press, rows

pytestmark = pytest.mark.browser

NUMBERED = [f"intent_{k:02d}" for k in range(40)]
LONG = {
    "dimensions": [
        {"name": "intent", "scale": "nominal", "values": [*NUMBERED, "card_arrival", "card_lost"]},
        {"name": "politeness", "scale": "ordinal", "values": ["rude", "neutral", "friendly"], "keys": ["1", "2", "п"]},
    ]
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A long list whose values end in digits, and values with keys of another script."""
    store = build_store(tmp_path_factory.mktemp("typing") / "s.db", items=6, raters=("ana", "ben", "eva"), rubric=LONG)
    with serving(store) as running:
        yield running


def hits(page: Any) -> dict[str, str]:
    """The values that the filter leaves, with the digit that each one shows."""
    found = page.locator("[data-field=intent] .sc-list [data-value]").all()
    return {one.get_attribute("data-value"): one.locator("kbd").inner_text() for one in found}


def test_a_digit_filters_while_a_value_matches_and_otherwise_picks(context: Any, server: Server) -> None:
    page = opened(context, server, "ana")
    page.keyboard.type("intent_3")
    assert list(hits(page))[:10] == NUMBERED[30:]
    assert set(hits(page).values()) == {""}, "no digit picks where each one filters on"
    page.keyboard.type("1")
    assert list(hits(page)) == ["intent_31"]
    press(page, "Enter", "2", "Enter")
    at_item(page, "ana-0001")
    page.keyboard.type("card")
    assert hits(page) == {"card_arrival": "1", "card_lost": "2"}
    press(page, "2", "1", "Enter")
    at_item(page, "ana-0002")
    press(page, "2", "2", "Enter")  # nothing is typed yet: the second of all
    at_item(page, "ana-0003")
    all_saved(page)
    assert list(rows(server, "ana").values()) == [
        {"intent": "intent_31", "politeness": "neutral"},
        {"intent": "card_lost", "politeness": "rude"},
        {"intent": "intent_01", "politeness": "neutral"},
    ]


def test_a_digit_pressed_outside_the_filter_continues_its_text(context: Any, server: Server) -> None:
    page = opened(context, server, "ben")
    page.keyboard.type("intent_2")
    page.locator("[data-testid=annotator]").evaluate("(root) => root.focus()")
    page.keyboard.type("7")
    assert list(hits(page)) == ["intent_27"]


PRESSED = """([key, code, ctrlKey]) => document.activeElement.dispatchEvent(
  new KeyboardEvent('keydown', { key, code, ctrlKey, bubbles: true, cancelable: true }))"""


def test_letters_command_on_a_cyrillic_keyboard_by_their_place(context: Any, server: Server) -> None:
    page = opened(context, server, "eva")
    page.keyboard.type("card")
    press(page, "1")
    page.wait_for_selector("[data-field=politeness][data-focus]")
    page.evaluate(PRESSED, ["г", "KeyU", True])  # with a modifier it is the browser's
    page.evaluate(PRESSED, ["с", "KeyC", False])
    assert page.evaluate("document.activeElement.dataset.note") == "comment"
    press(page, "Escape")
    page.evaluate(PRESSED, ["Г", "KeyU", False])
    page.wait_for_selector("[data-field=intent][data-focus]")
    assert page.text_content("[data-field=intent] .sc-chosen") == ""
    press(page, "1")
    page.wait_for_selector("[data-field=politeness][data-focus]")
    page.evaluate(PRESSED, ["п", "KeyG", False])  # a value has this key, so it does not show the guidance
    press(page, "Enter")
    at_item(page, "eva-0001")
    all_saved(page)
    assert page.get_attribute("[data-testid=annotator]", "data-guidance") is None
    assert rows(server, "eva") == {"eva-0000": {"intent": "intent_00", "politeness": "friendly"}}
