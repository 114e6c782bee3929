"""Engagement: users, sessions and their length, questions asked again; and what follows a clarification."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner

from review.basics.log_paths import LogPaths, log_of
from review.commands.health import health_command
from review.monitoring.clarifications import outcomes_after
from review.monitoring.engagement import engagement
from review.monitoring.health import Asked
from review.settings.project import Project
from review.sources.importing import import_file
from review.sources.options import ImportOptions
from storage.opening import open_store

PROJECT = Project(path=Path("spotcheck.toml"))
ASKS = "Which order do you mean?"


def row(at: str, user: str, session: str, question: str, answer: str = "On its way.", **cells: Any) -> dict[str, Any]:
    return {
        "id": f"{session}-{at}", "created_at": f"2026-11-{at}:00Z", "user_id": user, "session_id": session,
        "question": question, "answer": answer, **cells,
    }  # fmt: skip


ROWS = [
    row("02T10:00", "ana", "s1", "Where is my order?", feedback="up,copied"),
    row("02T10:06", "ana", "s1", "where is my ORDER"),
    row("02T11:00", "ben", "s2", "What was the revenue of May?", ASKS),
    row("02T11:10", "ben", "s2", "Net revenue without returns"),
    row("02T12:00", "eva", "s3", "How many users are there?", ASKS),
    row("03T09:00", "ana", "s4", "Cancel my order", ASKS),
    row("03T09:02", "ana", "s4", "Number 12", "", status="error", error_type="timeout"),
    row("05T09:00", "kim", "s5", "Hello there", "Hello."),
    {"id": "nobody", "created_at": "2026-11-05T10:00:00Z", "question": "Who am I?", "answer": "Unknown."},
    {
        "id": "chat", "created_at": "2026-11-05T11:00:00Z", "user_id": "kim", "session_id": "s6",
        "messages": [
            {"role": "user", "content": "Is it there?"}, {"role": "assistant", "content": ASKS},
            {"role": "user", "content": "Number 3"}, {"role": "assistant", "content": "It is."},
        ],
    },
]  # fmt: skip


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> LogPaths:
    folder = tmp_path_factory.mktemp("engagement")
    open_store(folder / "spotcheck.db").close()
    (folder / "log.jsonl").write_bytes(b"".join(orjson.dumps(one) + b"\n" for one in ROWS))
    place = log_of(folder / "spotcheck.db")
    import_file(folder / "log.jsonl", ImportOptions(), log=place, key=b"key", by="lea")
    return place


def test_users_sessions_and_repeated_questions(log: LogPaths) -> None:
    first, second, nothing, last = engagement(log, PROJECT, Asked())
    assert (first.users, first.new, first.sessions, first.per_session) == (3, 3, 3, pytest.approx(5 / 3))
    assert first.minutes == (8.0, pytest.approx(9.8)), "of sessions with several conversations: 6 and 10 minutes"
    again = first.shares["repeated_questions"]
    assert (again.value, again.n) == (0.5, 2)
    assert first.shares["copied"].value == 0.2 and first.shares["thumbs_down"].value == 0
    assert (second.users, second.new) == (1, 0)
    assert (second.shares["usage_rate"].value, second.shares["usage_rate"].n) == (pytest.approx(1 / 3), 3)
    assert second.shares["copied"].undefined, "nobody gave feedback that day"
    assert nothing.users is None and nothing.shares["usage_rate"].undefined == "no traffic"
    assert (last.users, last.new, last.shares["usage_rate"].value) == (1, 1, 0.25)


def test_a_later_span_knows_the_users_before_it(log: LogPaths) -> None:
    (only,) = engagement(log, PROJECT, Asked(start="2026-11-03", end="2026-11-03"))
    assert (only.users, only.new, only.shares["usage_rate"].n) == (1, 0, 3)


def test_what_follows_a_clarification(log: LogPaths) -> None:
    found = outcomes_after(log, PROJECT, Asked())
    assert {name: round(one.value * one.n) for name, one in found.items() if one.value is not None} == {
        "answered": 2, "failed": 1, "asked again": 0, "left": 1,
    }  # fmt: skip
    assert outcomes_after(log, PROJECT, Asked(start="2026-11-06")) == {}


def test_the_command_prints_both(log: LogPaths) -> None:
    store = str(log.logs).removesuffix(".logs")
    said = orjson.loads(CliRunner().invoke(health_command, ["--engagement", "--json", "--store", store]).stdout)
    assert [one["users"] for one in said["buckets"]] == [3, 1, None, 1]
    table = CliRunner().invoke(health_command, ["--engagement", "--store", store]).stdout
    assert "2026-11-02 00:00" in table
    plain = orjson.loads(CliRunner().invoke(health_command, ["--json", "--store", store]).stdout)
    assert plain["after_clarification"]["left"]["value"] == 0.25
    assert CliRunner().invoke(health_command, ["--engagement", "--slice", "model", "--store", store]).exit_code == 2
    assert "no traffic" in CliRunner().invoke(health_command, ["--store", store]).stdout
