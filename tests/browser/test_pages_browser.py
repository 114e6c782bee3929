"""Every page in a real browser: by its own address on a fresh server, for everybody, and asking nobody else.

axe-core looks in light and dark over our parts and the colours of all. The desks have a test of their own,
``test_accessibility_browser.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import app_pages
import pytest
from annotate_app import Server, serving
from axe import AXE, COLOURS, grave, needs_axe
from chart_contrast import faint_words, words_in_charts
from cut_off import cut_off
from page_at_rest import at_rest, open_names

from storage.opening import open_store

pytestmark = pytest.mark.browser

OURS = '[class^="sc-"], [class*=" sc-"], [data-testid="stHtml"]'
"""What we render ourselves; the rest is Streamlit's markup, of which we choose the colours alone."""

EXEMPT: dict[str, str] = {}
"""Selectors of Streamlit's own markup whose contrast is beyond our reach, with the reason. None is at the moment."""

VIEWS = [f"judges?view={view}" for view in ("trust", "read", "improve", "compare", "time", "runs")]
PARTS = {"agreement": ".sc-turn", "judges?view=read": ".sc-turn", "rubric": ".sc-form"}
"""Pages with parts of our own, which must be there to be looked at, on a narrow screen too."""

UNFOLD = """() => document.querySelectorAll("[data-testid=stExpander] details:not([open]) > summary")
  .forEach((one) => one.click())"""
UNFOLDED = "() => !document.querySelector('[data-testid=stExpander] details:not([open])')"
CHARTED = ("week", "agreement", "judges?view=trust", "judges?view=time")
"""Pages whose charts the demonstration fills."""
DRAWN = """() => [...document.querySelectorAll("[data-testid=stVegaLiteChart]")]
  .every((one) => one.querySelector("svg text"))"""
COLOURED = """([selector, colour]) => {
  const one = document.querySelector(selector);
  return one && getComputedStyle(one).color === colour;
}"""
THEME = "(scheme) => getComputedStyle(document.querySelector('[data-testid=stApp]')).colorScheme === scheme"


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


def loaded(page: Any, server: Server, path: str) -> Any:
    page.goto(f"{server.url}/{path}{'&' if '?' in path else '?'}rater=visitor")
    return settled(page)


def unfolded(page: Any) -> Any:
    page.evaluate(UNFOLD)
    page.wait_for_function(UNFOLDED)
    return page


def as_wide_as(page: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.wait_for_function(f"window.innerWidth === {width}")


def coloured(page: Any, scheme: str) -> None:
    """Change the system's scheme, which the theme follows."""
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.wait_for_function(THEME, arg=scheme)
    at_rest(page)


def faults(page: Any, *, colours_alone: bool = False) -> list[dict[str, Any]]:
    """What is grave in our parts, and words without contrast anywhere."""
    found = [] if colours_alone else [one for one in grave(page, OURS, within=OURS) if one["rule"] not in COLOURS]
    found += [one for one in grave(page, OURS, colours_alone=True) if one["ours"] or one["rule"] == "color-contrast"]
    beyond = "([at, all]) => all.some((one) => document.querySelector(at)?.closest(one))"
    return [one for one in found if not page.evaluate(beyond, [one["at"], list(EXEMPT)])]


@pytest.fixture
def page(lasting_page: Any) -> Any:
    """The page of this module, as a new one would be: light and wide. Its tests change nothing that lasts."""
    shared = lasting_page()
    shared.set_viewport_size({"width": 1280, "height": 844})
    shared.emulate_media(color_scheme="light", reduced_motion="reduce")
    return shared


def test_the_first_request_of_a_fresh_server_may_be_for_any_page(server: Server, page: Any) -> None:
    """Must run first: only the first request of a server shows whether the router runs before any navigation."""
    page.goto(f"{server.url}/agreement?rater=mara")
    settled(page)
    assert page.locator("h1").first.inner_text() == "Agreement"
    assert page.url.endswith("/agreement?rater=mara")


@pytest.mark.parametrize("path", [*app_pages.pages(), *VIEWS])
def test_every_page_has_its_address_asks_nobody_else_fits_and_has_no_grave_fault(
    server: Server, page: Any, path: str
) -> None:
    name = path.partition("?")[0]
    asked: list[str] = []

    def hear(request: Any) -> None:
        asked.append(request.url)

    page.on("request", hear)
    loaded(page, server, path)
    assert page.url.split("?")[0].endswith(f"/{name}")
    assert "rater=visitor" in page.url
    own = (server.url, server.url.replace("http", "ws"), "data:", "blob:")
    for width in (390, 1280):
        as_wide_as(page, width)
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 1, f"{name} scrolls sideways at {width} px"
        if width == 390:
            at_rest(page)
            assert cut_off(page) == []
    page.remove_listener("request", hear)
    assert [url for url in asked if not url.startswith(own)] == []
    if path == "judges":
        return  # its views, of which this shows one, are looked at by their own addresses
    unfolded(page)
    if path in PARTS:
        page.wait_for_selector(PARTS[path], state="attached")  # some of it comes once it is unfolded
    if AXE is None:
        pytest.skip("axe-core is not here, so nobody looked for grave faults: pip install axe-playwright-python")
    found = []
    for width in (1280, 390) if path in PARTS else (1280,):
        as_wide_as(page, width)
        for scheme in ("light", "dark"):
            coloured(page, scheme)
            page.wait_for_function(DRAWN)
            found += [(width, scheme, one) for one in faults(page, colours_alone=scheme == "dark")]
            found += [(width, scheme, one) for one in faint_words(page)]
    assert found == []
    assert path not in CHARTED or words_in_charts(page) > 5


@needs_axe
@pytest.mark.parametrize(("path", "chosen"), [("sampling", "[data-selected]"), ("audit", "[data-selection-start]")])
def test_the_chosen_day_has_contrast_in_the_dark_too(page: Any, server: Server, path: str, chosen: str) -> None:
    from playwright.sync_api import TimeoutError as Late

    unfolded(loaded(page, server, path))
    coloured(page, "dark")
    if path == "sampling":
        # An open week has a due date already, so the day of a new one is chosen.
        page.locator(".st-key-planning_week input").fill("2026-W30")
        page.locator(".st-key-planning_week input").press("Enter")
        at_rest(page)
    days = page.locator("[role=gridcell] [role=button]:not([data-disabled], [data-outside-month])")
    # The run that another week asks for may draw the field again, which closes the calendar: then it is opened again.
    for attempt in range(5):
        if not days.count():
            page.locator("[data-testid=stDateInput] button").last.click()
        if path == "audit":
            days.first.click()
        try:
            page.wait_for_function(COLOURED, arg=[f"[role=gridcell] {chosen}", "rgb(16, 20, 28)"], timeout=15_000)
            break
        except Late:
            assert attempt < 4, "the chosen day is not coloured"
    at_rest(page)
    assert faults(page) == []


@needs_axe
def test_a_button_in_a_popover_has_contrast_in_the_dark_too(page: Any, server: Server) -> None:
    unfolded(loaded(page, server, "week"))
    coloured(page, "dark")
    page.get_by_role("button", name="Close the week").click()
    button = page.get_by_role("button", name="Close", exact=True)
    button.hover()
    at_rest(page)
    assert button.evaluate("one => getComputedStyle(one).color") == "rgb(16, 20, 28)"
    assert faults(page) == []


@needs_axe
def test_the_tick_of_a_box_can_be_seen_in_the_dark(page: Any, server: Server) -> None:
    """axe measures words alone; a white tick on the bright blue had 2.4 to 1."""
    unfolded(loaded(page, server, "judges?judge=learned&view=runs"))
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


def test_the_bare_address_leads_to_the_week_and_navigation_keeps_the_rater(server: Server, page: Any) -> None:
    page.goto(f"{server.url}/?rater=mara")
    settled(page)
    page.wait_for_url("**/week?rater=mara")
    page.get_by_role("link", name="Judges").first.click()
    page.wait_for_url("**/judges?rater=mara")
    settled(page)
    assert page.locator("h1").first.inner_text() == "Judges"


def test_who_is_mistyped_in_the_address_chooses_a_name(server: Server, page: Any) -> None:
    page.goto(f"{server.url}/settings?rater=maraa")
    settled(page)
    page.get_by_text("Nobody called 'maraa' is in this store").wait_for()
    assert page.locator("h1").count() == 0 and page.url.endswith("/settings?rater=maraa")
    open_names(page)
    page.get_by_role("option", name="mara · adjudicator").click()
    page.wait_for_url("**/settings?rater=mara")
    settled(page)
    assert page.locator("h1").first.inner_text() == "Settings"


@pytest.mark.parametrize("key", ["/", "Control+k"])
def test_the_search_is_worked_by_keyboard_alone(page: Any, server: Server, key: str) -> None:
    loaded(page, server, "settings")
    page.locator("body").press(key)
    page.wait_for_function("() => document.activeElement.matches('[role=dialog] .st-key-search_text input')")
    page.keyboard.type("coverage")
    link = page.get_by_role("dialog").get_by_role("link", name="Golden: coverage")
    link.wait_for()
    page.keyboard.press("Tab")
    page.wait_for_function("() => document.activeElement.matches('[role=dialog] a')")
    page.keyboard.press("Enter")
    page.wait_for_url("**/golden*view=coverage*")
