"""Invitations: a lead lets somebody in with a link that works once. Everything is a row; only digests are stored.

A link carries a secret token. Using it gives the browser a login with a secret of its own; the cookie that holds it is
in ``link_cookie``. A login ends after 30 days, or when the person gets a new link.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from review.audit import chain
from review.audit.store_secrets import hmac_key
from review.basics import setting
from review.basics.clock import new_id, now
from review.basics.errors import Refused
from review.people.granting import needs_another
from review.people.people import (
    ROLES,
    Person,
    add_person,
    checked_scope,
    find_person,
    people,
    person_id,
    rater_named,
    require,
)
from storage.queries.links import latest_role_row, live_login, live_logins, open_invitations
from storage.records_people import Invitation, LinkEnd, LinkLogin
from storage.store import Store

INVITATION_DAYS = 7
LOGIN_DAYS = 30
SERVER = "server"
"""Who invites the first lead: nobody in the store does."""


class UnknownLink(Refused):
    """A token that no invitation of this store has."""


@dataclass(frozen=True)
class NewLink:
    """A new invitation. ``token`` is shown once and stored nowhere."""

    invitation: Invitation
    token: str

    def at(self, base: str) -> str:
        """Return the link below the address of the application."""
        return f"{base.rstrip('/')}/invite/{self.token}"


@dataclass(frozen=True)
class NewLogin:
    """The login of a person in one browser. ``secret`` goes into its cookie and is stored nowhere."""

    person: Person
    id: str
    secret: str


def invite(store: Store, name: str, *, role: str, by: str, scope: str = "", confirmed: bool = False) -> NewLink:
    """Make a link for somebody, new or known, by name or id. Older links and logins of this person end.

    A link that people make for themselves leaves their logins alone until they use it. Without a ``scope`` they keep
    the one they have. Where roles are ``confirmed`` by another lead, a link gives no role that somebody does not have
    yet. Raises Refused unless ``by`` is a lead, InputError for an unusable name or role.
    """
    setting.one_of("role", role, ROLES)
    checked_scope(scope)
    with store.transaction():
        require(store, by, "lead")
        if confirmed and needs_another(store, name, role, by=by):
            raise Refused(
                f"{name} does not have the role {role}, and by the settings of this project another lead confirms it. "
                "Give the role first; invite once it is confirmed."
            )
        known = rater_named(store, name)
        shown = known.name if known else unicodedata.normalize("NFC", name).strip()
        rater_id = known.id if known else person_id(shown)
        before = find_person(store, rater_id) if known else None
        scope = scope or (before.scope if before else "")
        made = _new_link(store, rater_id=rater_id, name=shown, role=role, scope=scope, by=by)
        if by != rater_id:
            _end_logins(store, rater_id, by=by)
        chain.record(store, by, "invite", rater_id, role=role, scope=scope, invitation=made.invitation.id)
    return made


def invite_first_lead(store: Store) -> NewLink | None:
    """Make a link for the first lead, who says a name when they use it. Returns None when the store has a lead."""
    with store.transaction():
        if _has_lead(store):
            return None
        made = _new_link(store, rater_id="", name="", role="lead", scope="", by=SERVER)
        chain.record(store, SERVER, "invite", "", role="lead", invitation=made.invitation.id)
    return made


def _new_link(store: Store, *, rater_id: str, name: str, role: str, scope: str, by: str) -> NewLink:
    """Add an invitation and end older ones of the same person. Call it inside a transaction."""
    for older in open_invitations(store, now()):
        if older.rater_id == rater_id:
            store.add(LinkEnd(id=older.id, how="replaced", at=now(), by=by))
    token = secrets.token_urlsafe(32)
    invitation = Invitation(
        id=new_id(),
        digest=_digest(store, "invitation", token),
        rater_id=rater_id,
        name=name,
        role=role,
        scope=scope,
        role_row=latest_role_row(store, rater_id),
        at=now(),
        by=by,
        ends_at=_days_from_now(INVITATION_DAYS),
    )
    store.add(invitation)
    return NewLink(invitation, token)


def invitations(store: Store) -> list[Invitation]:
    """Return the invitations that wait for their person, newest first."""
    return open_invitations(store, now())


def withdraw(store: Store, invitation_id: str, *, by: str) -> Invitation:
    """End an invitation before somebody uses it. Raises Refused unless ``by`` is a lead and it is still open."""
    with store.transaction():
        require(store, by, "lead")
        found = next((i for i in invitations(store) if i.id == invitation_id), None)
        if found is None:
            raise Refused("This invitation is no longer open: it was used or withdrawn, or it ran out.")
        store.add(LinkEnd(id=found.id, how="withdrawn", at=now(), by=by))
        chain.record(store, by, "withdraw invitation", found.rater_id, invitation=found.id)
    return found


def invitation_of(store: Store, token: str) -> Invitation:
    """Return the open invitation of a token. Raises UnknownLink for a wrong token, Refused when the link has ended."""
    wanted, found = _digest(store, "invitation", token), None
    # Every digest is compared, in a time that reveals nothing.
    for invitation in store.find(Invitation):
        if hmac.compare_digest(invitation.digest, wanted):
            found = invitation
    if found is None:
        raise UnknownLink("This link is not valid. Copy it whole, or ask a lead for a new one.")
    why = _why_not(store, found)
    if why:
        raise Refused(f"{why} Ask a lead for a new link.")
    return found


def _why_not(store: Store, found: Invitation) -> str:
    """Return why an invitation does not let its person in any more, "" when it does."""
    end = store.get(LinkEnd, found.id)
    if end is not None:
        return {
            "used": "This link has been used. Each link works once. If you did not use it, tell the lead.",
            "replaced": "A newer link replaced this one.",
        }.get(end.how, "A lead withdrew this link.")
    if found.ends_at <= now():
        return f"This link ended after {INVITATION_DAYS} days."
    if found.by == SERVER:
        return "This application has a lead already." if _has_lead(store) else ""
    if latest_role_row(store, found.rater_id) != found.role_row:
        return "A lead has changed your role since this link was made."
    inviter = find_person(store, found.by)
    return "" if inviter and inviter.may("lead") else "The person who made this link is no longer a lead."


def use(store: Store, token: str, *, name: str = "") -> NewLogin:
    """Use up a link and log its person in, under ``name`` if the link has none. Other logins of this person end.

    Raises UnknownLink or Refused as :func:`invitation_of` does, InputError for an unusable name.
    """
    with store.transaction():
        found = invitation_of(store, token)
        person = _with_role(store, found, name)
        store.add(LinkEnd(id=found.id, how="used", at=now(), by=person.id))
        _end_logins(store, person.id, by=person.id)
        secret = secrets.token_urlsafe(32)
        login = LinkLogin(
            id=new_id(),
            invitation_id=found.id,
            rater_id=person.id,
            digest=_digest(store, "login", secret),
            at=now(),
            ends_at=_days_from_now(LOGIN_DAYS),
        )
        store.add(login)
        chain.record(store, person.id, "login by link", person.id, invitation=found.id)
    return NewLogin(person, login.id, secret)


def _with_role(store: Store, found: Invitation, name: str) -> Person:
    """Return the person of an invitation with its role, added if there is none."""
    known = find_person(store, found.rater_id)
    if known and (known.role, known.scope) == (found.role, found.scope):
        return known
    return add_person(store, known.id if known else found.name or name, role=found.role, by=found.by, scope=found.scope)


def login_of_link(store: Store, login_id: str, secret: str) -> Person | None:
    """Return the person of a login, None when it has ended or the secret is wrong. Only reads."""
    login = live_login(store, login_id, now())
    if login is None or not hmac.compare_digest(login.digest, _digest(store, "login", secret)):
        return None
    return find_person(store, login.rater_id)


def leave(store: Store, login_id: str, secret: str) -> None:
    """End a login. Does nothing when it has ended already."""
    with store.transaction():
        person = login_of_link(store, login_id, secret)
        if person is not None:
            store.add(LinkEnd(id=login_id, how="left", at=now(), by=person.id))
            chain.record(store, person.id, "log out", person.id)


def _end_logins(store: Store, rater_id: str, *, by: str) -> None:
    for login in live_logins(store, rater_id, now()):
        store.add(LinkEnd(id=login.id, how="replaced", at=now(), by=by))


def _has_lead(store: Store) -> bool:
    return any(p.may("lead") for p in people(store))


def _digest(store: Store, what: str, secret: str) -> str:
    return hmac.new(hmac_key(store), f"{what}\0{secret}".encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def _days_from_now(days: int) -> str:
    return (datetime.fromisoformat(now()) + timedelta(days=days)).isoformat(timespec="milliseconds")
