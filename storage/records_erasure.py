"""Records of erasures: who asked for one, what became of it, and keyed hashes of what must not come back."""

from __future__ import annotations

from dataclasses import dataclass, field

from storage.records_base import Json


@dataclass(frozen=True, kw_only=True)
class ErasureRequest:
    """Somebody asks to erase a person's data. ``kind`` is user, conversation or reviewer.

    ``subject`` is a keyed hash of the id that was given, never the id itself. ``found`` counts by place what held the
    data at that time.
    """

    id: str
    kind: str
    subject: str
    at: str
    by: str
    found: Json = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ErasureEvent:
    """One step of an erasure; the latest is its state.

    ``event`` is confirmed, emptied (one ``place``, with ``n`` rows or files), left (the proof found something, or a
    place cannot be emptied yet), proved or withdrawn. ``detail`` holds what a person must know of it.
    """

    id: str
    request_id: str
    event: str
    at: str
    by: str
    place: str = ""
    n: int = 0
    detail: Json = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ErasedKey:
    """A keyed hash of an erased user or conversation: rows that name one are dropped when they arrive again."""

    id: str
    kind: str
    request_id: str
    at: str


ERASURE_KEYS: dict[type, tuple[str, ...]] = {
    ErasureRequest: ("erasure_requests", "id"),
    ErasureEvent: ("erasure_events", "id"),
    ErasedKey: ("erased_keys", "id"),
}
"""Table and primary key of each of these records."""
