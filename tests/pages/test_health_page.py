"""The Health page: what changed first, pictures of every figure, the conversations behind a point."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from app_pages import run

from pages.parts.health import overview, working
from review.basics.clock import now
from review.basics.log_paths import log_of
from review.monitoring.comparing import Compared, compared
from review.people.people import add_person
from review.sources.collecting.frames import spool_of
from review.sources.collecting.waiting_now import WaitingNow
from review.sources.importing import import_file
from review.sources.options import ImportOptions
from storage.opening import open_store
from storage.store import Store


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setattr(working, "WAIT", 60.0)
    store = open_store(tmp_path / "spotcheck.db")
    for name, role in (("mara", "adjudicator"), ("ana", "annotator")):
        add_person(store, name, role=role, by="system")
    today = datetime.fromisoformat(now())
    rows = [
        {
            "id": f"c{n}",
            "created_at": (today - timedelta(days=n % 14, minutes=1)).isoformat(),
            "question": f"Where is order {n}?",
            "answer": "On its way.",
            "latency_ms": 100 + n,
            **({"status": "error", "error_type": "timeout"} if n % 14 == 1 else {}),
        }
        for n in range(700)
    ]
    file = tmp_path / "log.jsonl"
    file.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    import_file(file, ImportOptions(), log=log_of(store.path), key=b"key", by="lea")
    return store


def test_the_page_says_what_changed_and_opens_what_is_behind(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = run(store, monkeypatch, "health", "mara", span="7d")
    assert not at.exception and not at.error
    assert any("Errors rose from 0% to" in m.value for m in at.markdown)
    assert len(at.get("vega_lite_chart")) >= 5
    at.selectbox("health_figure").set_value("error_rate")
    yesterday = (datetime.fromisoformat(now()) - timedelta(days=1)).date()
    at.selectbox("health_window").set_value(f"{yesterday}T00:00:00.000+00:00 last 7 days").run()
    assert not at.exception
    assert any("50 conversations" in m.value for m in at.markdown), [m.value for m in at.markdown]


def test_a_long_count_keeps_no_page_waiting(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counting goes on in its own thread, one piece at a time, while the page has answered."""
    monkeypatch.setattr(working, "WAIT", 0.0)
    began, go = threading.Event(), threading.Event()

    def slow(*arguments: Any) -> Compared:
        began.set()
        assert go.wait(60)
        return compared(*arguments)

    monkeypatch.setattr(overview, "compared", slow)
    at = run(store, monkeypatch, "health", "mara", span="7d")
    assert began.wait(60) and not at.exception
    assert [c.value for c in at.caption] == ["Counting. You can leave this page meanwhile."]
    go.set()
    monkeypatch.setattr(working, "WAIT", 60.0)
    assert any("Errors rose" in m.value for m in at.run().markdown)


def test_spans_that_wait_outside_the_log_are_named(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not run(store, monkeypatch, "health", "mara", span="7d").info, "no collector has run for this store"
    at = datetime.fromisoformat(now()).timestamp()
    spool_of(store.path).mkdir()
    told = WaitingNow(at=at, traces=3, spans=12, since=at - 90, rootless=1, refused={"shop": "no `lead` is left."})
    told.write(spool_of(store.path))
    [said] = run(store, monkeypatch, "health", "mara", span="7d").info
    assert said.value.startswith("12 spans of 3 traces arrived and are not in the log yet, the first at 20")
    assert "1 trace without a root span so far" in said.value and "\\`lead\\` is left" in said.value


def test_an_empty_log_and_reviewers_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(tmp_path / "spotcheck.db")
    for name, role in (("mara", "adjudicator"), ("ana", "annotator")):
        add_person(store, name, role=role, by="system")
    assert "The log is empty" in run(store, monkeypatch, "health", "mara").info[0].value
    assert run(store, monkeypatch, "health", "ana").warning[0].value.startswith("This page needs the role adjudicator")


def test_engagement_and_two_groups_are_on_the_page(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    today = datetime.fromisoformat(now())
    rows = [
        {
            "id": f"d{n}",
            "created_at": (today - timedelta(days=n % 14, minutes=2 + n % 3)).isoformat(),
            "question": "Where is my order?",
            "answer": "Here.",
            "user_id": f"u{n % 90}",
            "session_id": f"s{n % 90}-{n % 14}",
            "variant": "new" if n % 2 else "old",
            "feedback": "up,copied" if n % 5 == 0 else "down",
        }
        for n in range(900)
    ]
    file = store.path.with_name("users.jsonl")
    file.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    assert "does not have two variants" in run(store, monkeypatch, "health", "mara", view="ab").info[0].value
    import_file(file, ImportOptions(), log=log_of(store.path), key=b"key", by="lea")
    at = run(store, monkeypatch, "health", "mara", view="engagement")
    assert not at.exception and any(f"{today:%d %b}: " in m.value and " users came, " in m.value for m in at.markdown)
    assert len(at.get("vega_lite_chart")) >= 6
    at = run(store, monkeypatch, "health", "mara", view="ab")
    assert not at.exception and any("Not enough yet: it ran for 13" in m.value for m in at.markdown)
    assert "conversations" in set(at.dataframe[0].value["metric, for each user"])
    assert "not enough yet" in set(at.dataframe[0].value["what it says"]), "few words: the interval stands beside them"
