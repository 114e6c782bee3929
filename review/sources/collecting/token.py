"""The token of the collector: each client sends it in a place of its own."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Iterator, Mapping

from review.basics.errors import InputError, Refused
from review.settings.access import is_loopback
from review.sources.collecting.bodies import Scope, header

VARIABLE = "SPOTCHECK_COLLECT_TOKEN"
LEAST = 16
"""The characters of a token at least."""
HEADERS = (b"evidently-secret", b"x-evidently-token", b"x-spotcheck-token")
"""Where tracely sends a token, and where anybody may."""


def token_of(environment: Mapping[str, str], address: str) -> str:
    """Return the token that clients must send, "" for none.

    Raises InputError for one that is too short, and Refused for an address that others reach without one.
    """
    token = environment.get(VARIABLE, "").strip()
    if token and len(token) < LEAST:
        raise InputError(f"{VARIABLE}: found {len(token)} characters, expected at least {LEAST}.")
    if not token and not is_loopback(address):
        raise Refused(
            f"the collector would listen on {address} and take spans from anybody who reaches it. Set {VARIABLE} to a "
            f"secret of at least {LEAST} characters, or listen on 127.0.0.1."
        )
    return token


def may_send(scope: Scope, token: str) -> bool:
    """Whether a request carries the token, as bearer, as either part of basic auth, or in a header of its own."""
    if not token:
        return True
    return any(hmac.compare_digest(given.encode(), token.encode()) for given in _given(scope))


def _given(scope: Scope) -> Iterator[str]:
    yield from (found for name in HEADERS if (found := header(scope, name)))
    scheme, _, rest = header(scope, b"authorization").partition(" ")
    if scheme.lower() == "bearer":
        yield rest.strip()
    elif scheme.lower() == "basic":
        try:
            pair = base64.b64decode(rest.strip(), validate=True).decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            return
        yield from pair.split(":", 1)
