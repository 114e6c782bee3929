"""Who sends a request, by the mode of [access]: nobody in particular, or whom the link, login or proxy names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from review.people.identity import Nobody, Visitor, by_claims, by_headers
from review.people.people import includes as role_includes
from review.people.people import login_of
from review.serving.login_cookie import claims_of
from review.settings.access import Access
from storage.store import Store

Headers = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True, kw_only=True)
class Secrets:
    """What the server knows and no client does; "" where the mode needs none."""

    proxy: str = ""
    cookie: str = ""
    redirect_uri: str = ""


@dataclass(frozen=True)
class Caller:
    """A visitor who may have a role, or nobody (``visitor`` None) with the reason."""

    visitor: Visitor | None
    why: str = ""


def values(headers: Iterable[tuple[bytes, bytes]], name: str) -> list[str]:
    """Return all values of a header, read as Latin-1."""
    wanted = name.lower().encode("latin-1")
    return [value.decode("latin-1") for key, value in headers if key.lower() == wanted]


ByLink = Callable[[str], Visitor | Nobody]
"""Returns who came in by a link, from a Cookie header."""


def caller(headers: Headers, access: Access, secrets: Secrets, *, now: float, by_link: ByLink | None = None) -> Caller:
    """Return who sends a request with these headers at ``now`` (seconds since 1970).

    In the mode ``names`` nobody logs in, so everybody is nobody. The mode ``links`` needs ``by_link``.
    """
    if access.mode == "names":
        return Caller(None)
    if access.mode == "links":
        found = by_link("; ".join(values(headers, "cookie"))) if by_link else Nobody()
        return Caller(None, found.why) if isinstance(found, Nobody) else Caller(found)
    if access.mode == "proxy":
        users, signs = values(headers, access.user_header), values(headers, access.secret_header)
        found = by_headers(users, signs, secret=secrets.proxy)
    else:
        cookies = "; ".join(values(headers, "cookie"))
        claims: Mapping[str, object] = claims_of(cookies, secret=secrets.cookie, redirect_uri=secrets.redirect_uri)
        found = by_claims(claims, now=now)
    return Caller(None, found.why) if isinstance(found, Nobody) else Caller(found)


def role_of(store: Store, visitor: Visitor) -> str:
    """Return the current role of a visitor, "" for somebody without a role or unknown. Writes nothing."""
    somebody = login_of(store, visitor)
    return somebody.role if somebody else ""


def includes(role: str, needed: str) -> bool:
    """Return whether ``role`` is ``needed`` or a higher one; "" needs nothing."""
    return not needed or role_includes(role, needed)
