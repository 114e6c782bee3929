"""A run of a judge in a real browser: looked at, started, followed without a reload, paused, resumed, at 390 px too."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from annotate_app import Server, serving
from kept_contexts import page_of
from openai_server import OpenAIServer
from page_at_rest import at_rest

from review.judges.versions import add_judge
from storage.opening import open_store

pytestmark = pytest.mark.browser
KEY = "sk-test-0123456789abcdef"


AT_ONCE = 8
"""Questions that are answered before the endpoint waits to be let go on, so that a run can be paused in its middle."""


class Desk(NamedTuple):
    """The application, and what lets its endpoint answer everything."""

    server: Server
    go_on: threading.Event


@pytest.fixture
def desk(demo_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("MY_KEY", KEY)
    store = open_store(tmp_path / "spotcheck.db")
    open_store(demo_path).backup(tmp_path / "spotcheck.db")
    asked, go_on = count(), threading.Event()

    def answer(text: str) -> dict[str, str]:
        if next(asked) >= AT_ONCE:
            go_on.wait(30)
        return {"politeness": "friendly"}

    with OpenAIServer(answer, key=KEY) as endpoint:
        (tmp_path / "spotcheck.toml").write_text(f'[judges]\nhosts = ["{endpoint.place}"]\n', encoding="utf-8")
        spec = {"endpoint": endpoint.url, "model": "small", "key_env": "MY_KEY"}
        add_judge(store, "tone", kind="llm", dimensions=["politeness"], spec=spec, by="visitor")
        with serving(store) as running:
            yield Desk(running, go_on)
        go_on.set()


def fits(page: Any) -> None:
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 1


def test_a_run_is_started_followed_paused_and_resumed(desk: Desk, new_context: Any) -> None:
    """Started in a wide window by day, paused and resumed in a narrow one by night."""
    page = page_of(new_context(viewport={"width": 1280, "height": 844}, color_scheme="light"))
    page.goto(f"{desk.server.url}/judges?rater=visitor&judge=tone&view=runs")
    at_rest(page)
    page.get_by_text("Start a run").click()
    at_rest(page)
    page.get_by_role("button", name="Preview").click()
    page.wait_for_selector("text=Their masked text goes to 127.0.0.1")
    page.locator("[class*=st-key-judge_runs_again] label").click()
    at_rest(page)
    page.get_by_role("button", name="Start this run").click()
    # The state changes without anybody touching the page: the list looks for itself while something moves.
    page.wait_for_selector("[class*=st-key-judge_run_] >> text=/^[1-9][0-9]* of/")
    fits(page)
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.wait_for_function("window.innerWidth === 390")
    page.get_by_role("button", name="Pause").click()
    page.wait_for_selector("[class*=st-key-judge_run_] >> text=paused")
    assert page.locator("[class*=st-key-judge_runs_again] input").is_checked() is False
    page.get_by_role("button", name="Resume").click()
    desk.go_on.set()
    page.wait_for_selector("[class*=st-key-judge_run_] >> text=finished")
    assert page.locator("[data-testid=stException]").count() == 0
    fits(page)
    page.set_viewport_size({"width": 1280, "height": 844})
    page.wait_for_function("window.innerWidth === 1280")
    fits(page)
    assert KEY not in page.content()


def test_a_file_is_handed_in_and_its_verdicts_taken_home(desk: Desk, new_context: Any) -> None:
    desk.go_on.set()
    page = page_of(new_context(viewport={"width": 390, "height": 844}, accept_downloads=True))
    page.goto(f"{desk.server.url}/judges?rater=visitor&judge=tone&view=runs")
    at_rest(page)
    page.get_by_text("Start a run").click()
    at_rest(page)
    page.get_by_text("a file", exact=True).click()
    answers = {"name": "answers.csv", "mimeType": "text/csv", "buffer": b"id,question,answer\n=1+1,hi,hello\nb,a,b\n"}
    page.locator("[data-testid=stFileUploader] input[type=file]").set_input_files(answers)
    page.get_by_role("button", name="Preview").click()
    page.wait_for_selector("text=2 subjects of file answers.csv")
    fits(page)
    page.get_by_role("button", name="Start this run").click()
    page.wait_for_selector("[class*=st-key-judge_run_] >> text=finished")
    with page.expect_download() as started:
        page.get_by_role("button", name="Verdicts").click()
    assert started.value.suggested_filename == "answers-tone@1.csv"
    rows = Path(started.value.path()).read_text(encoding="utf-8").splitlines()
    assert rows[0].startswith("item,judge,version,dimension,label")
    assert sorted(r.split(",")[0] for r in rows[1:]) == ["'=1+1", "b"]
    assert page.locator("[data-testid=stException]").count() == 0
