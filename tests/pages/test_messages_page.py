"""The messages on the Settings page: what is due, sending it, and who may."""

from __future__ import annotations

import pytest
from app_pages import run

from review.current.progress import progress
from storage.queries.notices import latest_notices
from storage.records_weeks import Week
from storage.store import Store


def test_a_lead_sees_what_is_due_and_sends_it(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = run(demo, monkeypatch, "settings", tab="Messages")
    assert any("No message is sent yet" in one.value for one in at.info)
    demo.path.with_name("spotcheck.toml").write_text('[notify]\npeople = { ben = "TO_BEN" }\n')
    at = run(demo, monkeypatch, "settings", tab="Messages")
    week = max(w.name for w in demo.find(Week))
    left = sum(p.left > 0 for p in progress(demo, week))
    assert any(f"**{left} messages due**" in one.value for one in at.markdown)
    assert sum("no address" in str(one.label) for one in at.expander) == left - 1
    at.button(key="messages_send").click().run()
    assert any("of the environment is not set" in one.value for one in at.info)
    assert [n.state for n in latest_notices(demo)] == ["failed"]
    assert at.session_state["tab"] == "Messages" and "Messages" in at.query_params["tab"]
