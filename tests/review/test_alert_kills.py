"""Checks of alerts that are killed while they tell people: nobody is told twice unasked, and nobody never."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from golden_store import new_store

from review.audit import chain
from review.audit.verifying import check_store
from review.basics.clock import now, shifted
from review.monitoring.alerts.states import OPENED
from review.notify import alerting, log
from review.notify.alerting import AGAIN
from review.serving.alerting import Looked, look
from review.settings.project import project_of
from storage.queries.notices import latest_notices
from storage.records_alerts import AlertEvent
from storage.store import Store

ALERT = "errors-2026-11-20"
ROOT = Path(__file__).resolve().parents[2]
CHECK = f"""
import sys
from pathlib import Path
from review.notify.alerting import News, tell
from review.notify.words import Text
from review.settings.project import project_of
from storage.opening import open_store
store = open_store(Path(sys.argv[1]))
tell(store, project_of(store.path), [News({ALERT!r}, {log.ALERT!r}, "", Text("Alert", "9%"))], by="lea")
"""
"""What a check does once it has found the alert, as a process of its own."""


class Killed(BaseException):
    """The process is gone."""


class Channel:
    """A web address that takes messages; while it ``holds`` them, it does not answer, but has got them."""

    def __init__(self) -> None:
        self.got: list[str] = []
        self.came, self.go = threading.Event(), threading.Event()
        self.go.set()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["message"])
                outer.came.set()
                outer.go.wait(20)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Keep the output clean."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"json://127.0.0.1:{self.server.server_port}/"


@pytest.fixture
def channel() -> Iterator[Channel]:
    made = Channel()
    yield made
    made.go.set()
    made.server.shutdown()


@pytest.fixture
def raised(tmp_path: Path) -> Store:
    """A store with one open alert of which nobody was told yet: the check was killed after it opened it."""
    store = new_store(tmp_path)
    (tmp_path / "spotcheck.toml").write_text('[notify]\nteam = "TEAM"\n')
    detail = {"title": "Errors", "words": ["9% of 900 conversations"], "since": "2026-11-20"}
    with store.transaction():
        store.add(
            AlertEvent(
                id="e", alert=ALERT, name="errors", kind=OPENED, at=now(), by="lea", owner="", reason="", detail=detail
            )
        )
        chain.record(store, "lea", "alert opened", ALERT)
    return store


def checked(store: Store, channel: Channel) -> Looked:
    return look(store, project_of(store.path), by="lea", environment={"TEAM": channel.address})


@pytest.mark.parametrize("place", ["before it is noted", "after it is noted", "after it was sent", "before its end"])
def test_a_check_that_dies_anywhere_leaves_one_message_and_one_that_says_why(
    raised: Store, channel: Channel, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    begin, tried, end = log.begin, alerting.tried, log.end

    def die(*_: Any, **__: Any) -> Any:
        raise Killed

    def then_die(first: Any) -> Any:
        def both(*given: Any, **named: Any) -> Any:
            first(*given, **named)
            raise Killed

        return both

    where: dict[str, tuple[Any, str, Any]] = {
        "before it is noted": (log, "begin", die),
        "after it is noted": (log, "begin", then_die(begin)),
        "after it was sent": (alerting, "tried", then_die(tried)),
        "before its end": (log, "end", die),
    }
    monkeypatch.setattr(*where[place])
    with pytest.raises(Killed):
        checked(raised, channel)
    monkeypatch.undo()
    assert (begin, tried, end) == (log.begin, alerting.tried, log.end)
    for _ in range(2):
        checked(raised, channel)  # at once: what was on its way may still be
    with shifted(timedelta(minutes=6)):
        for _ in range(3):
            checked(raised, channel)
    plain, again = [m for m in channel.got if AGAIN not in m], [m for m in channel.got if AGAIN in m]
    assert (len(plain), len(again)) == {
        "before it is noted": (1, 0), "after it is noted": (0, 1), "after it was sent": (1, 1), "before its end": (1, 1)
    }[place]  # fmt: skip
    assert [n.state for n in latest_notices(raised)] == ["sent"] and check_store(raised).holds


def test_two_checks_that_are_killed_while_the_service_has_the_message(raised: Store, channel: Channel) -> None:
    channel.go.clear()
    words = [sys.executable, "-c", CHECK, str(raised.path)]
    environment = {**os.environ, "TEAM": channel.address, "PYTHONPATH": str(ROOT)}
    children = [subprocess.Popen(words, env=environment) for _ in range(2)]
    assert channel.came.wait(120)
    for child in children:
        child.kill()
        child.wait()
    channel.go.set()
    assert len(channel.got) == 1 and [n.state for n in latest_notices(raised)] == ["trying"]
    assert checked(raised, channel).told.sent == () and len(channel.got) == 1
    with shifted(timedelta(minutes=6)):
        assert checked(raised, channel).told.sent == (f"the team ({ALERT})",)
        assert checked(raised, channel).told.sent == ()
    assert len(channel.got) == 2 and AGAIN in channel.got[1] and check_store(raised).holds
