"""What a conversation, a reviewer's text or a judge may try in somebody's browser, and what a reviewer may try to read.

Every text of the store is markup that would run or fetch something; every page is opened, folded parts and all, and
none of it becomes an element. Then every text is a word to look for: nothing that a reviewer's browser receives
before the submission, over the WebSocket or by HTTP, holds what others said, what judges said, or unmasked data.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import app_pages
import pytest
from annotate_app import Server, serving
from annotate_desk import ROOT, SHOWN
from attacked_store import CLOSED, OPEN, ORIGINAL, SCORES, SIZE, attacked_store
from kept_contexts import PATIENCE, page_of
from page_at_rest import at_rest, went_to

from review.report.gather import week_report
from review.report.page import report_html
from storage.records_review import Adjudication, Annotation, Verdict

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

FOLDED = (
    "[data-testid=stExpander] details:not([open]) > summary",
    "[data-testid=stTabs] [role=tab]",
    "[data-testid=stButtonGroup] button",
    "[data-testid=stPopover] button",
    f"{SHOWN} details[data-fold]:not([open]) > summary",
)
"""What hides something until it is pressed."""
LOOK_AGAIN = 5_000
"""Milliseconds after which one looks whether what could not be pressed is still there: on a busy machine it may be."""


@pytest.fixture(scope="module")
def markup_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("markup")
    with serving(attacked_store(folder, lambda field: SHORT if field in PLACES else MARKUP)) as running:
        yield running


@pytest.fixture(scope="module")
def canary_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("canary")
    with serving(attacked_store(folder, canary)) as running:
        yield running


def canary(field: str) -> str:
    return f"canary-{field.replace(' ', '-')}-7f3a"


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


def unfold(page: Any, check: Any) -> int:
    """Press everything that hides something, once each; ``check`` looks after each."""
    pressed = 0
    for selector in FOLDED:
        count = page.locator(selector).count()
        for k in range(min(count, 5)):
            # What was opened no longer fits the selector of what is closed, so the first of these is always new.
            which = page.locator(selector).nth(0 if "not(" in selector else k)
            if which.count() and which.is_visible() and which.is_enabled() and clicked(which):
                settled(page)
                check(page)
                page.keyboard.press("Escape")
                pressed += 1
    return pressed


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
    unfold(page, check)
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


OTHERS = (
    *("comment", "corrected answer", "flag", "rationale", "raw", "verdict error", "scenario", "model", "tag"),
    *("prompt version", "error type"),
)
"""Of the open week's items: what others wrote, what judges said, what tells why an item is here."""


class Ear:
    """Everything that a page receives until it is closed: frames of its WebSockets, bodies of its HTTP answers."""

    def __init__(self, page: Any) -> None:
        self.frames: list[bytes] = []
        self.bodies: list[bytes] = []
        self.answers: list[Any] = []
        self.page = page
        page.on("websocket", self._wire)
        page.on("response", self._answer)

    def close(self) -> None:
        """Listen no longer, so that other tests can use the page."""
        self.page.remove_listener("websocket", self._wire)
        self.page.remove_listener("response", self._answer)

    def _wire(self, wire: Any) -> None:
        wire.on("framereceived", lambda frame: self.frames.append(as_bytes(frame)))

    def _answer(self, answer: Any) -> None:
        self.answers.append(answer)

    def listen(self) -> None:
        """Take the bodies before the page is left; what belongs to Streamlit itself holds nothing of the store."""
        for answer in self.answers:
            if answer.status == 200 and "/static/" not in answer.url:
                self.bodies.append(self._body(answer))
        self.answers.clear()

    def _body(self, answer: Any) -> bytes:
        """What an answer held; a body that the browser has dropped by now is asked for once more, as the page did."""
        from playwright.sync_api import Error

        try:
            return bytes(answer.body())
        except Error:
            assert answer.request.method == "GET"
            again = self.page.request.get(answer.url)
            assert again.status == 200, answer.url
            return bytes(again.body())

    def heard(self, word: str) -> bool:
        return any(word.encode() in part for part in (*self.frames, *self.bodies))


@pytest.fixture
def ear(context: Any) -> Iterator[Ear]:
    """An ear on a page that nothing was loaded in yet."""
    heard = Ear(page_of(context))
    yield heard
    heard.close()


def as_bytes(frame: Any) -> bytes:
    return frame.encode() if isinstance(frame, str) else bytes(frame)


def secrets(server: Server) -> list[str]:
    """What nobody who still owes the open week may receive: words, names of votes and verdicts, the original."""
    store = server.store
    items = [r["id"] for r in store.query("SELECT id FROM items WHERE week = :week", {"week": OPEN})]
    votes = [n.submission_id for n in store.find(Annotation, item_id=items)]
    verdicts = [v.id for v in store.find(Verdict, item_id=items)]
    assert len(votes) == SIZE and len(verdicts) == 2 * SIZE
    return [*map(canary, OTHERS), *votes, *verdicts, ORIGINAL, "4815162342", str(SCORES[OPEN])]


def test_a_reviewers_browser_receives_nothing_that_others_or_judges_said(ear: Ear, canary_server: Server) -> None:
    page = ear.page
    for name in app_pages.pages():
        page.goto(f"{canary_server.url}/{name}?rater=ana&week={OPEN}")
        page.wait_for_selector(f"h1, {ROOT}, [data-testid=stAlert]")
        settled(page)
        unfold(page, lambda _: None)
        if name == "week":
            page.get_by_role("radio", name="Report").click()
            with page.expect_download() as download:
                page.get_by_role("button", name="Page as a file").click()
            ear.bodies.append(Path(download.value.path()).read_bytes())
        ear.listen()
    assert ear.heard(canary("answer")) and ear.heard(f"Conversation 0 of {OPEN}")  # the items did come this way
    heard = [word for word in secrets(canary_server) if ear.heard(word)]
    assert heard == []


@pytest.mark.parametrize("name", ["adjudicate", "golden", "judges", "agreement"])
def test_the_address_of_an_owed_item_opens_it_nowhere(ear: Ear, canary_server: Server, name: str) -> None:
    items = canary_server.store.query("SELECT id FROM items WHERE week = :week", {"week": OPEN})
    page = ear.page
    for row in items[:2]:
        page.goto(f"{canary_server.url}/{name}?rater=ana&week={OPEN}&item={row['id']}&view=single")
        page.wait_for_selector("h1, [data-testid=stAlert]")
        settled(page)
        ear.listen()
    assert [word for word in secrets(canary_server) if ear.heard(word)] == []


def test_the_words_are_there_for_those_who_may_read_them(ear: Ear, canary_server: Server) -> None:
    """Otherwise nothing had been hidden above."""
    page = ear.page
    page.goto(f"{canary_server.url}/adjudicate?rater=eva&week={OPEN}")
    page.wait_for_selector("[data-testid=stApp]")
    settled(page)
    page.get_by_text("Single", exact=False).first.click()
    page.wait_for_selector("[data-testid=adjudicator][data-assignment]:not([data-assignment=''])")
    assert ear.heard(canary("comment")) and ear.heard(canary("corrected answer"))
    assert not ear.heard(ORIGINAL)
    assert canary_server.store.find(Adjudication)
