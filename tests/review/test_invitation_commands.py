"""Links on the command line: the first one of a server, invitations, and the nightly process beside a server."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from review.basics.errors import InputError, Refused
from review.commands.cli import spotcheck
from review.people.invitations import use
from review.people.people import people
from review.rubric.rubric import current_rubric
from review.serving import nightly_process, server
from review.settings.access import URL
from review.settings.project import project_of
from storage.opening import open_store

ROOT = Path(__file__).parents[2]


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What ``serve`` would have started."""
    started: list[dict[str, Any]] = []

    def instead(store: Path, **options: Any) -> int:
        started.append({"store": store, **options})
        return 0

    monkeypatch.setattr(server, "serve", instead)
    monkeypatch.delenv(URL, raising=False)
    return started


def run(*arguments: str) -> str:
    result = CliRunner().invoke(spotcheck, list(arguments))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


def links(text: str) -> list[str]:
    return re.findall(r"\S+/invite/\S+", text)


def test_the_first_start_makes_a_store_of_links_and_prints_one_link(tmp_path: Path, served: list[Any]) -> None:
    path = tmp_path / "spotcheck.db"
    said = run("serve", "--first-start", "--no-browser", "--port", "9999", "--store", str(path))
    assert len(links(said)) == 1 and links(said)[0].startswith("http://127.0.0.1:9999/invite/")
    assert project_of(path).access.mode == "links" and served[0]["store"] == path
    store = open_store(path, create=False)
    assert current_rubric(store).version == 1 and not people(store)
    again = run("serve", "--first-start", "--no-browser", "--store", str(path))
    assert len(links(again)) == 1 and links(again) != links(said)
    with pytest.raises(Refused, match="newer link"):
        use(store, links(said)[0].rsplit("/", 1)[1], name="Lea")
    use(store, links(again)[0].rsplit("/", 1)[1], name="Lea")
    said = run("serve", "--first-start", "--no-browser", "--store", str(path))
    assert not links(said) and "Nobody has come in" not in said


def test_a_project_that_turns_to_links_says_how_its_lead_comes_in(tmp_path: Path, served: list[Any]) -> None:
    path = tmp_path / "spotcheck.db"
    run("init", "--name", "lea", "--store", str(path))
    settings = tmp_path / "spotcheck.toml"
    settings.write_text(settings.read_text().replace('mode = "names"', 'mode = "links"'))
    said = run("serve", "--no-browser", "--store", str(path))
    assert not links(said) and "people invite NAME --role lead" in said
    use(open_store(path), links(run("people", "invite", "lea", "--role", "lead", "--store", str(path)))[0][-43:])
    assert "Nobody has come in" not in run("serve", "--no-browser", "--store", str(path))


def test_a_first_start_keeps_the_settings_that_are_there(tmp_path: Path, served: list[Any]) -> None:
    (tmp_path / "spotcheck.toml").write_text('[project]\ntime_zone = "Europe/Berlin"\n')
    assert not links(run("serve", "--first-start", "--no-browser", "--store", str(tmp_path / "s.db")))
    assert project_of(tmp_path / "s.db").time_zone == "Europe/Berlin"
    assert project_of(tmp_path / "s.db").access.mode == "names"


def test_a_link_that_is_not_encrypted_is_named(tmp_path: Path, served: list[Any]) -> None:
    (tmp_path / "spotcheck.toml").write_text('[access]\nmode = "links"\nurl = "http://review.lan:8501"\n')
    said = run("serve", "--first-start", "--no-browser", "--store", str(tmp_path / "s.db"))
    assert "http://review.lan:8501/invite/" in said and "not encrypted" in said


def test_a_lead_invites_lists_and_withdraws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where = ("--store", str(tmp_path / "spotcheck.db"))
    run("init", "--name", "lea", *where)
    said = run("people", "invite", "Ana", *where)
    assert "http://127.0.0.1:8501/invite/" in said and 'mode = "links"' in said
    monkeypatch.setenv(URL, "https://review.example.org")
    made = json.loads(CliRunner().invoke(spotcheck, ["people", "invite", "Eva", "--json", *where]).stdout)
    assert made["link"].startswith("https://review.example.org/invite/") and made["role"] == "annotator"
    assert "\nhttps://other.example/i" in run("people", "invite", "Eva", "--url", "https://other.example/", *where)
    found = json.loads(run("people", "invitations", "--json", *where))["invitations"]
    assert [one["name"] for one in found] == ["Eva", "Ana"]
    assert not [key for one in found for key in one if "digest" in key or "token" in key]
    left = json.loads(run("people", "invitations", "--withdraw", found[0]["id"], "--json", *where))["invitations"]
    assert [one["name"] for one in left] == ["Ana"]
    run("people", "add", "ben", *where)
    with pytest.raises(Refused, match="needs the role lead"):
        run("people", "invite", "Max", "--as", "ben", *where)
    with pytest.raises(InputError, match="--url: found"):
        run("people", "invite", "Max", "--url", "review.example.org", *where)


@pytest.mark.parametrize("text", ["3:30", "24:00", "noon"])
def test_a_wrong_time_stops_before_anything_starts(tmp_path: Path, served: list[Any], text: str) -> None:
    run("init", "--name", "lea", "--store", str(tmp_path / "s.db"))
    for option in (("serve", "--nightly"), ("nightly", "--daily")):
        with pytest.raises(InputError, match=f"{option[1]}: found"):
            run(*option, text, "--store", str(tmp_path / "s.db"))
    assert not served


def test_serve_hands_on_when_the_night_begins(tmp_path: Path, served: list[Any]) -> None:
    run("init", "--name", "lea", "--store", str(tmp_path / "s.db"))
    run("serve", "--nightly", "03:30", "--no-browser", "--store", str(tmp_path / "s.db"))
    assert served[0]["nightly"] == "03:30"


@pytest.fixture
def due(tmp_path: Path) -> Path:
    """A store that missed its last night."""
    path = tmp_path / "spotcheck.db"
    run("init", "--name", "lea", "--store", str(path))
    Path(f"{path.resolve()}.nightly").write_text("2026-01-01T03:30:00+00:00\n")
    return path


@contextmanager
def night(store: Path) -> Iterator[subprocess.Popen[str]]:
    """The process that ``serve --nightly`` starts."""
    arguments = [*nightly_process.command(store, "03:30"), "--json"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        arguments,
        env=environment,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_the_nightly_process_ends_quietly_when_it_is_asked(due: Path) -> None:
    with night(due) as process:
        assert process.stdout
        said = ""
        while not said.endswith("\n}\n"):
            line = process.stdout.readline()
            assert line, said
            said += line
        process.terminate()
        rest = process.stdout.read()
        assert process.wait(timeout=30) == 0 and rest == ""
    assert json.loads(said)["steps"]


def test_two_servers_do_the_work_of_a_night_once_and_their_processes_end_with_them(due: Path) -> None:
    """The standard input of a process is closed when its server ends, also by kill -9."""
    with night(due) as one, night(due) as other:
        for process in (one, other):
            assert process.stdin
            process.stdin.close()
        said = [process.stdout.read() for process in (one, other) if process.stdout]
        assert [process.wait(timeout=30) for process in (one, other)] == [0, 0]
    (told,) = (text for text in said if text.strip())
    assert {step["name"] for step in json.loads(told)["steps"]} >= {"heads", "verify"}


def test_the_process_runs_beside_the_server_and_ends_with_it(due: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []

    class Noted(subprocess.Popen):  # type: ignore[type-arg]
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            started.append(self)

    monkeypatch.setattr(subprocess, "Popen", Noted)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with nightly_process.every_night(due, "", environment=environment, folder=ROOT):
        assert not started
    with nightly_process.every_night(due, "03:30", environment=environment, folder=ROOT):
        assert len(started) == 1 and started[0].poll() is None
    assert started[0].poll() is not None


@pytest.mark.parametrize("address", ["0.0.0.0", "::"])
def test_a_server_on_all_addresses_asks_nobody_for_its_address(address: str) -> None:
    """Streamlit would ask a service on the internet, only to print what it says."""
    assert "--logger.hideWelcomeMessage=true" in server.command(ROOT / "app.py", port=1, address=address)
    assert "--logger.hideWelcomeMessage=true" not in server.command(ROOT / "app.py", port=1)
