"""The house: which floor may import which, and that what is registered is documented."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ALLOWED = {
    "app": {"pages"},
    "pages": {"pages", "review", "storage"},
    "review": {"review", "storage"},
    "storage": {"storage"},
}
STATISTICS = (
    "agreement",
    "calibration",
    "quality",
    "gate",
    "consensus",
    "dawid_skene",
    "intervals",
    "labels",
    "quantity",
)
OURS = set(ALLOWED)
TOP_LEVEL = {
    *("pyproject.toml", "app.py", "pages", "review", "storage", "tests", ".streamlit"),
    *("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", ".ci", ".gitignore"),
}


def modules() -> list[Path]:
    return [ROOT / "app.py", *(p for floor in ("pages", "review", "storage") for p in (ROOT / floor).rglob("*.py"))]


def imports(path: Path) -> set[str]:
    """Full names of everything a module imports, wherever in it the import stands."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def floor_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_each_module_imports_downwards_only(path: Path) -> None:
    floor, found = floor_of(path), imports(path)
    ours = {name.split(".")[0] for name in found} & OURS
    assert ours <= ALLOWED[floor], f"{floor} must not import {ours - ALLOWED[floor]}"
    if floor in ("review", "storage"):
        assert not [n for n in found if n.split(".")[0] == "streamlit"], "only pages know Streamlit"
    inside = path.relative_to(ROOT).parts
    if floor == "review" and inside[1].removesuffix(".py") in STATISTICS:
        assert not [n for n in found if n.startswith("storage")], "statistics are values in, values out"


def test_a_page_is_never_imported() -> None:
    pages = {f"pages.{p.stem}" for p in (ROOT / "pages").glob("*.py")}
    for path in modules():
        assert not imports(path) & pages, f"{path} imports a page; pages run, they are not imported"


def test_the_top_level_holds_what_was_ordered() -> None:
    tracked = {p.name for p in ROOT.iterdir() if p.name != ".git" and not p.name.startswith((".venv", "."))}
    visible = {p for p in tracked if not p.endswith((".egg-info", ".db")) and p not in ("build", "dist", "__pycache__")}
    assert visible <= TOP_LEVEL, f"unexpected at the top level: {sorted(visible - TOP_LEVEL)}"
