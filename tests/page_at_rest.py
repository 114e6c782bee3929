"""When a page of the application may be clicked: nothing runs, nothing is drawn, nothing moves any more.

A button that still moves, under an expander that opens for half a second, can slide away between pointer down and up.
"""

from __future__ import annotations

from typing import Any

AT_REST = """() => document.querySelector("[data-testid=stApp]")?.dataset.testScriptState === "notRunning"
  && document.querySelector("h1, [data-testid=annotator], [data-testid=adjudicator], [data-testid=stAlert]")
  && !document.querySelector("[data-testid=stSkeleton], [data-testid=stSpinner], [data-stale=true]")
  && document.getAnimations().every((one) => one.playState !== "running")"""


def at_rest(page: Any) -> None:
    """Wait until the page shows something, its script has ended, and all of it stands where it will stay."""
    page.wait_for_function(AT_REST)


def open_names(page: Any) -> None:
    """Open the list of people. It closes when the sidebar scrolls, so the sidebar scrolls before the click."""
    names = page.get_by_role("combobox", name="You are")
    names.scroll_into_view_if_needed()
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    names.click()


def went_to(page: Any, address: str, name: str, rater: str, week: str) -> None:
    """Come to a page by the navigation where the page before has its link, person and week, else by its address.

    Scripts that are loaded and compiled already halve what a visit costs. The page is at rest before and after.
    """
    link = page.locator(f"[data-testid=stSidebarNav] a[href*='/{name}']")
    if page.url.startswith(f"{address}/") and _shows(page, rater, week) and link.count():
        link.first.click()
        page.wait_for_url(lambda url: url.startswith(f"{address}/{name}?"))
    else:
        page.goto(f"{address}/{name}?rater={rater}&week={week}")
    at_rest(page)
    assert _shows(page, rater, week), page.url


def _shows(page: Any, rater: str, week: str) -> bool:
    """Whether the sidebar shows this week, and the address names this person."""
    chosen = page.locator("[data-testid=stSidebar] .st-key-session_choose_week")
    return f"rater={rater}" in page.url and chosen.count() == 1 and week in chosen.inner_html()
