"""Workers as real processes with a real endpoint: killed, paused, refused, and without a key in any file.

The first test starts its worker as the product does; those of the others are forks of a process with all imports.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import warm_commands
from judged_store import NAMES, WEEK, judged
from openai_server import OpenAIServer
from quick_stores import all_text_of

from review.basics.clock import shifted
from review.judges.protocol.protocol import Options
from review.judges.runs import running
from review.judges.runs.locks import is_held, log_path, runs_folder
from review.judges.runs.targets import JudgeTarget
from review.judges.runs.worker import in_background
from review.judges.versions import add_judge
from storage.records_judges import JudgeCall, JudgeResult, JudgeRun, RunEvent
from storage.records_review import Verdict
from storage.store import Store

ROOT = Path(__file__).resolve().parents[3]
KEY = "sk-test-0123456789abcdef"
warm = pytest.mark.usefixtures("warm_workers")
MARKS = tuple(f"answer {k} of {name}" for k, name in enumerate(NAMES))


def until(true: Callable[[], object], seconds: float = 40.0) -> None:
    """Look again and again; the test fails when it does not come true."""
    end, waiting = time.monotonic() + seconds, threading.Event()
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        waiting.wait(0.03)


class Gate:
    """Answers the first questions at once and holds the others until it is opened."""

    def __init__(self, free: int) -> None:
        self.left, self.open, self.lock = free, threading.Event(), threading.Lock()

    def __call__(self, text: str) -> dict[str, str]:
        with self.lock:
            self.left -= 1
            held = self.left < 0
        if held:
            self.open.wait(60)
        return {"politeness": "rude"}


@pytest.fixture
def gate() -> Gate:
    return Gate(free=12)


@pytest.fixture
def server(gate: Gate) -> Iterator[OpenAIServer]:
    with OpenAIServer(gate, key=KEY) as started:
        yield started
        gate.open.set()


@pytest.fixture
def here(store: Store, server: OpenAIServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The week of forty, and a judge whose endpoint is the server."""
    monkeypatch.setenv("MY_ENDPOINTS_KEY", KEY)
    judged(store)
    store.path.with_name("spotcheck.toml").write_text(f'[judges]\nhosts = ["{server.place}"]\n', encoding="utf-8")
    spec = {"endpoint": server.url, "model": "small", "key_env": "MY_ENDPOINTS_KEY", "price_in": 1.0, "price_out": 2.0}
    add_judge(store, "tone", kind="llm", dimensions=["politeness"], spec=spec, by="eva")
    yield store
    # Whatever a failed test has left at work.
    for run in store.find(JudgeRun):
        if is_held(store, run.id):
            os.kill(worker_of(store, run), signal.SIGKILL)


def begin(store: Store, **options: object) -> JudgeRun:
    run = running.start_run(
        store, "tone", JudgeTarget("week", WEEK), Options(concurrency=4, **options), by="eva", background=True
    )
    assert running.status_of(store, run.id).state == "running", "it is about to begin"
    in_background(store.path, run.id)
    return run


def state(store: Store, run: JudgeRun) -> str:
    return running.status_of(store, run.id).state


def worker_of(store: Store, run: JudgeRun) -> int:
    return int((runs_folder(store.path) / f"{run.id}.began").read_text(encoding="utf-8").split()[1])


def everything_once(store: Store, run: JudgeRun) -> None:
    """Every subject has one result, and every result its verdict, with the same value."""
    results = store.find(JudgeResult, run_id=run.id)
    assert Counter(r.subject for r in results) == dict.fromkeys(NAMES, 1)
    said = {v.item_id: v.value for v in store.find(Verdict, run_id=run.id)}
    assert said == {r.subject: r.value for r in results} == dict.fromkeys(NAMES, "rude")


def test_a_worker_does_a_run_in_a_process_of_its_own(here: Store, gate: Gate, server: OpenAIServer) -> None:
    run = begin(here)
    until(lambda: server.seen)
    worker = worker_of(here, run)
    assert worker != os.getpid() and os.getsid(worker) == worker, "it outlives the process that started it"
    assert os.getpriority(os.PRIO_PROCESS, worker) == os.getpriority(os.PRIO_PROCESS, 0) + 10
    arguments = Path(f"/proc/{worker}/cmdline").read_bytes() if Path("/proc").is_dir() else b""
    assert KEY.encode() not in arguments
    gate.open.set()
    until(lambda: state(here, run) == "finished")
    everything_once(here, run)
    status = running.status_of(here, run.id)
    # 40 calls of 100 tokens at 1 and 20 at 2 a million: 40 (100 + 40) / 1,000,000.
    assert (status.calls, status.tokens_in, status.tokens_out) == (40, 4_000, 800)
    assert status.cost == pytest.approx(40 * 140 / 1_000_000) and status.latency_p95 is not None
    stored = all_text_of(here)
    assert KEY not in stored and KEY not in log_path(here.path, run.id).read_text(encoding="utf-8")
    assert oct(runs_folder(here.path).stat().st_mode & 0o777) == "0o700"


@warm
def test_what_is_done_is_written_within_about_a_second_although_the_endpoint_is_slow(here: Store, gate: Gate) -> None:
    run = begin(here)
    # Twelve were answered; the worker is held up by the others, and what it has is there all the same.
    until(lambda: running.status_of(here, run.id).done == 12)
    assert state(here, run) == "running" and not gate.open.is_set()


@warm
def test_a_killed_worker_leaves_whole_rows_and_the_rest_is_done_once(
    here: Store, gate: Gate, server: OpenAIServer
) -> None:
    run = begin(here)
    until(lambda: running.status_of(here, run.id).done >= 12)
    os.kill(worker_of(here, run), signal.SIGKILL)
    until(lambda: not is_held(here, run.id))
    found = running.status_of(here, run.id)
    assert (found.state, found.done) == ("interrupted", 12) and "resume the run to continue" in found.said
    before = {r.subject for r in here.find(JudgeResult)}
    assert {v.item_id for v in here.find(Verdict, run_id=run.id)} == before
    assert {c.subject for c in here.find(JudgeCall)} >= before, "no result stands without its call"
    gate.open.set()
    running.ask_resume(here, run.id, by="lea", background=True)
    in_background(here.path, run.id)
    until(lambda: state(here, run) == "finished")
    everything_once(here, run)
    asked = server.count(MARKS)
    assert all(asked[mark] == 1 for mark, name in zip(MARKS, NAMES, strict=True) if name in before)
    assert [e.event for e in here.find(RunEvent)] == ["started", "resumed", "finished"]


@warm
def test_a_pause_is_obeyed_within_about_a_second(here: Store, gate: Gate, server: OpenAIServer) -> None:
    gate.open.set()
    server.latency = 0.2
    run = begin(here)
    until(lambda: len(server.seen) >= 8)
    running.ask_pause(here, run.id, by="eva")
    asked = time.monotonic()
    until(lambda: not is_held(here, run.id))
    last = max(seen.at for seen in server.seen)
    assert last - asked < 1.5, "it began something long after the pause"
    found = running.status_of(here, run.id)
    assert found.state == "paused" and 8 <= found.done < 40
    server.latency = 0.0
    running.ask_resume(here, run.id, by="eva", background=True)
    in_background(here.path, run.id)
    until(lambda: state(here, run) == "finished")
    everything_once(here, run)
    assert server.count(MARKS) == dict.fromkeys(MARKS, 1)


@warm
def test_a_pause_that_is_taken_back_at_once_leaves_the_same_worker_at_work(here: Store, gate: Gate) -> None:
    run = begin(here)
    until(lambda: running.status_of(here, run.id).done == 12)
    worker = worker_of(here, run)
    running.ask_pause(here, run.id, by="eva")
    running.ask_resume(here, run.id, by="eva")
    gate.open.set()
    until(lambda: state(here, run) == "finished")
    assert worker_of(here, run) == worker
    everything_once(here, run)


@warm
def test_a_second_worker_is_refused_and_says_why(here: Store, gate: Gate) -> None:
    run = begin(here)
    until(lambda: running.status_of(here, run.id).done == 12)
    words = ("judge", "resume", run.id, "--as", "eva", "--worker", "--store", str(here.path))
    second = warm_commands.run(words, environment=os.environ, folder=ROOT)
    assert second.returncode == 1 and f"another process is working on run '{run.id}'" in second.stderr
    assert state(here, run) == "running"
    gate.open.set()
    until(lambda: state(here, run) == "finished")
    everything_once(here, run)


@warm
def test_a_key_that_is_refused_fails_the_run_and_is_told_to_nobody(
    here: Store, server: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = "sk-wrong-9876543210"
    monkeypatch.setenv("MY_ENDPOINTS_KEY", wrong)
    run = begin(here)
    until(lambda: state(here, run) == "failed")
    status = running.status_of(here, run.id)
    assert "MY_ENDPOINTS_KEY" in status.said and wrong not in status.said
    until(lambda: not is_held(here, run.id))
    # The worker lets the run go before it writes why it ended.
    until(lambda: "MY_ENDPOINTS_KEY" in log_path(here.path, run.id).read_text(encoding="utf-8"))
    log = log_path(here.path, run.id).read_text(encoding="utf-8")
    assert wrong not in log and wrong not in all_text_of(here)
    assert here.find(JudgeResult) == [] == here.find(Verdict)


@warm
def test_a_key_may_stand_in_the_secrets_file(
    here: Store, gate: Gate, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("MY_ENDPOINTS_KEY")
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "secrets.toml").write_text(f'MY_ENDPOINTS_KEY = "{KEY}"\n', encoding="utf-8")
    gate.open.set()
    run = begin(here)
    until(lambda: state(here, run) in ("finished", "failed"))
    everything_once(here, run)


def test_a_worker_that_never_began_shows_as_interrupted(here: Store) -> None:
    run = running.start_run(here, "tone", JudgeTarget("week", WEEK), Options(), by="eva", background=True)
    assert state(here, run) == "running"
    with shifted(timedelta(seconds=31)):
        assert state(here, run) == "interrupted"


@warm
def test_reviewers_go_on_while_a_judge_writes(here: Store, gate: Gate) -> None:
    """A submission takes its turn between two short transactions of the worker."""
    gate.open.set()
    run = begin(here)
    waits = []
    while state(here, run) != "finished":
        start = time.perf_counter()
        with here.transaction():
            here.query("SELECT 1 AS one")
        waits.append(time.perf_counter() - start)
    assert waits and max(waits) < 1.0
