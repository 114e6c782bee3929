"""Call the collector's application without a server, and make requests of spans, for tests."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from review.sources.collecting.application import Collector
from review.sources.collecting.frames import Change, frames, spool_files
from review.sources.collecting.spool_writer import MOST_BYTES, SpoolWriter

T = TypeVar("T")
PROTOBUF = "application/x-protobuf"


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Call(NamedTuple):
    path: str
    body: bytes = b""
    headers: Mapping[str, str] = MappingProxyType({})
    method: str = "POST"
    parts: int = 1


def calls(
    folder: Path, *asked: Call, token: str = "", most: int = MOST_BYTES, seal: Change | None = None
) -> list[Answer]:
    """Ask the collector on the spool in ``folder``, one call after another; the last frame is on disk after that."""

    async def run() -> list[Answer]:
        writer = SpoolWriter(folder, most=most, seal=seal)
        try:
            app = Collector(writer, token=token)
            return [await _asked(app, one) for one in asked]
        finally:
            writer.close()

    return in_own_thread(run())


def in_own_thread(work: Coroutine[Any, Any, T]) -> T:
    """Run this to its end. A browser that another test opened keeps an event loop in the thread of the tests."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


async def _asked(app: Callable[..., Awaitable[None]], call: Call) -> Answer:
    headers = {"host": "127.0.0.1:4318", "content-type": PROTOBUF, **call.headers}
    path, _, query = call.path.partition("?")
    scope = {
        "type": "http",
        "method": call.method,
        "path": path,
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    size = max(1, -(-len(call.body) // call.parts))
    sent = [call.body[at : at + size] for at in range(0, max(len(call.body), 1), size)]
    answered: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": sent.pop(0), "more_body": bool(sent)}

    async def send(message: dict[str, Any]) -> None:
        answered.append(message)

    with suppress(IndexError):
        await app(scope, receive, send)
    start, body = answered
    return Answer(start["status"], {k.decode(): v.decode() for k, v in start["headers"]}, body["body"])


def kept(folder: Path, *, unseal: Change | None = None) -> list[bytes]:
    """The payloads that a spool holds."""
    return [frame.payload for path in spool_files(folder).values() for frame in frames(path, unseal=unseal)]


def trace_id(number: int) -> bytes:
    return number.to_bytes(16, "big")


def spans(*given: dict[str, Any], service: str = "shop") -> bytes:
    """A request with spans: ``trace`` and ``span`` are numbers, ``parent`` too; the rest are attributes."""
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    resource.resource.attributes.append(KeyValue(key="service.name", value=AnyValue(string_value=service)))
    scope = resource.scope_spans.add()
    for one in given:
        names = dict(one)
        span = scope.spans.add(name=names.pop("name", "chat"))
        span.trace_id, span.span_id = trace_id(names.pop("trace", 1)), names.pop("span", 1).to_bytes(8, "big")
        if parent := names.pop("parent", 0):
            span.parent_span_id = parent.to_bytes(8, "big")
        start = names.pop("start", 1_763_717_400)
        span.start_time_unix_nano = start * 10**9
        span.end_time_unix_nano = names.pop("end", start + 1) * 10**9
        for key, value in names.items():
            span.attributes.append(KeyValue(key=key.replace("__", "."), value=AnyValue(string_value=value)))
    return bytes(request.SerializeToString())


def talk(trace: int, question: str = "How many?", answer: str = "Seven.", **more: Any) -> bytes:
    """A request with one root span that has a question and an answer."""
    return spans({"trace": trace, "input__value": question, "output__value": answer, **more})
