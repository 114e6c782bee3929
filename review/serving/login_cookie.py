"""The claims in Streamlit's login cookie, which is signed with the cookie secret and split when it is long."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from itsdangerous import BadData, URLSafeTimedSerializer

COOKIE = "_streamlit_user"
LONGEST = 31 * 24 * 60 * 60
"""Seconds that Streamlit accepts a cookie at most. The login inside says itself when it ends."""
PARTS_AT_MOST = 20
_PARTS = re.compile(r"chunks-(\d{1,3})")


def claims_of(header: str, *, secret: str, redirect_uri: str) -> Mapping[str, Any]:
    """Return the claims of the login in a Cookie header, {} when there is none that this server signed.

    The cookie also names the origin it was made for, which must be that of ``redirect_uri``.
    """
    if not secret:
        return {}
    try:
        said = json.loads(_text(_cookies(header), secret))
    except (ValueError, RecursionError, BadData, LookupError):
        return {}
    origin = urlsplit(redirect_uri)
    if not isinstance(said, dict) or said.get("origin") != f"{origin.scheme}://{origin.netloc}":
        return {}
    return said


def cookies_named(header: str, name: str) -> list[str]:
    """Return every value that a Cookie header has under this name, in order."""
    pairs = (part.strip().partition("=") for part in header.split(";"))
    return [value.strip().strip('"') for found, _, value in pairs if found.strip() == name]


def _cookies(header: str) -> dict[str, str]:
    """Return the cookies of a header by name; of two with one name the last, as Streamlit does."""
    pairs = (part.strip().partition("=") for part in header.split(";"))
    return {name.strip(): value.strip().strip('"') for name, _, value in pairs}


def _text(cookies: Mapping[str, str], secret: str) -> str:
    """Return the signed text, put together from its parts. Raises LookupError or BadData when a part is not right."""
    first = _signed(cookies, COOKIE, secret)
    split = _PARTS.match(first)
    if split is None:
        return first
    count = int(split[1])
    if count > PARTS_AT_MOST:
        raise LookupError(COOKIE)
    return "".join(_signed(cookies, f"{COOKIE}_{k + 1}", secret) for k in range(count))


def _signed(cookies: Mapping[str, str], name: str, secret: str) -> str:
    return str(URLSafeTimedSerializer(secret, salt=name).loads(cookies[name], max_age=LONGEST))
