"""A transport adapter for one host, whose exchanges are over by a moment that is set before each of them."""

from __future__ import annotations

import io
import math
import time
from collections.abc import Callable
from http.client import HTTPResponse
from socket import socket
from typing import Any

from requests.adapters import HTTPAdapter


class OneHost(HTTPAdapter):
    """An adapter that always talks to the same host, and so need not look up each time which pool that is.

    ``end`` is when the exchange under way must be over, by the monotonic clock: whatever is received later than that
    is a TimeoutError.
    """

    end = math.inf
    _pool: Any = None

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        """The pool of the first request."""
        if self._pool is None:
            self._pool = super().get_connection_with_tls_context(*args, **kwargs)
            self._pool.ConnectionCls = self._hurried(self._pool.ConnectionCls)
        return self._pool

    def _hurried(self, connection: Callable[..., Any]) -> Callable[..., Any]:
        """Connections whose responses, from the first byte of the header on, are read against the clock."""

        def response(sock: socket, *args: Any, **kwargs: Any) -> HTTPResponse:
            return HTTPResponse(_Received(sock, self.end), *args, **kwargs)  # type: ignore[arg-type]

        def made(*args: Any, **kwargs: Any) -> Any:
            found = connection(*args, **kwargs)
            found.response_class = response
            return found

        return made


class _Received(io.RawIOBase):
    """What a socket receives until ``end``; its own time-out begins anew with each byte that drips in."""

    def __init__(self, sock: socket, end: float) -> None:
        self._sock, self._end = sock, end
        self._raw = sock.makefile("rb", buffering=0)

    def makefile(self, mode: str) -> io.BufferedReader:
        """All that a response asks of its socket."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("no whole reply in time")
        self._sock.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        # The socket stays open for as long as something reads from it.
        self._raw.close()
        super().close()
