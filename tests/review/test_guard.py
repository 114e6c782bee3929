"""The rules at the server's door, without a server: host names, endpoints, room for uploads, bodies, the listener."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.people.identity import Visitor
from review.serving.callers import Secrets
from review.serving.door import Rules, path_of
from review.serving.endpoints import Endpoint, endpoint
from review.serving.given_out import GivenOut
from review.serving.guard import BODY, Guard
from review.serving.hosts import is_allowed
from review.serving.listener import send_at_once
from review.serving.upload_room import OVERHEAD, NoRoom, UploadRoom
from review.settings.access import LOOPBACK_HOSTS, Access
from storage.connection import StoreAway

SECRET = "0123456789abcdef0123"
NAMES = Rules(
    access=Access(),
    secrets=Secrets(proxy=SECRET),
    hosts=LOOPBACK_HOSTS,
    pages={"week"},
    role_of=lambda visitor: "lead",
    now=lambda: 0.0,
)


@pytest.mark.parametrize(
    ("hosts", "fine"),
    [
        *((["localhost:8501"], True), (["127.0.0.1"], True), (["[::1]:8501"], True), (["LOCALHOST."], True)),
        *(([], False), (["localhost", "localhost"], False), (["localhost.evil.example"], False), ([""], False)),
        *((["evil@localhost"], False), (["localhost/x"], False), (["localhost:x"], False), ([" localhost"], False)),
        *((["localhost#x"], False), (["localhost?x"], False), (["127.0.0.1.nip.io"], False), (["0x7f000001"], False)),
    ],
)
def test_only_loopback_names_reach_a_local_server(hosts: list[str], fine: bool) -> None:
    assert is_allowed(hosts, LOOPBACK_HOSTS) is fine


def test_patterns_of_host_names() -> None:
    assert is_allowed(["a.example.org"], ["*.example.org"]) and is_allowed(["x"], ["*"])
    assert not is_allowed(["example.org"], ["*.example.org"]) and not is_allowed(["x"], [])


@given(st.text(max_size=30), st.sampled_from(["GET", "PUT", "POST", "HEAD", "OPTIONS"]))
def test_a_path_that_nobody_listed_is_no_page_and_no_asset(path: str, method: str) -> None:
    if path not in ("/", "/week", "/week/", "week", ""):
        assert endpoint(f"/{path}x", method, websocket=False, pages={"week"}) is not Endpoint.DOCUMENT
    assert endpoint("/_stcore/health\n", method, websocket=False, pages={"week"}) is Endpoint.OTHER
    assert endpoint("/_stcore/stream", method, websocket=False, pages=()) is Endpoint.OTHER
    assert endpoint(f"/{path}", method, websocket=True, pages=()) in (Endpoint.OTHER, Endpoint.STREAM)


def test_paths_below_a_base() -> None:
    assert path_of({"path": "/tools/spot/week", "root_path": "/tools"}, "spot") == "/week"
    assert path_of({"path": "/spot"}, "/spot/") == "/" and path_of({"path": "/spotted"}, "spot") == "/spotted"


@given(st.lists(st.tuples(st.sampled_from(["ana", "ben"]), st.integers(1, 40)), max_size=12))
def test_files_never_take_more_than_their_room(uploads: list[tuple[str, int]]) -> None:
    held: dict[str, int] = {}
    room = UploadRoom(lambda: held, file=30 + 2 * OVERHEAD, person=50 + 2 * OVERHEAD, total=80 + 2 * OVERHEAD)
    room.file, room.person, room.total = 30 - OVERHEAD, 50 - OVERHEAD, 80 - OVERHEAD
    owners: dict[str, str] = {}
    for k, (who, size) in enumerate(uploads):
        address = f"/_stcore/upload_file/{who}/{k}"
        own = sum(s for a, s in held.items() if owners[a] == who)
        fits = size <= 30 and own + size <= 50 and sum(held.values()) + size <= 80
        for announced in (size, 0):
            try:
                with room.arriving(address, who, announced) as count:
                    for _ in range(size):
                        count(1)
                assert fits
            except NoRoom:
                assert not fits
        if fits:
            held[address], owners[address] = size, who


def test_files_that_arrive_at_once_count_together() -> None:
    room = UploadRoom(dict, file=100, person=100, total=150)
    with room.arriving("/a", "ana", OVERHEAD // 2 + 60):
        with pytest.raises(NoRoom, match="Your uploaded files"), room.arriving("/b", "ana", OVERHEAD):
            pass
        with (
            room.arriving("/c", "ben", OVERHEAD // 2),
            pytest.raises(NoRoom, match="All uploaded"),
            room.arriving("/d", "eva", OVERHEAD),
        ):
            pass
    with room.arriving("/b", "ana", OVERHEAD):
        pass


def test_addresses_are_remembered_for_those_who_received_them() -> None:
    given_out = GivenOut(most=2)
    given_out.note(b'..url: "/media/0123456789abcdef.csv" ...', "lea", lambda: "lead")
    assert given_out.role_needed("/media/0123456789abcdef", "lea") == "lead"
    assert given_out.role_needed("/media/0123456789abcdef", "ana") is None
    given_out.note(b"/media/0123456789abcdee.png", "", lambda: "")
    assert given_out.role_needed("/media/0123456789abcdee", "ana") == ""
    given_out.note(b"/_stcore/upload_file/a-b/c-d", "ana", lambda: "annotator")
    assert given_out.role_needed("/media/0123456789abcdef", "lea") is None


def answered(
    rules: Rules,
    scope: Mapping[str, Any],
    body: list[bytes],
    read: Callable[[bytes], None] = bytes,
    said: list[Any] | None = None,
) -> int:
    """The status of an answer of a guarded application that reads its whole body; ``said`` gets its messages."""
    sent: list[Any] = [] if said is None else said

    async def application(scope: Any, receive: Any, send: Any) -> None:
        while (part := await receive()).get("more_body"):
            read(part["body"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def receive() -> Any:
        return {"type": "http.request", "body": body.pop(0), "more_body": bool(body)}

    async def send(message: Any) -> None:
        sent.append(message)

    room = UploadRoom(dict, file=3 * BODY, person=6 * BODY, total=9 * BODY)
    # In a thread of its own: a browser of another test may have left an event loop running in this one.
    with ThreadPoolExecutor(1) as other:
        other.submit(
            asyncio.run, Guard(application, rules=lambda: rules, room=room)(dict(scope), receive, send)
        ).result()
    return int(sent[0]["status"])


@pytest.mark.parametrize("announce", [True, False])
def test_a_large_body_is_refused_as_soon_as_it_is_known(announce: bool) -> None:
    parts, got = [b"x" * (BODY // 2)] * 8, []
    length = [(b"content-length", str(4 * BODY).encode())] if announce else []
    scope = {"type": "http", "method": "POST", "path": "/v1/traces", "headers": [(b"host", b"localhost"), *length]}
    assert answered(NAMES, scope, list(parts), got.append) == 413
    assert len(got) <= (0 if announce else 2)
    assert answered(NAMES, scope | {"headers": [(b"host", b"localhost")]}, [b"x"], got.append) == 200


def test_a_server_that_may_show_nothing_answers_with_its_reason() -> None:
    closed = Rules(**{**vars(NAMES), "refused": "not safe"})
    headers = [(b"host", b"localhost")]
    for path, status in (("/", 200), ("/_stcore/metrics", 403), ("/media/0123456789abcdef", 403)):
        scope = {"type": "http", "method": "GET", "path": path, "headers": headers}
        assert answered(closed, scope, [b""], lambda part: None) == status


def test_two_headers_of_the_proxy_are_nobody() -> None:
    rules = Rules(**{**vars(NAMES), "access": Access(mode="proxy")})
    sign, user = (b"x-spotcheck-proxy", SECRET.encode()), (b"x-forwarded-user", b"ana")
    for headers, status in (([sign, user], 200), ([sign, user, user], 403), ([sign, sign, user], 403), ([user], 403)):
        scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"host", b"localhost"), *headers]}
        assert answered(rules, scope, [b""], lambda part: None) == status
    assert Visitor("proxy", "ana", "ana")


def test_connections_of_the_listener_send_at_once() -> None:
    with socket.socket() as listener, socket.socket() as other:
        for one in (listener, other):
            one.bind(("127.0.0.1", 0))
        assert send_at_once(listener.getsockname()[1]) == 1
        assert other.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 0
        listener.listen(1)
        with socket.create_connection(listener.getsockname()):
            accepted, _ = listener.accept()
            with accepted:
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


def test_a_database_that_is_away_stops_no_server_and_is_not_named_to_strangers() -> None:
    def away(cookies: str) -> Visitor:
        raise StoreAway("postgresql://db.inside.example/reviews: the database does not answer")

    rules = replace(NAMES, access=Access(mode="links"), by_link=away)
    headers = [(b"host", b"localhost")]
    get: dict[str, Any] = {"type": "http", "method": "GET", "headers": headers}
    sent, page = list[Any](), list[Any]()
    assert answered(rules, {**get, "path": "/_stcore/health"}, [b""]) == 200
    assert answered(rules, {**get, "path": "/week"}, [b""], said=sent) == 503
    assert dict(sent[0]["headers"])[b"refresh"] == b"5" and sent[1]["body"].decode().strip() == StoreAway.on_a_page
    opened = {**get, "headers": [*headers, (b"accept", b"text/html,*/*")], "path": "/week"}
    assert answered(rules, opened, [b""], said=page) == 503
    assert dict(page[0]["headers"])[b"refresh"] == b"5" and "One moment" in page[1]["body"].decode()
    assert "inside.example" not in page[1]["body"].decode()
