"""The Audit page: filters, downloads, and a chain that shows removed and changed rows."""

from __future__ import annotations

import csv
import io
import json
from datetime import date

import pytest
from app_pages import ROUTER, TIMEOUT
from click.testing import CliRunner
from streamlit.testing.v1 import AppTest

from pages.parts.audit import audit_view
from pages.parts.shared.session import Session
from pages.parts.week import report_view
from review.audit import chain
from review.audit.store_secrets import store_id
from review.audit.verifying import check_store
from review.basics.errors import Refused
from review.commands.cli import spotcheck
from review.people.people import add_person, person
from storage.proof_seen import seen_file
from storage.records_log import Conversation
from storage.records_people import AuditEntry
from storage.records_weeks import Assignment, Item, Week
from storage.store import Store


def run(store: Store, monkeypatch: pytest.MonkeyPatch, rater: str = "visitor") -> AppTest:
    monkeypatch.setenv("SPOTCHECK_STORE", str(store.path))
    at = AppTest.from_file(str(ROUTER), default_timeout=TIMEOUT)
    at.query_params["rater"] = rater
    at.run()
    at.switch_page("audit.py").run()
    assert not at.exception, [e.value for e in at.exception]
    return at


def texts(at: AppTest) -> str:
    return "\n".join(str(e.value) for kind in (at.markdown, at.caption, at.info, at.warning, at.error) for e in kind)


def damage(store: Store, sql: str) -> None:
    store.db.execute(sql)
    store.db.conn.commit()


def test_only_a_lead_sees_the_audit(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = run(demo, monkeypatch, "mara")
    assert "needs the role auditor" in texts(at) and not at.dataframe


def test_a_row_changed_outside_spotcheck_is_reported(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = demo.find(AuditEntry, action="annotation")[0]
    damage(demo, f"UPDATE annotations SET comment = 'x' WHERE submission_id = '{entry.detail['submission']}'")
    assert f"1 row edited: annotations '{entry.detail['submission']}' (entry {entry.sequence})." in texts(
        run(demo, monkeypatch)
    )


def test_the_newest_entries_come_first_and_the_chain_holds(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = run(demo, monkeypatch)
    total = len(demo.find(AuditEntry))
    assert f"{total} entries, the chain holds; " in texts(at)
    shown = at.dataframe[0].value
    assert list(shown["#"])[:2] == [total, total - 1]
    assert at.code[0].value == demo.find(AuditEntry)[-1].hash


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM audit WHERE sequence = 7",
        "UPDATE audit SET actor = 'somebody' WHERE sequence = 7",
        "UPDATE audit SET detail = '{}', subject = 'x' WHERE sequence = 7",
    ],
)
def test_a_removed_or_changed_entry_breaks_the_chain(demo: Store, monkeypatch: pytest.MonkeyPatch, sql: str) -> None:
    damage(demo, sql)
    at = run(demo, monkeypatch)
    assert "The chain is broken at entry 7" in at.error[0].value


def test_entries_are_filtered_by_person_action_week_and_text(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = run(demo, monkeypatch)
    at.multiselect("audit_actors").set_value(["ana"]).run()
    assert set(at.dataframe[0].value["who"]) == {"ana"}
    at.multiselect("audit_actions").set_value(["annotation"]).run()
    week = demo.find(Week, order_by="name")[-1].name
    at.selectbox("audit_week").set_value(week).run()
    items = {i.id for i in demo.find(Item, week=week)}
    shown = at.dataframe[0].value
    assert set(shown["action"]) == {"annotation"} and set(shown["what"]) <= items and len(shown)
    at.text_input("audit_text").set_value("no such text anywhere").run()
    assert not at.dataframe and "No entry matches" in texts(at)


def test_a_look_at_an_original_is_logged_before_anything_is_shown(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = run(demo, monkeypatch)
    masked = next(c.id for c in demo.find(Conversation) if c.redacted)
    at.text_input("audit_original").set_value(masked)
    next(b for b in at.button if b.label == "Reveal").click().run()
    assert not at.exception and not at.error and at.json
    entry = demo.find(AuditEntry)[-1]
    assert (entry.actor, entry.action, entry.subject) == ("visitor", "reveal", masked)
    at.text_input("audit_original").set_value("nothing")
    next(b for b in at.button if b.label == "Reveal").click().run()
    assert "there is no original of 'nothing'" in at.error[0].value
    assert demo.find(AuditEntry)[-1].subject == "nothing"


def test_the_export_holds_every_match_and_proves_the_chain(demo: Store) -> None:
    here = Session(demo, person(demo, "visitor"), None)
    add_person(demo, "=cmd|calc", role="annotator", by="visitor")
    found = chain.entries(demo)
    rows = json.loads(audit_view._json(here, chain.EVERYTHING))
    assert len(rows) == len(demo.find(AuditEntry)) > 0
    fields = [AuditEntry(**{k: v for k, v in row.items() if k != "item"}) for row in reversed(rows)]
    key = demo.signing_key()
    assert key
    for entries, broken in ((fields, None), (fields[:5] + fields[6:], 6)):
        links = chain.Links(key)
        for entry in entries:
            links.follow(entry)
        assert links.broken_at == broken
    table = list(csv.DictReader(io.StringIO(audit_view._csv(here, chain.EVERYTHING).decode())))
    assert [int(r["sequence"]) for r in table] == [e.sequence for e in found]
    assert not [cell for row in table for cell in row.values() if cell.startswith(("=", "@"))]
    items = {a.id: a.item_id for a in demo.find(Assignment)}
    assert all(r["item"] == items.get(r["subject"], "") for r in table) and any(r["item"] for r in table)


def test_a_download_after_losing_the_role_gives_nothing(demo: Store) -> None:
    add_person(demo, "lea", role="lead", by="visitor")
    here = Session(demo, person(demo, "lea"), None)
    week = demo.find(Week)[-1].name
    assert audit_view._csv(here, chain.EVERYTHING) and report_view._report(here, week)
    add_person(demo, "lea", role="none", by="visitor")
    for make in (audit_view._csv, audit_view._json):
        with pytest.raises(Refused, match="needs the role auditor"):
            make(here, chain.EVERYTHING)
    with pytest.raises(Refused, match="needs the role reader"):
        report_view._report(here, week)


def test_a_search_takes_days_in_utc_both_included(store: Store) -> None:
    for day, who in (("2026-11-01T23:59:59.999+00:00", "ana"), ("2026-11-02T00:00:00.000+00:00", "ben")):
        entry = AuditEntry(
            sequence=2 if who == "ana" else 3,
            at=day,
            actor=who,
            action="note",
            subject="Straße",
            detail={"why": "ÜBER"},
            previous="p",
            hash=who,
        )
        store.add(entry)
    day = date(2026, 11, 1)
    assert [e.actor for e in chain.entries(store, chain.Search(since=day, until=day))] == ["ana"]
    assert [e.actor for e in chain.entries(store, chain.Search(since=date(2026, 11, 2), actions=["note"]))] == ["ben"]
    assert len(chain.entries(store, chain.Search(text="über"))) == 2
    assert len(chain.entries(store, chain.Search(text="STRASSE", actors=["ben"], actions=["note"]))) == 1
    assert chain.entries(store, chain.Search(actions=["other"])) == []
    known = chain.known(store)
    assert (known.actors, known.actions) == (("ana", "ben", "spotcheck"), ("audit key", "note"))
    assert known.first == day


def test_a_new_store_begins_with_the_entry_that_signs(store: Store) -> None:
    assert [e.action for e in chain.entries(store)] == ["audit key"] and chain.verify(store) == (1, None)
    damage(store, "DELETE FROM audit")
    assert chain.known(store) == chain.Known((), (), None, None)
    assert chain.head(store) is None and chain.entries(store) == [] and not check_store(store).holds


def test_the_audit_on_the_command_line(demo: Store) -> None:
    def command(*arguments: str) -> tuple[int, dict]:
        result = CliRunner().invoke(spotcheck, ["audit", *arguments, "--store", str(demo.path), "--json"])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, json.loads(result.stdout)

    week = demo.find(Week, order_by="name")[-1].name
    code, said = command("list", "--as", "visitor", "--action", "annotation", "--actor", "ana,ben", "--week", week)
    assert code == 0 and {e["actor"] for e in said["entries"]} == {"ana", "ben"} and said["found"] > 1
    _, few = command("list", "--as", "visitor", "--limit", "3")
    assert len(few["entries"]) == 3 and few["found"] == len(demo.find(AuditEntry))
    assert few["entries"][0]["sequence"] > few["entries"][2]["sequence"]
    head = few["entries"][0]["hash"]
    code, said = command("verify", "--head", head)
    assert (code, said["head"], said["noted_missing"]) == (0, head, False)
    # Removing entries from the end with their rows breaks no link; only a note of the newest entry reveals it.
    add_person(demo, "zoe", role="lead", by="visitor")
    head = chain.head(demo).hash
    damage(demo, f"DELETE FROM audit WHERE hash = '{head}'")
    damage(demo, "DELETE FROM audit_rows WHERE entry = (SELECT max(entry) FROM audit_rows)")
    damage(demo, "DELETE FROM roles WHERE rater_id = 'zoe'")
    damage(demo, "DELETE FROM raters WHERE id = 'zoe'")
    code, said = command("verify")
    assert code == 1 and "Entries were cut off" in said["trouble"] and not said["changes"]
    seen_file(store_id(demo), demo.path).unlink()
    assert command("verify")[0] == 0
    code, said = command("verify", "--head", head)
    assert (code, said["broken_at"], said["noted_missing"]) == (1, None, True)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--as", "ana"], "needs the role auditor"),
        (["--as", "visitor", "--since", "yesterday"], "--since: found 'yesterday', expected a day"),
    ],
)
def test_what_the_command_refuses(demo: Store, arguments: list[str], sentence: str) -> None:
    result = CliRunner().invoke(spotcheck, ["audit", "list", *arguments, "--store", str(demo.path)])
    assert sentence in str(result.exception)
