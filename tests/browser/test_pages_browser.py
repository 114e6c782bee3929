"""Every page in a real browser: by its own address on a fresh server, without a request that leaves the machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import app_pages
import pytest
from annotate_app import Server, serving
from page_at_rest import at_rest

from storage.store import open_store

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server(demo_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    copy = tmp_path_factory.mktemp("pages") / "spotcheck.db"
    open_store(demo_path).backup(copy)
    with serving(open_store(copy)) as running:
        yield running


def settled(page: Any) -> Any:
    at_rest(page)
    assert page.locator("[data-testid=stException]").count() == 0
    return page


def test_the_first_request_of_a_fresh_server_may_be_for_any_page(server: Server, context: Any) -> None:
    """Must run first: only the first request of a server shows whether the router runs before any navigation."""
    page = context.new_page()
    page.goto(f"{server.url}/agreement?rater=mara")
    settled(page)
    assert page.locator("h1").first.inner_text() == "Agreement"
    assert page.url.endswith("/agreement?rater=mara")


@pytest.mark.parametrize("name", app_pages.pages())
def test_every_page_has_its_address_asks_nobody_else_and_fits(server: Server, context: Any, name: str) -> None:
    asked: list[str] = []
    page = context.new_page()
    page.on("request", lambda r: asked.append(r.url))
    page.goto(f"{server.url}/{name}?rater=visitor")
    settled(page)
    assert page.url.split("?")[0].endswith(f"/{name}")
    assert "rater=visitor" in page.url
    foreign = [u for u in asked if not u.startswith((server.url, server.url.replace("http", "ws"), "data:", "blob:"))]
    assert foreign == []
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        page.wait_for_function(f"window.innerWidth === {width}")
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 1, f"{name} scrolls sideways at {width} px"


def test_the_bare_address_leads_to_the_week_and_navigation_keeps_the_rater(server: Server, context: Any) -> None:
    page = context.new_page()
    page.goto(f"{server.url}/?rater=mara")
    settled(page)
    page.wait_for_url("**/week?rater=mara")
    page.get_by_role("link", name="Judges").first.click()
    page.wait_for_url("**/judges?rater=mara")
    settled(page)
    assert page.locator("h1").first.inner_text() == "Judges"


def test_who_is_mistyped_in_the_address_chooses_a_name(server: Server, context: Any) -> None:
    page = context.new_page()
    page.goto(f"{server.url}/settings?rater=maraa")
    settled(page)
    page.get_by_text("Nobody called 'maraa' is in this store").wait_for()
    assert page.locator("h1").count() == 0 and page.url.endswith("/settings?rater=maraa")
    page.get_by_role("combobox", name="You are").click()
    page.get_by_role("option", name="mara · adjudicator").click()
    page.wait_for_url("**/settings?rater=mara")
    settled(page)
    assert page.locator("h1").first.inner_text() == "Settings"
