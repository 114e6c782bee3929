"""Second thoughts: what undo takes back, in which order, and what counts afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from annotate_app import THREE, Server, build_store, serving
from annotate_desk import (
    FINE_KEYS,
    KEYS,
    LABELS,
    SHOWN,
    all_saved,
    at_item,
    by_itself,
    checked,
    expected,
    here,
    opened,
    press,
    rows,
    said,
)

from storage.records_review import Annotation, Skip, Withdrawal

pytestmark = pytest.mark.browser

RATERS = ("ana", "ben", "cem", "dan", "eva", "fay", "gil")
CHANGED = {**LABELS, "correctness": "correct"}
AGAIN = "Your earlier answer counts again"
OPEN = "It does not count until you submit it again"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One application for this module; every test is another rater."""
    store = build_store(tmp_path_factory.mktemp("thoughts") / "s.db", items=40, raters=RATERS, rubric=THREE)
    with serving(store) as running:
        yield running


def cut(page: Any) -> None:
    """Nothing is sent from now on."""
    page.evaluate("window.__send = WebSocket.prototype.send; WebSocket.prototype.send = () => undefined")


def joined(page: Any) -> None:
    page.evaluate("() => { WebSocket.prototype.send = window.__send; }")


def noticed(page: Any, words: str) -> None:
    page.wait_for_selector(f".sc-notice:not([hidden]) >> text={words}")
    said(page, words)


def change_of_mind(page: Any, rater: str) -> None:
    """The first item is submitted, and submitted again with another label; the second is open."""
    press(page, *KEYS)
    at_item(page, f"{rater}-0001")
    press(page, "k")
    at_item(page, f"{rater}-0000")
    press(page, "3", "Enter")
    at_item(page, f"{rater}-0001")


def counting(server: Server, rater: str) -> list[Any]:
    """The labels of all submissions that were not withdrawn, in their order."""
    gone = {w.withdraws for w in server.store.find(Withdrawal, rater_id=rater)}
    return [a.labels for a in server.store.find(Annotation, rater_id=rater) if a.submission_id not in gone]


def test_undo_of_a_change_leaves_the_earlier_answer_and_a_second_undo_withdraws_it(
    context: Any, server: Server
) -> None:
    page = opened(context, server, "ana")
    change_of_mind(page, "ana")
    all_saved(page)
    press(page, "u")
    at_item(page, "ana-0000")
    noticed(page, AGAIN)
    page.wait_for_selector("text=Changed. Your earlier answer counts until you press Enter.")
    assert checked(page, "correctness") == ["correct"], "the change is still at hand"
    all_saved(page)
    assert counting(server, "ana") == [LABELS]
    press(page, "u")
    noticed(page, OPEN)
    all_saved(page)
    assert counting(server, "ana") == []
    assert checked(page, "correctness") == ["wrong"]
    press(page, "Enter")
    at_item(page, "ana-0001")
    all_saved(page)
    assert counting(server, "ana") == [LABELS]


def test_after_a_reload_the_server_tells_that_an_earlier_answer_counts_again(context: Any, server: Server) -> None:
    page = opened(context, server, "ben")
    for k in range(12):
        at_item(page, f"ben-{k:04d}")
        press(page, *KEYS)
    at_item(page, "ben-0012")
    for k in reversed(range(12)):
        press(page, "k")
        at_item(page, f"ben-{k:04d}")
    press(page, "3", "Enter")  # what it supersedes is not among the last ones any more
    at_item(page, "ben-0012")
    all_saved(page)
    page.reload()
    at_item(page, "ben-0012")
    press(page, "k")
    at_item(page, "ben-0000")
    press(page, "u")
    noticed(page, AGAIN)
    assert counting(server, "ben") == [LABELS] * 12
    press(page, "u")
    noticed(page, OPEN)
    all_saved(page)
    assert counting(server, "ben") == [LABELS] * 11


def test_offline_two_undos_take_back_both_answers_and_nothing_else(context: Any, server: Server) -> None:
    page = opened(context, server, "cem")
    press(page, *KEYS)
    at_item(page, "cem-0001")
    press(page, *KEYS)
    at_item(page, "cem-0002")
    press(page, "k", "2", "Enter")
    at_item(page, "cem-0002")
    all_saved(page)
    cut(page)
    press(page, "u")
    noticed(page, AGAIN)
    press(page, "u")
    noticed(page, OPEN)
    assert here(page) == "cem-0001"
    joined(page)
    all_saved(page)
    assert rows(server, "cem") == expected("cem", 1)


def outbox(page: Any) -> list[dict[str, Any]]:
    """What the browser keeps to be sent, in the order in which it was made."""
    found: list[dict[str, Any]] = page.evaluate(
        """() => Object.keys(localStorage).filter((key) => key.includes(':out:'))
             .map((key) => JSON.parse(localStorage.getItem(key))).sort((a, b) => a.n - b.n).map(({ entry }) => entry)"""
    )
    return found


def test_undo_right_after_a_flag_takes_back_the_flag_and_no_submission(context: Any, server: Server) -> None:
    page = opened(context, server, "dan")
    press(page, *KEYS)
    at_item(page, "dan-0001")
    all_saved(page)
    cut(page)
    page.locator(SHOWN + " .sc-user .sc-text").last.dblclick(position={"x": 50, "y": 10})
    press(page, "f", "1", "Enter")
    noticed(page, "Flagged. The selected text is hidden.")
    assert "47001" not in page.locator(SHOWN).inner_text()
    press(page, "j")
    at_item(page, "dan-0002")
    press(page, "u")  # from wherever one is by now
    at_item(page, "dan-0001")
    noticed(page, "Flag taken back.")
    assert "It is 47001." in page.locator(SHOWN).inner_text()
    flag, withdrawal = outbox(page)
    assert (flag["kind"], flag["assignment"]) == ("flag", "dan-0001")
    assert (withdrawal["kind"], withdrawal["withdraws"]) == ("withdraw", flag["submission_id"])
    assert "1 done · 39 left" in page.text_content(".sc-count")
    press(page, "u")  # and only then the submission before
    at_item(page, "dan-0000")
    noticed(page, OPEN)
    assert [entry["assignment"] for entry in outbox(page)] == ["dan-0001", "dan-0001", "dan-0000"]
    joined(page)
    all_saved(page)
    assert {w.withdraws for w in server.store.find(Withdrawal, rater_id="dan")} >= {flag["submission_id"]}
    page.reload()  # what the server sends of the item shows the words again
    at_item(page, "dan-0000")
    press(page, "j")
    at_item(page, "dan-0001")
    assert "It is 47001." in page.locator(SHOWN).inner_text()


def test_undo_of_a_flag_on_a_submitted_item_leaves_its_submission(context: Any, server: Server) -> None:
    page = opened(context, server, "eva")
    press(page, *KEYS)
    at_item(page, "eva-0001")
    all_saved(page)
    press(page, "k")
    at_item(page, "eva-0000")
    cut(page)
    press(page, "f", "2", "Enter")
    noticed(page, "Flagged. Thank you.")
    press(page, "u")
    noticed(page, "Flag taken back.")
    page.wait_for_selector("text=Submitted. Choose again to change it")
    assert [entry["kind"] for entry in outbox(page)] == ["flag", "withdraw"]


def test_a_finished_item_is_not_submitted_behind_a_dialog(fresh_context: Any, server: Server) -> None:
    fresh_context.clock.install()
    page = opened(fresh_context, server, "fay")
    page.clock.pause_at("2100-01-01")
    by_itself(page, 250)
    press(page, *FINE_KEYS, "s")
    page.clock.run_for(1000)  # four times the delay
    assert here(page) == "fay-0000"
    press(page, "2")
    page.clock.resume()
    at_item(page, "fay-0001")
    all_saved(page)
    assert [skip.assignment_id for skip in server.store.find(Skip, rater_id="fay")] == ["fay-0000"]
    assert rows(server, "fay") == {}


def test_taking_back_a_submission_also_drops_the_choices_made_after_it(context: Any, server: Server) -> None:
    page = opened(context, server, "gil")
    change_of_mind(page, "gil")
    press(page, "k", "2", "u")  # a change begun and taken back, with the one before it
    noticed(page, AGAIN)
    press(page, "u")
    noticed(page, OPEN)
    assert checked(page, "correctness") == ["wrong"]
    press(page, "u")  # the keys of the first answer, one by one
    assert checked(page, "politeness") == [] and checked(page, "correctness") == ["wrong"]
