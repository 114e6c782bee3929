"""A real browser: one per session, a fresh context per test whose errors fail the test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from annotate_app import CHROMIUM_FLAGS

VIEWPORT = {"width": 1280, "height": 800}
PATIENCE = 60_000
"""Milliseconds after which a page is given up: a quiet machine never waits so long, a busy one may have to."""


class Engine(NamedTuple):
    """Playwright's driver of Chromium, and where Chromium is."""

    chromium: Any
    path: str

    def profile(self, folder: Any) -> Any:
        """A browser of its own whose profile is in ``folder``, so that it can be ended and started again."""
        started = self.chromium.launch_persistent_context(
            str(folder),
            executable_path=self.path,
            args=CHROMIUM_FLAGS,
            viewport=VIEWPORT,
            reduced_motion="reduce",
        )
        started.set_default_timeout(PATIENCE)
        return started


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium on this machine")
    with sync_api.sync_playwright() as playwright:
        yield Engine(playwright.chromium, path)


@pytest.fixture(scope="session")
def browser(engine: Engine) -> Iterator[Any]:
    started = engine.chromium.launch(executable_path=engine.path, args=CHROMIUM_FLAGS)
    yield started
    started.close()


@pytest.fixture
def new_context(browser: Any) -> Iterator[Callable[..., Any]]:
    """Return what makes browser contexts with these options; any error on any of their pages fails the test."""
    errors: list[str] = []
    opened: list[Any] = []

    def made(**options: Any) -> Any:
        context = browser.new_context(**{"viewport": VIEWPORT, "reduced_motion": "reduce", **options})
        context.set_default_timeout(PATIENCE)
        context.on("weberror", lambda error: errors.append(str(error.error)))
        opened.append(context)
        return context

    yield made
    for context in opened:
        context.close()
    assert errors == []


@pytest.fixture
def context(new_context: Callable[..., Any]) -> Any:
    """A browser context of this test's own."""
    return new_context()
