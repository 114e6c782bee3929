"""How visitors of the application are told apart: the [access] table, and what a server must have before it serves.

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

from review.basics.errors import InputError

MODES = ("names", "oidc", "proxy")
SETTINGS = ("mode", "user_header", "secret_header", "allowed_hosts", "provider")
LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "::1")

SECRET = "SPOTCHECK_PROXY_SECRET"  # noqa: S105 - the name of a variable
SECRET_LENGTH = 16
NAMES_ARE_ENOUGH = "SPOTCHECK_NAMES_ARE_ENOUGH"
_HOST = re.compile(r"(\*\.)?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f]*:[0-9A-Fa-f:.]+")


@dataclass(frozen=True)
class Access:
    """The settings of [access].

    ``mode`` is names (chosen freely), oidc (logged in with a provider) or proxy (told by an authenticating proxy in
    ``user_header``, believed when ``secret_header`` holds the shared secret). ``allowed_hosts`` are the host names
    under which the application may be asked for; ``provider`` names one of several in the secrets file.
    """

    mode: str = "names"
    user_header: str = "X-Forwarded-User"
    secret_header: str = "X-Spotcheck-Proxy"  # noqa: S105 - the name of a header
    allowed_hosts: tuple[str, ...] = ()
    provider: str = ""


def access_of(path: Path, table: Mapping[str, Any]) -> Access:
    """The settings of one [access] table. Raises InputError that names the wrong one."""
    mode = table.get("mode", "names")
    if mode not in MODES:
        raise InputError(f"{path}, access.mode: found {mode!r}, expected one of {', '.join(MODES)}.")
    found = Access(
        mode,
        _header(path, "user_header", table.get("user_header", Access.user_header)),
        _header(path, "secret_header", table.get("secret_header", Access.secret_header)),
        _hosts(path, table.get("allowed_hosts", [])),
        _provider(path, table.get("provider", "")),
    )
    if found.user_header.casefold() == found.secret_header.casefold():
        raise InputError(f"{path}, access: found {found.user_header!r} as both headers, expected two.")
    return found


def is_loopback(address: str | None) -> bool:
    """Whether a server at this address is reached from its own machine only; no address means all of them."""
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False


def refusal(access: Access, *, address: str | None, hosts: Sequence[str], environment: Mapping[str, str]) -> str | None:
    """Why a server with these options must not show anything, as a sentence; None when it may.

    ``hosts`` are the host names that the server lets in.
    """
    if access.mode == "names" and not is_loopback(address) and environment.get(NAMES_ARE_ENOUGH) != "yes":
        return (
            f"the server's address is {address or 'every one of this machine'} and people choose their name freely: "
            "anybody who reaches it could be anybody. Serve on 127.0.0.1, set [access] mode to oidc or proxy, "
            "or say `spotcheck serve --names-are-enough`."
        )
    if access.mode == "proxy":
        secret = environment.get(SECRET, "")
        if len(secret) < SECRET_LENGTH or not (secret.isascii() and secret.isprintable()) or secret != secret.strip():
            return (
                f"{SECRET} is {'too weak' if secret else 'not set'}: expected at least {SECRET_LENGTH} printable ASCII "
                f"characters, which the proxy sends as {access.secret_header}."
            )
        if not hosts or "*" in hosts:
            return (
                "access.allowed_hosts is empty: expected the host names under which the proxy serves the application."
            )
    return None


def hosts_of(access: Access, *, address: str, redirect_uri: str = "") -> tuple[str, ...]:
    """The host names that a server lets in ("*" when names are enough on an address that has any name)."""
    named = access.allowed_hosts
    if access.mode == "proxy":
        return named
    if access.mode == "oidc":
        own = urlsplit(redirect_uri).hostname
        return tuple(dict.fromkeys((*named, *((own,) if own else ()))))
    if is_loopback(address):
        return tuple(dict.fromkeys((*LOOPBACK_HOSTS, *named)))
    return tuple(dict.fromkeys((*LOOPBACK_HOSTS, address, *named))) if _is_one(address) or named else ("*",)


def _is_one(address: str) -> bool:
    try:
        return not ipaddress.ip_address(address).is_unspecified
    except ValueError:
        return bool(address)


def _header(path: Path, name: str, found: Any) -> str:
    # Servers and proxies drop headers with underscores, or read them as hyphens.
    if not isinstance(found, str) or not re.fullmatch(r"[A-Za-z0-9-]+", found):
        raise InputError(f"{path}, access.{name}: found {found!r}, expected letters, digits and hyphens.")
    return found


def _hosts(path: Path, found: Any) -> tuple[str, ...]:
    for host in found if isinstance(found, list) else [found]:
        if not isinstance(found, list) or not isinstance(host, str) or not _HOST.fullmatch(host):
            raise InputError(
                f"{path}, access.allowed_hosts: found {host!r}, expected a list of host names without port, "
                'such as ["review.example.org"].'
            )
    return tuple(found)


def _provider(path: Path, found: Any) -> str:
    if not isinstance(found, str) or "_" in found:
        raise InputError(f"{path}, access.provider: found {found!r}, expected the name of an [auth.NAME] table, no _.")
    return found
