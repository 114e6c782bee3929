"""Messages about weeks: which are due, that each is sent once, that a failed one is tried again, and what they say."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from review.audit.verifying import check_store
from review.basics.clock import shifted
from review.basics.errors import InputError, Refused
from review.closing.closing import close_week
from review.commands.cli import spotcheck
from review.current.progress import progress
from review.notify import log
from review.notify.due import CLOSED_DAYS, LATE_DAYS, TEAM, Key, Left, Message, WeekState, due_messages
from review.notify.reminders import planned, send_due
from review.notify.words import words
from review.serving.last_night import failed_steps
from review.serving.messages import messages_due, send_now
from review.serving.nightly import NIGHTLY, run_nightly
from review.settings.notify import KINDS, notify_settings
from review.settings.project import project_of
from review.week.due_days import change_due
from storage.queries.notices import latest_notices
from storage.records_notices import Notice
from storage.records_weeks import Week
from storage.store import Store

DUE = date(2026, 11, 27)
OPEN = WeekState("2026-W47", DUE, None, (Left("ana", 12, 24.4), Left("ben", 0, 0)))


def kinds(week: WeekState, day: date, over: set[Key] | None = None, **other: Any) -> list[str]:
    given: dict[str, Any] = {"kinds": KINDS, "days_before": 2, "over": over or set(), "to_all": [TEAM], **other}
    return [m.kind for m in due_messages([week], day, **given)]


def test_each_message_has_its_days_and_is_due_once() -> None:
    heard = {Key("2026-W47", "opened", "ana")}
    assert kinds(OPEN, DUE - timedelta(days=9)) == ["opened"]
    assert kinds(OPEN, DUE - timedelta(days=9), heard) == []
    assert kinds(OPEN, DUE - timedelta(days=3), heard) == []
    assert kinds(OPEN, DUE - timedelta(days=2), heard) == kinds(OPEN, DUE, heard) == ["soon"]
    assert kinds(OPEN, DUE - timedelta(days=1)) == ["opened"], "who heard nothing hears first that the week is open"
    assert kinds(OPEN, DUE, heard | {Key("2026-W47", "soon", "ana", DUE.isoformat())}) == []
    assert kinds(OPEN, DUE + timedelta(days=1), heard) == kinds(OPEN, DUE + timedelta(days=LATE_DAYS)) == ["late"]
    assert kinds(OPEN, DUE + timedelta(days=LATE_DAYS + 1)) == [], "settings made later wake no old week"
    assert kinds(OPEN, DUE - timedelta(days=9), kinds=("late", "closed")) == []


def test_who_is_never_told_of_the_opening_still_hears_that_the_end_is_near() -> None:
    few = ("soon", "late")
    days = [kinds(OPEN, DUE - timedelta(days=k), kinds=few) for k in (5, 2, 0, -1)]
    assert days == [[], ["soon"], ["soon"], ["late"]]
    assert kinds(OPEN, DUE, kinds=("late",)) == []


def test_a_moved_due_date_is_reminded_of_again() -> None:
    said = {Key("2026-W47", k, "ana", "" if k == "opened" else DUE.isoformat()) for k in KINDS}
    assert kinds(OPEN, DUE, said) == kinds(OPEN, DUE + timedelta(days=1), said) == []
    moved = replace(OPEN, due=DUE + timedelta(days=21))
    assert [kinds(moved, moved.due + timedelta(days=k), said) for k in (-3, -2, 1)] == [[], ["soon"], ["late"]]


def test_the_report_goes_to_the_team_for_a_week_after_the_closing() -> None:
    closed = replace(OPEN, closed=DUE)
    assert kinds(closed, DUE) == kinds(closed, DUE + timedelta(days=CLOSED_DAYS)) == ["closed"]
    assert kinds(closed, DUE + timedelta(days=CLOSED_DAYS + 1)) == []
    assert kinds(closed, DUE, {Key("2026-W47", "closed", TEAM)}) == kinds(closed, DUE, to_all=[]) == []


def test_messages_say_how_much_until_when_and_where() -> None:
    def said(kind: str, day: date, **other: Any) -> tuple[str, str]:
        message = Message(week=OPEN, kind=kind, recipient="ana", items=12, minutes=24.4)
        return words(message, day, **{"url": "https://review.example/", **other})

    opened = said("opened", DUE - timedelta(days=9))
    assert opened == (
        "Week 2026-W47: 12 items for you",
        "You have 12 items to review, about 24 minutes, due Friday 27 November.\n\n"
        "https://review.example/annotate?week=2026-W47",
    )
    assert said("soon", DUE - timedelta(days=2))[0] == "Week 2026-W47: 12 items left, due in 2 days"
    assert said("soon", DUE)[0].endswith("due today") and said("soon", DUE - timedelta(days=1))[0].endswith("tomorrow")
    late = said("late", DUE + timedelta(days=1), url="", name="Ana")
    assert late[0] == "Ana · Week 2026-W47 was due Friday 27 November: 12 items left" and "http" not in late[1]
    closed = said("closed", DUE, report="**Week** is good.\n")
    assert closed[1] == "**Week** is good.\n\nhttps://review.example/week?week=2026-W47&view=report"


def test_the_settings_hold_names_of_variables_and_never_an_address() -> None:
    found = notify_settings(Path("spotcheck.toml"), {"people": {"Ana": "NOTIFY_ANA"}, "team": "TEAM"})
    assert (found.people, found.team, found.kinds, found.days_before) == ({"Ana": "NOTIFY_ANA"}, "TEAM", KINDS, 2)
    with pytest.raises(InputError, match=r"notify\.team: found str, expected the name of a variable") as refused:
        notify_settings(Path("spotcheck.toml"), {"team": "mailto://ana:secret@mail.example"})
    assert "secret" not in str(refused.value)
    with pytest.raises(InputError, match=r"notify\.kinds"):
        notify_settings(Path("spotcheck.toml"), {"kinds": ["open"]})


class Received:
    """What a service was sent; while ``broken``, it answers 500."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, dict[str, Any]]] = []
        self.broken = False


@pytest.fixture(scope="module")
def service() -> Iterator[tuple[str, Received]]:
    """A service that takes JSON, for Apprise to send to: its Apprise address without the path, and what came."""
    received = Received()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if not received.broken:
                received.messages.append((self.path.strip("/"), body))
            self.send_response(500 if received.broken else 200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"json://127.0.0.1:{server.server_port}", received
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def told(demo: Store, service: tuple[str, Received], monkeypatch: pytest.MonkeyPatch) -> tuple[Store, Received, str]:
    """The demonstration with addresses for the team and for ben, its service, and the open week."""
    address, received = service
    received.messages.clear()
    received.broken = False
    monkeypatch.setenv("TO_BEN", f"{address}/ben")
    monkeypatch.setenv("TO_ALL", f"{address}/team")
    monkeypatch.setenv("SPOTCHECK_URL", "https://review.example")
    demo.path.with_name("spotcheck.toml").write_text('[notify]\nteam = "TO_ALL"\npeople = { ben = "TO_BEN" }\n')
    week = max(w.name for w in demo.find(Week))
    return demo, received, week


def due_in(store: Store, week: str, days: int) -> None:
    """Give the open week a due date so many days from today."""
    zone = project_of(store.path).time_zone
    change_due(store, week, (date.today() + timedelta(days=days)).isoformat(), time_zone=zone, by="visitor")


def test_a_night_sends_what_is_due_once_to_each(told: tuple[Store, Received, str]) -> None:
    store, received, week = told
    due_in(store, week, 9)
    open_ = {p.rater_id: p for p in progress(store, week) if p.left}
    (outcome,) = run_nightly(store, steps={"reminders": NIGHTLY["reminders"]})
    assert outcome.status == "done" and "ben (opened)" in outcome.detail
    to_ben = [body for path, body in received.messages if path == "ben"]
    assert [b["title"] for b in to_ben] == [f"Week {week}: {open_['ben'].left} items for you"]
    assert f"https://review.example/annotate?week={week}" in to_ben[0]["message"]
    to_all = [body["title"] for path, body in received.messages if path == "team"]
    others = sorted(set(open_) - {"ben"})
    opened = [title for title in to_all if " for you" in title]
    assert len(opened) == len(others) and all(" · " in title for title in opened), "a channel hears who is meant"
    n = len(received.messages)
    (outcome,) = run_nightly(store, steps={"reminders": NIGHTLY["reminders"]})
    assert (outcome.status, outcome.detail) == ("skipped", "No message is due.") and len(received.messages) == n
    with shifted(timedelta(days=7)):
        send_now(store, project_of(store.path), by="visitor")
    soon = [body["title"] for path, body in received.messages[n:] if path == "ben"]
    assert soon == [f"Week {week}: {open_['ben'].left} items left, due in 2 days"]
    assert check_store(store).holds


def test_a_message_in_the_log_belongs_to_the_due_date_of_its_time(told: tuple[Store, Received, str]) -> None:
    store, _, week = told
    project = project_of(store.path)
    due_in(store, week, 9)
    send_now(store, project, by="visitor")
    for day, kind in ((7, "soon"), (8, None), (10, "late")):
        with shifted(timedelta(days=day)):
            kept = {one.message.kind for one in send_now(store, project, by="visitor").sent}
            assert kept == ({kind} if kind else set())
    with shifted(timedelta(days=11)):
        due_in(store, week, 20)
        assert not send_now(store, project, by="visitor").sent
    for day, kind in ((18, "soon"), (21, "late")):
        with shifted(timedelta(days=day)):
            assert {one.message.kind for one in send_now(store, project, by="visitor").sent} == {kind}
            assert not send_now(store, project, by="visitor").sent


def test_a_report_that_breaks_keeps_no_other_message_back(told: tuple[Store, Received, str]) -> None:
    store, received, week = told
    project = project_of(store.path)
    close_week(store, week, by="visitor", reason="enough")

    def broken(name: str) -> str:
        raise ZeroDivisionError(name)

    (one,) = [p for p in planned(store, project, broken) if p.message.week.name == week]
    assert one.broken == f"the report of {week} cannot be made: ZeroDivisionError"
    done = send_due(store, project, broken, by="visitor")
    assert (one, one.broken) in done.failed and not received.messages
    again = send_now(store, project, by="visitor")
    assert week in [p.message.week.name for p in again.sent], "it is tried again"


def test_a_closed_week_sends_its_report(told: tuple[Store, Received, str]) -> None:
    store, received, week = told
    close_week(store, week, by="visitor", reason="enough")
    send_now(store, project_of(store.path), by="visitor")
    (closed,) = [b for path, b in received.messages if path == "team" and b["title"] == f"Week {week} is closed"]
    assert "**How good is production?**" in closed["message"] and f"week={week}&view=report" in closed["message"]


def test_a_failed_message_is_a_failed_step_and_is_tried_again(
    told: tuple[Store, Received, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, received, week = told
    due_in(store, week, 9)
    monkeypatch.setenv("TO_BEN", "json://ben:hunter2@127.0.0.1:9/")
    (outcome,) = run_nightly(store, steps={"reminders": NIGHTLY["reminders"]})
    assert outcome.status == "failed" and "1 message could not be sent and will be tried again" in outcome.detail
    assert "TO_BEN" in outcome.detail and "hunter2" not in outcome.detail
    assert [s.name for s in failed_steps(store)] == ["reminders"]
    first = len(received.messages)
    assert first, "one address that fails keeps nobody else from hearing"
    monkeypatch.delenv("TO_BEN")
    assert "is not set" in send_now(store, project_of(store.path), by="visitor").failed[0][1]
    monkeypatch.setenv("TO_BEN", "nonsense")
    assert "found no address" in send_now(store, project_of(store.path), by="visitor").failed[0][1]
    monkeypatch.setenv("TO_BEN", "json://127.0.0.1:9/a, json://127.0.0.1:9/b")
    assert "found 2 addresses" in send_now(store, project_of(store.path), by="visitor").failed[0][1]
    assert len(received.messages) == first
    monkeypatch.setenv("TO_BEN", f"{os.environ['TO_ALL'].removesuffix('/team')}/ben")
    done = send_now(store, project_of(store.path), by="visitor")
    assert [one.message.recipient for one in done.sent] == ["ben"] and not failed_steps(store)
    assert [path for path, _ in received.messages[first:]] == ["ben"]
    states = [n.state for n in store.find(Notice, recipient="ben", kind="opened")]
    assert states == ["trying", "failed"] * 4 + ["trying", "sent"]


def test_a_service_that_refuses_fails(told: tuple[Store, Received, str]) -> None:
    store, received, week = told
    received.broken = True
    due_in(store, week, 9)
    done = send_now(store, project_of(store.path), by="visitor")
    assert done.failed and not done.sent and {n.state for n in latest_notices(store)} == {"failed"}


def test_a_sending_that_was_cut_off_is_said_once_and_not_repeated(told: tuple[Store, Received, str]) -> None:
    store, received, week = told
    due_in(store, week, 9)
    ben = next(one for one in messages_due(store, project_of(store.path)) if one.message.recipient == "ben")
    with shifted(timedelta(hours=-2)):
        assert log.begin(store, ben.message.key, ben.text.title, by="visitor")
    assert not log.begin(store, ben.message.key, ben.text.title, by="visitor"), "a second process sends nothing"
    (outcome,) = run_nightly(store, steps={"reminders": NIGHTLY["reminders"]})
    assert outcome.status == "failed" and f"ben (opened, {week})" in outcome.detail
    assert not [path for path, _ in received.messages if path == "ben"]
    (outcome,) = run_nightly(store, steps={"reminders": NIGHTLY["reminders"]})
    assert outcome.status == "skipped"


def test_the_command_shows_what_is_due_sends_it_and_shows_the_log(told: tuple[Store, Received, str]) -> None:
    store, received, week = told
    due_in(store, week, 9)

    def command(*arguments: str) -> Any:
        result = CliRunner().invoke(spotcheck, ["notify", *arguments, "--store", str(store.path), "--json"])
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    due = command("--dry-run")["due"]
    assert {one["recipient"] for one in due} >= {"ben"} and not received.messages and not store.find(Notice)
    assert {one["variable"] for one in due} == {"TO_BEN", "TO_ALL"}
    sent = command("--as", "visitor")
    assert len(sent["sent"]) == len(due) and sent["failed"] == []
    logged = command("--log")["log"]
    assert [row["state"] for row in logged] == ["trying", "sent"] * len(due)
    assert set(logged[0]) == {"at", "week", "kind", "recipient", "state", "detail"}


def test_only_a_lead_sends(told: tuple[Store, Received, str]) -> None:
    store, received, _ = told
    with pytest.raises(Refused):
        send_now(store, project_of(store.path), by="ben")
    assert not received.messages
