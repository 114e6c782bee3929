"""What a running erasure must know and the store must not keep: the id as given, and the texts that are looked for.

One file for each request beside the store, readable by its owner alone; it is removed when the proof has passed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from review.basics.errors import UnknownError
from review.basics.whole_files import replacing, sync
from review.erasure.person import Person
from review.erasure.proof import WORKING
from storage.store import Store

_SETS = ("users", "conversations", "items", "examples", "proposals", "texts")


def keep_person(store: Store, person: Person) -> None:
    """Write what is known of a person, whole or not at all. Raises InputError when the disk is full."""
    path = _file(store, person.request)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    told = {name: sorted(getattr(person, name)) for name in (*_SETS, "single")}
    named = {"request": person.request, "kind": person.kind, "given": person.reviewer or person.given}
    data = orjson.dumps({**named, "reviewer": person.reviewer, **told})
    with replacing(path) as part:
        part.touch(mode=0o600)
        part.write_bytes(data)
        sync(part)
    sync(path.parent)


def kept_person(store: Store, request: str) -> Person:
    """Return what was kept of a request. Raises UnknownError when its file is gone."""
    try:
        found = orjson.loads(_file(store, request).read_bytes())
    except (FileNotFoundError, orjson.JSONDecodeError):
        raise UnknownError(
            f"request {request[:12]}: the id that was given is not kept any more, so nothing can be looked for. "
            "Make a new request."
        ) from None
    sets: dict[str, Any] = {name: frozenset(found[name]) for name in _SETS}
    named: dict[str, Any] = {name: str(found[name]) for name in ("request", "kind", "given", "reviewer")}
    return Person(**named, **sets, single=tuple(found.get("single", ())))


def forget_person(store: Store, request: str) -> None:
    """Remove what was kept of a request, and the folder when it was the last."""
    path = _file(store, request)
    path.unlink(missing_ok=True)
    if path.parent.is_dir():
        for left in path.parent.glob(f".{path.name}.*"):
            for inner in left.iterdir():
                inner.unlink()
            left.rmdir()
        if not any(path.parent.iterdir()):
            path.parent.rmdir()


def _file(store: Store, request: str) -> Path:
    return Path(f"{store.path}{WORKING}") / f"{request}.json"
