"""Each kind of pulled source against a local server that speaks its documented shapes."""

from __future__ import annotations

import base64
import itertools
import json
import os
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from pulled_server import Answer, Asked, PulledServer

from review.basics.errors import InputError, Refused, ReviewError
from review.people.people import add_person
from review.settings.project import Project
from review.settings.pulled import PulledSource
from review.sources.file_sets import file_set
from review.sources.pulling import langsmith as langsmith_puller
from review.sources.pulling import pages, phoenix, traces, warehouse, web, zendesk
from review.sources.pulling.catalogue import PULLERS, puller_of
from review.sources.pulling.pages import stamp
from review.sources.pulling.pull import pull
from review.sources.pulling.puller import Fetched, Visit
from storage.records_log import Import
from storage.store import Store

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
KEYS = {"PUBLIC": "pk-1", "SECRET": "sk-1"}


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again at once."""
    monkeypatch.setattr(web, "BACKOFF", 0)


def fetched(
    kind: str,
    options: Mapping[str, str],
    folder: Path,
    *,
    cursor: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] = KEYS,
) -> tuple[list[dict[str, Any]], list[Fetched]]:
    """The records that one visit writes, and the files they are in."""
    source = PulledSource(name="shop", kind=kind, options=options, where="sources.shop")
    folder = folder / f"visit{len(list(folder.iterdir()))}"
    folder.mkdir()
    visit = Visit(source=source, cursor=dict(cursor or {}), now=NOW, environment=environment, folder=folder)
    files, records = [], []
    for one in puller_of(source).fetch(visit):
        files.append(one)
        for file in file_set(one.files).files:
            records += [json.loads(line) for line in file.path.read_text(encoding="utf-8").splitlines()]
    return records, files


# --- Langfuse


def langfuse(pages: list[list[str]]) -> Callable[[Asked], Any]:
    def answer(asked: Asked) -> Any:
        if asked.path == "/api/public/traces":
            page = int(asked.params["page"])
            data = [{"id": i, "timestamp": f"2026-11-1{page}T08:00:00.000Z"} for i in pages[page - 1]]
            return {"data": data, "meta": {"page": page, "limit": 100, "totalPages": len(pages)}}
        return {"id": asked.path.rsplit("/", 1)[1], "observations": [], "scores": [], "input": "How many?"}

    return answer


def langfuse_options(url: str) -> dict[str, str]:
    return {"address": url, "public_key": "PUBLIC", "secret_key": "SECRET"}


def test_langfuse_traces_come_whole_page_by_page(tmp_path: Path):
    with PulledServer(langfuse([["a", "b"], ["c"]])) as server:
        records, files = fetched("langfuse", langfuse_options(server.url), tmp_path)
    assert [one["id"] for one in records] == ["a", "b", "c"]
    assert all("observations" in one for one in records)
    assert [one.format for one in files] == ["langfuse"]
    assert files[-1].cursor == {"until": "2026-11-20T11:50:00.000Z"}
    first = server.asked[0]
    assert base64.b64decode(first.headers["Authorization"].removeprefix("Basic ")) == b"pk-1:sk-1"
    assert first.params["fromTimestamp"] == "2026-10-21T12:00:00.000Z"
    assert first.params["toTimestamp"] == "2026-11-20T11:50:00.000Z"


def test_langfuse_goes_on_a_little_before_its_cursor(tmp_path: Path):
    with PulledServer(langfuse([[]])) as server:
        records, files = fetched(
            "langfuse", langfuse_options(server.url), tmp_path, cursor={"until": "2026-11-19T11:50:00.000Z"}
        )
    assert records == [] and len(files) == 1
    assert server.asked[0].params["fromTimestamp"] == "2026-11-19T09:50:00.000Z"


def test_langfuse_that_pages_for_ever_is_stopped(tmp_path: Path):
    def answer(asked: Asked) -> Any:
        if asked.path == "/api/public/traces":
            return {"data": [{"id": "a", "timestamp": "2026-11-10T00:00:00Z"}], "meta": {"totalPages": 10**9}}
        return {"id": "a", "observations": []}

    with PulledServer(answer) as server, pytest.raises(InputError, match="page 2 has the same records"):
        fetched("langfuse", langfuse_options(server.url), tmp_path)


def test_langfuse_reads_on_where_the_number_of_pages_is_not_said(tmp_path: Path):
    def answer(asked: Asked) -> Any:
        found = langfuse([["a", "b"], ["c"], []])(asked)
        found.pop("meta", None)
        return found

    with PulledServer(answer) as server:
        records, _ = fetched("langfuse", langfuse_options(server.url), tmp_path)
    assert [one["id"] for one in records] == ["a", "b", "c"]


def test_langfuse_leaves_a_trace_that_has_not_ended_for_the_next_pull(tmp_path: Path):
    def answer(asked: Asked) -> Any:
        if asked.path == "/api/public/traces":
            data = [{"id": i, "timestamp": f"2026-11-20T11:{m}:00.000Z"} for i, m in (("a", 10), ("b", 20), ("c", 30))]
            return {"data": data, "meta": {"totalPages": 1}}
        id_ = asked.path.rsplit("/", 1)[1]
        end = None if id_ == "b" else "2026-11-20T11:31:00.000Z"
        began = {"a": 10, "b": 20, "c": 30}[id_]
        span = {"type": "GENERATION", "endTime": end}
        return {"id": id_, "timestamp": f"2026-11-20T11:{began}:00.000Z", "observations": [span]}

    with PulledServer(answer) as server:
        records, files = fetched("langfuse", langfuse_options(server.url), tmp_path)
    assert [one["id"] for one in records] == ["a", "c"]
    assert files[-1].left_out == {"traces that have not ended": 1}
    assert files[-1].cursor == {"until": "2026-11-20T11:20:00.000Z"}


@pytest.mark.parametrize("value", ["\ud83d", 2**70])
def test_a_value_that_json_libraries_refuse_costs_no_pull(value: Any, tmp_path: Path):
    def answer(asked: Asked) -> Any:
        found = langfuse([["a"]])(asked)
        return {**found, "metadata": {"odd": value}} if "observations" in found else found

    with PulledServer(answer) as server:
        records, _ = fetched("langfuse", langfuse_options(server.url), tmp_path)
    assert records[0]["metadata"] == {"odd": value}


# --- LangSmith


def langsmith(runs: list[dict[str, Any]]) -> Callable[[Asked], Any]:
    def answer(asked: Asked) -> Any:
        if asked.path == "/api/v1/sessions":
            return [{"id": "p-1", "name": "shop"}]
        if asked.path == "/api/v1/feedback":
            return []
        assert asked.body["order"] == "asc"
        there = sorted((r for r in runs if r["start_time"] >= asked.body["start_time"]), key=lambda r: r["start_time"])
        start = int(asked.body.get("cursor") or 0)
        after = str(start + 2) if start + 2 < len(there) else None
        return {"runs": there[start : start + 2], "cursors": {"next": after}}

    return answer


def run(id: str, trace: str, parent: str | None, start: str, *, ended: bool = True) -> dict[str, Any]:
    end = start if ended else None
    return {"id": id, "trace_id": trace, "parent_run_id": parent, "start_time": start, "end_time": end}


def test_langsmith_takes_whole_traces_alone(tmp_path: Path):
    runs = [
        run("late", "before", "root-before", "2026-11-10T00:00:00.000001"),
        run("root", "t", None, "2026-11-10T00:00:01"),
        run("child", "t", "root", "2026-11-10T00:00:02"),
        run("young", "young", None, "2026-11-20T11:55:00"),
        run("open", "open", None, "2026-11-20T10:00:00", ended=False),
        run("open-child", "open", "open", "2026-11-20T10:00:01"),
    ]
    options = {"address": "", "project": "shop", "api_key": "SECRET"}
    with PulledServer(langsmith(runs)) as server:
        records, files = fetched("langsmith", {**options, "address": server.url}, tmp_path)
        assert server.asked[0].headers["x-api-key"] == "sk-1"
    assert [one["id"] for one in records] == ["root", "child"]
    assert files[0].left_out == {"traces that began before this window, or have not ended": 2}
    # The next pull begins before the trace that had not ended.
    assert files[0].cursor == {"until": "2026-11-20T10:00:00.000Z"}


def test_langsmith_names_a_project_that_is_not_there(tmp_path: Path):
    with PulledServer(langsmith([])) as server, pytest.raises(InputError, match="found no project 'shoop'"):
        fetched("langsmith", {"address": server.url, "project": "shoop", "api_key": "SECRET"}, tmp_path)


# --- windows of spans


SAID = {"input.value": "How many?", "output.value": "Seven.", "openinference.span.kind": "CHAIN"}


class Crowd:
    """Traces of three spans, a minute apart, in a LangSmith or a Phoenix that refuses after some requests."""

    def __init__(self, traces: int, *, first: datetime = NOW - timedelta(days=3), children: int = 2) -> None:
        self.spans: list[tuple[str, str, str | None, datetime, datetime]] = []
        self.left = 10**9
        for number in range(traces):
            begun = first + timedelta(minutes=number)
            self.spans.append((f"r{number}", f"t{number}", None, begun, begun + timedelta(seconds=90)))
            for child in range(children):
                at = begun + timedelta(seconds=1 + 80 * child)
                self.spans.append((f"r{number}-{child}", f"t{number}", f"r{number}", at, at))
        self.spans.sort(key=lambda span: span[3])

    def langsmith(self, asked: Asked) -> Any:
        if asked.path == "/api/v1/sessions":
            return [{"id": "p", "name": "shop"}]
        if asked.path == "/api/v1/feedback":
            return []
        self.left -= 1
        if self.left < 0:
            return Answer(429, headers={"Retry-After": "0"})
        there = [one for one in self.spans if stamp(one[3]) >= asked.body["start_time"]]
        first, size = int(asked.body["cursor"] or 0), asked.body["limit"]
        runs = [
            {**run(id, trace, parent, stamp(start)), "end_time": stamp(end), "run_type": "chain", "inputs": {"q": "?"}}
            | {"feedback_stats": {}}
            for id, trace, parent, start, end in there[first : first + size]
        ]
        return {"runs": runs, "cursors": {"next": str(first + size) if first + size < len(there) else None}}

    def phoenix(self, asked: Asked) -> Any:
        if asked.path.endswith("span_annotations"):
            return Answer(404)
        self.left -= 1
        if self.left < 0:
            return Answer(429, headers={"Retry-After": "0"})
        between = [s for s in self.spans if asked.params["start_time"] <= stamp(s[3]) < asked.params["end_time"]]
        there = between[::-1]  # the newest first
        first, size = int(asked.params.get("cursor") or 0), int(asked.params["limit"])
        data = [
            {"context": {"trace_id": trace, "span_id": id}, "parent_id": parent, "name": "s"}
            | {"start_time": stamp(start), "end_time": stamp(end), "attributes": SAID}
            for id, trace, parent, start, end in there[first : first + size]
        ]
        return {"data": data, "next_cursor": str(first + size) if first + size < len(there) else None}


OF_CROWD = {
    "langsmith": {"project": "shop", "api_key": "SECRET", "since": "2026-11-16"},
    "phoenix": {"project": "shop", "since": "2026-11-16"},
}


def ids(kind: str, records: list[dict[str, Any]]) -> list[str]:
    if kind == "langsmith":
        return [str(one["id"]) for one in records]
    return [str(one["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["spanId"]) for one in records]


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows of 30 spans, in pages of 10."""
    monkeypatch.setattr(traces, "SPANS_AT_MOST", 30)
    for system in (phoenix, langsmith_puller):
        monkeypatch.setattr(system, "LIMIT", 10)


@pytest.mark.parametrize("kind", OF_CROWD)
def test_spans_come_in_windows_whole_and_once(kind: str, tmp_path: Path, narrow: None):
    crowd = Crowd(60)
    with PulledServer(getattr(crowd, kind)) as server:
        records, files = fetched(kind, {"address": server.url, **OF_CROWD[kind]}, tmp_path)
    assert len(files) > 3
    assert sorted(ids(kind, records)) == sorted(span[0] for span in crowd.spans)
    assert all(one.left_out == {} for one in files)
    assert files[-1].cursor == {"until": "2026-11-20T11:50:00.000Z"}


@pytest.mark.parametrize("kind", OF_CROWD)
def test_a_visit_that_is_stopped_gets_ahead_until_all_is_there(kind: str, store: Store, narrow: None):
    add_person(store, "Lea", role="lead", by="test")
    crowd, project = Crowd(40), Project(path=store.path.with_name("spotcheck.toml"))
    read = []
    with PulledServer(getattr(crowd, kind)) as server:
        options = {"address": server.url, **OF_CROWD[kind]}
        source = PulledSource(name="shop", kind=kind, options=options, where="sources.shop")
        for _ in range(20):
            crowd.left = 7
            done = pull(store, project, source, by="lea", environment=KEYS, at=NOW)
            read.append(done.total("read"))
            if not done.errors:
                break
            gets_ahead = "What was read before that is imported. The next pull goes on from there."
            assert done.imports == () or gets_ahead in str(done.errors[0])
    assert not done.errors and 1 < len(read) < 20
    assert sum(one.changed for one in store.find(Import)) == 0
    assert sum(one.added for one in store.find(Import)) == 40


def test_a_visit_that_is_stopped_at_once_says_that_nothing_came(store: Store):
    add_person(store, "Lea", role="lead", by="test")
    crowd, project = Crowd(9), Project(path=store.path.with_name("spotcheck.toml"))
    crowd.left = 0
    with PulledServer(crowd.langsmith) as server:
        options = {"address": server.url, **OF_CROWD["langsmith"]}
        source = PulledSource(name="shop", kind="langsmith", options=options, where="sources.shop")
        done = pull(store, project, source, by="lea", environment=KEYS, at=NOW)
    assert str(done.errors[0]).endswith("Nothing was imported. The next pull begins at the same place.")


@pytest.mark.parametrize("kind", OF_CROWD)
def test_an_interface_that_pages_for_ever_with_new_spans_is_stopped(kind: str, tmp_path: Path, narrow: None,
                                                                    monkeypatch: pytest.MonkeyPatch):  # fmt: skip
    monkeypatch.setattr(pages, "PAGES_AT_MOST", 50)
    numbers = itertools.count()

    def answer(asked: Asked) -> Any:
        if asked.path == "/api/v1/sessions":
            return [{"id": "p", "name": "shop"}]
        if asked.path.endswith("span_annotations"):
            return {"data": []}
        found = [f"x{next(numbers)}" for _ in range(10)]
        at = asked.body["start_time"] if kind == "langsmith" else asked.params["start_time"]
        if kind == "langsmith":
            return {"runs": [{**run(i, i, "p", at), "feedback_stats": {}} for i in found], "cursors": {"next": "more"}}
        spans = [{"context": {"trace_id": i, "span_id": i}, "parent_id": "p", "name": "s"} for i in found]
        return {"data": [{**one, "start_time": at, "end_time": at} for one in spans], "next_cursor": "more"}

    words = {"langsmith": "found over 50 pages", "phoenix": "within a second at 2026-11-1"}
    with PulledServer(answer) as server, pytest.raises(InputError, match=words[kind]):
        fetched(kind, {"address": server.url, **OF_CROWD[kind]}, tmp_path)
    visit = next(tmp_path.glob("visit*"))
    assert sum(file.stat().st_size for file in visit.iterdir()) < 200_000


@pytest.mark.parametrize("kind", OF_CROWD)
def test_a_page_of_spans_that_is_too_large_is_asked_for_in_parts(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(web, "LARGEST", 8_000)
    crowd = Crowd(20)
    with PulledServer(getattr(crowd, kind)) as server:
        records, _ = fetched(kind, {"address": server.url, **OF_CROWD[kind]}, tmp_path)
    assert sorted(ids(kind, records)) == sorted(span[0] for span in crowd.spans)


def test_runs_in_another_order_are_refused(tmp_path: Path):
    crowd = Crowd(20)
    crowd.spans.reverse()
    with PulledServer(crowd.langsmith) as server, pytest.raises(InputError, match="in the order of their begin"):
        fetched("langsmith", {"address": server.url, **OF_CROWD["langsmith"]}, tmp_path)


def test_a_trace_that_lasts_over_several_windows_comes_whole(tmp_path: Path, narrow: None):
    crowd = Crowd(60)
    begun = NOW - timedelta(days=3) + timedelta(seconds=30)
    crowd.spans += [("long", "long", None, begun, begun + timedelta(minutes=40))]
    crowd.spans += [(f"long-{n}", "long", "long", begun + timedelta(minutes=19 * n), begun) for n in range(3)]
    crowd.spans.sort(key=lambda span: span[3])
    with PulledServer(crowd.phoenix) as server:
        records, files = fetched("phoenix", {"address": server.url, **OF_CROWD["phoenix"]}, tmp_path)
    assert sorted(ids("phoenix", records)) == sorted(span[0] for span in crowd.spans)
    assert len(files) > 3


# --- Phoenix


def test_phoenix_spans_become_otlp(tmp_path: Path):
    span = {
        "context": {"trace_id": "t1", "span_id": "s1"},
        "parent_id": None,
        "name": "chat",
        "span_kind": "LLM",
        "start_time": "2026-11-10T00:00:00+00:00",
        "end_time": "2026-11-10T00:00:01.500+00:00",
        "status_code": "ERROR",
        "status_message": "timed out",
        "attributes": {"llm.token_count.total": 7, "llm.cost.total": 0.5, "tag.tags": ["a"], "ok": True, "none": None},
        "events": [{"name": "exception", "timestamp": "2026-11-10T00:00:01+00:00", "attributes": {"kind": "x"}}],
    }

    def answer(asked: Asked) -> Any:
        return {"data": [span], "next_cursor": None}

    with PulledServer(answer) as server:
        records, files = fetched("phoenix", {"address": server.url, "project": "my shop"}, tmp_path)
        assert server.asked[0].path == "/v1/projects/my%20shop/spans"
    found = records[0]["resourceSpans"][0]["scopeSpans"][0]["spans"][0]
    assert (found["traceId"], found["spanId"], found["parentSpanId"]) == ("t1", "s1", "")
    assert found["startTimeUnixNano"] == "1794268800000000000"
    assert found["endTimeUnixNano"] == "1794268801500000000"
    assert found["status"] == {"code": 2, "message": "timed out"}
    values = {one["key"]: one["value"] for one in found["attributes"]}
    assert values["openinference.span.kind"] == {"stringValue": "LLM"}
    assert values["llm.token_count.total"] == {"intValue": "7"}
    assert values["tag.tags"] == {"arrayValue": {"values": [{"stringValue": "a"}]}}
    assert values["ok"] == {"boolValue": True} and "none" not in values
    assert files[0].format == "otlp"


# --- helpdesks


def test_zendesk_takes_tickets_that_have_ended_with_their_comments(tmp_path: Path):
    def answer(asked: Asked) -> Any:
        if "incremental" in asked.path:
            if "cursor" not in asked.params:
                tickets = [{"id": 1, "status": "solved"}, {"id": 2, "status": "open"}]
                return {"tickets": tickets, "after_cursor": "c1", "end_of_stream": False}
            return {"tickets": [{"id": 3, "status": "closed"}], "after_cursor": "c2", "end_of_stream": True}
        page = int(asked.params["page"])
        return {"comments": [{"id": page}], "next_page": "more" if page == 1 else None}

    with PulledServer(answer) as server:
        options = {"address": server.url, "email": "lead@example.org", "token": "SECRET", "since": "2026-11-01"}
        records, files = fetched("zendesk", options, tmp_path)
    assert [(one["id"], len(one["comments"])) for one in records] == [(1, 2), (3, 2)]
    assert files[0].left_out == {"tickets that are open": 1}
    assert files[0].cursor == {"cursor": "c2"}
    assert server.asked[0].params == {"start_time": "1793491200", "per_page": "100"}
    sent = base64.b64decode(server.asked[0].headers["Authorization"].removeprefix("Basic "))
    assert sent == b"lead@example.org/token:sk-1"


def test_zendesk_that_gives_the_same_cursor_again_is_stopped(tmp_path: Path):
    def answer(asked: Asked) -> Any:
        return {"tickets": [], "after_cursor": "same", "end_of_stream": False}

    options = {"email": "lead@example.org", "token": "SECRET"}
    with PulledServer(answer) as server, pytest.raises(InputError, match="behind the same cursor"):
        fetched("zendesk", {"address": server.url, **options}, tmp_path)


def test_intercom_fetches_each_closed_conversation_whole(tmp_path: Path):
    def answer(asked: Asked) -> Any:
        if asked.path == "/conversations/search":
            second = "starting_after" in asked.body["pagination"]
            found = [{"id": "9" if second else "8", "updated_at": 1_794_268_800}]
            return {"conversations": found, "pages": {"next": None if second else {"starting_after": "x"}}}
        return {"id": asked.path.rsplit("/", 1)[1], "conversation_parts": {}}

    with PulledServer(answer) as server:
        records, files = fetched("intercom", {"address": server.url, "token": "SECRET"}, tmp_path)
    assert [one["id"] for one in records] == ["8", "9"]
    assert {"field": "state", "operator": "=", "value": "closed"} in server.asked[0].body["query"]["value"]
    assert files[0].cursor == {"until": "2026-11-20T11:50:00.000Z"}


# --- single records that cannot be had, and visits that are stopped


def many(kind: str, asked: Asked, count: int) -> Any:
    """Answers of a system that holds ``count`` records on one page."""
    numbers = range(1, count + 1)
    match kind, asked.path.rsplit("/", 1)[1]:
        case "zendesk", "cursor.json":
            tickets = [{"id": n, "status": "solved"} for n in numbers]
            return {"tickets": tickets, "after_cursor": "c", "end_of_stream": True}
        case "zendesk", _:
            return {"comments": [], "next_page": None}
        case "langfuse", "traces":
            return {"data": [{"id": str(n), "timestamp": AT_FIRST} for n in numbers], "meta": {"totalPages": 1}}
        case "langfuse", number:
            return {"id": number, "timestamp": AT_FIRST, "observations": []}
        case "intercom", "search":
            return {"conversations": [{"id": str(n), "updated_at": 1_794_268_800} for n in numbers], "pages": {}}
        case _, number:
            return {"id": number, "conversation_parts": {}}


AT_FIRST = "2026-11-10T08:00:00.000Z"
OF_MANY = {
    "zendesk": ({"email": "lead@example.org", "token": "SECRET"}, "/tickets/7/comments.json", "tickets"),
    "langfuse": ({"public_key": "PUBLIC", "secret_key": "SECRET"}, "/traces/7", "traces"),
    "intercom": ({"token": "SECRET"}, "/conversations/7", "conversations"),
}


@pytest.mark.parametrize("kind", OF_MANY)
@pytest.mark.parametrize(
    ("odd", "reason"),
    [(Answer(404), "that are gone"), (Answer(410), "that are gone"), (Answer(200, raw=b" " * 2048), "of over 0 MB")],
)
def test_a_single_record_that_cannot_be_had_is_left_out_and_said(
    kind: str, odd: Answer, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    options, place, name = OF_MANY[kind]
    if odd.raw:
        monkeypatch.setattr(web, "LARGEST", 1024)
    with PulledServer(lambda asked: odd if asked.path.endswith(place) else many(kind, asked, 12)) as server:
        records, files = fetched(kind, {"address": server.url, **options}, tmp_path)
    assert sorted(int(one["id"]) for one in records) == [n for n in range(1, 13) if n != 7]
    assert [one.left_out for one in files] == [{f"{name} {reason}": 1}]


@pytest.mark.parametrize("kind", OF_MANY)
def test_a_page_of_records_that_are_all_gone_is_passed_over_and_they_are_named(kind: str, tmp_path: Path):
    options, place, name = OF_MANY[kind]
    single = place.replace("7", "")

    def answer(asked: Asked) -> Any:
        is_single = re.sub(r"\d+", "", asked.path.replace("/v2", "")).endswith(single)
        return Answer(404) if is_single else many(kind, asked, 12)

    with PulledServer(answer) as server:
        records, [file] = fetched(kind, {"address": server.url, **options}, tmp_path)
    assert records == [] and file.left_out == {f"{name} that are gone": 12}
    assert file.notes[0] == f"12 {name} that are gone were left out: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12."
    assert f"Of a page of 12 {name} not one could be had" in file.notes[1]
    assert file.cursor, "the next pull begins behind them"


def test_a_ticket_that_talks_without_end_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(zendesk, "COMMENT_PAGES", 2)

    def answer(asked: Asked) -> Any:
        if asked.path.endswith("/tickets/2/comments.json"):
            return {"comments": [{"id": asked.params["page"]}], "next_page": "more"}
        return many("zendesk", asked, 3)

    with PulledServer(answer) as server:
        records, files = fetched("zendesk", {"address": server.url, **OF_MANY["zendesk"][0]}, tmp_path)
    assert [one["id"] for one in records] == [1, 3]
    assert files[0].left_out == {"tickets with over 200 comments": 1}


def test_pages_before_an_error_are_imported_and_the_next_visit_goes_on_behind_them(tmp_path: Path):
    """Also where all of them lie within the time that a visit reads again."""
    calm, refuses = langfuse([["a"], ["b"], ["c"]]), iter([False, False, True])

    def answer(asked: Asked) -> Any:
        busy = asked.path == "/api/public/traces" and next(refuses)
        return Answer(429, headers={"Retry-After": "3600"}) if busy else calm(asked)

    came: list[Fetched] = []
    with PulledServer(answer) as server:
        source = PulledSource(name="shop", kind="langfuse", options=langfuse_options(server.url), where="s")
        cursor = {"until": "2026-11-10T09:00:00.000Z"}
        visit = Visit(source=source, cursor=cursor, now=NOW, environment=KEYS, folder=tmp_path)
        with pytest.raises(Refused, match="asks to wait 3,600 seconds"):
            came.extend(puller_of(source).fetch(visit))
    assert [one.cursor for one in came] == [{"until": "2026-11-12T08:00:00.000Z", "from": "2026-11-12T08:00:00.000Z"}]
    with PulledServer(langfuse([[]])) as server:
        fetched("langfuse", langfuse_options(server.url), tmp_path, cursor=came[0].cursor)
    assert server.asked[0].params["fromTimestamp"] == "2026-11-12T08:00:00.000Z"


# --- files and warehouses


def test_a_folder_gives_each_file_once_and_again_when_it_changed(tmp_path: Path):
    folder = tmp_path / "in"
    folder.mkdir()
    old = NOW.timestamp() - 3600
    for name in ("a.jsonl", "b.jsonl", "note.txt", ".hidden.jsonl"):
        (folder / name).write_text('{"id": "1", "question": "How many?"}\n')
        os.utime(folder / name, (old, old))
    (folder / "growing.jsonl").write_text("{")
    os.utime(folder / "growing.jsonl", (NOW.timestamp(), NOW.timestamp()))
    options = {"path": str(folder), "files": "*.jsonl"}
    visits = tmp_path / "visits"
    visits.mkdir()
    _, (*first, told) = fetched("folder", options, visits)
    assert [one.name for one in first] == ["a.jsonl", "b.jsonl"]
    # The file that grows is named as left out, and the cursor is as if it were not there.
    assert told.left_out == {"file that changed in the last minute": 1}
    assert (told.cursor, told.files.files) == (first[-1].cursor, ())
    # Only b: the first visit stopped after a.
    _, (*rest, _) = fetched("folder", options, visits, cursor=first[0].cursor)
    assert [one.name for one in rest] == ["b.jsonl"]
    os.utime(folder / "a.jsonl", (old + 9, old + 9))
    (folder / "growing.jsonl").unlink()
    _, changed = fetched("folder", options, visits, cursor=first[-1].cursor)
    assert [one.name for one in changed] == ["a.jsonl"]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(InputError, match="path: found no folder at /nowhere"):
        fetched("folder", {"path": "/nowhere"}, tmp_path)


def test_a_warehouse_gives_the_rows_of_the_window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(warehouse, "ROWS", 2)
    place = tmp_path / "shop.duckdb"
    with duckdb.connect(str(place)) as db:
        db.execute("CREATE TABLE conversations AS SELECT 'c' || i AS id, 'How many?' AS question, "
                   "TIMESTAMP '2026-11-10 00:00:00' + to_hours(i) AS at FROM range(5) t(i)")  # fmt: skip
        db.execute("INSERT INTO conversations VALUES ('old', 'x', '2026-01-01'), ('young', 'x', '2026-11-20 11:55:00')")
    options = {"query": f"{place}#conversations", "time": "at"}
    records, files = fetched("warehouse", options, tmp_path)
    assert [one["id"] for one in records] == [f"c{i}" for i in range(5)]
    assert files[-1].cursor == {"until": "2026-11-20T11:50:00.000Z"}
    with pytest.raises(InputError, match="found no column 'created_at'"):
        fetched("warehouse", {"query": f"{place}#conversations"}, tmp_path)


# --- what goes wrong


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (Answer(401), Refused, "the key was refused .HTTP 401.. Expected a key in PUBLIC and SECRET"),
        (Answer(429, headers={"Retry-After": "0"}), Refused, "too many requests, still after 5 tries"),
        (Answer(429, headers={"Retry-After": "3600"}), Refused, "asks to wait 3,600 seconds"),
        (Answer(200, raw=b"[" * 100_000), InputError, "not JSON, or too deep"),
        (Answer(302, headers={"Location": "http://127.0.0.1:1/"}), InputError, "found a redirect"),
        (Answer(404), InputError, "found HTTP 404, expected 200"),
        (Answer(200, raw=b"<html>"), InputError, "not JSON"),
        ({"nothing": 1}, InputError, "without a list of records in `data`"),
        ({"data": [{"id": "a"}], "meta": [1]}, InputError, "another shape than langfuse documents"),
    ],
)
def test_what_a_system_should_not_answer_is_one_sentence(
    answer: Any, error: type[ReviewError], words: str, tmp_path: Path
):
    with PulledServer(lambda asked: answer) as server, pytest.raises(error, match=words):
        fetched("langfuse", langfuse_options(server.url), tmp_path)


def test_a_system_that_is_busy_once_is_asked_again(tmp_path: Path):
    calm = langfuse([["a"]])
    busy = iter([Answer(429, headers={"Retry-After": "0"}), Answer(503, headers={"Retry-After": "0"})])
    with PulledServer(lambda asked: next(busy, None) or calm(asked)) as server:
        records, _ = fetched("langfuse", langfuse_options(server.url), tmp_path)
    assert [one["id"] for one in records] == ["a"]


def test_nobody_at_the_address_is_one_sentence(tmp_path: Path):
    with PulledServer(langfuse([[]])) as server:
        url = server.url
    with pytest.raises(Refused, match="no answer to GET /api/public/traces"):
        fetched("langfuse", langfuse_options(url), tmp_path)


def test_a_missing_key_names_its_variable(tmp_path: Path):
    with pytest.raises(InputError, match="environment variable PUBLIC is not set"):
        fetched("langfuse", langfuse_options("http://127.0.0.1:1"), tmp_path, environment={})


@pytest.mark.parametrize("kind", PULLERS)
def test_a_source_names_the_setting_that_is_missing(kind: str):
    puller = PULLERS[kind]
    assert puller.about and all(puller.needs.values()) and all(puller.may.values())
    assert set(puller.keys) <= {*puller.needs, *puller.may} and not set(puller.needs) & set(puller.may)
    source = PulledSource(name="shop", kind=kind, options={}, where="sources.shop")
    first = next(iter(puller.needs))
    with pytest.raises(InputError, match=rf"sources.shop\.{first}: found nothing, expected"):
        puller_of(source)
    odd = PulledSource(name="shop", kind=kind, options={**dict.fromkeys(puller.needs, "X"), "odd": "1"}, where="s")
    with pytest.raises(InputError, match="found 'odd', expected one of"):
        puller_of(odd)


@pytest.mark.parametrize("kind", [kind for kind, puller in PULLERS.items() if puller.keys])
def test_a_key_is_never_written_into_settings(kind: str):
    puller = PULLERS[kind]
    for key in puller.keys:
        options = {**dict.fromkeys(puller.needs, "X"), key: "sk-0123"}
        with pytest.raises(InputError, match="found a text that is no name of a variable") as caught:
            puller_of(PulledSource(name="shop", kind=kind, options=options, where="s"))
        assert "0123" not in str(caught.value)
