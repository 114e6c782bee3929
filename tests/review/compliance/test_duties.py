"""Separation of duties as the project sets it: closing, roles, and the note of who opened a conversation."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result
from golden_store import WEEK, open_test_week

from review.basics.errors import InputError, Refused, UnknownError
from review.closing.closing import close_week
from review.commands.cli import spotcheck
from review.people.granting import Grant, confirm, decline, grant, role_requests
from review.people.invitations import invite
from review.people.people import AUDITOR, READER, ROLES, Person, add_person, person
from review.privacy.openings import note_opening
from review.settings.project import project_of
from storage.records_people import AuditEntry
from storage.records_weeks import WeekClosing
from storage.store import Store


def duties(store: Store, text: str) -> None:
    (store.path.parent / "spotcheck.toml").write_text(f"[duties]\n{text}\n")


def command(store: Store, *words: str) -> Result:
    return CliRunner().invoke(spotcheck, [*words, "--store", str(store.path)])


def test_who_drew_a_week_does_not_close_it(house: Store) -> None:
    open_test_week(house)
    duties(house, "draw_and_close = true")
    with pytest.raises(Refused, match="lea drew 2026-W47, and by the settings of this project another lead closes it"):
        close_week(house, WEEK, by="lea", reason="holidays")
    add_person(house, "eva", role="lead", by="lea")
    close_week(house, WEEK, by="eva", reason="holidays")
    assert house.find(WeekClosing)[0].by == "eva"


def test_without_the_setting_one_person_may_do_both(house: Store) -> None:
    open_test_week(house)
    close_week(house, WEEK, by="lea", reason="holidays")
    made = grant(
        house, Grant(name="zoe", role="lead"), by="lea", confirmed=project_of(house.path).duties.roles_confirmed
    )
    assert isinstance(made, Person) and made.role == "lead"


def test_a_role_counts_once_another_lead_confirms_it(house: Store) -> None:
    wish = Grant(name="Zoe", role="lead", scope="billing")
    assert isinstance(grant(house, Grant(name="eva", role="lead"), by="lea", confirmed=True), Person)  # a single lead
    asked = grant(house, wish, by="lea", confirmed=True)
    assert not isinstance(asked, Person) and role_requests(house) == [asked]
    with pytest.raises(UnknownError, match="nobody called 'Zoe'"):
        person(house, "Zoe")
    with pytest.raises(Refused, match="not the one who asks"):
        confirm(house, asked.id, by="lea")
    for by in ("ana", "nobody"):
        with pytest.raises(Refused, match="needs the role lead"):
            confirm(house, asked.id, by=by)
    given = confirm(house, asked.id, by="eva")
    assert (given.role, given.scope, role_requests(house)) == ("lead", "billing", [])
    with pytest.raises(UnknownError, match="no request"):
        confirm(house, asked.id, by="eva")
    entry = house.find(AuditEntry)[-1]
    assert (entry.action, entry.detail["asked_by"]) == ("confirm a role", "lea")


def test_what_gives_nobody_more_needs_no_second_person(house: Store) -> None:
    add_person(house, "eva", role="lead", by="lea")
    for name, role in (("eva", "adjudicator"), ("ana", "none"), ("ben", "annotator")):
        add_person(house, "eva", role="lead", by="lea")
        assert isinstance(grant(house, Grant(name=name, role=role), by="lea", confirmed=True), Person)
    add_person(house, "eva", role="lead", by="lea")
    assert not isinstance(grant(house, Grant(name="ben", role="auditor"), by="lea", confirmed=True), Person)


def test_a_request_can_be_declined_and_is_void_when_who_asked_is_no_lead(house: Store) -> None:
    add_person(house, "eva", role="lead", by="lea")
    first, second = (grant(house, Grant(name="ana", role="lead"), by="lea", confirmed=True) for _ in range(2))
    assert not isinstance(first, Person) and not isinstance(second, Person)
    decline(house, first.id, by="lea")
    add_person(house, "zed", role="lead", by="eva")
    add_person(house, "lea", role="annotator", by="eva")
    with pytest.raises(Refused, match="lea has annotator"):
        confirm(house, second.id, by="zed")
    assert person(house, "ana").role == "annotator" and role_requests(house) == [second]
    for wish in (
        Grant(name="!!", role="lead"),
        Grant(name="ok", role="boss"),
        Grant(name="ok", role="lead", scope="x" * 9999),
    ):
        with pytest.raises(InputError):
            grant(house, wish, by="eva", confirmed=True)


def test_an_invitation_gives_no_role_that_nobody_confirmed(house: Store) -> None:
    add_person(house, "eva", role="lead", by="lea")
    with pytest.raises(Refused, match="another lead confirms it"):
        invite(house, "Mallory", role="lead", by="lea", confirmed=True)
    assert invite(house, "ben", role="annotator", by="lea", confirmed=True).invitation.rater_id == "ben"


def test_the_commands_ask_and_confirm(house: Store) -> None:
    duties(house, "roles_confirmed = true")
    assert "eva: lead" in command(house, "people", "add", "eva", "--role", "lead", "--as", "lea").output
    told = json.loads(command(house, "people", "add", "ana", "--role", "lead", "--as", "lea", "--json").stdout)
    assert told["people"] == [] and told["requests"][0]["name"] == "ana"
    assert "ana" in command(house, "people", "requests").output
    identity = told["requests"][0]["id"]
    assert isinstance(command(house, "people", "confirm", identity, "--as", "lea").exception, Refused)
    assert "ana: lead" in command(house, "people", "confirm", identity, "--as", "eva").output
    again = json.loads(command(house, "people", "add", "ben", "--role", "lead", "--as", "lea", "--json").stdout)
    declined = command(house, "people", "confirm", again["requests"][0]["id"], "--decline", "--as", "lea")
    assert "does not get the role" in declined.output and person(house, "ben").role == "annotator"


def test_openings_are_noted_where_the_project_asks_for_it(house: Store) -> None:
    note_opening(house, "c1", by="lea", wanted=False)
    note_opening(house, "c1", by="eva", wanted=True)
    found = [(e.actor, e.subject) for e in house.find(AuditEntry, action="open conversation")]
    assert found == [("eva", "c1")]
    with pytest.raises(Refused):
        note_opening(house, "c1", by="nobody", wanted=True)


def test_an_auditor_may_read_and_is_on_no_rung(house: Store) -> None:
    may = {role: [r for r in (*ROLES, READER) if Person(id="x", name="x", role=role).may(r)] for role in (*ROLES, "")}
    assert may[AUDITOR] == [AUDITOR, READER] and may[""] == []
    assert may["annotator"] == ["annotator", READER] and may["lead"] == [*ROLES, READER]


@pytest.mark.parametrize("text", ["roles_confirmed = 1", "draws = true"])
def test_a_wrong_duty_is_named(house: Store, text: str) -> None:
    duties(house, text)
    with pytest.raises(InputError, match="duties"):
        project_of(house.path)
