"""init, people, rubric and serve from the command line: what is said where, and with which exit code."""

import json
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from flow_store import add_people, take_role
from quick_stores import ON_POSTGRES, damage

from review.audit import chain
from review.basics.errors import InputError, NothingToDo, ReviewError
from review.commands import cli
from review.commands.cli import COMMANDS, spotcheck
from review.people.people import person
from review.rubric.change import change_rubric
from review.rubric.rubric import current_rubric, rubric_from
from review.serving import server
from review.settings.project import project_of
from storage.connection import StorageError
from storage.opening import open_store
from storage.records_people import Rater, Role, RubricVersion


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SPOTCHECK_STORE", raising=False)
    monkeypatch.setattr("review.commands.common.getpass.getuser", lambda: "lea")
    return tmp_path


def run(*arguments):
    """The command as the shell would see it: exit code, standard output, standard error."""
    result = CliRunner().invoke(spotcheck, arguments)
    error = result.exception
    if isinstance(error, ReviewError):
        return error.exit_code, result.stdout, f"error: {error.with_hint}"
    if isinstance(error, StorageError):
        return error.exit_code, result.stdout, f"error: {error}"
    if error is not None and not isinstance(error, SystemExit):
        raise error
    return result.exit_code, result.stdout, result.stderr


def said(*arguments):
    """The one JSON object on standard output."""
    code, text, _ = run(*arguments, "--json")
    assert code == 0
    return json.loads(text)


def edit(text: str) -> None:
    Path("spotcheck.toml").write_text(text, encoding="utf-8")


def test_init_makes_settings_a_store_and_a_lead(folder):
    found = said("init")
    assert found == {
        "store": "spotcheck.db",
        "settings": "spotcheck.toml",
        "created": True,
        "lead": "lea",
        "rubric_version": 1,
    }
    store = open_store("spotcheck.db", create=False)
    assert person(store, "lea").role == "lead" and current_rubric(store).version == 1
    assert project_of("spotcheck.db").unit == "session"
    assert chain.verify(store)[1] is None


def test_init_twice_is_harmless(folder):
    run("init", "--name", "Lea")
    edit("[[rubric.dimensions]]\nname = 'x'\nvalues = ['a', 'b']\n")
    run("people", "add", "ana", "--as", "Lea")
    settings = Path("spotcheck.toml").read_text()
    code, text, noted = run("init", "--name", "Eve", "--json")
    # Somebody else's init neither joins them nor changes the rubric in the lead's name.
    assert code == 0 and "already exists; nothing was changed" in noted
    assert json.loads(text) | {"store": 0, "settings": 0} == {
        "store": 0,
        "settings": 0,
        "created": False,
        "lead": "Lea",
        "rubric_version": 1,
    }
    store = open_store("spotcheck.db")
    assert [r.name for r in store.find(Rater)] == ["Lea", "ana"] and len(store.find(RubricVersion)) == 1
    assert Path("spotcheck.toml").read_text() == settings


def test_init_with_a_wrong_rubric_makes_no_store(folder):
    edit("[[rubric.dimensions]]\nname = 'x'\nvalues = ['a', 'a']\n")
    code, _, error = run("init")
    assert code == 2 and "dimension 1 ('x')" in error and "spotcheck.toml" in error
    assert not Path("spotcheck.db").exists()


@pytest.mark.parametrize("arguments", [["--store", "no/such/folder/x.db"], ["--store", "."], ["--name", "!!"]])
def test_init_where_it_cannot_be_is_bad_usage(folder, arguments):
    code, text, error = run("init", *arguments)
    assert code == 2 and text == "" and error.startswith("error: ")


def test_a_file_that_is_no_store_is_left_alone(folder):
    Path("spotcheck.db").write_bytes(b"not a database, but long enough to look like one" * 20)
    before = Path("spotcheck.db").read_bytes()
    code, _, error = run("init")
    assert code == 2 and "not an SQLite store" in error and Path("spotcheck.db").read_bytes() == before


@pytest.mark.parametrize(
    "arguments", [["people", "list"], ["people", "add", "x"], ["rubric", "show"], ["rubric", "update"], ["serve"]]
)
def test_without_a_store_every_command_says_how_to_make_one(folder, arguments):
    code, text, error = run(*arguments)
    assert code == 2 and text == "" and "spotcheck init" in error
    assert not Path("spotcheck.db").exists()


@pytest.mark.parametrize("arguments", [["init"], ["people", "list"], ["rubric", "show"]])
def test_a_store_of_a_newer_version_is_left_alone(folder, arguments):
    run("init")
    columns = "schema_steps (name, at)" if ON_POSTGRES else "_sqlite_migrations (name, applied_at, migration_set)"
    values = "'m999_later', '2030-01-01'" + ("" if ON_POSTGRES else ", 'spotcheck'")
    damage(open_store("spotcheck.db"), f"INSERT INTO {columns} VALUES ({values})")
    code, text, error = run(*arguments)
    assert code == 2 and text == "" and "written by a newer version of Spotcheck (it has 'm999_later')" in error


def test_the_store_can_be_named_by_the_environment(folder, monkeypatch):
    monkeypatch.setenv("SPOTCHECK_STORE", "other.db")
    assert said("init")["store"] == "other.db"
    assert Path("other.db").exists() and not Path("spotcheck.db").exists()


def test_a_lead_adds_people_and_changes_roles(folder):
    run("init")
    found = said("people", "add", "Ana", "ben", "--scope", "billing")
    nobody_logs_in = {"issuer": "", "subject": ""}
    assert found == {
        "people": [
            {"id": "ana", "name": "Ana", "role": "annotator", "scope": "billing", **nobody_logs_in},
            {"id": "ben", "name": "ben", "role": "annotator", "scope": "billing", **nobody_logs_in},
        ]
    }
    assert said("people", "add", "ben", "--role", "adjudicator")["people"][0]["role"] == "adjudicator"
    assert [(p["name"], p["role"]) for p in said("people", "list")["people"]] == [
        ("lea", "lead"),
        ("Ana", "annotator"),
        ("ben", "adjudicator"),
    ]
    code, text, _ = run("people", "list")
    assert code == 0 and "Ana" in text and "adjudicator" in text


def test_only_a_lead_adds_people(folder):
    run("init")
    run("people", "add", "ana")
    for somebody in (["--as", "ana"], ["--as", "Ana"]):
        code, text, error = run("people", "add", "eve", "--role", "lead", *somebody)
        assert (code, text) == (1, "") and "needs the role lead; ana has annotator" in error
    code, _, error = run("rubric", "update", "--as", "ana")
    assert code == 1 and "needs the role lead" in error
    code, _, error = run("people", "add", "eve", "--as", "zed")
    assert code == 2 and "nobody called 'zed'" in error
    assert [r.name for r in open_store("spotcheck.db").find(Rater)] == ["lea", "ana"]


def test_of_several_names_all_are_added_or_none(folder):
    run("init")
    code, _, error = run("people", "add", "ana", "!!!", "ben")
    assert code == 2 and "name: found '!!!'" in error
    store = open_store("spotcheck.db")
    assert [r.name for r in store.find(Rater)] == ["lea"] and len(store.find(Role)) == 1
    assert chain.verify(store) == (3, None)  # signing begins, the lead's role, the rubric


def test_the_only_lead_cannot_lock_everybody_out(folder):
    run("init")
    code, _, error = run("people", "add", "lea")
    assert code == 1 and "only lead" in error
    assert person(open_store("spotcheck.db"), "lea").role == "lead"


def test_who_acts_is_the_systems_user_else_the_only_lead(folder, monkeypatch):
    run("init")
    run("people", "add", "eva", "--role", "lead")
    monkeypatch.setattr("review.commands.common.getpass.getuser", lambda: "root")
    code, _, error = run("people", "add", "ana")
    assert code == 2 and "not clear who acts. People in the store: lea, eva. Name one with --as NAME" in error
    take_role(open_store("spotcheck.db"), "eva")
    assert said("people", "add", "ana")["people"][0]["name"] == "ana"


@pytest.mark.parametrize(
    "arguments",
    [
        ["people", "add"],
        ["people", "add", "x", "--role", "boss"],
        ["people", "remove", "x"],
        ["peopel"],
        ["init", "--nmae", "x"],
        ["serve", "--port", "many"],
        ["serve", "--port", "0"],
        ["serve", "--port", "70000"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_code_2(folder, arguments):
    run("init")
    code, text, error = run(*arguments)
    assert code == 2 and text == "" and error


def test_without_a_table_in_the_settings_the_rubric_in_force_stays(folder):
    said("init")
    store = open_store("spotcheck.db")
    mine = rubric_from({"dimensions": [{"name": "tone", "values": ["kind", "rude"]}]})
    change_rubric(store, mine, by="lea", note="made on the Rubric page")
    code, _, error = run("rubric", "update")
    assert code == 2 and "spotcheck.toml: found no [rubric] table" in error and "rubric show --toml" in error
    assert current_rubric(store).names == ("tone",) and len(store.find(RubricVersion)) == 2


def test_the_rubric_is_shown_changed_and_read_back(folder):
    run("init")
    found = said("rubric", "show")
    assert found["version"] == 1 and next(d["name"] for d in found["dimensions"]) == "correctness"
    code, text, _ = run("rubric", "show", "--toml")
    assert code == 0 and tomllib.loads(text)["rubric"]["dimensions"][0]["positive"] == "wrong"
    edit(text)
    # What is printed is what is in force: nothing changes.
    assert said("rubric", "update")["version"] == 1
    edit(text.replace('"friendly"', '"warm"', 1))
    assert said("rubric", "update", "--note", "a better word")["version"] == 2
    assert open_store("spotcheck.db").find(RubricVersion)[-1].note == "a better word"
    code, text, _ = run("rubric", "show")
    assert code == 0 and "rubric version 2" in text


@pytest.mark.parametrize("version", ["7", "0", "99999999999999999999"])
def test_a_version_that_does_not_exist_is_named_in_a_sentence(folder, version):
    run("init")
    sentence = f"rubric version {version} does not exist (there are: 1)."
    for arguments in (["rubric", "diff", "1", version], ["rubric", "show", "--version", version]):
        code, text, error = run(*arguments)
        assert (code, text) == (2, "") and sentence in error


def test_a_wrong_rubric_changes_nothing(folder):
    run("init")
    edit("[[rubric.dimensions]]\nname = 'mood'\nvalues = ['a', 'b']\npositive = 'c'\n")
    code, text, error = run("rubric", "update")
    assert (code, text) == (2, "") and "spotcheck.toml, dimension 1 ('mood'), positive: found 'c'" in error
    assert len(open_store("spotcheck.db").find(RubricVersion)) == 1


@pytest.mark.parametrize("arguments", [["init"], ["people", "add", "ana"], ["people", "list"], ["rubric", "show"]])
def test_json_is_one_object_and_nothing_else(folder, arguments):
    run("init")
    code, text, _ = run(*arguments, "--json")
    assert code == 0 and isinstance(json.loads(text), dict)


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["people", "list"], 2, "error: spotcheck.db: there is no store here"),
        (["nothing"], 2, "No such command 'nothing'"),
        (["--help"], 0, ""),
        (["--version"], 0, ""),
        (["init", "--store", "x/y.db"], 2, "error: x/y.db: the folder x does not exist"),
    ],
    ids=range(5),
)
def test_main_ends_with_one_sentence_and_its_exit_code(folder, monkeypatch, capsys, arguments, code, sentence):
    monkeypatch.setattr(sys, "argv", ["spotcheck", *arguments])
    try:
        cli.main()
        found = 0
    except SystemExit as exit_:
        found = exit_.code or 0
    said = capsys.readouterr()
    assert found == code and sentence in said.err and "Traceback" not in said.err


def test_a_refusal_in_main_is_exit_code_1(folder, monkeypatch, capsys):
    store = open_store("spotcheck.db")
    add_people(store)
    store.close()
    monkeypatch.setattr(sys, "argv", ["spotcheck", "people", "add", "x", "--as", "ana", "--json"])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    said = capsys.readouterr()
    assert caught.value.code == 1 and said.out == "" and said.err.startswith("error: this needs the role lead")


def test_every_command_loads_and_has_help():
    context = click.Context(spotcheck)
    assert spotcheck.list_commands(context) == sorted(COMMANDS)
    for name in COMMANDS:
        command = spotcheck.get_command(context, name)
        assert command is not None and command.help
    assert spotcheck.get_command(context, "nothing") is None


def test_the_application_starts_with_its_safe_options_whatever_the_folder(folder):
    words = server.command(Path("/x/app.py"), port=8600)
    assert words[1:5] == ["-m", "streamlit", "run", "/x/app.py"]
    for flag in (
        "--server.address=127.0.0.1",
        "--server.port=8600",
        "--server.headless=true",
        "--browser.gatherUsageStats=false",
        "--client.toolbarMode=minimal",
        "--server.fileWatcherType=none",
    ):
        assert flag in words
    assert server.app_path().name == "app.py"


def test_the_theme_is_found_beside_the_application(tmp_path):
    app = tmp_path / "app.py"
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "config.toml").write_text("")
    assert server.config_folder(app) == tmp_path
    found = server.config_folder(server.app_path())
    assert (found / ".streamlit" / "config.toml").is_file()


def test_a_taken_port_is_refused_with_the_next_one():
    with socket.socket() as other:
        other.bind((server.ADDRESS, 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(InputError, match=rf"port {port} .* is not free .*--port {port % 65535 + 1}"):
            server.check_port(port)
    server.check_port(port)


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_an_impossible_port_is_refused(port):
    with pytest.raises(InputError, match=f"--port: found {port}, expected 1 to 65535"):
        server.check_port(port)


def test_waiting_for_an_application_that_ended_says_so():
    process = subprocess.Popen([sys.executable, "-c", "raise SystemExit(3)"])
    process.wait()
    with pytest.raises(NothingToDo, match="exit code 3"):
        server.wait_until_ready(process, "http://127.0.0.1:9", seconds=5)
