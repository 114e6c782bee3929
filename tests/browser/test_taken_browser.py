"""An item that leaves the reviewer's list while it is open: the page says so, labels and late answers are kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from annotate_app import THREE, WEEK, Server, build_store, serving
from annotate_desk import KEYS, LABELS, ROOT, all_saved, at_item, checked, here, opened, press, said

from review.basics.clock import now
from review.closing.closing import close_week
from review.people.people import add_person
from review.rubric.rubric import rubric_from, save_rubric
from review.week.dealing import redistribute
from review.week.requeue import requeue
from storage.records_review import Annotation, Withdrawal
from storage.records_weeks import Reassignment

pytestmark = pytest.mark.browser
HANDED = "This item was handed to ken while you had it open. Your labels are kept"
RATERS = ("ana", "ben", "eva", "kim", "lou")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One application for the tests of what is handed over: every test is another rater, and ken takes all."""
    store = build_store(tmp_path_factory.mktemp("taken") / "s.db", items=8, raters=RATERS, rubric=THREE)
    with serving(store) as running:
        yield running


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """An application of this test's own, where the week or the rubric may be changed."""
    with serving(build_store(tmp_path / "s.db", items=4, raters=("ana",), rubric=THREE)) as running:
        yield running


def with_clock(context: Any, server: Server, rater: str) -> Any:
    """The page with a clock that the test can put forward."""
    context.clock.install()
    return opened(context, server, rater)


def half_a_minute_later(page: Any) -> None:
    page.clock.fast_forward(31_000)


def hand_over(server: Server, rater: str) -> None:
    name = f"{rater}-ken"
    add_person(server.store, name, role="annotator", by="lea")
    redistribute(server.store, WEEK, rater=rater, to=[name], by="lea", reason="ill")


def state(page: Any, words: str) -> None:
    page.wait_for_selector(f".sc-state:not([hidden]) >> text={words}")


def late(server: Server, rater: str) -> list[tuple[str, bool]]:
    return [(n.assignment_id, n.late) for n in server.store.find(Annotation, rater_id=rater)]


def test_an_idle_page_learns_of_a_hand_over_and_keeps_the_labels(fresh_context: Any, server: Server) -> None:
    page = with_clock(fresh_context, server, "ana")
    press(page, "1", "4", "c")
    page.keyboard.type("before it was taken")
    hand_over(server, "ana")
    half_a_minute_later(page)
    state(page, HANDED.replace("ken", "ana-ken"))
    said(page, "This item was handed to ana-ken")
    assert here(page) == "ana-0000"
    assert page.text_content(".sc-submit span") == "Submit late"
    assert checked(page, "correctness") == ["wrong"]
    assert page.input_value("[data-note=comment]") == "before it was taken"
    press(page, "Escape", "3", "Enter")
    page.wait_for_selector("text=Nothing left for you this week")
    all_saved(page)
    (kept,) = server.store.find(Annotation, rater_id="ana")
    assert (kept.assignment_id, kept.labels, kept.late, kept.comment) == (
        "ana-0000",
        LABELS,
        True,
        "before it was taken",
    )


def test_the_acknowledgement_of_the_previous_item_reports_a_hand_over_too(context: Any, server: Server) -> None:
    page = opened(context, server, "ben")
    hand_over(server, "ben")
    press(page, *KEYS)  # submitted and only then learnt: this one is late as well
    at_item(page, "ben-0001")
    state(page, HANDED.replace("ken", "ben-ken"))
    press(page, *KEYS)
    page.wait_for_selector("text=Nothing left for you this week")
    all_saved(page)
    assert late(server, "ben") == [("ben-0000", True), ("ben-0001", True)]


def test_a_reviewer_can_go_on_and_return_to_the_labels_after_a_reload(fresh_context: Any, server: Server) -> None:
    page = with_clock(fresh_context, server, "eva")
    press(page, "j", "j", "2")
    at_item(page, "eva-0002")
    server.store.add(
        Reassignment(id="eva-gone", assignment_id="eva-0002", to_id=None, at=now(), by="lea", reason="not for review")
    )
    half_a_minute_later(page)
    state(page, "This item was withdrawn while you had it open. Your labels are kept")
    press(page, "j")
    at_item(page, "eva-0003")  # on from where one was, not from the beginning
    press(page, "k", "k", "k")
    at_item(page, "eva-0002")  # what was begun and taken stands before what is open
    assert checked(page, "correctness") == ["partly"]
    page.reload()
    at_item(page, "eva-0002")
    state(page, "This item was withdrawn")
    said(page, "This item was withdrawn")
    assert checked(page, "correctness") == ["partly"]
    press(page, "3", "1", "Enter")
    at_item(page, "eva-0000")
    all_saved(page)
    assert late(server, "eva") == [("eva-0002", True)]


def test_coming_back_to_the_page_asks_at_once(fresh_context: Any, server: Server) -> None:
    page = with_clock(fresh_context, server, "kim")
    press(page, "1")
    hand_over(server, "kim")
    page.clock.fast_forward(6000)
    assert not page.is_visible(".sc-state")
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    state(page, HANDED.replace("ken", "kim-ken"))


def test_the_new_reviewer_sees_the_items_arrive(fresh_context: Any, server: Server) -> None:
    add_person(server.store, "lou-ken", role="annotator", by="lea")
    fresh_context.clock.install()
    page = fresh_context.new_page()
    page.goto(server.page("lou-ken"))
    page.wait_for_selector("text=Nothing for you yet this week")
    redistribute(server.store, WEEK, rater="lou", to=["lou-ken"], by="lea")
    half_a_minute_later(page)
    page.wait_for_selector(f"{ROOT} .sc-slot:not([inert]) [data-item='item-0000']")


def test_a_week_closed_while_an_item_is_open_is_explained_and_takes_the_answer_late(
    fresh_context: Any, own_server: Server
) -> None:
    page = with_clock(fresh_context, own_server, "ana")
    press(page, "1", "4")
    close_week(own_server.store, WEEK, by="lea", reason="holidays")
    half_a_minute_later(page)
    state(page, "The week is closed. A submission now is kept as a late answer.")
    said(page, "The week was closed while you had this item open. A submission now is kept as a late answer")
    assert checked(page, "usefulness") == ["great"]
    press(page, "3", "Enter")
    at_item(page, "ana-0001")
    all_saved(page)
    assert late(own_server, "ana") == [("ana-0000", True)]
    # What was said in a closed week stands: nothing is sent that the server would refuse.
    press(page, "k")
    at_item(page, "ana-0000")
    state(page, "Submitted. The week is closed.")
    press(page, "u")
    said(page, "The week is closed. Answers and skips can no longer be taken back.")
    all_saved(page)
    assert own_server.store.find(Withdrawal) == []


def test_a_rubric_that_changed_meanwhile_is_announced(fresh_context: Any, own_server: Server) -> None:
    page = with_clock(fresh_context, own_server, "ana")
    press(page, "1", "4")
    changed = {**THREE, "dimensions": THREE["dimensions"][:2]}
    save_rubric(own_server.store, rubric_from(changed), by="lea")
    requeue(own_server.store, WEEK, by="lea", items=["item-0000"])
    half_a_minute_later(page)
    words = "asked again under a newer version of the rubric"
    page.wait_for_selector(f".sc-notice:not([hidden]) >> text={words}")
    said(page, words)
    assert here(page) != "ana-0000"
    press(page, "1", "4", "Enter")  # the new rubric has two dimensions
    page.wait_for_selector("text=Items now use version 1 of the rubric")
    all_saved(page)
    (kept,) = own_server.store.find(Annotation, rater_id="ana")
    assert (kept.item_id, kept.rubric_version, kept.labels) == (
        "item-0000",
        2,
        {"correctness": "wrong", "usefulness": "great"},
    )
