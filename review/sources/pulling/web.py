"""Requests to the systems that are pulled: with keys, time-outs and patience, and with errors that say what to do."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse
from urllib3.util.retry import Retry

from review.basics.errors import InputError, Refused, ReviewError

CONNECT, READ = 10.0, 60.0
"""Seconds to wait for a connection, and for the next part of an answer."""
WHOLE = 300
"""Seconds that one whole answer may take."""
CHUNK = 8 * 1024
LARGEST = 64 * 1024 * 1024
"""Bytes of one answer at most."""
TRIES = 5
BACKOFF = 0.5
"""Seconds before the first new try; each further one waits twice as long."""
WAITS = 60
"""Seconds that a source may ask to wait before one try. Who asks for more is asked again at the next pull."""
BUSY = (429, 500, 502, 503, 504)
GONE = "that are gone"
NOT_THERE = (404, 410)


class LeftOut(InputError):
    """One record that cannot be had: it is gone, or too large. ``reason`` says why in a few words."""

    def __init__(self, message: str = "", *, command_hint: str = "", reason: str = "") -> None:
        super().__init__(message, command_hint=command_hint)
        self.reason = reason


class _TooLong(HTTPError):
    """The source asks to wait longer than one pull waits."""


class _Patient(Retry):
    """Tries again after the time that the source asks for, and gives up when that is over ``WAITS``."""

    def sleep(self, response: BaseHTTPResponse | None = None) -> None:
        asked = self.get_retry_after(response) if response is not None else None
        if asked is not None and asked > WAITS:
            raise _TooLong(f"it asks to wait {asked:,.0f} seconds")
        super().sleep(response)


def bearer(key: str) -> dict[str, str]:
    """Return the header that carries a key, none without one."""
    return {"Authorization": f"Bearer {key}"} if key else {}


class Web:
    """A session with one address. ``secrets`` are the names of the variables that hold its keys, for messages."""

    def __init__(
        self,
        address: str,
        *,
        headers: Mapping[str, str],
        secrets: str,
        auth: tuple[str, str] | None = None,
    ) -> None:
        self.address, self._secrets = address.rstrip("/"), secrets
        self._session = requests.Session()
        self._session.headers.update({"Accept": "application/json", **headers})
        # Keys come from the settings alone, never from a .netrc file, and go through no proxy that they do not name.
        self._session.trust_env = False
        self._session.auth = auth
        retry = _Patient(
            total=TRIES,
            backoff_factor=BACKOFF,
            status_forcelist=BUSY,
            allowed_methods=None,
            respect_retry_after_header=True,
            raise_on_status=False,
        )
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=retry))

    def get(self, path: str, **params: str | int | list[str] | None) -> Any:
        """Return the JSON at a path. Raises Refused or InputError that names the address and what was found.

        That InputError is a LeftOut where the address holds nothing, or an answer that is too large. A list is sent as
        the same parameter again and again.
        """
        return self._asked("GET", path, params={k: v for k, v in params.items() if v is not None})

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Send JSON and return the JSON of the answer. Raises as ``get`` does."""
        return self._asked("POST", path, json=dict(body))

    def patch(self, path: str, body: Mapping[str, Any]) -> Any:
        """Send JSON that changes what is there, and return the JSON of the answer. Raises as ``get`` does."""
        return self._asked("PATCH", path, json=dict(body))

    def _asked(self, method: str, path: str, **content: Any) -> Any:
        url = f"{self.address}/{path.lstrip('/')}"
        try:
            # A redirect could send the key to somebody else.
            with self._session.request(
                method, url, timeout=(CONNECT, READ), stream=True, allow_redirects=False, **content
            ) as answer:
                if answer.status_code != 200:
                    raise self._unwanted(url, answer)
                return _read(url, answer)
        except _TooLong as error:
            raise Refused(f"{url}: too many requests; {error}, and a pull waits at most {WAITS} seconds.") from None
        except requests.RequestException as error:
            where = urlsplit(url).netloc
            raise Refused(
                f"{where}: no answer to {method} {path} ({type(error).__name__}). Expected the system to be there."
            ) from None

    def _unwanted(self, url: str, answer: requests.Response) -> ReviewError:
        status = answer.status_code
        if status in (401, 403):
            return Refused(
                f"{url}: the key was refused (HTTP {status}). Expected a key in {self._secrets} that may read there."
            )
        if status == 429:
            asked = answer.headers.get("Retry-After", "")
            waits = f"; it asks to wait {asked} seconds" if asked.isdigit() else ""
            return Refused(f"{url}: too many requests, still after {TRIES} tries{waits} (HTTP 429).")
        if status in BUSY:
            return Refused(f"{url}: the system is out of order (HTTP {status}), still after {TRIES} tries.")
        if 300 <= status < 400:
            return InputError(
                f"{url}: found a redirect (HTTP {status}), expected an answer. Write the address it leads to as "
                "`address`: keys are never sent after a redirect."
            )
        text = f"{url}: found HTTP {status}, expected 200. Check the address and the names in the settings."
        return LeftOut(text, reason=GONE) if status in NOT_THERE else InputError(text)


def _read(url: str, answer: requests.Response) -> Any:
    """Return the JSON of an answer, which is read only up to a bound."""
    parts, size, begun = [], 0, time.monotonic()
    # A small chunk, so that the clock is looked at while an answer drips.
    for part in answer.iter_content(CHUNK):
        size += len(part)
        if time.monotonic() - begun > WHOLE:
            raise Refused(f"{url}: an answer did not end within {WHOLE} seconds. The next pull asks again.")
        if size > LARGEST:
            why = f"of over {LARGEST // 1024**2} MB"
            raise LeftOut(f"{url}: found an answer {why}, expected a page of records.", reason=why)
        parts.append(part)
    try:
        return json.loads(b"".join(parts))
    except (ValueError, RecursionError):
        raise InputError(
            f"{url}: found an answer that is not JSON, or too deep. Is `address` the address of its API?"
        ) from None
