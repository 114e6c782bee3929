"""A bucket behind the S3 protocol: a local server (moto) speaks it, and pyarrow reads it as it reads Amazon."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest

from review.basics.log_paths import log_of
from review.people.people import add_person
from review.settings.project import project_of
from review.sources.pulling.folder import without_keys
from review.sources.pulling.pull import Pulled, pull
from storage.records_log import Import, Pull
from storage.store import Store

WITHOUT = "the local S3 server (moto[s3,server]) is not installed"
core = pytest.importorskip("moto.core", reason=WITHOUT)
s3 = pytest.importorskip("moto.s3.models", reason=WITHOUT)
moto_server = pytest.importorskip("moto.server", reason=WITHOUT)

LATER = timedelta(minutes=5)
"""Files that changed within a minute may still be written to, so the visits are made as if it were later."""


class Bucket(NamedTuple):
    """A bucket of the server: ``put`` writes an object, ``address`` reads a folder of it."""

    name: str
    port: int
    backend: Any

    def put(self, key: str, content: bytes) -> None:
        self.backend.put_object(self.name, key, content)

    def address(self, folder: str, keys: str = "") -> str:
        where = f"scheme=http&endpoint_override=127.0.0.1:{self.port}&region=us-east-1"
        return f"s3://{keys}{self.name}/{folder}?{where}"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    made = moto_server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    made.start()
    yield int(made.get_host_and_port()[1])
    made.stop()


@pytest.fixture
def bucket(port: int, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    for name, value in {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    backend = s3.s3_backends["123456789012"]["aws"]
    name = f"bucket-{len(backend.buckets)}"
    backend.create_bucket(name, "us-east-1")
    return Bucket(name, port, backend)


@pytest.fixture
def lead(store: Store) -> str:
    return add_person(store, "Lea", role="lead", by="test").id


def watch(store: Store, address: str, files: str = "*.jsonl*") -> None:
    settings = f'[[sources]]\nname = "shop"\nkind = "folder"\npath = "{address}"\nfiles = "{files}"\n'
    (store.path.parent / "spotcheck.toml").write_text(settings)


def visit(store: Store, lead: str) -> Pulled:
    project = project_of(store.path)
    return pull(store, project, project.pulled[0], by=lead, at=datetime.now(UTC) + LATER)


def line(id: str, answer: str = "Seven.") -> bytes:
    row = {"id": id, "question": "How many?", "answer": answer, "created_at": "2026-11-10T08:00:00Z"}
    return json.dumps(row).encode() + b"\n"


def test_objects_come_in_once_and_again_when_they_change(store: Store, lead: str, bucket: Bucket) -> None:
    bucket.put("exports/dt=2026-11-10/part 0.jsonl", line("c1"))
    bucket.put("exports/dt=2026-11-11/part 0.jsonl", line("c2"))
    bucket.put("exports/Überblick #1.jsonl.gz", gzip.compress(line("c3")))
    bucket.put("exports/_SUCCESS", b"")
    bucket.put("other/part 0.jsonl", line("c9"))
    watch(store, bucket.address("exports"))
    first = visit(store, lead)
    assert not first.errors and first.total("added") == 3
    assert {one.file for one in store.find(Import)} == {
        *("dt=2026-11-10/part 0.jsonl", "dt=2026-11-11/part 0.jsonl", "Überblick #1.jsonl.gz"),
    }
    assert visit(store, lead).imports == ()
    bucket.put("exports/dt=2026-11-11/part 0.jsonl", line("c2") + line("c4"))
    again = visit(store, lead)
    assert (again.total("added"), again.total("duplicate")) == (1, 1)
    assert not list(log_of(store.path).logs.glob(".pulling-*")), "no copy stays on this machine"


def test_a_listing_of_several_pages_is_read_to_its_end(store: Store, lead: str, bucket: Bucket) -> None:
    for number in range(1005):
        bucket.put(f"exports/{number:04}.txt", b"x")
    bucket.put("exports/z.jsonl", line("c1"))
    watch(store, bucket.address("exports"))
    assert visit(store, lead).total("added") == 1


def test_spans_of_one_trace_in_two_objects_become_one_conversation(store: Store, lead: str, bucket: Bucket) -> None:
    question = {"messages": [{"role": "user", "content": "How many?"}]}
    answer = {"choices": [{"message": {"role": "assistant", "content": "Seven."}}]}
    asked = {"custom_id": "1", "method": "POST", "url": "/v1/chat/completions", "body": question}
    given = {"id": "b", "custom_id": "1", "response": {"status_code": 200, "body": answer}, "error": None}
    bucket.put("batches/in.jsonl", json.dumps(asked).encode())
    bucket.put("batches/out.jsonl", json.dumps(given).encode())
    watch(store, bucket.address("batches"))
    found = visit(store, lead)
    assert not found.errors and (found.total("added"), found.total("rejected")) == (1, 0)


def test_a_folder_that_is_not_there_and_a_refused_key_are_said_without_the_key(
    store: Store, lead: str, bucket: Bucket
) -> None:
    watch(store, bucket.address("none", keys="AKIAWRONG:hidden@"))
    (error,) = visit(store, lead).errors
    assert "found no folder at s3://" in str(error) and "hidden" not in str(error)
    bucket.put("exports/a.jsonl", line("c1"))
    watch(store, bucket.address("exports", keys="AKIAWRONG:hidden@"))

    @core.set_initial_no_auth_action_count(0)
    def refused() -> Pulled:
        return visit(store, lead)

    (error,) = refused().errors
    assert "cannot be read" in str(error) and "hidden" not in str(error)
    said = " ".join(one.detail for one in store.find(Pull))
    assert "hidden" not in said and "AKIAWRONG" not in said and store.find(Import) == []


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("s3://key:se%2Fcret@bucket/a@b?x=1", "s3://bucket/a@b?x=1"),
        ("s3://bucket/a@b", "s3://bucket/a@b"),
        ("/data/a@b", "/data/a@b"),
        ("no such host: 's3://k:s@bucket/a'", "no such host: 's3://bucket/a'"),
    ],
)
def test_keys_in_an_address_are_never_shown(address: str, shown: str) -> None:
    assert without_keys(address) == shown
