"""The first questions of a run: they reveal what is wrong with the whole run, before any opinion is given."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from review.basics.errors import InputError, ReviewError
from review.judges.llm.client import Client
from review.judges.llm.reply import Reply
from review.judges.llm.spec import LlmSpec

FIRST = 3
"""Questions asked one at a time at the start. If all get the same refusal, the request itself is wrong."""

_NO_MODEL = re.compile(
    r"\b(unknown|invalid|no such) model\b|not a valid model"
    r"|\bmodel\b.{0,80}?(not found|(does not|doesn't|not) exist|not available|not loaded)",
    re.IGNORECASE,
)


def first_replies(
    client: Client, spec: LlmSpec, digests: Sequence[str], answered: Callable[[str], Reply | None]
) -> dict[str, Reply]:
    """Ask the first questions one by one until the endpoint accepts one, at most ``FIRST``.

    Raises ReviewError for what concerns the whole run. Fewer replies come back when the run is halted.
    """
    found: dict[str, Reply] = {}
    try:
        for digest in digests[:FIRST]:
            reply = answered(digest)
            if reply is None:
                break
            found[digest] = reply
            error = trouble(client, spec, list(found.values()))
            if error is not None:
                raise error
            if not _is_refused(reply):
                break
    finally:
        client.line.close()
    return found


def _is_refused(reply: Reply) -> bool:
    """Whether the endpoint rejects the request itself, now and later."""
    return reply.status is not None and 400 <= reply.status < 500 and not reply.again


def trouble(client: Client, spec: LlmSpec, replies: Sequence[Reply]) -> ReviewError | None:
    """Return what the latest of the first replies says about the whole run, if anything.

    An InputError means that the judge or its key is wrong; any other error may be gone tomorrow.
    """
    reply, place = replies[-1], client.line.endpoint.place
    if reply.error == "unreachable" and not reply.connected:
        return ReviewError(
            f"the endpoint {client.line.endpoint.base} cannot be reached: {reply.message}. Start it, or correct the "
            "judge's endpoint; nothing was judged."
        )
    if reply.status in (401, 403):
        return InputError(_no_entry(place, spec, reply.status))
    if reply.status == 402 or reply.code == "insufficient_quota":
        return ReviewError(f"{place} says that the account has no credit left. Add some, or choose another endpoint.")
    if reply.status is not None and 300 <= reply.status < 400:
        return InputError(
            f"{place} redirects to another address (HTTP {reply.status}), which is not followed. Write that address "
            "into the judge's endpoint and allow its host."
        )
    if _is_model(reply):
        return InputError(_no_model(client, spec, reply))
    return _all_refused(place, replies)


def _no_entry(place: str, spec: LlmSpec, status: int) -> str:
    if not spec.key_env:
        return (
            f"{place} wants a key (HTTP {status}). Put it into an environment variable and name that in the judge's "
            "key_env."
        )
    return (
        f"{place} refuses the key in the environment variable {spec.key_env} (HTTP {status}). Check the key, and "
        f"that it may use the model {spec.model}."
    )


def _is_model(reply: Reply) -> bool:
    about = reply.code == "model_not_found" or bool(_NO_MODEL.search(reply.message))
    return reply.status == 404 or (reply.status == 400 and about)


def _no_model(client: Client, spec: LlmSpec, reply: Reply) -> str:
    known = client.line.models()
    listed = f" It has {', '.join(known[:12])}{', ...' if len(known) > 12 else ''}." if known else ""
    return (
        f"{client.line.endpoint.base} does not know the model {spec.model!r} (HTTP {reply.status}).{listed} "
        "Correct the judge's model or endpoint."
    )


def _all_refused(place: str, replies: Sequence[Reply]) -> ReviewError | None:
    first = replies[0]
    alike = {(r.status, r.message) for r in replies}
    # An endpoint that finds a prompt too long says how long it is; that concerns one subject alone.
    if len(replies) < FIRST or len(alike) > 1 or not _is_refused(first) or "context_length" in first.code:
        return None
    message = f": {replies[-1].message}" if replies[-1].message else ""
    return InputError(
        f"{place} refuses the questions (HTTP {first.status}{message}). Correct the judge's parameters, structured or "
        "prompt."
    )
