"""What the guard itself answers, and how it counts the bytes of a request."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any

from review.basics.errors import ReviewError
from review.basics.exposition import KIND, may_read, secret_of

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

REPLACED = (b"content-length", b"content-encoding", b"etag")


async def refuse(send: Send, websocket: bool, status: int, why: str, *, again: int = 0) -> None:
    """Answer with a status and one sentence, and close the connection: nobody reads the rest of the request.

    A browser asks anew after ``again`` seconds, if that is not 0. A websocket that is closed before it is accepted
    becomes a plain answer with status 403.
    """
    if websocket:
        await send({"type": "websocket.close", "code": 1008, "reason": why[:100]})
        return
    body = f"{why}\n".encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"connection", b"close"),
    ]
    if again:
        headers += [(b"retry-after", str(again).encode()), (b"refresh", str(again).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def figures(scope: MutableMapping[str, Any], send: Send, given: Callable[[], bytes] | None) -> None:
    """Answer a monitoring system, which must send the secret; without one on the server there is nothing."""
    try:
        secret = secret_of(os.environ)
    except ReviewError as error:
        return await refuse(send, False, 503, str(error))
    if not secret or given is None or scope.get("method") != "GET":
        return await refuse(send, False, 404, "There is nothing at this address.")
    if not may_read(scope["headers"], secret):
        return await refuse(send, False, 401, "The secret is missing or wrong.")
    try:
        body = await asyncio.to_thread(given)
    except ReviewError as error:
        return await refuse(send, False, 503, str(error))
    headers = [(b"content-type", KIND.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": [*headers, (b"cache-control", b"no-store")]})
    await send({"type": "http.response.body", "body": body})
    return None


def without_content(send: Send) -> Send:
    """Return a function that sends an answer with its status, without its content."""

    async def empty(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [(k, v) for k, v in message["headers"] if k.lower() not in REPLACED]
            message = {**message, "headers": [*kept, (b"content-length", b"0")]}
        elif message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return empty


def announced(headers: Sequence[tuple[bytes, bytes]]) -> int:
    """Return the length of a body as its request announces it, 0 when it does not."""
    said = [value for name, value in headers if name.lower() == b"content-length"]
    return max((int(value) for value in said if value.isdigit()), default=0)


async def counting(
    app: Application, way: tuple[MutableMapping[str, Any], Receive, Send], count: Callable[[int], None]
) -> None:
    """Run an application and hand the size of each part of the body to ``count``, which may raise to end it.

    Once the answer has begun, nothing else can be sent; then the server ends the connection.
    """
    scope, receive, send = way

    async def counted() -> Message:
        message = await receive()
        if message["type"] == "http.request":
            count(len(message.get("body", b"")))
        return message

    await app(scope, counted, send)
