"""The judge workbench as an adjudicator walks through it: mend a prompt, run it, compare, and report on test once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from annotate_app import Server, serving
from judged_store import DEV, NAMES, TEST, WEEK, judged, truth
from kept_contexts import page_of
from openai_server import OpenAIServer
from page_at_rest import at_rest

from review.evidence.test_set_access import accesses
from review.judges.protocol.protocol import Options
from review.judges.runs.running import runs, start_run
from review.judges.runs.targets import JudgeTarget
from review.judges.runs.work_run import work
from review.judges.versions import add_judge, versions_of
from review.settings.project import project_of
from storage.opening import open_store
from storage.store import Store

pytestmark = pytest.mark.browser
STRICT = "Be strict.\n{dimensions}\n{material}\n{format}"


class Desk(NamedTuple):
    """The application, its store, and the endpoint that judges."""

    server: Server
    store: Store
    endpoint: OpenAIServer


def says(text: str) -> dict[str, str]:
    """Without "strict" in its prompt it calls everything correct; with it, it agrees with the people."""
    found = re.findall(r"answer (\d+) of c", text)
    return {"correctness": truth(int(found[-1])) if "Be strict." in text and found else "correct"}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Version 1 of a judge has spoken on the whole week."""
    with OpenAIServer(says) as endpoint:
        store = judged(open_store(tmp_path / "s.db"))
        (tmp_path / "spotcheck.toml").write_text(f'[judges]\nhosts = ["{endpoint.place}"]\n', encoding="utf-8")
        project = project_of(store.path)
        spec = {"endpoint": endpoint.url, "model": "small"}
        add_judge(store, "tone", kind="llm", dimensions=["correctness"], spec=spec, by="eva", project=project)
        run = start_run(store, "tone", JudgeTarget("week", WEEK, "all"), Options(), by="eva", project=project)
        assert work(store, run.id, project=project, environment={}).verdicts == len(NAMES)
        with serving(store) as running:
            yield Desk(running, store, endpoint)


def settled(page: Any) -> None:
    at_rest(page)
    assert page.locator("[data-testid=stException]").count() == 0


def at_place(page: Any, place: int) -> None:
    page.locator("p", has_text=re.compile(rf"^{place} of \d+$")).wait_for()


def start(page: Any, half: str) -> None:
    """Start a run over one half with the widget of the page."""
    page.get_by_text("Start a run").click()
    at_rest(page)
    page.get_by_role("radio", name=half, exact=True).click()
    settled(page)
    look = page.get_by_role("button", name="Preview")
    if look.is_visible():
        look.click()
    page.get_by_role("button", name="Start this run").click()


def test_a_judge_is_mended_run_compared_and_reported_on(desk: Desk, context: Any) -> None:
    page = page_of(context)
    page.goto(desk.server.page("eva", "judges") + "&view=trust&judge=tone@1")
    page.get_by_text("It finds 0%").wait_for()

    page.get_by_role("radio", name="Improve").click()
    prompt = page.get_by_label("Prompt", exact=True)
    prompt.fill(STRICT)
    prompt.press("Control+Enter")
    page.locator(".sc-sent", has_text="Be strict.").wait_for()
    page.get_by_role("button", name="Save as version 2").click()
    page.get_by_text("Version 2 is saved.").wait_for()
    assert versions_of(desk.store, "tone")[-1].spec["prompt"] == STRICT
    assert "judge=tone%402" in page.url

    asked = len(desk.endpoint.seen)
    page.get_by_role("button", name="Run it").click()
    start(page, "dev")
    page.get_by_text(f"{len(DEV)} verdicts · cost").wait_for()
    assert len(desk.endpoint.seen) == asked + len(DEV)
    settled(page)

    page.get_by_role("radio", name="Compare").click()
    page.get_by_text("tone@2 is right more often than tone@1").wait_for()

    page.get_by_role("radio", name="Trust").click()
    page.get_by_text("It has no verdict on the test half").wait_for()
    assert accesses(desk.store, "tone") == []
    page.get_by_role("radio", name="Runs").click()
    start(page, "test")
    page.get_by_text(f"{len(TEST)} verdicts · cost").wait_for()
    assert [s.state for s in runs(desk.store, "tone")] == ["finished"] * 3

    page.get_by_role("radio", name="Trust").click()
    page.get_by_role("button", name="Report on test").click()
    page.get_by_role("button", name="Look at the test half").click()
    page.get_by_text("look 1 at the test half of version 2").wait_for()
    page.get_by_text(f"{len(TEST)} items have both a label").wait_for()
    settled(page)
    (seen,) = accesses(desk.store, "tone")
    assert (seen.record.version, seen.record.by) == ("2", "eva") and seen.figures["correctness"].n == len(TEST)


def test_the_address_and_two_keys_lead_through_the_disagreements(desk: Desk, context: Any) -> None:
    page = page_of(context)
    page.goto(desk.server.page("eva", "judges") + "&view=read&judge=tone@1")
    at_place(page, 1)
    settled(page)
    # A key that is pressed before the page has its listeners goes nowhere; a click waits for the button.
    page.get_by_role("button", name="Next").click()
    at_place(page, 2)
    settled(page)
    page.keyboard.press("j")
    at_place(page, 3)
    settled(page)
    page.keyboard.press("k")
    at_place(page, 2)
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        page.wait_for_function(f"window.innerWidth === {width}")
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 1
