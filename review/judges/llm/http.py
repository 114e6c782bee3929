"""One endpoint over HTTP by ``requests``: a kept-alive connection for each thread, and nothing that we did not send.

Requests go straight to the transport adapter, one for each thread. So the environment's proxies, .netrc and cookies
have no part in them and redirects are not followed; it also takes a third less time than a whole session.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import NamedTuple

import orjson
import requests
from urllib3.exceptions import HTTPError, NewConnectionError, ReadTimeoutError
from urllib3.exceptions import SSLError as BrokenTLS

from review.judges.llm.adapter import OneHost
from review.judges.llm.endpoint import Endpoint, without
from review.judges.llm.wire import LONGEST_BODY, Answer, read_answer

CONNECT_SECONDS = 10.0


class _Ready(NamedTuple):
    """What one thread has at hand: a connection, and a request that wants only its body."""

    adapter: OneHost
    request: requests.PreparedRequest


@dataclass
class Line:
    """The line to one endpoint; ``certificates`` is a bundle to trust.

    ``timeout`` are the seconds of one request from the call to the last byte, however slowly bytes come.
    """

    endpoint: Endpoint
    key: str = field(repr=False)
    timeout: float
    certificates: str = ""
    _mine: threading.local = field(default_factory=threading.local, init=False, repr=False)

    def post(self, body: bytes) -> Answer:
        """Ask one question; whatever happens is an answer."""
        try:
            request = self._ready().request
            request.body = body
            request.headers["Content-Length"] = str(len(body))
            with self._send(request) as response:
                return read_answer(response.status_code, response.headers, self._body(response), self.key)
        except requests.ConnectTimeout as error:
            return _not_reached(error, met=False)
        except (requests.Timeout, ReadTimeoutError, TimeoutError):
            return Answer("timed_out", said="no reply in time", again=True)
        except (requests.RequestException, HTTPError, OSError) as error:
            return _not_reached(error, met=not _is_no_connection(error))

    def models(self) -> list[str]:
        """The names of the models that the endpoint says it has; none when it does not say."""
        try:
            with self._send(self._prepared("GET", f"{self.endpoint.base}/models")) as response:
                found = orjson.loads(self._body(response))
        except (requests.RequestException, HTTPError, OSError, orjson.JSONDecodeError):
            return []
        rows = found.get("data") if isinstance(found, dict) else None
        return (
            [without(str(r["id"]), self.key) for r in rows if isinstance(r, dict) and r.get("id")]
            if isinstance(rows, list)
            else []
        )

    def close(self) -> None:
        """Close this thread's connection."""
        ready: _Ready | None = getattr(self._mine, "ready", None)
        if ready is not None:
            ready.adapter.close()
            del self._mine.ready

    def _body(self, response: requests.Response) -> bytes:
        """The body as it trickles in, not longer than ``LONGEST_BODY``."""
        parts, size = [], 0
        while part := response.raw.read1(65_536, decode_content=True):
            parts.append(part)
            size += len(part)
            if size > LONGEST_BODY:
                break
        return b"".join(parts)

    def _send(self, request: requests.PreparedRequest) -> requests.Response:
        connect = min(CONNECT_SECONDS, self.timeout)
        verify = self.certificates or True
        adapter = self._ready().adapter
        adapter.end = time.monotonic() + self.timeout
        return adapter.send(request, stream=True, timeout=(connect, self.timeout), verify=verify)

    def _ready(self) -> _Ready:
        """This thread's connection. Preparing a request costs as much as sending it, so it is done once."""
        ready: _Ready | None = getattr(self._mine, "ready", None)
        if ready is None:
            request = self._prepared("POST", self.endpoint.url)
            ready = self._mine.ready = _Ready(OneHost(pool_connections=1, pool_maxsize=1), request)
        return ready

    def _prepared(self, method: str, url: str) -> requests.PreparedRequest:
        headers = {"User-Agent": "spotcheck", "Accept": "application/json", "Content-Type": "application/json"}
        # What is not compressed cannot swell, and replies are short.
        headers["Accept-Encoding"] = "identity"
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        return requests.Request(method, url, headers=headers).prepare()


def _not_reached(error: Exception, *, met: bool) -> Answer:
    """A connection that broke or never came about, in words that hold nothing of the request."""
    text = str(error)
    words = {
        "CERTIFICATE_VERIFY_FAILED": "its certificate is not trusted",
        "SSL": "no secure connection came about; is it http:// rather than https://?",
        "Connection refused": "the connection was refused",
        "NameResolution": "its name is not known",
        "Failed to resolve": "its name is not known",
        "timed out": "no connection in time",
        "unreachable": "the network does not reach it",
    }
    why = next((said for mark, said in words.items() if mark in text), "the connection broke")
    return Answer("unreachable", said=why, again=True, met=met)


def _is_no_connection(error: BaseException) -> bool:
    """Whether no connection was made at all; one that broke on the way is another thing."""
    if isinstance(error, NewConnectionError | BrokenTLS | requests.exceptions.SSLError):
        return True
    inner = [*error.args, getattr(error, "reason", None)]
    return any(_is_no_connection(e) for e in inner if isinstance(e, BaseException))
