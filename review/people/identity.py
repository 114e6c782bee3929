"""Who a visitor is, decided from what a login or a proxy says: values in, values out.

A person is issuer and subject together; names and addresses change hands. What cannot be read is nobody.
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
"""Seconds by which two clocks may differ."""

PROXY = "proxy"
"""The issuer of everybody whom an authenticating proxy names."""

NAMES = ("name", "preferred_username", "email", "nickname")
LONGEST = 255
MARKUP = frozenset("[]<>`*$\\|~#")
"""Left out of names: people choose them, and a sentence that names somebody may be shown as Markdown."""


@dataclass(frozen=True)
class Visitor:
    """Somebody who logged in. What they may do is for the store to say."""

    issuer: str
    subject: str
    name: str


@dataclass(frozen=True)
class Nobody:
    """Nobody is logged in; ``why`` says it to the visitor, "" when they only have not tried yet."""

    why: str = ""


def by_claims(claims: Mapping[str, object], *, now: float) -> Visitor | Nobody:
    """Who the claims of an OpenID Connect id token name at ``now`` (seconds since 1970).

    The signature is the server's business; that the token has not run out is checked here, on every call (OpenID
    Connect Core 1.0, 3.1.3.7, items 9 and 10). A claim that is missing or of the wrong type is refused.
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
        return Nobody(f"Your login ended{_at(expires)}. Log in again; nothing that you submitted is lost.")
    for claim in ("iat", "nbf"):
        begins = _time(claims.get(claim)) if claim in claims else -math.inf
        if begins is None or begins > now + LEEWAY:
            return Nobody(f"The login is not valid yet (claim {claim}); are the clocks right?")
    return Visitor(issuer, subject, display_name(*(claims.get(n) for n in NAMES), subject))


def by_headers(users: Sequence[str], secrets: Sequence[str], *, secret: str) -> Visitor | Nobody:
    """Who the headers of an authenticating proxy name: all values of the user header and of the secret header.

    Believed only with the shared ``secret``, and only when each header came once: a second one is what a client sent.
    """
    if len(secrets) != 1 or not secret or not same(secrets[0], secret):
        return Nobody("This request did not come through the proxy that logs people in.")
    if len(users) > 1:
        return Nobody("The proxy passed on more than one user; it must replace what a client sends.")
    subject = identifier(_decoded(users[0]).strip()) if users else None
    return Nobody("The proxy named no user.") if subject is None else Visitor(PROXY, subject, display_name(subject))


def same(found: str, expected: str) -> bool:
    """Whether two texts are equal, in a time that does not tell where they differ or how long they are."""
    digests = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in (found, expected)]
    return hmac.compare_digest(*digests)


def identifier(found: object) -> str | None:
    """An issuer or subject exactly as it stands, or None when it is empty, too long, or has control characters."""
    if not isinstance(found, str) or not found.strip() or len(found) > LONGEST:
        return None
    return None if any(unicodedata.category(c) in ("Cc", "Cs") for c in found) else found


def display_name(*candidates: object) -> str:
    """The first candidate that has a letter or digit, without invisible characters and markup, at most 60 long."""
    for found in candidates:
        text = unicodedata.normalize("NFC", found) if isinstance(found, str) else ""
        shown = " ".join(
            "".join(c if c.isspace() or (c.isprintable() and c not in MARKUP) else "" for c in text).split()
        )[:60].strip()
        if re.search(r"\w", shown):
            return shown
    return "somebody"


def rater_id(visitor: Visitor, *, key: bytes) -> str:
    """The identifier of a visitor: readable name and keyed hash over issuer and subject, which others cannot make."""
    digest = hmac.new(key, f"{visitor.issuer}\0{visitor.subject}".encode(), hashlib.sha256).hexdigest()
    readable = re.sub(r"[^\w]+", "-", visitor.name.casefold())[:40].strip("-_")
    return f"{readable or 'somebody'}-{digest[:12]}"


def _time(found: object) -> float | None:
    right = isinstance(found, int | float) and not isinstance(found, bool)
    try:
        return float(found) if right and math.isfinite(found) else None  # type: ignore[arg-type]
    except OverflowError:
        return None


def _at(seconds: float) -> str:
    try:
        return f" at {datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"
    except (ValueError, OverflowError, OSError):
        return ""


def _decoded(value: str) -> str:
    """A header value as its sender meant it: headers are read as Latin-1, and proxies send UTF-8."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return value
