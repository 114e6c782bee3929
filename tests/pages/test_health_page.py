"""The Health page: what changed first, pictures of every figure, the conversations behind a point."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import orjson
import pytest
from app_pages import run

from pages.parts.health import working
from review.basics.clock import now
from review.basics.log_paths import log_of
from review.people.people import add_person
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


def test_an_empty_log_and_reviewers_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(tmp_path / "spotcheck.db")
    for name, role in (("mara", "adjudicator"), ("ana", "annotator")):
        add_person(store, name, role=role, by="system")
    assert "The log is empty" in run(store, monkeypatch, "health", "mara").info[0].value
    assert run(store, monkeypatch, "health", "ana").warning[0].value.startswith("This page needs the role adjudicator")
