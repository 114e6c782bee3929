"""The adjudicate page as an adjudicator uses it: real key presses in a real browser against the real application."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from adjudicate_app import COMMENT, CORRECTED, DISPUTED, MORE, RIGHT, SINGLE, WRONG, build_voted_store, vote
from annotate_app import Server, serving
from kept_contexts import page_of
from page_at_rest import at_rest

from review.golden.examples import current_examples
from storage.records_review import Adjudication

pytestmark = pytest.mark.browser

ROOT = "[data-testid=adjudicator]"
SETTLE = ("3", "3")
"""The one disputed dimension, correctness, is correct; the reason is the third, a slip."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(build_voted_store(tmp_path_factory.mktemp("adjudicate") / "s.db", MORE)) as running:
        yield running


@pytest.fixture(scope="module")
def votes_alone(running: Server) -> Path:
    """The store before anybody settles anything."""
    running.store.backup(running.store.path.with_name("votes.db"))
    return running.store.path.with_name("votes.db")


@pytest.fixture
def server(running: Server, votes_alone: Path) -> Server:
    """The application with nothing settled: the queue is the same for everybody, so each test starts it anew."""
    with sqlite3.connect(votes_alone) as source:
        source.backup(running.store.db.conn)
    return running


def opened(context: Any, server: Server, rater: str = "mia", item: str = "") -> Any:
    page = page_of(context)
    page.goto(server.page(rater, "adjudicate") + (f"&item={item}" if item else ""))
    page.wait_for_selector(f"{ROOT}[data-assignment^='item-']")
    at_rest(page)
    return page


def at_item(page: Any, item: str) -> None:
    page.wait_for_selector(f"{ROOT}[data-assignment='{item}']")


def here(page: Any) -> str:
    return str(page.get_attribute(ROOT, "data-assignment"))


def all_saved(page: Any) -> None:
    page.wait_for_selector(f"{ROOT}[data-unsaved='0']")


def press(page: Any, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def past_the_echo(page: Any) -> None:
    """An Enter in the first moments of a case that nothing was said about yet was meant for the one before."""
    page.evaluate("new Promise((done) => setTimeout(done, 450))")


def decisions(server: Server) -> list[Adjudication]:
    return server.store.find(Adjudication)


def test_cases_are_settled_by_keyboard_alone_and_with_shift_approved(context: Any, server: Server) -> None:
    page = opened(context, server)
    settled = []
    for item in DISPUTED[:5]:
        at_item(page, item)
        press(page, *SETTLE, "Enter")
        settled.append(item)
    at_item(page, DISPUTED[5])
    all_saved(page)
    assert [(d.item_id, d.labels, d.reason, d.adjudicator) for d in decisions(server)] == [
        (item, RIGHT, "slip", "mia") for item in settled
    ]
    assert "5 settled · 5 left" in page.text_content(".sc-count")
    page.wait_for_selector("text=Disagreements · 5")
    assert current_examples(server.store) == []
    press(page, *SETTLE, "Shift+Enter")  # with Shift, the case becomes a golden example
    at_item(page, DISPUTED[6])
    all_saved(page)
    made = next(d for d in decisions(server) if d.item_id == DISPUTED[5])
    (example,) = current_examples(server.store)
    assert example.adjudication_id == made.id
    assert example.labels == RIGHT


def test_a_disagreement_without_a_reason_is_not_settled(context: Any, server: Server) -> None:
    page = opened(context, server)
    press(page, "3", "Enter")
    page.wait_for_function(
        "document.querySelector('.sc-live').textContent.includes('Still missing: Why did they differ')"
    )
    press(page, "Enter")
    assert here(page) == DISPUTED[0]
    press(page, "c")
    page.keyboard.type("Enter, j and 1 are words here.")
    press(page, "Control+Enter")
    at_item(page, DISPUTED[1])
    all_saved(page)
    assert [(d.reason, d.rationale) for d in decisions(server)] == [("", "Enter, j and 1 are words here.")]


def test_the_sentence_of_a_refusal_is_shown_and_nothing_is_lost(context: Any, server: Server) -> None:
    page = opened(context, server, item=DISPUTED[1])
    at_item(page, DISPUTED[1])
    press(page, "1", "3", "Shift+Enter")  # judged wrong, and nobody said what would have been right
    page.wait_for_selector(".sc-notice[data-bad] >> text=Not saved: expected_answer")
    all_saved(page)
    assert decisions(server) == []
    page.get_by_role("button", name="Show it").click()
    at_item(page, DISPUTED[1])
    assert page.get_attribute("[data-dimension=correctness][aria-checked=true]", "data-value") == "wrong"
    press(page, "x")
    page.keyboard.type(" It is late.")
    press(page, "Control+Shift+Enter")
    page.wait_for_function(f"document.querySelector('{ROOT}').dataset.assignment !== '{DISPUTED[1]}'")
    all_saved(page)
    assert [d.labels for d in decisions(server)] == [WRONG]
    assert current_examples(server.store)[0].content["expected_answer"].endswith("weekend. It is late.")
    assert page.locator(".sc-notice[data-bad]").count() == 0


def test_undo_leads_to_the_last_case_and_settling_it_again_supersedes(context: Any, server: Server) -> None:
    page = opened(context, server)
    press(page, *SETTLE, "Enter")
    at_item(page, DISPUTED[1])
    all_saved(page)
    press(page, "u")
    at_item(page, DISPUTED[0])
    page.wait_for_selector("text=Settled by you")
    past_the_echo(page)
    press(page, "Enter")  # nothing changed: on to the next
    at_item(page, DISPUTED[1])
    press(page, "k")
    at_item(page, DISPUTED[0])
    press(page, "1", "Enter")
    at_item(page, DISPUTED[1])
    all_saved(page)
    first, second = decisions(server)
    assert second.supersedes == first.id
    assert (first.labels, second.labels) == (RIGHT, WRONG)


def test_two_adjudicators_do_not_overrule_each_other_unseen(context: Any, server: Server) -> None:
    mia = opened(context, server, "mia")
    olaf = opened(context, server, "olaf")
    press(olaf, *SETTLE, "Enter")
    at_item(olaf, DISPUTED[1])
    all_saved(olaf)
    press(mia, "1", "3", "Enter")  # the same case, which she still sees as open
    mia.wait_for_selector("text=has changed since you saw it")
    all_saved(mia)
    assert [(d.adjudicator, d.labels) for d in decisions(server)] == [("olaf", RIGHT)]
    mia.get_by_text("Settled · 1").click()
    at_item(mia, DISPUTED[0])
    mia.wait_for_selector("text=Changed. Settling again")  # her own labels are still there
    press(mia, "Enter")
    all_saved(mia)
    mia.wait_for_selector("text=Settled by you")
    first, second = decisions(server)
    assert (second.adjudicator, second.labels, second.supersedes) == ("mia", WRONG, first.id)


def test_a_case_that_somebody_else_settled_says_so_and_can_be_settled_again(context: Any, server: Server) -> None:
    mia = opened(context, server, "mia")
    olaf = opened(context, server, "olaf")
    press(olaf, *SETTLE, "Enter")
    all_saved(olaf)
    press(mia, "1", "3", "Enter")
    mia.wait_for_selector("text=has changed since you saw it")
    mia.get_by_role("button", name="Show it").click()
    at_item(mia, DISPUTED[0])
    mia.wait_for_selector("text=Changed. Settling again")
    press(mia, "Enter")
    at_item(mia, DISPUTED[1])
    all_saved(mia)
    assert [(d.adjudicator, d.labels) for d in decisions(server)] == [("olaf", RIGHT), ("mia", WRONG)]


LATER = """() => {
  const now = Date.now;
  Date.now = () => now() + 6000;
  window.dispatchEvent(new Event("focus"));
}"""
"""As if somebody came back to the page after six seconds: it asks what is new."""


def test_a_new_vote_does_not_interrupt_writing(context: Any, server: Server) -> None:
    page = opened(context, server)
    press(page, "c")
    page.keyboard.type("the quick ")
    press(page, "ArrowLeft", "ArrowLeft")
    server.store.add(vote(DISPUTED[0], "noa", RIGHT))
    page.evaluate(LATER)
    page.wait_for_selector("text=Another vote has come in.")
    page.keyboard.type("XYZ")  # commands, if the text had lost the caret
    assert page.input_value("[data-note=rationale]") == "the quicXYZk "
    assert page.locator(".sc-votes thead th").count() == 3


def test_the_browser_receives_nobodys_name(context: Any, server: Server) -> None:
    page = context.new_page()
    frames: list[bytes] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(as_bytes(frame))))
    page.goto(server.page("mia", "adjudicate"))
    at_item(page, DISPUTED[0])
    page.wait_for_selector(f".sc-votes >> text={COMMENT}")
    # The list of people to choose from is everybody's; what belongs to the cases names nobody.
    cases = [frame for frame in frames if b"item-0000" in frame]
    assert cases
    secrets = (b"zelda", b"quentin", b"-ballot", b"secret-judge", b"secret-check", b"failing-secret")
    for secret in (*secrets, b"thumbs-down-secret"):
        assert not [frame for frame in cases if secret in frame], secret
    assert b"item-0014" not in b"".join(frames)


def as_bytes(frame: Any) -> bytes:
    return frame.encode() if isinstance(frame, str) else bytes(frame)


def test_three_decisions_offline_are_saved_when_the_network_returns(context: Any, server: Server) -> None:
    page = opened(context, server)
    context.set_offline(True)
    for item in DISPUTED[:3]:
        at_item(page, item)
        press(page, *SETTLE, "Enter")
    at_item(page, DISPUTED[3])
    page.wait_for_selector("text=offline, 3 to save")
    context.set_offline(False)
    all_saved(page)
    assert [d.item_id for d in decisions(server)] == list(DISPUTED[:3])


def test_a_reload_keeps_the_draft_and_the_outbox(context: Any, server: Server) -> None:
    page = opened(context, server)
    page.evaluate("WebSocket.prototype.send = () => undefined")
    press(page, *SETTLE, "Enter")  # decided, and nothing gets through
    at_item(page, DISPUTED[1])
    press(page, "2", "c")
    page.keyboard.type("half a thought")
    page.reload()
    at_item(page, DISPUTED[1])
    all_saved(page)
    assert [d.item_id for d in decisions(server)] == [DISPUTED[0]]
    assert page.get_attribute("[data-dimension=correctness][aria-checked=true]", "data-value") == "partly"
    assert page.input_value("[data-note=rationale]") == "half a thought"


def test_a_reviewers_correction_is_taken_and_compared_with_the_answer(context: Any, server: Server) -> None:
    page = opened(context, server)
    assert page.locator(".sc-votes ins").count() > 0  # what the reviewer changed
    press(page, "1", "3", "t")
    assert page.input_value("[data-note=corrected_answer]") == CORRECTED
    diff = page.locator(".sc-notes .sc-diff").first
    assert {"was sent", "Tuesday"} <= set(diff.locator("ins").all_text_contents())
    page.keyboard.type(" Sorry.")
    assert "Sorry" in "".join(diff.locator("ins").all_text_contents())
    press(page, "Control+Enter")
    at_item(page, DISPUTED[1])
    all_saved(page)
    assert [d.corrected_answer for d in decisions(server)] == [f"{CORRECTED} Sorry."]


def test_the_reference_sql_starts_from_the_query_and_is_kept_when_changed(context: Any, server: Server) -> None:
    page = opened(context, server)
    press(page, *SETTLE, "q")
    assert "shop.orders" in page.input_value("[data-note=reference_sql]")
    press(page, "Escape", "Enter")  # looked at and left as it is
    at_item(page, DISPUTED[1])
    press(page, *SETTLE, "q")
    page.keyboard.type(" OFFSET 5")
    press(page, "Escape", "Enter")
    at_item(page, DISPUTED[2])
    all_saved(page)
    first, second = decisions(server)
    assert first.reference_sql == ""
    assert second.reference_sql.endswith("OFFSET 5")


def test_reference_sql_can_be_written_where_the_answer_had_none(context: Any, server: Server) -> None:
    server.store.db.execute("UPDATE conversations SET sql = NULL WHERE id = 'conversation-000'")
    server.store.db.conn.commit()
    page = opened(context, server)
    press(page, *SETTLE, "q")
    assert page.input_value("[data-note=reference_sql]") == ""
    press(page, "Escape", "q")  # nothing was written
    page.keyboard.type("SELECT 1")
    press(page, "Control+Enter")
    at_item(page, DISPUTED[1])
    all_saved(page)
    assert [d.reference_sql for d in decisions(server)] == ["SELECT 1"]


def test_a_single_vote_is_settled_as_it_stands_with_one_key(context: Any, server: Server) -> None:
    page = opened(context, server)
    page.get_by_text("Single votes · 2").click()
    at_item(page, SINGLE[0])
    page.wait_for_selector("text=1 vote")
    assert page.locator(f"{ROOT} >> text=Why did they differ").count() == 0
    past_the_echo(page)
    press(page, "Enter", "Enter", "Enter")
    at_item(page, SINGLE[1])
    all_saved(page)
    assert [(d.item_id, d.labels) for d in decisions(server)] == [(SINGLE[0], RIGHT)]


def test_the_address_opens_a_certain_case(context: Any, server: Server) -> None:
    page = opened(context, server, item=DISPUTED[7])
    at_item(page, DISPUTED[7])
    press(page, "j")
    at_item(page, DISPUTED[8])


def test_everything_works_by_touch_on_a_small_screen(new_context: Any, server: Server) -> None:
    page = opened(new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True), server)
    page.tap("[data-dimension=correctness][data-value=correct]")
    page.tap("[data-dimension='adjudicate:why'][data-value='hard case']")
    page.get_by_role("button", name="Settle and approve").tap()
    at_item(page, DISPUTED[1])
    all_saved(page)
    wide = page.evaluate("document.documentElement.scrollWidth")
    rubric = page.locator(".sc-rubric").bounding_box()
    assert [(d.item_id, d.reason) for d in decisions(server)] == [(DISPUTED[0], "hard case")]
    assert wide <= 390
    assert rubric["y"] + rubric["height"] <= 844


def test_a_screen_reader_is_told_of_the_case_and_undo_takes_back_a_choice(context: Any, server: Server) -> None:
    page = opened(context, server)
    page.wait_for_function("document.querySelector('.sc-live').textContent.includes('differ in Correctness, 10 left')")
    assert page.evaluate("document.activeElement.dataset.testid") == "adjudicator"
    assert page.get_by_role("region", name="Votes").get_by_role("row").count() == 4
    press(page, "?")
    assert page.get_by_role("dialog", name="Keys").is_visible()
    press(page, "Escape")
    assert page.get_by_role("dialog").count() == 0
    press(page, "3", "u")
    assert page.locator("[data-dimension=correctness][aria-checked=true]").count() == 0
    page.wait_for_selector("[data-field=correctness][data-focus]")


BROKEN = """() => [...document.querySelectorAll('.sc-votes :is(th, td)')].flatMap((cell) =>
  [...cell.childNodes].filter((node) => node.nodeType === 3).flatMap((node) =>
    [...node.data.matchAll(/\\S+/g)].filter(({ 0: word, index }) => {
      const range = new Range();
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      return new Set([...range.getClientRects()].map((box) => box.top)).size > 1;
    }).map(([word]) => word)))"""
"""The words of the votes that are on two lines."""


LONG_WORDS = ["incomplete, misunderstood", "data question", "condescending"]
HIDDEN = """() => [...document.querySelectorAll('.sc-votes, .sc-votes .sc-table')].filter((box) =>
  box.scrollWidth > box.clientWidth || box.getBoundingClientRect().right > innerWidth).map((box) => box.className)"""
"""Boxes of the votes that hide something at their side."""


def test_two_to_five_votes_break_no_word_and_hide_no_column(context: Any, server: Server) -> None:
    """Side by side as long as everything fits, else by value."""
    labels = {**WRONG, "politeness": "neutral"}
    server.store.add(*(vote(DISPUTED[1], rater, labels) for rater in ("noa", *MORE)))
    server.store.add(vote(DISPUTED[2], "noa", labels))
    for item, votes in ((DISPUTED[1], 6), (DISPUTED[2], 3), (DISPUTED[3], 2)):
        page = opened(context, server, "olaf", item=item)
        at_item(page, item)
        page.evaluate(
            """words => document.querySelectorAll('.sc-votes td + td').forEach((cell, k) =>
                 cell.replaceChildren(words[k % words.length]))""",
            LONG_WORDS,
        )
        for width in (1280, 390):
            page.set_viewport_size({"width": width - 40, "height": 844})
            page.set_viewport_size({"width": width, "height": 844})
            at_rest(page)
            letters = page.locator(".sc-votes thead th, .sc-votes .sc-groups dd:first-of-type .sc-letters").all()
            seen = " ".join(one.inner_text() for one in letters if one.is_visible()).split()
            assert sorted(seen) == list("ABCDEF"[:votes]), (item, width)
            assert page.evaluate(BROKEN) == [], (item, width)
            assert page.evaluate(HIDDEN) == [], (item, width)


def test_shift_enter_without_a_reason_says_on_the_page_what_is_missing(context: Any, server: Server) -> None:
    page = opened(context, server)
    past_the_echo(page)
    press(page, "3", "Shift+Enter")
    page.wait_for_selector(".sc-notice:not([hidden]) >> text=Still missing: Why did they differ. Or write a rationale")
    press(page, "9")
    page.wait_for_selector(".sc-notice >> text=Why did they differ has no value with the key 9.")
    press(page, "3")
    page.wait_for_selector(".sc-notice", state="hidden")
    assert decisions(server) == []


CUT = """() => [...document.querySelectorAll('.sc-rubric footer button')].filter((button) => {
  const [own, room] = [button.getBoundingClientRect(), button.closest('.sc-rubric').getBoundingClientRect()];
  return own.right > room.right || button.scrollWidth > button.clientWidth + 1;
}).map((button) => button.textContent)"""
"""The buttons below the rubric whose words do not fit."""


def test_german_buttons_fit(new_context: Any, server: Server) -> None:
    page = opened(new_context(viewport={"width": 1280, "height": 900}, locale="de-DE"), server)
    page.wait_for_selector("text=Entscheiden und freigeben")
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function(f"innerWidth === {width}")
        at_rest(page)
        assert page.evaluate(CUT) == [], width
