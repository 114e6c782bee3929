"""The story of each erasure, from its rows: who asked, who confirmed, what was emptied, and what the proof found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from review.basics.errors import UnknownError
from storage.records_erasure import ErasureEvent, ErasureRequest
from storage.store import Store

CONFIRMED, EMPTIED, LEFT, PROVED, WITHDRAWN = "confirmed", "emptied", "left", "proved", "withdrawn"


@dataclass(frozen=True, kw_only=True)
class Erasure:
    """A request with what became of it. ``state`` is waiting, running, done or withdrawn.

    ``emptied`` counts by place, ``left`` names what still holds something and why. ``proof`` is what the last proof
    read; ``release`` is the release that took the place of one with erased examples, "" for none. ``identity`` says
    how the store knows that two people acted (login, or names), ``reason`` why one confirmed their own request.
    """

    request: ErasureRequest
    state: str
    confirmed_by: str = ""
    emptied: Mapping[str, int] = field(default_factory=dict)
    left: Mapping[str, Any] = field(default_factory=dict)
    proof: Mapping[str, Any] = field(default_factory=dict)
    release: str = ""
    identity: str = ""
    reason: str = ""

    @property
    def in_words(self) -> str:
        """The state as it is shown."""
        if self.state != "running":
            return "waits for a second person" if self.state == "waiting" else self.state
        places = len(self.left)
        return f"running, {places} {'place' if places == 1 else 'places'} left"

    def to_json(self) -> dict[str, Any]:
        """Plain data for programs."""
        return {
            "id": self.request.id,
            "kind": self.request.kind,
            "at": self.request.at,
            "by": self.request.by,
            "state": self.state,
            "confirmed_by": self.confirmed_by or None,
            "identity": self.identity or None,
            "reason": self.reason or None,
            "found": dict(self.request.found),
            "emptied": dict(self.emptied),
            "left": dict(self.left),
            "proof": dict(self.proof),
            "tombstone_release": self.release or None,
        }


def erasures(store: Store) -> list[Erasure]:
    """Return all erasures, the latest first."""
    events: dict[str, list[ErasureEvent]] = {}
    for event in store.find(ErasureEvent):
        events.setdefault(event.request_id, []).append(event)
    return [_state(row, events.get(row.id, [])) for row in reversed(store.find(ErasureRequest))]


def erasure(store: Store, request: str) -> Erasure:
    """Return an erasure by its id or the beginning of it, of at least 6 characters. Raises UnknownError."""
    wanted = request.strip().lower()
    found = [e for e in erasures(store) if len(wanted) >= 6 and e.request.id.startswith(wanted)]
    if len(found) != 1:
        raise UnknownError(
            f"request '{request[:40]}': found {len(found)} requests of this id, expected one.",
            command_hint="`spotcheck erase list` shows their ids.",
        )
    return found[0]


def _state(request: ErasureRequest, events: list[ErasureEvent]) -> Erasure:
    if not events:
        return Erasure(request=request, state="waiting")
    emptied: dict[str, int] = {}
    for event in events:
        if event.event == EMPTIED and event.n:
            emptied[event.place] = emptied.get(event.place, 0) + event.n
    last, release = events[-1], next((e.detail["release"] for e in events if e.detail.get("release")), "")
    confirmed = next((e for e in events if e.event == CONFIRMED), None)
    if last.event == WITHDRAWN:
        return Erasure(request=request, state=WITHDRAWN)
    proof = next((e.detail for e in reversed(events) if e.event in (PROVED, LEFT)), {})
    done = {e.place for e in events if e.event == EMPTIED}
    left = {name: "not emptied yet" for name in request.found if name not in done} | {"proof": "not read yet"}
    left = {} if last.event == PROVED else dict(last.detail["places"]) if last.event == LEFT else left
    return Erasure(
        request=request,
        state="done" if last.event == PROVED else "running",
        confirmed_by=confirmed.by if confirmed else "",
        identity=confirmed.detail["identity"] if confirmed else "",
        reason=confirmed.detail["reason"] if confirmed else "",
        emptied=emptied,
        left=left,
        proof=proof.get("proof", {}),
        release=str(release),
    )
