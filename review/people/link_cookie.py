"""The cookie of somebody who came in by a link: signed with a key of the store, and checked against it each time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from itsdangerous import BadData, URLSafeSerializer

from review.audit.store_secrets import hmac_key, store_id
from review.people.identity import LINKS, Nobody, Visitor
from review.people.invitations import LOGIN_DAYS, NewLogin, login_of_link
from storage.store import Store

SECONDS = LOGIN_DAYS * 24 * 60 * 60
NO_LINK = (
    "You need a link to come in. Ask a lead for one. "
    "If there is no lead yet, the server printed the first link when it started."
)
ENDED = "Your login has ended. Ask a lead for a new link. Everything you submitted is saved."


def cookie_name(store: Store) -> str:
    """Return the name of the cookie: each store has its own, because cookies are shared by all ports of a host."""
    return f"spotcheck_login_{store_id(store)}"


def cookie_value(store: Store, login: NewLogin) -> str:
    """Return the signed value of the cookie."""
    return str(_signer(store).dumps([login.id, login.secret]))


def visitor_of(store: Store, values: Iterable[str]) -> Visitor | Nobody:
    """Return who sends cookies of this store's name with these values. Reads the store: a login may have ended."""
    found = read_cookie(store, values)
    if found is None:
        return Nobody(NO_LINK)
    person = login_of_link(store, *found)
    return Visitor(LINKS, person.id, person.name) if person else Nobody(ENDED)


def read_cookie(store: Store, values: Iterable[str]) -> tuple[str, str] | None:
    """Return the id and the secret of the login in a cookie, None when this store did not sign it.

    A browser with two different cookies of one name got one of them from somebody else, so neither counts.
    """
    given = set(values)
    if len(given) != 1:
        return None
    try:
        said = _signer(store).loads(given.pop())
    except (BadData, ValueError, RecursionError):
        return None
    right = isinstance(said, list) and len(said) == 2 and all(isinstance(part, str) for part in said)
    return (said[0], said[1]) if right else None


def _signer(store: Store) -> URLSafeSerializer:
    salt = f"spotcheck login by link {store_id(store)}"
    return URLSafeSerializer(hmac_key(store), salt=salt, signer_kwargs={"digest_method": hashlib.sha256})
