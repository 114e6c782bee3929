"""The body of a request: read and unpacked within bounds of size, time and memory."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

import orjson

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

MEGABYTE = 1024 * 1024
SENT = 32 * MEGABYTE
"""The bytes that a body may have as it is sent."""
UNPACKED = 64 * MEGABYTE
"""The bytes that it may unpack to."""
ALL = 256 * MEGABYTE
"""The bytes of all bodies that are read at the same time."""
SECONDS = 30.0
"""How long a client may take to send a body."""
LARGE = MEGABYTE // 2
"""Bytes from which unpacking and reading happen beside the event loop."""
ENCODINGS = ("", "identity", "gzip", "deflate")


class Rejected(Exception):
    """A request that is not taken: the status, a sentence, and after how many seconds the client may come again."""

    def __init__(self, status: int, why: str, *, again: int = 0) -> None:
        super().__init__(why)
        self.status, self.again = status, again


class Room:
    """The memory that bodies share."""

    def __init__(self, most: int = ALL) -> None:
        self._most, self._used = most, 0

    @contextmanager
    def share(self) -> Iterator[Callable[[int], None]]:
        """Give a function that takes so many bytes, until the end. It raises Rejected where none are left."""
        mine = 0

        def take(size: int) -> None:
            nonlocal mine
            if self._used + size > self._most:
                raise Rejected(429, "Many large requests arrive at once. Send this one again.", again=1)
            mine += size
            self._used += size

        try:
            yield take
        finally:
            self._used -= mine


def header(scope: Scope, name: bytes) -> str:
    """Return a header of a request, "" without one. Servers give the names in lower case, as ASGI asks of them."""
    for given, value in scope["headers"]:
        if given == name:
            return str(value.decode("latin-1").strip())
    return ""


async def body_of(scope: Scope, receive: Receive, take: Callable[[int], None]) -> bytes:
    """Return the body of a request, unpacked. Raises Rejected for one that is too large, too slow or damaged."""
    encoding = header(scope, b"content-encoding").lower()
    if encoding not in ENCODINGS:
        raise Rejected(415, f"content-encoding: found '{encoding[:40]}', expected gzip, deflate or none.")
    announced = header(scope, b"content-length")
    if announced.isdigit() and int(announced) > SENT:
        raise _too_large()
    try:
        async with asyncio.timeout(SECONDS):
            sent = await _read(receive, take)
    except TimeoutError:
        raise Rejected(408, f"The body did not arrive within {SECONDS:.0f} seconds.", again=1) from None
    if encoding in ("", "identity"):
        return sent
    whole = await asyncio.to_thread(unpacked, sent) if len(sent) > LARGE else unpacked(sent)
    take(len(whole))
    return whole


async def _read(receive: Receive, take: Callable[[int], None]) -> bytes:
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Rejected(400, "The client went away before its whole request had arrived.")
        part = message.get("body", b"")
        size += len(part)
        if size > SENT:
            raise _too_large()
        take(len(part))
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)


def _too_large() -> Rejected:
    return Rejected(413, f"A request may have at most {SENT // MEGABYTE} MB. Send fewer spans in one request.")


def json_in(body: bytes) -> Any:
    """Return what a body in JSON says. Raises Rejected for one that is no JSON."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Rejected(400, f"The body is no JSON ({error}).") from None


def unpacked(sent: bytes) -> bytes:
    """Return what gzip or deflate packed; gzip may have several parts. Raises Rejected for damage and for bombs."""
    parts, room, rest = [], UNPACKED, sent
    while rest:
        inner = zlib.decompressobj(_form(rest))
        try:
            part = inner.decompress(rest, room + 1)
        except zlib.error as error:
            raise Rejected(400, f"The body cannot be unpacked ({error}).") from None
        if len(part) > room:
            raise Rejected(
                413, f"The body unpacks to more than {UNPACKED // MEGABYTE} MB. Send fewer spans in one request."
            )
        if not inner.eof:
            raise Rejected(400, "The packed body breaks off.")
        parts.append(part)
        room -= len(part)
        rest = inner.unused_data
    return b"".join(parts)


def _form(data: bytes) -> int:
    """Return how zlib is to read data: gzip, zlib, or deflate without a head, which some clients send."""
    if data[:2] == b"\x1f\x8b":
        return 31
    is_zlib = len(data) > 1 and data[0] & 15 == 8 and (data[0] << 8 | data[1]) % 31 == 0
    return 15 if is_zlib else -15
