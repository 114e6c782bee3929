"""Connected sources on the Conversations page: connect one, pull it, see what came and what failed, disconnect it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from app_pages import ROUTER, TIMEOUT
from pulled_server import Answer, PulledServer
from streamlit.testing.v1 import AppTest

from review.settings.project import project_of
from review.sources.pulling import web
from review.sources.pulling.background import is_pulled, start
from review.sources.pulling.connecting import connected_sources
from storage.queries.pulls import latest_pulls
from storage.store import Store


def opened(store: Store, monkeypatch: pytest.MonkeyPatch, rater: str = "visitor") -> AppTest:
    monkeypatch.setenv("SPOTCHECK_STORE", str(store.path))
    at = AppTest.from_file(str(ROUTER), default_timeout=TIMEOUT)
    at.query_params["rater"] = rater
    at.session_state["conversations_view"] = "sources"
    at.switch_page("conversations.py").run()
    assert not at.exception, [e.value for e in at.exception]
    return at


def said(at: AppTest) -> str:
    return "\n".join(str(e.value) for kind in (at.markdown, at.caption, at.info, at.error, at.warning) for e in kind)


def test_a_lead_connects_a_source_and_disconnects_it(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = opened(demo, monkeypatch)
    assert "No source is connected yet" in said(at)
    at.selectbox(key="source_kind").set_value("phoenix").run()
    at.text_input(key="source_name").set_value("shop")
    at.text_input(key="source_phoenix_address").set_value("http://127.0.0.1:1")
    at.button(key="source_save").click().run()
    assert "project: found nothing, expected the name of the project" in said(at)
    at.text_input(key="source_phoenix_project").set_value("shop")
    at.text_input(key="source_phoenix_api_key").set_value("px-secret-1")
    at.button(key="source_save").click().run()
    assert "begins with SPOTCHECK_SOURCE_" in said(at) and "px-secret-1" not in said(at)
    at.text_input(key="source_phoenix_api_key").set_value("SPOTCHECK_SOURCE_KEY")
    at.button(key="source_save").click().run()
    assert not at.error
    assert [(one.name, one.kind) for one in connected_sources(demo, project_of(demo.path))] == [("shop", "phoenix")]
    assert "It has not been read yet" in said(at)
    at.button(key="source_end_shop").click().run()
    assert connected_sources(demo, project_of(demo.path)) == ()


def test_the_last_visit_says_what_came_and_what_failed(
    demo: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.jsonl").write_text('{"id": "a1", "question": "How many?", "answer": "Seven."}\n')
    earlier = time.time() - 3600
    os.utime(folder / "a.jsonl", (earlier, earlier))
    monkeypatch.setattr(web, "BACKOFF", 0)
    monkeypatch.setenv("SPOTCHECK_SOURCE_KEY", "k")
    with PulledServer(lambda asked: Answer(401)) as server:
        settings = (
            f'[sources.shop]\nkind = "folder"\npath = "{folder}"\n[sources.desk]\nkind = "intercom"\n'
            f'address = "{server.url}"\ntoken = "SPOTCHECK_SOURCE_KEY"\n'
        )
        demo.path.with_name("spotcheck.toml").write_text(settings)
        for source in project_of(demo.path).pulled:
            start(demo, source, by="visitor").join()
    last = {name: [one.status for one in rows] for name, rows in latest_pulls(demo).items()}
    assert last == {"desk": ["failed"], "shop": ["done"]}
    assert not is_pulled(demo.path, "shop")
    at = opened(demo, monkeypatch)
    assert "1 conversation came in, 0 were known, 0 rejected" in said(at)
    assert "the key was refused (HTTP 401)" in said(at)
    # What stands in spotcheck.toml is ended there.
    assert not [one for one in at.button if str(one.key).startswith("source_end")]


def test_only_a_lead_sees_the_sources(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "needs the role lead" in said(opened(demo, monkeypatch, rater="ana"))
