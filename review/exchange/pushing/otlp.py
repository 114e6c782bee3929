"""Events ``gen_ai.evaluation.result`` as log records of OpenTelemetry, beside the trace they are about.

A collector keeps each record it gets, so a label that changed is a second event; the later one counts.

Source: open-telemetry/semantic-conventions, gen-ai-events.md; opentelemetry-proto, OTLP/HTTP in JSON.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Any

from review.exchange.pushing.system import ScoreToPush, System
from review.sources.pulling.web import Web, bearer

TRACE = re.compile(r"[0-9a-f]{32}")


def connect(address: str, keys: Mapping[str, str]) -> Web:
    """Return a session with a collector."""
    return Web(address, headers=bearer(keys["token"]), secrets="the token of [push.otlp]")


def fits(score: ScoreToPush) -> str:
    """Return why a score cannot go to a trace."""
    return "" if TRACE.fullmatch(score.trace) else f"its id in the source is no id of a trace: {score.trace[:60]}"


def send(web: Web, score: ScoreToPush, again: bool) -> None:
    """Send one event."""
    named: dict[str, Any] = {
        "gen_ai.evaluation.name": score.dimension,
        "gen_ai.evaluation.score.label": score.value,
        "gen_ai.evaluation.score.value": score.number,
        "gen_ai.evaluation.explanation": score.words,
        "annotator_kind": "HUMAN",
        "spotcheck.score.id": score.id,
        "spotcheck.rubric.version": str(score.rubric),
    }
    record = {
        "timeUnixNano": str(time.time_ns()),
        "eventName": "gen_ai.evaluation.result",
        "traceId": score.trace,
        "attributes": [_pair(name, value) for name, value in named.items() if value is not None],
    }
    resource = {"attributes": [_pair("service.name", "spotcheck")]}
    body = {"resourceLogs": [{"resource": resource, "scopeLogs": [{"logRecords": [record]}]}]}
    web.post("/v1/logs", body)


def _pair(name: str, value: Any) -> dict[str, Any]:
    kind = "doubleValue" if isinstance(value, float) else "stringValue"
    return {"key": name, "value": {kind: value}}


SYSTEM = System(
    about="evaluation events for any collector of OpenTelemetry",
    address="",
    keys={"token": "SPOTCHECK_PUSH_TOKEN"},
    optional=("token",),
    connect=connect,
    fits=fits,
    send=send,
)
