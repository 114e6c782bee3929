"""What a server needs before it tells visitors apart, and the flags it starts with."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from review.basics.errors import InputError, Refused
from review.commands.cli import spotcheck
from review.serving import server
from review.settings.access import (
    LOOPBACK_HOSTS,
    NAMES_ARE_ENOUGH,
    SECRET,
    URL,
    Access,
    access_of,
    hosts_of,
    is_loopback,
    own_url,
    public_url,
    refusal,
)
from review.settings.project import project_of
from storage.store import Store

STRONG = "0123456789abcdef"
PROXY = Access(mode="proxy", allowed_hosts=("review.example.org",))


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.1", "::1", "localhost"])
def test_loopback_addresses_are_recognised(address: str) -> None:
    assert is_loopback(address) and refusal(Access(), address=address, hosts=(), environment={}) is None


@pytest.mark.parametrize(
    "address", [None, "", "0.0.0.0", "::", "192.168.1.5", "128.0.0.1", "localhost.evil.example", "127.0.0.1.nip.io",
                "unix:///run/s.sock", "0", "127.1"]
)  # fmt: skip
def test_free_names_are_refused_on_other_addresses_without_the_option(address: str | None) -> None:
    assert not is_loopback(address)
    for said in ({}, {NAMES_ARE_ENOUGH: ""}, {NAMES_ARE_ENOUGH: "0"}, {NAMES_ARE_ENOUGH: "no"}):
        why = refusal(Access(), address=address, hosts=(), environment=said)
        assert isinstance(why, Refused) and "anybody who reaches it could be anybody" in str(why)
    assert refusal(Access(), address=address, hosts=(), environment={NAMES_ARE_ENOUGH: "yes"}) is None


@pytest.mark.parametrize("secret", [None, "", "short", "x" * 15, "ü" * 20, "a\nb" * 9, STRONG + " "])
def test_a_proxy_without_a_strong_shared_secret_is_refused(secret: str | None) -> None:
    environment = {} if secret is None else {SECRET: secret}
    why = refusal(PROXY, address="127.0.0.1", hosts=("review.example.org",), environment=environment)
    assert isinstance(why, Refused) and SECRET in str(why) and (not secret or secret not in why.with_hint)


@pytest.mark.parametrize("hosts", [(), ("*",)])
def test_a_proxy_without_pinned_hosts_is_refused(hosts: tuple[str, ...]) -> None:
    why = refusal(PROXY, address="127.0.0.1", hosts=hosts, environment={SECRET: STRONG})
    assert isinstance(why, Refused) and "allowed_hosts" in str(why)
    assert refusal(PROXY, address="127.0.0.1", hosts=("a.example",), environment={SECRET: STRONG}) is None


def test_the_accepted_host_names_follow_from_the_mode() -> None:
    loopback = ("localhost", "127.0.0.1", "::1")
    assert hosts_of(Access(), address="127.0.0.1") == loopback
    assert hosts_of(Access(), address="192.168.1.5") == (*loopback, "192.168.1.5")
    assert hosts_of(Access(), address="0.0.0.0") == ("*",)
    assert hosts_of(Access(allowed_hosts=("review.lan",)), address="0.0.0.0") == (*loopback, "0.0.0.0", "review.lan")
    assert hosts_of(PROXY, address="127.0.0.1") == ("review.example.org",)
    oidc = Access(mode="oidc")
    assert hosts_of(oidc, address="127.0.0.1", redirect_uri="https://r.example:8443/oauth2callback") == ("r.example",)


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ({"mode": "open"}, "access.mode: found 'open', expected one of names, links, oidc, proxy"),
        ({"mode": ["proxy"]}, "access.mode: found"),
        ({"user_header": "X_User"}, "access.user_header: found 'X_User', expected letters, digits and hyphens"),
        ({"user_header": ""}, "access.user_header: found ''"),
        ({"secret_header": 5}, "access.secret_header: found 5"),
        ({"secret_header": "x-forwarded-user"}, "as both headers, expected two"),
        ({"allowed_hosts": "a.example"}, "access.allowed_hosts: found 'a.example', expected a list"),
        ({"allowed_hosts": ["*"]}, r"access.allowed_hosts: found '\*'"),
        ({"allowed_hosts": ["a.example:80"]}, "host names without port"),
        ({"allowed_hosts": ["https://a.example"]}, "host names without port"),
        ({"allowed_hosts": [""]}, "host names without port"),
        ({"provider": "my_own"}, "access.provider: found 'my_own'"),
    ],
)
def test_a_wrong_setting_of_access_is_named(table: dict[str, object], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        access_of(Path("spotcheck.toml"), table)


def test_the_settings_of_access_are_read(tmp_path: Path) -> None:
    (tmp_path / "spotcheck.toml").write_text(
        '[access]\nmode = "proxy"\nuser_header = "X-Email"\nsecret_header = "X-Mine"\n'
        'allowed_hosts = ["*.example.org", "10.0.0.7", "::1"]\nprovider = "google"\n'
    )
    assert project_of(tmp_path / "spotcheck.db").access == Access(
        mode="proxy",
        user_header="X-Email",
        secret_header="X-Mine",
        allowed_hosts=("*.example.org", "10.0.0.7", "::1"),
        provider="google",
    )
    (tmp_path / "spotcheck.toml").write_text("[access]\nmod = 'oidc'\n")
    with pytest.raises(InputError, match=r"\[access\]: found setting 'mod'"):
        project_of(tmp_path / "spotcheck.db")


def test_serve_refuses_names_on_another_address_before_it_starts(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    # Only the option counts: the same variable in the shell has no effect.
    monkeypatch.setenv(NAMES_ARE_ENOUGH, "yes")
    arguments = ["serve", "--store", str(store.path), "--address", "0.0.0.0", "--no-browser"]
    result = CliRunner().invoke(spotcheck, arguments)
    assert isinstance(result.exception, Refused) and "--names-are-enough" in result.exception.with_hint
    assert "--names-are-enough" not in str(result.exception), "a page shows the message without the command"


def test_serve_refuses_a_proxy_without_secret(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    (store.path.parent / "spotcheck.toml").write_text('[access]\nmode = "proxy"\nallowed_hosts = ["r.example"]\n')
    monkeypatch.delenv(SECRET, raising=False)
    result = CliRunner().invoke(spotcheck, ["serve", "--store", str(store.path), "--no-browser"])
    assert isinstance(result.exception, Refused) and f"{SECRET} is not set" in str(result.exception)


def flags(store: Path, access: Access, **environment: str) -> tuple[str, ...]:
    return server.access_flags(store, access, address="127.0.0.1", environment=environment)


def test_the_flags_pin_hosts_and_override_what_another_configuration_trusts(tmp_path: Path) -> None:
    assert flags(tmp_path / "s.db", Access()) == (
        "--server.allowedHosts=localhost",
        "--server.allowedHosts=127.0.0.1",
        "--server.allowedHosts=::1",
        "--server.trustedUserHeaders={}",
    )
    assert flags(tmp_path / "s.db", PROXY, **{SECRET: STRONG}) == (
        "--server.allowedHosts=review.example.org",
        '--server.trustedUserHeaders={"X-Forwarded-User":"proxy_user"}',
    )


def test_a_login_needs_its_secrets_beside_the_store(tmp_path: Path) -> None:
    pytest.importorskip("authlib", reason="Authlib is not installed: pip install '.[auth]'")
    with pytest.raises(InputError, match="secrets of the login cannot be read"):
        flags(tmp_path / "s.db", Access(mode="oidc"))
    secrets = tmp_path / ".streamlit" / "secrets.toml"
    secrets.parent.mkdir()
    secrets.write_text("[auth]\nredirect_uri = 'https://r.example/oauth2callback'\n")
    with pytest.raises(InputError, match="found no cookie_secret"):
        flags(tmp_path / "s.db", Access(mode="oidc"))
    secrets.write_text("[auth]\nredirect_uri = 'https://r.example/oauth2callback'\ncookie_secret = 'x'\n")
    assert flags(tmp_path / "s.db", Access(mode="oidc")) == (
        "--server.allowedHosts=r.example",
        "--server.trustedUserHeaders={}",
        f"--secrets.files={secrets}",
    )


def test_a_server_on_all_addresses_is_reached_on_the_loopback_address() -> None:
    assert server.url_of("0.0.0.0", 8501) == "http://127.0.0.1:8501"
    assert server.url_of("::", 8501) == server.url_of("::1", 8501) == "http://[::1]:8501"
    assert server.url_of("192.168.1.5", 80) == "http://192.168.1.5:80"


@pytest.mark.parametrize("url", ["https://r.example", "http://10.0.0.7:8501", "https://r.example/spot/", ""])
def test_an_address_for_links_is_accepted(url: str) -> None:
    assert own_url("access.url", url) == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    ["r.example", "ftp://r.example", "https://", "https://a@r.example", "https://r.example?x=1", "https://r.example#x",
     "https://r.example:x", " https://r.example", "https://r.example:0x1", "javascript:alert(1)", 7]
)  # fmt: skip
def test_a_wrong_address_for_links_is_named(url: object) -> None:
    with pytest.raises(InputError, match=r"access\.url: found .* expected the address"):
        own_url("access.url", url)


def test_a_server_of_links_answers_to_the_host_of_its_address() -> None:
    links = Access(mode="links", url="https://r.example")
    assert hosts_of(links, address="0.0.0.0", url=links.url) == ("r.example",)
    assert hosts_of(links, address="127.0.0.1", url=links.url) == ("localhost", "127.0.0.1", "::1", "r.example")
    assert public_url(links, {}) == "https://r.example" and public_url(links, {URL: "https://s.example"})[8] == "s"
    why = refusal(Access(mode="links"), address="0.0.0.0", hosts=(), environment={})
    assert isinstance(why, Refused) and "access.url" in str(why)
    assert refusal(links, address="0.0.0.0", hosts=("r.example",), environment={}) is None
    assert refusal(Access(mode="links"), address="127.0.0.1", hosts=LOOPBACK_HOSTS, environment={}) is None
