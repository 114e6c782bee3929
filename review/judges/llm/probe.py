"""What concerns the whole run is found out by the first questions, and said in one sentence before anything is told."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from review.basics.errors import InputError, ReviewError
from review.judges.llm.client import Client, Outcome
from review.judges.llm.wire import Answer
from review.judges.protocol.protocol import Spec

FIRST = 3
"""Questions asked one after the other: so many of them refused alike are a wrong request, not a wrong subject."""

_NO_MODEL = re.compile(
    r"\b(unknown|invalid|no such) model\b|not a valid model"
    r"|\bmodel\b.{0,80}?(not found|(does not|doesn't|not) exist|not available|not loaded)",
    re.IGNORECASE,
)


def first_outcomes(
    client: Client, spec: Spec, digests: Sequence[str], answered: Callable[[str], Outcome | None]
) -> dict[str, Outcome]:
    """Ask the first questions one by one until one is not refused out of hand, at most ``FIRST``.

    Raises ReviewError for what concerns the whole run. Fewer come back when the run is halted.
    """
    found: dict[str, Outcome] = {}
    try:
        for digest in digests[:FIRST]:
            outcome = answered(digest)
            if outcome is None:
                break
            found[digest] = outcome
            error = trouble(client, spec, list(found.values()))
            if error is not None:
                raise error
            if not _is_refused(outcome.answer):
                break
    finally:
        client.line.close()
    return found


def _is_refused(answer: Answer) -> bool:
    """Whether the request itself was found wrong, rather than this hour."""
    return answer.status is not None and 400 <= answer.status < 500 and not answer.again


def trouble(client: Client, spec: Spec, outcomes: Sequence[Outcome]) -> ReviewError | None:
    """What the latest of the first outcomes says about the whole run, if anything.

    An InputError is what the judge or its key says wrongly; what may be otherwise tomorrow is none.
    """
    answer, place = outcomes[-1].answer, client.line.endpoint.place
    if answer.error == "unreachable" and not answer.met:
        return ReviewError(
            f"the endpoint {client.line.endpoint.base} cannot be reached: {answer.said}. Start it, or correct the "
            "judge's endpoint; nothing was judged."
        )
    if answer.status in (401, 403):
        return InputError(_no_entry(place, spec, answer.status))
    if answer.status == 402 or answer.code == "insufficient_quota":
        return ReviewError(f"{place} says that the account has no credit left. Add some, or choose another endpoint.")
    if answer.status is not None and 300 <= answer.status < 400:
        return InputError(
            f"{place} sends us to another address (HTTP {answer.status}), which is not followed. Write the endpoint's "
            "own address into the judge and allow-list its host."
        )
    if _is_model(answer):
        return InputError(_no_model(client, spec, answer))
    return _all_refused(place, outcomes)


def _no_entry(place: str, spec: Spec, status: int) -> str:
    if not spec["key_env"]:
        return (
            f"{place} wants a key (HTTP {status}). Put it into an environment variable and name that in the judge's "
            "key_env."
        )
    return (
        f"{place} refuses the key in the environment variable {spec['key_env']} (HTTP {status}). Check the key, and "
        f"that it may use the model {spec['model']}."
    )


def _is_model(answer: Answer) -> bool:
    about = answer.code == "model_not_found" or bool(_NO_MODEL.search(answer.said))
    return answer.status == 404 or (answer.status == 400 and about)


def _no_model(client: Client, spec: Spec, answer: Answer) -> str:
    known = client.line.models()
    listed = f" It has {', '.join(known[:12])}{', ...' if len(known) > 12 else ''}." if known else ""
    return (
        f"{client.line.endpoint.base} does not know the model {spec['model']!r} (HTTP {answer.status}).{listed} "
        "Correct the judge's model or endpoint."
    )


def _all_refused(place: str, outcomes: Sequence[Outcome]) -> ReviewError | None:
    answers = [o.answer for o in outcomes]
    alike = {(a.status, a.said) for a in answers}
    # A prompt that is too long says how long it is, and is the subject's own trouble.
    if len(answers) < FIRST or len(alike) > 1 or not _is_refused(answers[0]) or "context_length" in answers[0].code:
        return None
    said = f": {answers[-1].said}" if answers[-1].said else ""
    return InputError(
        f"{place} refuses what it is asked (HTTP {answers[0].status}{said}). Correct the judge's parameters, "
        "structured or prompt."
    )
