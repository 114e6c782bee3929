"""Walking back through one's submissions, however old: the server sends what the browser does not hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from annotate_app import THREE, Server, build_store, serving
from annotate_desk import KEYS, LABELS, SHOWN, all_saved, at_item, checked, opened, press, rows, said

from review.annotating.submissions import receive
from storage.records_review import Annotation, Skip, Withdrawal

pytestmark = pytest.mark.browser

SUBMITTED = 60
RATERS = ("ana", "ben", "eva", "kim", "max", "noa", "oli")
SKIPPING = ("eva", "kim", "max")
RELOAD_AND_WAIT = """(name) => new Promise((done) => {
  location.reload();
  const written = () => (location.search.includes(name) ? done(true) : setTimeout(written, 10));
  written();
})"""
"""Ask for a reload and wait until the page that is being left has written a name into the address."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A week of which each rater has submitted 60 items already, in another browser; two of them skipped the last."""
    path = tmp_path_factory.mktemp("back") / "s.db"
    store = build_store(path, items=SUBMITTED + 4, raters=RATERS, rubric=THREE)
    for rater in RATERS:
        entries = [
            {"kind": "annotation", "submission_id": f"{rater}-before-{k:03d}", "assignment": f"{rater}-{k:04d}"}
            for k in range(SUBMITTED)
        ]
        if rater in SKIPPING:
            entries[-1] = {**entries[-1], "kind": "skip", "reason": "not my field"}
        assert not receive(store, rater, [{**one, "labels": LABELS, "rubric_version": 1} for one in entries]).rejected
    with serving(store) as running:
        yield running


def shown(page: Any, k: int) -> None:
    """Wait until the k-th item itself is on the screen."""
    page.wait_for_selector(f"{SHOWN} [data-item='item-{k:04d}']")


def test_reviewers_can_return_to_all_submitted_items_after_a_reload(context: Any, server: Server) -> None:
    page = opened(context, server, "ana")
    at_item(page, f"ana-{SUBMITTED:04d}")
    for k in reversed(range(SUBMITTED)):
        press(page, "k")
        at_item(page, f"ana-{k:04d}")
        shown(page, k)
    page.wait_for_selector("text=Submitted. Choose again to change it")
    assert [checked(page, name) for name in LABELS] == [[value] for value in LABELS.values()]
    press(page, "k")
    page.wait_for_selector("text=This is the first one.")
    press(page, "3", "Enter")
    at_item(page, f"ana-{SUBMITTED:04d}")
    all_saved(page)
    *_, last = server.store.find(Annotation, rater_id="ana")
    assert (last.assignment_id, last.supersedes) == ("ana-0000", "ana-before-000")


def test_walking_back_faster_than_items_arrive_works_too(context: Any, server: Server) -> None:
    page = opened(context, server, "ben")
    page.evaluate("window.__send = WebSocket.prototype.send; WebSocket.prototype.send = () => undefined")
    press(page, *["k"] * SUBMITTED)
    at_item(page, "ben-0000")
    page.wait_for_selector("text=Loading")
    press(page, "1")  # nothing is there to be judged yet
    page.evaluate("() => { WebSocket.prototype.send = window.__send; }")
    shown(page, 0)
    assert checked(page, "correctness") == ["wrong"]
    press(page, *["j"] * 30)
    at_item(page, "ben-0030")
    shown(page, 30)
    assert len(server.store.find(Annotation, rater_id="ben")) == SUBMITTED


def test_reviewers_can_return_to_skipped_items_after_a_reload_and_answer_them(context: Any, server: Server) -> None:
    page = opened(context, server, "eva")
    press(page, "j", "s", "2")
    at_item(page, "eva-0062")
    page.wait_for_selector("text=59 done · 2 skipped · 3 left")
    all_saved(page)
    page.reload()
    at_item(page, "eva-0062")
    press(page, "k", "k")
    at_item(page, "eva-0061")
    page.wait_for_selector("text=Skipped: Outside my field. You can still answer it")
    said(page, "Skipped item")
    press(page, "k")
    at_item(page, "eva-0059")
    shown(page, 59)
    page.wait_for_selector("text=Skipped: not my field. You can still answer it")
    press(page, "s", "Escape")
    press(page, *KEYS)
    at_item(page, "eva-0060")
    page.wait_for_selector("text=60 done · 1 skipped · 3 left")
    all_saved(page)
    assert rows(server, "eva")["eva-0059"] == LABELS
    press(page, "u")  # what lies under the answer counts again: the skip
    at_item(page, "eva-0059")
    page.wait_for_selector("text=Taken back. It is skipped again.")
    page.wait_for_selector("text=59 done · 2 skipped · 3 left")
    all_saved(page)
    press(page, "u", "u", "u", "u")  # the three choices, then the skip
    page.wait_for_selector("text=59 done · 1 skipped · 4 left")
    all_saved(page)
    assert len(server.store.find(Skip, rater_id="eva")) == 2
    assert len(server.store.find(Withdrawal, rater_id="eva")) == 2
    assert "eva-0059" not in rows(server, "eva")


def test_after_a_reload_undo_takes_back_the_last_submission_and_keeps_drafts(context: Any, server: Server) -> None:
    page = opened(context, server, "max")
    press(page, *KEYS)
    at_item(page, "max-0061")
    press(page, "1", "c")
    page.keyboard.type("not sure")
    press(page, "Escape", "s", "2")
    at_item(page, "max-0062")
    all_saved(page)
    page.reload()
    at_item(page, "max-0062")
    page.wait_for_selector("text=60 done · 2 skipped · 2 left")
    press(page, "u")
    at_item(page, "max-0061")
    page.wait_for_selector("text=60 done · 1 skipped · 3 left")
    assert page.input_value("[data-note=comment]") == "not sure"
    assert checked(page, "correctness") == ["wrong"]
    all_saved(page)
    (undone,) = server.store.find(Withdrawal, rater_id="max")
    assert undone.withdraws == server.store.find(Skip, rater_id="max")[-1].submission_id


def test_an_item_just_skipped_is_there_offline_and_in_its_place_after_a_reload(context: Any, server: Server) -> None:
    page = opened(context, server, "noa")
    press(page, "s", "2")
    at_item(page, "noa-0061")
    all_saved(page)
    context.set_offline(True)
    press(page, "k")
    shown(page, 60)
    press(page, "1")
    context.set_offline(False)
    page.reload()
    at_item(page, "noa-0060")
    shown(page, 60)
    assert checked(page, "correctness") == ["wrong"]
    page.wait_for_selector("text=Skipped: Outside my field.")


def test_a_name_that_is_written_while_a_reload_is_on_its_way_keeps_the_place(context: Any, server: Server) -> None:
    """The address may change after the reload has taken it: the page that is being left still runs."""
    page = opened(context, server, "ben")
    press(page, "j")
    page.wait_for_url("**item=item-0061*")

    held: list[Any] = []
    page.route(lambda url: "item=item-0061" in url, lambda route: held.append(route), times=1)
    press(page, "j")  # within the pause between two names, so its name is written a moment later
    page.evaluate(RELOAD_AND_WAIT, "item-0062")
    (reload,) = held
    reload.continue_()
    at_item(page, "ben-0062")
    page.wait_for_url("**item=item-0062*")


def test_an_answer_from_another_tab_is_loaded_before_it_counts_as_changed(context: Any, server: Server) -> None:
    page = opened(context, server, "oli")
    other = opened(context, server, "oli")
    press(other, *KEYS)
    at_item(other, "oli-0061")
    all_saved(other)
    page.wait_for_selector("text=You submitted this item in another tab.")
    press(page, "j", *KEYS)  # any answer of the server tells this tab
    at_item(page, "oli-0062")
    all_saved(page)
    press(page, "k", "k")
    at_item(page, "oli-0060")
    page.wait_for_selector("text=Submitted. Choose again to change it")
    assert [checked(page, name) for name in LABELS] == [[value] for value in LABELS.values()]
    press(page, "u")
    page.wait_for_selector("text=Taken back. It does not count until you submit it again.")
    all_saved(page)
    assert "oli-0060" not in rows(server, "oli") and "oli-0061" in rows(server, "oli")


def test_an_empty_queue_offers_the_skipped_items_one_by_one(context: Any, server: Server) -> None:
    page = opened(context, server, "kim")
    press(page, "s", "2")
    for k in (61, 62, 63):
        at_item(page, f"kim-{k:04d}")
        press(page, *KEYS)
    page.wait_for_selector("text=You skipped 2 items. You can still answer them while the week is open.")
    all_saved(page)
    page.reload()
    page.get_by_role("button", name="Return to skipped items").click()
    shown(page, 59)
    press(page, *KEYS)
    at_item(page, "kim-0060")
    shown(page, 60)
    press(page, *KEYS)
    page.wait_for_selector("text=Nothing left for you this week")
    page.wait_for_selector("text=64 done · 0 left")
    all_saved(page)
    assert len(rows(server, "kim")) == 64
