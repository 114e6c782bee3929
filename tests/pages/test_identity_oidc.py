"""Logging in with a real OpenID Connect provider and a real server, with honest and changed cookies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import requests
from annotate_app import WEEK, _free_port, build_store
from oidc_provider import CLIENT, Provider, provider
from raw_client import Visit, served, visit

from review.people.people import add_person
from storage.records_people import AuditEntry, Rater
from storage.store import Store

pytest.importorskip("authlib", reason="Authlib is not installed: pip install '.[auth]'")


class House(NamedTuple):
    """The provider, the store and the port of the application."""

    provider: Provider
    store: Store
    port: int

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Eva (subject 1) has the role lead before her first login."""
    folder = tmp_path_factory.mktemp("oidc")
    store = build_store(folder / "spotcheck.db", items=3)
    port = _free_port()
    with provider() as told:
        (folder / "spotcheck.toml").write_text('[access]\nmode = "oidc"\n')
        (folder / ".streamlit").mkdir()
        (folder / ".streamlit" / "secrets.toml").write_text(
            f'[auth]\nredirect_uri = "http://127.0.0.1:{port}/oauth2callback"\ncookie_secret = "{"0123456789" * 4}"\n'
            f'client_id = "{CLIENT}"\nclient_secret = "none"\n'
            f'server_metadata_url = "{told.url}/.well-known/openid-configuration"\n'
        )
        add_person(store, "Eva", role="lead", by="lea", issuer=told.url, subject="1")
        with served(Path(store.path), {}, port=port):
            yield House(told, store, port)


def log_in(house: House, *, seconds: float = 3600.0, **user: Any) -> requests.Session:
    """Log in as a browser does: press the button, go to the provider, come back with a cookie."""
    house.provider.user, house.provider.seconds = user, seconds
    browser = requests.Session()
    browser.trust_env = False
    browser.get(f"{house.origin}/_stcore/health", timeout=20)
    with visit(house.port) as one:
        assert WEEK not in one.run()
        one.run(press="Log in")
        assert browser.get(f"{house.origin}{one.redirect}", timeout=20).ok
    return browser


def come(house: House, browser: requests.Session, page: str = "week", *, query: str = "", **cookies: str) -> str:
    """Return what the page shows to this browser, whose cookies may be replaced."""
    jar = {**browser.cookies.get_dict(), **cookies}
    sent = [("Cookie", "; ".join(f"{k}={v}" for k, v in jar.items()))]
    tokens = ("streamlit", jar["_streamlit_xsrf"])
    with visit(house.port, headers=sent, origin=house.origin, tokens=tokens) as one:
        return Visit.run(one, page, query=query)


def test_a_person_added_beforehand_has_the_role_at_the_first_login(house: House) -> None:
    eva = log_in(house, sub="1", name="Eva Sommer")
    assert "Eva · lead" in come(house, eva) and f"Week {WEEK}" in come(house, eva)
    assert [r.subject for r in house.store.find(Rater, issuer=house.provider.url)].count("1") == 1


def test_a_stranger_sees_nothing_until_a_lead_gives_a_role(house: House) -> None:
    stranger = log_in(house, sub="2", name="Eva", email="eva@elsewhere.example")
    said = come(house, stranger, query="rater=lea")
    assert "No role yet" in said and WEEK not in said
    made = house.store.find(Rater, issuer=house.provider.url, subject="2")[0]
    assert made.name != "Eva" and made.id in said
    assert [e.action for e in house.store.find(AuditEntry) if e.subject == made.id] == ["first login"]
    add_person(house.store, made.id, role="annotator", by="lea")
    assert f"{made.name} · annotator" in come(house, stranger)
    assert "needs the role lead; yours is annotator" in come(house, stranger, "sampling", query="rater=lea")


def test_an_expired_token_is_refused_though_the_cookie_is_valid(house: House) -> None:
    eva = log_in(house, sub="1", name="Eva", seconds=-45)
    assert "_streamlit_user" in eva.cookies.get_dict()
    said = come(house, eva)
    assert "Your login ended at" in said and WEEK not in said


def test_a_changed_cookie_is_no_login(house: House) -> None:
    eva = log_in(house, sub="1", name="Eva")
    cookie = eva.cookies.get_dict()["_streamlit_user"]
    assert "Eva · lead" in come(house, eva)
    for other in (cookie[:-4] + "AAAA", cookie[::-1], "", "{}", "eyJpc3MiOiJ4In0.a.b"):
        assert WEEK not in come(house, eva, _streamlit_user=other)
