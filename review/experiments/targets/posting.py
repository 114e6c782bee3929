"""Post JSON to an address on an allow-listed host: what comes back, or why nothing did."""

from __future__ import annotations

import os
from typing import Any, NamedTuple

import orjson

from review.experiments.targets.reading import missing
from review.experiments.targets.target import Attempt, Setup
from review.judges.llm.endpoint import check_allowed, endpoint_of, key_of, redacted, variable_of
from review.judges.llm.http import Line
from review.judges.llm.reply import LONGEST_BODY, Reply, read_reply
from review.settings.judges import JudgeSettings


class Response(NamedTuple):
    """The JSON of a response with status 200."""

    content: Any


def line_to(setup: Setup, address: str) -> Line:
    """Return a line to the host of an address. Raises InputError when it may not receive text, or lacks its key."""
    endpoint = endpoint_of(address.partition("?")[0])
    check_allowed(endpoint, JudgeSettings(hosts=setup.hosts))
    key = key_of(variable_of(setup.options["key_env"]), endpoint, setup.environment)
    return Line(endpoint, key, setup.timeout, os.environ.get("REQUESTS_CA_BUNDLE", ""))


def place_of(address: str) -> str:
    """Return host and port of an address. Raises InputError for anything that is none."""
    return endpoint_of(address.partition("?")[0]).place


def posted(line: Line, address: str, body: bytes) -> Response | Attempt:
    """Post a body and return the JSON that came, or a missing answer with its cause."""
    found = line.send(address, body)
    if isinstance(found, Reply):
        return _why(found)
    status, headers, content = found
    if len(content) >= LONGEST_BODY:
        return missing("too_long", f"an endpoint may send {LONGEST_BODY / 1e6:g} MB")
    if not 200 <= status < 300:
        return _why(read_reply(status, headers, content, line.key), status)
    try:
        return Response(orjson.loads(redacted(content.decode(), line.key)))
    except (orjson.JSONDecodeError, UnicodeDecodeError):
        return missing("not_json", redacted(content[:200].decode(errors="replace"), line.key))


def _why(reply: Reply, status: int | None = None) -> Attempt:
    status = reply.status if status is None else status
    words = reply.message or reply.raw[:200]
    if reply.error == "timed_out":
        return missing("timed_out", words, again=True)
    if status is None:
        return missing("unreachable", words, again=reply.again)
    cause = "limited" if status == 429 else "http_error"
    return missing(cause, f"{status} {words}".strip(), again=status == 429 or status >= 500, pause=reply.pause)
