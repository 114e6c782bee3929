"""From a system to the log: each kind of pulled source gives a conversation with its question and answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from pulled_server import Asked, PulledServer

from review.basics.log_paths import log_of
from review.log.log import read_conversations
from review.people.people import add_person
from review.settings.project import Project
from review.settings.pulled import PulledSource
from review.sources.pulling.pull import pull
from storage.records_log import Import
from storage.store import Store

NOW = datetime(2026, 11, 23, tzinfo=UTC)
KEYS = {"KEY": "k", "OTHER": "o"}
AT = "2026-11-21T09:30:00"


FEEDBACK = [
    {"run_id": "1", "key": "helpful", "score": 1, "feedback_source": {"type": "app", "user_name": "Ann"}},
    {
        "run_id": "1",
        "key": "correct",
        "value": "yes",
        "score": 1,
        "feedback_source": {"type": "model", "metadata": {"evaluator": "strict"}},
    },
]
ANNOTATIONS = [
    {
        "span_id": "0000000000000001",
        "name": name,
        "annotator_kind": kind,
        "identifier": by,
        "result": {"label": label, "score": 1.0, "explanation": None},
    }
    for name, kind, by, label in (("helpful", "HUMAN", "Ann", "up"), ("correct", "LLM", "strict", "yes"))
]


def langfuse(asked: Asked) -> Any:
    if asked.path == "/api/public/traces":
        return {"data": [{"id": "1", "timestamp": f"{AT}.000Z"}], "meta": {"page": 1, "totalPages": 1}}
    generation = {
        "id": "g",
        "traceId": "1",
        "type": "GENERATION",
        "startTime": f"{AT}.000Z",
        "input": [{"role": "user", "content": "How many?"}],
        "output": {"role": "assistant", "content": "Seven."},
    }
    return {
        "id": "1",
        "timestamp": f"{AT}.000Z",
        "htmlPath": "/project/p/traces/1",
        "input": {"question": "How many?"},
        "output": {"answer": "Seven."},
        "observations": [generation],
        "scores": [],
    }


def langsmith(asked: Asked) -> Any:
    if asked.path == "/api/v1/sessions":
        return [{"id": "p", "name": "shop"}]
    if asked.path == "/api/v1/feedback":
        return FEEDBACK if asked.params["run"] == "1" else []
    root = {"id": "1", "trace_id": "1", "parent_run_id": None, "run_type": "chain", "start_time": AT, "end_time": AT}
    answered = {"inputs": {"question": "How many?"}, "outputs": {"answer": "Seven."}, "name": "agent"}
    return {"runs": [{**root, **answered}], "cursors": {"next": None}}


def phoenix(asked: Asked) -> Any:
    if asked.path.endswith("/span_annotations"):
        return {"data": ANNOTATIONS, "next_cursor": None}
    span = {
        "context": {"trace_id": "00000000000000000000000000000001", "span_id": "0000000000000001"},
        "parent_id": None,
        "name": "chat",
        "span_kind": "LLM",
        "start_time": f"{AT}+00:00",
        "end_time": f"{AT}+00:00",
        "status_code": "OK",
        "attributes": {
            "llm.input_messages.0.message.role": "user",
            "llm.input_messages.0.message.content": "How many?",
            "llm.output_messages.0.message.role": "assistant",
            "llm.output_messages.0.message.content": "Seven.",
        },
    }
    return {"data": [span], "next_cursor": None}


def zendesk(asked: Asked) -> Any:
    if asked.path.endswith("comments.json"):
        said = [{"author_id": 2, "body": "How many?"}, {"author_id": 3, "body": "Seven."}]
        return {"comments": [{**one, "public": True, "created_at": f"{AT}Z"} for one in said], "next_page": None}
    ticket = {"id": 1, "status": "solved", "requester_id": 2, "created_at": f"{AT}Z"}
    return {"tickets": [ticket], "after_cursor": "c", "end_of_stream": True}


def intercom(asked: Asked) -> Any:
    if asked.method == "POST":
        return {"conversations": [{"id": "1", "updated_at": 1_795_253_400}], "pages": {"next": None}}
    return {
        "type": "conversation",
        "id": "1",
        "created_at": 1_795_253_400,
        "source": {"body": "<p>How many?</p>", "author": {"type": "user", "id": "2"}},
        "conversation_parts": {
            "conversation_parts": [{"part_type": "comment", "body": "<p>Seven.</p>", "author": {"type": "bot"}}]
        },
    }


SYSTEMS: dict[str, tuple[Callable[[Asked], Any], dict[str, str]]] = {
    "langfuse": (langfuse, {"public_key": "KEY", "secret_key": "OTHER"}),
    "langsmith": (langsmith, {"project": "shop", "api_key": "KEY"}),
    "phoenix": (phoenix, {"project": "shop", "api_key": "KEY"}),
    "zendesk": (zendesk, {"email": "lea@example.org", "token": "KEY"}),
    "intercom": (intercom, {"token": "KEY"}),
}


@pytest.mark.parametrize("kind", SYSTEMS)
def test_what_a_system_holds_is_in_the_log_once(kind: str, store: Store):
    add_person(store, "Lea", role="lead", by="test")
    answer, options = SYSTEMS[kind]
    with PulledServer(answer) as server:
        source = PulledSource(name="shop", kind=kind, options={"address": server.url, **options}, where="sources.shop")
        project = Project(path=store.path.with_name("spotcheck.toml"))
        first, again = (pull(store, project, source, by="lea", environment=KEYS, at=NOW) for _ in range(2))
    assert not first.errors and not again.errors
    assert (first.total("read"), first.total("added")) == (1, 1)
    assert (again.total("added"), again.total("changed"), again.total("rejected")) == (0, 0, 0)
    (record, *_) = store.find(Import)
    where = "00000000000000000000000000000001" if kind == "phoenix" else "1"
    (found,) = read_conversations(log_of(store.path), [f"shop/{where}"])
    assert (found.question, found.answer, found.week) == ("How many?", "Seven.", "2026-W47")
    assert (record.source, record.file) == ("shop", "shop")
    if kind in ("langsmith", "phoenix"):
        assert found.verdicts["strict"]["correct"]["value"] == "yes"
        assert "1 human score by 1 person" in " ".join(first.notes)
