"""The README describes every plug-in, command and page, and CI runs the commands that the README shows."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import app_pages
import click
import derive_readme
import pytest
import test_house

from review.basics.lazy_commands import overview
from review.checks.catalogue import CHECKS
from review.commands.cli import COMMANDS, spotcheck
from review.experiments.gating.workflows import WORKFLOWS
from review.golden.writers.catalogue import WRITERS
from review.judges.kinds import JUDGES
from review.sampling.engines.catalogue import ENGINES
from review.serving.server import OPTIONS
from review.sources.readers.catalogue import READERS
from review.statistics.agreement.coefficients import COEFFICIENTS

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_the_derived_tables_of_the_readme_say_what_the_plug_ins_say() -> None:
    message = "README.md is out of date: run `python tests/derive_readme.py`"
    assert derive_readme.derived(README) == README, message


def test_every_plug_in_says_what_it_is() -> None:
    for catalogue in (READERS, WRITERS, CHECKS, JUDGES, ENGINES):
        assert not [name for name, plug_in in catalogue.items() if not getattr(plug_in, "about", "")]
    assert not [name for name, coefficient in COEFFICIENTS.items() if not coefficient.title]


def commands() -> list[tuple[str, click.Command]]:
    context = click.Context(spotcheck)
    found = [(name, spotcheck.get_command(context, name)) for name in COMMANDS]
    return [(name, command) for name, command in found if command is not None]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_readme(name: str) -> None:
    assert f"| `{name}` |" in README


@pytest.mark.parametrize(("name", "command"), commands(), ids=list(COMMANDS))
def test_every_command_and_option_says_what_it_is_for(name: str, command: click.Command) -> None:
    members: list[click.Command | None] = [command]
    if isinstance(command, click.Group):
        context = click.Context(command)
        members = [command.get_command(context, member) for member in command.list_commands(context)]
    for member in members:
        assert member is not None
        assert member.help, f"{name} {member.name} has no help"
        options = {option for p in member.params for option in p.opts}
        assert "--json" in options or name in ("serve",), f"{name} {member.name} has no --json"


@pytest.mark.parametrize(("name", "command"), commands(), ids=list(COMMANDS))
def test_the_overview_shows_the_first_sentence_of_each_command(name: str, command: click.Command) -> None:
    assert overview(name, COMMANDS[name]) == command.get_short_help_str(limit=300)


def test_the_overview_imports_no_command_and_nothing_slow() -> None:
    code = "import sys; from review.commands.cli import spotcheck; spotcheck.main(['--help'], standalone_mode=False); "
    code += "slow = {'storage.store', 'storage.opening', 'pandas', 'numpy', 'pyarrow', 'duckdb', 'sqlglot'}; "
    code += "slow &= set(sys.modules); "
    code += "commands = [m for m in sys.modules if m.startswith('review.commands.') and m != 'review.commands.cli']; "
    code += "sys.exit(bool(slow or commands))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False).returncode == 0


def test_publish_and_push_say_what_is_wrong_without_waiting_for_scipy() -> None:
    code = "import sys, review.commands.publish, review.commands.push; sys.exit('scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("name", sorted({n.split(".")[0] for n in COEFFICIENTS}))
def test_every_coefficient_is_in_the_readme(name: str) -> None:
    assert f"`{name}`" in README


@pytest.mark.parametrize("name", [*READERS, *WRITERS])
def test_every_format_is_in_the_readme(name: str) -> None:
    assert f"`{name}`" in README


@pytest.mark.parametrize("kind", JUDGES)
def test_every_kind_of_judge_is_in_the_readme(kind: str) -> None:
    assert f"| `{kind}` |" in README


@pytest.mark.parametrize("name", CHECKS)
def test_every_check_is_in_the_readme(name: str) -> None:
    assert f"`{name}`" in README


@pytest.mark.parametrize("scheme", [e for e in ENGINES if not e.startswith(".") and e != "folder"])
def test_every_engine_is_in_the_readme(scheme: str) -> None:
    assert f"{scheme}://" in README


@pytest.mark.parametrize("title", app_pages.titles())
def test_every_page_is_in_the_readme(title: str) -> None:
    assert f"| {title} |" in README


def test_ci_runs_the_readmes_own_test_command() -> None:
    block = re.search(r"<!-- tests -->\n```bash\n(.+)\n```", README)
    assert block and "pytest" in block[1] and block[1].startswith("python3 -m venv")
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "<!-- tests -->" in script and "README.md" in script


def test_the_flags_of_serve_match_the_configuration() -> None:
    import tomllib

    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    for name, value in OPTIONS.items():
        section, _, key = name.partition(".")
        written = config[section][key]
        assert (str(written).lower() if isinstance(written, bool) else str(written)) == value, name
    assert config["server"]["address"] == "127.0.0.1"
    assert config["runner"]["postScriptGC"] is False
    assert config["browser"]["gatherUsageStats"] is False


def test_no_secret_and_no_path_of_a_machine_is_tracked() -> None:
    for file in (ROOT / ".streamlit").iterdir():
        assert file.name in ("config.toml", "secrets.toml")
        if file.name == "config.toml":
            assert not re.search(r"secret|password|token|api_key", file.read_text(encoding="utf-8"), re.IGNORECASE)


def test_the_required_packages_are_dependencies() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = {re.split(r"[<>=;\[ ]", d)[0] for d in project["dependencies"]}
    named |= {re.split(r"[<>=;\[ ]", d)[0] for d in project["optional-dependencies"]["models"]}
    required = {"streamlit", "sqlite-utils", "pandas", "sqlglot", "transformers", "scikit-learn", "requests"}
    assert required <= named


def test_the_house_in_contributing_has_the_floors_of_the_house() -> None:
    block = re.search(r"## The house\n\n```\n(.+?)```", CONTRIBUTING, re.DOTALL)
    assert block
    shown = [re.split(r"  +", line)[0].split(", ") for line in block[1].splitlines()]
    to_come = {word.strip("[]") for line in shown for word in line if word.startswith("[")}
    floors = [{word.strip("[]").removeprefix("review/").removesuffix(".py") for word in line} for line in shown]
    assert floors == [{room.removeprefix("review.") for room in rooms} for rooms in reversed(test_house.FLOORS)]
    missing = {r.removeprefix("review.") for r in test_house.FLOOR if not (ROOT / r.replace(".", "/")).is_dir()}
    assert to_come == missing - {"app"}, "a room in brackets is one that does not exist yet"


def test_contributing_names_files_and_lines_that_exist() -> None:
    rows = re.findall(r"^\| [a-z ]+ \| `(.+?)` \| `(\w+)` in `(.+?)` \| `(.+?)` \|$", CONTRIBUTING, re.MULTILINE)
    assert len(rows) == 16, "one row for each kind of thing"
    for folder, name, catalogue, model in rows:
        assert re.search(rf"^{name}\b", (ROOT / catalogue).read_text(encoding="utf-8"), re.MULTILINE), name
        assert (ROOT / model).is_file(), model
        assert re.fullmatch(folder.replace("NAME", r"\w+") + r"(\w+\.py)?", model), f"{model} is not in {folder}"


def test_nothing_tells_to_install_the_other_project_that_has_our_name() -> None:
    by_name = re.compile(r"pip install\b[^`\n|]*?[ '\"]spotcheck(?![\w*-])")
    assert by_name.search("pip install -q 'spotcheck[auth]'") and by_name.search("run: pip install spotcheck\n")
    assert not by_name.search("pip install ./eval/spotcheck-*.whl")
    texts = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]
    for folder in ("review", "storage", "pages"):
        texts += [path for path in (ROOT / folder).rglob("*") if path.is_file() and path.suffix != ".pyc"]
    told = [path for path in texts if by_name.search(path.read_bytes().decode("utf-8", "replace"))]
    assert not told
    for _, workflow in WORKFLOWS.values():
        assert workflow.count("pip install ./eval/spotcheck-*.whl") == 1 and "@" not in workflow.replace("@v", "")
