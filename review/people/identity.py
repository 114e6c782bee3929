"""Who a visitor is, from the claims of a login or the headers of a proxy. Pure: values in, values out.

Issuer and subject together identify a person; names and addresses can pass to somebody else. A login that cannot be
read is nobody.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

LEEWAY = 30.0
"""Seconds that two clocks may differ."""

PROXY = "proxy"
"""The issuer of visitors that an authenticating proxy names."""
LINKS = "links"
"""The issuer of visitors who came in by a link of this store. Their subject is their id in the store."""

NAMES = ("name", "preferred_username", "email", "nickname")
"""The claims to take a name from, in this order."""
LONGEST = 255
"""Characters of an issuer or subject at most (for subjects: OpenID Connect Core 1.0, section 2)."""
MARKUP = frozenset("[]<>`*$\\|~#")
"""Removed from names: people choose them, and sentences with names may be shown as Markdown."""


@dataclass(frozen=True)
class Visitor:
    """Somebody who logged in. Their role is in the store."""

    issuer: str
    subject: str
    name: str


@dataclass(frozen=True)
class Nobody:
    """Nobody is logged in. ``why`` is the reason to show, "" when the visitor has not tried to log in yet."""

    why: str = ""


def by_claims(claims: Mapping[str, object], *, now: float) -> Visitor | Nobody:
    """Return the visitor that the claims of an OpenID Connect id token name at ``now`` (seconds since 1970).

    The server has checked the signature. Whether the token is still valid is checked here, on every call (OpenID
    Connect Core 1.0, 3.1.3.7, items 9 and 10). A missing claim or one of the wrong type is refused.
    """
    if claims.get("is_logged_in") is not True:
        return Nobody()
    issuer, subject = identifier(claims.get("iss")), identifier(claims.get("sub"))
    if issuer is None or subject is None:
        return Nobody("The login names no issuer and subject (claims iss and sub).")
    expires = _time(claims.get("exp"))
    if expires is None:
        return Nobody("The login does not say when it ends (claim exp).")
    if now >= expires + LEEWAY:
        return Nobody(f"Your login ended{_at(expires)}. Log in again. Everything you submitted is saved.")
    for claim in ("iat", "nbf"):
        begins = _time(claims.get(claim)) if claim in claims else -math.inf
        if begins is None or begins > now + LEEWAY:
            return Nobody(
                f"The login is not valid yet (claim {claim}). Check the clocks of this server and of the login."
            )
    return Visitor(issuer, subject, display_name(*(claims.get(n) for n in NAMES), subject))


def by_headers(users: Sequence[str], secrets: Sequence[str], *, secret: str) -> Visitor | Nobody:
    """Return the visitor that an authenticating proxy names in its headers.

    ``users`` and ``secrets`` are all values of the user header and of the secret header. They are believed only with
    the shared ``secret`` and if each header came once: a second one would be from the client.
    """
    if len(secrets) != 1 or not secret or not same(secrets[0], secret):
        return Nobody("This request did not come through the proxy that logs people in.")
    if len(users) > 1:
        return Nobody("The proxy sent more than one user. It must replace the header that a client sends.")
    subject = identifier(_decoded(users[0]).strip()) if users else None
    return Nobody("The proxy named no user.") if subject is None else Visitor(PROXY, subject, display_name(subject))


def same(found: str, expected: str) -> bool:
    """Return whether two texts are equal, in a time that reveals neither where they differ nor their length."""
    digests = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in (found, expected)]
    return hmac.compare_digest(*digests)


def identifier(found: object) -> str | None:
    """Return an issuer or subject unchanged, or None when it is empty, too long, or has control characters."""
    if not isinstance(found, str) or not found.strip() or len(found) > LONGEST:
        return None
    return None if any(unicodedata.category(c) in ("Cc", "Cs") for c in found) else found


def display_name(*candidates: object) -> str:
    """Return the first candidate with a letter or digit, without invisible characters and markup, cut to 60 characters.

    "somebody" when there is none.
    """
    for found in candidates:
        text = unicodedata.normalize("NFC", found) if isinstance(found, str) else ""
        shown = " ".join(
            "".join(c if c.isspace() or (c.isprintable() and c not in MARKUP) else "" for c in text).split()
        )[:60].strip()
        if re.search(r"\w", shown):
            return shown
    return "somebody"


def rater_id(visitor: Visitor, *, key: bytes) -> str:
    """Return the id of a visitor: a readable name and a keyed hash over issuer and subject, which nobody can forge."""
    digest = hmac.new(key, f"{visitor.issuer}\0{visitor.subject}".encode(), hashlib.sha256).hexdigest()
    readable = re.sub(r"[^\w]+", "-", visitor.name.casefold())[:40].strip("-_")
    return f"{readable or 'somebody'}-{digest[:12]}"


def _time(found: object) -> float | None:
    if not isinstance(found, int | float) or isinstance(found, bool):
        return None
    try:
        return float(found) if math.isfinite(found) else None
    except OverflowError:
        return None


def _at(seconds: float) -> str:
    try:
        return f" at {datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"
    except (ValueError, OverflowError, OSError):
        return ""


def _decoded(value: str) -> str:
    """Return a header value as its sender wrote it: headers are read as Latin-1, but proxies send UTF-8."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return value
