"""The pages of links at the door, without a server: what each answer says, sets and hides."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.basics.errors import Refused
from review.people.identity import Visitor
from review.people.invitations import invite, invite_first_lead, use, withdraw
from review.people.link_cookie import cookie_name, visitor_of
from review.people.people import find_person, people
from review.serving.callers import Secrets, role_of
from review.serving.door import Rules
from review.serving.guard import Guard
from review.serving.link_pages import LinkPages
from review.serving.login_cookie import cookies_named
from review.serving.upload_room import UploadRoom
from review.serving.wrong_links import MOST, SECONDS, WrongLinks
from review.settings.access import Access
from storage.opening import open_store
from storage.store import Store

HOST = "review.example.org"
Scope = dict[str, Any]


class Answer(NamedTuple):
    """An answer: ``cookies`` are the values it sets, by name, as whole headers."""

    status: int
    headers: Mapping[str, str]
    cookies: Mapping[str, str]
    text: str


class Door:
    """A guard with the pages of links before an application that says which person it was told of."""

    def __init__(self, store: Store, *, mode: str = "links") -> None:
        self.store, self.now, self.seen = store, 0.0, [""]
        rules = Rules(
            access=Access(mode=mode),
            secrets=Secrets(),
            hosts=[HOST],
            pages={"week", "settings"},
            role_of=lambda visitor: role_of(store, visitor),
            now=lambda: self.now,
            by_link=lambda cookies: visitor_of(store, cookies_named(cookies, cookie_name(store))),
        )
        pages = LinkPages(lambda: store, own_url=lambda: "", now=lambda: self.now)
        room = UploadRoom(dict, file=1, person=1, total=1)
        self.guard = Guard(self.app, rules=lambda: rules, room=room, links=pages)

    async def app(self, scope: Any, receive: Any, send: Any) -> None:
        self.seen = [value.decode() for name, value in scope["headers"] if name == b"x-spotcheck-person"]
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"the application"})
        else:
            await send({"type": "websocket.accept"})

    def ask(
        self,
        path: str,
        method: str = "GET",
        *,
        headers: Sequence[tuple[str, str]] = (),
        body: bytes = b"",
        kind: str = "http",
        client: str = "10.0.0.1",
    ) -> Answer:
        sent = [("host", HOST), *headers]
        scope: Scope = {
            "type": kind,
            "method": method,
            "path": path,
            "scheme": "http",
            "client": (client, 5),
            "headers": [(n.lower().encode(), v.encode("latin-1")) for n, v in sent],
        }
        messages: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request" if kind == "http" else "websocket.disconnect", "body": body}

        async def send(message: Any) -> None:
            messages.append(message)

        # A browser test of the same worker may leave its event loop running in this thread.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, self.guard(scope, receive, send)).result()
        first = messages[0]
        pairs = [(n.decode(), v.decode()) for n, v in first.get("headers", [])]
        cookies = {v.split("=", 1)[0]: v for n, v in pairs if n == "set-cookie"}
        text = b"".join(m.get("body", b"") for m in messages).decode()
        return Answer(first.get("status", 101 if "accept" in first["type"] else 403), dict(pairs), cookies, text)

    def press(self, path: str, *, more: Sequence[tuple[str, str]] = (), name: str = "") -> Answer:
        """Open a page and press its button, as a browser does."""
        page = self.ask(path, headers=more)
        check = re.search(r'name="check" value="([^"]+)"', page.text)
        assert check, page.text
        form = page.cookies["spotcheck_form"].split(";")[0]
        body = f"check={check[1]}&name={name.replace(' ', '+')}".encode()
        return self.ask(path, "POST", headers=[*together(more, form), ("origin", "null")], body=body)


def together(more: Sequence[tuple[str, str]], cookie: str) -> list[tuple[str, str]]:
    cookies = "; ".join([*(v for n, v in more if n == "cookie"), cookie])
    return [*((n, v) for n, v in more if n != "cookie"), ("cookie", cookies)]


def login(door: Door, answer: Answer) -> tuple[str, str]:
    return "cookie", answer.cookies[cookie_name(door.store)].split(";")[0]


@pytest.fixture
def door(tmp_path: Path) -> Door:
    store = open_store(tmp_path / "spotcheck.db")
    first = invite_first_lead(store)
    assert first is not None
    use(store, first.token, name="Lea")
    return Door(store)


def path_for(door: Door, name: str = "Ana", role: str = "annotator") -> str:
    return invite(door.store, name, role=role, by="lea").at("")


def test_opening_a_link_only_shows_a_button(door: Door) -> None:
    path = path_for(door)
    for method in ("GET", "HEAD", "GET"):
        answer = door.ask(path, method)
        assert answer.status == 200 and not find_person(door.store, "ana")
        assert cookie_name(door.store) not in answer.cookies
    assert "Welcome, Ana" in answer.text and "Lea invites you" in answer.text and "annotator" in answer.text
    assert door.ask(path, "HEAD").text == ""


def test_pressing_it_logs_in_once(door: Door) -> None:
    path = path_for(door)
    answer = door.press(path)
    assert answer.status == 303 and answer.headers["location"] == "/"
    cookie = login(door, answer)
    assert door.ask("/week", headers=[cookie]).text == "the application" and door.seen == ["ana"]
    assert door.ask("/_stcore/stream", kind="websocket", headers=[cookie]).status == 101
    again = door.ask(path)
    assert again.status == 410 and "has been used" in again.text and "button" not in again.text.split("</style>")[1]
    assert door.ask(path, headers=[cookie]).headers["location"] == "/"
    assert getattr(find_person(door.store, "ana"), "role", "") == "annotator"


def test_the_cookie_is_kept_from_scripts_and_other_sites(door: Door) -> None:
    plain = door.press(path_for(door)).cookies[cookie_name(door.store)]
    assert "; HttpOnly" in plain and "; SameSite=Lax" in plain and "Max-Age=2592000" in plain and "Secure" not in plain
    proxied = door.press(path_for(door), more=[("x-forwarded-proto", "https")])
    assert "; Secure" in proxied.cookies[cookie_name(door.store)]


def test_no_answer_may_be_stored_framed_or_followed_back(door: Door) -> None:
    path = path_for(door)
    for answer in (door.ask(path), door.ask("/invite/wrong"), door.ask("/"), door.press(path), door.ask("/leave")):
        assert answer.headers["referrer-policy"] == "no-referrer" and answer.headers["cache-control"] == "no-store"
        if answer.status != 303:
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
            assert "script" not in answer.text and answer.headers["x-content-type-options"] == "nosniff"
        assert path.rsplit("/", 1)[1] not in answer.text + str(answer.headers)


@pytest.mark.parametrize(
    "headers",
    [
        [("origin", "https://evil.example")],
        [("origin", f"https://{HOST}.evil.example")],
        [("sec-fetch-site", "cross-site"), ("origin", "null")],
        [("sec-fetch-site", "same-site")],
        [("origin", f"https://{HOST}"), ("origin", "https://evil.example")],
        [("cookie", "spotcheck_form=made-by-somebody-else")],
    ],
)
def test_a_form_from_another_site_is_refused(door: Door, headers: list[tuple[str, str]]) -> None:
    path = path_for(door)
    page = door.ask(path)
    check = re.search(r'name="check" value="([^"]+)"', page.text)
    assert check
    own = ("cookie", page.cookies["spotcheck_form"].split(";")[0])
    body = f"check={check[1]}".encode()
    if not any(name == "cookie" for name, _ in headers):
        headers = [own, *headers]
    answer = door.ask(path, "POST", headers=headers, body=body)
    assert answer.status == 403 and "did not come from the page" in answer.text and not find_person(door.store, "ana")
    for wrong in (b"", b"check=", b"check=" + b"0" * 64, b"x" * 5000, b"\xff=\xfe", body * 99):
        assert door.ask(path, "POST", headers=[own], body=wrong).status == 403
    assert door.ask(path, "POST", headers=[own, ("origin", f"https://{HOST}")], body=body).status == 303


def test_the_first_lead_says_a_name(tmp_path: Path) -> None:
    store = open_store(tmp_path / "spotcheck.db")
    first = invite_first_lead(store)
    assert first is not None
    door, path = Door(store), first.at("")
    assert "no lead" not in door.ask(path).text and "Your name" in door.ask(path).text
    for name in ("", "x" * 90, "---"):
        wrong = door.press(path, name=name)
        assert wrong.status == 422 and "expected 1 to 80 letters" in wrong.text and not people(store)
    answer = door.press(path, name="Lea <b>Berg")
    assert answer.status == 303 and [(p.name, p.role) for p in people(store)] == [("Lea <b>Berg", "lead")]
    other = invite(store, "Ana", role="annotator", by=people(store)[0].id).at("")
    assert "Lea &lt;b&gt;Berg invites you" in door.ask(other).text


def test_before_somebody_comes_in_only_health_and_links_answer(door: Door) -> None:
    for path in ("/", "/week", "/settings"):
        answer = door.ask(path)
        assert answer.status == 403 and "You need a link to come in" in answer.text and "html" in answer.text
    for path in ("/static/js/x.js", "/media/0123456789abcdef.csv", "/_stcore/metrics", "/auth/login", "/v1/traces"):
        answer = door.ask(path)
        assert answer.status == 403 and "html" not in answer.text
    assert door.ask("/_stcore/stream", kind="websocket").status == 403
    assert door.ask("/_stcore/health").status == 200
    for path in ("/invite/x", "/leave", "/"):
        assert door.ask(path, headers=[("host", "evil.example")]).status == 403


def test_nobody_can_say_who_they_are(door: Door) -> None:
    cookie = login(door, door.press(path_for(door)))
    door.ask("/week", headers=[cookie, ("X-Spotcheck-Person", "lea"), ("x-spotcheck-person", "lea")])
    assert door.seen == ["ana"]
    door.ask("/_stcore/health", headers=[("X-Spotcheck-Person", "lea")])
    assert door.seen == []


def test_a_new_link_shuts_the_older_browser_out_at_once(door: Door) -> None:
    old = login(door, door.press(path_for(door)))
    path = path_for(door)
    answer = door.ask("/", headers=[old])
    assert answer.status == 403 and "Your login has ended" in answer.text
    new = login(door, door.press(path, more=[old]))
    assert door.ask("/", headers=[new]).status == 200 and door.ask("/", headers=[old]).status == 403


def test_somebody_logs_out(door: Door) -> None:
    cookie = login(door, door.press(path_for(door)))
    assert "logged in as Ana" in door.ask("/leave", headers=[cookie]).text
    assert door.ask("/leave", "POST", headers=[cookie], body=b"check=x").status == 403
    assert door.ask("/", headers=[cookie]).status == 200
    answer = door.press("/leave", more=[cookie])
    assert "You are logged out" in answer.text and "Max-Age=0" in answer.cookies[cookie_name(door.store)]
    assert door.ask("/", headers=[cookie]).status == 403 and door.ask("/leave", headers=[cookie]).status == 403


def test_a_lead_who_opens_the_link_of_somebody_else_is_warned(door: Door) -> None:
    ana = login(door, door.press(path_for(door)))
    path = path_for(door, "Ben")
    assert "logged in here as Ana" in door.ask(path, headers=[ana]).text
    assert "logged in here" not in door.ask(path).text
    assert "logged in here" not in door.ask(invite(door.store, "ana", role="annotator", by="lea").at("")).text


def test_a_withdrawn_link_says_so(door: Door) -> None:
    made = invite(door.store, "Ana", role="annotator", by="lea")
    withdraw(door.store, made.invitation.id, by="lea")
    answer = door.ask(made.at(""))
    assert answer.status == 410 and "A lead withdrew this link." in answer.text
    with pytest.raises(Refused):
        use(door.store, made.token)


def test_a_client_that_tries_links_out_has_to_wait(door: Door) -> None:
    good = path_for(door)
    for k in range(MOST):
        assert door.ask(f"/invite/wrong-{k}").status == 404
    answer = door.ask(good)
    assert answer.status == 429 and int(answer.headers["retry-after"]) == SECONDS + 1
    assert door.ask(good, client="10.0.0.2").status == 200
    assert door.ask(good, headers=[("x-forwarded-for", "10.0.0.1, 10.0.0.3")], client="10.0.0.1").status == 200
    assert door.ask("/leave").status == 403
    door.now += SECONDS + 1
    assert door.ask(good).status == 200


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 400)), max_size=60))
def test_nobody_tries_more_than_the_most_in_any_span(tries: list[tuple[str, float]]) -> None:
    now = 0.0
    limit = WrongLinks(lambda: now)
    let_in: dict[str, list[float]] = {}
    for client, later in tries:
        now += later
        if limit.wait(client) == 0:
            limit.note(client)
            let_in.setdefault(client, []).append(now)
        else:
            assert len([t for t in let_in[client] if t > now - SECONDS - 1]) >= MOST
    for times in let_in.values():
        assert all(later - first >= SECONDS for first, later in zip(times, times[MOST:], strict=False))


@pytest.mark.parametrize("mode", ["names"])
def test_other_modes_have_no_links(tmp_path: Path, mode: str) -> None:
    store = open_store(tmp_path / "spotcheck.db")
    first = invite_first_lead(store)
    assert first is not None
    door = Door(store, mode=mode)
    assert door.ask(first.at("")).status == 404 and door.ask("/leave").status == 404


@given(st.text(st.characters(codec="latin-1", exclude_characters="\r\n\0"), max_size=80))
def test_no_other_cookie_lets_anybody_in(shared: Store, value: str) -> None:
    found = visitor_of(shared, cookies_named(f"{cookie_name(shared)}={value}", cookie_name(shared)))
    assert not isinstance(found, Visitor)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return open_store(tmp_path_factory.mktemp("links") / "spotcheck.db")
