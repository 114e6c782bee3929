"""Dropped files: private, unpacked from archives that are no trap, and removed after their import."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from pathlib import Path

import pytest

from review.basics.errors import InputError
from review.basics.input_files import files_of
from review.sources.uploads import KEPT_SECONDS, MAX_FILES, expire_uploads, forget, keep, uploads_of


def packed(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "spotcheck.db"


def test_a_file_is_kept_for_its_owner_alone_and_forgotten(store: Path) -> None:
    (file,), left = keep(store, "../../etc/log.csv", b"id\n1\n")
    assert file.name == "log.csv" and uploads_of(store) in file.parents and left == []
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    forget(file, store)
    assert list(uploads_of(store).iterdir()) == []


def test_a_folder_in_an_archive_gives_its_files(store: Path) -> None:
    data = packed({"logs/a.csv": b"a", "logs/deep/a.csv": b"b", "logs/read.me": b"c", "__MACOSX/a.csv": b"d"})
    files, left = keep(store, "logs.zip", data)
    assert [file.read_bytes() for file in files] == [b"a", b"b"] and [file.name for file in files] == [
        "a.csv",
        "2-a.csv",
    ]
    assert left == ["logs.zip: left out logs/read.me"]
    for file in files:
        forget(file, store)
    assert list(uploads_of(store).iterdir()) == []


@pytest.mark.parametrize("name", ["../../../evil.csv", "/abs/evil.csv", "..\\evil.csv", "C:/evil.csv"])
def test_names_that_lead_out_of_an_archive_are_refused_alike_on_the_page_and_by_the_command(
    store: Path, name: str
) -> None:
    data = packed({"good.csv": b"id,question\n1,Why?\n", name: b"id,question\n2,How?\n"})
    with pytest.raises(InputError, match="leads out of it; nothing was read") as on_page:
        keep(store, "a.zip", data)
    (store.parent / "a.zip").write_bytes(data)
    with pytest.raises(InputError) as by_command:
        files_of([store.parent / "a.zip"])
    assert str(by_command.value).removeprefix(f"{store.parent}/") == str(on_page.value)
    assert list(uploads_of(store).iterdir()) == []


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (packed({"a.csv": b"\0" * 5_000_000}), "times its size"),
        (packed({"a.txt": b"x"}), "holds no log"),
        (packed({f"{n}.csv": b"x" for n in range(MAX_FILES + 1)}), "at most 500"),
        (packed({"a.csv": b"x" * 100})[:40], "not readable as a zip archive"),
        (b"PK\x03\x04", "not readable as a zip archive"),
    ],
    # Named, because the bytes of an archive hold the time at which it was packed.
    ids=("bomb", "no log", "many files", "cut off", "head alone"),
)
def test_archives_that_are_a_trap_leave_nothing(store: Path, data: bytes, words: str) -> None:
    with pytest.raises(InputError, match=words):
        keep(store, "a.zip", data)
    assert list(uploads_of(store).iterdir()) == []


def test_a_damaged_file_of_an_archive_is_left_out_and_named(store: Path) -> None:
    data = bytearray(packed({"a.csv": os.urandom(400), "b.csv": b"id\n1\n"}))
    data[100] ^= 1
    files, said = keep(store, "a.zip", bytes(data))
    assert [file.name for file in files] == ["b.csv"] and sorted(p.name for p in files[0].parent.iterdir()) == ["b.csv"]
    assert len(said) == 1 and said[0].startswith("a.zip: 'a.csv' is damaged and was left out (")


def test_an_archive_that_lies_about_a_size_is_refused(store: Path) -> None:
    data = bytearray(packed({"a.csv": os.urandom(4_000)}))
    place = data.rindex(b"PK\x01\x02") + 24
    data[place : place + 4] = (10).to_bytes(4, "little")
    with pytest.raises(InputError):
        keep(store, "a.zip", bytes(data))
    assert list(uploads_of(store).iterdir()) == []


def test_what_was_dropped_a_day_ago_is_removed(store: Path) -> None:
    (old,), _ = keep(store, "a.csv", b"id\n")
    past = old.stat().st_mtime - KEPT_SECONDS - 60
    os.utime(old.parent, (past, past))
    keep(store, "b.csv", b"id\n")
    assert expire_uploads(store) == 1 and not old.exists() and expire_uploads(store) == 0
    assert expire_uploads(store.with_name("none.db")) == 0
