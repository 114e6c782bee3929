"""The desks get the keys back after a click elsewhere on the page, but not from somebody who writes there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from adjudicate_app import build_voted_store
from annotate_app import Server, serving
from kept_contexts import page_of
from page_at_rest import at_rest, open_names

pytestmark = pytest.mark.browser

DESK = ".sc-annotator"
OPEN = {"annotate": f"{DESK}[data-assignment^='zelda-']", "adjudicate": f"{DESK}[data-assignment^='item-']"}
PEOPLE = {"annotate": ("zelda", "mia"), "adjudicate": ("mia", "zelda")}
HAS_KEYS = f"document.activeElement.closest('{DESK}') !== null"
SIDEBAR = "[data-testid=stSidebar]"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(build_voted_store(tmp_path_factory.mktemp("keys") / "s.db")) as running:
        yield running


def choose(page: Any, name: str) -> None:
    open_names(page)
    page.get_by_role("option", name=name).click()
    # The page is still at rest before the choice has reached the server, and a rerun closes an open list.
    page.wait_for_url(lambda url: f"rater={name}" in url)
    at_rest(page)


def helped(page: Any) -> None:
    """The desk hears a key: its help opens and closes."""
    page.wait_for_function(HAS_KEYS)
    page.keyboard.press("?")
    page.wait_for_selector(f"{DESK} [role=dialog]")
    page.keyboard.press("Escape")
    page.wait_for_selector(f"{DESK} [role=dialog]", state="detached")


@pytest.mark.parametrize("path", ["annotate", "adjudicate"])
def test_the_desk_has_the_keys_after_clicks_in_the_sidebar(context: Any, server: Server, path: str) -> None:
    page, (mine, other) = page_of(context), PEOPLE[path]
    page.goto(server.page(mine, "week"))
    at_rest(page)
    link = page.locator(SIDEBAR).get_by_role("link", name=path.capitalize())
    link.click()
    page.wait_for_selector(OPEN[path])
    helped(page)
    link.click()
    helped(page)
    choose(page, other)
    choose(page, mine)
    page.wait_for_selector(OPEN[path])
    helped(page)
    choose(page, mine)  # nobody else: nothing reruns
    helped(page)
    open_names(page)
    page.get_by_role("listbox").wait_for()
    page.keyboard.press("Escape")
    helped(page)


def test_the_keys_stay_with_what_is_written_and_with_what_was_tabbed_to(context: Any, server: Server) -> None:
    page = page_of(context)
    page.goto(server.page("zelda", "annotate"))
    page.wait_for_selector(OPEN["annotate"])
    at_rest(page)
    names = page.get_by_role("combobox", name="You are")
    open_names(page)
    page.get_by_role("listbox").wait_for()
    page.keyboard.press("Control+a")
    page.keyboard.type("nobody?")  # closes the list, because nothing fits
    assert page.evaluate(HAS_KEYS) is False
    assert names.input_value() == "nobody?"
    page.keyboard.press("Escape")
    page.locator(SIDEBAR).get_by_role("link", name="Rubric").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("1")
    assert page.evaluate(f"document.activeElement.closest('{SIDEBAR}') !== null")
    assert page.locator(f"{DESK} [aria-checked=true]").count() == 0
