"""What a reviewer said is not lost, whatever happens to the browser: killed, closed, without storage, left alone."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from annotate_app import THREE, Server, build_store, serving
from annotate_desk import KEYS, LABELS, ROOT, all_saved, at_item, checked, expected, opened, press, rows

from storage.records_review import Annotation

pytestmark = pytest.mark.browser
PROC = Path("/proc")
RATERS = ("ana", "ben", "eva", "kim", "lou", "max", "noa", "oli")
NO_DATABASE = "Object.defineProperty(globalThis, 'indexedDB', { get() { throw new Error('not here') } });"
# A transaction that reads starts after those that wrote before it, and they were strict: what it finds is on the disk.
DRAFT_ON_DISK = """async (words) => {
  const asked = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const db = await asked(indexedDB.open("spotcheck"));
  for (let tries = 0; tries < 600; tries += 1) {
    const kept = await asked(db.transaction("kept").objectStore("kept").getAll());
    if (kept.some((draft) => draft.comment === words)) return db.close();
    await new Promise(requestAnimationFrame);
  }
  throw new Error(`no draft with ${words} in ten seconds`);
}"""
NO_STORAGE = "Object.defineProperty(globalThis, 'localStorage', { get() { throw new Error('not here') } });"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    store = build_store(tmp_path_factory.mktemp("lost") / "s.db", items=8, raters=RATERS, rubric=THREE)
    with serving(store) as running:
        yield running


def kill(profile: Path) -> int:
    """Kill -9 every process of the browser that runs on this profile; returns how many there were."""
    parents, mine = {}, set()
    for folder in PROC.iterdir():
        with suppress(OSError):
            if folder.name.isdigit():
                parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                if f"--user-data-dir={profile}".encode() in (folder / "cmdline").read_bytes().split(b"\0"):
                    mine.add(int(folder.name))
    while more := {child for child, parent in parents.items() if parent in mine} - mine:
        mine |= more
    for process in mine:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    return len(mine)


def cut(context: Any, page: Any) -> None:
    """Nothing gets through from now on: an open connection does not notice by itself that the network is gone."""
    page.evaluate("window.__send = WebSocket.prototype.send; WebSocket.prototype.send = () => undefined")
    context.set_offline(True)


def killed(browser: Any, profile: Path) -> None:
    assert kill(profile) > 1
    with suppress(Exception):  # the driver's connection has broken
        browser.close()


needs_proc = pytest.mark.skipif(not PROC.is_dir(), reason="finding a browser's processes needs /proc")


@needs_proc
def test_a_browser_killed_offline_has_lost_nothing_that_it_said_was_kept(
    engine: Any, server: Server, tmp_path: Path
) -> None:
    profile = tmp_path / "profile"
    first = engine.profile(profile)
    page = opened(first, server, "ana")
    cut(first, page)
    for k in range(3):
        at_item(page, f"ana-{k:04d}")
        press(page, *KEYS)
    at_item(page, "ana-0003")
    press(page, "j", "2", "c")  # one item ahead: the open item need not be the first
    page.keyboard.type("half a thought")
    page.wait_for_selector("text=offline, 3 to save, kept here")
    page.evaluate(DRAFT_ON_DISK, "half a thought")  # the last letters are written a moment after they are seen
    killed(first, profile)
    assert rows(server, "ana") == {}

    second = engine.profile(profile)
    page = opened(second, server, "ana")
    at_item(page, "ana-0004")
    all_saved(page)
    page.wait_for_selector("text=all saved")
    assert rows(server, "ana") == expected("ana", 3)
    assert len(server.store.find(Annotation, rater_id="ana")) == 3
    assert checked(page, "correctness") == ["partly"]
    assert page.input_value("[data-note=comment]") == "half a thought"
    page.reload()
    all_saved(page)
    second.close()
    assert len(server.store.find(Annotation, rater_id="ana")) == 3


@needs_proc
def test_what_was_saved_before_the_browser_was_killed_is_not_saved_again(
    engine: Any, server: Server, tmp_path: Path
) -> None:
    profile = tmp_path / "profile"
    first = engine.profile(profile)
    page = opened(first, server, "ben")
    for k in range(2):
        at_item(page, f"ben-{k:04d}")
        press(page, *KEYS)
    at_item(page, "ben-0002")
    all_saved(page)
    killed(first, profile)  # what localStorage has on the disk by now is older than this, or nothing

    second = engine.profile(profile)
    page = opened(second, server, "ben")
    at_item(page, "ben-0002")
    all_saved(page)
    press(page, "k")
    at_item(page, "ben-0001")
    page.wait_for_selector("text=Submitted. Choose again to change it")  # not "Changed": no old draft lies over it
    assert [checked(page, name) for name in LABELS] == [[value] for value in LABELS.values()]
    second.close()
    assert len(server.store.find(Annotation, rater_id="ben")) == 2


def test_a_closed_tab_leaves_its_work_to_the_next_one(context: Any, server: Server) -> None:
    page = opened(context, server, "eva")
    cut(context, page)
    press(page, *KEYS)
    at_item(page, "eva-0001")
    press(page, "3")
    page.close(run_before_unload=False)
    context.set_offline(False)
    assert rows(server, "eva") == {}
    page = opened(context, server, "eva")
    at_item(page, "eva-0001")
    all_saved(page)
    assert rows(server, "eva") == expected("eva", 1)
    assert checked(page, "correctness") == ["correct"]


@pytest.mark.parametrize(
    ("rater", "refused", "words"),
    [("kim", NO_DATABASE, "offline, 1 to save"), ("lou", NO_DATABASE + NO_STORAGE, "1 to save, keep this tab open")],
    ids=["no database", "neither"],
)
def test_a_browser_that_refuses_to_keep_anything_still_works_and_says_so(
    fresh_context: Any, server: Server, rater: str, refused: str, words: str
) -> None:
    fresh_context.add_init_script(refused)
    page = opened(fresh_context, server, rater)
    cut(fresh_context, page)
    press(page, *KEYS)
    at_item(page, f"{rater}-0001")
    page.wait_for_selector(f"text={words}")
    assert "kept here" not in page.text_content(".sc-saving")
    fresh_context.set_offline(False)
    page.evaluate("() => { WebSocket.prototype.send = window.__send; }")
    all_saved(page)
    assert rows(server, rater) == expected(rater, 1)


def test_entries_are_kept_in_one_place_when_the_other_refuses(fresh_context: Any, server: Server) -> None:
    fresh_context.add_init_script(NO_STORAGE)  # the settings, the outbox: all of it
    page = opened(fresh_context, server, "max")
    cut(fresh_context, page)
    press(page, *KEYS)
    page.wait_for_selector("text=offline, 1 to save, kept here")
    page.close(run_before_unload=False)
    fresh_context.set_offline(False)
    page = opened(fresh_context, server, "max")
    at_item(page, "max-0001")
    all_saved(page)
    assert rows(server, "max") == expected("max", 1)


OLD_DRAFTS = """(days) => {
  const name = Object.keys(localStorage).find((key) => key.includes(':draft:'));
  const draft = JSON.parse(localStorage.getItem(name));
  for (const [assignment, age] of Object.entries(days))
    localStorage.setItem(name.replace(/draft:.*/, `draft:${assignment}`),
      JSON.stringify({ ...draft, at: Date.now() - age * 86_400_000 }));
  localStorage.setItem('spotcheck:another:rater:draft:theirs', JSON.stringify({ at: 1 }));
  localStorage.setItem('spotcheck:another:rater:out:theirs', JSON.stringify({ at: 1 }));
}"""


def test_drafts_that_were_never_submitted_are_forgotten_after_two_months(context: Any, server: Server) -> None:
    page = opened(context, server, "noa")
    press(page, "1")
    page.evaluate(OLD_DRAFTS, {"old": 61, "young": 59})
    page.reload()
    page.wait_for_selector(f"{ROOT}[data-unsaved='0']")
    names = page.evaluate("Object.keys(localStorage)")
    left = sorted(name.rpartition(":")[2] for name in names if ":draft:" in name)
    assert left == ["noa-0000", "young"]
    assert "spotcheck:another:rater:out:theirs" in names  # what was submitted waits for its person, however long
