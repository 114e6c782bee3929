"""What the compose file starts, as plain processes: first start, lead, invitation, annotator, all over HTTPS."""

from __future__ import annotations

import json
import re
import socket
import ssl
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
import warm_commands
from annotate_app import ROOT, _free_port, _healthy
from container_parts import certificate, command, environment, proxy
from nginx_proxy import NGINX
from raw_client import Visit
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from review.audit.verifying import check_store
from storage.opening import open_store
from storage.queries.audit import all_entries

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not on this machine (apt-get install nginx-light)")
HOST = "review.example.org"
KEY = "0123456789abcdef" * 3


@dataclass(frozen=True, kw_only=True)
class House:
    """The running parts. ``link`` is what the first start printed."""

    url: str
    link: str
    store: Path
    trusted: Path
    variables: Mapping[str, str]
    nginx: Path


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The application and the proxy, as the compose file starts them on an empty volume."""
    folder = tmp_path_factory.mktemp("container")
    app, http, https = _free_port(), _free_port(), _free_port()
    trusted = certificate(folder / "certificates", HOST)
    values = {"SPOTCHECK_HOST": f"{HOST}:{https}", "SPOTCHECK_AUDIT_KEY": KEY}
    of_proxy = {
        "SPOTCHECK_HOST": HOST,
        "APPLICATION": f"127.0.0.1:{app}",
        "CERTIFICATES": str(trusted.parent),
        "HTTP_PORT": str(http),
        "HTTPS_PORT": str(https),
    }
    (folder / "data").mkdir()
    store = folder / "data" / "spotcheck.db"
    variables, log = environment("application", values, store), folder / "application.log"
    with log.open("wb") as out:
        arguments = command("application", values, port=app)
        process = subprocess.Popen(arguments, cwd=store.parent, env=variables, stdout=out, stderr=subprocess.STDOUT)
    try:
        assert _healthy(process, app, log), log.read_text()
        with proxy(folder / "nginx", of_proxy):
            link = re.search(rf"https://{HOST}:{https}/invite/\S+", log.read_text())
            assert link, log.read_text()
            yield House(
                url=f"https://{HOST}:{https}",
                link=link[0],
                store=store,
                trusted=trusted,
                variables=variables,
                nginx=folder / "nginx",
            )
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture(autouse=True)
def named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the host's name lead to this machine."""
    real = socket.getaddrinfo

    def here(host: Any, *rest: Any, **more: Any) -> Any:
        return real("127.0.0.1" if host == HOST else host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", here)


def browser(house: House) -> requests.Session:
    session = requests.Session()
    session.verify, session.trust_env = str(house.trusted), False
    return session


def press(session: requests.Session, link: str, **fields: str) -> requests.Response:
    page = session.get(link, timeout=30)
    check = re.search(r'name="check" value="([^"]+)"', page.text)
    assert check, page.text
    return session.post(link, data={"check": check[1], **fields}, headers={"Origin": "null"}, timeout=30)


@contextmanager
def visiting(house: House, session: requests.Session) -> Iterator[Visit]:
    """A session of the page that a browser with these cookies has open."""
    cookies = "; ".join(f"{c.name}={c.value}" for c in session.cookies)
    with connect(
        house.url.replace("https", "wss") + "/_stcore/stream",
        ssl=ssl.create_default_context(cafile=str(house.trusted)),
        additional_headers=[("Cookie", cookies)] if cookies else [],
        subprotocols=[Subprotocol("streamlit"), Subprotocol(session.cookies.get("_streamlit_xsrf") or "none")],
        origin=Origin(house.url),
        open_timeout=30,
        max_size=None,
        proxy=None,
    ) as wire:
        yield Visit(wire)


def spotcheck(house: House, *arguments: str) -> dict[str, Any]:
    """A command of the person who started the containers, on the same store, with the same variables."""
    done = warm_commands.run([*arguments, "--json"], environment=house.variables, folder=ROOT)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_from_the_first_start_to_an_annotator(house: House) -> None:
    stranger, lead, ana = browser(house), browser(house), browser(house)
    assert stranger.get(house.url, timeout=30).status_code == 403
    with pytest.raises(InvalidStatus, match="403"), visiting(house, stranger):
        pass
    assert press(lead, house.link, name="Lea").url == f"{house.url}/"
    cookie = next(c for c in lead.cookies if c.name.startswith("spotcheck_login_"))
    assert cookie.secure and cookie.has_nonstandard_attr("HttpOnly")
    with visiting(house, lead) as one:
        said = one.run("settings")
        assert "Lea · lead" in said and "Invite somebody" in said
    invited = spotcheck(house, "people", "invite", "Ana", "--role", "annotator", "--as", "Lea")
    assert invited["link"].startswith(f"{house.url}/invite/")
    assert press(ana, invited["link"]).status_code == 200
    with visiting(house, ana) as one:
        assert "Ana · annotator" in one.run("week")
        assert "needs the role lead; yours is annotator" in one.run("sampling")
        again = spotcheck(house, "people", "invite", "Ana", "--as", "Lea")
        assert "Ana · annotator" not in one.run("week")
    refused = ana.get(house.url, timeout=30)
    assert refused.status_code == 403 and "Your login has ended" in refused.text
    assert stranger.get(house.link, timeout=30).status_code == 410
    _nothing_is_in_a_log(house, invited["link"], again["link"])


def _nothing_is_in_a_log(house: House, *links: str) -> None:
    said = "".join(file.read_text() for file in house.nginx.glob("*.log"))
    said += (house.store.parents[1] / "application.log").read_text().replace(house.link, "")
    store = open_store(house.store, create=False)
    said += "".join(str(entry) for entry in all_entries(store))
    assert len(said) > 1000 and "GET /" in said
    assert not [link for link in (house.link, *links) if link.rsplit("/", 1)[1] in said]
    store.close()


def test_plain_http_leads_to_https(house: House) -> None:
    port = re.search(r"listen (\d+);", (house.nginx / "spotcheck.conf").read_text())
    assert port
    answer = requests.get(f"http://{HOST}:{port[1]}/week", allow_redirects=False, timeout=30)
    assert answer.status_code == 301 and answer.headers["Location"] == f"https://{HOST}/week"


def test_another_host_name_and_a_forged_person_are_refused(house: House) -> None:
    session = browser(house)
    for headers in ({"Host": "evil.example"}, {"X-Spotcheck-Person": "lea"}, {"Cookie": "spotcheck_login_x=y"}):
        assert session.get(f"{house.url}/week", headers=headers, timeout=30).status_code == 403


def test_the_night_makes_up_for_the_last_one_and_ends_when_asked(house: House) -> None:
    note = house.store.with_name("spotcheck.db.nightly")
    note.write_text("2026-01-01T03:30:00+00:00\n")
    values = {"SPOTCHECK_AUDIT_KEY": KEY, "SPOTCHECK_HOST": HOST}
    variables = environment("nightly", values, house.store)
    arguments = command("nightly", values, more=["--json"])
    with subprocess.Popen(arguments, cwd=ROOT, env=variables, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = ""
        while not said.rstrip().endswith("\n}"):
            line = process.stdout.readline()
            assert line, "the process ended"
            said += line
        process.terminate()
        assert process.wait(timeout=30) == 0
    steps = {step["name"]: step["status"] for step in json.loads(said)["steps"]}
    assert steps["heads"] == "skipped" and steps["verify"] == "done" and "failed" not in steps.values()
    assert note.read_text() > "2026-01-02"


def test_without_the_audit_key_nothing_starts(house: House) -> None:
    """The key never lies beside the store: it is given."""
    assert not list(house.store.parent.rglob("*.key"))
    variables = {k: v for k, v in house.variables.items() if k != "SPOTCHECK_AUDIT_KEY"}
    words = ["people", "invite", "Eve", "--as", "Lea"]
    done = warm_commands.run(words, environment=variables, folder=ROOT)
    assert done.returncode == 2 and "SPOTCHECK_AUDIT_KEY" in done.stderr


def test_everything_that_happened_is_in_the_chain(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPOTCHECK_AUDIT_KEY", KEY)
    store = open_store(house.store, create=False)
    check = check_store(store)
    assert check.holds and not check.unproven
    store.close()
