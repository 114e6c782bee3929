"""Ask the endpoint of a judge something else than a verdict: one plain question, one plain text."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import orjson

from review.basics.errors import ReviewError
from review.judges.llm.endpoint import check_allowed, key_of
from review.judges.llm.http import Line
from review.judges.llm.spec import LlmSpec
from review.settings.judges import JudgeSettings

ATTEMPTS = 3


def asker(spec: LlmSpec, settings: JudgeSettings, environment: Mapping[str, str]) -> Callable[[str, str], str]:
    """Return a function that sends a system text and a user text and returns the model's text.

    Its host must be on the list of hosts, as for a judge. It raises ReviewError when no text comes back. Raises
    InputError for a host that is not listed and for a missing key.
    """
    check_allowed(spec.endpoint, settings)
    key = key_of(spec.key_env, spec.endpoint, environment)
    line = Line(spec.endpoint, key, settings.timeout, environment.get("REQUESTS_CA_BUNDLE", ""))

    def ask(system: str, user: str) -> str:
        messages = [{"role": "system", "content": system}, {"role": "user", "content": user}]
        body = orjson.dumps({**spec.parameters, "model": spec.model, "messages": messages})
        reply = line.post(body)
        for _ in range(ATTEMPTS - 1):
            if not reply.error or not reply.again:
                break
            reply = line.post(body)
        text = str(reply.content.get("text") or "").strip()
        if not text:
            why = reply.message or reply.error or "the reply is empty"
            raise ReviewError(f"the endpoint {spec.endpoint.base} gave no answer: {why}. Nothing was proposed.")
        return text

    return ask
