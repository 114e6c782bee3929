"""Observations and scores of Langfuse in one shape, from the API (camelCase) and from blob exports (snake_case).

``input`` and ``output`` may be JSON text, also twice. Scores of the source EVAL are verdicts of a judge; those of
people, and those of unknown origin (API), stay in the metadata, because they are no verdicts.

Facts: langfuse 3.15 (TraceWithFullDetails) and 5.0.4 (ObservationV2), langfuse/langfuse
``fern/apis/server/definition/commons.yml``, and the page on exports to blob storage of langfuse-docs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from review.basics.record import Unreadable
from review.sources.readers.fields import Fields, Record
from review.sources.readers.span_fields import fields_of
from review.sources.readers.span_values import amount_of, count_of, list_in, mapping_of, milliseconds, opened, words_of
from review.sources.readers.spans import LLM, RETRIEVER, TOOL, Span
from review.sources.readers.thumbs import is_thumb, thumb_of_score

KINDS = {"GENERATION": LLM, "TOOL": TOOL, "RETRIEVER": RETRIEVER}
TYPES = (
    *("SPAN", "GENERATION", "EVENT", "AGENT", "TOOL", "CHAIN", "RETRIEVER", "EVALUATOR", "EMBEDDING", "GUARDRAIL"),
)
KEPT = ("release", "environment")
TOKENS_IN = ("input", "prompt_tokens", "promptTokens", "input_tokens")
TOKENS_OUT = ("output", "completion_tokens", "completionTokens", "output_tokens")


def at(record: Record, name: str) -> Any:
    """Return a field under its name in the API, or its name in blob exports."""
    if record.get(name) is not None:
        return record[name]
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
    return record.get(snake)


def is_observation(record: Record) -> bool:
    """Whether a record is an observation with its trace."""
    return record.get("type") in TYPES and at(record, "traceId") is not None and "name" in record


def is_score(record: Record) -> bool:
    """Whether a record is a score of a trace."""
    known = at(record, "dataType") is not None or record.get("source") in ("API", "EVAL", "ANNOTATION")
    return known and at(record, "traceId") is not None and "value" in record and "name" in record


def span_of(record: Record) -> Span:
    """Return an observation as a span."""
    name = words_of(record.get("id"))
    if name is None:
        raise Unreadable("id", record.get("id"), "the id of an observation")
    usage = mapping_of(at(record, "usageDetails")) or mapping_of(record.get("usage"))
    failed = record.get("level") == "ERROR"
    message = words_of(at(record, "statusMessage"))
    prompt, version = words_of(at(record, "promptName")), words_of(at(record, "promptVersion"))
    kind = str(record.get("type") or "SPAN")
    output = opened(record.get("output"))
    documents = output if isinstance(output, list) else list_in(mapping_of(output).get("documents"))
    model = next((at(record, m) for m in ("model", "providedModelName", "internalModelId") if at(record, m)), None)
    root = at(record, "isRootObservation")
    return Span(
        id=name,
        parent=words_of(at(record, "parentObservationId")),
        name=words_of(record.get("name")) or kind,
        kind=KINDS.get(kind, kind.lower()),
        root=True if root in (True, "true", 1) else None,
        start=milliseconds(at(record, "startTime")),
        end=milliseconds(at(record, "endTime")),
        input=opened(record.get("input")),
        output=output,
        error=(message or "the observation failed without a message") if failed else None,
        model=words_of(model),
        tokens_in=next((n for key in TOKENS_IN if (n := count_of(usage.get(key)))), None),
        tokens_out=next((n for key in TOKENS_OUT if (n := count_of(usage.get(key)))), None),
        cost=_cost(record),
        documents=documents if kind == "RETRIEVER" else [],
        prompt=f"{prompt}@{version}" if prompt and version else prompt,
        user=words_of(at(record, "userId")),
        session=words_of(at(record, "sessionId")),
        tags=[str(tag) for tag in list_in(record.get("tags"))],
    )


def _cost(record: Record) -> float | None:
    details = mapping_of(at(record, "costDetails"))
    found = (at(record, "totalCost"), details.get("total"), at(record, "calculatedTotalCost"))
    return next((cost for value in found if (cost := amount_of(value))), None)


def conversation(
    trace: Record, observations: Sequence[Record], scores: Iterable[Record], *, id: str | None = None
) -> Fields:
    """Return the fields of a conversation; ``trace`` may be empty, then the root observation stands for it.

    Raises Unreadable for a trace without an id or text.
    """
    spans = [span_of(record) for record in observations]
    name = (
        id or words_of(trace.get("id")) or next((str(at(o, "traceId")) for o in observations if at(o, "traceId")), None)
    )
    if name is None:
        raise Unreadable("id", trace.get("id"), "the id of a trace")
    if trace:
        spans = _below_trace(trace, spans, name)
    root = next((o for o in observations if at(o, "isRootObservation") in (True, "true", 1)), None)
    source = trace or root or next((o for o in observations if not at(o, "parentObservationId")), observations[0])
    seconds, cost = amount_of(trace.get("latency")), amount_of(at(trace, "totalCost"))
    told = scored(scores)
    version = words_of(trace.get("version"))
    given: Fields = {
        "latency_ms": round(seconds * 1000, 3) if seconds else None,
        "cost": cost or None,
        "user_id": words_of(at(source, "userId")),
        "session_id": words_of(at(source, "sessionId")),
        "tags": [str(tag) for tag in list_in(source.get("tags"))],
        "verdicts": told["verdicts"],
        "feedback": told.get("feedback"),
        "metadata": {
            **mapping_of(source.get("metadata")),
            **{key: source[key] for key in KEPT if source.get(key) not in (None, "", "default")},
            **({"version": version} if version else {}),
            **told["metadata"],
        },
    }
    return fields_of(spans, id=name, given=given)


def _below_trace(trace: Record, spans: list[Span], name: str) -> list[Span]:
    """Return the spans below one that stands for the trace itself, which may carry question and answer."""
    root = next((span for span in spans if span.parent is None), None)
    starts = [span.start for span in spans if span.start is not None]
    ends = [span.end for span in spans if span.end is not None]
    top = Span(
        id=f"trace {name}",
        parent=None,
        name=words_of(trace.get("name")) or (root.name if root else "trace"),
        kind="trace",
        root=True,
        start=milliseconds(trace.get("timestamp")) or min(starts, default=None),
        end=max(ends, default=None),
        input=opened(trace.get("input")),
        output=opened(trace.get("output")),
        error=root.error if root else None,
    )
    for span in spans:
        span.root = None
        span.parent = span.parent or top.id
    return [top, *spans]


def scored(scores: Iterable[Record]) -> Fields:
    """Return what scores tell: verdicts of judges by judge and name, the user's thumb, and the other scores.

    Of scores with one id the last counts. A thumb is a score of the source API with such a name, the latest of several.
    """
    scores = sorted(scores, key=lambda score: str(at(score, "timestamp") or ""))
    verdicts, others = _scores(scores)
    given = [score for score in scores if score.get("source") in (None, "API") and is_thumb(score.get("name"))]
    values = (words_of(at(score, "stringValue")) or score.get("value") for score in reversed(given))
    thumb = next((found for value in values if (found := thumb_of_score(value))), None)
    return {
        "verdicts": verdicts,
        "metadata": {"scores": others} if others else {},
        **({"feedback": thumb} if thumb else {}),
    }


def _scores(scores: Iterable[Record]) -> tuple[dict[str, Fields], list[Fields]]:
    found = {str(score.get("id")): score for score in scores if isinstance(score, dict)}
    verdicts: dict[str, Fields] = {}
    others: list[Fields] = []
    for score in found.values():
        number, text = amount_of(score.get("value")), words_of(at(score, "stringValue"))
        named = at(score, "dataType") in ("CATEGORICAL", "TEXT", "CORRECTION")
        value = (text if named and text else None) or (score.get("value") if number is None else number)
        name, comment = words_of(score.get("name")), words_of(score.get("comment"))
        if name is None or value is None:
            continue
        if score.get("source") == "EVAL":
            judge = words_of(mapping_of(score.get("metadata")).get("evaluator")) or "langfuse"
            cell = {"value": value, "score": number, "rationale": comment}
            verdicts.setdefault(judge, {})[name] = {k: v for k, v in cell.items() if v is not None}
        else:
            rater = words_of(at(score, "authorUserName")) or words_of(at(score, "authorUserId"))
            row = {"name": name, "value": value, "source": score.get("source"), "comment": comment, "rater": rater}
            others.append({k: v for k, v in row.items() if v is not None})
    return verdicts, others
