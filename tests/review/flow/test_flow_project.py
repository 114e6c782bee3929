"""The settings of a project: a wrong one is named, a missing file is the defaults, an import is remembered."""

from pathlib import Path

import pytest

from review.basics.errors import InputError
from review.experiments.targets.catalogue import checked_options
from review.settings.judges import JudgeSettings
from review.settings.project import SETTINGS, SOURCES, TARGETS, Project, project_of
from review.settings.sources import SourcePreset
from review.settings.starter import STARTER


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def read(folder: Path, text: str | bytes) -> Project:
    (folder / "spotcheck.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    return project_of(folder / "spotcheck.db")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "[proj]\n",
            r"found table \[proj\], expected one of access, .*compliance, duties, failures, golden, import",
        ),
        ("project = 5\n", r"project: found 5, expected a table \[project\]"),
        ("import = 'x'\n", r"import: found 'x', expected a table"),
        ("[[privacy]]\n", r"privacy: found \[\{\}\], expected a table"),
        ("rubric = 1\n", r"rubric: found 1, expected a table"),
        ("golden = []\n", r"golden: found \[\], expected a table"),
        ("[project]\ntime_zone = 'Mars/Base'\n", "project.time_zone: found 'Mars/Base', expected a name such as"),
        ("[project]\ntime_zone = 5\n", "project.time_zone: found 5"),
        ("[project]\ntime_zone = ''\n", "project.time_zone: found ''"),
        (f"[project]\ntime_zone = '{'x' * 300}'\n", "project.time_zone: found 'x"),
        ("[project]\ntimezone = 'UTC'\n", r"\[project\]: found setting 'timezone', expected time_zone"),
        ("[sampling]\nunit = 'page'\n", "sampling.unit: found 'page', expected one of session, turn"),
        ("[sampling]\nunit = ['turn']\n", r"sampling.unit: found \['turn'\]"),
        ("[sampling]\nconfidence = 2\n", "sampling.confidence: found 2, expected a number from 0 to 1"),
        ("[sampling]\nconfidence = nan\n", "sampling.confidence: found nan"),
        ("[sampling]\nconfidence = true\n", "sampling.confidence: found True"),
        ("[sampling]\nconfidence = '.5'\n", "sampling.confidence: found '.5'"),
        ("[privacy]\noriginals = 'here'\n", "privacy.originals: found 'here', expected one of apart, encrypted, none"),
        # A misspelt setting would keep what was to be thrown away.
        (
            "[privacy]\norginals = 'none'\n",
            r"\[privacy\]: found setting 'orginals', expected one of originals,",
        ),
        ("[privacy.patterns]\nkunde = 'x'\n", "privacy.patterns: found the name 'kunde', expected capitals"),
        ("[privacy.patterns]\nKD = '['\n", r"privacy.patterns.KD: '\[' is not a valid regular expression"),
        ("[privacy.patterns]\nKD = 5\n", "privacy.patterns.KD: 5 is not a valid regular expression"),
        ("[privacy]\npatterns = 'x'\n", "privacy.patterns: found 'x', expected a table"),
        ("[import]\nmap = 5\n", "import.map: found 5, expected a table"),
        ("[import.map]\nquestion = ['a']\n", r"import.map.question: found \['a'\], expected a text"),
        ("[import.values]\nfeedback = 'x'\n", "import.values.feedback: found 'x', expected a table"),
        ("[golden]\nplan = 5\n", "golden.plan: found 5, expected a table"),
        ("[golden.plan]\na = -1\n", "golden.plan.a: found -1"),
        ("[golden.plan]\na = true\n", "golden.plan.a: found True, expected a whole number, 0 or more. Numbers by kind"),
        ("[golden.plan.a]\nedge = -1\n", "golden.plan.a.edge: found -1, expected a whole number, 0 or more"),
        ("[privacy]\nphone_region = 49\n", "privacy.phone_region: found 49, expected a text"),
        ("[golden.plan.a]\nodd = 3\n", "golden.plan.a: found setting 'odd', expected one of normal, edge, adversarial"),
        ("[judges]\nhost = []\n", r"\[judges\]: found setting 'host', expected one of hosts, concurrency"),
        ("[judges]\nhosts = 'a'\n", r"judges.hosts: found 'a', expected a list such as \[\"localhost:11434\"\]"),
        ("[judges]\nhosts = ['http://a']\n", "judges.hosts: found 'http://a', expected a host or host:port"),
        ("[judges]\nhosts = [5]\n", "judges.hosts: found 5"),
        ("[judges]\nhosts = ['a:port']\n", "judges.hosts: found 'a:port'"),
        ("[judges]\nconcurrency = 0\n", "judges.concurrency: found 0, expected a whole number from 1 to 256"),
        ("[judges]\nconcurrency = 2.5\n", "judges.concurrency: found 2.5"),
        ("[judges]\nconcurrency = true\n", "judges.concurrency: found True"),
        ("[judges]\ntimeout = '60'\n", "judges.timeout: found '60', expected seconds from 1 to 3600"),
        ("[judges]\ntimeout = nan\n", "judges.timeout: found nan"),
        ("[judges]\ndevice = 'gpu'\n", "judges.device: found 'gpu', expected one of auto, cpu, cuda, mps"),
        ("[project\n", "not readable as TOML"),
        (b"\xff\xfe[project]", "not readable as TOML"),
    ],
    ids=range(45),
)
def test_a_wrong_setting_is_named(folder, text, sentence):
    with pytest.raises(InputError, match=sentence) as caught:
        read(folder, text)
    assert str(folder / "spotcheck.toml") in str(caught.value)


def test_without_a_file_the_defaults_hold(folder):
    assert project_of(folder / "spotcheck.db") == Project(path=folder / "spotcheck.toml")


def test_the_starter_is_the_defaults(folder):
    assert read(folder, STARTER) == Project(path=folder / "spotcheck.toml")


def test_the_starter_shows_every_table(folder):
    shown = [name for name in (*SETTINGS, SOURCES, TARGETS) if f"[{name}" not in STARTER]
    assert shown == []


@pytest.mark.parametrize("name", ["import", "targets", "scores", "failures", "push", "publish"])
def test_an_example_of_the_starter_can_be_used_as_it_stands(folder, name):
    lines = STARTER.splitlines()
    first = next(n for n, line in enumerate(lines) if line.startswith(f"# [{name}"))
    block = lines[first : lines.index("", first)]
    assert block and all(line.startswith("# ") for line in block)
    read(folder, "\n".join(line.removeprefix("# ") for line in block))


def test_the_targets_of_the_starter_are_of_kinds_that_exist(folder):
    lines = STARTER.splitlines()
    first = next(n for n, line in enumerate(lines) if line.startswith("# [targets"))
    block = [line.removeprefix("# ") for line in lines[first : lines.index("", first)]]
    for name, preset in read(folder, "\n".join(block)).targets.items():
        assert checked_options(preset.kind, preset.options, where=name)


def test_every_setting_is_read(folder):
    found = read(
        folder,
        "[project]\ntime_zone = 'Europe/Berlin'\n[sampling]\nunit = 'turn'\nconfidence = 0\n"
        "[privacy]\noriginals = 'none'\nphone_region = 'DE'\n[privacy.patterns]\nKD = 'KD-[0-9]+'\n"
        "[import.map]\nquestion = 'input.text'\n[import.values.status]\nbroken = 'error'\n200 = 'ok'\n"
        "[judges]\nhosts = ['LLM.example.org', '[::1]:8000']\nconcurrency = 16\ntimeout = 2.5\ndevice = 'cpu'\n"
        "[golden.plan]\norders = 25\nreturns = {normal = 19, edge = 4}\n",
    )
    assert (found.time_zone, found.unit, found.confidence) == ("Europe/Berlin", "turn", 0.0)
    assert found.privacy.originals == "none" and found.privacy.phone_region == "DE"
    assert found.privacy.patterns == {"KD": "KD-[0-9]+"}
    assert found.judges == JudgeSettings(("llm.example.org", "[::1]:8000"), 16, 2.5, "cpu")
    assert found.mapping == {"question": "input.text"}
    assert found.values == {"status": {"broken": "error", "200": "ok"}}
    assert found.plan == {"orders": 25, "returns": {"normal": 19, "edge": 4}}


def test_a_source_is_preset(folder):
    text = (
        "[sources.helpdesk]\ndate_format = 'day-first'\nencoding = 'windows-1252'\nalias = 'production'\n"
        "[sources.helpdesk.map]\nquestion = 'Frage'\n[sources.helpdesk.values.feedback]\n5 = 'up'\n"
    )
    found = read(folder, text)
    pulled = read(folder, text.replace("\nencoding", "\nkind = 'folder'\npath = 'in'\nencoding"))
    assert (found.pulled, pulled.sources) == ((), found.sources)
    assert [(one.name, one.kind, one.options) for one in pulled.pulled] == [("helpdesk", "folder", {"path": "in"})]
    listed = read(folder, "[[sources]]\nname = 'a'\nkind = 'folder'\npath = 'in'\ndate_format = 'day-first'\n")
    assert [one.name for one in listed.pulled] == ["a"] and listed.sources["a"].date_format == "day-first"
    assert found.sources == {
        "helpdesk": SourcePreset(
            alias="production",
            mapping={"question": "Frage"},
            values={"feedback": {"5": "up"}},
            date_format="day-first",
            encoding="cp1252",
        )
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[sources.a]\ndate_format = 'dmy'", "sources.a.date_format.*'dmy'.*day-first"),
        ("[sources.a]\nencoding = 'base64'", "sources.a.encoding.*base64"),
        ("[sources.a]\nmapping = 'x'", "setting 'mapping'"),
        ("sources = 3", "table"),
    ],
)
def test_a_wrong_preset_is_refused(folder, text, words):
    with pytest.raises(InputError, match=words):
        read(folder, text)
