"""The address of an endpoint: read once, allow-listed, and the key that opens it, which only the environment holds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

from review.basics.errors import InputError
from review.settings.judges import JudgeSettings

CHAT = "/chat/completions"
_PORTS = {"http": 80, "https": 443}
# Capitals with an underscore, or short: what looks like a key is not taken for the name of a variable.
_VARIABLE = re.compile(r"(?=.*_|.{1,15}$)[A-Z_][A-Z0-9_]{0,63}")
_SHORTEST_KEY = 4
BLOT = "[key]"


class Endpoint(NamedTuple):
    """``base`` ends before ``/chat/completions``; ``host`` is the name alone, ``place`` host:port as it is logged."""

    base: str
    host: str
    port: int

    @property
    def url(self) -> str:
        """Where questions go."""
        return self.base + CHAT

    @property
    def place(self) -> str:
        """Host and port."""
        return f"{self.host}:{self.port}"


def endpoint_of(text: Any) -> Endpoint:
    """Read an address: the base such as ``http://localhost:11434/v1``, or the whole one of its chat completions.

    A bare host gets ``/v1``. Raises InputError for anything else; what looks like a secret is not repeated.
    """
    if not isinstance(text, str) or not text.strip():
        raise InputError(f"endpoint: found {text!r}, expected an address such as http://localhost:11434/v1.")
    parts, port = _split(text.strip())
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise InputError(
            "endpoint: found a user, password, query or fragment in the address, expected none. "
            "A key stands in an environment variable, which key_env names."
        )
    if parts.scheme not in _PORTS or not parts.hostname or not _is_plain(parts.hostname + parts.path):
        raise InputError(f"endpoint: found {text[:120]!r}, expected http:// or https:// with a host.")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    path = parts.path.rstrip("/").removesuffix(CHAT) or "/v1"
    shown = f"{host}:{port}" if port is not None else host
    return Endpoint(f"{parts.scheme}://{shown}{path}", host, port or _PORTS[parts.scheme])


def _split(text: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(text)
        return parts, parts.port
    except ValueError:
        raise InputError(
            "endpoint: the address cannot be read; expected one such as http://localhost:11434/v1."
        ) from None


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable() and " " not in text and "\\" not in text


def check_allowed(endpoint: Endpoint, settings: JudgeSettings) -> None:
    """Raise InputError with the line to write into spotcheck.toml unless the host is allow-listed."""
    if endpoint.host in settings.hosts or endpoint.place in settings.hosts:
        return
    line = ", ".join(f'"{h}"' for h in (*settings.hosts, endpoint.place))
    raise InputError(
        f"endpoint: {endpoint.place} is not among the hosts to which masked text may be sent "
        f"({', '.join(settings.hosts) or 'there are none'}). If it may, write under [judges] in spotcheck.toml: "
        f"hosts = [{line}]"
    )


def variable_of(found: Any) -> str:
    """The name of the environment variable that holds the key, "" for an endpoint without one.

    Raises InputError, without repeating what was found: it may be the key itself.
    """
    if found in (None, ""):
        return ""
    if not isinstance(found, str) or not _VARIABLE.fullmatch(found):
        raise InputError(
            "key_env: found something that is not the name of an environment variable, expected capitals such as "
            "OPENAI_API_KEY. The key itself never stands in a judge: put it into that variable."
        )
    return found


def key_of(spec: Mapping[str, Any], environment: Mapping[str, str]) -> str:
    """The key of a judge's endpoint, "" where it needs none. Raises InputError that names the variable alone."""
    name, key = spec["key_env"], key_if_set(spec, environment)
    if not name:
        return ""
    if not key:
        raise InputError(
            f"the environment variable {name} is not set; it holds the key of {endpoint_of(spec['endpoint']).place}. "
            "Set it where Spotcheck runs, or write it into .streamlit/secrets.toml."
        )
    if not key.isascii() or not key.isprintable() or " " in key:
        raise InputError(f"the environment variable {name} holds characters that no key has; set it anew.")
    return key


def key_if_set(spec: Mapping[str, Any], environment: Mapping[str, str]) -> str:
    """The key as it is sent, "" where there is none; for blotting it out of what is kept."""
    name = str(spec.get("key_env") or "")
    return environment.get(name, "").strip() if name else ""


def without(text: str, key: str) -> str:
    """``text`` with the key blotted out, should an endpoint have sent it back: as it is, or as JSON may write it."""
    if len(key) < _SHORTEST_KEY:
        return text
    text = text.replace(key, BLOT)
    return _escaped(key).sub(BLOT, text) if "\\" in text else text


@lru_cache(maxsize=8)
def _escaped(key: str) -> re.Pattern[str]:
    """The key with any of its characters escaped; JSON inside of JSON doubles backslashes each time."""
    return re.compile("".join(rf"(?:\\{{0,8}}{re.escape(c)}|\\{{1,8}}u(?i:{ord(c):04x}))" for c in key))
