"""app.py as a server: Streamlit finds the application in it, and every first request goes through the router."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from annotate_app import APP, build_store
from app_pages import ROUTER
from raw_client import seen, served
from streamlit.web.server.app_discovery import discover_asgi_app

from storage.store import Store


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return build_store(tmp_path_factory.mktemp("server") / "spotcheck.db", items=3)


def test_streamlit_finds_the_application_in_app_py() -> None:
    found = discover_asgi_app(APP)
    assert found.is_asgi_app and found.import_string == "app:app"


def test_the_application_runs_the_router_from_whatever_folder_it_is_imported(tmp_path: Path) -> None:
    code = f"import sys; sys.path.insert(0, {str(APP.parent)!r}); import app; print(app.app.script_path)"
    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert Path(run.stdout.strip()) == ROUTER


@pytest.mark.parametrize("page", ["annotate", "settings"])
def test_the_first_request_of_a_fresh_server_goes_through_the_router(store: Store, page: str) -> None:
    """Streamlit runs a file of a folder ``pages`` beside the main script alone until it has seen a navigation."""
    with served(Path(store.path), {}) as port:
        first = seen(port, page, query="rater=lea")
        assert "You are" in first and "Lea" in first
        assert ("annotator" if page == "annotate" else "Settings") in first
