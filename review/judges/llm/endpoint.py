"""The endpoint of a judge: its address, the allow-list of hosts, and the key, which only the environment holds."""

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
# Capitals with an underscore, or short: anything else in capitals may be a key rather than the name of a variable.
_VARIABLE = re.compile(r"(?=.*_|.{1,15}$)[A-Z_][A-Z0-9_]{0,63}")
_SHORTEST_KEY = 4
REDACTED = "[key]"


class Endpoint(NamedTuple):
    """The address of an OpenAI-compatible API.

    ``base`` is the address without ``/chat/completions``; ``host`` is the host name, in brackets for IPv6.
    """

    base: str
    host: str
    port: int

    @property
    def url(self) -> str:
        """The address that questions are posted to."""
        return self.base + CHAT

    @property
    def place(self) -> str:
        """Host and port, as calls are logged."""
        return f"{self.host}:{self.port}"

    @property
    def netloc(self) -> str:
        """Host and port as written in the address: without a port where the address names none."""
        return urlsplit(self.base).netloc


def endpoint_of(text: Any) -> Endpoint:
    """Read an address: the base, such as ``http://localhost:11434/v1``, or the full address of chat completions.

    A bare host gets the path ``/v1``. Raises InputError for anything else, without repeating what may be a secret.
    """
    if not isinstance(text, str) or not text.strip():
        raise InputError(f"endpoint: found {text!r}, expected an address such as http://localhost:11434/v1.")
    parts, port = _split(text.strip())
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise InputError(
            "endpoint: found a user, password, query or fragment in the address, expected none. "
            "Put a key into an environment variable and name the variable in key_env."
        )
    if parts.scheme not in _PORTS or not parts.hostname or not _is_plain(parts.hostname + parts.path):
        raise InputError(f"endpoint: found {text[:120]!r}, expected http:// or https:// with a host.")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    path = parts.path.rstrip("/").removesuffix(CHAT) or "/v1"
    netloc = f"{host}:{port}" if port is not None else host
    return Endpoint(f"{parts.scheme}://{netloc}{path}", host, port or _PORTS[parts.scheme])


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
    """Raise InputError, with the line to add to spotcheck.toml, unless the settings list the endpoint's host."""
    if endpoint.host in settings.hosts or endpoint.place in settings.hosts:
        return
    line = ", ".join(f'"{h}"' for h in (*settings.hosts, endpoint.place))
    raise InputError(
        f"endpoint: {endpoint.place} is not among the hosts that may receive masked text "
        f"({', '.join(settings.hosts) or 'none is listed'}). To allow it, write under [judges] in spotcheck.toml: "
        f"hosts = [{line}]"
    )


def variable_of(found: Any) -> str:
    """Return the name of the environment variable that holds the key, "" for an endpoint without one.

    Raises InputError without repeating the text, which may be the key itself.
    """
    if found in (None, ""):
        return ""
    if not isinstance(found, str) or not _VARIABLE.fullmatch(found):
        raise InputError(
            "key_env: this is not the name of an environment variable. Give a name in capitals, such as "
            "OPENAI_API_KEY, and put the key into that variable. A judge never stores a key."
        )
    return found


def key_of(variable: str, endpoint: Endpoint, environment: Mapping[str, str]) -> str:
    """Return the key of an endpoint, "" where it needs none. Raises InputError that names only the variable."""
    key = key_if_set(variable, environment)
    if not variable:
        return ""
    if not key:
        raise InputError(
            f"the environment variable {variable} is not set; it holds the key of {endpoint.place}. "
            "Set it where Spotcheck runs, or write it into .streamlit/secrets.toml."
        )
    if not key.isascii() or not key.isprintable() or " " in key:
        raise InputError(f"the key in {variable} contains characters that no key has. Set it again.")
    return key


def key_if_set(variable: str, environment: Mapping[str, str]) -> str:
    """Return the key as it is sent, "" where there is none; use it to remove the key from texts that are kept."""
    return environment.get(variable, "").strip() if variable else ""


def redacted(text: str, key: str) -> str:
    """Return ``text`` with the key replaced by ``[key]``, in plain form or in any form that JSON may write it.

    An endpoint may echo the key, for example in an error message.
    """
    if len(key) < _SHORTEST_KEY:
        return text
    text = text.replace(key, REDACTED)
    return _escaped(key).sub(REDACTED, text) if "\\" in text else text


@lru_cache(maxsize=8)
def _escaped(key: str) -> re.Pattern[str]:
    """Match the key with any of its characters escaped; JSON inside JSON doubles the backslashes each time."""
    return re.compile("".join(rf"(?:\\{{0,8}}{re.escape(c)}|\\{{1,8}}u(?i:{ord(c):04x}))" for c in key))
