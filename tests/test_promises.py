"""A new plug-in, command or page is one file and one line, as the change table in CONTRIBUTING.md promises.

A toy of each kind is added to a copy of the source tree: one new file, and one line in the dict of its kind. There the
tables of README.md are derived again, and the tests that hold for every plug-in run on the toys.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]
COPIED = (
    *(
        "app.py",
        "pages",
        "review",
        "storage",
        "tests",
        "README.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "pyproject.toml",
    ),
    *(".streamlit", ".ci"),
)
LEFT_OUT = ("tests/data/", "tests/browser/", "tests/bench/")


class Toy(NamedTuple):
    """A file, its text, the file of the dict that lists it, a line that is there, and the toy's line to put below."""

    file: str
    text: str
    listed_in: str
    below: str
    line: str


TOYS = {
    "reader": Toy(
        "review/sources/readers/toy.py",
        '''"""Toy dialogues."""

from review.sources.readers.fields import Fields, Record, list_of, message
from review.sources.readers.reader import Reader


def recognise(record: Record) -> bool:
    """The field toy."""
    return "toy" in record


def read(record: Record) -> Fields:
    """Who speaks takes turns."""
    lines = list_of("toy", record.get("toy"), "a list of texts")
    return {"messages": [message(("user", "assistant")[k % 2], text, at=f"toy.{k}") for k, text in enumerate(lines)]}


READER = Reader(
    about="toy dialogues", sign="the field toy", recognise=recognise, read=read, sample={"toy": ["How many?", "Seven."]}
)
''',
        "review/sources/readers/catalogue.py",
        '"abcd": ',
        '        "toy": "review.sources.readers.toy:READER",\n',
    ),
    "source to pull": Toy(
        "review/sources/pulling/toy.py",
        '''"""Toy conversations."""

from collections.abc import Iterator

from review.sources.pulling.pages import as_files
from review.sources.pulling.puller import Page, Puller, Visit


def pages(visit: Visit) -> Iterator[Page]:
    """One page with one conversation."""
    yield Page([{"id": "1", "question": "How many?", "answer": visit.source.options["word"]}], {"page": 1}, {})


PULLER = Puller(about="toy conversations", needs={"word": "the answer"}, may={}, fetch=as_files(pages, "jsonl"))
''',
        "review/sources/pulling/catalogue.py",
        '"warehouse": ',
        '        "toy": "review.sources.pulling.toy:PULLER",\n',
    ),
    "export of a tool": Toy(
        "review/exchange/tools/toy.py",
        '''"""Toy labels."""

from collections.abc import Iterator

from review.exchange.tools.tool import Rating, Record, Tool, rated


def labels(record: Record, _: str) -> Iterator[Rating]:
    """One label a line."""
    yield rated(str(record["toy_item"]), str(record["toy_rater"]), "correctness", str(record["toy_label"]))


LABELS = Tool(
    about="Toy",
    sign="toy_item, toy_rater and toy_label",
    recognise=lambda record: {"toy_item", "toy_rater", "toy_label"} <= set(record),
    ratings=labels,
    sample={"toy_item": "c-1", "toy_rater": "ana", "toy_label": "yes"},
)
''',
        "review/exchange/tools/catalogue.py",
        '"arena": ',
        '        "toy": "review.exchange.tools.toy:LABELS",\n',
    ),
    "writer": Toy(
        "review/golden/writers/toy.py",
        '''"""Toy text."""

from collections.abc import Sequence
from pathlib import Path

from review.golden.rows import Exported, ReleaseInfo
from review.golden.writers.writer import Writer


def write(examples: Sequence[Exported], info: ReleaseInfo, target: Path) -> list[Path]:
    """Write one paragraph per example."""
    rows = (f"{e.content['example_id']}: {e.content['question']} {e.content['answer']}\\n\\n" for e in examples)
    target.write_text("".join([info.content_hash, "\\n\\n", *rows]), encoding="utf-8")
    return [target]


WRITER = Writer(about="toy text", write=write, suffix=".toy.txt")
''',
        "review/golden/writers/catalogue.py",
        '"langsmith": ',
        '        "toy": "review.golden.writers.toy:WRITER",\n',
    ),
    "engine": Toy(
        "review/sampling/engines/toy.py",
        '''"""SQLite under a name of its own."""

from review.sampling.engines.engine import Address, Engine, EngineKind
from review.sampling.engines.sqlite import open_sqlite


def opened(address: Address, week: str | None) -> Engine:
    """Open the database."""
    return open_sqlite(address.path, address.table)


ENGINE = EngineKind(about="a toy database", example="toy:///shop.toy?table=log", open=opened)
''',
        "review/sampling/engines/catalogue.py",
        '"clickhouse": ',
        '        "toy": "review.sampling.engines.toy:ENGINE",\n',
    ),
    "coefficient": Toy(
        "review/statistics/agreement/toy.py",
        '''"""Percent agreement under a name of its own."""

from review.statistics.agreement.coefficient import Coefficient, any_scale
from review.statistics.agreement.percent import FORMULA
from review.statistics.agreement.weights import identity

TOY = Coefficient("Toy agreement", FORMULA, identity, any_scale)
''',
        "review/statistics/agreement/coefficients.py",
        '"scott_pi": ',
        '        "toy": "review.statistics.agreement.toy:TOY",\n',
    ),
    "kind of judge": Toy(
        "review/judges/toy.py",
        '''"""A judge that always gives the same value."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from review.basics.errors import InputError
from review.judges.protocol.protocol import Bench, Kind, Opinion, Subject
from review.rubric.rubric import Dimension
from review.settings.judges import JudgeSettings


@dataclass(frozen=True)
class ToySpec:
    """The place of the value in each scale."""

    place: int = 0

    @classmethod
    def from_json(cls, table: Mapping[str, Any]) -> "ToySpec":
        """Read a spec. Raises InputError for an unknown setting."""
        for name in table:
            if name != "place":
                raise InputError(f"toy judge: found setting {name!r}, expected place.")
        return cls(**table)

    def to_json(self) -> dict[str, Any]:
        """Return the spec as JSON."""
        return asdict(self)


def checked(spec: ToySpec, dimensions: Sequence[Dimension], settings: JudgeSettings) -> ToySpec:
    """Return the spec as it is: every scale has the place."""
    return spec


def judge(bench: Bench[ToySpec], subjects: Sequence[Subject]) -> Iterator[Opinion]:
    """Give that value for every subject."""
    for subject in subjects:
        for dimension in bench.dimensions:
            if bench.stopped():
                return
            value = dimension.scale.values[bench.spec.place]
            yield Opinion(subject=subject.id, dimension=dimension.name, value=value)


KIND = Kind(
    title="toy",
    read=ToySpec.from_json,
    checked=checked,
    judge=judge,
    about="a toy that always gives the same value",
    sample={"place": 1},
)
''',
        "review/judges/kinds.py",
        '"recorded": ',
        '        "toy": "review.judges.toy:KIND",\n',
    ),
    "check": Toy(
        "review/checks/toy.py",
        '''"""Questions in an answer."""

from review.checks.protocol import Check, Finding, Options, Texts, finding


def toy(texts: Texts, options: Options) -> Finding:
    """Flag an answer with too many question marks."""
    count = texts.answered.count("?")
    return finding(flagged=count > options["most"], value=count)


CHECK = Check(title="toy", about="answers that ask a lot", find=toy, options={"most": 3}, cheap=True)
''',
        "review/checks/catalogue.py",
        '"similarity": ',
        '        "toy": "review.checks.toy:CHECK",\n',
    ),
    "SQL rule": Toy(
        "review/sql/rules/toy.py",
        '''"""Statements without toys."""

from collections.abc import Iterator

from review.sql.rules.policy import Policy
from review.sql.rules.rule import Mark, Rule, whole
from review.sql.tree.statement import Statement


def check(statement: Statement, policy: Policy) -> Iterator[Mark]:
    """Look for the word."""
    if "toy" in statement.text:
        yield whole(statement, "The query names a toy.")


RULE = Rule(about="names no toy", check=check, bad="SELECT 'toy' AS name", good="SELECT 'tool' AS name")
''',
        "review/sql/rules/catalogue.py",
        '"star": ',
        '        "toy": "review.sql.rules.toy:RULE",\n',
    ),
    "SQL engine": Toy(
        "review/sql/engines/toy.py",
        '''"""A toy database."""

from dataclasses import replace

from review.sql.engines.sqlite import ENGINE as SQLITE

ENGINE = replace(SQLITE, about="a toy database", example="toy:///shop.toy")
''',
        "review/sql/engines/catalogue.py",
        '"sqlite": "',
        '        "toy": "review.sql.engines.toy:ENGINE",\n',
    ),
    "system to push to": Toy(
        "review/exchange/pushing/toy.py",
        '''"""Toy scores."""

from collections.abc import Mapping

from review.exchange.pushing.system import ScoreToPush, System
from review.sources.pulling.web import Web


def connect(address: str, keys: Mapping[str, str]) -> Web:
    """Return a session."""
    return Web(address, headers={"toy": keys["key"]}, secrets="the key of [push.toy]")


def send(web: Web, score: ScoreToPush, again: bool) -> None:
    """Send one score."""
    web.post("/toys", {"id": score.id, "label": score.value, "why": score.words})


SYSTEM = System(
    about="toy scores", address="", keys={"key": "TOY_KEY"}, connect=connect, fits=lambda score: "", send=send
)
''',
        "review/exchange/pushing/catalogue.py",
        '"langfuse": ',
        '        "toy": "review.exchange.pushing.toy:SYSTEM",\n',
    ),
    "way to ask a version": Toy(
        "review/experiments/targets/toy.py",
        '''"""A version that always says the same."""

from review.experiments.targets.reading import read_answer
from review.experiments.targets.target import Attempt, Question, Setup, Target


class Parrot:
    """Says its word."""

    def __init__(self, setup: Setup) -> None:
        """Learn the word."""
        self.word = str(setup.options["word"])
        self.notes: list[str] = []

    def ask(self, question: Question) -> Attempt:
        """Say the word."""
        return read_answer({"answer": self.word})

    def close_thread(self) -> None:
        """Nothing is open."""

    def close(self) -> None:
        """Nothing is open."""


TARGET = Target(
    title="toy",
    about="a toy that says one word",
    metavar="WORD",
    main="word",
    open=Parrot,
    options={"loud": False},
    identity=("word",),
    sample={"word": "42"},
)
''',
        "review/experiments/targets/catalogue.py",
        '"http": ',
        '        "toy": "review.experiments.targets.toy:TARGET",\n',
    ),
    "results of a runner": Toy(
        "review/experiments/targets/results/toy.py",
        '''"""Toy results."""

from collections.abc import Iterator
from pathlib import Path

from review.experiments.targets.results.rows import ResultFormat, ResultRow


def read(path: Path) -> Iterator[ResultRow]:
    """One answer a line."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()[1:], start=2):
        case, _, answer = line.partition("=")
        yield ResultRow(names=(case,), line=number, fields={"answer": answer})


RESULTS = ResultFormat(
    about="toy results", fits=lambda path, head: head.startswith(b"toy"), read=read, sample="toy\\nc-1=42\\n"
)
''',
        "review/experiments/targets/results/catalogue.py",
        '"pytest-json": ',
        '        "toy": "review.experiments.targets.results.toy:RESULTS",\n',
    ),
    "scorer": Toy(
        "review/experiments/scorers/toy.py",
        '''"""The last character."""

from review.experiments.scorers.scorer import Score, Scorer, each, texts_missing
from review.experiments.values import Answer, Case


def score(case: Case, answer: Answer) -> Score:
    """Compare the last characters."""
    return texts_missing(case, answer) or Score(float((answer.answer or "")[-1:] == case.expected_answer[-1:]))


SCORER = Scorer(
    title="toy",
    about="the last character",
    score=each(score),
    sample={"case": {"expected_answer": "42"}, "answer": {"answer": "2"}},
)
''',
        "review/experiments/scorers/catalogue.py",
        '"exact": ',
        '        "toy": "review.experiments.scorers.toy:SCORER",\n',
    ),
    "warehouse": Toy(
        "review/report/publishing/toy.py",
        '''"""A toy warehouse."""

from dataclasses import replace

from review.report.publishing.duckdb import WAREHOUSE as DUCKDB

WAREHOUSE = replace(DUCKDB, about="a toy warehouse", example="results.toy")
''',
        "review/report/publishing/catalogue.py",
        '"duckdb": ',
        '        "toy": "review.report.publishing.toy:WAREHOUSE",\n',
    ),
    "command": Toy(
        "review/commands/toy.py",
        '''"""``spotcheck toy``."""

import click

from review.commands.common import emit, json_option


@click.command()
@json_option
def toy(as_json: bool) -> None:
    """Print a greeting."""
    emit({"hello": "you"}, as_json, lambda: click.echo("Hello."))
''',
        "review/commands/cli.py",
        '"sample": ',
        '    "toy": "review.commands.toy:toy",\n',
    ),
    "daily check": Toy(
        "review/compliance/checks/toy.py",
        '''"""Toys in an answer."""

from review.compliance.checks.check import Clause, DailyCheck, answers, each, place

CHECK = DailyCheck(
    title="toys",
    about="answers that speak of toys",
    clauses=(Clause("GDPR", "Art. 5(1)(d)", "accuracy: no toys"),),
    days=5,
    traffic=lambda project: each(lambda one: [place(f, 0, 1, "TOY") for f, text in answers(one) if "toy" in text]),
    method=lambda project: "a word",
)
''',
        "review/compliance/checks/catalogue.py",
        '"secrets": ',
        '        "toy": "review.compliance.checks.toy:CHECK",\n',
    ),
    "page": Toy(
        "pages/toy.py",
        '''"""A toy to look at."""

import streamlit as st

from pages.parts.shared import session

here = session.current()
here.need_role("lead")
st.title("Toy")
st.markdown("This page shows nothing of the week.")
''',
        "pages/router.py or app.py",
        '"audit", "Audit"',
        "the same line for the toy",
    ),
}

CONTRACTS = {
    "reader": "tests/review/test_sources_readers.py",
    "source to pull": "tests/review/test_pulling_systems.py",
    "export of a tool": "tests/review/test_exchange_tools.py",
    "writer": "tests/review/test_writers.py",
    "engine": "tests/test_docs.py",
    "coefficient": "tests/review/agreement/test_agreement_properties.py",
    "kind of judge": "tests/review/judges/test_judge_contract.py",
    "check": "tests/review/checks/test_checks_contract.py",
    "SQL rule": "tests/review/sql/test_sql_rules.py",
    "system to push to": "tests/review/test_pushing.py",
    "way to ask a version": "tests/review/experiments/test_targets.py",
    "results of a runner": "tests/review/experiments/test_targets.py",
    "scorer": "tests/review/experiments/test_scorers.py",
    "warehouse": "tests/review/sql/test_publishing.py",
    "daily check": "tests/review/compliance/test_daily_checks.py",
    "command": "tests/test_docs.py",
    "page": "tests/pages/test_app.py::test_on_an_empty_store_every_page_says_what_to_do_next",
}
"""The file with the tests that hold for every plug-in of a kind. An SQL engine has none, a database its own tests."""
CHOSEN = "toy or names_the_setting or of_every_tool or test_docs or under_this_contract or has_a_title or every_sample"
"""The toys' own tests, those of the documents, and those that look at a whole dict."""


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the source tree with a toy of each kind."""
    copy = tmp_path_factory.mktemp("tree")
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *COPIED]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    for name in names:
        if not name.startswith(LEFT_OUT) and (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    # With its time, each file keeps what Python has compiled of it.
    for folder in {path.parent for path in copy.rglob("*.py")}:
        compiled = ROOT / folder.relative_to(copy) / "__pycache__"
        if compiled.is_dir():
            shutil.copytree(compiled, folder / "__pycache__")
    for toy in TOYS.values():
        add(copy, toy)
    return copy


def add(copy: Path, toy: Toy) -> None:
    """One file, and one line."""
    assert not (copy / toy.file).exists()
    (copy / toy.file).write_text(toy.text, encoding="utf-8")
    for path in (copy / name for name in toy.listed_in.split(" or ")):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True) if path.is_file() else []
        places = [k for k, line in enumerate(lines) if toy.below in line]
        if places:
            (place,) = places
            same = lines[place].replace('"audit"', '"toy"').replace("Audit", "Toy")
            line = toy.line if toy.line.endswith("\n") else same
            path.write_text("".join([*lines[: place + 1], line, *lines[place + 1 :]]), encoding="utf-8")
            return
    raise AssertionError(f"{toy.listed_in} lists nothing with {toy.below}")


def run(tree: Path, *words: str) -> str:
    """What a Python command prints in the copy, which it must end well."""
    own = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "COVERAGE", "SPOTCHECK_"))}
    done = subprocess.run(
        [sys.executable, *words],
        cwd=tree,
        env={**own, "PYTHONPATH": str(tree)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6_000:]
    return done.stdout


def test_a_toy_of_each_kind_is_one_file_and_one_line(tree: Path) -> None:
    run(tree, "tests/derive_readme.py")
    readme = (tree / "README.md").read_text(encoding="utf-8")
    for row in (
        *(
            "| `toy` | toy dialogues |",
            "| `toy` | toy text |",
            "| `toy` | toy conversations | `word`: the answer |",
            "| a toy database | `toy:///shop.toy?table=log` | `toy://` |",
            "| `toy` | names no toy | yes |",
            "| a toy database | `toy:///shop.toy` |  |",
        ),
        *("| `toy` | Toy agreement |  |", "| `toy` | a toy that always gives the same value |"),
        *("| `toy` | answers that ask a lot | `most` |", "| `toy` | Print a greeting. |"),
        *("| `toy` | toy scores | `address`; `key`: default TOY_KEY |", "| `toy` | the last character |"),
        *("| `--toy WORD` | a toy that says one word | `loud` |", "| `toy` | toy results |"),
        "| `toy` | a toy warehouse | `results.toy` |",
        "| Toy | A toy to look at. |",
    ):
        assert row in readme, row
    files = sorted({"tests/test_docs.py", *CONTRACTS.values()})
    said = run(tree, "-m", "pytest", "-v", "-o", "addopts=", "-p", "no:cacheprovider", *files, "-k", CHOSEN)
    assert " failed" not in said and " passed" in said
    asked = {
        kind: re.findall(rf"^{re.escape(file)}\S*\[.*\btoy\b.*\] PASSED", said, re.M)
        for kind, file in CONTRACTS.items()
    }
    assert set(TOYS) - {"SQL engine"} == {kind for kind, tests in asked.items() if tests}
    results = "test_results_of_every_other_runner_come_in[toy] PASSED"
    assert len(asked["results of a runner"]) > 1 and results in said, "targets and results share a file"


def test_the_command_line_shows_and_runs_a_new_command(tree: Path) -> None:
    assert "Print a greeting." in run(tree, "-m", "review.commands.cli", "--help")
    assert run(tree, "-m", "review.commands.cli", "toy") == "Hello.\n"


def test_helps_name_the_toys_and_a_new_engine_opens_its_sources(tree: Path) -> None:
    code = """
import sqlite3
from click.testing import CliRunner
from review.commands.cli import spotcheck
from review.sampling.engines.catalogue import open_source

for words in ("import", "golden export", "judge add", "check", "run", "push", "publish"):
    print("toy" in CliRunner().invoke(spotcheck, [*words.split(), "--help"]).output, end=" ")
sqlite3.connect("shop.toy").execute("CREATE TABLE log (id TEXT, question TEXT)")
print(*open_source("toy:///shop.toy?table=log").columns())
"""
    said = "True True True True True True True id question\n"
    assert run(tree, "-c", code) == said, "the help of a command that takes a toy does not name it, or it opens nothing"


def test_the_change_table_names_the_dict_of_each_kind() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = [re.findall("`([^`]+)`", line) for line in text.splitlines() if re.search(r"\| `[A-Z_]+` in `", line)]
    assert len(rows) == len(TOYS)
    for folder, name, file, model in rows:
        assert (ROOT / folder.replace("NAME/kind.py", "")).is_dir(), folder
        assert (ROOT / model).is_relative_to(ROOT / folder.replace("NAME/kind.py", "")) and (ROOT / model).is_file()
        assert re.search(rf"^{name}\b.*= ", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE), (name, file)
    folders = {folder.replace("NAME/kind.py", "") for folder, *_ in rows}
    assert folders == {f"{Path(toy.file).parent}/" for toy in TOYS.values()}
