"""Evaluations in the terms of OpenInference: annotations of a span, rows of the Phoenix API, or Phoenix evaluations.

The spans may stand inside requests of OTLP. ``annotator_kind`` tells people (HUMAN) from judges (LLM, CODE). The value
is the label, else the score.

Facts: ``spec/annotations.md`` of Arize-ai/openinference and the span annotations of the Phoenix API.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from review.basics.record import Unreadable
from review.exchange.tools.tool import LABEL, VERDICT, Rating, Record, Tool, inner, number, rated, text
from review.sources.readers.fields import parsed
from review.sources.readers.otlp_spans import CONTAINERS, SCOPES, spans_in

PEOPLE = "HUMAN"
_FLAT = re.compile(r"(?:(?:trace|session)\.)?(?:annotations|evaluations)\.(\d+)\.(?:annotation|evaluation)\.(\w+)")
_SPAN_IDS = ("context.trace_id", "trace_id", "traceId", "context.span_id", "span_id", "spanId", "session_id")
_FRAME = {"label", "score", "explanation"}


def recognise(record: Record) -> bool:
    """Whether there are flattened annotations, a row of the API, or a row of Phoenix evaluations."""
    if _is_request(record):
        return any(_FLAT.fullmatch(key) for span in _spans(record) for key in span)
    if any(_FLAT.fullmatch(key) for key in _attributes(record)):
        return True
    if "annotator_kind" in record and isinstance(parsed(record.get("result")), Mapping):
        return True
    return set(record) >= _FRAME and bool({"context.span_id", "context.trace_id"} & set(record))


def labels(record: Record, _: str) -> Iterator[Rating]:
    """Yield the annotations by people."""
    return (made for kind, made in _ratings(record) if kind == PEOPLE)


def verdicts(record: Record, _: str) -> Iterator[Rating]:
    """Yield the annotations by models and code."""
    return (made for kind, made in _ratings(record) if kind != PEOPLE)


def no_labels(record: Record) -> Iterator[str]:
    """Yield that annotations by models and code are no labels."""
    return (VERDICT for kind, _ in _ratings(record) if kind != PEOPLE)


def no_verdicts(record: Record) -> Iterator[str]:
    """Yield that annotations by people are no verdicts."""
    return (LABEL for kind, _ in _ratings(record) if kind == PEOPLE)


def _attributes(record: Record) -> Mapping[str, Any]:
    found = parsed(record.get("attributes"))
    return {**record, **found} if isinstance(found, Mapping) else record


def _is_request(record: Record) -> bool:
    return any(isinstance(record.get(name), list) for name in (*CONTAINERS, *SCOPES))


def _spans(record: Record) -> list[Record]:
    """Return the spans of a request in OTLP as their attributes and the id of their trace."""
    try:
        spans = [span for span in spans_in(record) if not isinstance(span, Unreadable)]
        return [{**span["attributes"], "trace_id": span["trace"]} for span in spans]
    except Unreadable:
        return []


def _ratings(record: Record) -> Iterator[tuple[str, Rating]]:
    if _is_request(record):
        for span in _spans(record):
            if any(_FLAT.fullmatch(key) for key in span):
                yield from _ratings(span)
        return
    attributes = _attributes(record)
    item = next((text(attributes[key]) for key in _SPAN_IDS if text(attributes.get(key))), "")
    item = item or next((text(v) for v in inner(record, "context").values() if text(v)), "")
    flat: dict[str, dict[str, Any]] = {}
    for key, value in attributes.items():
        if found := _FLAT.fullmatch(key):
            flat.setdefault(key[: found.end(1)], {})[found[2]] = value
    if flat:
        yield from (_rating(item, one) for _, one in sorted(flat.items()))
    elif "annotator_kind" in record:
        yield _rating(item, {**record, **inner({"result": parsed(record.get("result"))}, "result")})
    else:
        yield _rating(item, record)


def _rating(item: str, one: Mapping[str, Any]) -> tuple[str, Rating]:
    kind = text(one.get("annotator_kind")).upper() or "LLM"
    score = number(one.get("score"))
    label = one.get("label") if one.get("label") not in (None, "") else score
    by = text(one.get("identifier")) or ("" if kind == PEOPLE else "openinference")
    made = rated(
        item,
        by,
        text(one.get("name") or one.get("eval_name")),
        label,
        at=text(one.get("created_at")),
        comment=text(one.get("explanation")),
        score=score,
        error="" if label is not None else "missing",
    )
    return kind, made


_SAMPLE = {
    **{"trace_id": "c-1", "annotations.0.annotation.name": "verdict", "annotations.0.annotation.label": "good"},
    "annotations.0.annotation.identifier": "mara",
}
_KIND, _SIGN = "annotations.0.annotation.annotator_kind", "annotations or evaluations of a span"
LABELS = Tool(
    about="annotations of OpenInference and Phoenix by people",
    sign=_SIGN,
    recognise=recognise,
    ratings=labels,
    left_out=no_labels,
    sample={**_SAMPLE, _KIND: PEOPLE},
)
VERDICTS = Tool(
    about="evaluations of OpenInference and Phoenix",
    sign=_SIGN,
    recognise=recognise,
    ratings=verdicts,
    left_out=no_verdicts,
    sample={**_SAMPLE, _KIND: "LLM"},
)
