"""What tests of every floor share."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
sys.path.insert(0, str(ROOT))

from storage.store import Store, open_store  # noqa: E402 - the source tree comes first


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
