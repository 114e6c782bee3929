"""Whether every page can be used by everybody: axe-core in light and dark, over our parts and the colours of all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import app_pages
import pytest
from annotate_app import Server, serving
from axe import grave, needs_axe
from page_at_rest import at_rest

from storage.store import open_store

pytestmark = [pytest.mark.browser, needs_axe]

OURS = '[class^="sc-"], [class*=" sc-"], [data-testid="stHtml"]'
"""What we render ourselves; the rest is Streamlit's markup, of which we choose the colours alone."""

EXEMPT: dict[str, str] = {}
"""Selectors of Streamlit's own markup whose contrast is beyond our reach, with the reason. None is at the moment."""

VIEWS = [f"judges?view={view}" for view in ("trust", "read", "improve", "compare", "time", "runs")]
PATHS = [*(name for name in app_pages.pages() if name != "judges"), *VIEWS]
PARTS = {"agreement": ".sc-turn", "judges?view=read": ".sc-turn", "rubric": ".sc-form"}
"""Pages with parts of our own, which must be there to be looked at, on a narrow screen too. The desks have a test of
their own, ``test_accessibility_browser.py``."""

UNFOLD = """() => document.querySelectorAll("[data-testid=stExpander] details:not([open]) > summary")
  .forEach((one) => one.click())"""
UNFOLDED = "() => !document.querySelector('[data-testid=stExpander] details:not([open])')"
THEME = "(scheme) => getComputedStyle(document.querySelector('[data-testid=stApp]')).colorScheme === scheme"


@pytest.fixture(scope="module")
def server(demo_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    copy = tmp_path_factory.mktemp("axe") / "spotcheck.db"
    open_store(demo_path).backup(copy)
    with serving(open_store(copy)) as running:
        yield running


def opened(context: Any, server: Server, path: str) -> Any:
    """A page whose script has ended, everything unfolded."""
    page = context.new_page()
    page.goto(f"{server.url}/{path}{'&' if '?' in path else '?'}rater=visitor")
    at_rest(page)
    page.evaluate(UNFOLD)
    page.wait_for_function(UNFOLDED)
    return page


def coloured(page: Any, scheme: str) -> None:
    """Change the system's scheme, which the theme follows."""
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.wait_for_function(THEME, arg=scheme)
    at_rest(page)


def faults(page: Any) -> list[dict[str, Any]]:
    """What is grave in our parts, and words without contrast anywhere."""
    found = [one for one in grave(page, OURS) if one["ours"] or one["rule"] == "color-contrast"]
    beyond = "([at, all]) => all.some((one) => document.querySelector(at)?.closest(one))"
    return [one for one in found if not page.evaluate(beyond, [one["at"], list(EXEMPT)])]


@pytest.mark.parametrize("path", PATHS)
def test_axe_finds_nothing_grave_on_any_page(context: Any, server: Server, path: str) -> None:
    page = opened(context, server, path)
    if path in PARTS:
        assert page.locator(PARTS[path]).count() > 0
    found = []
    for width in (1280, 390) if path in PARTS else (1280,):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function(f"innerWidth === {width}")
        for scheme in ("light", "dark"):
            coloured(page, scheme)
            found += [(width, scheme, one) for one in faults(page)]
    assert found == []


@pytest.mark.parametrize(("path", "chosen"), [("sampling", "[data-selected]"), ("audit", "[data-selection-start]")])
def test_the_chosen_day_has_contrast_in_the_dark_too(context: Any, server: Server, path: str, chosen: str) -> None:
    page = opened(context, server, path)
    coloured(page, "dark")
    page.locator("[data-testid=stDateInput] button").last.click()
    if path == "audit":
        page.locator("[role=gridcell] [role=button]:not([data-disabled], [data-outside-month])").first.click()
    day = page.locator(f"[role=gridcell] {chosen}").first
    assert day.evaluate("one => getComputedStyle(one).color") == "rgb(16, 20, 28)"
    assert faults(page) == []


def test_a_button_in_a_popover_has_contrast_in_the_dark_too(context: Any, server: Server) -> None:
    page = opened(context, server, "week")
    coloured(page, "dark")
    page.get_by_role("button", name="Close the week").click()
    button = page.get_by_role("button", name="Close", exact=True)
    button.hover()
    at_rest(page)
    assert button.evaluate("one => getComputedStyle(one).color") == "rgb(16, 20, 28)"
    assert faults(page) == []


def test_the_tick_of_a_box_can_be_seen_in_the_dark(context: Any, server: Server) -> None:
    """axe measures words alone; a white tick on the bright blue had 2.4 to 1."""
    page = opened(context, server, "judges?judge=learned&view=runs")
    coloured(page, "dark")
    box = page.locator("[class*=st-key-judge_runs_again]")
    box.locator("label").click()
    at_rest(page)
    tick = box.locator("svg polyline")
    assert tick.evaluate("one => getComputedStyle(one).stroke") == "rgb(16, 20, 28)"
    assert (
        tick.evaluate("one => getComputedStyle(one.closest('svg').parentElement).backgroundColor")
        == "rgb(126, 166, 255)"
    )
