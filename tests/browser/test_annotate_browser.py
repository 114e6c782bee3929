"""The annotate page as a reviewer uses it: real key presses in a real browser against the real application."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from annotate_app import COUNTRIES, NASTY, THREE, Server, build_store, serving
from annotate_desk import (
    FINE,
    FINE_KEYS,
    KEYS,
    LABELS,
    SHOWN,
    all_saved,
    at_item,
    by_itself,
    checked,
    expected,
    opened,
    press,
    rows,
    said,
)

from storage.records_review import Annotation, Flag, Skip, Withdrawal

pytestmark = pytest.mark.browser

RATERS = tuple(f"r{k:02d}" for k in range(27))
LONG = {
    "dimensions": [
        {"name": "intent", "scale": "nominal", "values": COUNTRIES},
        {"name": "correctness", "scale": "ordinal", "values": ["wrong", "partly", "correct"]},
        {
            "name": "reasons",
            "scale": "set",
            "values": ["wrong_fact", "incomplete", "unsafe"],
            "shown_when": {"correctness": ["wrong", "partly"]},
            "required": False,
        },
        {"name": "politeness", "scale": "ordinal", "values": ["rude", "neutral", "friendly"]},
    ]
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One application for this module; every test is another rater, so that none sees another's work."""
    special = {
        1: {"messages": ({"role": "user", "content": NASTY}, {"role": "assistant", "content": NASTY})},
        2: {"result": {"columns": [NASTY], "rows": [[NASTY]], "total": 1}, "sql": f"SELECT '{NASTY}'"},
    }
    store = build_store(tmp_path_factory.mktemp("annotate") / "s.db", raters=RATERS, rubric=THREE, special=special)
    with serving(store) as running:
        yield running


@pytest.fixture(scope="module")
def long_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    store = build_store(tmp_path_factory.mktemp("long") / "s.db", items=6, raters=("ana", "ben"), rubric=LONG)
    with serving(store) as running:
        yield running


def test_ten_fine_items_take_three_keys_each_without_enter(context: Any, server: Server) -> None:
    page = opened(context, server, "r00")
    by_itself(page, 50)
    for k in range(10):
        at_item(page, f"r00-{k:04d}")
        press(page, *FINE_KEYS)
    at_item(page, "r00-0010")
    all_saved(page)
    assert rows(server, "r00") == expected("r00", 10, FINE)
    assert "10 done · 20 left" in page.text_content(".sc-count")


def test_a_burst_of_keys_saves_ten_right_rows(context: Any, server: Server) -> None:
    page = opened(context, server, "r01")
    by_itself(page, 0)
    for saved, gap in ((10, 0), (20, 30)):
        for _ in range(10):
            page.keyboard.type("".join(FINE_KEYS), delay=gap)
        at_item(page, f"r01-{saved:04d}")
        all_saved(page)
        assert rows(server, "r01") == expected("r01", saved, FINE), gap


def test_a_double_press_of_enter_and_holding_it_submit_one_item(context: Any, server: Server) -> None:
    page = opened(context, server, "r03")
    for k in range(10):
        at_item(page, f"r03-{k:04d}")
        press(page, *KEYS, "Enter", "Enter")
    at_item(page, "r03-0010")
    all_saved(page)
    assert rows(server, "r03") == expected("r03", 10)
    press(page, *KEYS[:3])
    for _ in range(20):
        page.keyboard.down("Enter")  # repeated downs without an up are the auto-repeat of a held key
    page.keyboard.up("Enter")
    at_item(page, "r03-0011")
    all_saved(page)
    assert rows(server, "r03") == expected("r03", 11)


def test_an_item_without_its_labels_is_never_submitted_and_undo_takes_back_the_last_one(
    context: Any, server: Server
) -> None:
    page = opened(context, server, "r05")
    press(page, "Enter", "1", "Enter", "2", "Enter")
    page.wait_for_selector("[data-field=politeness][data-focus]")
    assert page.get_attribute("[data-testid=annotator]", "data-assignment") == "r05-0000"
    assert page.get_attribute("[data-testid=annotator]", "data-unsaved") == "0"
    assert rows(server, "r05") == {}
    press(page, "u")  # undo takes back the last choice first
    assert (checked(page, "correctness"), checked(page, "usefulness")) == (["wrong"], [])
    page.wait_for_selector("[data-field=usefulness][data-focus]")


def test_undo_withdraws_the_row_and_reopens_the_item_with_its_labels(context: Any, server: Server) -> None:
    page = opened(context, server, "r06")
    press(page, *KEYS)
    at_item(page, "r06-0001")
    press(page, "u")
    at_item(page, "r06-0000")
    for dimension, value in LABELS.items():
        assert checked(page, dimension) == [value]
    assert page.locator(".sc-slot:not([inert])").count() == 1, "one conversation at a time"
    all_saved(page)
    assert rows(server, "r06") == {}
    press(page, "2", "Enter")
    at_item(page, "r06-0001")
    all_saved(page)
    assert rows(server, "r06") == expected("r06", 1, {**LABELS, "correctness": "partly"})


def test_a_skip_needs_a_reason_and_can_be_undone(context: Any, server: Server) -> None:
    page = opened(context, server, "r08")
    press(page, "s")
    page.wait_for_selector("[role=dialog]")
    press(page, "Enter")  # no reason yet
    assert page.get_attribute("[data-testid=annotator]", "data-assignment") == "r08-0000"
    page.keyboard.type("usual keys")  # written into the reason, where u, s and k command nothing
    press(page, "Enter")
    at_item(page, "r08-0001")
    press(page, "s", "2")
    at_item(page, "r08-0002")
    all_saved(page)
    assert [s.reason for s in server.store.find(Skip, rater_id="r08")] == ["usual keys", "Outside my field"]
    press(page, "u")
    at_item(page, "r08-0001")
    all_saved(page)
    assert len(server.store.find(Withdrawal, rater_id="r08")) == 1


def test_a_comment_commands_nothing_and_a_corrected_answer_starts_from_the_answer(context: Any, server: Server) -> None:
    page = opened(context, server, "r09")
    press(page, "c")
    text = "just some keys: u s f c x j k e g ? 1 2 3"
    page.keyboard.type(text)
    press(page, "Escape", *KEYS)
    at_item(page, "r09-0001")
    press(page, "x")
    assert page.input_value("[data-note=corrected_answer]") == NASTY
    page.keyboard.type(" Really.")
    press(page, "Escape", *KEYS)
    at_item(page, "r09-0002")
    press(page, "x", "Escape", *KEYS)  # looked at and left as it is: nothing is corrected
    at_item(page, "r09-0003")
    all_saved(page)
    said_first, corrected, left = server.store.find(Annotation, rater_id="r09")
    assert (said_first.comment, said_first.labels, said_first.corrected_answer) == (text, LABELS, "")
    assert (corrected.corrected_answer, left.corrected_answer) == (f"{NASTY} Really.", "")


def test_everything_works_by_mouse(context: Any, server: Server) -> None:
    page = opened(context, server, "r11")
    for dimension, value in reversed(LABELS.items()):
        page.click(f"[data-dimension={dimension}][data-value={value}]")
    page.get_by_role("button", name="Submit").click()
    at_item(page, "r11-0001")
    page.get_by_role("button", name="Undo").click()
    at_item(page, "r11-0000")
    page.get_by_role("button", name="Submit").click()
    at_item(page, "r11-0001")
    all_saved(page)
    assert rows(server, "r11") == expected("r11", 1)


def test_everything_works_by_touch_on_a_small_screen(new_context: Any, server: Server) -> None:
    page = opened(new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True), server, "r12")
    for dimension, value in LABELS.items():
        page.tap(f"[data-dimension={dimension}][data-value={value}]")
    page.get_by_role("button", name="Submit").tap()
    at_item(page, "r12-0001")
    all_saved(page)
    wide = page.evaluate("document.documentElement.scrollWidth")
    rubric = page.locator(".sc-rubric").bounding_box()
    assert rows(server, "r12") == expected("r12", 1)
    assert wide <= 390
    assert rubric["y"] + rubric["height"] <= 844


def test_two_tabs_of_one_reviewer_both_work(context: Any, server: Server) -> None:
    first, second = opened(context, server, "r13"), opened(context, server, "r13")
    press(first, *KEYS)
    at_item(first, "r13-0001")
    second.wait_for_selector("text=You submitted this item in another tab")
    press(second, "3", "1", "1", "Enter")  # the same item again: the later one counts
    at_item(second, "r13-0001")
    press(first, *KEYS)
    at_item(first, "r13-0002")
    press(second, "j", *KEYS)
    at_item(second, "r13-0003")
    all_saved(first)
    all_saved(second)
    # Each tab has its own way to the server, so only answers to the same item have an order.
    mine = sorted(server.store.find(Annotation, rater_id="r13"), key=lambda a: a.assignment_id)
    saved = [(a.assignment_id, a.labels["correctness"]) for a in mine]
    assert saved == [(f"r13-{k:04d}", value) for k, value in [(0, "wrong"), (0, "correct"), (1, "wrong"), (2, "wrong")]]


def test_three_items_offline_are_saved_when_the_network_returns(context: Any, server: Server) -> None:
    page = opened(context, server, "r14")
    context.set_offline(True)
    for k in range(3):
        at_item(page, f"r14-{k:04d}")
        press(page, *KEYS)
    at_item(page, "r14-0003")
    page.wait_for_selector("text=offline, 3 to save")
    assert page.get_attribute("[data-testid=annotator]", "data-unsaved") == "3"
    context.set_offline(False)
    all_saved(page)
    page.wait_for_selector("text=all saved")
    assert rows(server, "r14") == expected("r14", 3)


def test_a_reload_keeps_the_draft_and_the_outbox(context: Any, server: Server) -> None:
    page = opened(context, server, "r15")
    page.evaluate("window.__stop = WebSocket.prototype.send; WebSocket.prototype.send = () => undefined")
    press(page, *KEYS)  # submitted, and nothing gets through
    at_item(page, "r15-0001")
    press(page, "2", "c")
    page.keyboard.type("half a thought")
    assert rows(server, "r15") == {}
    page.reload()
    at_item(page, "r15-0001")
    all_saved(page)
    assert rows(server, "r15") == expected("r15", 1)
    assert checked(page, "correctness") == ["partly"]
    assert page.input_value("[data-note=comment]") == "half a thought"
    assert page.evaluate("Object.keys(localStorage).filter((k) => k.includes(':out:')).length") == 0


def test_a_restarted_server_loses_nothing_and_the_end_says_what_comes_next(context: Any, tmp_path: Path) -> None:
    store = build_store(tmp_path / "s.db", items=2, raters=("ana",), rubric=THREE)
    with serving(store) as first:
        page = opened(context, first, "ana")
    press(page, *KEYS)  # while nothing runs
    at_item(page, "ana-0001")
    assert page.get_attribute("[data-testid=annotator]", "data-unsaved") == "1"
    with serving(store, port=int(first.url.rpartition(":")[2])) as second:
        all_saved(page)
        press(page, *KEYS)
        page.wait_for_selector("text=Nothing left for you this week")
        all_saved(page)
        press(page, "k")
        at_item(page, "ana-0001")
    assert rows(second, "ana") == expected("ana", 2)


def test_the_browser_receives_no_verdict_no_other_label_and_no_reason(context: Any, server: Server) -> None:
    page = opened(context, server, "r16")
    press(page, *KEYS)
    all_saved(page)
    other = context.new_page()
    frames: list[bytes] = []
    other.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(as_bytes(frame))))
    other.goto(server.page("r17"))
    at_item(other, "r17-0000")
    sent = b"".join(frames)
    assert b"Order 47000 is on its way" in sent  # the items did come this way
    for secret in (b"secret-judge", b"secret-check", b"failing-secret", b"thumbs-down-secret", b"0.123456", b"r16-00"):
        assert secret not in sent


def as_bytes(frame: Any) -> bytes:
    return frame.encode() if isinstance(frame, str) else bytes(frame)


def test_a_submitted_item_can_be_changed_and_the_later_one_counts(context: Any, server: Server) -> None:
    page = opened(context, server, "r20")
    press(page, *KEYS)
    at_item(page, "r20-0001")
    all_saved(page)
    press(page, "k")
    at_item(page, "r20-0000")
    page.wait_for_selector("text=secret-judge")  # the rubric reveals verdicts after submission
    assert page.locator(".sc-reveal dd[data-flagged]").inner_text().startswith("secret-check")
    assert page.locator(".sc-reveal mark").inner_text() == "Thank you"
    press(page, "3", "Enter")
    at_item(page, "r20-0001")
    all_saved(page)
    first, second = server.store.find(Annotation, rater_id="r20")
    assert second.supersedes == first.submission_id
    assert second.labels == {**LABELS, "correctness": "correct"}
    assert second.revealed


def test_selected_text_goes_with_a_flag_and_disappears(context: Any, server: Server) -> None:
    page = opened(context, server, "r19")
    page.locator(SHOWN + " .sc-user .sc-text").last.dblclick(position={"x": 50, "y": 10})
    chosen = page.evaluate("getSelection().toString().trim()")
    assert chosen == "47000"
    press(page, "f", "1", "Enter")  # from here on the evidence of checks is not quoted in this conversation
    page.wait_for_selector("text=The selected text is hidden")
    all_saved(page)
    assert "47000" not in page.locator(".sc-pane").inner_text()
    assert [f.kind for f in server.store.find(Flag, rater_id="r19")] == ["privacy"]


def test_the_next_item_starts_at_its_answer_not_where_the_last_was_left(context: Any, server: Server) -> None:
    page = opened(context, server, "r21")
    page.set_viewport_size({"width": 1280, "height": 520})
    page.evaluate("document.querySelector('.sc-slot:not([inert])').scrollTop = 10000")
    press(page, *KEYS)
    at_item(page, "r21-0001")
    press(page, "j", "j")
    at_item(page, "r21-0003")
    inside = page.evaluate(
        """() => { const pane = document.querySelector('.sc-pane').getBoundingClientRect();
                   const target = document.querySelector('.sc-slot:not([inert]) [data-target]').getBoundingClientRect();
                   return target.top >= pane.top && target.top < pane.bottom; }"""
    )
    assert inside


HEARD = """() => {
  window.heard = [];
  const live = document.querySelector('.sc-live');
  new MutationObserver(() => heard.push(live.textContent)).observe(live, { childList: true, characterData: true });
}"""
"""Note what the live region says from now on."""


def test_a_screen_reader_is_told_of_the_item_and_of_saving(context: Any, server: Server) -> None:
    page = opened(context, server, "r22")
    assert page.evaluate("document.activeElement.dataset.testid") == "annotator"
    live = page.locator("[role=status][aria-live=polite].sc-live")
    press(page, *KEYS)
    page.wait_for_function("document.querySelector('.sc-live').textContent.includes('29 left')")
    assert "It is 47001." in live.text_content() or NASTY[:10] in live.text_content()
    said(page, "all saved")
    all_saved(page)
    page.evaluate(HEARD)
    for _ in range(5):  # faster than the moment of quiet
        press(page, *KEYS)
    at_item(page, "r22-0006")
    page.wait_for_function("heard.some((words) => words.includes('24 left'))")
    said(page, "all saved")
    assert page.evaluate("heard.filter((words) => words === 'all saved').length") == 1
    groups = page.locator("[data-testid=annotator] [role=radiogroup]")
    assert groups.count() == 3
    assert groups.first.get_attribute("aria-labelledby")


def test_an_entry_for_somebody_elses_item_is_refused_with_a_sentence(context: Any, server: Server) -> None:
    page = opened(context, server, "r23")
    press(page, "1")  # a draft, whose name in the storage tells the prefix
    forged = {"submission_id": "11111111-1111-4111-8111-111111111111", "kind": "annotation", "assignment": "r00-0000"}
    page.evaluate(
        """(entry) => { const draft = Object.keys(localStorage).find((key) => key.includes(':draft:'));
                        const name = draft.replace(/draft:.*/, `out:${entry.submission_id}`);
                        localStorage.setItem(name, JSON.stringify({ n: 1, entry })); }""",
        {**forged, "labels": LABELS, "at": "2026-11-20T08:00:00Z", "rubric_version": 1},
    )
    page.reload()
    page.wait_for_selector("text=this item is not dealt to you")
    all_saved(page)
    assert rows(server, "r23") == {}


def test_a_long_list_filters_as_one_types(context: Any, long_server: Server) -> None:
    page = opened(context, long_server, "ana")
    page.keyboard.type("swal")  # s, w, a, l command nothing while the filter has the caret
    press(page, "Enter")
    page.wait_for_selector("[data-field=correctness][data-focus]")
    press(page, "3", "2", "Enter")
    at_item(page, "ana-0001")
    page.keyboard.type("card")
    press(page, "2", "3", "1", "Enter")
    at_item(page, "ana-0002")
    all_saved(page)
    assert list(rows(long_server, "ana").values()) == [
        {"intent": "card_swallowed", "correctness": "correct", "politeness": "neutral"},
        {"intent": "card_lost", "correctness": "correct", "politeness": "rude"},
    ]


def test_a_set_goes_on_with_enter_and_a_hidden_dimension_is_not_submitted(context: Any, long_server: Server) -> None:
    page = opened(context, long_server, "ben")
    page.keyboard.type("top")
    press(page, "1", "1")
    page.wait_for_selector("[data-field=reasons][data-focus]")
    press(page, "1", "3", "Enter", "2", "Enter")
    at_item(page, "ben-0001")
    all_saved(page)
    labels = {"intent": "top_up_failed", "correctness": "wrong", "politeness": "neutral"}
    assert rows(long_server, "ben") == {"ben-0000": {**labels, "reasons": ["wrong_fact", "unsafe"]}}
    page.keyboard.type("top")
    press(page, "1", "1", "1")
    page.click("[data-dimension=correctness][data-value=correct]")
    assert page.locator("[data-field=reasons]").is_hidden()
    press(page, "3", "Enter")
    at_item(page, "ben-0002")
    all_saved(page)
    assert "reasons" not in rows(long_server, "ben")["ben-0001"]


def test_a_reviewer_who_only_looks_ahead_sees_markup_as_text_and_does_not_run_out_of_items(
    context: Any, server: Server
) -> None:
    page = opened(context, server, "r25")
    for k in range(1, 30):  # 25 come at once, the others while one walks
        press(page, "j")
        at_item(page, f"r25-{k:04d}")
        page.wait_for_selector(SHOWN + f" >> text=It is 47{k:03d}." if k > 2 else SHOWN)
        if k == 1:
            assert page.locator(SHOWN + " .sc-turn .sc-text").first.text_content() == NASTY
        if k == 2:
            assert page.locator(SHOWN + " td").first.text_content() == NASTY
            assert NASTY in page.locator(SHOWN + " .sc-code").first.text_content()
        assert page.locator(".sc-pane img, .sc-pane script").count() == 0
    assert page.evaluate("window.hacked") is None
    assert rows(server, "r25") == {}


def test_seconds_are_active_time(fresh_context: Any, server: Server) -> None:
    fresh_context.clock.install()
    page = opened(fresh_context, server, "r24")
    away = {0: 0, 1: 30, 2: 90, 3: 20 * 60}
    for k, seconds in away.items():
        at_item(page, f"r24-{k:04d}")
        page.clock.fast_forward(seconds * 1000)  # nothing is touched
        press(page, *KEYS)
    at_item(page, "r24-0004")
    all_saved(page)
    saved = {n.assignment_id: n.seconds or 0 for n in server.store.find(Annotation, rater_id="r24")}
    none, half, long, lunch = (saved[f"r24-{k:04d}"] for k in away)
    assert 0 < none < 30
    assert 30 <= half < 60, "reading is counted whole"
    assert 60 <= long < 90, "of a long pause a minute"
    assert 60 <= lunch < 90, "of an absence no more"


def test_the_browsers_language_speaks_and_another_can_be_chosen(new_context: Any, server: Server) -> None:
    page = opened(new_context(locale="de-DE"), server, "r26")
    assert page.text_content(".sc-submit span") == "Absenden"
    press(page, "1", "4")
    page.locator("[data-testid=stSidebar]").get_by_text("English").click()
    page.wait_for_selector(".sc-submit >> text=Submit")
    assert checked(page, "correctness") == ["wrong"]
    page.reload()
    page.wait_for_selector(".sc-submit >> text=Submit")
    press(page, "3", "Enter")
    at_item(page, "r26-0001")
    all_saved(page)
    assert rows(server, "r26") == expected("r26", 1)
