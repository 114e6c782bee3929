"""Read the pages that pages/router.py declares from its syntax tree, and run one of them for a person."""

from __future__ import annotations

import ast
import re
from html import unescape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from storage.store import Store

ROUTER = Path(__file__).resolve().parents[1] / "pages" / "router.py"
TIMEOUT = 180
"""Seconds for one run of a page: far more than it needs, because a loaded machine must not fail a test."""


def pages() -> dict[str, str]:
    """Return the title of each page by the stem of its file."""
    for node in ast.walk(ast.parse(ROUTER.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "PAGES":
            sections: dict[str, list[tuple[str, str, str, str]]] = ast.literal_eval(node.value)
            return {name: title for entries in sections.values() for name, title, *_ in entries}
    raise AssertionError("pages/router.py declares no PAGES")


def titles() -> list[str]:
    """Return the titles in order."""
    return list(pages().values())


def answers(at: AppTest) -> str:
    """Return the texts of the tiles with which the Week page opens, without their links."""
    return "\n".join(unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", e.proto.body)) for e in at.get("html"))


def run(store: Store, monkeypatch: pytest.MonkeyPatch, page: str, rater: str = "visitor", **query: str) -> AppTest:
    """Open a page of the application on this store, as a person does by its address."""
    monkeypatch.setenv("SPOTCHECK_STORE", str(store.path))
    at = AppTest.from_file(str(ROUTER), default_timeout=TIMEOUT)
    for name, value in {"rater": rater, **query}.items():
        at.query_params[name] = value
    at.switch_page(f"{page}.py").run()
    assert not at.exception, [e.value for e in at.exception]
    return at
