"""The collector as a process: killed while it takes spans and while it fills the log, it loses and doubles nothing."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import requests
from collector_calls import PROTOBUF, talk, trace_id
from command_line import spotcheck
from filelock import FileLock

from review.basics.log_paths import log_of
from review.log.log import every_conversation, weeks_in_log
from review.sources.collecting.frames import spool_of
from review.sources.collecting.into_log import LEDGER

ROOT = Path(__file__).resolve().parents[2]
CLIENTS = 4


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Process:
    """``spotcheck collect`` on a store, in a process group of its own."""

    def __init__(self, store, port, *words, environment=None):
        program = [sys.executable, "-m", "review.commands.cli", "collect", "--port", str(port), *words]
        given = {**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})}
        self.url = f"http://127.0.0.1:{port}"
        self._process = subprocess.Popen([*program, "--store", str(store)], env=given, stderr=subprocess.PIPE)

    def answers(self):
        until = time.monotonic() + 60
        while time.monotonic() < until and self._process.poll() is None:
            with contextlib.suppress(requests.ConnectionError):
                return requests.get(f"{self.url}/healthz", timeout=5).json() == {"status": "ok"} or True
        return False

    def end(self, number=signal.SIGTERM):
        self._process.send_signal(number)
        _, said = self._process.communicate(timeout=60)
        return self._process.returncode, said.decode()


@pytest.fixture
def store(tmp_path):
    assert spotcheck(tmp_path, "init", "--name", "lea").returncode == 0
    return tmp_path / "spotcheck.db"


def logged(store):
    log = log_of(store)
    return [one.source_id for one in every_conversation(log, weeks=list(weeks_in_log(log)))]


def ledger(store):
    path = spool_of(store) / LEDGER
    return {json.loads(line)[0] for line in path.read_text().splitlines()} if path.exists() else set()


def until(true, seconds=60):
    """Wait for something that another process does."""
    end = time.monotonic() + seconds
    turn = threading.Event()
    while not true():
        assert time.monotonic() < end
        turn.wait(0.2)


def test_what_was_acknowledged_is_in_the_log_once_although_the_collector_was_killed(store):
    port, acknowledged, stop = free_port(), [], threading.Event()

    def send(client):
        with requests.Session() as session:
            for number in range(client, 10**6, CLIENTS):
                if stop.is_set():
                    return
                with contextlib.suppress(requests.RequestException):
                    answer = session.post(
                        f"http://127.0.0.1:{port}/v1/traces",
                        talk(number + 1),
                        headers={"content-type": PROTOBUF},
                        timeout=10,
                    )
                    if answer.status_code == 200:
                        acknowledged.append(trace_id(number + 1).hex())

    collector = Process(store, port, "--log-after", "0.1")
    assert collector.answers()
    threads = [threading.Thread(target=send, args=(n,)) for n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        until(lambda: len(acknowledged) > 300)
        collector.end(signal.SIGKILL)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    again = Process(store, port, "--log-after", "0.1")
    assert again.answers()
    requests.post(f"{again.url}/v1/feedback", json={"trace": acknowledged[0], "thumb": "down"}, timeout=10)
    until(lambda: set(acknowledged) <= ledger(store))
    code, said = again.end()
    assert (code, "Traceback" in said) == (0, False), said
    rows = logged(store)
    assert len(rows) == len(set(rows)) and not set(acknowledged) - set(rows)


def test_a_collector_says_why_it_does_not_start(store, tmp_path):
    for words, code, said in (
        (("--address", "0.0.0.0"), 1, "SPOTCHECK_COLLECT_TOKEN"),
        (("--log-after", "-1"), 2, "--log-after"),
        (("--most", "0"), 2, "--most"),
        (("--as", "nobody"), 2, "nobody"),
    ):
        done = spotcheck(tmp_path, "collect", *words)
        assert done.returncode == code and said in done.stderr, done.stderr
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = spotcheck(tmp_path, "collect", "--port", str(taken.getsockname()[1]), "--json")
    assert done.returncode == 2 and "is not free" in done.stderr
    spool_of(store).mkdir()
    with FileLock(spool_of(store) / ".lock"):
        done = spotcheck(tmp_path, "collect", "--port", str(free_port()))
    assert done.returncode == 1 and "another collector" in done.stderr


CLIENTS_PYTHON = "SPOTCHECK_CLIENTS_PYTHON"
"""The Python of an environment with tests/clients/requirements.txt."""


@pytest.mark.skipif(CLIENTS_PYTHON not in os.environ, reason=f"{CLIENTS_PYTHON} names no environment with the clients")
def test_each_real_client_has_its_conversation_in_the_log(store):
    token = "a-token-of-some-length"
    collector = Process(store, free_port(), "--log-after", "1", environment={"SPOTCHECK_COLLECT_TOKEN": token})
    assert collector.answers()
    for client in ("opentelemetry", "tracely", "langfuse", "openinference"):
        words = [os.environ[CLIENTS_PYTHON], str(ROOT / "tests" / "clients" / "send.py"), client, collector.url, token]
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
    until(lambda: len(logged(store)) == 4)
    assert collector.end()[0] == 0
    log = log_of(store)
    found = list(every_conversation(log, weeks=list(weeks_in_log(log))))
    assert {(one.question, one.answer) for one in found} == {("How many?", "Seven.")}
    assert {one.source for one in found} == {"opentelemetry", "openinference", "production"}
    assert sorted(one.feedback or "" for one in found) == ["", "", "", "up"]
