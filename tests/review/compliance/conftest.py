from pathlib import Path

import pytest
from golden_store import new_store

from storage.store import Store


@pytest.fixture
def house(tmp_path: Path) -> Store:
    """A store with four people and an empty log."""
    return new_store(tmp_path)
