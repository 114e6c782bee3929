"""A real browser: one per session, and contexts for each test that hold nothing of another and whose errors fail it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from annotate_app import CHROMIUM_FLAGS
from find_browser import find_browser
from kept_contexts import PATIENCE, VIEWPORT, KeptContexts, LastingPages, Used, all_options


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
    path = find_browser()
    if path is None:
        pytest.skip("no Chromium on this machine")
    with sync_api.sync_playwright() as playwright:
        yield Engine(playwright.chromium, path)


@pytest.fixture(scope="session")
def browser(engine: Engine) -> Iterator[Any]:
    started = engine.chromium.launch(executable_path=engine.path, args=CHROMIUM_FLAGS)
    yield started
    started.close()


@pytest.fixture(scope="session")
def kept_contexts(browser: Any) -> KeptContexts:
    return KeptContexts(browser)


@pytest.fixture
def new_context(kept_contexts: KeptContexts) -> Iterator[Callable[..., Any]]:
    """Return what makes browser contexts with these options; any error on any of their pages fails the test.

    ``fresh=True`` is for a test that changes a context for good, with a script of its own or with a stopped clock.
    """
    errors: list[str] = []
    used: list[Used] = []

    def made(*, fresh: bool = False, **options: Any) -> Any:
        used.append(kept_contexts.take(all_options(options), errors, fresh=fresh))
        return used[-1].context

    yield made
    for one in used:
        kept_contexts.give_back(one)
    assert errors == []


@pytest.fixture(scope="module")
def lasting_pages(kept_contexts: KeptContexts) -> Iterator[LastingPages]:
    """Pages that the tests of a module share; ``lasting_page`` hands them out."""
    errors: list[str] = []
    pages = LastingPages(kept_contexts, errors)
    yield pages
    pages.close()


@pytest.fixture
def lasting_page(lasting_pages: LastingPages) -> Iterator[Callable[..., Any]]:
    """Return what gives a page that stays open for the whole module, by the options of its context.

    For tests that only read: a page that is loaded again costs a second, and a new one two. Any error fails the test
    in which it happens.
    """
    lasting_pages.errors.clear()
    yield lasting_pages.page
    assert lasting_pages.errors == []


@pytest.fixture
def context(new_context: Callable[..., Any]) -> Any:
    """A browser context that holds nothing of another test."""
    return new_context()


@pytest.fixture
def fresh_context(new_context: Callable[..., Any]) -> Any:
    """A browser context for a test that stops its clock or adds a script to its pages."""
    return new_context(fresh=True)
