"""The guard at the door of the server: host, identity and size of every request, before anything else sees it.

Pages check the person and the role again on each run; this is the door in front of them. It covers what pages cannot:
uploads, downloads, figures on the server, and every address that a later version adds.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from review.basics.errors import ReviewError
from review.basics.measured import count
from review.basics.request_id import HEADER, begin
from review.serving import answers, door, link_answers
from review.serving.callers import Caller, Headers, caller, values
from review.serving.door import Admission, Rules
from review.serving.endpoints import Endpoint, address_of, endpoint
from review.serving.given_out import EVERYBODY, GivenOut
from review.serving.log_lines import say
from review.serving.upload_room import MEGABYTE, NoRoom, UploadRoom
from storage.connection import StorageError, StoreAway

_log = logging.getLogger(__name__)

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Links = Callable[[Scope, Receive, Send, str], Awaitable[None]]
"""Answers the addresses of invitations; the last argument is the path below the base path of the server."""

BODY = MEGABYTE
"""Bytes that the body of any request other than an upload may have."""
MESSAGE = 32 * MEGABYTE
MESSAGE_OF_NOBODY = 64 * 1024
"""Bytes of one message over a session's websocket; somebody who is not logged in only asks for the login."""
SESSIONS_OF_NOBODY = 200
"""Sessions of people who have not logged in that may be open at once."""
AGAIN = 5
"""Seconds after which a browser asks again."""
PERSON = b"x-spotcheck-person"
"""The header in which the guard tells Streamlit who came in by a link. A client's own one is removed."""


class Guard:
    """An ASGI application around another one.

    ``rules`` is called for each request and may read its settings once. ``sound`` returns a session's message as the
    application may read it, None to drop it. ``links`` answers the addresses of invitations where people come in by
    link. ``figures`` returns what a monitoring system with the secret is told.
    """

    def __init__(
        self,
        app: Application,
        *,
        rules: Callable[[], Rules],
        room: UploadRoom,
        sound: Callable[[bytes], bytes | None] = lambda message: message,
        links: Links | None = None,
        figures: Callable[[], bytes] | None = None,
    ) -> None:
        self._app, self._rules, self._room, self._sound, self._links = app, rules, room, sound, links
        self._figures = figures
        self._given = GivenOut()
        self._waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it."""
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        websocket = scope["type"] == "websocket"
        number = begin(",".join(values(scope["headers"], HEADER)))
        try:
            rules = self._rules()
            path = door.path_of(scope, rules.base)
            kind = endpoint(path, scope.get("method", ""), websocket=websocket, pages=rules.pages)
            send = _noted(kind, scope.get("method", ""), send, number)
            if kind is Endpoint.FIGURES:
                # Any host name will do: a page of another site does not know the secret.
                return await answers.figures(scope, send, self._figures)
            address = address_of(path)
            who, verdict = await self._asked(rules, kind, address, scope["headers"])
            if verdict.status == 200 and kind is Endpoint.LINK and self._links is not None:
                return await self._links(scope, receive, send, path)
        except StoreAway:
            return await _say_away(send, scope, websocket)
        except (ReviewError, StorageError) as error:
            return await answers.refuse(send, websocket, 503, str(error))
        if verdict.status != 200 and kind is Endpoint.DOCUMENT and rules.access.mode == "links":
            return await link_answers.show(send, link_answers.closed(verdict.why), status=verdict.status)
        if verdict.status != 200:
            return await answers.refuse(send, websocket, verdict.status, verdict.why)
        if rules.access.mode == "links":
            scope = _naming(scope, who)
        if websocket:
            return await self._session(rules, who, (scope, receive, send))
        if kind is Endpoint.UPLOAD:
            return await self._upload(address, _owner(who, address), (scope, receive, send))
        if kind is Endpoint.HEALTH:
            send = answers.without_content(send)
        return await self._counted(BODY, (scope, receive, send))

    async def _asked(self, rules: Rules, kind: Endpoint, address: str, headers: Headers) -> tuple[Caller, Admission]:
        """Return what ``_admitted`` does, without keeping other requests waiting."""
        if kind is Endpoint.HEALTH or rules.access.mode == "names":
            return self._admitted(rules, kind, address, headers)
        # While the store does not answer, only the requests that need it wait.
        return await asyncio.to_thread(self._admitted, rules, kind, address, headers)

    def _admitted(self, rules: Rules, kind: Endpoint, address: str, headers: Headers) -> tuple[Caller, Admission]:
        """Return who sends a request, and whether it may pass. The health check reads no login."""
        who = Caller(None)
        if kind is not Endpoint.HEALTH:
            who = caller(headers, rules.access, rules.secrets, now=rules.now(), by_link=rules.by_link)
        return who, self._verdict(rules, kind, address, who, values(headers, "host"))

    def _verdict(self, rules: Rules, kind: Endpoint, address: str, who: Caller, hosts: list[str]) -> Admission:
        """Return whether a request may pass."""
        first = door.may_enter(rules, kind, who, hosts)
        if first.status != 200 or kind not in (Endpoint.UPLOAD, Endpoint.MEDIA):
            return first
        needed = self._given.role_needed(address, _owner(who, address))
        role = rules.role_of(who.visitor) if who.visitor else ""
        return door.may_use_file(rules, kind, needed, role)

    async def _session(self, rules: Rules, who: Caller, way: tuple[Scope, Receive, Send]) -> None:
        """Run a session: bound its messages, and remember which addresses it is given."""
        scope, receive, send = way
        nobody = who.visitor is None and rules.access.mode != "names"
        if nobody and self._waiting >= SESSIONS_OF_NOBODY:
            return await answers.refuse(send, True, 503, "Too many people are about to log in.")
        most = MESSAGE_OF_NOBODY if nobody else MESSAGE

        def role() -> str:
            return "" if who.visitor is None else rules.role_of(who.visitor)

        async def bounded() -> Message:
            while True:
                message = await receive()
                if message["type"] != "websocket.receive":
                    return message
                sent = message.get("bytes") or (message.get("text") or "").encode()
                if len(sent) > most:
                    return {"type": "websocket.disconnect", "code": 1009}
                read = self._sound(sent)
                if read is not None:
                    return {"type": "websocket.receive", "bytes": read}

        async def noted(message: Message) -> None:
            if message.get("bytes"):
                # Without the store nobody's role is known, and then the addresses are given to nobody.
                with contextlib.suppress(ReviewError, StorageError):
                    self._given.note(message["bytes"], _owner(who, ""), role)
            await send(message)

        self._waiting += nobody
        try:
            await self._app(scope, bounded, noted)
        finally:
            self._waiting -= nobody

    async def _upload(self, address: str, owner: str, way: tuple[Scope, Receive, Send]) -> None:
        """Let an upload in while there is room for it."""
        scope, _, send = way
        if scope["method"] != "PUT":
            return await self._counted(BODY, way)
        try:
            with self._room.arriving(address, owner, answers.announced(scope["headers"])) as count:
                await answers.counting(self._app, way, count)
        except NoRoom as error:
            await answers.refuse(send, False, 413, str(error))
        return None

    async def _counted(self, most: int, way: tuple[Scope, Receive, Send]) -> None:
        """Pass a request on whose body has at most ``most`` bytes."""
        scope, _, send = way
        read = 0

        def count(size: int) -> None:
            nonlocal read
            read += size
            if read > most:
                raise NoRoom(f"A request to this address may carry at most {most // MEGABYTE} MB.")

        try:
            count(answers.announced(scope["headers"]))
            read = 0
            await answers.counting(self._app, way, count)
        except NoRoom as error:
            await answers.refuse(send, False, 413, str(error))


def _noted(kind: Endpoint, method: str, send: Send, number: str) -> Send:
    """Return a function that sends an answer with the number of its request, counts it, and writes a line about it.

    A session counts when it is let in. The line names the kind of the address, which itself may be an invitation.
    """
    start = time.perf_counter()

    async def noted(message: Message) -> None:
        if message["type"] in ("http.response.start", "websocket.accept"):
            status, name = int(message.get("status", 101)), kind.name.lower()
            message = {**message, "headers": [*message.get("headers", ()), (HEADER.encode(), number.encode())]}
            count("requests", name, str(status))
            milliseconds = round(1000 * (time.perf_counter() - start), 1)
            say(_log, "request", kind=name, method=method, status=status, milliseconds=milliseconds)
        await send(message)

    return noted


async def _say_away(send: Send, scope: Scope, websocket: bool) -> None:
    """Say that the database does not answer, on a page that asks again by itself where a person opens one."""
    if websocket or "text/html" not in ",".join(values(scope["headers"], "accept")):
        return await answers.refuse(send, websocket, 503, StoreAway.on_a_page, again=AGAIN)
    page = link_answers.closed(StoreAway.on_a_page, title="One moment")
    return await link_answers.show(send, page, status=503, more=(("refresh", str(AGAIN)),))


def _naming(scope: Scope, who: Caller) -> Scope:
    """Return the request with the person's id in the header ``PERSON``, and nothing else in it."""
    kept = [(name, value) for name, value in scope["headers"] if name.lower() != PERSON]
    person = [] if who.visitor is None else [(PERSON, who.visitor.subject.encode())]
    return {**scope, "headers": [*kept, *person]}


def _owner(who: Caller, address: str) -> str:
    """Return whose addresses and uploads are counted together: a person's, or a session's when nobody logs in."""
    if who.visitor is not None:
        return f"{who.visitor.issuer}\0{who.visitor.subject}"
    return address.rsplit("/", 1)[0] if "/upload_file/" in address else EVERYBODY
