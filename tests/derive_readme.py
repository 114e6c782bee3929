"""Write the tables of README.md that describe plug-ins, commands and pages: ``python tests/derive_readme.py``.

Each stands between ``<!-- derived: NAME -->`` and ``<!-- end -->``. What it says comes from the plug-in's own file: the
``about`` of a reader, writer, engine, check or kind of judge, the title of a coefficient, the docstring of a command or
page, or of a function for notebooks. ``tests/test_docs.py`` fails while README.md says anything else.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from review.basics.lazy_commands import LazyGroup, overview  # noqa: E402
from review.checks.catalogue import CHECKS  # noqa: E402 - the source tree comes first
from review.commands.cli import COMMANDS, spotcheck  # noqa: E402
from review.exchange.pushing.catalogue import SYSTEMS  # noqa: E402
from review.experiments.scorers.catalogue import SCORERS  # noqa: E402
from review.experiments.targets.catalogue import TARGETS  # noqa: E402
from review.experiments.targets.results.catalogue import RESULTS  # noqa: E402
from review.golden.writers.catalogue import WRITERS  # noqa: E402
from review.judges.kinds import JUDGES  # noqa: E402
from review.report.publishing.catalogue import WAREHOUSES  # noqa: E402
from review.sampling.engines.catalogue import ENGINES  # noqa: E402
from review.sources.pulling.catalogue import PULLERS  # noqa: E402
from review.sources.readers.catalogue import READERS  # noqa: E402
from review.sql.engines.catalogue import SQL_ENGINES  # noqa: E402
from review.sql.engines.engine import SqlEngine  # noqa: E402
from review.sql.rules.catalogue import RULES  # noqa: E402
from review.statistics.agreement.coefficients import COEFFICIENTS  # noqa: E402

README = ROOT / "README.md"
ROUTERS = ("pages/router.py", "app.py")
_SECTION = re.compile(r"(<!-- derived: (?P<name>\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def main() -> None:
    """Write the derived tables into README.md."""
    README.write_text(derived(README.read_text(encoding="utf-8")), encoding="utf-8")


def derived(text: str) -> str:
    """Return a README with all its derived tables as they should be. Raises KeyError for an unknown name of one."""
    tables = {"readers": readers, "engines": engines, "commands": commands, "coefficients": coefficients,
              "judges": judges, "checks": checks, "writers": writers, "pages": pages,
              "pullers": pullers, "sql_rules": sql_rules, "sql_engines": sql_engines,
              "targets": targets, "results": results, "scorers": scorers,
              "systems": systems, "warehouses": warehouses, "notebook": notebook}  # fmt: skip
    names = [found["name"] for found in _SECTION.finditer(text)]
    assert sorted(names) == sorted(tables), f"README.md derives {sorted(names)}, expected each of {sorted(tables)} once"
    return _SECTION.sub(lambda found: f"{found[1]}{tables[found['name']]()}{found[3]}", text)


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table; a bar inside a cell is escaped."""
    lines = [head, ("---",) * len(head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def grouped(words: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """(names, words) rows; names with the same words share a row."""
    rows: dict[str, list[str]] = {}
    for name, about in words.items():
        rows.setdefault(about, []).append(f"`{name}`")
    return [(", ".join(names), about) for about, names in rows.items()]


def readers() -> str:
    """The formats of `import`."""
    return table(("`--format`", "what it is"), grouped({name: reader.about for name, reader in READERS.items()}))


def writers() -> str:
    """The formats of `golden export`."""
    return table(("`--to`", "what it is"), grouped({name: writer.about for name, writer in WRITERS.items()}))


def pullers() -> str:
    """The kinds of `[[sources]]`, each with the settings it needs and may have."""
    rows = []
    for name, puller in PULLERS.items():
        needs = "; ".join(f"`{setting}`: {meaning}" for setting, meaning in puller.needs.items())
        may = "; ".join(f"`{setting}`: {meaning}" for setting, meaning in puller.may.items())
        rows.append((f"`{name}`", puller.about, needs, may))
    return table(("`kind`", "what it reads", "needs", "may have"), rows)


def engines() -> str:
    """The sources of `sample`."""
    rows: dict[int, tuple[str, str, list[str]]] = {}
    for name, engine in ENGINES.items():
        rows.setdefault(id(engine), (engine.about, engine.example, []))[2].append(name)
    return table(
        ("source", "such as", "recognised by"),
        [(about, f"`{example}`", ", ".join(map(_scheme, names))) for about, example, names in rows.values()],
    )


def _scheme(name: str) -> str:
    return f"`{name}`" if name.startswith(".") else "a folder" if name == "folder" else f"`{name}://`"


def sql_rules() -> str:
    """The rules of `sql check`."""
    usual = {True: "yes", False: "when `[sql]` lists it"}
    return table(
        ("rule", "a statement", "by itself"),
        [(f"`{name}`", rule.about, usual[rule.by_default]) for name, rule in RULES.items()],
    )


def sql_engines() -> str:
    """The databases in which `sql` runs statements."""
    return table(
        ("database", "such as", "needs"),
        [(engine.about, f"`{engine.example}`", "; ".join(_needs_of(engine))) for engine in SQL_ENGINES.values()],
    )


def _needs_of(engine: SqlEngine) -> Iterable[str]:
    if engine.needs:
        yield f"`pip install '.[{engine.needs}]'`"
    if engine.secrets:
        yield f"user and password in `{engine.secrets}_USER` and `{engine.secrets}_PASSWORD`"


def targets() -> str:
    """What `run` can ask, each by its option, with the further settings."""
    return table(
        ("option", "what is asked", "further settings"),
        [
            (f"`--{name} {target.metavar}`", target.about, ", ".join(f"`{o}`" for o in target.options) or "none")
            for name, target in TARGETS.items()
        ],
    )


def results() -> str:
    """The files that `run --file` reads."""
    return table(("file", "what it is"), grouped({name: one.about for name, one in RESULTS.items()}))


def scorers() -> str:
    """The scorers of `[scores]`."""
    names = {name: f"{name}:{scorer.parameter}" if scorer.parameter else name for name, scorer in SCORERS.items()}
    return table(("scorer", "what it scores"), [(f"`{names[name]}`", scorer.about) for name, scorer in SCORERS.items()])


def systems() -> str:
    """The systems of `push`, with the settings that name variables with keys."""
    rows = []
    for name, system in SYSTEMS.items():
        keys = (
            f"`{key}`: default {variable}{', may be missing' if key in system.optional else ''}"
            for key, variable in system.keys.items()
        )
        address = f"`address`: default {system.address}" if system.address else "`address`"
        rows.append((f"`{name}`", system.about, "; ".join([address, *keys])))
    return table(("`--to`", "what it gets", "settings"), rows)


def warehouses() -> str:
    """The warehouses of `publish`."""
    return table(
        ("`--to`", "what it is", "address, such as"),
        [(f"`{name}`", one.about, f"`{one.example}`") for name, one in WAREHOUSES.items()],
    )


def checks() -> str:
    """The checks with their options."""
    return table(
        ("check", "flags", "options"),
        [
            (f"`{name}`", check.about, ", ".join(f"`{o}`" for o in check.options) or "none")
            for name, check in CHECKS.items()
        ],
    )


def judges() -> str:
    """The kinds of judge."""
    return table(("kind", "what it is"), [(f"`{name}`", kind.about) for name, kind in JUDGES.items()])


def coefficients() -> str:
    """The coefficients, one row for each formula."""
    rows: dict[str, tuple[str, list[str]]] = {}
    for name, coefficient in COEFFICIENTS.items():
        formula, _, variant = name.partition(".")
        title = coefficient.title.removesuffix(f" ({variant})")
        rows.setdefault(formula, (title, []))[1].append(variant or "unweighted")
    return table(
        ("name", "coefficient", "variants"),
        [
            (f"`{name}`", title, "" if variants == ["unweighted"] else ", ".join(variants))
            for name, (title, variants) in rows.items()
        ],
    )


def commands() -> str:
    """The commands, and those of each group."""
    context = click.Context(spotcheck)
    rows = []
    for name in sorted(COMMANDS):
        command = spotcheck.get_command(context, name)
        members = " " + ", ".join(f"`{m}`" for m in _members(command)) if isinstance(command, click.Group) else ""
        rows.append((f"`{name}`", overview(name, COMMANDS[name]) + members))
    return table(("command", "what it does"), rows)


def _members(group: click.Group) -> Iterable[str]:
    return group.places if isinstance(group, LazyGroup) else group.commands


def pages() -> str:
    """The pages by their titles, with the first paragraph of their docstrings."""
    rows = []
    for name, title in titles().items():
        words = ast.get_docstring(ast.parse((ROOT / "pages" / f"{name}.py").read_text(encoding="utf-8"))) or ""
        rows.append((title, " ".join(words.split("\n\n")[0].split())))
    return table(("page", "for"), rows)


def notebook() -> str:
    """The functions for notebooks with their arguments, and the first sentence of each docstring."""
    module = ast.parse((ROOT / "review" / "experiments" / "notebook" / "frames.py").read_text(encoding="utf-8"))
    rows = []
    for node in module.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            first = " ".join((ast.get_docstring(node) or "").split("\n\n")[0].split())
            rows.append(
                (f"`sp.{node.name}({_arguments(node.args)})`", re.split(r"(?<=[^.][.])\s", first)[0].replace("``", "`"))
            )
    return table(("function", "what it does"), rows)


def _arguments(given: ast.arguments) -> str:
    several = [f"*{given.vararg.arg}"] if given.vararg else []
    return ", ".join([a.arg for a in given.args] + several + [f"{a.arg}=…" for a in given.kwonlyargs])


def titles() -> dict[str, str]:
    """The title of each page by the name of its file, from the dict PAGES of the router."""
    for path in (ROOT / name for name in ROUTERS if (ROOT / name).is_file()):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            if any(getattr(target, "id", "") == "PAGES" for target in targets):
                sections: dict[str, list[tuple[Any, ...]]] = ast.literal_eval(node.value)  # type: ignore[attr-defined]
                return {entry[0]: entry[1] for entries in sections.values() for entry in entries}
    raise AssertionError(f"none of {', '.join(ROUTERS)} assigns PAGES")


if __name__ == "__main__":
    main()
