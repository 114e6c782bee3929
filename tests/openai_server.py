"""A small OpenAI-compatible server on the loopback address, which answers as a test scripts it, faults included.

    with OpenAIServer(lambda text: {"politeness": "rude"}, faults={"[[7]]": [too_many(1), cut()]}) as server:
        spec = {"endpoint": server.url, "model": "small"}

``answer`` is given the last message's text and returns labels by dimension, a text, or a fault. ``faults`` are given
out one by one to the requests whose text holds the key (or by the number of the request, from 0), and then it answers.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from typing import Any, NamedTuple

from openai_faults import (
    Fault,
    cut,
    drip,
    filtered,
    go_on,
    hang_up,
    no_choices,
    not_json,
    redirect,
    refusal,
    says,
    slow,
    status,
    too_many,
    trickle,
)

FORMS = ("json_schema", "json_object")
HEADER = b"HTTP/1.1 200 OK\r\n" + b"X-Slow: yes\r\n" * 50
DRIPS = {"drip": [HEADER[k : k + 1] for k in range(len(HEADER))], "go_on": [b"HTTP/1.1 100 Continue\r\n\r\n"]}


class Seen(NamedTuple):
    """One request as it came in: ``at`` by the server's monotonic clock."""

    at: float
    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    raw: bytes

    @property
    def text(self) -> str:
        """The last message."""
        return str(self.body["messages"][-1]["content"])


Answer = Callable[[str], "Mapping[str, Any] | str | Fault"]


class OpenAIServer:
    """Use as a context; ``url`` is the base address, ``seen`` the questions so far, ``most_at_once`` of them at a time.

    ``key`` must come as a bearer token where one is set; ``models`` are those it knows; ``forms`` the response formats.
    """

    def __init__(
        self,
        answer: Answer | None = None,
        *,
        faults: Mapping[str | int, Sequence[Fault | None]] | None = None,
        key: str = "",
        models: Sequence[str] = ("small", "large"),
        forms: Sequence[str] = FORMS,
        latency: float = 0.0,
        usage: Mapping[str, int] | None = None,
    ) -> None:
        self.answer, self.key, self.models, self.forms, self.latency = answer, key, tuple(models), tuple(forms), latency
        self.usage = {"prompt_tokens": 100, "completion_tokens": 20} if usage is None else dict(usage)
        self.faults = {k: list(v) for k, v in (faults or {}).items()}
        self.seen: list[Seen] = []
        self.most_at_once = self._at_once = 0
        self.closing = threading.Event()
        self._lock = threading.Lock()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self._server.server_port}"

    @property
    def url(self) -> str:
        return f"http://{self.place}/v1"

    def count(self, marks: Sequence[str]) -> Counter[str]:
        """How many questions held each of these marks."""
        return Counter(mark for seen in self.seen for mark in marks if mark in seen.text)

    def __enter__(self) -> OpenAIServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()

    def arrived(self, seen: Seen) -> Fault | None:
        """Note a question; what is to go wrong with it."""
        with self._lock:
            number = len(self.seen)
            self.seen.append(seen)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
            for key, left in self.faults.items():
                if left and (key == number if isinstance(key, int) else key in seen.text):
                    return left.pop(0)
        return None

    def left(self) -> None:
        with self._lock:
            self._at_once -= 1

    def refuses(self, seen: Seen) -> Fault | None:
        """What is wrong with a request itself."""
        if self.key and seen.headers.get("authorization") != f"Bearer {self.key}":
            return status(401, f"Incorrect API key provided: {seen.headers.get('authorization', '')}")
        if seen.body and seen.body.get("model") not in self.models:
            return status(404, f"The model `{seen.body.get('model')}` does not exist", "model_not_found")
        form = (seen.body.get("response_format") or {}).get("type")
        if form is not None and form not in self.forms:
            return status(400, f"response_format type '{form}' is not supported")
        return None

    def message(self, seen: Seen) -> str | Fault:
        """The text of the reply."""
        said = self.answer(seen.text) if self.answer is not None else _first_labels(seen.body)
        if isinstance(said, str | Fault):
            return said
        return json.dumps({d: {"rationale": "because", "label": label} for d, label in said.items()})


def _first_labels(body: Mapping[str, Any]) -> dict[str, Any]:
    """The first value of each dimension that the request's schema holds."""
    schema = (body.get("response_format") or {}).get("json_schema", {}).get("schema", {})
    labels = {d: entry["properties"]["label"] for d, entry in schema.get("properties", {}).items()}
    return {d: label["enum"][0] if "enum" in label else [] for d, label in labels.items()}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, told: OpenAIServer) -> None:
        self.told = told
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, *_: object) -> None:
        """A client that has gone is part of what is tested."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    @property
    def told(self) -> OpenAIServer:
        return self.server.told

    def do_GET(self) -> None:
        fault = self.told.refuses(self.seen(b""))
        if fault is not None:
            self.fail(fault)
        elif self.path == "/v1/models":
            self.send(200, {"object": "list", "data": [{"id": m, "object": "model"} for m in self.told.models]})
        else:
            self.fail(status(404, "no such page"))

    def do_POST(self) -> None:
        seen = self.seen(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        fault = self.told.arrived(seen)
        try:
            if self.told.latency:
                self.told.closing.wait(self.told.latency)
            if fault is not None and fault.kind == "slow":
                self.told.closing.wait(fault.value)
                fault = None
            found = fault or self.told.refuses(seen) or self.told.message(seen)
        finally:
            # Before the reply leaves: the next question may follow it at once.
            self.told.left()
        if isinstance(found, Fault):
            self.fail(found)
        else:
            self.complete([_choice(found)])

    def seen(self, raw: bytes) -> Seen:
        headers = {k.lower(): v for k, v in self.headers.items()}
        return Seen(time.monotonic(), self.path, headers, json.loads(raw) if raw else {}, raw)

    def complete(self, choices: list[Any]) -> None:
        self.send(200, {"object": "chat.completion", "choices": choices, "usage": self.told.usage or None})

    def fail(self, fault: Fault) -> None:
        if fault.kind == "too_many":
            extra = {} if fault.value is None else {"Retry-After": str(fault.value)}
            self.send(429, {"error": {"message": "slow down", "code": "rate_limit_exceeded"}}, extra)
        elif fault.kind == "status":
            code, message, error_code = fault.value
            self.send(code, {"error": {"message": message, "code": error_code or None}})
        elif fault.kind == "says":
            self.complete([_choice(*fault.value)])
        elif fault.kind == "choices":
            self.complete(fault.value)
        elif fault.kind == "redirect":
            self.send(307, {}, {"Location": fault.value})
        elif fault.kind == "not_json":
            self.send(200, b"<html><body>Bad gateway</body></html>")
        else:
            self.break_off(fault)

    def break_off(self, fault: Fault) -> None:
        self.close_connection = True
        if fault.kind in DRIPS:
            self.drip(DRIPS[fault.kind], fault.value)
        elif fault.kind != "hang_up":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b'{"choices": [{"mess')
            self.wfile.flush()
            if fault.kind == "trickle":
                self.drip((b" ",), fault.value)
        self.connection.shutdown(socket.SHUT_RDWR)

    def drip(self, parts: Iterable[bytes], pause: float) -> None:
        """One part after another, again and again."""
        for part in cycle(parts):
            if self.told.closing.wait(pause):
                break
            self.wfile.write(part)
            self.wfile.flush()

    def send(self, code: int, said: Any, extra: Mapping[str, str] | None = None) -> None:
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        self.send_response(code)
        for name, value in {"Content-Type": "application/json", **(extra or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Quiet."""


def _choice(text: str, finish: str = "stop") -> dict[str, Any]:
    return {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish}


__all__ = [
    "Fault",
    "OpenAIServer",
    "Seen",
    "cut",
    "drip",
    "filtered",
    "go_on",
    "hang_up",
    "no_choices",
    "not_json",
    "redirect",
    "refusal",
    "says",
    "slow",
    "status",
    "too_many",
    "trickle",
]
