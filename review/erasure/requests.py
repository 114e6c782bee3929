"""Ask for an erasure, see what it would empty, and let a second person confirm it."""

from __future__ import annotations

from typing import Any

from review.audit import chain
from review.audit.store_secrets import hmac_key
from review.basics import setting
from review.basics.clock import new_id, now
from review.basics.errors import InputError, NothingToDo, Refused
from review.basics.limits import MAX_ID, MAX_NOTE
from review.basics.log_paths import log_of
from review.erasure.own_texts import with_texts
from review.erasure.person import CONVERSATION, REVIEWER, USER, Person, person_of
from review.erasure.places import PLACES
from review.erasure.states import CONFIRMED, WITHDRAWN, Erasure, erasure
from review.erasure.working import forget_person, keep_person, kept_person
from review.log.gone import erased_key
from review.log.of_users import among_users
from review.people.people import require
from review.privacy.holds import Held, held
from review.privacy.masking import mask_text
from review.privacy.recognisers import recognisers
from review.settings.project import project_of
from storage.queries.erasing import open_erasures
from storage.records_erasure import ErasedKey, ErasureEvent, ErasureRequest
from storage.records_log import Conversation
from storage.store import Store

KINDS = (USER, CONVERSATION, REVIEWER)


def preview(store: Store, kind: str, given: str, *, by: str) -> dict[str, int]:
    """Return by place how many rows, lines or files hold the data of somebody. Writes nothing.

    Raises Refused without the role lead, InputError for an id that cannot be one.
    """
    require(store, by, "lead")
    person = person_of(store, new_id(), setting.one_of("kind", kind, KINDS), _checked(given))
    return found_in(store, with_texts(store, person))


def found_in(store: Store, person: Person) -> dict[str, int]:
    """Return by place how much is found; places without anything are left out."""
    counts = {name: place.find(store, person) for name, place in PLACES.items()}
    return {name: n for name, n in counts.items() if n}


def request_erasure(store: Store, kind: str, given: str, *, by: str) -> Erasure:
    """Ask for the erasure of a user, a conversation or a reviewer, and count what holds their data.

    Raises as :func:`preview` does, and Refused when a legal hold names them or a request for them is open.
    """
    require(store, by, "lead")
    request = new_id()
    person = person_of(store, request, setting.one_of("kind", kind, KINDS), _checked(given))
    refuse_held(store, person)
    subject = _subject(store, person)
    _refuse_second(store, kind, subject)
    made = ErasureRequest(
        id=request, kind=kind, subject=subject, at=now(), by=by, found=found_in(store, with_texts(store, person))
    )
    keep_person(store, person)
    try:
        with store.transaction():
            _refuse_second(store, kind, subject)
            store.add(made)
            chain.record(store, by, "ask for erasure", request, kind=kind, places=len(made.found))
    except BaseException:
        forget_person(store, request)
        raise
    return erasure(store, request)


def _refuse_second(store: Store, kind: str, subject: str) -> None:
    same = next((one.id for one in open_erasures(store) if one.subject == subject), None)
    if same:
        raise Refused(f"request {same[:12]} for the same {kind} is open: {erasure(store, same).in_words}.")


def confirm(store: Store, request: str, *, by: str, reason: str = "") -> Erasure:
    """Confirm a request; from then on the data may not come in again. :func:`review.erasure.running.run` empties.

    Raises Refused without the role lead, for the person who asked unless they give a ``reason`` why nobody else can,
    and when a legal hold names the person; NothingToDo when it is confirmed already.
    """
    require(store, by, "lead")
    found = _waiting(store, request)
    alone, said = found.request.by == by, reason.strip()
    if alone and not said:
        raise Refused(
            f"{by} asked for this erasure, so somebody else has to confirm it. Where there is nobody else, give a "
            "reason; it stays with the request."
        )
    if len(said) > MAX_NOTE:
        raise InputError(f"reason: found {len(said):,} characters, expected at most {MAX_NOTE}.")
    kept = kept_person(store, found.request.id)
    person = person_of(store, kept.request, kept.kind, kept.given, kept.conversations)
    refuse_held(store, person)
    person = with_texts(store, person)
    keep_person(store, person)
    key, identity = hmac_key(store), "names" if project_of(store.path).access.mode == "names" else "login"
    names = [(USER, one) for one in sorted(person.users)] + [(CONVERSATION, c) for c in sorted(person.conversations)]
    detail = {"alone": alone, "reason": mask_text(said, recognisers())[0], "identity": identity}
    with store.transaction():
        require(store, by, "lead")
        _waiting(store, person.request)  # somebody may have withdrawn it while the texts were looked for
        store.add(*(ErasedKey(id=erased_key(key, k, n), kind=k, request_id=person.request, at=now()) for k, n in names))
        add_event(store, person.request, CONFIRMED, by=by, detail=detail)
        chain.record(store, by, "confirm erasure", person.request, **detail, keys=len(names))
    return erasure(store, person.request)


def withdraw(store: Store, request: str, *, by: str, reason: str) -> Erasure:
    """Withdraw a request that nobody has confirmed. Raises Refused without the role lead and for a confirmed one."""
    require(store, by, "lead")
    found = _to_withdraw(store, request)
    said = mask_text(reason.strip()[:MAX_NOTE], recognisers())[0]
    with store.transaction():
        _to_withdraw(store, found.request.id)
        add_event(store, found.request.id, WITHDRAWN, by=by, detail={"reason": said})
        chain.record(store, by, "withdraw erasure", found.request.id, reason=said)
    forget_person(store, found.request.id)
    return erasure(store, found.request.id)


def _waiting(store: Store, request: str) -> Erasure:
    """Return a request that waits for its confirmation; what was kept of one that was withdrawn is forgotten."""
    found = erasure(store, request)
    if found.state == "waiting":
        return found
    if found.state == WITHDRAWN:
        forget_person(store, found.request.id)
    raise NothingToDo(f"request {found.request.id[:12]} is confirmed or withdrawn already: {found.in_words}.")


def _to_withdraw(store: Store, request: str) -> Erasure:
    found = erasure(store, request)
    if found.state != "waiting":
        raise Refused(f"request {found.request.id[:12]} cannot be withdrawn any more: {found.in_words}.")
    return found


def refuse_held(store: Store, person: Person) -> None:
    """Raise Refused when a legal hold names the person, one of their conversations, or the user of one."""
    holds = held(store)
    names = sorted(person.conversations & holds.conversations)
    of_users = [] if names or person.users & holds.users else _of_held_users(store, person, holds)
    if names or of_users or person.users & holds.users:
        named = f"the user of conversation {of_users[0]}" if of_users else "this user"
        what = f"conversation {names[0]}" if names else named
        raise Refused(
            f"a legal hold names {what}, so nothing is erased. Release the hold first, if it may be released.",
            command_hint="`spotcheck hold list` shows it.",
        )


def _of_held_users(store: Store, person: Person, holds: Held) -> list[str]:
    """Return the conversations whose users are on hold: a request for one conversation names no user."""
    if not holds.users or not person.conversations:
        return []
    rows = store.find(Conversation, id=sorted(person.conversations))
    own = {row.id for row in rows if row.user_id in holds.users}
    return sorted(own | among_users(log_of(store.path), person.conversations, holds.users))


def add_event(
    store: Store,
    request: str,
    event: str,
    *,
    by: str,
    place: str = "",
    n: int = 0,
    detail: dict[str, Any] | None = None,
) -> None:
    """Write one step of an erasure. Call it in the transaction of the step."""
    at = now()
    store.add(
        ErasureEvent(id=new_id(), request_id=request, event=event, at=at, by=by, place=place, n=n, detail=detail or {})
    )


def _subject(store: Store, person: Person) -> str:
    name = person.reviewer or (next(iter(person.users)) if person.users else min(person.conversations))
    return erased_key(hmac_key(store), person.kind, name)


def _checked(given: str) -> str:
    if not 0 < len(given.strip()) <= MAX_ID:
        raise InputError(f"found {len(given):,} characters, expected the id of a user or conversation, 1 to {MAX_ID}.")
    return given.strip()
