"""The files for containers: what they promise about safety, and that they start what exists."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from click.testing import CliRunner

from review.basics.errors import InputError, Refused
from review.commands.cli import spotcheck
from review.serving.container.writing import FILES, write_container

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "review" / "serving" / "container"
IMAGE = (FOLDER / "Containerfile").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))
PROXY = (FOLDER / "spotcheck.conf.template").read_text(encoding="utf-8")
HOST = re.compile(r"(?:[\w-]+\.)+[a-z]{2,}(?::\d+)?/|localhost")


def instructions() -> list[tuple[str, str]]:
    """The instructions of the image file, in order, each on one line."""
    lines = re.sub(r"\\\n\s*", "", IMAGE).splitlines()
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in lines if line.strip() and line[0] != "#"]


def last(name: str) -> str:
    return [value for found, value in instructions() if found == name][-1]


def parsed(arguments: list[str]) -> None:
    """Parse a command line as the program does, without running it."""
    assert arguments[0] == "spotcheck"
    command = spotcheck.get_command(click.Context(spotcheck), arguments[1])
    assert command is not None
    command.make_context(arguments[1], [re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", a) for a in arguments[2:]])


def test_the_image_is_slim_and_names_no_registry() -> None:
    bases = [value for name, value in instructions() if name == "FROM"]
    assert bases and all(re.fullmatch(r"python:3\.1[1-9]-slim", base) for base in bases)
    assert not HOST.search(IMAGE.replace("127.0.0.1", ""))


def test_the_image_runs_without_rights_of_root() -> None:
    names = [name for name, _ in instructions()]
    assert int(last("USER")) >= 10_000 and names.index("USER") < names.index("CMD")
    assert not [value for name, value in instructions()[names.index("USER") :] if name in ("RUN", "COPY", "ADD")]
    assert "ADD" not in names and last("VOLUME") == last("WORKDIR") == "/data"


def test_the_image_holds_no_secret_and_no_data() -> None:
    assert not re.search(r"(?i)(key|secret|token|password)\s*=", IMAGE)
    copied = [value.split() for name, value in instructions() if name == "COPY"]
    assert copied == [["spotcheck-*.whl", "/packages/"]]


def test_the_image_installs_the_wheel_beside_it_and_never_a_project_of_the_same_name() -> None:
    (installed,) = [value for name, value in instructions() if name == "RUN" and "pip install" in value]
    said = installed.split("&&")[0].split()
    assert [word for word in said[2:] if not word.startswith("--")] == ['"$(ls', '/packages/*.whl)[postgres]"']
    assert "ARG" not in [name for name, _ in instructions()], "no argument puts a name there"


def test_the_image_asks_for_health_with_python() -> None:
    check = last("HEALTHCHECK")
    words = json.loads(check.split("CMD", 1)[1])
    assert words[:2] == ["python", "-c"] and "/_stcore/health" in words[2] and "timeout=" in words[2]
    assert "curl" not in IMAGE and "wget" not in IMAGE
    compile(words[2], "healthcheck", "exec")


def test_the_compose_file_has_three_services_and_one_image_of_ours() -> None:
    services = COMPOSE["services"]
    assert set(services) == {"application", "nightly", "proxy"}
    assert services["application"]["image"] == services["nightly"]["image"] == "spotcheck"
    assert (
        services["nightly"]["build"]
        == services["application"]["build"]
        == {
            "context": ".",
            "dockerfile": "Containerfile",
        }
    )
    assert not HOST.search(services["proxy"]["image"]) and services["proxy"]["image"].startswith("nginx:")
    assert set(COMPOSE["volumes"]) == {"store"}


@pytest.mark.parametrize("name", ["application", "nightly", "proxy"])
def test_each_service_can_change_nothing_but_its_data(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["read_only"] is True and service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"] and service["restart"] == "unless-stopped"
    assert "privileged" not in service and "network_mode" not in service
    writable = [v for v in service["volumes"] if not v.endswith(":ro")]
    assert writable == ([] if name == "proxy" else ["store:/data"])


def test_only_the_proxy_can_be_reached_from_outside() -> None:
    for name, service in COMPOSE["services"].items():
        assert ("ports" in service) == (name == "proxy")


def test_nothing_starts_without_the_audit_key_and_the_host() -> None:
    for name in ("application", "nightly"):
        said = COMPOSE["services"][name]["environment"]
        assert said["SPOTCHECK_AUDIT_KEY"].startswith("${SPOTCHECK_AUDIT_KEY:?")
        assert said["SPOTCHECK_URL"].startswith("https://${SPOTCHECK_HOST:?")
    text = (FOLDER / "compose.yaml").read_text(encoding="utf-8")
    example = (FOLDER / "example.env").read_text(encoding="utf-8")
    needed = set(re.findall(r"\$\{(\w+)[:}]", text))
    assert needed == set(re.findall(r"^(\w+)=", example, re.MULTILINE))
    assert re.search(r"^SPOTCHECK_AUDIT_KEY=$", example, re.MULTILINE)


def test_the_commands_of_the_containers_exist_with_their_options() -> None:
    for name in ("application", "nightly"):
        parsed(COMPOSE["services"][name]["command"])
    parsed(json.loads(last("CMD")))
    assert COMPOSE["services"]["application"]["command"] == json.loads(last("CMD"))


def test_the_proxy_passes_websockets_on_and_replaces_what_a_browser_says() -> None:
    for header in ("Host", "Upgrade", "Connection", "X-Forwarded-For", "X-Forwarded-Proto"):
        assert re.search(rf"proxy_set_header {header} \$", PROXY)
    # A header set in a location would remove all of these.
    assert "proxy_set_header" not in PROXY.split("location", 1)[1]
    invite = PROXY.split("location /invite/")[1]
    assert "access_log off" in invite and "error_log /dev/null" in invite
    given = COMPOSE["services"]["proxy"]["environment"]
    assert set(re.findall(r"\$\{(\w+)\}", PROXY.replace("${CAPITALS}", ""))) == set(given)


def test_the_command_writes_them_and_never_replaces_a_file(tmp_path: Path) -> None:
    folder = tmp_path / "team"
    said = CliRunner().invoke(spotcheck, ["init", "--container", str(folder), "--json"])
    assert said.exit_code == 0 and {Path(f).name for f in json.loads(said.stdout)["files"]} == set(FILES)
    assert (folder / "certificates").is_dir() and not list(tmp_path.glob("*.db"))
    assert (folder / "compose.yaml").read_bytes() == (FOLDER / "compose.yaml").read_bytes()
    write_container(folder)
    (folder / "compose.yaml").write_text("mine")
    with pytest.raises(Refused, match=r"compose\.yaml exists already"):
        write_container(folder)
    assert (folder / "compose.yaml").read_text() == "mine"
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        write_container(tmp_path / "file" / "below")


def test_the_files_are_part_of_the_package() -> None:
    data = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["package-data"]
    patterns = data["review.serving.container"]
    assert all(any(Path(name).match(pattern) for pattern in patterns) for name in FILES)
