"""The erasure part of the Compliance page: ask, see what holds the data, confirm as somebody else, read the proof."""

from __future__ import annotations

from pathlib import Path

import app_pages
import flow_store
import pytest
from streamlit.testing.v1 import AppTest

from review.erasure.states import erasures
from review.people.people import add_person
from storage.opening import open_store

WORDS = "The parcel of <b>Ottokar</b> stands in the cellar."


def said(at: AppTest) -> str:
    kinds = ("markdown", "caption", "info", "success", "error", "warning")
    return "\n".join(str(e.value) for kind in kinds for e in at.get(kind)).replace("\\", "").replace("\u2060", "")


def test_one_lead_asks_and_another_confirms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(tmp_path / "spotcheck.db")
    flow_store.add_people(store)
    add_person(store, "max", role="lead", by="lea")
    row = {**flow_store.conversation(5), "user_id": "otto", "messages": [{"role": "user", "content": WORDS}]}
    flow_store.import_rows(store, [row])
    at = app_pages.run(store, monkeypatch, "compliance", "lea", view="erasure")
    at.text_input(key="erasure_given").set_value("otto")
    next(b for b in at.button if b.label == "Show what holds it").click().run()
    assert not at.exception and not erasures(store)
    at.button(key="erasure_request").click().run()
    assert not at.exception and erasures(store)[0].request.found == {"log": 1}
    made = erasures(store)[0].request.id
    assert at.button(key=f"erasure_confirm_{made}").disabled
    at = app_pages.run(store, monkeypatch, "compliance", "max", view="erasure")
    at.button(key=f"erasure_confirm_{made}").click().run()
    assert not at.exception and erasures(store)[0].state == "done"
    assert "found no text of the person" in said(at) and "log.jsonl" in said(at)
    assert "Two names without a login are no proof" in said(at)
