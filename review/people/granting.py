"""Roles that need two leads: one asks, another confirms. The project decides whether they do, in [duties].

A request counts for nothing until it is confirmed. Taking a role away, or giving a lesser one, needs one person only.
"""

from __future__ import annotations

from dataclasses import dataclass

from review.audit import chain
from review.basics import setting
from review.basics.clock import new_id, now
from review.basics.errors import Refused, UnknownError
from review.people.people import (
    NO_ROLE,
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
from storage.records_people import RoleDecision, RoleRequest
from storage.store import Store


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What is asked for: a role for somebody, by name or id, with what they review and how they log in."""

    name: str
    role: str
    scope: str = ""
    issuer: str = ""
    subject: str = ""


def grant(store: Store, wish: Grant, *, by: str, confirmed: bool) -> Person | RoleRequest:
    """Give a role, or ask another lead for it where roles are ``confirmed``. Returns the person, or the request.

    While the store has a single lead nobody could confirm, so the role counts at once. Raises Refused without the role
    lead, InputError for an unusable name, role or scope.
    """
    require(store, by, "lead")
    setting.one_of("role", wish.role, (*ROLES, NO_ROLE))
    checked_scope(wish.scope)
    with store.transaction():
        if not confirmed or not needs_another(store, wish.name, wish.role, by=by):
            return add_person(
                store, wish.name, role=wish.role, by=by, scope=wish.scope, issuer=wish.issuer, subject=wish.subject
            )
        request = RoleRequest(id=new_id()[:12], at=now(), by=by, **vars(wish))
        store.add(request)
        chain.record(store, by, "ask for a role", wish.name, role=wish.role, scope=wish.scope, request=request.id)
    return request


def needs_another(store: Store, name: str, role: str, *, by: str) -> bool:
    """Return whether giving this role gives somebody more than they have, and another lead could confirm it."""
    rater = rater_named(store, name) if find_person(store, name) is None else None
    known = find_person(store, rater.id if rater else name)
    if known is None:
        person_id(name)
    if role == NO_ROLE or (known is not None and known.may(role)):
        return False
    return any(one.may("lead") and one.id != by for one in people(store))


def confirm(store: Store, request_id: str, *, by: str) -> Person:
    """Confirm a request; the role counts from now on. Raises Refused for who asked and for who gets the role."""
    require(store, by, "lead")
    with store.transaction():
        request = _need(store, request_id)
        asked = require(store, request.by, "lead")
        given = add_person(
            store, request.name, role=request.role, by=by, scope=request.scope, issuer=request.issuer,
            subject=request.subject,
        )  # fmt: skip
        if by in (asked.id, given.id):
            raise Refused(
                f"{asked.name} asked for the role {request.role} of {request.name}. Another lead confirms it: not "
                "the one who asks, and not the one who gets the role."
            )
        _decide(store, request, by, confirmed=True)
    return given


def decline(store: Store, request_id: str, *, by: str) -> RoleRequest:
    """End a request without the role. Any lead may, also the one who asked. Raises UnknownError for one that ended."""
    require(store, by, "lead")
    with store.transaction():
        request = _need(store, request_id)
        _decide(store, request, by, confirmed=False)
    return request


def role_requests(store: Store) -> list[RoleRequest]:
    """Return the requests that wait for another lead, in order of arrival."""
    ended = {one.request_id for one in store.find(RoleDecision)}
    return [one for one in store.find(RoleRequest) if one.id not in ended]


def _need(store: Store, request_id: str) -> RoleRequest:
    found = next((one for one in role_requests(store) if one.id == request_id), None)
    if found is None:
        raise UnknownError(f"no request {request_id[:40]!r} waits: it was confirmed or declined, or never made.")
    return found


def _decide(store: Store, request: RoleRequest, by: str, *, confirmed: bool) -> None:
    store.add(RoleDecision(request_id=request.id, at=now(), by=by, confirmed=confirmed))
    action = "confirm a role" if confirmed else "decline a role"
    chain.record(store, by, action, request.name, role=request.role, asked_by=request.by, request=request.id)
