"""A real browser: one per session, a fresh context per test whose errors fail the test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from annotate_app import CHROMIUM_FLAGS


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
            viewport={"width": 1280, "height": 800},
            reduced_motion="reduce",
        )
        started.set_default_timeout(15_000)
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
def context(browser: Any) -> Iterator[Any]:
    """A browser context of its own; any error on any of its pages fails the test."""
    errors: list[str] = []
    opened = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    opened.set_default_timeout(15_000)
    opened.on("weberror", lambda error: errors.append(str(error.error)))
    yield opened
    opened.close()
    assert errors == []
