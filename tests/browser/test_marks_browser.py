"""Marks in a real browser: words are selected in the answer, kept, sent, and shown to the adjudicator."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from adjudicate_app import WRONG
from annotate_app import THREE, Server, build_store, serving
from annotate_desk import SHOWN, all_saved, at_item, opened, press, said
from kept_contexts import page_of
from page_at_rest import at_rest

from storage.records_people import Role
from storage.records_review import Annotation

pytestmark = pytest.mark.browser

ANSWER = "Sent 📦 on Tuesday.\n\n```sql\nSELECT 1\n```\n\nIt left the depot. Ask jo.\n"
MESSAGES = ({"role": "user", "content": "Where is it?"}, {"role": "assistant", "content": ANSWER})
SELECT = """(root, words) => {
  const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const at = node.data.indexOf(words);
    if (at < 0) continue;
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + words.length);
    document.getSelection().removeAllRanges();
    document.getSelection().addRange(range);
    return true;
  }
  return false;
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    store = build_store(
        tmp_path_factory.mktemp("marks") / "s.db",
        items=3,
        raters=("ana", "ben", "mia"),
        rubric=THREE,
        special={k: {"messages": MESSAGES, "sql": None, "result": None} for k in range(3)},
    )
    store.add(Role(id="adjudicates-mia", rater_id="mia", role="adjudicator", at="2026-11-16T09:00:00Z", by="lea"))
    with serving(store) as running:
        yield running


def select(page: Any, words: str, inside: str = f"{SHOWN} [data-target]") -> None:
    assert page.locator(inside).first.evaluate(SELECT, words), words


def test_words_are_marked_proved_sent_and_shown(context: Any, server: Server) -> None:
    page = opened(context, server, "ana")
    press(page, "1", "4", "3")
    select(page, "left the")
    page.get_by_role("toolbar").get_by_role("button", name="Mark").click()
    select(page, "SELECT")
    press(page, "q")
    page.locator(f"{SHOWN} details", has_text="Retrieved").locator("summary").click()
    select(page, "two to four days", f"{SHOWN} [data-passage]")
    press(page, "q")
    said(page, "attached to your mark")
    assert page.locator(f"{SHOWN} mark").all_inner_texts() == ["SELECT", "left the"]
    page.reload()
    at_item(page, "ana-0000")
    at_rest(page)
    assert page.locator(f"{SHOWN} mark").all_inner_texts() == ["SELECT", "left the"]
    press(page, "Enter")
    at_item(page, "ana-0001")
    assert page.locator(f"{SHOWN} mark").count() == 0
    all_saved(page)
    (row,) = server.store.find(Annotation, rater_id="ana")
    assert row.labels == WRONG and [m["quote"] for m in row.marks or ()] == ["SELECT", "left the"]
    assert all(ANSWER[m["start"] : m["end"]] == m["quote"] for m in row.marks or ())
    assert [(m.get("proof"), m.get("passage")) for m in row.marks or ()] == [("two to four days", 0), (None, None)]
    press(page, "k")
    at_item(page, "ana-0000")
    assert page.locator(f"{SHOWN} mark").all_inner_texts() == ["SELECT", "left the"]

    press(page, "u")  # taken back: the marks are in the draft again
    said(page, "Taken back")
    assert page.locator(".sc-marks li").count() == 2
    press(page, "Enter")
    all_saved(page)

    ben = opened(context, server, "ben")
    press(ben, "3", "4", "3", "q")
    said(ben, "First choose a value that says that something is wrong")
    press(ben, "Enter")
    all_saved(ben)

    mia = opened(context, server, "mia")
    press(mia, "3", "4", "3", "Enter")
    at_item(mia, "mia-0001")
    all_saved(mia)
    page = page_of(context)
    page.goto(server.page("mia", "adjudicate"))
    page.wait_for_selector("[data-testid=adjudicator][data-assignment='item-0000']")
    at_rest(page)
    assert page.locator(f"{SHOWN} mark").all_inner_texts() == ["SELECT", "left the"]
    assert "proof: “two to four days” · passage 1" in page.locator(".sc-votes").inner_text()
