"""Who is who: raters and their roles. A role is a row; the latest counts, and it is read on every write."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from review.audit import chain, covered
from review.audit.store_secrets import hmac_key
from review.basics.clock import new_id, now
from review.basics.errors import InputError, Refused, UnknownError
from review.people.identity import Visitor, display_name, identifier, rater_id
from storage.records_people import Rater, Role
from storage.store import Store

ROLES = ("annotator", "adjudicator", "lead")
"""In order of reach: a lead may do what an adjudicator may, an adjudicator what an annotator may."""

NO_ROLE = "none"
"""What is given to take a role away."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """A rater with the role that counts now ("" when there is none, or it was taken away).

    ``issuer`` and ``subject`` are those of the login; empty for somebody who is a name and cannot log in.
    """

    id: str
    name: str
    role: str
    scope: str = ""
    issuer: str = ""
    subject: str = ""

    def may(self, role: str) -> bool:
        """Whether this person's role reaches ``role``."""
        return self.role in ROLES and ROLES.index(self.role) >= ROLES.index(role)


def add_person(
    store: Store, name: str, *, role: str, by: str, scope: str = "", issuer: str = "", subject: str = ""
) -> Person:
    """Add a person or give an existing one another role ("none" takes it away).

    ``name`` is a name, or the id of somebody who is there. With ``issuer`` and ``subject`` it is the person who logs
    in with them, known before the first login. Raises InputError for an unusable name or role, Refused when it would
    leave the store without a lead.
    """
    if role not in (*ROLES, NO_ROLE):
        raise InputError(f"role: found {role!r}, expected one of {', '.join((*ROLES, NO_ROLE))}.")
    given = "" if role == NO_ROLE else role
    with store.transaction():
        visitor = _announced(name, issuer, subject) if issuer or subject else None
        rater = _logged_in(store, visitor, by=by) if visitor else _named(store, name, by=by)
        leads = [p.id for p in people(store) if p.may("lead")]
        if leads == [rater.id] and role != "lead":
            raise Refused(f"{rater.name} is the only lead; nobody could undo this. Make somebody else lead first.")
        row = Role(id=new_id(), rater_id=rater.id, role=given, at=now(), by=by, scope=scope)
        store.add(row)
        content = covered.digest(store, "role", row.id)
        chain.record(store, by, "role", rater.id, role=role, scope=scope, given=row.id, content=content)
    return Person(id=rater.id, name=rater.name, role=given, scope=scope, issuer=rater.issuer, subject=rater.subject)


def arrived(store: Store, visitor: Visitor) -> Person:
    """The person of a login. The first time it makes a rater without any role, which a lead may then grant."""
    there = store.find(Rater, issuer=visitor.issuer, subject=visitor.subject)
    if not there:
        with store.transaction():
            there = [_logged_in(store, visitor, by="login")]
    return next(p for p in people(store) if p.id == there[0].id)


def _logged_in(store: Store, visitor: Visitor, *, by: str) -> Rater:
    """The rater of a login, made when there is none. Call it inside a transaction."""
    there = store.find(Rater, issuer=visitor.issuer, subject=visitor.subject)
    if there:
        return there[0]
    identity = rater_id(visitor, key=hmac_key(store))
    taken = {text.casefold() for r in store.find(Rater) for text in (r.id, r.name)}
    # A name that somebody bears already would be taken for them wherever people are named.
    own = visitor.name if visitor.name.casefold() not in taken else f"{visitor.name} ({identity[-4:]})"
    rater = Rater(
        id=identity, name=own, created_at=now(), created_by=by, issuer=visitor.issuer, subject=visitor.subject
    )
    if identity.casefold() in taken or own.casefold() in taken or not store.add(rater):
        raise Refused(f"{own} is too close to somebody who is there already. A lead can add them under another name.")
    chain.record(store, identity, "first login" if by == "login" else "person", identity, issuer=visitor.issuer)
    return rater


def _announced(name: str, issuer: str, subject: str) -> Visitor:
    for option, found in (("issuer", issuer), ("subject", subject)):
        if identifier(found) is None:
            raise InputError(f"{option}: found {found[:80]!r}, expected what the login says, at most 255 characters.")
    person_id(name)
    return Visitor(issuer, subject, display_name(name))


def _named(store: Store, name: str, *, by: str) -> Rater:
    """The rater of a name or id, made when there is none. Call it inside a transaction."""
    name = unicodedata.normalize("NFC", name).strip()
    identity = person_id(name)
    there = store.find(Rater)
    known = next((r for r in there if r.id == name or (r.id == identity and r.name == name)), None)
    if known is not None:
        return known
    close = next((r for r in there if r.id == identity), None)
    if close is not None:
        raise InputError(f"name: {name!r} is too close to {close.name!r}, who is there already. Choose another.")
    login = next((r for r in there if r.issuer and r.name.casefold() == name.casefold()), None)
    if login is not None:
        raise InputError(
            f"name: {login.name!r} logs in, and anybody may log in under a name. Give the id {login.id!r} when the "
            f"subject {login.subject!r} is the right one."
        )
    rater = Rater(id=identity, name=name, created_at=now(), created_by=by)
    store.add(rater)
    return rater


def person_id(name: str) -> str:
    """The identifier made from a name: lower case, words joined by hyphens. Raises InputError when nothing is left."""
    identity = re.sub(r"[^\w]+", "-", name.casefold()).strip("-_")
    if not identity or len(name) > 80 or any(unicodedata.category(c) in ("Cc", "Cs") for c in name):
        raise InputError(f"name: found {name[:80]!r}, expected 1 to 80 letters or digits.")
    return identity


def people(store: Store) -> list[Person]:
    """Everybody, in order of arrival, with current roles."""
    roles = {r.rater_id: r for r in store.find(Role)}
    none = Role(id="", rater_id="", role="", at="", by="")
    return [
        Person(
            id=r.id,
            name=r.name,
            role=roles.get(r.id, none).role,
            scope=roles.get(r.id, none).scope,
            issuer=r.issuer,
            subject=r.subject,
        )
        for r in store.find(Rater)
    ]


def person(store: Store, name: str) -> Person:
    """One person by id or name. Raises UnknownError that lists who is there."""
    everybody = people(store)
    wanted = unicodedata.normalize("NFC", name).strip().casefold()
    for somebody in sorted(everybody, key=lambda p: p.id != wanted):
        if wanted in (somebody.id, somebody.name.casefold()):
            return somebody
    known = ", ".join(p.name for p in everybody[:12]) or "nobody yet"
    raise UnknownError(f"nobody called '{name}' is in the store (there are: {known}). `spotcheck people add` adds one.")


def require(store: Store, rater_id: str, role: str) -> Person:
    """The person, when their role in the store reaches ``role`` now. Raises Refused otherwise."""
    somebody = next((p for p in people(store) if p.id == rater_id), None)
    if somebody is None or not somebody.may(role):
        found = somebody.role or "no role" if somebody else "an unknown person"
        raise Refused(f"this needs the role {role}; {rater_id or 'nobody'} has {found}. A lead can grant it.")
    return somebody
