"""What came back over the wire, read into one shape: a whole reply, or why there is none and whether to ask again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

import orjson

from review.judges.llm.endpoint import without

LONGEST_BODY = 8_000_000
LONGEST_REPLY = 32_000
LONGEST_RAW = 4_000
LONGEST_SAID = 300
LONGEST_PAUSE = 3_600.0
"""Seconds after which we ask again whatever an endpoint has said."""


class Answer(NamedTuple):
    """One attempt. ``error`` is "" for a whole reply ({text, finish_reason, refusal}), else one of ``CAUSES``.

    ``again`` tells that another attempt may fare better, ``pause`` the seconds that the endpoint wants to be left
    alone. ``met`` is False when no connection came about. ``said`` are the endpoint's own words about an error.
    """

    error: str
    status: int | None = None
    reply: dict[str, Any] = {}  # noqa: RUF012 - read only
    raw: str = ""
    said: str = ""
    code: str = ""
    again: bool = False
    pause: float | None = None
    met: bool = True
    tokens_in: int | None = None
    tokens_out: int | None = None


def read_answer(status: int, headers: Mapping[str, str], body: bytes, key: str) -> Answer:
    """One HTTP answer; the key is blotted out of whatever is kept of it. Pure but for the clock of ``Retry-After``."""
    found = _json(body)
    if status != 200:
        return _refusal(status, headers, body, found, key)
    choices = found.get("choices") if isinstance(found, dict) else None
    if not isinstance(found, dict) or not isinstance(choices, list):
        return Answer("unparseable", status, raw=_raw(body, key), again=True)
    tokens_in, tokens_out = _tokens(found.get("usage"))
    first = choices[0] if choices and isinstance(choices[0], dict) else {}
    message = first["message"] if isinstance(first.get("message"), dict) else {}
    finish = without(str(first.get("finish_reason") or ""), key)[:LONGEST_SAID]
    reply = {
        "text": without(_content(message.get("content")), key)[:LONGEST_REPLY],
        "finish_reason": finish,
        "refusal": without(str(message.get("refusal") or ""), key)[:LONGEST_RAW],
    }
    nothing = not reply["text"].strip() and not reply["refusal"] and finish not in ("content_filter", "length")
    if nothing:
        return Answer("empty", status, raw=_raw(body, key), tokens_in=tokens_in, tokens_out=tokens_out)
    return Answer("", status, reply, tokens_in=tokens_in, tokens_out=tokens_out)


def _refusal(status: int, headers: Mapping[str, str], body: bytes, found: Any, key: str) -> Answer:
    raw = _raw(body, key)
    said, code = _said(found)
    said = " ".join((without(said, key) or raw).split())[:LONGEST_SAID]
    kept: dict[str, Any] = {"raw": raw, "said": said, "code": code}
    if code == "content_filter":
        return Answer("refused", status, **kept)
    # Without credit the endpoint answers 429 for ever.
    again = (status in (408, 425, 429) or status >= 500) and code != "insufficient_quota"
    return Answer("http_error", status, again=again, pause=pause_of(headers), **kept)


def pause_of(headers: Mapping[str, str]) -> float | None:
    """The seconds of a ``Retry-After`` header, given as a number or as a date; None without a readable one.

    A date is held against the endpoint's own ``Date``, so that our clock need not be right.
    """
    said = str(headers.get("Retry-After") or "").strip()
    if not said:
        return None
    try:
        seconds = float(said)
    except ValueError:
        until = _date(said)
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


def _said(found: Any) -> tuple[str, str]:
    """The sentence and the code of an error, in the shapes that endpoints give it."""
    error = found.get("error", found) if isinstance(found, dict) else found
    if isinstance(error, dict):
        text = error.get("message") or error.get("detail") or error.get("msg") or ""
        return (text if isinstance(text, str) else orjson.dumps(text).decode()), str(error.get("code") or "")
    return (error, "") if isinstance(error, str) else ("", "")


def _content(content: Any) -> str:
    """The text of a message; some endpoints send it in parts."""
    if isinstance(content, list):
        return "".join(str(p.get("text") or "") for p in content if isinstance(p, dict))
    return content if isinstance(content, str) else ""


def _tokens(usage: Any) -> tuple[int | None, int | None]:
    found = usage if isinstance(usage, dict) else {}
    counts = (found.get("prompt_tokens"), found.get("completion_tokens"))
    given, taken = (n if isinstance(n, int) and not isinstance(n, bool) and n >= 0 else None for n in counts)
    return given, taken


def _raw(body: bytes, key: str) -> str:
    # Cut after the key is blotted out, and never before: half a key is still half a key.
    return without(body.decode("utf-8", "replace"), key)[:LONGEST_RAW]
