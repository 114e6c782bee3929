"""Back through what one submitted, however long ago: what the browser does not hold comes when one gets there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from annotate_app import THREE, Server, build_store, serving
from annotate_desk import LABELS, SHOWN, all_saved, at_item, checked, opened, press

from review.submissions import receive
from storage.records import Annotation

pytestmark = pytest.mark.browser

SUBMITTED = 60
RATERS = ("ana", "ben")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A week of which each rater has submitted 60 items already, in another browser."""
    path = tmp_path_factory.mktemp("back") / "s.db"
    store = build_store(path, items=SUBMITTED + 4, raters=RATERS, rubric=THREE)
    for rater in RATERS:
        entries = [
            {"kind": "annotation", "submission_id": f"{rater}-before-{k:03d}", "assignment": f"{rater}-{k:04d}"}
            for k in range(SUBMITTED)
        ]
        assert not receive(store, rater, [{**one, "labels": LABELS, "rubric_version": 1} for one in entries]).rejected
    with serving(store) as running:
        yield running


def shown(page: Any, k: int) -> None:
    """Wait until the k-th item itself is on the screen."""
    page.wait_for_selector(f"{SHOWN} [data-item='item-{k:04d}']")


def test_all_that_was_submitted_can_be_gone_back_to_after_a_reload(context: Any, server: Server) -> None:
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


def test_whoever_walks_faster_than_the_items_come_gets_there_too(context: Any, server: Server) -> None:
    page = opened(context, server, "ben")
    page.evaluate("window.__send = WebSocket.prototype.send; WebSocket.prototype.send = () => undefined")
    press(page, *["k"] * SUBMITTED)
    at_item(page, "ben-0000")
    page.wait_for_selector("text=Fetching")
    press(page, "1")  # nothing is there to be judged yet
    page.evaluate("() => { WebSocket.prototype.send = window.__send; }")
    shown(page, 0)
    assert checked(page, "correctness") == ["wrong"]
    press(page, *["j"] * 30)
    at_item(page, "ben-0030")
    shown(page, 30)
    assert len(server.store.find(Annotation, rater_id="ben")) == SUBMITTED
