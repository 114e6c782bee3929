"""Which host names a request may come under. A foreign name that resolves to this machine is refused everywhere."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from urllib.parse import urlsplit


def is_allowed(found: Sequence[str], allowed: Collection[str]) -> bool:
    """Return whether a request's Host headers are one header that names one of the ``allowed`` hosts.

    ``*`` allows every name and ``*.example.org`` all names under it. An empty list allows nothing.
    """
    if len(found) != 1:
        return False
    name = _name(found[0])
    return name is not None and any(_matches(name, pattern.strip().lower().rstrip(".")) for pattern in allowed)


def _name(host: str) -> str | None:
    """Return the host name without port, in lower case; None for anything that is more than a host and a port."""
    try:
        parts = urlsplit(f"//{host}")
        name, _ = parts.hostname, parts.port
    except ValueError:
        return None
    more = parts.username is not None or parts.password is not None or parts.path or parts.query or parts.fragment
    return None if more or not name or host != host.strip() else name.lower().rstrip(".")


def _matches(name: str, pattern: str) -> bool:
    if pattern.startswith("*."):
        return name.endswith(pattern[1:])
    return pattern in ("*", name)
