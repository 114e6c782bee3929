"""The files of rejected records beside the log: in a backup and back, and removed after their days."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.basics.log_paths import log_of
from review.log.rejects import expire_rejects
from review.people.people import add_person
from review.serving.backups import back_up, restore
from review.serving.nightly import NIGHTLY, run_nightly
from review.settings.project import project_of
from review.sources.import_into import import_into
from storage.store import Store

DAY = 86_400


@pytest.fixture
def rejected(store: Store, tmp_path: Path) -> Store:
    """A store with one import that rejected a record."""
    add_person(store, "lea", role="lead", by="lea")
    log = tmp_path / "log.jsonl"
    log.write_text(
        '{"question": "a", "answer": "b"}\n{"question": "mail a@example.com", "answer": "b", "created_at": "odd"}\n'
    )
    assert import_into(store, log, by="lea").rejected == 1
    return store


def test_a_backup_has_the_rejects_and_a_restore_brings_them_back(rejected: Store, tmp_path: Path) -> None:
    (file,) = log_of(rejected.path).rejects.glob("*")
    content = file.read_bytes()
    words = back_up(rejected, tmp_path / "backup.db")
    copy = tmp_path / "backup.db.rejects" / file.name
    assert copy.read_bytes() == content and "1 file of rejected records, with masked values" in words
    assert (copy.stat().st_mode & 0o777, copy.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert copy.stat().st_mtime == file.stat().st_mtime
    rejected.close()
    file.unlink()
    restore(tmp_path / "backup.db", rejected.path, force=True)
    assert file.read_bytes() == content


def test_a_backup_without_rejects_makes_no_folder(store: Store, tmp_path: Path) -> None:
    assert "rejected" not in back_up(store, tmp_path / "backup.db")
    assert not (tmp_path / "backup.db.rejects").exists()


def test_the_night_removes_rejects_after_their_days(rejected: Store) -> None:
    (file,) = log_of(rejected.path).rejects.glob("*")
    step = {"rejects": NIGHTLY["rejects"]}
    os.utime(file, (0, time.time() - 89 * DAY))
    assert run_nightly(rejected, steps=step)[0].detail == "no files of rejected records removed, after 90 days"
    assert file.exists()
    os.utime(file, (0, time.time() - 91 * DAY))
    settings = rejected.path.with_name("spotcheck.toml")
    settings.write_text("[privacy]\nrejects_days = 0\n")
    assert run_nightly(rejected, steps=step)[0].status == "skipped" and file.exists()
    settings.write_text("[privacy]\nrejects_days = 90\n")
    assert run_nightly(rejected, steps=step)[0].detail == "1 file of rejected records removed, after 90 days"
    assert not file.exists() and project_of(rejected.path).privacy.rejects_days == 90


@given(ages=st.lists(st.floats(0.1, 400), max_size=6), days=st.integers(1, 400))
def test_only_files_older_than_the_days_are_removed(
    tmp_path_factory: pytest.TempPathFactory, ages: list[float], days: int
) -> None:
    log = log_of(tmp_path_factory.mktemp("old") / "s.db")
    log.rejects.mkdir()
    for n, age in enumerate(ages):
        file = log.rejects / f"{n}.jsonl"
        file.touch()
        os.utime(file, (0, time.time() - age * DAY))
    near = [age for age in ages if abs(age - days) < 0.01]
    removed = expire_rejects(log, days)
    assert abs(removed - sum(age > days for age in ages)) <= len(near)
