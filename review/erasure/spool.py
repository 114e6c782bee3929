"""Empty the spool of the collector: requests whose traces are not in the log yet, and feedback that waits for them.

While a collector runs the spool is its own. What it brings into the log is dropped there, and it removes its files
within a minute; so an erasure that finds something left is continued later.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import orjson
from filelock import FileLock, Timeout

from review.basics.errors import Refused
from review.erasure.person import Person
from review.log.erasing import replace_file
from review.privacy.originals import sealing
from review.privacy.user_ids import user_hash
from review.settings.project import project_of
from review.sources.collecting.frames import Change, Frame, Kind, frames, packed, spool_files, spool_of
from review.sources.collecting.otlp_requests import only, users_in
from review.sources.collecting.told import WAITING
from storage.store import Store

LOCKS = (".lock", ".assembling.lock")
LEFT_BEHIND = ("batch", "told")
"""Folders of a pass that was killed."""


def in_spool(store: Store, person: Person) -> int:
    """Return how many requests and rows of feedback in the spool are about the person."""
    folder, unseal = spool_of(store.path), _change(store, 1)
    traces = _traces(store, person, folder, unseal)
    parts = sum(
        _without(frame, traces) != frame.payload
        for path in spool_files(folder).values()
        for frame in frames(path, unseal=unseal)
    )
    return parts + sum(_is_about(line, traces) for line in _waiting(folder))


def empty_spool(store: Store, person: Person) -> int:
    """Take the person's traces and feedback out of the spool; return out of how many requests and rows.

    Raises Refused while a collector runs and there is something to take out.
    """
    n = in_spool(store, person)
    if not n:
        return 0
    folder, unseal, seal = spool_of(store.path), _change(store, 1), _change(store, 0)
    with ExitStack() as held:
        try:
            for name in LOCKS:
                held.enter_context(FileLock(folder / name, timeout=0))
        except Timeout:
            raise Refused(
                "the collector is running, and its spool holds spans of this person. It drops them within some "
                "minutes. Continue the erasure then."
            ) from None
        traces = _traces(store, person, folder, unseal)
        for name in LEFT_BEHIND:
            shutil.rmtree(folder / name, ignore_errors=True)
        for path in spool_files(folder).values():
            _rewrite(path, traces, unseal, seal)
        if any(_is_about(line, traces) for line in _waiting(folder)):
            kept = b"".join(line for line in _waiting(folder) if not _is_about(line, traces))
            replace_file(folder / WAITING, lambda part: part.write_bytes(kept))
    return n


def _change(store: Store, which: int) -> Change | None:
    """Return how payloads are sealed (0) or unsealed (1), None where the project keeps originals as they are."""
    return sealing()[which] if project_of(store.path).privacy.originals == "encrypted" else None


def _traces(store: Store, person: Person, folder: Path, unseal: Change | None) -> set[str]:
    """Return the traces of the person: those of their conversations, and those that name the user."""
    found = {one.rpartition("/")[2] for one in person.conversations} | set(person.conversations)
    if person.users:
        for path in spool_files(folder).values():
            for frame in frames(path, unseal=unseal):
                if frame.kind not in (Kind.FEEDBACK, Kind.SCORES):
                    told = users_in(frame.kind, frame.payload)
                    found |= {trace for trace, user in told if user.strip() and _hash(store, user) in person.users}
    return found


def _hash(store: Store, user: str) -> str:
    return user_hash(store, user[:500])


def _without(frame: Frame, traces: Collection[str]) -> bytes:
    """Return the payload of a frame without some traces, b"" when nothing is left."""
    if frame.kind in (Kind.FEEDBACK, Kind.SCORES):
        rows: list[dict[str, Any]] = orjson.loads(frame.payload)
        kept = [row for row in rows if _trace_of(frame.kind, row) not in traces]
        return frame.payload if len(kept) == len(rows) else orjson.dumps(kept) if kept else b""
    return only(frame.kind, frame.payload, lambda trace: trace not in traces)


def _trace_of(kind: Kind, row: dict[str, Any]) -> str:
    return str(row.get("trace" if kind is Kind.FEEDBACK else "traceId") or "")


def _rewrite(path: Path, traces: Collection[str], unseal: Change | None, seal: Change | None) -> None:
    data, changed = bytearray(), False
    for frame in frames(path, unseal=unseal):
        left = _without(frame, traces)
        changed = changed or left != frame.payload
        if left:
            data += packed(frame.kind, seal(left) if seal else left, at=frame.at)
    if changed:
        replace_file(path, lambda part: part.write_bytes(bytes(data)))


def _waiting(folder: Path) -> Iterator[bytes]:
    path = folder / WAITING
    return iter(path.read_bytes().splitlines(keepends=True) if path.exists() else ())


def _is_about(line: bytes, traces: Collection[str]) -> bool:
    kind, row, _ = orjson.loads(line)
    return _trace_of(Kind(kind), row) in traces
