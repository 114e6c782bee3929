"""The collector as an ASGI application: the addresses it answers, and what it says once something is on disk."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import NamedTuple
from urllib.parse import parse_qs
from uuid import NAMESPACE_URL, uuid5

import orjson

from review.basics.errors import ReviewError
from review.basics.exposition import KIND, Counted, Level, Timed, exposition, may_read, secret_of
from review.sources.collecting.bodies import LARGE, MEGABYTE, Receive, Rejected, Room, Scope, body_of, header
from review.sources.collecting.feedback_in import feedback_in, rows_of, scores_in, scores_of_batch
from review.sources.collecting.frames import Kind
from review.sources.collecting.otlp_requests import answer, checked, status_message
from review.sources.collecting.spool_writer import SpoolFull, SpoolWriter, is_full_disk
from review.sources.collecting.token import may_send

Send = Callable[[dict[str, object]], Awaitable[None]]
JSON, PROTOBUF = "application/json", "application/x-protobuf"
SMALL = MEGABYTE
"""The bytes of a body that is no request of OpenTelemetry."""


class Reply(NamedTuple):
    """What is answered."""

    status: int
    body: bytes
    kind: str = JSON
    headers: tuple[tuple[bytes, bytes], ...] = ()


class Collector:
    """Answers requests. ``token`` is what clients must send, "" for none; then only this machine may ask."""

    def __init__(self, writer: SpoolWriter, *, token: str) -> None:
        self._writer, self._token = writer, token
        self._room = Room()
        self.counts: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            return
        try:
            reply = await self._reply(scope, receive)
        except Rejected as error:
            self.counts[f"answered {error.status}"] += 1
            reply = _refused(scope, error)
        headers = [
            (b"content-type", reply.kind.encode()),
            (b"content-length", str(len(reply.body)).encode()),
            *reply.headers,
        ]
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": reply.body})

    async def _reply(self, scope: Scope, receive: Receive) -> Reply:
        path, method = str(scope["path"]).rstrip("/") or "/", str(scope["method"])
        if not self._token and not _names_this_machine(header(scope, b"host")):
            raise Rejected(403, "Without a token the collector answers to this machine alone.")
        if path == "/healthz":
            return self._health(scope)
        if (method, path) == ("GET", "/metrics"):
            return self._figures(scope)
        route = ROUTES.get((method, path))
        if route is None:
            known = sorted(one for one, at in ROUTES if at == path)
            if not known:
                raise Rejected(404, f"There is nothing at {path[:80]}.")
            raise Rejected(405, f"{path} takes {' and '.join(known)}.")
        if not may_send(scope, self._token):
            raise Rejected(401, "The token is missing or wrong.")
        return await route(self, scope, receive)

    def _health(self, scope: Scope) -> Reply:
        """Say that the collector answers; with the token also what it has counted since it started."""
        counts = {"spool_bytes": self._writer.bytes_held, **self.counts} if may_send(scope, self._token) else {}
        return Reply(200, orjson.dumps({"status": "ok", **counts}))

    def _figures(self, scope: Scope) -> Reply:
        """Tell Prometheus what was counted, with the secret of the figures, or the token of the collector."""
        if not (may_read(scope["headers"], secret_of(os.environ)) or (self._token and may_send(scope, self._token))):
            raise Rejected(401, "The secret is missing or wrong.")
        found = self.counts
        answered: dict[tuple[str, ...], int] = {
            (k.removeprefix("answered "),): n for k, n in found.items() if k.startswith("answered ")
        }
        families: list[Level | Counted | Timed] = [
            Counted("collector_spans", "Spans by outcome.", ("outcome",), _taken(found, "spans")),
            Counted("collector_logs", "Log records by outcome.", ("outcome",), _taken(found, "logs")),
            Counted("collector_feedback", "Rows of feedback that were taken.", (), {(): found["feedback"]}),
            Counted("collector_not_taken", "Requests that were not taken, by status.", ("status",), answered),
            Level("collector_spool_bytes", "Bytes that are not in the log yet.", self._writer.bytes_held),
        ]
        try:
            return Reply(200, exposition(families), KIND)
        except ReviewError as error:
            raise Rejected(503, str(error)) from None

    async def traces(self, scope: Scope, receive: Receive) -> Reply:
        """Take spans."""
        return await self._otlp(scope, receive, {PROTOBUF: Kind.TRACES, JSON: Kind.TRACES_JSON}, "spans")

    async def logs(self, scope: Scope, receive: Receive) -> Reply:
        """Take log records."""
        return await self._otlp(scope, receive, {PROTOBUF: Kind.LOGS, JSON: Kind.LOGS_JSON}, "logs")

    async def _otlp(self, scope: Scope, receive: Receive, kinds: dict[str, Kind], what: str) -> Reply:
        given = _content_type(scope)
        if given not in kinds:
            raise Rejected(415, f"content-type: found '{given[:60]}', expected {PROTOBUF} or {JSON}.")
        kind = kinds[given]
        with self._room.share() as take:
            body = await body_of(scope, receive, take)
            found = await asyncio.to_thread(checked, kind, body) if len(body) > LARGE else checked(kind, body)
            if found.taken:
                await self._keep(kind, body)
        self.counts[what] += found.taken
        if found.refused:
            self.counts[f"refused {what}"] += found.refused
        return Reply(200, answer(kind, found), given)

    async def _keep(self, kind: Kind, body: bytes) -> None:
        """Wait until something is on disk. Raises Rejected where that is not possible now."""
        try:
            await self._writer.keep(kind, body)
        except SpoolFull as error:
            raise Rejected(429, f"{error}. Send this again.", again=1) from None
        except OSError as error:
            why = "the disk is full" if is_full_disk(error) else f"the disk cannot be written ({error.strerror})"
            raise Rejected(503, f"Nothing was kept: {why}. Send this again.", again=2) from None

    async def feedback(self, scope: Scope, receive: Receive) -> Reply:
        """Take what users said of conversations."""
        rows = feedback_in(await self._small(scope, receive))
        await self._keep(Kind.FEEDBACK, orjson.dumps(rows))
        self.counts["feedback"] += len(rows)
        return Reply(202, orjson.dumps({"taken": len(rows)}))

    async def _small(self, scope: Scope, receive: Receive) -> bytes:
        if _content_type(scope) != JSON:
            raise Rejected(415, f"content-type: expected {JSON}.")
        with self._room.share() as take:
            body = await body_of(scope, receive, take)
        if len(body) > SMALL:
            raise Rejected(413, f"The body may have at most {SMALL // MEGABYTE} MB.")
        return body

    async def scores(self, scope: Scope, receive: Receive) -> Reply:
        """Take scores as the SDK of Langfuse sends them."""
        rows = scores_in(await self._small(scope, receive))
        await self._keep(Kind.SCORES, orjson.dumps(rows))
        self.counts["scores"] += len(rows)
        return Reply(200, orjson.dumps({"id": str(rows[0].get("id") or "")}))

    async def ingestion(self, scope: Scope, receive: Receive) -> Reply:
        """Take the scores among the events that older SDKs of Langfuse send."""
        rows, events = scores_of_batch(await self._small(scope, receive))
        if rows:
            await self._keep(Kind.SCORES, orjson.dumps(rows))
        self.counts["scores"] += len(rows)
        done = [{"id": name, "status": 201} for name in events]
        return Reply(207, orjson.dumps({"successes": done, "errors": []}))

    async def projects(self, scope: Scope, receive: Receive) -> Reply:
        """Answer the SDK of Langfuse, which asks whether its keys are known."""
        one = {"id": "spotcheck", "name": "spotcheck", "organization": {"id": "spotcheck", "name": "spotcheck"}}
        return Reply(200, orjson.dumps({"data": [{**one, "metadata": {}}]}))

    async def login(self, scope: Scope, receive: Receive) -> Reply:
        """Tell tracely that nobody logs in here, so that it sends its secret with each request."""
        raise Rejected(404, "Nobody logs in here.")

    async def datasets(self, scope: Scope, receive: Receive) -> Reply:
        """Answer tracely, which asks for the places where its traces may go."""
        return Reply(200, orjson.dumps({"datasets": []}))

    async def new_dataset(self, scope: Scope, receive: Receive) -> Reply:
        """Answer tracely, which makes a place for its traces: the same one for the same name."""
        [row] = rows_of(await self._small(scope, receive))[:1]
        project = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("project_id", [""])[0]
        return Reply(200, orjson.dumps({"dataset_id": str(uuid5(NAMESPACE_URL, f"{project}/{row.get('name')}"))}))


Route = Callable[[Collector, Scope, Receive], Awaitable[Reply]]
ROUTES: dict[tuple[str, str], Route] = {
    ("POST", "/v1/traces"): Collector.traces,
    ("POST", "/v1/logs"): Collector.logs,
    ("POST", "/v1/feedback"): Collector.feedback,
    ("POST", "/api/public/otel/v1/traces"): Collector.traces,
    ("POST", "/api/public/otel/v1/logs"): Collector.logs,
    ("POST", "/api/public/scores"): Collector.scores,
    ("POST", "/api/public/ingestion"): Collector.ingestion,
    ("GET", "/api/public/projects"): Collector.projects,
    ("POST", "/api/v1/traces"): Collector.traces,
    ("GET", "/api/users/login"): Collector.login,
    ("GET", "/api/datasets"): Collector.datasets,
    ("POST", "/api/datasets/tracing"): Collector.new_dataset,
}
"""Addresses of OTLP, of Langfuse (``/api/public``) and of tracely."""


def _taken(found: Counter[str], what: str) -> dict[tuple[str, ...], int]:
    return {("accepted",): found[what], ("refused",): found[f"refused {what}"]}


def _content_type(scope: Scope) -> str:
    return header(scope, b"content-type").partition(";")[0].strip().lower()


def _names_this_machine(host: str) -> bool:
    """Whether a request was sent to this machine by its own name: a web page that resolves another one is refused."""
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    return name.lower() in ("localhost", "127.0.0.1", "[::1]")


def _refused(scope: Scope, error: Rejected) -> Reply:
    """Return the answer to what is not taken: in the encoding of the request, and what comes after it is not read."""
    protobuf = _content_type(scope) == PROTOBUF
    headers = [(b"connection", b"close")] if error.status in (400, 401, 403, 408, 413, 415) else []
    if error.again:
        headers.append((b"retry-after", str(error.again).encode()))
    if error.status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    body = status_message(str(error), as_json=not protobuf)
    return Reply(error.status, body, PROTOBUF if protobuf else JSON, tuple(headers))
