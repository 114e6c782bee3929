"""Argilla records: nested (``responses`` of a question with value and user), or flat (parallel lists in columns).

The nested export drops the status of a response, so a discarded or draft one looks like a label; the flat one keeps it,
and only submitted ones count. Suggestions are verdicts.

Facts: ``to_list`` of the package argilla 2.8.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from review.exchange.tools.tool import (
    ITEM_KEYS,
    LABEL,
    VERDICT,
    Rating,
    Record,
    Tool,
    inner,
    item_of,
    number,
    objects,
    rated,
    text,
)
from review.sources.readers.fields import parsed

_RESPONSES, _USERS, _STATUS = ".responses", ".responses.users", ".responses.status"
_SUGGESTION = ".suggestion"


def _is_nested(record: Record) -> bool:
    return isinstance(record.get("responses"), Mapping) and isinstance(record.get("fields"), Mapping)


def _is_flat(record: Record) -> bool:
    return any(key.endswith(_USERS) for key in record)


def labels(record: Record, _: str) -> Iterator[Rating]:
    """Yield each response."""
    item = item_of(inner(record, "metadata"), record)
    for name, responses in inner(record, "responses").items():
        for one in objects(responses):
            yield rated(item, text(one.get("user_id")), name, one.get("value"))


def texts(record: Record) -> Record:
    """Return the fields of a record."""
    return inner(record, "fields")


def flat_texts(record: Record) -> Record:
    """Return the columns of a record that are no responses, suggestions or metadata: those have a dot in the name."""
    return {key: value for key, value in record.items() if "." not in key and key not in ITEM_KEYS}


def flat_labels(record: Record, _: str) -> Iterator[Rating]:
    """Yield each submitted response."""
    item = item_of({key.removeprefix("metadata."): value for key, value in record.items()})
    for key in record:
        if not key.endswith(_RESPONSES):
            continue
        name = key.removesuffix(_RESPONSES)
        values, users, status = (parsed(record.get(name + end)) for end in (_RESPONSES, _USERS, _STATUS))
        for i, value in enumerate(values if isinstance(values, list) else []):
            if _at(status, i) in (None, "submitted"):
                yield rated(item, text(_at(users, i)), name, value)


def no_labels(record: Record) -> Iterator[str]:
    """Yield that suggestions are no labels."""
    yield from (VERDICT for one in inner(record, "suggestions").values() if isinstance(one, Mapping))


def no_flat_labels(record: Record) -> Iterator[str]:
    """Yield why responses are no labels: those that were not submitted."""
    for key in record:
        if key.endswith(_STATUS):
            found = parsed(record[key])
            yield from (
                f"response that is {one}"
                for one in (found if isinstance(found, list) else ())
                if one not in (None, "submitted")
            )
        elif key.endswith(_SUGGESTION) and record[key] not in (None, ""):
            yield VERDICT


def no_verdicts(record: Record) -> Iterator[str]:
    """Yield that responses are no verdicts."""
    yield from (LABEL for responses in inner(record, "responses").values() for _ in objects(responses))


def _at(values: Any, i: int) -> Any:
    return values[i] if isinstance(values, list) and i < len(values) else None


def verdicts(record: Record, _: str) -> Iterator[Rating]:
    """Yield each suggestion."""
    item = item_of(inner(record, "metadata"), record)
    for name, one in inner(record, "suggestions").items():
        if isinstance(one, Mapping):
            score = one.get("score")
            yield rated(item, text(one.get("agent")), name, one.get("value"), score=number(score))


_SAMPLE: dict[str, Any] = {
    "id": "c-1",
    "fields": {"answer": "Seven."},
    "responses": {"verdict": [{"value": "good", "user_id": "5"}]},
}
_SIGN = "fields and responses by question"
NESTED = Tool(
    about="Argilla records",
    sign=_SIGN,
    recognise=_is_nested,
    ratings=labels,
    texts=texts,
    left_out=no_labels,
    sample=_SAMPLE,
    caution="the nested export of Argilla has no status, so discarded and draft responses came in as labels; "
    "export with flatten=True to leave them out",
)
FLAT = Tool(
    about="Argilla records, flattened",
    sign="columns that end in .responses.users",
    recognise=_is_flat,
    ratings=flat_labels,
    texts=flat_texts,
    left_out=no_flat_labels,
    sample={
        "id": "c-1",
        **{"verdict.responses": ["good", "bad"], "verdict.responses.users": ["5", "6"]},
        "verdict.responses.status": ["submitted", "discarded"],
    },
)
VERDICTS = Tool(
    about="suggestions in Argilla records",
    sign=_SIGN,
    recognise=_is_nested,
    ratings=verdicts,
    left_out=no_verdicts,
    sample={**_SAMPLE, "suggestions": {"verdict": {"value": "good", "score": 0.7, "agent": "judge-1"}}},
)
