"""The real server's doors: every endpoint asks for host name, login and size before it reads a request's body."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from annotate_app import _free_port, build_store
from oidc_provider import CLIENT, provider
from raw_client import FINISHED, Visit, served, visit
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value, generate_xsrf_token_string
from websockets.exceptions import ConnectionClosed, InvalidStatus

from review.people.invitations import invite, use
from review.people.link_cookie import cookie_name, cookie_value
from review.people.people import add_person
from storage.records_people import Rater

SECRET = "0123456789abcdef0123"
HOST = "review.example.org"
SIGNED = ("X-Spotcheck-Proxy", SECRET)
MEGABYTE = 1024 * 1024
PAIR = generate_xsrf_token_string(b"0123456789abcdef", 1)
SELF_MADE = [("Cookie", f"_streamlit_xsrf={PAIR}"), ("X-Xsrftoken", PAIR)]
ENDPOINTS = [
    ("GET", "/"),
    ("GET", "/week"),
    ("GET", "/static/js/none.js"),
    ("GET", "/media/0123456789abcdef.csv"),
    ("GET", "/component/x/y.js"),
    ("GET", "/_stcore/bidi-components/x/y.js"),
    ("GET", "/_stcore/metrics"),
    ("GET", "/_stcore/health"),
    ("GET", "/_stcore/host-config"),
    ("GET", "/_stcore/script-health-check"),
    ("GET", "/_stcore/agent/openapi.json"),
    ("POST", "/_stcore/agent/mcp"),
    ("PUT", "/_stcore/upload_file/session/file"),
    ("DELETE", "/_stcore/upload_file/session/file"),
    ("GET", "/auth/login"),
    ("GET", "/auth/logout"),
    ("GET", "/oauth2callback"),
    ("GET", "/v1/traces"),
    ("POST", "/v1/traces"),
]


class House(NamedTuple):
    """A running server and how somebody of a role comes to it."""

    port: int
    host: str
    people: dict[str, list[tuple[str, str]]]
    nobody: int
    open_first: frozenset[str]


def people_of(store: Any, issuer: str) -> None:
    for name, role in (("ana", "annotator"), ("eva", "adjudicator"), ("lea-login", "lead")):
        add_person(store, name.capitalize(), role=role, by="lea", issuer=issuer, subject=name)


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("guarded")
    (folder / "spotcheck.toml").write_text(f'[access]\nmode = "proxy"\nallowed_hosts = ["{HOST}"]\n')
    store = build_store(folder / "spotcheck.db", items=3, raters=("bob",))
    people_of(store, "proxy")
    with served(Path(store.path), {"SPOTCHECK_PROXY_SECRET": SECRET}) as port:
        people = {r.subject: [("X-Forwarded-User", r.subject), SIGNED] for r in store.find(Rater, issuer="proxy")}
        yield House(port, HOST, people, 403, frozenset({"/_stcore/health"}))


@pytest.fixture(scope="module")
def logged_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    pytest.importorskip("authlib", reason="Authlib is not installed: pip install '.[auth]'")
    folder, port, key = tmp_path_factory.mktemp("guarded"), _free_port(), "0123456789" * 4
    store = build_store(folder / "spotcheck.db", items=3, raters=("bob",))
    with provider() as told:
        (folder / "spotcheck.toml").write_text('[access]\nmode = "oidc"\n')
        (folder / ".streamlit").mkdir()
        (folder / ".streamlit" / "secrets.toml").write_text(
            f'[auth]\nredirect_uri = "http://127.0.0.1:{port}/oauth2callback"\ncookie_secret = "{key}"\n'
            f'client_id = "{CLIENT}"\nclient_secret = "none"\n'
            f'server_metadata_url = "{told.url}/.well-known/openid-configuration"\n'
        )
        people_of(store, told.url)
        people = {}
        for rater in store.find(Rater, issuer=told.url):
            claims = f'{{"is_logged_in": true, "origin": "http://127.0.0.1:{port}", "iss": "{told.url}", '
            claims += f'"sub": "{rater.subject}", "exp": 4000000000}}'
            cookie = create_signed_value(key, "_streamlit_user", claims).decode()
            people[rater.subject] = [("Cookie", f"_streamlit_user={cookie}")]
        with served(Path(store.path), {}, port=port):
            first = {"/", "/week", "/static/js/none.js", "/_stcore/health", "/_stcore/host-config"}
            login = {"/auth/login", "/auth/logout", "/oauth2callback"}
            yield House(port, f"127.0.0.1:{port}", people, 403, frozenset(first | login))


@pytest.fixture(scope="module")
def linked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("guarded")
    (folder / "spotcheck.toml").write_text(f'[access]\nmode = "links"\nurl = "https://{HOST}"\n')
    store = build_store(folder / "spotcheck.db", items=3, raters=("bob",))
    people = {}
    for name, role in (("ana", "annotator"), ("eva", "adjudicator"), ("lea-login", "lead")):
        login = use(store, invite(store, name.capitalize(), role=role, by="lea").token)
        people[name] = [("Cookie", f"{cookie_name(store)}={cookie_value(store, login)}")]
    with served(Path(store.path), {}) as port:
        yield House(port, f"{HOST}:{port}", people, 403, frozenset({"/_stcore/health"}))


@pytest.fixture(params=["proxied", "logged_in", "linked"])
def house(request: pytest.FixtureRequest) -> House:
    found: House = request.getfixturevalue(request.param)
    return found


def ask(
    house: House, method: str, path: str, headers: Sequence[tuple[str, str]] = (), *, host: str = "", body: bytes = b""
) -> tuple[int, bytes, dict[str, str]]:
    """Status, content and headers of one answer. Two Cookie headers become one."""
    connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=20)
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    cookies = "; ".join(value for name, value in headers if name == "Cookie")
    sent = [(n, v) for n, v in headers if n != "Cookie"] + ([("Cookie", cookies)] if cookies else [])
    for name, value in [("Host", host or house.host), *sent, ("Content-Length", str(len(body)))]:
        connection.putheader(name, value)
    connection.endheaders(body or None)
    answer = connection.getresponse()
    found = answer.status, answer.read(), {k.lower(): v for k, v in answer.getheaders()}
    connection.close()
    return found


def before_the_body(house: House, path: str, headers: Sequence[tuple[str, str]], length: str) -> tuple[int, str]:
    """The answer to the head of a request alone: its body is never sent."""
    head = [f"PUT {path} HTTP/1.1", f"Host: {house.host}", length, "Content-Type: multipart/form-data; boundary=x"]
    lines = "\r\n".join([*head, *(f"{n}: {v}" for n, v in headers), "", ""])
    with socket.create_connection(("127.0.0.1", house.port), timeout=20) as wire:
        wire.sendall(lines.encode())
        answer = http.client.HTTPResponse(wire)
        answer.begin()
        return answer.status, answer.read().decode()


def upload_addresses(one: Visit, count: int) -> list[str]:
    """The addresses that the server gives to a session that asks for them, whatever its page shows."""
    asked = BackMsg()
    asked.file_urls_request.request_id = "1"
    asked.file_urls_request.file_names.extend(f"{k}.csv" for k in range(count))
    asked.file_urls_request.session_id = one.session
    one.wire.send(asked.SerializeToString())
    while True:
        message = ForwardMsg()
        message.ParseFromString(bytes(one.wire.recv(timeout=20)))  # type: ignore[arg-type]
        if message.WhichOneof("type") == "file_urls_response":
            return [f.upload_url for f in message.file_urls_response.file_urls]


def entering(house: House, who: Sequence[tuple[str, str]]) -> Any:
    """A session of somebody; with a cookie, as the page itself opens it."""
    cookies = [("Cookie", f"{value}; _streamlit_xsrf={PAIR}") for name, value in who if name == "Cookie"]
    rest = [pair for pair in who if pair[0] != "Cookie"]
    name = house.host.split(":")[0]
    how = {"tokens": ("streamlit", PAIR), "origin": f"http://{house.host}"} if cookies else {}
    return visit(house.port, host=name, headers=[*rest, *cookies], **how)


def form(size: int) -> bytes:
    return b'--x\r\nContent-Disposition: form-data; name="f"; filename="f.csv"\r\n\r\n' + b"a" * size + b"\r\n--x--\r\n"


FORM = ("Content-Type", "multipart/form-data; boundary=x")


def test_uploads_without_a_login_are_refused_before_their_body_is_read(house: House) -> None:
    """13 times 45 MB reached the memory of the server with a pair of tokens that the sender had made."""
    for k in range(13):
        path = f"/_stcore/upload_file/00000000-0000-4000-8000-000000000000/file-{k}"
        for length in (f"Content-Length: {45 * MEGABYTE}", "Transfer-Encoding: chunked"):
            status, said = before_the_body(house, path, SELF_MADE, length)
            assert status == 403 and said


@pytest.mark.parametrize(("method", "path"), ENDPOINTS)
def test_without_a_login_only_what_leads_to_it_answers(house: House, method: str, path: str) -> None:
    status, said, headers = ask(house, method, path)
    if path in house.open_first:
        assert status not in (401, 403)
    else:
        assert status in (403, 404) and "set-cookie" not in headers and b"script" not in said
        assert len(said) < 200 or b"<h1>You cannot come in yet</h1>" in said


@pytest.mark.parametrize(("method", "path"), ENDPOINTS)
def test_another_host_name_is_refused_everywhere(house: House, method: str, path: str) -> None:
    for host in ("evil.example", f"{house.host}.evil.example", f"x@{house.host}", ""):
        status, said, headers = ask(house, method, path, house.people["lea-login"], host=host or " ")
        assert status in (400, 403) and "set-cookie" not in headers
        assert b"script" not in said


def test_health_has_no_content(house: House) -> None:
    status, said, _ = ask(house, "GET", "/_stcore/health")
    assert (status, said) == (200, b"")


def test_the_interface_for_agents_is_off(house: House) -> None:
    for method, path in (("GET", "/_stcore/agent/openapi.json"), ("POST", "/_stcore/agent/interact")):
        assert ask(house, method, path, house.people["lea-login"])[0] == 404


def test_only_a_lead_reads_figures_on_the_server(house: House) -> None:
    statuses = [ask(house, "GET", "/_stcore/metrics", house.people[who])[0] for who in ("ana", "eva", "lea-login")]
    assert statuses == [403, 403, 200]


def test_an_address_for_uploads_answers_only_to_its_receiver_with_the_role(house: House) -> None:
    with entering(house, house.people["ana"]) as ana, entering(house, house.people["eva"]) as eva:
        ana.run("week")
        eva.run("week")
        (to_ana,), (to_eva,) = upload_addresses(ana, 1), upload_addresses(eva, 1)
        sent = [*SELF_MADE, FORM]
        assert "needs the role" in ask(house, "PUT", to_ana, [*house.people["ana"], *sent], body=form(9))[1].decode()
        for who, address in (("ana", to_eva), ("lea-login", to_eva), ("eva", to_ana), ("eva", f"{to_eva}0")):
            status, said, _ = ask(house, "PUT", address, [*house.people[who], *sent], body=form(9))
            assert status == 403 and b"not given to you" in said
        assert ask(house, "PUT", to_eva, [*house.people["eva"], *sent], body=form(9))[0] == 204
        assert ask(house, "DELETE", to_eva, [*house.people["eva"], *sent])[0] == 204


def test_one_person_cannot_fill_the_memory(house: House) -> None:
    with entering(house, house.people["eva"]) as eva:
        eva.run("week")
        addresses = upload_addresses(eva, 4)
        sent = [*house.people["eva"], *SELF_MADE, FORM]
        assert [ask(house, "PUT", a, sent, body=form(45 * MEGABYTE))[0] for a in addresses[:2]] == [204, 204]
        for length in (f"Content-Length: {45 * MEGABYTE}", f"Content-Length: {60 * MEGABYTE}"):
            cookies = "; ".join(v for n, v in sent if n == "Cookie")
            status, said = before_the_body(
                house,
                addresses[2],
                [*(p for p in sent if p[0] not in ("Cookie", FORM[0])), ("Cookie", cookies)],
                length,
            )
            assert status == 413 and "MB" in said
        assert ask(house, "DELETE", addresses[0], sent)[0] == 204
        assert ask(house, "PUT", addresses[3], sent, body=form(45 * MEGABYTE))[0] == 204
        for address in addresses[1:]:
            assert ask(house, "DELETE", address, sent)[0] == 204


def test_a_download_answers_only_to_those_whose_page_offered_it(house: House) -> None:
    with entering(house, house.people["lea-login"]) as lea:
        said = lea.run("settings")
        address = next(part.split('"')[0] for part in said.split('url: "')[1:] if part.startswith("/media/"))
        status, content, _ = ask(house, "GET", address, house.people["lea-login"])
        assert status == 200 and content
        for who in ([], house.people["ana"], house.people["eva"]):
            assert ask(house, "GET", address, who)[0] == 403


def test_a_session_without_a_login_only_asks_for_it(logged_in: House, proxied: House) -> None:
    with visit(logged_in.port) as one:
        assert "Log in" in one.run()
        (address,) = upload_addresses(one, 1)
        assert ask(logged_in, "PUT", address, [*SELF_MADE, FORM], body=form(9))[0] == 403
        with pytest.raises(ConnectionClosed):
            one.run(query="x" * 100_000)
    with pytest.raises(InvalidStatus, match="403"), visit(proxied.port, host=HOST):
        pass


def test_every_run_still_ends(house: House) -> None:
    """The guard passes on what a logged-in person does."""
    assert FINISHED
    with entering(house, house.people["ana"]) as ana:
        assert "Ana · annotator" in ana.run("week")


def test_a_session_by_link_is_not_resumed_as_somebody_else(linked: House) -> None:
    """A session has a memory of its own; a person who learns its id gets a new one."""

    def entered(who: str, *session: str) -> Any:
        cookies = "; ".join([linked.people[who][0][1], f"_streamlit_xsrf={PAIR}"])
        tokens = ("streamlit", PAIR, *session)
        origin = f"http://{linked.host}"
        return visit(linked.port, host=HOST, headers=[("Cookie", cookies)], tokens=tokens, origin=origin)

    with entered("eva") as one:
        one.run("week")
        left = one.session
    with entered("ana", left) as other:
        assert "Ana · annotator" in other.run("week") and other.session and other.session != left
    with entered("eva", left) as same:
        same.run("week")
        assert same.session == left
