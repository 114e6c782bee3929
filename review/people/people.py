"""People and their roles. A role is a row; the latest one counts, and it is read from the store on every write."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass

from review.audit import chain
from review.audit.store_secrets import hmac_key
from review.basics import setting
from review.basics.clock import new_id, now
from review.basics.errors import InputError, NothingToDo, Refused, UnknownError
from review.basics.limits import MAX_NAME, MAX_SCOPE
from review.people.identity import LINKS, Visitor, display_name, identifier, rater_id
from storage.queries.people import RaterWithRole, rater_with_role, raters_from_outside, raters_with_roles
from storage.records_people import Rater, Role
from storage.store import Store

LADDER = ("annotator", "adjudicator", "lead")
"""From least to most: each of these may do everything that the ones before it may."""
AUDITOR = "auditor"
"""Reads the records of the review and changes nothing. Leads may read what an auditor reads."""
ROLES = (*LADDER, AUDITOR)
"""Every role that a person may have."""
READER = "reader"
"""What a page needs that everybody with any role may read."""

NO_ROLE = "none"
"""Given to take a role away."""
FROM_OUTSIDE = "from outside"
"""What lists show for a person who came with imported labels and has no role."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """A rater with the current role ("" without one).

    ``issuer`` and ``subject`` identify the login; they are empty for a person who is only a name and cannot log in.
    """

    id: str
    name: str
    role: str
    scope: str = ""
    issuer: str = ""
    subject: str = ""

    def may(self, role: str) -> bool:
        """Return whether this person's role includes ``role``."""
        return includes(self.role, role)


def includes(role: str, needed: str) -> bool:
    """Return whether somebody with ``role`` may do what needs the role ``needed``, or READER."""
    if needed == READER:
        return role in ROLES
    if needed == AUDITOR:
        return role in (AUDITOR, LADDER[-1])
    return role in LADDER and LADDER.index(role) >= LADDER.index(needed)


def people(store: Store) -> list[Person]:
    """Return everybody with their current roles, in order of arrival."""
    return [_person(row) for row in raters_with_roles(store)]


def a_lead(store: Store) -> str:
    """Return the id of the first lead, who answers for what runs at night. Raises NothingToDo without one."""
    found = next((one.id for one in people(store) if one.may("lead")), None)
    if found is None:
        raise NothingToDo("nobody in the store is a lead yet, and a lead answers for what runs at night.")
    return found


def find_person(store: Store, rater_id: str) -> Person | None:
    """Return the person with this id, or None. Reads this person's rows alone."""
    row = rater_with_role(store, rater_id)
    return None if row is None else _person(row)


def _person(row: RaterWithRole) -> Person:
    return Person(**asdict(row))


def person(store: Store, name: str) -> Person:
    """Return a person by id or name, in any case. Raises UnknownError that lists the people there are."""
    wanted = unicodedata.normalize("NFC", name).strip().casefold()
    found = find_person(store, wanted)
    if found is not None:
        return found
    everybody = people(store)
    found = next((p for p in everybody if p.name.casefold() == wanted), None)
    if found is not None:
        return found
    known = ", ".join(p.name for p in everybody[:12]) or "nobody yet"
    raise UnknownError(
        f"nobody called '{name}' is in the store (there are: {known}). A lead can add people.",
        command_hint="`spotcheck people add` adds one.",
    )


def usual_reviewers(everybody: Sequence[Person]) -> list[str]:
    """Return the ids of those whose role it is to annotate; where there is nobody else, of all who may."""
    able = [p for p in everybody if p.may("annotator")]
    return [p.id for p in able if p.role == "annotator"] or [p.id for p in able]


def require(store: Store, rater_id: str, role: str) -> Person:
    """Return the person if their current role includes ``role``. Raises Refused otherwise."""
    somebody = find_person(store, rater_id)
    if somebody is None or not somebody.may(role):
        found = somebody.role or "no role" if somebody else "an unknown person"
        raise Refused(f"this needs the role {role}; {rater_id or 'nobody'} has {found}. A lead can grant it.")
    return somebody


def add_person(
    store: Store, name: str, *, role: str, by: str, scope: str = "", issuer: str = "", subject: str = ""
) -> Person:
    """Add a person, or give an existing one another role ("none" takes it away). Returns the person.

    ``name`` is a name, or the id of an existing person. With ``issuer`` and ``subject`` it is the person who will log
    in with them. Raises InputError for an unusable name, role or scope, Refused when the store would be left without
    a lead.
    """
    checked_scope(scope)
    given = "" if setting.one_of("role", role, (*ROLES, NO_ROLE)) == NO_ROLE else role
    with store.transaction():
        visitor = _announced(name, issuer, subject) if issuer or subject else None
        rater = _logged_in(store, visitor, by=by) if visitor else _named(store, name, by=by)
        leads = [p.id for p in people(store) if p.may("lead")]
        if leads == [rater.id] and role != "lead":
            raise Refused(
                f"{rater.name} is the only lead, and only a lead can give roles. Make somebody else lead first."
            )
        row = Role(id=new_id(), rater_id=rater.id, role=given, at=now(), by=by, scope=scope)
        store.add(row)
        chain.record(store, by, "role", rater.id, role=role, scope=scope)
    return Person(id=rater.id, name=rater.name, role=given, scope=scope, issuer=rater.issuer, subject=rater.subject)


def checked_scope(scope: str) -> str:
    """Return the fields that somebody reviews, as they were given. Raises InputError for a text that is too long."""
    if len(scope) > MAX_SCOPE:
        raise InputError(
            f"scope: found {len(scope):,} characters ('{scope[:40]}...'), expected at most {MAX_SCOPE}: the names of "
            "fields with commas between them, such as billing, returns."
        )
    return scope


def add_outsider(store: Store, name: str, *, by: str) -> Person:
    """Add a person who has given labels elsewhere, without a role: a lead may make them a reviewer later.

    Raises InputError for an unusable name. Call it inside a transaction.
    """
    rater = _named(store, name, by=by)
    chain.record(store, by, "person", rater.id, why="imported labels")
    return Person(id=rater.id, name=rater.name, role="")


def people_in_use(store: Store) -> list[Person]:
    """Return everybody but those who came with labels of which nothing counts any more."""
    outside = raters_from_outside(store)
    return [one for one in people(store) if outside.get(one.id, True)]


def role_words(one: Person, outside: Collection[str]) -> str:
    """Return a person's role as a list shows it; ``outside`` are the ids of raters who are known from labels alone."""
    return one.role or (FROM_OUTSIDE if one.id in outside else NO_ROLE)


def arrived(store: Store, visitor: Visitor) -> Person:
    """Return the person of a login. The first login adds a rater without a role, which a lead may then give.

    Writes on the first login only.
    """
    rater = next(iter(_raters_of(store, visitor)), None)
    if rater is None and visitor.issuer == LINKS:
        raise UnknownError(f"the rater '{visitor.subject}' is not in the store any more. Ask a lead for a new link.")
    if rater is None:
        with store.transaction():
            rater = _logged_in(store, visitor, by="login")
    somebody = find_person(store, rater.id)
    if somebody is None:
        raise UnknownError(f"the rater '{rater.id}' is not in the store any more. Log in again.")
    return somebody


def login_of(store: Store, visitor: Visitor) -> Person | None:
    """Return the person of a login, None for one who was never here. Writes nothing."""
    rater = next(iter(_raters_of(store, visitor)), None)
    return None if rater is None else find_person(store, rater.id)


def _raters_of(store: Store, visitor: Visitor) -> list[Rater]:
    if visitor.issuer == LINKS:
        return store.find(Rater, id=visitor.subject)
    return store.find(Rater, issuer=visitor.issuer, subject=visitor.subject)


def _logged_in(store: Store, visitor: Visitor, *, by: str) -> Rater:
    """Return the rater of a login, added if there is none. Call it inside a transaction."""
    known = _raters_of(store, visitor)
    if known:
        return known[0]
    identity = rater_id(visitor, key=hmac_key(store))
    taken = {text.casefold() for r in store.find(Rater) for text in (r.id, r.name)}
    # A second person of the same name gets a suffix, so that the two are not confused where people are named.
    own = visitor.name if visitor.name.casefold() not in taken else f"{visitor.name} ({identity[-4:]})"
    rater = Rater(
        id=identity, name=own, created_at=now(), created_by=by, issuer=visitor.issuer, subject=visitor.subject
    )
    if identity.casefold() in taken or own.casefold() in taken or not store.add(rater):
        raise Refused(f"{own} is too similar to the name of somebody else here. A lead can add you under another name.")
    chain.record(store, identity, "first login" if by == "login" else "person", identity, issuer=visitor.issuer)
    return rater


def _announced(name: str, issuer: str, subject: str) -> Visitor:
    """Return the login that a lead adds before its first use. Raises InputError for unusable parts."""
    for option, found in (("issuer", issuer), ("subject", subject)):
        if identifier(found) is None:
            raise InputError(
                f"{option}: found {found[:80]!r}, expected the value in the token of the login, at most 255 characters."
            )
    person_id(name)
    return Visitor(issuer, subject, display_name(name))


def _named(store: Store, name: str, *, by: str) -> Rater:
    """Return the rater with this name or id, added if there is none. Call it inside a transaction."""
    known = rater_named(store, name)
    if known is not None:
        return known
    name = unicodedata.normalize("NFC", name).strip()
    rater = Rater(id=person_id(name), name=name, created_at=now(), created_by=by)
    store.add(rater)
    return rater


def rater_named(store: Store, name: str) -> Rater | None:
    """Return the rater with this name or id, or None. Raises InputError when a new one of this name would confuse."""
    name = unicodedata.normalize("NFC", name).strip()
    identity = person_id(name)
    raters = store.find(Rater)
    known = next((r for r in raters if r.id == name or (r.id == identity and r.name == name)), None)
    if known is not None:
        return known
    close = next((r for r in raters if r.id == identity), None)
    if close is not None:
        raise InputError(f"name: {name!r} is too close to {close.name!r}, who is already here. Choose another name.")
    login = next((r for r in raters if r.issuer and r.name.casefold() == name.casefold()), None)
    if login is not None:
        raise InputError(
            f"name: {login.name!r} is the name of a login, and anybody may log in under any name. "
            f"Give the id {login.id!r} if you mean the person with subject {login.subject!r}."
        )
    return None


def person_id(name: str) -> str:
    """Return the id made from a name: lower case, words joined by hyphens. Raises InputError when nothing is left."""
    identity = re.sub(r"[^\w]+", "-", name.casefold()).strip("-_")
    if not identity or len(name) > MAX_NAME or any(unicodedata.category(c) in ("Cc", "Cs") for c in name):
        raise InputError(f"name: found {name[:MAX_NAME]!r}, expected 1 to {MAX_NAME} letters or digits.")
    return identity
