"""The ``[access]`` table: how the application tells visitors apart, and what a server needs before it shows anything.

The mode comes from the project's settings alone, never from what a client sends.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from review.basics import setting
from review.basics.errors import InputError, Refused

MODES = ("names", "links", "oidc", "proxy")
SETTINGS = ("mode", "user_header", "secret_header", "allowed_hosts", "provider", "url")
LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "::1")

SECRET = "SPOTCHECK_PROXY_SECRET"  # noqa: S105 - the name of a variable
SECRET_LENGTH = 16
NAMES_ARE_ENOUGH = "SPOTCHECK_NAMES_ARE_ENOUGH"
URL = "SPOTCHECK_URL"
"""This variable counts before ``access.url``: the person who starts a container knows its address."""
_HOST = re.compile(r"(\*\.)?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f]*:[0-9A-Fa-f:.]+")


@dataclass(frozen=True, kw_only=True)
class Access:
    """The settings of [access].

    ``mode``: ``names`` (people choose their name), ``links`` (a lead lets people in with links), ``oidc`` (people log
    in with a provider) or ``proxy`` (an authenticating proxy names the user in ``user_header``; the header counts only
    when ``secret_header`` holds the shared secret). ``allowed_hosts`` are the host names that the application answers
    to. ``provider`` names one of several providers in the secrets file. ``url`` is the address in people's browsers,
    with which links begin, or "".
    """

    mode: str = "names"
    user_header: str = "X-Forwarded-User"
    secret_header: str = "X-Spotcheck-Proxy"  # noqa: S105 - the name of a header
    allowed_hosts: tuple[str, ...] = ()
    provider: str = ""
    url: str = ""


def access_of(path: Path, table: Mapping[str, Any]) -> Access:
    """Read the [access] table of the file ``path``. Raises InputError that names the wrong setting."""
    access = Access(
        mode=setting.one_of(f"{path}, access.mode", table.get("mode", Access.mode), MODES),
        user_header=_header(f"{path}, access.user_header", table.get("user_header", Access.user_header)),
        secret_header=_header(f"{path}, access.secret_header", table.get("secret_header", Access.secret_header)),
        allowed_hosts=_hosts(f"{path}, access.allowed_hosts", table.get("allowed_hosts", [])),
        provider=_provider(f"{path}, access.provider", table.get("provider", "")),
        url=own_url(f"{path}, access.url", table.get("url", "")),
    )
    if access.user_header.casefold() == access.secret_header.casefold():
        raise InputError(
            f"{path}, access: found {access.user_header!r} as both headers, expected two different names for "
            "user_header and secret_header."
        )
    return access


def is_loopback(address: str | None) -> bool:
    """Return whether only this machine can reach a server at ``address``. No address means all addresses."""
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False


def refusal(
    access: Access, *, address: str | None, hosts: Sequence[str], environment: Mapping[str, str]
) -> Refused | None:
    """Return why a server with these options must not show anything, or None when it may.

    ``hosts`` are the host names that the server accepts.
    """
    if access.mode == "names" and not is_loopback(address) and environment.get(NAMES_ARE_ENOUGH) != "yes":
        return Refused(
            f"the server listens on {address or 'every address of this machine'} and people choose their own name, so "
            "anybody who reaches it could be anybody. Serve on 127.0.0.1, or set mode to oidc or proxy under [access] "
            "in spotcheck.toml.",
            command_hint="`spotcheck serve --names-are-enough` serves it all the same.",
        )
    if access.mode == "links" and not is_loopback(address) and (not hosts or "*" in hosts):
        return Refused(
            "access.url is empty: expected the address at which people open the application, such as "
            "https://review.example.org. It is in spotcheck.toml."
        )
    if access.mode == "proxy":
        secret = environment.get(SECRET, "")
        if len(secret) < SECRET_LENGTH or not (secret.isascii() and secret.isprintable()) or secret != secret.strip():
            return Refused(
                f"the environment variable {SECRET} is {'too weak' if secret else 'not set'}: expected at least "
                f"{SECRET_LENGTH} printable ASCII characters, which the proxy also sends as {access.secret_header}."
            )
        if not hosts or "*" in hosts:
            return Refused(
                "access.allowed_hosts is empty: expected the host names under which the proxy serves the application."
            )
    return None


def hosts_of(access: Access, *, address: str, redirect_uri: str = "", url: str = "") -> tuple[str, ...]:
    """Return the host names that a server at ``address`` accepts; ``url`` is its address in people's browsers.

    ``("*",)`` means any name: people choose their names, and the server listens on all addresses of the machine.
    """
    named = access.allowed_hosts
    if access.mode == "proxy":
        return named
    if access.mode == "oidc":
        own = urlsplit(redirect_uri).hostname
        return tuple(dict.fromkeys((*named, *((own,) if own else ()))))
    if access.mode == "links":
        own = urlsplit(url).hostname
        return tuple(
            dict.fromkeys((*(LOOPBACK_HOSTS if is_loopback(address) else ()), *((own,) if own else ()), *named))
        )
    if is_loopback(address):
        return tuple(dict.fromkeys((*LOOPBACK_HOSTS, *named)))
    return tuple(dict.fromkeys((*LOOPBACK_HOSTS, address, *named))) if _is_one(address) or named else ("*",)


def public_url(access: Access, environment: Mapping[str, str]) -> str:
    """Return the address in people's browsers, "" where nobody said it. Raises InputError for a wrong variable."""
    return own_url(URL, environment.get(URL, "")) or access.url


def _is_one(address: str) -> bool:
    """Return whether ``address`` is one address or name, not all addresses of the machine."""
    try:
        return not ipaddress.ip_address(address).is_unspecified
    except ValueError:
        return bool(address)


def _header(where: str, found: object) -> str:
    # Servers and proxies drop headers with underscores, or read them as hyphens.
    if not isinstance(found, str) or not re.fullmatch(r"[A-Za-z0-9-]+", found):
        raise setting.wrong(where, found, "letters, digits and hyphens")
    return found


def _hosts(where: str, found: object) -> tuple[str, ...]:
    expected = 'a list of host names without port, such as ["review.example.org"]'
    if not isinstance(found, list):
        raise setting.wrong(where, found, expected)
    for host in found:
        if not isinstance(host, str) or not _HOST.fullmatch(host):
            raise setting.wrong(where, host, expected)
    return tuple(found)


def own_url(where: str, found: object) -> str:
    """Return the address of the application without a slash at its end. Raises InputError unless it is one, or ""."""
    expected = "the address at which people open the application, such as https://review.example.org"
    if not isinstance(found, str):
        raise setting.wrong(where, found, expected)
    if found == "":
        return ""
    try:
        parts = urlsplit(found)
        fine = parts.scheme in ("https", "http") and _HOST.fullmatch(parts.hostname or "") and (parts.port or 1)
    except ValueError:
        fine = False
    if not fine or found != found.strip() or parts.username or parts.query or parts.fragment or "@" in parts.netloc:
        raise setting.wrong(where, found, expected)
    return found.rstrip("/")


def _provider(where: str, found: object) -> str:
    if not isinstance(found, str) or "_" in found:
        raise setting.wrong(where, found, "the name of an [auth.NAME] table, without underscores")
    return found
