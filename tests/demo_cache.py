"""Demonstration stores, built once and kept in pytest's cache until anything that builds them changes.

The name of a cached store is a digest of all sources of ``review`` and ``storage`` (``review.demo.build`` reaches 19 of
20 modules) and of the data files beside them, of the versions of the libraries that compute, and of the arguments.
Workers share it behind a lock.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
from datetime import date
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from filelock import FileLock

ROOT = Path(__file__).resolve().parents[1]
STORE = "spotcheck.db"
TODAY = date(2026, 11, 29)
"""The day that the demonstrations of tests are built for: tests rest on what is drawn in the weeks before it."""
LIBRARIES = ("duckdb", "numpy", "orjson", "py3langid", "pyarrow", "scikit-learn", "scipy", "sqlite-utils")
SOURCES = (".py", ".csv", ".json", ".toml")


def cached_demo(cache_folder: Path, **arguments: int) -> Path:
    """Return the path of the demonstration store with these arguments of ``build_demo``; do not write to it.

    It is built anew each day, because the open week is due some days after it was built.

    Builds it where it is missing, and removes the one that it replaces.
    """
    today = date.today()
    kind = "-".join(["demo", *(f"{name}{value}" for name, value in sorted(arguments.items()))])
    made = _digest(f"{TODAY} {today}")
    folder = cache_folder / f"{kind}.{made}"
    cache_folder.mkdir(parents=True, exist_ok=True)
    with FileLock(cache_folder / f"{kind}.lock"):
        if not folder.exists():
            for old in cache_folder.glob(f"{kind}.*/"):
                shutil.rmtree(old)
            _build(folder, TODAY, arguments)
        _keep_key(folder)
    return folder / STORE


def _keep_key(folder: Path) -> None:
    """Copy the audit key of the cached store to where this run of the tests looks for it."""
    from storage.proof_key import key_file

    here = key_file((folder / "store_id").read_text())
    if not here.exists() and (folder / "audit.key").exists():  # a store in a database has its key in the environment
        here.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / "audit.key", here)


def _build(folder: Path, today: date, arguments: dict[str, Any]) -> None:
    """Build beside ``folder`` and move, so that a build that breaks off leaves nothing that looks finished."""
    from review.audit.store_secrets import store_id
    from review.demo.build import build_demo
    from storage.opening import open_store
    from storage.proof_key import key_file

    unfinished = folder.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    build_demo(unfinished / STORE, today=today, **arguments)
    store = open_store(unfinished / STORE)
    identity = store_id(store)
    store.close()
    (unfinished / "store_id").write_text(identity)
    if key_file(identity).exists():
        shutil.copyfile(key_file(identity), unfinished / "audit.key")
    unfinished.rename(folder)


def _digest(*more: str) -> str:
    return hashlib.sha256("\n".join([_sources(), *more]).encode()).hexdigest()[:20]


@cache
def _sources() -> str:
    """Return a digest of everything that decides what a demonstration store holds."""
    digest = hashlib.sha256(platform.python_version().encode())
    for library in LIBRARIES:
        digest.update(f"{library} {version(library)}".encode())
    folders = [found for floor in ("review", "storage") for found in os.walk(ROOT / floor)]
    for folder, _, names in sorted(folders):
        for name in sorted(names):
            if name.endswith(SOURCES):
                path = f"{folder}/{name}"  # thousands of Path objects would take a second
                digest.update(os.path.relpath(path, ROOT).encode() + Path(path).read_bytes())
    return digest.hexdigest()
