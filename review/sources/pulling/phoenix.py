"""Spans of a Phoenix project, passed on as OTLP.

``GET /v1/projects/{project}/spans`` with ``start_time``, ``end_time``, ``limit`` and ``cursor`` answers ``data[]`` and
``next_cursor``; a span has ``context.trace_id``, ``context.span_id``, ``parent_id``, ``start_time``, ``end_time``,
``status_code``, ``status_message``, ``attributes`` and ``events``. Source: Arize-ai/phoenix,
js/packages/phoenix-client (``getSpans``) and its OpenAPI description.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from review.sources.pulling.pages import LONGEST, as_traces, listed, secret, stamp, window
from review.sources.pulling.puller import Page, Puller, Visit
from review.sources.pulling.web import Web
from storage.records_base import Json

LIMIT = 1_000
STATUS = {"UNSET": 0, "OK": 1, "ERROR": 2}


def pages(visit: Visit) -> Iterator[Page]:
    """Yield the spans of the window as one OTLP record each."""
    options = visit.source.options
    key = secret(visit, "api_key") if "api_key" in options else ""
    web = Web(
        options["address"],
        headers={"Authorization": f"Bearer {key}"} if key else {},
        secrets=options.get("api_key", "no variable; name one as `api_key`"),
    )
    # A root is stored when its trace has ended, under the time at which it began.
    start, end = window(visit, again=LONGEST)
    path, cursor = f"/v1/projects/{quote(options['project'], safe='')}/spans", None
    while True:
        answer = web.get(path, start_time=stamp(start), end_time=stamp(end), limit=LIMIT, cursor=cursor)
        found = [as_otlp(span) for span in listed(answer, "data", web.address)]
        yield Page(found, {"until": stamp(end)}, {})
        cursor = answer.get("next_cursor")
        if not cursor:
            return


def as_otlp(span: Json) -> Json:
    """Return a span of Phoenix as an OTLP/JSON record with this one span."""
    context = span.get("context") or {}
    status = {"code": STATUS.get(str(span.get("status_code")), 0), "message": span.get("status_message") or ""}
    one = {
        "traceId": context.get("trace_id"),
        "spanId": context.get("span_id"),
        "parentSpanId": span.get("parent_id") or "",
        "name": span.get("name"),
        "startTimeUnixNano": _nanoseconds(span.get("start_time")),
        "endTimeUnixNano": _nanoseconds(span.get("end_time")),
        "attributes": _attributes({"openinference.span.kind": span.get("span_kind"), **(span.get("attributes") or {})}),
        "events": [
            {
                "name": event.get("name"),
                "timeUnixNano": _nanoseconds(event.get("timestamp")),
                "attributes": _attributes(event.get("attributes") or {}),
            }
            for event in span.get("events") or []
        ],
        "status": status,
    }
    return {"resourceSpans": [{"resource": {"attributes": []}, "scopeSpans": [{"scope": {}, "spans": [one]}]}]}


def _attributes(values: Mapping[str, Any]) -> list[Json]:
    return [{"key": key, "value": _value(value)} for key, value in values.items() if value is not None]


def _value(value: Any) -> Json:
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value}
        case list():
            return {"arrayValue": {"values": [_value(one) for one in value if one is not None]}}
        case Mapping():
            return {"kvlistValue": {"values": _attributes(value)}}
        case _:
            return {"stringValue": str(value)}


def _nanoseconds(moment: object) -> str:
    """Return an ISO instant as nanoseconds since 1970; "0" for none."""
    if not isinstance(moment, str) or not moment:
        return "0"
    found = datetime.fromisoformat(moment)
    since_1970 = (found if found.tzinfo else found.replace(tzinfo=UTC)) - datetime(1970, 1, 1, tzinfo=UTC)
    return str((since_1970.days * 86_400 + since_1970.seconds) * 10**9 + since_1970.microseconds * 1_000)


def _span(record: Json) -> Json:
    found: Json = record["resourceSpans"][0]["scopeSpans"][0]["spans"][0]
    return found


PULLER = Puller(
    about="spans of a Phoenix project",
    needs={"address": "such as http://localhost:6006", "project": "the name of the project"},
    may={"api_key": "the variable with the API key", "since": "the first day to read"},
    fetch=as_traces(
        pages,
        "otlp",
        trace_of=lambda record: str(_span(record)["traceId"]),
        is_root=lambda record: not _span(record)["parentSpanId"],
    ),
    keys=("api_key",),
)
