"""A store with people and an imported log, and the same with the week open; built once, copied for each test."""

from pathlib import Path

import pytest
from flow_store import WEEK, add_people, import_rows, open_the_week, records
from quick_stores import copy_folder

from storage.opening import open_store
from storage.records_weeks import Item
from storage.store import Store


@pytest.fixture(scope="session")
def imported_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """People, rubric and log; no week yet."""
    folder = tmp_path_factory.mktemp("imported")
    store = open_store(folder / "spotcheck.db")
    add_people(store)
    import_rows(store, records())
    store.close()
    return folder


@pytest.fixture(scope="session")
def opened_folder(imported_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with the week open."""
    folder = tmp_path_factory.mktemp("opened") / "store"
    copy_folder(imported_folder, folder)
    store = open_store(folder / "spotcheck.db")
    open_the_week(store)
    store.close()
    return folder


def _copied(source: Path, folder: Path) -> Store:
    copy_folder(source, folder)
    return open_store(folder / "spotcheck.db")


@pytest.fixture
def imported(imported_folder: Path, tmp_path: Path) -> Store:
    """A store of the test's own: people, rubric, log."""
    return _copied(imported_folder, tmp_path / "imported")


@pytest.fixture
def opened(opened_folder: Path, tmp_path: Path) -> Store:
    """A store of the test's own with the week open."""
    return _copied(opened_folder, tmp_path / "opened")


@pytest.fixture
def items(opened: Store) -> list[Item]:
    """The items of the open week, as they were written."""
    return opened.find(Item, week=WEEK)
