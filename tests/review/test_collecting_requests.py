"""What the collector takes, refuses and acknowledges: each answer, and what is on disk when it comes."""

import asyncio
import base64
import errno
import gzip
import json
import os
import stat
import zlib

import pytest
from collector_calls import PROTOBUF, Call, calls, in_own_thread, kept, spans, talk
from cryptography.fernet import Fernet
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest, ExportLogsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from small_disks import mounted

from review.basics.errors import InputError, Refused
from review.privacy.originals import KEY_VARIABLE, sealing
from review.sources.collecting import bodies
from review.sources.collecting.frames import OPEN, spool_files
from review.sources.collecting.spool_writer import SpoolWriter
from review.sources.collecting.token import token_of

TOKEN = "a-token-of-some-length"
TRACES = "/v1/traces"
JSON = {"content-type": "application/json"}


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "spool"


def one(folder, *given, **how):
    [answer] = calls(folder, Call(*given), **how)
    return answer


@pytest.mark.parametrize("path", [TRACES, "/v1/traces/", "/api/public/otel/v1/traces", "/api/v1/traces"])
def test_spans_are_on_disk_when_they_are_acknowledged(folder, path):
    answer = one(folder, path, talk(1))
    assert (answer.status, answer.headers["content-type"], answer.body) == (200, PROTOBUF, b"")
    assert kept(folder) == [talk(1)]
    [file] = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("gzip", gzip.compress),
        ("gzip", lambda data: gzip.compress(data[:20]) + gzip.compress(data[20:])),
        ("deflate", zlib.compress),
        ("deflate", lambda data: zlib.compress(data, wbits=-15)),
        ("identity", bytes),
    ],
)
def test_packed_bodies_are_unpacked(folder, name, pack):
    answer = one(folder, TRACES, pack(talk(1)), {"content-encoding": name})
    assert answer.status == 200 and kept(folder) == [talk(1)]


def test_a_sealed_spool_holds_nothing_that_can_be_read(folder):
    seal, unseal = sealing(environment={KEY_VARIABLE: Fernet.generate_key().decode()})
    assert one(folder, TRACES, talk(1), seal=seal).status == 200
    assert b"How many" not in kept(folder)[0] and kept(folder, unseal=unseal) == [talk(1)]
    other = sealing(environment={KEY_VARIABLE: Fernet.generate_key().decode()})[1]
    with pytest.raises(InputError, match="another key"):
        kept(folder, unseal=other)


def test_spans_without_ids_are_refused_and_the_others_taken(folder):
    some = spans({"trace": 1}, {"trace": 0}, {"trace": 2, "span": 0})
    answer = one(folder, TRACES, some)
    said = ExportTraceServiceResponse.FromString(answer.body).partial_success
    assert (answer.status, said.rejected_spans) == (200, 2) and "ids" in said.error_message
    assert kept(folder) == [some]
    assert one(folder, TRACES, spans({"trace": 0})).status == 200
    assert len(kept(folder)) == 1, "a request with nothing to keep is not kept"


def test_logs_are_taken_and_those_outside_of_traces_refused(folder):
    request = ExportLogsServiceRequest()
    records = request.resource_logs.add().scope_logs.add().log_records
    records.add(trace_id=bytes(15) + b"\1", span_id=bytes(7) + b"\1")
    records.add()
    answer = one(folder, "/v1/logs", request.SerializeToString())
    assert ExportLogsServiceResponse.FromString(answer.body).partial_success.rejected_log_records == 1
    assert kept(folder) == [request.SerializeToString()]


def json_spans(*ids):
    spans_ = [
        {"traceId": t, "spanId": s, "name": "x", "startTimeUnixNano": "1", "endTimeUnixNano": "2"} for t, s in ids
    ]
    return json.dumps({"resourceSpans": [{"resource": {}, "scopeSpans": [{"spans": spans_}]}]}).encode()


def test_json_is_answered_in_json(folder):
    answer = one(folder, TRACES, json_spans(("0" * 31 + "1", "0" * 15 + "1"), ("", "")), JSON)
    said = json.loads(answer.body)["partialSuccess"]
    assert answer.status == 200 and said["rejectedSpans"] == "1" and "ids" in said["errorMessage"]
    good = one(folder, TRACES, json_spans(("0" * 31 + "1", "0" * 15 + "1")), JSON)
    assert json.loads(good.body) == {}


def test_fields_that_nobody_knows_do_no_harm(folder):
    unknown = talk(1) + b"\xfa\x3f\x05hello"  # field 1023
    assert one(folder, TRACES, unknown).status == 200 and kept(folder) == [unknown]


BOMB = gzip.compress(bytes(bodies.UNPACKED + 1), 1, mtime=0)
DEEP = b'{"resourceSpans": ' + b"[" * 5_000 + b"]" * 5_000 + b"}"
GZIP, DEFLATE = {"content-encoding": "gzip"}, {"content-encoding": "deflate"}


@pytest.mark.parametrize(
    ("body", "headers", "status", "word"),
    [
        (bytes(50 * 1024 * 1024), {"content-length": str(50 * 1024 * 1024)}, 413, "at most 32 MB"),
        (bytes(33 * 1024 * 1024), {}, 413, "at most 32 MB"),
        (BOMB, GZIP, 413, "unpacks to more than 64 MB"),
        (gzip.compress(talk(1), mtime=0)[:-9], GZIP, 400, "breaks off"),
        (b"no gzip", GZIP, 400, "cannot be unpacked"),
        (b"\xff\xff\xff", DEFLATE, 400, "cannot be unpacked"),
        (talk(1), {"content-encoding": "br"}, 415, "'br'"),
        (talk(1), {"content-type": "text/plain"}, 415, "'text/plain'"),
        (b"\xff\xff\xff\xff", {}, 400, "protobuf"),
        (b"{", JSON, 400, "no JSON"),
        (b"[]", JSON, 400, "without resourceSpans"),
        (b'{"resourceSpans": 3}', JSON, 400, "without resourceSpans"),
        (DEEP, JSON, 400, "no JSON"),
        (b'{"resourceSpans": "\xff"}', JSON, 400, "no JSON"),
    ],
    ids=lambda value: None if isinstance(value, bytes) else str(value)[:20],
)
def test_what_cannot_be_taken_is_refused_in_words_and_leaves_nothing(folder, body, headers, status, word):
    answer = one(folder, TRACES, body, headers, "POST", 7)
    assert answer.status == status and word in answer.body.decode("utf-8", "replace"), answer
    assert "retry-after" not in answer.headers, "to send it again would not help"
    assert kept(folder) == []


def test_many_large_bodies_at_once_are_sent_back():
    room = bodies.Room(most=10)
    with room.share() as take:
        take(8)
        with room.share() as other, pytest.raises(bodies.Rejected) as refused:
            other(8)
        assert (refused.value.status, refused.value.again) == (429, 1)
    with room.share() as take:
        take(10)


def basic(user, password):
    return {"authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": f"Bearer {TOKEN}"},
        basic("pk-lf-anything", TOKEN),
        basic(TOKEN, ""),
        {"evidently-secret": TOKEN},
        {"x-spotcheck-token": TOKEN},
    ],
)
def test_the_token_is_known_wherever_clients_put_it(folder, headers):
    assert one(folder, TRACES, talk(1), {**headers, "host": "spans.example.org"}, token=TOKEN).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": f"Bearer {TOKEN}x"},
        {"authorization": "Basic ???"},
        {"authorization": TOKEN},
        basic("pk", "sk"),
        {"evidently-secret": "w\u00f6rt"},
    ],
)
def test_without_the_right_token_nothing_is_taken(folder, headers):
    encoded = {name: value.encode().decode("latin-1") for name, value in headers.items()}
    for path in (TRACES, "/v1/feedback", "/api/public/scores", "/api/datasets/tracing"):
        answer = one(folder, path, talk(1), encoded, token=TOKEN)
        assert answer.status == 401 and answer.headers["www-authenticate"] == "Bearer"
    assert kept(folder) == []


def test_a_collector_without_a_token_is_for_this_machine_alone(folder):
    assert one(folder, TRACES, talk(1), {"host": "evil.example.org:4318"}).status == 403
    assert one(folder, TRACES, talk(1), {"host": "localhost:4318"}).status == 200
    assert token_of({}, "127.0.0.1") == ""
    with pytest.raises(Refused, match="SPOTCHECK_COLLECT_TOKEN"):
        token_of({}, "0.0.0.0")
    with pytest.raises(InputError, match="at least 16"):
        token_of({"SPOTCHECK_COLLECT_TOKEN": "short"}, "127.0.0.1")


def test_what_is_not_there_is_said(folder):
    assert one(folder, "/v1/metrics", b"").status == 404
    assert one(folder, TRACES, b"", {}, "GET").status == 405
    health = one(folder, "/healthz", b"", {}, "GET", token=TOKEN)
    assert (health.status, json.loads(health.body)) == (200, {"status": "ok"})


def test_the_handshakes_of_tracely_and_langfuse(folder):
    """tracely takes anything but 404 at its login for a cloud, and then does not start."""
    secret = {"evidently-secret": TOKEN, "x-evidently-token": TOKEN}
    assert one(folder, "/api/users/login", b"", secret, "GET", token=TOKEN).status == 404
    listed = one(folder, "/api/datasets?project_id=p&source_type=tracing", b"", secret, "GET", token=TOKEN)
    assert json.loads(listed.body) == {"datasets": []}
    made = [
        json.loads(one(folder, "/api/datasets/tracing?project_id=p", b'{"name": "x"}', JSON).body) for _ in range(2)
    ]
    assert made[0] == made[1] and len(made[0]["dataset_id"]) == 36
    projects = one(folder, "/api/public/projects", b"", basic("pk", TOKEN), "GET", token=TOKEN)
    assert projects.status == 200 and json.loads(projects.body)["data"][0]["id"]


def test_a_full_spool_asks_clients_to_come_again(folder):
    assert one(folder, TRACES, talk(1), most=1).status == 200
    answer = one(folder, TRACES, talk(2), most=1)
    assert (answer.status, answer.headers["retry-after"]) == (429, "1")
    assert kept(folder) == [talk(1)]


def test_a_disk_that_fills_up_keeps_whole_requests_alone(folder, monkeypatch):
    """The write breaks off inside of a frame: what is left of it goes, and the next request is kept after all."""
    write, left = os.write, [100]

    def short(handle, data):
        if left[0] == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        done = write(handle, data[: left[0]])
        left[0] -= done
        return done

    monkeypatch.setattr("review.sources.collecting.spool_writer.os.write", short)
    answer = one(folder, TRACES, talk(1))
    assert (answer.status, answer.headers["retry-after"]) == (503, "2") and b"disk is full" in answer.body
    [path] = spool_files(folder).values()
    assert path.stat().st_size == 0
    monkeypatch.undo()
    assert one(folder, TRACES, talk(1)).status == 200 and kept(folder) == [talk(1)]


def test_a_disk_that_is_really_full(tmp_path):
    with mounted(tmp_path / "small", "1m") as disk:
        large = talk(1, "x" * 300_000)
        answers = calls(disk / "spool", *[Call(TRACES, large)] * 5, Call(TRACES, talk(2)))
        assert [answer.status for answer in answers] == [200, 200, 200, 503, 503, 200]
        assert kept(disk / "spool") == [large, large, large, talk(2)]


def test_requests_that_wait_share_one_sync(folder, monkeypatch):
    synced = []
    sync = os.fdatasync
    monkeypatch.setattr(
        "review.sources.collecting.spool_writer.os.fdatasync", lambda handle: (synced.append(handle), sync(handle))
    )

    async def run():
        writer = SpoolWriter(folder)
        await asyncio.gather(*(writer.keep(1, talk(n)) for n in range(1, 201)))
        writer.close()

    in_own_thread(run())
    assert len(kept(folder)) == 200 and 1 <= len(synced) < 100


def test_a_file_that_a_killed_process_left_is_read_to_its_last_whole_frame(folder):
    calls(folder, Call(TRACES, talk(1)), Call(TRACES, talk(2)))
    [path] = spool_files(folder).values()
    data = path.read_bytes()
    (folder / f"{path.stem}{OPEN}").write_bytes(data[:-5])
    path.unlink()
    assert kept(folder) == [talk(1)]
    assert one(folder, TRACES, talk(3)).status == 200
    assert kept(folder) == [talk(1), talk(3)], "the next process begins a file of its own"


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({}, "trace"),
        ({"trace": ""}, "trace"),
        ({"trace": 3, "thumb": "up"}, "trace"),
        ({"trace": "a"}, "at least one of"),
        ({"trace": "a", "thumb": "sideways"}, "expected up or down"),
        ({"trace": "a", "copied": "yes"}, "expected true or false"),
        ({"trace": "a", "comment": 7}, "comment"),
        ({"trace": "a", "comment": "x" * 10_001}, "10,000"),
        ({"trace": "a", "stars": 5}, "'stars'"),
        ([], "neither"),
        ("text", "neither"),
    ],
)
def test_feedback_that_cannot_be_read_names_its_field(folder, given, word):
    answer = one(folder, "/v1/feedback", json.dumps(given).encode(), JSON)
    assert answer.status == 400 and word in json.loads(answer.body)["message"]
    assert kept(folder) == []


def test_feedback_is_kept_with_the_time_it_came(folder):
    dashed = "5B8EFFF7-98038103-D269B633-813FC60C"
    given = [{"trace": dashed, "thumb": -1, "comment": "no"}, {"trace": "x", "copied": True}]
    assert one(folder, "/v1/feedback", json.dumps(given).encode(), JSON).status == 202
    first, second = json.loads(kept(folder)[0])
    assert first["trace"] == "5b8efff798038103d269b633813fc60c" and first["thumb"] == "down" and first["at"]
    assert second["copied"] is True


def test_scores_of_langfuse_are_kept(folder):
    score = {"id": "1", "traceId": "a" * 32, "name": "thumbs", "value": 1.0}
    event = {"id": "e", "type": "score-create", "body": score}
    answers = calls(
        folder,
        Call("/api/public/scores", json.dumps([score]).encode(), JSON),
        Call(
            "/api/public/ingestion", json.dumps({"batch": [event, {"id": "t", "type": "trace-create"}]}).encode(), JSON
        ),
        Call("/api/public/scores", json.dumps({**score, "traceId": None}).encode(), JSON),
    )
    assert [answer.status for answer in answers] == [200, 207, 400]
    assert [done["id"] for done in json.loads(answers[1].body)["successes"]] == ["e", "t"]
    assert [json.loads(row)[0]["source"] for row in kept(folder)] == ["API", "API"]


def test_figures_for_prometheus_need_the_secret_or_the_token(folder, monkeypatch):
    monkeypatch.setenv("SPOTCHECK_METRICS_SECRET", "the secret of figures")
    given = [{}, {"authorization": "Bearer wrong"}, {"authorization": "Bearer the secret of figures"}]
    given.append({"authorization": f"Bearer {TOKEN}"})
    ask = [Call("/metrics", headers=h, method="GET") for h in given]
    sent = Call(TRACES, talk(1), headers={"x-spotcheck-token": TOKEN})
    _, *answers = calls(folder, sent, *ask, token=TOKEN)
    assert [a.status for a in answers] == [401, 401, 200, 200]
    for answer in answers[2:]:
        lines = answer.body.decode().splitlines()
        assert 'spotcheck_collector_spans_total{outcome="accepted"} 1.0' in lines
        assert any(line.startswith("spotcheck_collector_spool_bytes ") and not line.endswith(" 0.0") for line in lines)
