"""Whether a form comes from the page that this server has just shown to the same browser."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from urllib.parse import parse_qs, urlsplit

from review.people.identity import same
from review.serving.callers import Headers, values
from review.serving.login_cookie import cookies_named

COOKIE = "spotcheck_form"
LONGEST = 4096
"""Bytes that a form may have."""


def new_pair(key: bytes) -> tuple[str, str]:
    """Return the value of a cookie, and the field of the form that goes with it."""
    value = secrets.token_urlsafe(18)
    return value, _field(key, value)


def came_from_us(headers: Headers, field: str, *, key: bytes, hosts: Sequence[str]) -> bool:
    """Return whether a form was sent by a page of ours: the field fits the cookie, and no header says otherwise.

    A page without referrer sends the origin "null" with its form; then the pair alone counts.
    """
    given = cookies_named("; ".join(values(headers, "cookie")), COOKIE)
    if len(set(given)) != 1 or not same(field, _field(key, given[0])):
        return False
    sites, origins = values(headers, "sec-fetch-site"), values(headers, "origin")
    return all(site == "same-origin" for site in sites) and all(_fits(origin, hosts) for origin in origins)


def fields_of(body: bytes) -> dict[str, str]:
    """Return the fields of a form, the first value of each."""
    try:
        found = parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=10)
    except (ValueError, UnicodeDecodeError):
        return {}
    return {name: given[0] for name, given in found.items()}


def _fits(origin: str, hosts: Sequence[str]) -> bool:
    if origin == "null":
        return True
    try:
        return list(hosts) == [urlsplit(origin).netloc] and urlsplit(origin).scheme in ("http", "https")
    except ValueError:
        return False


def _field(key: bytes, value: str) -> str:
    return hmac.new(key, f"form\0{value}".encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
