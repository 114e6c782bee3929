"""Values as trace tools record them: JSON text inside JSON text, and objects with the text of a question or answer."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from review.basics.times import read_time
from review.sources.readers.fields import as_json_text

QUESTION_KEYS = (
    *("question", "query", "user_query", "user_input", "user_message", "input_text", "input", "prompt", "q"),
    *("message", "text", "content", "human_input", "request", "body"),
)
ANSWER_KEYS = (
    *("answer", "final_answer", "output_text", "output", "response", "reply", "result", "completion", "generation"),
    *("text", "content", "message", "final_output", "return_value", "body"),
)
"""Names under which products keep the text, the most telling first."""

_NESTED = 4
_CLOSES = {"{": "}", "[": "]", '"': '"'}


def opened(value: Any) -> Any:
    """Return the value of JSON text, also of JSON text inside JSON text; a number or a plain text stays as it is."""
    if not isinstance(value, str) or value[:1].isalnum():  # no JSON of more than one value begins so
        return value
    for _ in range(_NESTED):
        text = value.strip()
        if len(text) < 2 or _CLOSES.get(text[0]) != text[-1]:
            return value
        try:
            value = orjson.loads(text)
        except orjson.JSONDecodeError:
            return value
        if not isinstance(value, str):
            return value
    return value


def text_in(value: Any, keys: Iterable[str], *, other: bool = False) -> str | None:
    """Return the text of a value, of an object the one under the first of the keys; None when there is none.

    With ``other``, an only text under another name counts as well.
    """
    return _text_in(value, tuple(keys), other, _NESTED)


def _text_in(value: Any, keys: tuple[str, ...], other: bool, depth: int) -> str | None:
    value = opened(value)
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, bool | int | float):
        return orjson.dumps(value).decode()
    if depth == 0:
        return None
    if isinstance(value, dict):
        inner = _arguments(value)
        if inner is not None:
            return _text_in(inner, keys, other, depth - 1)
        named = (_text_in(value[key], keys, other, depth - 1) for key in keys if value.get(key) is not None)
        found = next((text for text in named if text is not None), None)
        texts = [item for item in value.values() if isinstance(item, str) and item.strip()]
        return texts[0] if found is None and other and len(value) == 1 and texts else found
    if isinstance(value, list) and len(value) == 1:
        return _text_in(value[0], keys, other, depth - 1)
    return None


def _arguments(value: Mapping[str, Any]) -> Any:
    """Return what a traced function was called with, from {args, kwargs}; None for any other object."""
    if not set(value) <= {"args", "kwargs"} or not value:
        return None
    named, listed = value.get("kwargs"), value.get("args")
    if isinstance(named, dict) and named:
        return named
    if isinstance(listed, list) and listed:
        return next((item for item in listed if isinstance(opened(item), str | list)), listed[0])
    return None


def called_with(value: Any) -> Any:
    """Return the arguments of a traced function, else the value itself."""
    value = opened(value)
    inner = _arguments(value) if isinstance(value, dict) else None
    return value if inner is None else opened(inner)


def mapping_of(value: Any) -> Mapping[str, Any]:
    """Return an object, possibly from JSON text; an empty one for anything else."""
    value = opened(value)
    return {str(key): item for key, item in value.items()} if isinstance(value, dict) else {}


def list_in(value: Any) -> list[Any]:
    """Return a list, possibly from JSON text; an empty one for anything else."""
    if value is None:
        return []
    value = opened(value)
    return list(value) if isinstance(value, list | tuple) else []


def count_of(value: Any) -> int | None:
    """Return a whole number that may stand as text, None for anything else."""
    if type(value) is int and 0 <= value < 2**53:
        return value
    number = amount_of(value)
    return None if number is None or number != int(number) else int(number)


def amount_of(value: Any) -> float | None:
    """Return a number from zero that may stand as text, None for anything else."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and 0 <= number < 2**53 else None


def milliseconds(value: Any) -> float | None:
    """Return a moment as milliseconds since 1970, None for what is no time."""
    moment = read_time(value)
    return None if moment is None else moment.timestamp() * 1000


def words_of(value: Any) -> str | None:
    """Return a text or a number as text; None for anything else, and for empty text."""
    if isinstance(value, str):
        return value if value.strip() else None
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def as_text(value: Any) -> str:
    """Return a text as it is, nothing as an empty text, and anything else as JSON."""
    value = opened(value)
    if isinstance(value, dict) and set(value) == {"output"}:
        value = opened(value["output"])
    return "" if value is None else as_json_text(value)
