"""Who may enter where. Pure: values in, a verdict out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from review.people.identity import Visitor
from review.serving.callers import ByLink, Caller, Secrets, includes
from review.serving.endpoints import Endpoint
from review.serving.hosts import is_allowed
from review.settings.access import LOOPBACK_HOSTS, Access

UPLOADS = "adjudicator"
"""The role whose pages ask for files."""
FIGURES = "lead"
"""The role that may read figures on the server."""

BEFORE_LOGIN = (
    *(Endpoint.ASSET, Endpoint.DOCUMENT, Endpoint.HEALTH, Endpoint.HOST_CONFIG, Endpoint.LOGIN),
    *(Endpoint.STREAM, Endpoint.MEDIA),
)
"""What leads to the login page: a session that shows only this page, and the pictures on it, asked for one by one."""
OPEN_FIRST = {"oidc": BEFORE_LOGIN, "links": (Endpoint.HEALTH, Endpoint.LINK), "proxy": (Endpoint.HEALTH,)}
"""What answers before a login, by mode. The proxy puts its headers on every request, so only health needs none."""


@dataclass(frozen=True, kw_only=True)
class Rules:
    """How this server tells people apart. ``hosts`` are the names it answers to, ``pages`` the addresses of its pages.

    ``refused`` is a sentence when the server may show nothing; the pages say so themselves. ``base`` is the path that
    stands before all others.
    """

    access: Access
    secrets: Secrets
    hosts: Sequence[str]
    pages: Collection[str]
    role_of: Callable[[Visitor], str]
    now: Callable[[], float]
    refused: str = ""
    base: str = ""
    by_link: ByLink | None = None


@dataclass(frozen=True)
class Admission:
    """An HTTP status, 200 to let the request in, and the sentence for anything else."""

    status: int
    why: str = ""


WELCOME = Admission(200)


def path_of(scope: Mapping[str, Any], base: str) -> str:
    """Return the path of a request below the base path of the server."""
    path = str(scope.get("path", ""))
    for before in (str(scope.get("root_path", "")).rstrip("/"), f"/{base.strip('/')}" if base.strip("/") else ""):
        if before and (path == before or path.startswith(f"{before}/")):
            path = path[len(before) :] or "/"
    return path


def may_enter(rules: Rules, kind: Endpoint, who: Caller, hosts: Sequence[str]) -> Admission:
    """Return whether a request may pass the door: under this host name, to this endpoint, from this caller."""
    known = (*rules.hosts, *LOOPBACK_HOSTS) if kind is Endpoint.HEALTH else rules.hosts
    if not is_allowed(hosts, known):
        return Admission(403, "This server does not answer under this host name.")
    if kind is Endpoint.AGENT or (kind is Endpoint.LINK and rules.access.mode != "links"):
        return Admission(404, "There is nothing at this address.")
    if rules.refused:
        return WELCOME if kind in BEFORE_LOGIN and kind is not Endpoint.MEDIA else Admission(403, rules.refused)
    if rules.access.mode == "names" or who.visitor is not None:
        return _with_role(rules, kind, who)
    if kind in OPEN_FIRST[rules.access.mode]:
        return WELCOME
    return Admission(403, who.why or "Log in first.")


def may_use_file(rules: Rules, kind: Endpoint, needed: str | None, role: str) -> Admission:
    """Return whether somebody with ``role`` may use the address of a file.

    ``needed`` is the role they had when the server gave them the address, None when it never did.
    """
    if needed is None and not (rules.access.mode == "names" and kind is Endpoint.MEDIA):
        return Admission(403, "This address was not given to you. Open the page that offers the file.")
    if rules.access.mode == "names":
        return WELCOME
    least = UPLOADS if kind is Endpoint.UPLOAD else needed or ""
    if not includes(role, least):
        return Admission(403, f"This address needs the role {least}; yours is {role or 'none'}.")
    return WELCOME


def _with_role(rules: Rules, kind: Endpoint, who: Caller) -> Admission:
    if kind is not Endpoint.METRICS or who.visitor is None or includes(rules.role_of(who.visitor), FIGURES):
        return WELCOME
    return Admission(403, f"This address needs the role {FIGURES}.")
