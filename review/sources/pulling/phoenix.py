"""Spans of a Phoenix project with their annotations, passed on as OTLP.

``GET /v1/projects/{project}/spans`` with ``start_time``, ``end_time``, ``limit`` and ``cursor`` answers ``data[]`` and
``next_cursor``; a span has ``context.trace_id``, ``context.span_id``, ``parent_id``, ``start_time``, ``end_time``,
``status_code``, ``status_message``, ``attributes`` and ``events``. ``GET
/v1/projects/{project}/span_annotations`` with ``span_ids`` (several), ``limit`` and ``cursor`` answers ``data[]`` and
``next_cursor``; it answers 404 when it knows none of the spans. Source: Arize-ai/phoenix, js/packages/phoenix-client
(``getSpans``, ``getSpanAnnotations``) and its OpenAPI description.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import quote

from review.sources.pulling.pages import LONGEST, fitting, listed, secret, stamp
from review.sources.pulling.puller import Puller, Visit
from review.sources.pulling.span_source import SpanPlace, SpanSource
from review.sources.pulling.traces import as_traces
from review.sources.pulling.web import GONE, LeftOut, Web, bearer
from storage.records_base import Json

LIMIT = 1_000
SPANS_ASKED = 200
"""Spans of one request for annotations: its address must not get too long for a proxy."""
ANNOTATED = ("name", "annotator_kind", "identifier", "label", "score", "explanation")
STATUS = {"UNSET": 0, "OK": 1, "ERROR": 2}


def opened(visit: Visit) -> Callable[[datetime, datetime], Iterator[list[Json]]]:
    """Return what gives the spans of the project that began between two times, as one OTLP record each."""
    options = visit.source.options
    key = secret(visit, "api_key") if "api_key" in options else ""
    web = Web(
        options["address"],
        headers=bearer(key),
        secrets=options.get("api_key", "no variable; name one as `api_key`"),
    )
    project = f"/v1/projects/{quote(options['project'], safe='')}"

    def pages(start: datetime, end: datetime) -> Iterator[list[Json]]:
        cursor = None
        while True:
            ask = partial(web.get, f"{project}/spans", start_time=stamp(start), end_time=stamp(end), cursor=cursor)
            answer = fitting(ask, LIMIT)
            spans = listed(answer, "data", web.address)
            said = _annotations(web, project, [str(one["context"]["span_id"]) for one in spans])
            yield [as_otlp(span, said.get(str(span["context"]["span_id"]), ())) for span in spans]
            cursor = answer.get("next_cursor")
            if not cursor:
                return

    return pages


def _annotations(web: Web, project: str, spans: list[str]) -> dict[str, list[Json]]:
    """Return the annotations of spans, by span; none where the server has no such spans or no annotations."""
    found: dict[str, list[Json]] = {}
    for first in range(0, len(spans), SPANS_ASKED):
        cursor, seen = None, set[str]()
        while cursor not in seen:
            seen.add(str(cursor))
            asked = spans[first : first + SPANS_ASKED]
            try:
                answer = web.get(f"{project}/span_annotations", span_ids=asked, limit=LIMIT, cursor=cursor)
            except LeftOut as error:
                if error.reason != GONE:
                    raise
                break
            for one in listed(answer, "data", web.address):
                found.setdefault(str(one.get("span_id")), []).append(one)
            cursor = answer.get("next_cursor")
            if not cursor:
                break
    return found


def _flattened(annotations: Iterable[Json]) -> Json:
    """Return annotations as the attributes that OpenInference writes into a span."""
    return {
        f"annotations.{number}.annotation.{name}": value
        for number, one in enumerate(annotations)
        for name, value in {**one, **(one.get("result") or {})}.items()
        if name in ANNOTATED and value not in (None, "")
    }


def place(record: Json) -> SpanPlace:
    """Return where a span belongs."""
    span = record["resourceSpans"][0]["scopeSpans"][0]["spans"][0]
    start, end = (int(span[name]) for name in ("startTimeUnixNano", "endTimeUnixNano"))
    return SpanPlace(str(span["traceId"]), _instant(start), _instant(end) if end else None, not span["parentSpanId"])


def _instant(nanoseconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=nanoseconds // 1_000)


def as_otlp(span: Json, annotations: Iterable[Json] = ()) -> Json:
    """Return a span of Phoenix with its annotations, as an OTLP/JSON record of this one span."""
    context = span.get("context") or {}
    kind = {"openinference.span.kind": span.get("span_kind")}
    status = {"code": STATUS.get(str(span.get("status_code")), 0), "message": span.get("status_message") or ""}
    one = {
        "traceId": context.get("trace_id"),
        "spanId": context.get("span_id"),
        "parentSpanId": span.get("parent_id") or "",
        "name": span.get("name"),
        "startTimeUnixNano": _nanoseconds(span.get("start_time")),
        "endTimeUnixNano": _nanoseconds(span.get("end_time")),
        "attributes": _attributes({**kind, **(span.get("attributes") or {}), **_flattened(annotations)}),
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


PULLER = Puller(
    about="spans of a Phoenix project",
    needs={"address": "such as http://localhost:6006", "project": "the name of the project"},
    may={"api_key": "the variable with the API key", "since": "the first day to read"},
    # A root is stored when its trace has ended, under the time at which it began.
    fetch=as_traces(SpanSource(format="otlp", opened=opened, place=place, in_order=False, again=LONGEST)),
    keys=("api_key",),
)
