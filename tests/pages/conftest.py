"""What tests of pages share: a page runs once, with fewer replicates, and packages are searched once."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import app_test

components_of_packages = functools.cache(manifest_scanner.scan_component_manifests)


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
        yield
