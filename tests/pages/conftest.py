"""What tests of pages share: a page runs once, with fewer replicates, and packages are searched once."""

from __future__ import annotations

import functools
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from quick_stores import ON_POSTGRES, copy_store
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.testing.v1 import app_test, local_script_runner

from storage.opening import open_store
from storage.store import Store

components_of_packages = functools.cache(manifest_scanner.scan_component_manifests)
SCRIPTS = ScriptCache()
"""The pages as they are compiled: each AppTest would compile them again."""


class OneCache(ScriptCache):
    """A cache of scripts that hands on to the one of all tests."""

    def get_bytecode(self, script_path: str) -> Any:
        """Return a compiled script."""
        return SCRIPTS.get_bytecode(script_path)


class Navigated(PagesManager):
    """The pages of a server on which somebody has been through the router before.

    On a fresh server, Streamlit runs the file of a page without the router, once; AppTest forgets for each run that it
    has been there. A page would need two runs then, the first one for the whole week page.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        PagesManager.uses_pages_directory = False
        super().__init__(*arguments, **options)


@pytest.fixture(scope="module", autouse=True)
def pages_run_once(few_replicates: None) -> Iterator[None]:
    """Run a page in one go, and read the metadata of all installed packages once, not for each AppTest."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app_test, "PagesManager", Navigated)
        patch.setattr(manifest_scanner, "scan_component_manifests", components_of_packages)
        for module in (app_test, local_script_runner):
            patch.setattr(module, "ScriptCache", OneCache)
        yield


@pytest.fixture(scope="session")
def one_place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which one test after another has its store."""
    return tmp_path_factory.mktemp("place") / "here"


@pytest.fixture
def demo_in_place(demo_path: Path, one_place: Path, tmp_path: Path) -> Store:
    """A demonstration store of this test's own, at the same path as that of the test before.

    What pages keep is keyed by the path and by the state of the store: the hash of the last entry, the key of the last
    annotation, the place of the last skip. So tests share the figures of what none of them has changed. A test that
    damages rows or settings, and all but one that skip items, need a path of their own: ``own_demo``.
    """
    if ON_POSTGRES:
        return open_store(copy_store(demo_path, tmp_path / "spotcheck.db"))
    st.cache_resource.clear()  # the open store among it
    shutil.rmtree(one_place, ignore_errors=True)
    one_place.mkdir()
    return open_store(copy_store(demo_path, one_place / "spotcheck.db"))
