"""Runs of judges on their page: what is sent where is said first; a run is followed, paused and resumed there."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import app_pages
import pytest
from openai_server import OpenAIServer
from streamlit.testing.v1 import AppTest

from review.judges.protocol.protocol import Options
from review.judges.runs import running
from review.judges.runs.locks import is_held, runs_folder
from review.judges.runs.results import written_results
from review.judges.runs.targets import JudgeTarget
from review.judges.runs.work_run import work
from review.judges.versions import add_judge
from review.people.people import add_person
from storage.records_judges import JudgeRun
from storage.records_weeks import Item, Week
from storage.store import Store

pytestmark = pytest.mark.usefixtures("warm_workers")
KEY = "sk-test-0123456789abcdef"


class Gate:
    """Answers a few questions and holds the others until it is opened."""

    def __init__(self) -> None:
        self.left, self.open, self.lock = 5, threading.Event(), threading.Lock()

    def __call__(self, text: str) -> dict[str, str]:
        with self.lock:
            self.left -= 1
            held = self.left < 0
        if held:
            self.open.wait(60)
        return {"politeness": "friendly"}


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def here(demo: Store, gate: Gate, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("MY_KEY", KEY)
    # Half a second a reply: the worker sees a pause long before all is judged.
    with OpenAIServer(gate, key=KEY, latency=0.5) as server:
        settings = demo.path.with_name("spotcheck.toml")
        text = settings.read_text(encoding="utf-8") if settings.exists() else ""
        settings.write_text(f'{text}\n[judges]\nhosts = ["{server.place}"]\n', encoding="utf-8")
        spec = {"endpoint": server.url, "model": "small", "key_env": "MY_KEY", "price_in": 1.0, "price_out": 2.0}
        add_judge(demo, "tone", kind="llm", dimensions=["politeness"], spec=spec, by="visitor")
        yield demo
        gate.open.set()
        for run in demo.find(JudgeRun):
            if is_held(demo, run.id):
                began = runs_folder(demo.path) / f"{run.id}.began"
                os.kill(int(began.read_text(encoding="utf-8").split()[1]), signal.SIGKILL)


def until(true: Callable[[], object], seconds: float = 40.0) -> None:
    end, waiting = time.monotonic() + seconds, threading.Event()
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        waiting.wait(0.05)


def page(store: Store, monkeypatch: pytest.MonkeyPatch, **query: str) -> AppTest:
    return app_pages.run(store, monkeypatch, "judges", **{"judge": "tone", "view": "runs", **query})


def texts(at: AppTest) -> str:
    """What stands there, without the marks that keep data from being read as Markdown."""
    kinds = ("markdown", "caption", "info", "error", "warning")
    return "\n".join(str(e.value) for kind in kinds for e in at.get(kind)).replace("\\", "")


def last_week(store: Store) -> str:
    return str(store.find(Week, order_by="name desc")[0].name)


def test_a_run_is_started_after_what_it_sends_where_was_said(
    here: Store, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = page(here, monkeypatch)
    assert "No run yet. Start one above." in texts(at)
    assert [b.key for b in at.button if b.key == "judge_runs_go"] == [], "nothing starts before somebody has looked"
    at.button(key="judge_runs_look").click().run()
    said = texts(at)
    assert "tone@1 judges" in said and "dev half" in said and "Their masked text goes to 127.0.0.1:" in said
    assert "Estimated cost: undefined, no earlier call of this judge reported its tokens" in said
    at.segmented_control(key="judge_runs_split").set_value("all").run()
    items = len(here.find(Item, week=last_week(here)))
    assert f"tone@1 judges {items} subjects of week {last_week(here)}. " in texts(at), "the plan follows the form"
    assert here.find(JudgeRun, judge="tone") == []
    at.checkbox(key="judge_runs_again_0").check().run()
    at.button(key="judge_runs_go").click().run()
    assert not at.exception, [e.value for e in at.exception]
    (run,) = here.find(JudgeRun, judge="tone")
    assert (run.by, run.subjects, run.target["split"]) == ("visitor", items, "all")
    assert at.checkbox(key="judge_runs_again_1").value is False, "the next run does not pay twice by accident"
    until(lambda: running.status_of(here, run.id).done >= 5)
    at.run()
    assert ":blue-badge[running]" in texts(at)
    at.button(key=f"judge_run_pause_{run.id}").click().run()
    assert ":orange-badge[paused]" in texts(at)
    gate.open.set()
    until(lambda: not is_held(here, run.id))
    at.run()
    at.button(key=f"judge_run_resume_{run.id}").click().run()
    until(lambda: running.status_of(here, run.id).state == "finished")
    at.run()
    said = texts(at)
    assert ":green-badge[finished]" in said and f"{items} verdicts · cost " in said and "median" in said
    assert KEY not in said


def test_missing_verdicts_and_failures_stand_there_in_words(here: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    run = running.start_run(here, "tone", JudgeTarget("week", last_week(here), "dev"), Options(), by="visitor")
    with pytest.raises(Exception, match="MY_KEY"):
        work(here, run.id, environment={"MY_KEY": "sk-wrong-0000"})
    said = texts(page(here, monkeypatch))
    assert ":red-badge[failed]" in said and "MY_KEY" in said and "sk-wrong" not in said


def over_a_file(store: Store, monkeypatch: pytest.MonkeyPatch, name: str, text: str) -> AppTest:
    """The page where a file was handed in and looked at."""
    at = page(store, monkeypatch)
    at.segmented_control(key="judge_runs_kind").set_value("file").run()
    assert [b.key for b in at.button if b.key == "judge_runs_look"] == [], "there is nothing to look at yet"
    at.get("file_uploader")[0].set_value((name, text.encode(), "text/csv")).run()
    return at.button(key="judge_runs_look").click().run()


def test_a_file_is_judged_and_its_verdicts_are_a_table(
    here: Store, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate.open.set()
    text = "id,question,answer\n=1+1,hi,hello eva@example.org\nb,where,there\n"
    at = over_a_file(here, monkeypatch, "answers.csv", text)
    assert "tone@1 judges 2 subjects of file answers.csv. Their masked text goes to" in texts(at)
    assert not list(runs_folder(here.path).rglob("answers.csv")), "nothing is kept of what is only looked at"
    at.button(key="judge_runs_go").click().run()
    assert not at.exception, [e.value for e in at.exception]
    (run,) = here.find(JudgeRun, judge="tone")
    kept = runs_folder(here.path).resolve() / "files"
    assert (run.target["kind"], Path(run.target["name"]).relative_to(kept).name) == ("file", "answers.csv")
    until(lambda: running.status_of(here, run.id).state == "finished")
    at.run()
    assert "over file answers.csv" in texts(at) and "2 verdicts" in texts(at)
    (button,) = [b for b in at.get("download_button") if b.proto.label == "Verdicts"]
    assert button.proto.id.endswith(f"judge_run_verdicts_{run.id}")
    table = written_results(here, run.id, by="visitor").splitlines()
    assert table[0].startswith("item,judge,version,dimension,label") and any(r.startswith("'=1+1,tone") for r in table)
    assert not list(kept.rglob("*")), "unmasked text stays no longer than it is read"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "id,question,answer\n,q,a\n",
            "answers.csv, line 2, column 'id': found nothing, expected a value that names the row",
        ),
        ("id,question,answer\na,q,a\na,q,b\n", "answers.csv, line 3, column 'id': found 'a', expected each id once"),
        ("", "answers.csv: the file is empty; expected records."),
    ],
)
def test_a_file_that_cannot_be_judged_is_told_as_on_the_command_line(
    here: Store, monkeypatch: pytest.MonkeyPatch, text: str, said: str
) -> None:
    told = texts(over_a_file(here, monkeypatch, "answers.csv", text))
    assert said in told and "/tmp" not in told and here.find(JudgeRun, judge="tone") == []


def test_what_is_under_way_is_not_started_twice(here: Store, gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    run = running.start_run(
        here, "tone", JudgeTarget("week", last_week(here), "dev"), Options(), by="visitor", background=True
    )
    at = page(here, monkeypatch)
    at.button(key="judge_runs_look").click().run()
    at.button(key="judge_runs_go").click().run()
    assert f"run '{run.id}' of tone@1" in texts(at) and len(here.find(JudgeRun, judge="tone")) == 1


def test_a_judge_of_the_log_says_that_there_is_nothing_to_run(here: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    names = {r["judge"] for r in here.query("SELECT DISTINCT judge FROM verdicts WHERE version = 'log'")}
    at = page(here, monkeypatch, judge=sorted(names)[0])
    assert "there is nothing to run here" in texts(at)


def test_an_annotator_sees_runs_and_can_start_none(here: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    add_person(here, "zoe", role="annotator", by="visitor")
    at = page(here, monkeypatch, rater="zoe")
    keys: list[Any] = [b.key for b in at.button]
    assert not any(str(k).startswith("judge_run") for k in keys)
