"""The Compliance page: what it answers first, what a lead does there, and that an auditor only reads."""

from __future__ import annotations

from pathlib import Path

import app_pages
import pytest
from adjudicate_app import DISPUTED, RIGHT, build_voted_store, vote
from compliance_log import imported
from golden_store import new_store
from streamlit.testing.v1 import AppTest

from pages.parts.compliance.finding_form import _place
from pages.parts.conversations.browse import OPEN
from review.compliance.checks.catalogue import DAILY
from review.compliance.findings import assign, findings
from review.compliance.running import run_checks
from review.people.people import add_person
from review.settings.project import project_of
from storage.records_people import AuditEntry
from storage.records_weeks import Item
from storage.store import Store


@pytest.fixture
def found(tmp_path: Path) -> Store:
    """A store with three findings, one of them overdue, and an auditor."""
    store = new_store(tmp_path)
    add_person(store, "aud", role="auditor", by="lea")
    day = {"created_at": "2026-11-20T10:00:00Z"}
    rows = [{"id": "a", **day, "answer": "You idiot."}, {"id": "b", **day, "steps": None}]
    imported(store, [*rows, {"id": "c", **day, "answer": "Ask jo@example.org."}])
    run_checks(store, project_of(store.path), by="lea")
    toxic = next(f.id for f in findings(store) if f.name == "toxicity")
    assign(store, [toxic], by="lea", due="2026-11-21")
    return store


def texts(at: AppTest) -> str:
    return "\n".join(str(e.value) for kind in (at.markdown, at.caption, at.info, at.warning, at.error) for e in kind)


def keys(at: AppTest) -> set[str]:
    return {str(b.key) for b in at.button}


def test_it_answers_first_and_a_lead_resolves(found: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = app_pages.run(found, monkeypatch, "compliance", "lea")
    assert ":red[**1 overdue**] · 3 open" in texts(at) and len(at.dataframe[0].value) == 1
    at.segmented_control("findings_state").set_value("open").run()
    assert list(at.dataframe[0].value["check"]) == ["toxic language", "personal data in answers", "reasoning chain"]
    assert "e-mail" in list(at.dataframe[0].value["found"]), "the name that people have for it, not that of its token"
    at.multiselect("findings_checks").set_value(["reasoning_chain"]).run()
    assert len(at.dataframe[0].value) == 1
    at.session_state["findings_opened"] = next(f.id for f in findings(found) if f.name == "reasoning_chain")
    at.run()
    assert "GDPR Art. 15" in texts(at) and list(at.dataframe[1].value["conversation"]) == ["b"]
    at.text_area("findings_text").input("The steps were not logged; they are now.")
    next(b for b in at.button if b.label == "Resolve").click().run()
    assert not at.exception and [f.name for f in findings(found) if f.state == "resolved"] == ["reasoning_chain"]


def test_before_the_first_look_nothing_is_said_to_be_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = new_store(tmp_path)
    said = texts(app_pages.run(store, monkeypatch, "compliance", "lea"))
    assert "No check has run yet, as no conversation has come in" in said
    assert "None overdue" not in said and "found nothing" not in said
    imported(store, [{"id": "a", "created_at": "2026-11-20T10:00:00Z", "answer": "Fine, it is on its way."}])
    at = app_pages.run(store, monkeypatch, "compliance", "lea")
    assert "No check has run yet · 1 conversation not looked at yet" in texts(at) and "None overdue" not in texts(at)
    assert "findings_run" in keys(at)
    run_checks(store, project_of(store.path), by="lea")
    said = texts(app_pages.run(store, monkeypatch, "compliance", "lea"))
    assert " overdue" in said and "No check has run yet" not in said


def test_an_auditor_reads_every_view_and_finds_nothing_to_change(found: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = app_pages.run(found, monkeypatch, "compliance", "aud")
    assert "1 overdue" in texts(at) and not at.text_area and keys(at) <= {"search_open"}
    at = app_pages.run(found, monkeypatch, "compliance", "aud", view="report")
    assert "The 18 identifiers of HIPAA" in [s.value for s in at.subheader]
    assert "45 CFR" in texts(at) and len(at.dataframe[0].value) == len(DAILY)
    assert [d.proto.label for d in at.get("download_button")][:2] == ["Page as a file", "CSV"]
    at = app_pages.run(found, monkeypatch, "compliance", "aud", view="pack")
    at.button("pack_make").click().run()
    assert not at.exception and "this public key" in texts(at) and len(at.code[0].value) == 64
    _, made, data = at.session_state["pack_made"]
    at.text_input("pack_key").input(made.key)
    at.file_uploader[0].upload("november.pack", data, "application/zip").run()
    assert "The pack holds" in at.success[0].value
    found.db.execute("UPDATE compliance_findings SET n = 7 WHERE name = 'toxicity'")
    found.db.conn.commit()
    toxic = next(f.id for f in findings(found) if f.name == "toxicity")
    at.run()
    assert "does not hold: 1 row or part not as signed." in at.error[0].value
    assert list(at.dataframe[0].value["what"]) == [f"compliance_findings {toxic}"]
    at.text_input("pack_key").input("0" * 64).run()
    assert "somebody else signed it" in at.error[0].value
    for page in ("week", "agreement", "judges", "audit"):
        assert "This page needs the role" not in texts(app_pages.run(found, monkeypatch, page, "aud"))
    for page in ("annotate", "golden", "failures", "conversations"):
        assert "This page needs the role" in texts(app_pages.run(found, monkeypatch, page, "aud"))


def test_a_conversation_that_somebody_opens_is_noted_once(found: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    (found.path.parent / "spotcheck.toml").write_text("[audit]\nopenings = true\n")
    at = app_pages.run(found, monkeypatch, "conversations", "lea", view="browse")
    at.session_state[OPEN] = "a"
    at.run().run()
    entries = found.find(AuditEntry, action="open conversation")
    assert [(e.actor, e.subject) for e in entries] == [("lea", "a")]


def test_every_page_that_shows_a_conversation_notes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = build_voted_store(tmp_path / "s.db")
    store.add(vote(DISPUTED[0], "noa", RIGHT), vote(DISPUTED[1], "noa", RIGHT))
    own = {i.id: i.conversation_id for i in store.find(Item)}

    def noted(page: str, **query: str) -> list[tuple[str, set[str]]]:
        before = len(store.find(AuditEntry))
        at = app_pages.run(store, monkeypatch, page, "lea" if page == "adjudicate" else "zelda", **query)
        at.run()
        assert not at.exception
        return [
            (e.action, set(e.detail.get("conversations", [e.subject])))
            for e in store.find(AuditEntry)[before:]
            if e.action.startswith("open conversation")
        ]

    assert noted("discuss", item=DISPUTED[1]) == noted("adjudicate", item=DISPUTED[1]) == [], "nobody asked for it"
    (tmp_path / "spotcheck.toml").write_text("[audit]\nopenings = true\n")
    assert noted("discuss", item=DISPUTED[1]) == [("open conversation", {own[DISPUTED[1]]})]
    desk = noted("adjudicate", item=DISPUTED[1])
    assert {action for action, _ in desk} == {"open conversations"} and own[DISPUTED[1]] in desk[0][1]
    annotated = noted("annotate")
    assert all(ids <= set(own.values()) for _, ids in annotated) and len(annotated) <= 2
    (tmp_path / "spotcheck.toml").write_text("[audit\n")
    assert noted("discuss", item=DISPUTED[1]), "a file that cannot be read may ask for it"


def test_a_place_is_said_as_people_count() -> None:
    assert _place("messages.1.content", 4, 18) == "message 2, letters 5 to 18"
    assert _place("messages.0.tool_calls", 2, 9) == "tool calls of message 1, letters 3 to 9"
    assert _place("error_message", 0, 7) == "error message, letters 1 to 7" and _place("steps", 0, 0) == "steps"
