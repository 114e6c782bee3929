"""What a conversation, a reviewer's text or a judge may try in somebody's browser.

Every text of the store is markup that would run or fetch something; every page is opened, folded parts and all, and
none of it becomes an element. What a reviewer's browser receives is looked at without one, in
``tests/pages/test_attacks_ear.py``.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import app_pages
import pytest
from annotate_app import Server, serving
from annotate_desk import ROOT, SHOWN
from attacked_store import CLOSED, OPEN, attacked_store
from kept_contexts import PATIENCE, page_of
from page_at_rest import at_rest, went_to

from review.report.gather import week_report
from review.report.page import report_html

pytestmark = pytest.mark.browser
MARKUP = " ".join(
    [
        '<img src="http://pwned.invalid/i" onerror="window.pwned=1">',
        "![m](http://pwned.invalid/m) [l](javascript:window.pwned=2) <http://pwned.invalid/a>",
        "<script>window.pwned=3</script>",
        '"><svg/onload=window.pwned=4>',
        "</script><script src=//pwned.invalid/s></script>",
        "</textarea><iframe srcdoc='<script>parent.pwned=5</script>'></iframe>",
        "<style>@import url(http://pwned.invalid/c);</style><a href='http://pwned.invalid/h'>h</a>",
        "{{constructor.constructor('window.pwned=6')()}} $\\href{javascript:window.pwned=7}{x}$",
        "\n\n# heading\n\n![n](http://pwned.invalid/n)\n\n<details open ontoggle=window.pwned=8>",
    ]
)
SHORT = "<img src=//pwned.invalid/n onerror=pwned=9> ![m](//pwned.invalid/m)"
"""For what has a limit of length."""
PLACES = {"rater name", "judge", "id"}

FOUND = """() => {
  const found = [];
  const leadsAway = (value) => {
    const address = URL.parse(value, location.href);
    return address?.protocol === "javascript:" || (address?.origin !== location.origin && /pwned/.test(value));
  };
  const isBad = (node) => [...node.attributes].some(({ name, value }) =>
    (["src", "href", "xlink:href", "action", "formaction", "data"].includes(name) && leadsAway(value))
    || (["srcdoc", "style"].includes(name) && /pwned/.test(value))
    || (name.startsWith("on") && /pwned/.test(value)));
  // A bare address may be shown as a link, which fetches nothing until somebody follows it.
  const isBare = (node) => node.tagName === "A" && URL.parse(node.textContent)?.href === node.href;
  const look = (root) => {
    for (const node of root.querySelectorAll("*")) {
      if (node.shadowRoot) look(node.shadowRoot);
      const ran = ["SCRIPT", "STYLE"].includes(node.tagName) && /pwned/.test(node.textContent);
      if ((isBad(node) && !isBare(node)) || ran) found.push(node.outerHTML.slice(0, 200));
    }
  };
  look(document);
  return window.pwned === undefined ? found : [...found, `window.pwned is ${window.pwned}`];
}"""
"""Elements that came to be from a text of the store."""

CLOSED_PARTS = (
    f"[data-testid=stExpander] details:not([open]) > summary, {SHOWN} details[data-fold]:not([open]) > summary"
)
"""What hides something until it is opened. All of it may stand open at once."""
OPEN_ALL = """(selector) => {
  const closed = [...document.querySelectorAll(selector)];
  for (const one of closed) one.click();
  return closed.length;
}"""
DEEPEST = 5
"""How often one opens everything: what was opened may hold more."""
CHOICES = (
    "[data-testid=stTabs] [role=tab]",
    "[data-testid=stMain] [data-testid=stButtonGroup] button",
    "[data-testid=stPopover] button",
)
"""What shows something else for each press."""
LANGUAGES = "[data-testid=stSidebar] [data-testid=stButtonGroup] button"
"""The same for all pages; it changes what the desks say."""
DESKS = ("annotate", "adjudicate")
LOOK_AGAIN = 5_000
"""Milliseconds after which one looks whether what could not be pressed is still there: on a busy machine it may be."""


@pytest.fixture(scope="module")
def markup_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("markup")
    with serving(attacked_store(folder, lambda field: SHORT if field in PLACES else MARKUP)) as running:
        yield running


def settled(page: Any) -> None:
    at_rest(page)


def clicked(which: Any) -> bool:
    """Press it; not what the answer to the press before has hidden meanwhile."""
    from playwright.sync_api import TimeoutError as Late

    end = time.monotonic() + PATIENCE / 1000
    while which.is_visible():
        try:
            which.click(timeout=LOOK_AGAIN)
        except Late:
            assert time.monotonic() < end, "it can be seen and not be pressed"
        else:
            return True
    return False


def unfold(page: Any, choices: Sequence[str], check: Any) -> None:
    """Open everything that is closed, then press what shows something else; ``check`` looks after each."""
    for _ in range(DEEPEST):
        if not page.evaluate(OPEN_ALL, CLOSED_PARTS):
            break
        settled(page)
        check(page)
    else:
        assert page.locator(CLOSED_PARTS).count() == 0
    for selector in choices:
        for k in range(min(page.locator(selector).count(), 5)):
            which = page.locator(selector).nth(k)
            if which.count() and which.is_visible() and which.is_enabled() and clicked(which):
                settled(page)
                check(page)
                page.keyboard.press("Escape")


VISITS = [
    *((name, "lea", CLOSED) for name in app_pages.pages()),
    *(("week", "lea", OPEN), ("adjudicate", "eva", OPEN), ("judges", "lea", OPEN)),
    *(("annotate", "ana", OPEN), ("annotate", "ben", OPEN), ("week", "ana", OPEN)),
]


@pytest.mark.parametrize(("name", "rater", "week"), VISITS)
def test_no_text_of_the_store_becomes_markup_on_any_page(
    lasting_page: Any, markup_server: Server, name: str, rater: str, week: str
) -> None:
    asked: list[str] = []
    dialogs: list[str] = []

    def hear(request: Any) -> None:
        asked.append(request.url)

    def dismiss(dialog: Any) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    def check(one: Any) -> None:
        assert one.evaluate(FOUND) == []

    page = lasting_page()
    page.on("request", hear)
    page.on("dialog", dismiss)
    went_to(page, markup_server.url, name, rater, week)
    page.wait_for_selector(f"h1, {ROOT}, [data-testid=adjudicator], [data-testid=stAlert]")
    settled(page)
    check(page)
    unfold(page, (*CHOICES, *([LANGUAGES] if name in DESKS else [])), check)
    page.remove_listener("request", hear)
    page.remove_listener("dialog", dismiss)
    assert dialogs == []
    assert [url for url in asked if "pwned" in url] == []


def test_the_conversation_shows_the_markup_as_text(context: Any, markup_server: Server) -> None:
    page = page_of(context)
    page.goto(f"{markup_server.url}/annotate?rater=ana&week={OPEN}")
    page.wait_for_selector(f"{ROOT}[data-assignment]:not([data-assignment=''])")
    page.keyboard.press("e")
    said = page.locator(SHOWN).text_content()
    assert said.count("<script>window.pwned=3</script>") >= 8
    assert page.locator(f"{SHOWN} :is(img, script, iframe, svg, style, a)").count() == 0
    for key in ("g", "c", "x"):
        page.keyboard.press(key)
        if key != "g":
            page.keyboard.insert_text(MARKUP)
            page.keyboard.press("Escape")
    assert page.evaluate(FOUND) == []


@pytest.mark.parametrize("week", [CLOSED, OPEN])
def test_the_weeks_report_shows_the_markup_as_text(
    context: Any, markup_server: Server, tmp_path: Path, week: str
) -> None:
    file = tmp_path / "report.html"
    file.write_text(report_html(week_report(markup_server.store, week, viewer="lea")), encoding="utf-8")
    asked: list[str] = []
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    assert page.evaluate(FOUND) == []
    assert page.locator("script, iframe").count() == 0
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
