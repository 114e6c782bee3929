"""What tests of every floor share."""

from __future__ import annotations

import shutil
import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
sys.path.insert(0, str(ROOT))

from storage.store import Store, open_store  # noqa: E402 - the source tree comes first

# How long an example takes says more about the machine than about the code.
settings.register_profile("spotcheck", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("spotcheck")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A new, migrated, empty store on disk."""
    return open_store(tmp_path / "spotcheck.db")


@pytest.fixture
def shared() -> Path:
    """The folder of real input and published figures, where it exists."""
    if not SHARED.is_dir():
        pytest.skip("the folder ../shared with real input is not here")
    return SHARED


@pytest.fixture(scope="session")
def demo_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small demonstration store, built once; copy it before changing it."""
    from review.demo.build import build_demo

    path = tmp_path_factory.mktemp("demo") / "spotcheck.db"
    build_demo(path, today=date.today(), weeks=2, size=900)
    return path


@pytest.fixture
def demo(demo_path: Path, tmp_path: Path) -> Store:
    """A demonstration store of this test's own: it may be changed."""
    open_store(demo_path).backup(tmp_path / "spotcheck.db")
    for suffix in (".logs", ".originals"):
        shutil.copytree(f"{demo_path}{suffix}", tmp_path / f"spotcheck.db{suffix}")
    return open_store(tmp_path / "spotcheck.db")
