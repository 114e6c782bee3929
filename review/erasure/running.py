"""Empty one place after the other, prove that nothing is left, and say so; a killed erasure goes on where it was.

Each place can be emptied again: what is empty already is not touched. So an erasure that was killed, or found the disk
full, is run again from its beginning, with what was written down of the person before the first place was emptied.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from filelock import Timeout

from review.audit import chain
from review.basics.errors import Refused, ReviewError
from review.basics.log_paths import log_of
from review.basics.remembered import forget_everything
from review.erasure.copies import exports_of
from review.erasure.own_texts import with_texts
from review.erasure.person import Person, person_of
from review.erasure.places import PLACES
from review.erasure.proof import WORKING, Proof, proof_of
from review.erasure.requests import add_event, refuse_held
from review.erasure.states import EMPTIED, LEFT, PROVED, Erasure, erasure
from review.erasure.working import forget_person, keep_person, kept_person
from review.log.erasing import sweep_parts
from review.people.people import require
from storage.connection import StorageError
from storage.leases import only_one
from storage.queries.erasing import leave_nothing_behind
from storage.records_golden import Release
from storage.store import Store

COMPACT = "freed pages of the store"
Tell = Callable[[str], None]


def run(store: Store, request: str, *, by: str, tell: Tell = lambda place: None) -> Erasure:
    """Empty every place of a confirmed erasure and prove it. ``tell`` gets the name of each place.

    A place that cannot be emptied now does not keep the others from it; the erasure stays *running* then, and this is
    called again. Raises Refused without the role lead, for a request that nobody has confirmed, for a legal hold, and
    while another erasure runs.
    """
    require(store, by, "lead")
    found = erasure(store, request)
    if found.state != "running":
        raise Refused(f"request {found.request.id[:12]} cannot be run: it {_why(found)}.")
    try:
        with only_one(store.path, "erasure", f"{store.path}{WORKING}.lock"):
            return _run(store, found.request.id, by=by, tell=tell)
    except Timeout:
        raise Refused(
            f"request {found.request.id[:12]} cannot be run now: another erasure runs. Wait until it has ended."
        ) from None


def _why(found: Erasure) -> str:
    return "waits for a second person to confirm it" if found.state == "waiting" else f"is {found.state}"


def _run(store: Store, request: str, *, by: str, tell: Tell) -> Erasure:
    person = _person(store, request)
    refuse_held(store, person)
    sweep_parts(log_of(store.path))
    troubles: dict[str, str] = {}
    for name, place in PLACES.items():
        tell(place.title)
        try:
            _note(store, request, name, place.empty(store, person, by), by=by)
        except (ReviewError, StorageError, OSError) as error:
            troubles[name] = str(error)
    tell(COMPACT)
    forget_everything()
    try:
        if not leave_nothing_behind(store):
            troubles[COMPACT] = "somebody reads the store all the time. Close the application for a moment."
    except StorageError as error:
        troubles[COMPACT] = str(error)
    tell("proof")
    troubles |= {
        name: _left(n) for name, place in PLACES.items() if name not in troubles and (n := place.find(store, person))
    }
    proof = proof_of(store, person)
    troubles |= {f"file {name}": "the proof found texts in it" for name in proof.left}
    return _close(store, person, proof, troubles, by=by)


def _left(n: int) -> str:
    return f"{n:,} came in meanwhile"


def _person(store: Store, request: str) -> Person:
    """Return the person with what came in since the erasure was confirmed, and write that down first."""
    kept = kept_person(store, request)
    person = person_of(store, request, kept.kind, kept.given, kept.conversations)
    person = with_texts(store, person, before=kept.texts, single=kept.single)
    if person != kept:
        keep_person(store, person)
    return person


def _note(store: Store, request: str, name: str, n: int, *, by: str) -> None:
    if not n and name not in erasure(store, request).request.found:
        return
    detail: dict[str, Any] = {}
    if name == "golden release" and n:
        detail = {"release": store.find(Release)[-1].name}
    with store.transaction():
        add_event(store, request, EMPTIED, by=by, place=name, n=n, detail=detail)
        chain.record(store, by, "emptied", request, place=name, n=n)


def _close(store: Store, person: Person, proof: Proof, troubles: dict[str, str], *, by: str) -> Erasure:
    """Write what the proof found; once nothing is left, forget what was kept of the person."""
    told = {"proof": {**proof.to_json(), "exports": exports_of(store, person)}, "places": troubles}
    with store.transaction():
        add_event(store, person.request, LEFT if troubles else PROVED, by=by, detail=told)
        chain.record(store, by, "erasure left" if troubles else "erasure proved", person.request, places=len(troubles))
    if not troubles:
        forget_person(store, person.request)
    return erasure(store, person.request)
