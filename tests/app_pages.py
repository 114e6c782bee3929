"""The pages that app.py declares, read from its syntax tree (running it needs a session)."""

from __future__ import annotations

import ast
from pathlib import Path

APP = Path(__file__).resolve().parents[1] / "app.py"


def pages() -> dict[str, str]:
    """Page file stem -> title."""
    for node in ast.walk(ast.parse(APP.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "PAGES":
            sections: dict[str, list[tuple[str, str, str]]] = ast.literal_eval(node.value)
            return {name: title for entries in sections.values() for name, title, _ in entries}
    raise AssertionError("app.py declares no PAGES")


def titles() -> list[str]:
    """The titles in order."""
    return list(pages().values())
