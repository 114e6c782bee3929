"""Settled labels on their way home, against servers that speak as the systems are documented."""

import json
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import replace

import pytest
from command_line import spotcheck
from judged_store import AT, NAMES, WEEK, judged, truth
from pulled_server import Answer, PulledServer

from review.audit.verifying import check_store
from review.basics.errors import InputError, Refused
from review.exchange.pushing.catalogue import SYSTEMS
from review.exchange.pushing.push import push
from review.settings.project import project_of
from review.sources.pulling import web
from storage.records_pushes import PushedScore
from storage.records_review import Adjudication
from storage.records_weeks import Week

KEYS = {
    **{variable: "key" for system in SYSTEMS.values() for variable in system.keys.values()},
    "LANGFUSE_PUBLIC_KEY": "pk",
    "LANGFUSE_SECRET_KEY": "sk",
    "LANGSMITH_API_KEY": "ls",
    "PHOENIX_API_KEY": "px",
    "SPOTCHECK_URL": "https://review.example.org",
}
LABELS = 2 * len(NAMES)
"""Two dimensions for each of the forty items."""


@pytest.fixture
def store(store, monkeypatch):
    monkeypatch.setattr(web, "BACKOFF", 0)
    judged(store)
    return store


class Taking:
    """A system that keeps what it is sent under the ids that it documents; ``bad`` gives the status of a refusal."""

    def __init__(self, bad=lambda asked: 0):
        self.bad, self.kept, self.asked = bad, {}, []

    def __call__(self, asked):
        self.asked.append(asked)
        if status := self.bad(asked):
            return Answer(status, {"message": "no"})
        body = asked.body
        if asked.path == "/v1/trace_annotations":
            [body] = body["data"]
        if asked.path == "/v1/logs":
            [record] = body["resourceLogs"][0]["scopeLogs"][0]["logRecords"]
            body = {pair["key"]: next(iter(pair["value"].values())) for pair in record["attributes"]}
            body |= {"trace": record["traceId"], "event": record["eventName"]}
        key = body.get("id") or body.get("identifier") or body.get("spotcheck.score.id") or asked.path.split("/")[-1]
        self.kept[key] = {**self.kept.get(key, {}), **body}
        return {"id": key}


def settings(store, url, *, hosts='["127.0.0.1"]', more=""):
    text = f"[push]\nhosts = {hosts}\n" + "".join(f'[push.{name}]\naddress = "{url}"\n{more}' for name in SYSTEMS)
    (store.path.parent / "spotcheck.toml").write_text(text)
    return project_of(store.path)


def sent(store, project, to="langfuse", **how):
    return push(store, project, to, WEEK, by="lea", environment=KEYS, **how)


def as_traces(store, name):
    """Give the conversations the ids that the system's own would have."""
    for k, conversation in enumerate(NAMES):
        number = f"{k + 1:032x}"
        given = f"{number[:8]}-{number[8:12]}-{number[12:16]}-{number[16:20]}-{number[20:]}"
        value = given if name == "langsmith" else number
        with closing(sqlite3.connect(store.path)) as db, db:
            db.execute("UPDATE conversations SET source_id = ? WHERE id = ?", (value, conversation))


def test_a_setting_that_means_nothing_is_named(store):
    toml = store.path.parent / "spotcheck.toml"
    toml.write_text('[push]\nhosts = ["127.0.0.1"]\n[push.langsmth]\naddress = "http://127.0.0.1"\n')
    with pytest.raises(InputError, match="found setting 'langsmth', expected one of hosts, langfuse, langsmith"):
        sent(store, project_of(store.path), "langsmith")
    toml.write_text('[push]\nhost = ["127.0.0.1"]\n')
    with pytest.raises(InputError, match=r"push\.host: found .*the only other setting is hosts"):
        project_of(store.path)


@pytest.mark.parametrize("to", SYSTEMS)
def test_labels_are_sent_once_and_again_only_when_they_changed(store, to):
    as_traces(store, to)
    taking = Taking()
    with PulledServer(taking) as server:
        project = settings(store, server.url)
        dry = sent(store, project, to, dry_run=True)
        assert (dry.sent, dry.already, taking.asked, store.find(PushedScore)) == (LABELS, 0, [], [])
        first = sent(store, project, to)
        assert (first.sent, first.already, first.skipped, first.error) == (LABELS, 0, (), None)
        again = sent(store, project, to)
        assert (again.sent, again.already) == (0, LABELS) and len(taking.asked) == LABELS
        assert len(taking.kept) == LABELS
        store.add(
            Adjudication(
                id="j1",
                item_id=NAMES[0],
                rubric_version=1,
                labels={"correctness": "correct", "politeness": "neutral"},
                rationale="It is right.",
                adjudicator="eva",
                at=AT,
            )
        )
        changed = sent(store, project, to)
        assert (changed.sent, changed.already) == (2, LABELS - 2) and len(taking.kept) == LABELS
    said = json.dumps(list(taking.kept.values()))
    assert "rubric version 1" in said and "https://review.example.org/week?week=2026-W45" in said
    assert "an adjudicator" in said


def test_each_system_gets_what_it_documents(store):
    taking = Taking()
    with PulledServer(taking) as server:
        project = settings(store, server.url)
        for to in SYSTEMS:
            as_traces(store, to)
            sent(store, project, to)
    by_path = {asked.path: asked for asked in taking.asked}
    basic, key = "Basic cGs6c2s=", "x-api-key"
    score = by_path["/api/public/scores"]
    assert score.headers["Authorization"] == basic and score.body["dataType"] == "CATEGORICAL"
    assert all("HUMAN" in json.dumps(asked.body) for path, asked in by_path.items() if path != "/feedback")
    feedback = by_path["/feedback"]
    assert feedback.headers[key] == "ls" and feedback.body["run_id"] == feedback.body["trace_id"]
    assert feedback.body["feedback_source"]["type"] == "app"
    annotation = by_path["/v1/trace_annotations"]
    assert annotation.params == {"sync": "true"} and annotation.headers["Authorization"] == "Bearer px"
    assert set(annotation.body["data"][0]["result"]) == {"label", "score", "explanation"}
    event = by_path["/v1/logs"].body["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0]
    assert event["eventName"] == "gen_ai.evaluation.result" and len(event["traceId"]) == 32
    values = Counter(
        one["value"] for one in taking.kept.values() if one.get("name") == "correctness" and "value" in one
    )
    assert values == Counter(truth(k) for k in range(len(NAMES)))


def test_ids_that_a_system_cannot_know_are_skipped_in_words(store):
    with PulledServer(Taking()) as server:
        done = sent(store, settings(store, server.url), "langsmith")
    assert (done.sent, len(done.skipped)) == (0, LABELS) and "no id of a run" in done.skipped[0].reason


def test_one_refused_label_is_skipped_and_a_dead_system_ends_the_push_that_goes_on_later(store):
    state = {"down": False}

    def bad(asked):
        return 500 if state["down"] or asked.body["traceId"] == "c03" else 0

    with PulledServer(Taking(bad)) as server:
        project = settings(store, server.url)
        first = sent(store, project)
        assert (first.sent, first.error) == (LABELS - 2, None)
        assert {one.item for one in first.skipped} == {"c03"} and "HTTP 500" in first.skipped[0].reason
    address = server.url
    gone = sent(store, settings(store, address))
    assert gone.already == LABELS - 2 and gone.sent == 0
    state["down"] = True
    with PulledServer(Taking(bad)) as server:
        project = settings(store, server.url)
        down = sent(store, project)
        assert down.sent == 0 and len(down.skipped) == 3 and "HTTP 500" in str(down.error)
        state["down"] = False
        assert sent(store, project).sent == LABELS - 2


@pytest.mark.parametrize(
    ("hosts", "more", "error", "word"),
    [
        ("[]", "", Refused, "127.0.0.1 is not among the hosts"),
        ('["127.0.0.1.evil.org"]', "", Refused, "not among the hosts"),
        ('["127.0.0.1"]', 'secret_key = "NOT_SET"\n', InputError, "NOT_SET is not set"),
        ('["127.0.0.1"]', 'colour = "red"\n', InputError, "'colour'"),
    ],
)
def test_nothing_leaves_without_a_host_that_is_allowed_and_a_key(store, hosts, more, error, word):
    taking = Taking()
    with PulledServer(taking) as server:
        project = settings(store, server.url, hosts=hosts, more=more)
        with pytest.raises(error, match=word):
            sent(store, project)
    assert taking.asked == [] and store.find(PushedScore) == []


def test_only_leads_push_and_addresses_are_addresses(store):
    project = settings(store, "ftp://127.0.0.1")
    with pytest.raises(InputError, match="ftp"):
        sent(store, project)
    with pytest.raises(Refused):
        push(store, project, "langfuse", WEEK, by="ana", environment=KEYS)


def test_the_command_says_what_was_sent(store, monkeypatch):
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    folder = store.path.parent
    with PulledServer(Taking()) as server:
        settings(store, server.url)
        words = ("push", "--to", "langfuse", "--week", WEEK, "--as", "lea", "--json")
        dry = json.loads(spotcheck(folder, *words, "--dry-run").stdout)
        assert (dry["sent"], dry["already"], dry["skipped"]) == (LABELS, 0, [])
        assert json.loads(spotcheck(folder, *words).stdout)["sent"] == LABELS
        assert json.loads(spotcheck(folder, *words).stdout)["already"] == LABELS
    assert check_store(store).holds
    [week] = store.find(Week, name=WEEK)
    with store.transaction():
        store.add(replace(week, name="2026-W01"))
    several = spotcheck(folder, *words[:3], "--week", f"2026-W01..{WEEK}")
    assert several.returncode == 2 and "found 2 weeks" in several.stderr and "expected one" in several.stderr
    (folder / "spotcheck.toml").unlink()
    refused = spotcheck(folder, *words)
    assert refused.returncode == 2 and "expected one such as" in refused.stderr
