"""One endpoint over HTTP: a kept-alive connection for each thread, and replies read into one shape.

Connections are those of the standard library, so the environment's proxies, .netrc and cookies play no part and
redirects are not followed. A socket's own time-out starts again with each byte that arrives; the sockets here share one
deadline for the whole exchange, however slowly the bytes come.
"""

from __future__ import annotations

import errno
import math
import selectors
import socket
import ssl
import threading
import time
import zlib
from dataclasses import dataclass, field
from functools import cached_property
from http.client import HTTPConnection, HTTPException, HTTPResponse, IncompleteRead
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import certifi
import orjson

from review.judges.llm.endpoint import Endpoint, redacted
from review.judges.llm.reply import LONGEST_BODY, Reply, read_reply

CONNECT_SECONDS = 10.0


class _Deadline:
    """The moment, by the monotonic clock, at which the exchange of one thread must be over."""

    def __init__(self) -> None:
        self.at = math.inf

    def left(self) -> float:
        """Return the seconds left. Raises TimeoutError when there are none."""
        left = self.at - time.monotonic()
        if left <= 0:
            raise TimeoutError("no whole reply in time")
        return left


class _Socket(socket.socket):
    deadline: _Deadline

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self.settimeout(self.deadline.left())
        return super().recv_into(*args, **kwargs)


class _SecureSocket(ssl.SSLSocket):
    deadline: _Deadline

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self.settimeout(self.deadline.left())
        return super().recv_into(*args, **kwargs)


class _Connection(HTTPConnection):
    """A connection whose socket keeps to the deadline of its thread."""

    def __init__(self, endpoint: Endpoint, context: ssl.SSLContext | None, deadline: _Deadline) -> None:
        super().__init__(endpoint.host.strip("[]"), endpoint.port)
        self.context, self.deadline = context, deadline

    def connect(self) -> None:
        """Connect, and shake hands where the address is https."""
        wait = min(CONNECT_SECONDS, self.deadline.left())
        with socket.create_connection((self.host, self.port), wait) as made:
            plain = _Socket(made.family, made.type, made.proto, fileno=made.detach())
        plain.deadline = self.deadline
        plain.settimeout(wait)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = plain
        if self.context is not None:
            self.sock = self._secured(plain, self.context)

    def _secured(self, plain: _Socket, context: ssl.SSLContext) -> _SecureSocket:
        secure = context.wrap_socket(plain, server_hostname=self.host)
        assert isinstance(secure, _SecureSocket)
        secure.deadline = self.deadline
        return secure

    def is_ready(self) -> bool:
        """Whether the connection is open and idle; the other side may have closed it since the last exchange."""
        if self.sock is None:
            return False
        with selectors.DefaultSelector() as selector:
            selector.register(self.sock, selectors.EVENT_READ)
            return not selector.select(0)


@dataclass
class Line:
    """The line to one endpoint.

    ``timeout`` bounds one exchange in seconds, from the call to the last byte. ``certificates`` is a file or folder of
    certificates to trust, "" for those of certifi.
    """

    endpoint: Endpoint
    key: str = field(repr=False)
    timeout: float
    certificates: str = ""
    _local: threading.local = field(default_factory=threading.local, init=False, repr=False)

    def post(self, body: bytes) -> Reply:
        """Post one question; whatever happens is a reply."""
        found = self.send(self.endpoint.url, body)
        return found if isinstance(found, Reply) else read_reply(*found, self.key)

    def send(self, url: str, body: bytes) -> tuple[int, dict[str, str], bytes] | Reply:
        """Post a body to an address of the endpoint's host.

        Returns status, headers in title case and content; a reply that says why when there is no whole response.
        """
        try:
            connection = self._connection()
        except OSError as error:
            self.close()
            return _unreachable(error, connected=False)
        try:
            return self._exchange(connection, "POST", url, body)
        except TimeoutError:
            self.close()
            return Reply(error="timed_out", message="no reply in time", again=True)
        except (HTTPException, OSError) as error:
            self.close()
            return _unreachable(error, connected=True)

    def models(self) -> list[str]:
        """Return the names of the endpoint's models; none when it does not list them."""
        try:
            content = self._exchange(self._connection(), "GET", f"{self.endpoint.base}/models")[2]
            found = orjson.loads(content)
        except (HTTPException, OSError, orjson.JSONDecodeError):
            self.close()
            return []
        rows = found.get("data") if isinstance(found, dict) else None
        names = [r["id"] for r in rows if isinstance(r, dict) and r.get("id")] if isinstance(rows, list) else []
        return [redacted(str(name), self.key) for name in names]

    def close(self) -> None:
        """Close this thread's connection."""
        connection: _Connection | None = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()

    def _connection(self) -> _Connection:
        """Return this thread's connection, open, with the deadline of the exchange that begins now."""
        connection: _Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = _Connection(self.endpoint, self._context, _Deadline())
        connection.deadline.at = time.monotonic() + self.timeout
        if not connection.is_ready():
            connection.close()
            connection.connect()
        return connection

    def _exchange(
        self, connection: _Connection, method: str, url: str, body: bytes | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """Send one request; return the status, the headers in title case, and the body."""
        connection.sock.settimeout(connection.deadline.left())
        parts = urlsplit(url)
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        connection.request(method, path, body, self._headers)
        with connection.getresponse() as response:
            content = _body(response)
        if len(content) > LONGEST_BODY:
            # The rest of the body still stands in the way of the next reply.
            connection.close()
        return response.status, {name.title(): value for name, value in response.getheaders()}, content

    @cached_property
    def _headers(self) -> dict[str, str]:
        headers = {
            "Host": self.endpoint.netloc,
            "User-Agent": "spotcheck",
            "Accept": "application/json",
            # Replies are short, and what is not compressed cannot swell.
            "Accept-Encoding": "identity",
            "Content-Type": "application/json",
        }
        return headers | ({"Authorization": f"Bearer {self.key}"} if self.key else {})

    @cached_property
    def _context(self) -> ssl.SSLContext | None:
        """The TLS settings of all threads, None for http."""
        if not self.endpoint.base.startswith("https:"):
            return None
        trusted = Path(self.certificates or certifi.where())
        folder = trusted.is_dir()
        context = ssl.create_default_context(cafile=None if folder else trusted, capath=trusted if folder else None)
        context.set_alpn_protocols(["http/1.1"])
        context.sslsocket_class = _SecureSocket
        return context


def _body(response: HTTPResponse) -> bytes:
    """Read the body as it arrives, up to a little over ``LONGEST_BODY``. Raises IncompleteRead when it breaks off."""
    parts, size = [], 0
    while size <= LONGEST_BODY and (part := response.read1(65_536)):
        parts.append(part)
        size += len(part)
    if size <= LONGEST_BODY and response.length:
        raise IncompleteRead(b"", response.length)
    content = b"".join(parts)
    if (response.getheader("Content-Encoding") or "").lower() not in ("gzip", "deflate"):
        return content
    # We asked for a body that is not compressed, but some proxies compress everything.
    try:
        return zlib.decompressobj(wbits=zlib.MAX_WBITS | 32).decompress(content, LONGEST_BODY)
    except zlib.error as error:
        raise HTTPException(str(error)) from None


_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (ssl.SSLCertVerificationError, "its certificate is not trusted"),
    (ssl.SSLError, "the secure connection failed; the address may need http:// instead of https://"),
    (ConnectionRefusedError, "the connection was refused"),
    (socket.gaierror, "its name is not known"),
    (TimeoutError, "no connection in time"),
    (FileNotFoundError, "the certificate file that REQUESTS_CA_BUNDLE names does not exist"),
)


def _unreachable(error: Exception, *, connected: bool) -> Reply:
    """Describe a connection that broke or was never made, in words that contain nothing of the request."""
    if isinstance(error, OSError) and error.errno in (errno.ENETUNREACH, errno.EHOSTUNREACH):
        why = "the network does not reach it"
    else:
        why = next((words for kind, words in _REASONS if isinstance(error, kind)), "the connection broke")
    return Reply(error="unreachable", message=why, again=True, connected=connected)
