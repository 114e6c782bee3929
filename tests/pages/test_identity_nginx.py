"""A real reverse proxy in front of the real server: only its login counts, whatever else a client sends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import requests
from annotate_app import build_store
from nginx_proxy import NGINX, login, nginx
from raw_client import seen, served
from websockets.exceptions import InvalidStatus

from review.people.people import add_person

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not on this machine (apt-get install nginx-light)")
HOST = "review.example.org"
SECRET = "0123456789abcdef0123"
PEOPLE = {"ana@example.org": "for-ana", "lea@example.org": "for-lea"}
ANA, LEA = (login(*pair) for pair in PEOPLE.items())


class House(NamedTuple):
    """The ports of the application and of nginx."""

    app: int
    proxy: int


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Ana annotates, Lea leads; nginx knows both by password."""
    folder = tmp_path_factory.mktemp("nginx")
    (folder / "spotcheck.toml").write_text(f'[access]\nmode = "proxy"\nallowed_hosts = ["{HOST}"]\n')
    store = build_store(folder / "spotcheck.db", items=3, raters=("bob",))
    for name, role in zip(PEOPLE, ("annotator", "lead"), strict=True):
        add_person(store, name, role=role, by="lea", issuer="proxy", subject=name)
    with (
        served(Path(store.path), {"SPOTCHECK_PROXY_SECRET": SECRET}) as app,
        nginx(folder / "nginx", app=app, host=HOST, secret=SECRET, people=PEOPLE) as proxy,
    ):
        yield House(app, proxy)


def test_the_login_at_the_proxy_is_the_visitor(house: House) -> None:
    assert "ana@example.org · annotator" in seen(house.proxy, "week", host=HOST, headers=[ANA])
    said = seen(house.proxy, "sampling", host=HOST, headers=[LEA], origin=f"http://{HOST}:{house.proxy}")
    assert "lea@example.org · lead" in said


@pytest.mark.parametrize(
    "forged",
    [
        [("X-Forwarded-User", "lea@example.org")],
        [("X-Forwarded-User", "lea@example.org"), ("X-Spotcheck-Proxy", SECRET)],
        [("x-forwarded-user", "lea@example.org"), ("X-FORWARDED-USER", "lea@example.org")],
        [("X-Spotcheck-Proxy", "wrong")],
        [("X_Forwarded_User", "lea@example.org"), ("Forwarded", "for=lea@example.org")],
    ],
    ids=["user", "user and secret", "user twice", "secret", "other spellings"],
)
def test_the_proxy_replaces_its_headers_when_a_client_sends_them(house: House, forged: list[tuple[str, str]]) -> None:
    said = seen(house.proxy, "sampling", host=HOST, headers=[ANA, *forged])
    assert "ana@example.org · annotator" in said
    assert "needs the role lead; yours is annotator" in said
    assert "lea@example.org" not in said


def test_the_proxy_stops_people_who_do_not_log_in(house: House) -> None:
    for headers in ([], [login("ana@example.org", "for-lea")], [("X-Forwarded-User", "lea@example.org")]):
        with pytest.raises(InvalidStatus, match="401"):
            seen(house.proxy, "week", host=HOST, headers=headers)
    for path in ("/", "/week", "/_stcore/health", "/_stcore/stream"):
        assert requests.get(f"http://127.0.0.1:{house.proxy}{path}", timeout=20).status_code == 401


def test_a_client_that_goes_around_the_proxy_sees_nothing(house: House) -> None:
    for forged in ([], [ANA], [("X-Forwarded-User", "lea@example.org")]):
        with pytest.raises(InvalidStatus, match="403"):
            seen(house.app, "week", host=HOST, headers=forged)


def test_another_host_name_is_refused(house: House) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        seen(house.proxy, host="evil.example", headers=[LEA])
    with pytest.raises(InvalidStatus, match="403"):
        seen(house.proxy, host=HOST, headers=[LEA], origin="https://evil.example")
