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
