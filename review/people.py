"""Who is who: raters and their roles. A role is a row; the latest counts, and it is read on every write."""

from __future__ import annotations

import re
import secrets
import unicodedata
from dataclasses import dataclass

from review import audit
from review.clock import new_id, now
from review.errors import InputError, Refused, UnknownError
from storage.records import Rater, Role, Setting
from storage.store import Store

ROLES = ("annotator", "adjudicator", "lead")
"""In order of reach: a lead may do what an adjudicator may, an adjudicator what an annotator may."""


@dataclass(frozen=True)
class Person:
    """A rater with the role that counts now ("" when it was taken away)."""

    id: str
    name: str
    role: str
    scope: str = ""

    def may(self, role: str) -> bool:
        """Whether this person's role reaches ``role``."""
        return self.role in ROLES and ROLES.index(self.role) >= ROLES.index(role)


def add_person(store: Store, name: str, *, role: str, by: str, scope: str = "") -> Person:
    """Add a person or give an existing one another role.

    Raises InputError for an unusable name or role, Refused when it would leave the store without a lead.
    """
    name = unicodedata.normalize("NFC", name).strip()
    identity = person_id(name)
    if role not in ROLES:
        raise InputError(f"role: found {role!r}, expected one of {', '.join(ROLES)}.")
    with store.transaction():
        existing = store.get(Rater, identity)
        if existing is not None and existing.name != name:
            raise InputError(f"name: {name!r} is too close to {existing.name!r}, who is there already. Choose another.")
        leads = [p.id for p in people(store) if p.may("lead")]
        if leads == [identity] and role != "lead":
            raise Refused(f"{name} is the only lead; nobody could undo this. Make somebody else lead first.")
        store.add(Rater(identity, name, now(), by))
        store.add(Role(new_id(), identity, role, now(), by, scope))
        audit.record(store, by, "role", identity, role=role, scope=scope)
    return Person(identity, name, role, scope)


def person_id(name: str) -> str:
    """The identifier made from a name: lower case, words joined by hyphens. Raises InputError when nothing is left."""
    identity = re.sub(r"[^\w]+", "-", name.casefold()).strip("-_")
    if not identity or len(name) > 80 or any(unicodedata.category(c) in ("Cc", "Cs") for c in name):
        raise InputError(f"name: found {name[:80]!r}, expected 1 to 80 letters or digits.")
    return identity


def people(store: Store) -> list[Person]:
    """Everybody, in order of arrival, with current roles."""
    roles = {r.rater_id: r for r in store.find(Role)}
    return [
        Person(r.id, r.name, roles[r.id].role if r.id in roles else "", roles[r.id].scope if r.id in roles else "")
        for r in store.find(Rater)
    ]


def person(store: Store, name: str) -> Person:
    """One person by id or name. Raises UnknownError that lists who is there."""
    everybody = people(store)
    wanted = unicodedata.normalize("NFC", name).strip().casefold()
    for somebody in everybody:
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


def hmac_key(store: Store) -> bytes:
    """The store's own key for hashes of identities, made once."""
    row = store.get(Setting, "hmac_key")
    if row is None:
        store.add(Setting("hmac_key", secrets.token_hex(32)), Setting("store_id", new_id()[:12]))
        row = store.get(Setting, "hmac_key")
    if row is None:
        raise UnknownError("the store has lost its key; restore a backup.")
    return bytes.fromhex(row.value)


def store_id(store: Store) -> str:
    """A short name of this store, for keys in a browser's storage."""
    hmac_key(store)
    row = store.get(Setting, "store_id")
    return row.value if row else ""
