"""The files of three servers on PostgreSQL: what they promise about safety, and that they start what exists."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from click.testing import CliRunner

from review.commands.cli import spotcheck
from review.serving.container.writing import SERVERS

FOLDER = Path(__file__).parents[2] / "review" / "serving" / "container"
TEXT = (FOLDER / "compose.servers.yaml").read_text(encoding="utf-8")
SERVICES: dict[str, Any] = yaml.safe_load(TEXT)["services"]
PROXY = (FOLDER / "servers.conf.template").read_text(encoding="utf-8")
APPLICATIONS = ("application-1", "application-2", "application-3")
OURS = (*APPLICATIONS, "collector", "nightly", "prepare")


def variables(text: str) -> set[str]:
    return set(re.findall(r"\$\{(\w+)[:}]", text))


def test_every_part_is_there_and_ours_are_one_image() -> None:
    assert set(SERVICES) == {*OURS, "database", "proxy"}
    assert {SERVICES[name]["image"] for name in OURS} == {"spotcheck"}
    for name in ("database", "proxy"):
        assert re.fullmatch(r"(postgres|nginx):[\w.-]+", SERVICES[name]["image"])


@pytest.mark.parametrize("name", [*OURS, "proxy"])
def test_each_service_can_change_nothing_but_its_data(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True and service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    writable = [v for v in service["volumes"] if not v.endswith(":ro")]
    assert writable == ([] if name == "proxy" else ["project:/data"])


def test_only_the_proxy_can_be_reached_and_nothing_starts_without_its_secrets() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    example = (FOLDER / "servers.env").read_text(encoding="utf-8")
    assert variables(TEXT) == set(re.findall(r"^(\w+)=", example, re.MULTILINE))
    for secret in ("SPOTCHECK_AUDIT_KEY", "OWNER_PASSWORD", "APPLICATION_PASSWORD", "SPOTCHECK_COLLECT_TOKEN"):
        assert re.search(rf"^{secret}=$", example, re.MULTILINE) and f"${{{secret}:?" in TEXT


def test_servers_have_the_role_that_changes_no_row_and_wait_for_the_owner_to_prepare() -> None:
    for name in (*APPLICATIONS, "collector", "nightly"):
        assert SERVICES[name]["environment"]["PGUSER"] == "application"
        assert SERVICES[name]["depends_on"] == {"prepare": {"condition": "service_completed_successfully"}}
        assert "OWNER_PASSWORD" not in json.dumps(SERVICES[name])
    assert SERVICES["prepare"]["environment"]["PGUSER"] == SERVICES["database"]["environment"]["POSTGRES_USER"]
    assert SERVICES["prepare"]["restart"] == "no" and "CREATE ROLE application" in (FOLDER / "roles.sh").read_text()
    subprocess.run(["sh", "-n", str(FOLDER / "roles.sh")], check=True)


@pytest.mark.parametrize("name", OURS)
def test_the_commands_exist_with_their_options(name: str) -> None:
    words = [re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", word) for word in SERVICES[name]["command"]]
    command: Any = spotcheck.get_command(click.Context(spotcheck), words[1])
    rest = words[2:]
    if isinstance(command, click.Group):
        command, rest = command.commands[rest[0]], rest[1:]
    command.make_context(words[1], [*rest, "--store", "spotcheck.db"])


def test_the_proxy_knows_each_server_by_its_address_and_name() -> None:
    given = SERVICES["proxy"]["environment"]
    assert variables(PROXY.replace("${CAPITALS}", "")) == set(given)
    for number, name in enumerate(APPLICATIONS, start=1):
        address = SERVICES[name]["networks"]["inside"]["ipv4_address"]
        assert given[f"APPLICATION_{number}"] == f"{address}:8501" and "8501" in SERVICES[name]["command"]
    assert given["COLLECTOR"] == f"{SERVICES['collector']['networks']['inside']['ipv4_address']}:4318"
    for server in ("one", "two", "three"):
        assert len(re.findall(rf"^    {server} ", PROXY, re.MULTILINE)) == 3  # which is asked first, second and third
        assert f"upstream spotcheck_{server} {{" in PROXY
    for location in re.split(r"\n    location ", PROXY)[1:]:
        assert "Strict-Transport-Security" in location and "proxy_set_header" not in location
        name = location.split(" {")[0]
        assert ("error_log /dev/null" in location) == ("invite" in name)


def test_the_command_writes_them(tmp_path: Path) -> None:
    said = CliRunner().invoke(spotcheck, ["init", "--container", str(tmp_path / "team"), "--servers", "--json"])
    assert said.exit_code == 0 and {Path(f).name for f in json.loads(said.stdout)["files"]} == set(SERVERS)
    assert (tmp_path / "team" / "compose.yaml").read_text() == TEXT
    alone = CliRunner().invoke(spotcheck, ["init", "--servers"])
    assert alone.exit_code == 2 and "--container" in alone.output
