"""From the spool into the log: whole traces once, whatever order spans come in and whenever a process is killed."""

import json
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from collector_calls import Call, calls, spans, talk, trace_id

from review.basics.errors import NoSpace, Refused
from review.basics.log_paths import log_of
from review.compliance.checks.catalogue import DAILY
from review.log.log import conversations_named, every_conversation, weeks_in_log
from review.people.people import add_person
from review.serving.nightly import NIGHTLY, run_nightly
from review.settings.project import project_of
from review.sources.collecting import into_log, left_behind
from review.sources.collecting.frames import FramePlace, spool_of
from review.sources.collecting.into_log import Assembler, pause_after
from review.sources.collecting.ledger import SECONDS, Ledger
from review.sources.collecting.left_behind import ASSEMBLING
from review.sources.collecting.otlp_requests import Seen
from review.sources.collecting.waiting import LONGEST, ROOT_SECONDS, Waiting
from review.sources.collecting.waiting_now import STALE, noted, waiting_words
from storage.leases import only_one
from storage.records_log import Import

JSON = {"content-type": "application/json"}


class Collecting:
    """A store with its spool, and a clock that the test sets: ``later`` counts from now."""

    def __init__(self, store, after=30.0):
        self.store, self.folder = store, spool_of(store.path)
        self.lead = add_person(store, "Lea", role="lead", by="test").id
        self.after, self.ahead = after, 0.0
        self.begin()

    def begin(self):
        """What a process does that starts."""
        project = project_of(self.store.path)
        self.assembler = Assembler(
            self.store, project, self.folder, by=lambda: self.lead, after=self.after, clock=self.clock
        )

    def clock(self):
        return time.time() + self.ahead

    def send(self, *requests, path="/v1/traces", headers=None):
        answers = calls(self.folder, *[Call(path, body, headers or {}) for body in requests])
        assert {answer.status for answer in answers} <= {200, 202}
        return answers

    def tell(self, **feedback):
        self.send(json.dumps(feedback).encode(), path="/v1/feedback", headers=JSON)

    def later(self, seconds):
        self.ahead += seconds
        return self.assembler.step()

    def log(self):
        log = log_of(self.store.path)
        return {one.source_id: one for one in every_conversation(log, weeks=list(weeks_in_log(log)))}

    def files(self):
        return sorted(path.name for path in self.folder.iterdir() if path.suffix in (".open", ".spool"))


@pytest.fixture
def collecting(store):
    return Collecting(store)


def hexed(number):
    return trace_id(number).hex()


def test_a_trace_goes_into_the_log_when_its_root_has_ended_and_nothing_came_for_a_while(collecting):
    collecting.send(spans({"trace": 1, "span": 2, "parent": 1, "name": "tool"}))
    collecting.send(talk(1), talk(2, "Why?", "Because."))
    collecting.later(0)
    assert not collecting.later(20).imports and not collecting.log()
    done = collecting.later(15)
    assert [(one.source, one.added, one.read, one.file) for one in done.imports] == [("shop", 2, 2, "collector")]
    log = collecting.log()
    assert (log[hexed(1)].question, log[hexed(1)].answer, len(log[hexed(1)].steps)) == ("How many?", "Seven.", 1)
    assert log[hexed(2)].answer == "Because."
    assert collecting.files() == [], "what is in the log is no longer in the spool"
    assert not collecting.later(60).imports
    assert len(collecting.store.find(Import)) == 1


def waiting(*seen, after=30.0):
    """Traces that wait; ``seen`` are (when, trace, mark, whether it is a root)."""
    found = Waiting(after)
    for at, trace, mark, root in seen:
        found.see([Seen(trace, bytes(7) + bytes((mark,)), root, "shop")], at=at, place=FramePlace(int(at), 0))
    return found


def test_a_trace_that_is_still_growing_waits_but_not_for_ever():
    grows = waiting((0, "a", 1, True), *((at * 20, "a", 2 + at, False) for at in range(1, 190)))
    assert list(grows.ready(LONGEST - 1)) == [] and list(grows.ready(LONGEST)) == ["a"]


def test_without_a_root_a_trace_waits_ten_minutes():
    found = waiting((0, "a", 1, False), (100, "a", 2, False), (100, "b", 1, True))
    assert list(found.ready(129)) == [] and list(found.ready(130)) == ["b"]
    assert list(found.ready(100 + ROOT_SECONDS)) == ["a", "b"]
    assert (found.first_file(), waiting().first_file()) == (0, None)


def test_a_span_that_comes_again_does_not_make_its_trace_wait():
    found = waiting((0, "a", 1, True), (25, "a", 1, True))
    assert list(found.ready(30)) == ["a"]


def test_services_are_sources_and_each_trace_has_the_one_of_its_root(collecting):
    collecting.send(
        spans({"trace": 1, "span": 2, "parent": 1}, service="search"),
        talk(1),
        spans({"trace": 2, "input__value": "Q", "output__value": "A"}, service="Help desk/2"),
        spans({"trace": 3, "input__value": "Q", "output__value": "A"}, service="unknown_service:python"),
    )
    collecting.later(60)
    assert {name[-1]: one.id.rpartition("/")[0] for name, one in collecting.log().items()} == {
        "1": "shop",
        "2": "Help-desk-2",
        "3": "",
    }


def test_repeated_spans_are_told_from_late_ones(collecting):
    collecting.send(talk(1), talk(1))
    assert collecting.later(60).counts["repeated"] == 1
    collecting.send(talk(1), spans({"trace": 1, "span": 7, "parent": 1}))
    done = collecting.later(60)
    assert (done.counts["repeated"], done.counts["late"], done.imports) == (1, 1, [])
    collecting.begin()
    collecting.send(spans({"trace": 1, "span": 8, "parent": 1}))
    assert collecting.later(60).counts["late"] == 1, "a new process knows it as well"
    assert collecting.files() == [] and len(collecting.log()) == 1


BOTH = {"input__value": "Q", "output__value": "A"}
ODD = {
    "two roots": ({"span": 1, **BOTH}, {"span": 2, **BOTH}),
    "its own parent": ({"span": 1, "parent": 1, **BOTH},),
    "no root": ({"span": 2, "parent": 9, **BOTH},),
    "a child before its parent": ({"span": 1, **BOTH}, {"span": 2, "parent": 1, "start": 1_763_717_000}),
    "an end before the start": ({"span": 1, "start": 1_763_717_400, "end": 1_763_717_300, **BOTH},),
    "one id twice": ({"span": 1, **BOTH}, {"span": 1, **BOTH, "name": "other"}),
    "no end": ({"span": 1, "end": 0, **BOTH},),
}
REFUSED = {
    "a circle of parents": ({"span": 1, "parent": 2, **BOTH}, {"span": 2, "parent": 1, **BOTH}),
    "no text": ({"span": 1},),
}


def test_odd_traces_become_one_conversation_each_or_are_rejected_in_words(collecting):
    for number, given in enumerate([*ODD.values(), *REFUSED.values()], start=1):
        collecting.send(spans(*({**span, "trace": number} for span in given)))
    done = collecting.later(ROOT_SECONDS + 60)
    log = collecting.log()
    assert sorted(log) == [hexed(number) for number in range(1, len(ODD) + 1)]
    assert {(one.question, one.answer) for one in log.values()} == {("Q", "A")}
    [imported] = done.imports
    assert "circle of parents" in str(imported.rejections) and "capture of content" in str(imported.rejections)
    assert not done.errors and collecting.files() == []
    assert not collecting.later(60).imports, "what was rejected does not come back"


def test_json_and_protobuf_of_one_trace_come_together(collecting):
    child = {
        "traceId": hexed(1),
        "spanId": "00000000000000aa",
        "parentSpanId": "0000000000000001",
        "name": "lookup",
        "startTimeUnixNano": "1763717400000000000",
        "endTimeUnixNano": "1763717400500000000",
    }
    other = {**child, "traceId": hexed(9)}
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]}
    body = {"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": [child, other]}]}]}
    collecting.send(json.dumps(body, indent=1).encode(), headers=JSON)
    collecting.send(talk(1))
    collecting.later(60)
    [conversation] = collecting.log().values()
    assert [step["name"] for step in conversation.steps] == ["lookup"]
    assert len(collecting.files()) == 2, "the span of the other trace still waits for its root"


@pytest.mark.parametrize("killed_at", ["before the import", "inside the ledger", "before the sweep"])
def test_a_process_that_is_killed_while_it_assembles_loses_and_doubles_nothing(collecting, monkeypatch, killed_at):
    class Killed(BaseException):
        pass

    def killed(*_, **__):
        raise Killed

    collecting.send(talk(1), talk(2))
    place = {
        "before the import": "import_from_source",
        "inside the ledger": "Ledger.add",
        "before the sweep": "Assembler._sweep",
    }[killed_at]
    with monkeypatch.context() as patch:
        patch.setattr(f"review.sources.collecting.into_log.{place}", killed)
        with pytest.raises(Killed):
            collecting.later(60)
    if killed_at == "inside the ledger":
        (collecting.folder / into_log.LEDGER).write_bytes(b'["00')
    collecting.begin()
    collecting.later(60)
    assert sorted(name[-1] for name in collecting.log()) == ["1", "2"]
    rows = Counter(one.source_id for one in every_conversation(log_of(collecting.store.path), weeks=["2025-W47"]))
    assert set(rows.values()) == {1} and collecting.files() == []


def test_what_cannot_come_in_now_stays_and_the_other_sources_come_in(collecting, monkeypatch):
    take = Assembler._take

    def refused(self, files, *, format, source):
        if source == "broken":
            raise NoSpace("the disk is full; nothing was added.")
        return take(self, files, format=format, source=source)

    collecting.send(talk(1), spans({"trace": 2, "input__value": "Q", "output__value": "A"}, service="broken"))
    with monkeypatch.context() as patch:
        patch.setattr(Assembler, "_take", refused)
        done = collecting.later(60)
    assert [str(error) for error in done.errors] == ["broken: the disk is full; nothing was added."]
    assert len(collecting.log()) == 1 and collecting.files()
    collecting.later(60)
    assert len(collecting.log()) == 2 and not collecting.files()


def test_somebody_who_is_no_lead_brings_nothing_in(collecting):
    collecting.lead = add_person(collecting.store, "Ann", role="annotator", by="test").id
    collecting.send(talk(1))
    [error] = collecting.later(60).errors
    assert isinstance(error, Refused) and not collecting.log() and collecting.files()


def test_personal_data_is_masked_and_the_spool_forgets_it(collecting):
    collecting.send(talk(1, "I am ann@example.com", "Thanks."))
    collecting.later(60)
    assert "[EMAIL_1]" in collecting.log()[hexed(1)].question
    left = b"".join(path.read_bytes() for path in collecting.folder.rglob("*") if path.is_file())
    assert b"ann@example.com" not in left


def test_busy_days_make_longer_pauses():
    assert (pause_after(1, 30.0), pause_after(30, 1.0), pause_after(60, 1.0)) == (30.0, 1.0, 90.0)
    at, imports = 0.0, 0
    while at < into_log.DAY:
        imports, at = imports + 1, at + pause_after(imports + 1, 30.0)
    assert 200 < imports < 300


def test_feedback_and_scores_join_their_trace_whichever_comes_first(collecting):
    score = {"id": "1", "traceId": hexed(3), "name": "user_feedback", "value": 0}
    collecting.tell(trace=hexed(1), thumb="down", comment="Wrong number.", edited=True)
    collecting.send(json.dumps([score]).encode(), path="/api/public/scores", headers=JSON)
    collecting.send(talk(2))
    collecting.later(60)
    collecting.tell(trace=hexed(2), comment="Thanks!")
    collecting.send(talk(1), talk(3))
    collecting.later(60)
    log = collecting.log()
    assert {name[-1]: one.feedback for name, one in log.items()} == {"1": "down,edited", "2": None, "3": "down"}
    assert log[hexed(1)].metadata["scores"][0]["comment"] == "Wrong number."
    assert log[hexed(2)].metadata["scores"][0]["comment"] == "Thanks!"
    assert collecting.files() == [] and (collecting.folder / "feedback.jsonl").stat().st_size == 0


def test_feedback_waits_over_a_new_start_and_is_reported_when_its_trace_never_comes(collecting):
    collecting.tell(trace=hexed(5), thumb="up")
    collecting.later(60)
    collecting.begin()
    assert not collecting.later(60).imports
    done = collecting.later(25 * 3600)
    assert done.counts["unclaimed"] == 1
    [row] = collecting.store.find(Import)
    assert (row.waiting, row.source) == (1, "production")
    assert not collecting.later(60).counts["unclaimed"]


def test_feedback_finds_a_conversation_that_came_in_long_ago(collecting):
    collecting.send(talk(1))
    collecting.later(60)
    (collecting.folder / into_log.LEDGER).unlink()
    collecting.begin()
    collecting.tell(trace=hexed(1), thumb="up")
    collecting.later(60)
    assert conversations_named(log_of(collecting.store.path), [hexed(1)])[hexed(1)].feedback == "up"


def test_each_recorded_request_of_a_client_becomes_its_conversations(collecting, shared: Path):
    """The real requests of OpenTelemetry, tracely, Langfuse and OpenInference, as they were recorded."""
    folder = shared / "data" / "otlp"
    for given in sorted(folder.glob("*.headers.json")):
        request, name = json.loads(given.read_text()), given.name.removesuffix(".headers.json")
        body = next(p for p in (folder / f"{name}.bin", folder / f"{name}.json") if p.exists()).read_bytes()
        headers = {k.lower(): v for k, v in request["headers"].items() if k.lower() != "host"}
        [answer] = calls(collecting.folder, Call(request["path"], body, headers))
        assert answer.status == 200, name
    done = collecting.later(ROOT_SECONDS + 60)
    collecting.later(60)
    log = collecting.log()
    assert not done.errors and len(log) == 37 and all(one.question for one in log.values())
    assert sum(one.rejected for one in done.imports) == 4, "openai-v2 sends no content by default"
    assert log["7e0ce3dc8a65bdf9ca2e738e83666ffb"].feedback == "up"
    assert collecting.files() == []


def test_the_night_brings_in_what_a_stopped_collector_has_left(collecting, monkeypatch):
    store, waits = collecting.store, spans({"trace": 5, "span": 2, "parent": 1})
    night = {"spool": NIGHTLY["spool"]}
    assert [one.detail for one in run_nightly(store, steps=night)] == ["no span waits in the spool of the collector."]
    collecting.send(talk(1), talk(2), waits)
    old = datetime.now(UTC).date() + timedelta(days=3)
    [trouble] = DAILY["spool"].state(store, project_of(store.path), old)
    assert (trouble.subject, trouble.n) == ("spool", 3)
    with only_one(store.path, "assembling", collecting.folder / ASSEMBLING):
        [running] = run_nightly(store, steps=night)
    assert running.status == "skipped" and "a collector runs" in running.detail
    [fresh] = run_nightly(store, steps=night)
    assert fresh.status == "skipped" and "not whole yet" in fresh.detail
    monkeypatch.setattr(left_behind, "QUIET", 0.0)
    [done] = run_nightly(store, steps=night)
    assert done.detail == "no collector runs; of its spool came in: shop: 2 conversations added"
    assert sorted(collecting.log()) == [hexed(1), hexed(2)] and len(collecting.files()) == 1


def test_those_who_look_at_production_read_what_waits_since_when_and_why(collecting, monkeypatch):
    path = collecting.store.path
    assert waiting_words(path) == [], "an empty spool has nothing to say"
    collecting.send(talk(1), spans({"trace": 2, "span": 2, "parent": 1, "name": "tool"}))
    [alone] = waiting_words(path)
    assert alone.startswith("No collector fills the log, and 0.0 MB of requests wait in its spool. Start the collector")
    collecting.later(0)
    first, growing, rootless = waiting_words(path)
    assert first.startswith("2 spans of 2 traces arrived and are not in the log yet, the first at 20")
    assert growing.startswith("1 trace may still get spans") and rootless.startswith("1 trace without a root span")
    with monkeypatch.context() as patch:
        patch.setattr(Assembler, "_take", lambda *_, **__: (_ for _ in ()).throw(NoSpace("the disk is full.")))
        collecting.later(60)
    assert waiting_words(path)[-1] == "Traces of 'shop' stay in the spool and are tried again: the disk is full."
    told = noted(path).to_json()
    assert (told["traces"], told["rootless"], told["refused"]) == (2, 1, {"shop": "the disk is full."})
    assert told["since"] < told["at"] and told["at"].endswith("+00:00")
    collecting.later(700)
    assert not collecting.files() and waiting_words(path) == [] and noted(path).traces == 0
    replace(noted(path), at=time.time() - 2 * STALE).write(collecting.folder)
    assert waiting_words(path) == [], "nobody fills the log, and nothing waits"
    collecting.send(talk(3))
    assert waiting_words(path)[0].startswith("No collector has filled the log since 20")


def test_the_ledger_forgets_the_oldest_traces_also_those_that_came_again(tmp_path):
    ledger = Ledger(tmp_path / "ledger.jsonl", now=0)
    for at, name in enumerate("abcab"):
        ledger.add([(name, "shop", bytes(8))], at=at)
    for one in (ledger, Ledger(tmp_path / "ledger.jsonl", now=10)):
        assert [(name, known.at) for name, known in one.traces.items()] == [("c", 2), ("a", 3), ("b", 4)]
        assert len(one.traces["a"].marks) == 16
        one.forget(SECONDS + 3)
        assert list(one.traces) == ["b"] and not one.has("b", bytes(7) + b"x")
