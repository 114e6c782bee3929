"""What came over the wire, read into one shape: a whole reply, or why there is none and whether to ask again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import orjson

from review.judges.llm.endpoint import redacted

LONGEST_BODY = 8_000_000
LONGEST_REPLY = 32_000
LONGEST_RAW = 4_000
LONGEST_MESSAGE = 300
LONGEST_PAUSE = 3_600.0
"""The longest pause in seconds, whatever an endpoint asks for."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What an endpoint replied to one question.

    ``content`` is a whole reply ({text, finish_reason, refusal}); ``error`` is "" then, else one of ``CAUSES``, with
    ``raw`` the start of what came instead. ``message`` and ``code`` are the endpoint's own words about an error.
    ``again`` means that another attempt may succeed, ``pause`` is how many seconds the endpoint asks everybody to wait.
    ``connected`` is False when no connection was made.

    ``latency_ms`` is that of the last attempt, ``cost`` the sum over all attempts, None where unknown. ``cached``
    replies were not asked for in this run.
    """

    error: str = ""
    content: Mapping[str, Any] = field(default_factory=dict)
    status: int | None = None
    raw: str = ""
    message: str = ""
    code: str = ""
    again: bool = False
    pause: float | None = None
    connected: bool = True
    tokens_in: int | None = None
    tokens_out: int | None = None
    latency_ms: float | None = None
    cost: float | None = None
    cached: bool = False

    def shared(self) -> Reply:
        """Return this reply for another subject with the same question: it costs nothing more."""
        return replace(self, latency_ms=None, cost=None if self.cost is None else 0.0, cached=True)


def read_reply(status: int, headers: Mapping[str, str], body: bytes, key: str) -> Reply:
    """Read one HTTP response and remove the key from all that is kept. Pure except for the clock of ``Retry-After``."""
    found = _json(body)
    if status != 200:
        return _refusal(status, headers, body, found, key)
    choices = found.get("choices") if isinstance(found, dict) else None
    if not isinstance(found, dict) or not isinstance(choices, list):
        return Reply(error="unparseable", status=status, raw=_raw(body, key), again=True)
    tokens_in, tokens_out = _tokens(found.get("usage"))
    first = choices[0] if choices and isinstance(choices[0], dict) else {}
    message = first["message"] if isinstance(first.get("message"), dict) else {}
    finish = redacted(str(first.get("finish_reason") or ""), key)[:LONGEST_MESSAGE]
    content = {
        "text": redacted(_content(message.get("content")), key)[:LONGEST_REPLY],
        "finish_reason": finish,
        "refusal": redacted(str(message.get("refusal") or ""), key)[:LONGEST_RAW],
    }
    if not content["text"].strip() and not content["refusal"] and finish not in ("content_filter", "length"):
        raw = _raw(body, key)
        return Reply(error="empty", status=status, raw=raw, tokens_in=tokens_in, tokens_out=tokens_out)
    return Reply(content=content, status=status, tokens_in=tokens_in, tokens_out=tokens_out)


def _refusal(status: int, headers: Mapping[str, str], body: bytes, found: Any, key: str) -> Reply:
    raw = _raw(body, key)
    message, code = _error(found)
    message = " ".join((redacted(message, key) or raw).split())[:LONGEST_MESSAGE]
    if code == "content_filter":
        return Reply(error="refused", status=status, raw=raw, message=message, code=code)
    # Without credit an endpoint answers 429 for ever.
    again = (status in (408, 425, 429) or status >= 500) and code != "insufficient_quota"
    pause = pause_of(headers)
    return Reply(error="http_error", status=status, raw=raw, message=message, code=code, again=again, pause=pause)


def pause_of(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of a ``Retry-After`` header, a number or a date; None without a readable one.

    A date is compared with the endpoint's own ``Date``, so our clock may be wrong.
    """
    text = str(headers.get("Retry-After") or "").strip()
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        until = _date(text)
        if until is None:
            return None
        seconds = (until - (_date(str(headers.get("Date") or "")) or datetime.now(UTC))).total_seconds()
    return min(max(seconds, 0.0), LONGEST_PAUSE) if seconds == seconds else None


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def _error(found: Any) -> tuple[str, str]:
    """Return the message and the code of an error, in the various shapes of endpoints."""
    error = found.get("error", found) if isinstance(found, dict) else found
    if isinstance(error, dict):
        text = error.get("message") or error.get("detail") or error.get("msg") or ""
        return (text if isinstance(text, str) else orjson.dumps(text).decode()), str(error.get("code") or "")
    return (error, "") if isinstance(error, str) else ("", "")


def _content(content: Any) -> str:
    """Return the text of a message, which some endpoints send in parts."""
    if isinstance(content, list):
        return "".join(str(p.get("text") or "") for p in content if isinstance(p, dict))
    return content if isinstance(content, str) else ""


def _tokens(usage: Any) -> tuple[int | None, int | None]:
    found = usage if isinstance(usage, dict) else {}
    counts = (found.get("prompt_tokens"), found.get("completion_tokens"))
    given, taken = (n if isinstance(n, int) and not isinstance(n, bool) and n >= 0 else None for n in counts)
    return given, taken


def _raw(body: bytes, key: str) -> str:
    # Remove the key before cutting: a cut could leave half a key.
    return redacted(body.decode("utf-8", "replace"), key)[:LONGEST_RAW]
