"""The house: which room may import which, no circles between folders, one door per name."""

from __future__ import annotations

import ast
import functools
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Collection
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from syntax_trees import nodes, tree

ROOT = Path(__file__).resolve().parents[1]
FLOORS = (
    ("storage",),
    ("review.basics",),
    ("review.audit", "review.models", "review.statistics", "review.sql"),
    ("review.people", "review.checks"),
    ("review.current", "review.privacy"),
    ("review.settings", "review.log"),
    ("review.sampling", "review.monitoring", "review.notify"),
    ("review.sources", "review.rubric"),
    ("review.week", "review.exchange", "review.evidence"),
    ("review.golden", "review.annotating"),
    ("review.settling",),
    ("review.judges", "review.failures"),
    ("review.closing", "review.experiments"),
    ("review.report", "review.demo", "review.erasure"),
    ("review.compliance",),
    ("review.serving",),
    ("review.commands", "pages"),
    ("app",),
)
"""From the ground up. A room imports from lower floors alone, never from a neighbour on its own floor."""
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
PLACE = re.compile(r"(?:pages|review|storage)(?:\.\w+)+:\w+")
OURS = {"app", "pages", "review", "storage"}
TOP_LEVEL = {
    *("pyproject.toml", "app.py", "pages", "review", "storage", "tests", ".streamlit"),
    *("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", ".ci", ".gitignore"),
}


def files() -> list[Path]:
    return [ROOT / "app.py", *(p for floor in ("pages", "review", "storage") for p in (ROOT / floor).rglob("*.py"))]


def name_of(path: Path) -> str:
    """The dotted name of a module; of a package, that of its folder."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {name_of(path): path for path in files()}


@functools.cache
def imports(path: Path) -> frozenset[tuple[str, str]]:
    """(module, name) of everything a module imports, wherever in it the import stands; name "" for a whole module.

    The places in catalogues of plug-ins, such as "review.checks.length:CHECK", are imports too.
    """
    found: set[tuple[str, str]] = set()
    for node in nodes(tree(path), ast.Import, ast.ImportFrom, ast.Constant):
        if isinstance(node, ast.Import):
            found |= {(alias.name, "") for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                found.add((whole, "") if whole in MODULES else (node.module or "", alias.name))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and PLACE.fullmatch(node.value):
            module, _, name = node.value.partition(":")
            found.add((module, name))
    return frozenset(found)


def ours(path: Path) -> set[str]:
    """The modules of ours that a module imports."""
    return {module for module, _ in imports(path) if module.split(".")[0] in OURS}


def room_of(module: str) -> str:
    """The room of a module: the longest name in FLOORS that holds it."""
    rooms = [room for room in FLOOR if module == room or module.startswith(f"{room}.")]
    assert rooms, f"{module} stands in no room of FLOORS"
    return max(rooms, key=len)


def test_each_module_imports_downwards_only() -> None:
    up = [
        f"{module} imports {other}"
        for module, path in MODULES.items()
        for other in ours(path)
        if room_of(other) != room_of(module) and FLOOR[room_of(other)] >= FLOOR[room_of(module)]
    ]
    assert not up, up


def test_the_statistics_import_basics_alone() -> None:
    for module, path in MODULES.items():
        if module.startswith("review.statistics"):
            assert {room_of(m) for m in ours(path)} <= {"review.statistics", "review.basics"}, module


def test_only_pages_know_streamlit() -> None:
    for module, path in MODULES.items():
        if module.split(".")[0] in ("review", "storage"):
            assert "streamlit" not in {name.split(".")[0] for name, _ in imports(path)}, module


def test_no_circle_stands_between_folders() -> None:
    needs: dict[str, set[str]] = {}
    for path in files():
        folder = str(path.parent.relative_to(ROOT))
        for other in ours(path):
            target = str(MODULES[other].parent.relative_to(ROOT))
            if target != folder:
                needs.setdefault(folder, set()).add(target)
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        pytest.fail(f"folders import each other: {' -> '.join(error.args[1])}")


def test_no_circle_stands_between_modules() -> None:
    try:
        TopologicalSorter({module: ours(path) - {module} for module, path in MODULES.items()}).prepare()
    except CycleError as error:
        pytest.fail(f"modules import each other: {' -> '.join(error.args[1])}")


@functools.cache
def defined_in(module: str) -> set[str]:
    """The names that a module makes itself, as against those that it imports."""
    found: set[str] = set()
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Name)
    for node in nodes(tree(MODULES[module]), *kinds):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
    return found


def test_each_name_has_one_door() -> None:
    """A name is imported from the module that makes it, never from one that imported it itself."""
    for path in [*files(), *(ROOT / "tests").rglob("*.py")]:
        second = [f"{n} from {m}" for m, n in imports(path) if n and m in MODULES and n not in defined_in(m)]
        assert not second, f"{path.relative_to(ROOT)} takes by a second door: {sorted(second)}"
        assert not [n for n in nodes(tree(path), ast.alias) if n.asname == n.name], path


def test_review_holds_rooms_and_no_loose_module() -> None:
    assert [p.name for p in (ROOT / "review").glob("*.py")] == ["__init__.py"]
    assert [p.name for p in (ROOT / "pages" / "parts").glob("*.py")] == ["__init__.py"]


def folders() -> list[Path]:
    return sorted({p.parent for p in files() if p.parent not in (ROOT, ROOT / "pages")})


def test_each_room_says_what_it_is_for() -> None:
    """In one or two sentences, and nothing else: what a package offers is imported from its modules."""
    for folder in folders():
        said = tree(folder / "__init__.py")
        words = ast.get_docstring(said)
        assert words and 20 <= len(words) <= 240, folder
        assert len(said.body) == 1, f"{folder}: expected a docstring alone"


def test_a_page_is_never_imported() -> None:
    pages = {f"pages.{p.stem}" for p in (ROOT / "pages").glob("*.py")}
    for path in files():
        assert not ours(path) & pages, f"{path} imports a page; pages run, they are not imported"


def test_a_page_holds_no_bare_text() -> None:
    """Streamlit writes the value of a bare expression onto the page, a text in the place of a comment too."""
    for path in (ROOT / "pages").glob("*.py"):
        bare = [n.lineno for n in tree(path).body[1:] if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant)]
        assert not bare, f"{path}: bare text in line {bare}"


def test_each_link_to_a_page_names_a_file_beside_the_router() -> None:
    """Streamlit reads the paths of pages from the folder of its main script, which is pages/router.py."""
    for path in (ROOT / "pages").rglob("*.py"):
        for node in nodes(tree(path), ast.Call):
            if getattr(node.func, "attr", "") in ("page_link", "switch_page"):
                assert not isinstance(node.args[0], ast.JoinedStr), f"{path}, line {node.lineno}: write the file's name"
        for text in nodes(tree(path), ast.Constant):
            if isinstance(text.value, str) and re.fullmatch(r"\w+\.py", text.value):
                assert (ROOT / "pages" / text.value).is_file(), f"{path}, line {text.lineno}: no page {text.value}"


MOST = 5
"""How many fields or arguments a reader tells apart by their place."""
TAKEN_IN_PLACE = {"Table", "Grid", "add_row"}
"""Columns and cells of rich, which have no names."""


def mixed_up(source: ast.Module) -> list[str]:
    """The dataclasses of a module with more than five fields that can be filled by place."""
    found = []
    for node in of_many_fields(source):
        made = [ast.unparse(d) for d in node.decorator_list if "dataclass" in ast.unparse(d)]
        if any("kw_only=True" not in d for d in made):
            found.append(f"{node.name}, line {node.lineno}")
    return found


def of_many_fields(source: ast.Module) -> list[ast.ClassDef]:
    """The classes of a module with more than five fields."""
    classes = nodes(source, ast.ClassDef)
    return [n for n in classes if sum(isinstance(s, ast.AnnAssign) for s in n.body) > MOST]


def large_tuples(source: ast.Module) -> set[str]:
    """The named tuples of a module with more than five fields, which Python lets everybody fill by place."""
    return {n.name for n in of_many_fields(source) if any("NamedTuple" in ast.unparse(base) for base in n.bases)}


def called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def by_place(source: ast.Module, allowed: Collection[str]) -> list[str]:
    """The calls of a module with more than five arguments by place, but those of the ``allowed`` names."""
    calls = [n for n in nodes(source, ast.Call) if len(n.args) > MOST]
    return [f"{called(n)}, line {n.lineno}" for n in calls if called(n) not in allowed]


def of_any_length(source: ast.Module) -> set[str]:
    """The functions of a module that take any number of arguments, so that none of them has a place of its own."""
    return {n.name for n in nodes(source, ast.FunctionDef) if n.args.vararg}


def test_large_records_are_filled_by_name() -> None:
    for path in [*files(), *(ROOT / "tests").rglob("*.py")]:
        assert not mixed_up(tree(path)), f"{path.relative_to(ROOT)}: make it keyword-only: {mixed_up(tree(path))}"


def test_large_tuples_are_filled_by_name() -> None:
    everything = [*files(), *(ROOT / "tests").rglob("*.py")]
    large = set[str]().union(*(large_tuples(tree(path)) for path in everything))
    for path in everything:
        found = [n.lineno for n in nodes(tree(path), ast.Call) if called(n) in large and n.args]
        assert not found, f"{path.relative_to(ROOT)}: name the fields in lines {found}"


def test_long_calls_name_their_arguments() -> None:
    """In tests the commands are left out: fixtures take the words of a command line, as many as it has."""
    everywhere = TAKEN_IN_PLACE.union(*(of_any_length(tree(path)) for path in files()))
    helpers = {"run", "spotcheck"}.union(*(of_any_length(tree(p)) for p in (ROOT / "tests").rglob("*.py")))
    for path in files():
        found = by_place(tree(path), everywhere)
        assert not found, f"{path.relative_to(ROOT)}: name the arguments of {found}"
    for path in (ROOT / "tests").rglob("*.py"):
        found = by_place(tree(path), everywhere | helpers)
        assert not found, f"{path.relative_to(ROOT)}: name the arguments of {found}"


def test_a_record_or_call_by_place_is_noticed() -> None:
    fields = "".join(f"    f{k}: int\n" for k in range(6))
    named = ast.parse(f"class A(NamedTuple):\n{fields}")
    loose = ast.parse(f"@dataclass(frozen=True)\nclass B:\n{fields}")
    good = ast.parse(f"@dataclass(frozen=True, kw_only=True)\nclass C:\n{fields}class D(TypedDict):\n{fields}")
    assert (large_tuples(named), mixed_up(loose), mixed_up(good)) == ({"A"}, ["B, line 2"], [])
    calls = ast.parse("f(1, 2, 3, 4, 5, 6)\nx.f(1, 2, 3, 4, 5, g=6)\nx.any(1, 2, 3, 4, 5, 6)\ndef any(*all): ...")
    assert by_place(calls, of_any_length(calls)) == ["f, line 1"]


def test_the_top_level_holds_what_was_ordered() -> None:
    tracked = {p.name for p in ROOT.iterdir() if p.name != ".git" and not p.name.startswith((".venv", "."))}
    visible = {p for p in tracked if not p.endswith((".egg-info", ".db")) and p not in ("build", "dist", "__pycache__")}
    assert visible <= TOP_LEVEL, f"unexpected at the top level: {sorted(visible - TOP_LEVEL)}"


CALLED_FROM_OUTSIDE: dict[str, str] = {}


DISTRIBUTED_AS = {"google": "protobuf", "opentelemetry": "opentelemetry-proto", "sklearn": "scikit-learn"}
BROUGHT = {"_typeshed", "huggingface_hub", "safetensors", "spacy"}
"""Types alone; and what an extra cannot do without: transformers and presidio."""


def test_each_package_that_is_imported_is_declared() -> None:
    """What another package happens to bring along may leave with it, or come in a version that is too old."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    given = [project["dependencies"], *project["optional-dependencies"].values()]
    declared = {re.split(r"[<>=;\[ ]", one)[0].lower() for some in given for one in some}
    names = {name.split(".")[0] for path in files() for name, _ in imports(path)}
    names -= {*OURS, *BROUGHT, *sys.stdlib_module_names}
    assert {DISTRIBUTED_AS.get(name, name.replace("_", "-")) for name in names} <= declared


def test_each_definition_is_used() -> None:
    """What only tests call belongs to the tests. Methods of classes with a base may be called by the base."""
    words = Counter(word for path in files() for word in re.findall(r"\w+", path.read_text(encoding="utf-8")))
    found = []
    for path in files():
        inherited = {method for node in nodes(tree(path), ast.ClassDef) if node.bases for method in node.body}
        for node in nodes(tree(path), ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef):
            # A decorator registers a command, a migration or a fragment of a page.
            own = not node.decorator_list and node not in inherited and not node.name.startswith("__")
            if own and words[node.name] == 1 and node.name not in CALLED_FROM_OUTSIDE:
                found.append(f"{name_of(path)}: {node.name}")
    assert not found
    assert all(words[name] == 1 for name in CALLED_FROM_OUTSIDE)
