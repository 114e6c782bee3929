"""Demonstration stores, built once and kept in pytest's cache until anything that builds them changes.

The name of a cached store is a digest of the source of every module that ``review.demo.build`` reaches, of the data
files beside them, of the versions of the libraries that compute, and of the arguments. Workers share it behind a lock.
"""

from __future__ import annotations

import hashlib
import platform
import re
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
DATA = (".csv", ".json", ".toml")
DOTTED = re.compile(r"\b(?:review|storage)(?:\.[a-z_]+)+")
IMPORTED = re.compile(r"\bfrom ((?:review|storage)[a-z_.]*) import (\([^)]*\)|[^\n]*)")


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
    found = hashlib.sha256(platform.python_version().encode())
    for library in LIBRARIES:
        found.update(f"{library} {version(library)}".encode())
    for path in sorted({*_modules("review.demo.build"), *_data_files()}):
        found.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return found.hexdigest()


def _data_files() -> list[Path]:
    return [path for floor in ("review", "storage") for path in (ROOT / floor).rglob("*") if path.suffix in DATA]


def _modules(start: str) -> set[Path]:
    """Return the files of all modules of ours that ``start`` names, directly or through others.

    Every worker looks for them, so the text is searched: to parse all of it takes seconds.
    """
    found: set[Path] = set()
    todo = [start]
    while todo:
        path = _file_of(todo.pop())
        if path is None or path in found:
            continue
        found.add(path)
        text = path.read_text(encoding="utf-8")
        todo += DOTTED.findall(text)  # a catalogue names its plug-ins by their place
        for package, names in IMPORTED.findall(text):
            todo += [f"{package}.{name}" for name in re.findall(r"\w+", names)]
    return found


def _file_of(module: str) -> Path | None:
    """Return the file of a module of ours; None for a library, a package or a name inside a module."""
    if module.split(".")[0] not in ("review", "storage"):
        return None
    if not re.fullmatch(r"[a-z_.]+", module):
        return None
    path = ROOT.joinpath(*module.split(".")).with_suffix(".py")
    return path if path.is_file() else None
