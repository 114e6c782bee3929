"""Read the answer of a target: one JSON object with the fields of the protocol, each of its type. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import orjson

from review.basics.altered import altered
from review.experiments.targets.target import Attempt
from review.experiments.values import ANSWER_FIELDS, Answer, ToolCall
from review.privacy.keys_and_tokens import without_secrets
from storage.records_base import Json

LONGEST = 10_000_000
"""The most bytes of one answer."""
LONGEST_WHY = 500
MOST = 2**53
"""The largest number of an answer, in any unit: above it sums are not exact, and the store takes no whole number."""


SPENT = ("cost", "tokens_in", "tokens_out")
"""What an answer took, which counts when there is no answer too."""


class Misfit(ValueError):
    """A field has another type than the protocol says."""


def missing(cause: str, why: object = "", *, again: bool = False, pause: float | None = None) -> Attempt:
    """Return a missing answer with its cause.

    ``why`` may be what a program wrote before it died. Keys and tokens are taken out: a file of results is shared.
    """
    return Attempt(cause=cause, why=without_secrets(str(why)[:LONGEST_WHY]), again=again, pause=pause)


def read_line(line: bytes, case: str) -> Attempt:
    """Read one line of JSON about ``case``. A line without an id may be about any case, so it is not taken."""
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        return missing("not_json", line[:200].decode(errors="replace"))
    if not isinstance(found, dict):
        return missing("not_json", f"found {type(found).__name__}, expected an object")
    if "id" not in found:
        return missing("wrong_id", f"found no id among {', '.join(map(str, found)) or 'nothing'}, expected {case!r}")
    if str(found["id"]) != case:
        return missing("wrong_id", f"found {found['id']!r}, expected {case!r}")
    return read_answer(found)


def read_answer(found: Mapping[str, Any]) -> Attempt:
    """Read the fields of an answer; unknown ones are left out."""
    fields: Json = {}
    for name in ANSWER_FIELDS:
        read, value = FIELDS[name], found.get(name)
        if value is None:
            continue
        try:
            fields[name] = read(value)
        except Misfit as error:
            return missing("bad_field", f"{name}: {error}")
    if any(name in fields for name in ("answer", "sql", "reported")):
        return Attempt(fields=fields)
    if "error" in fields:
        said = missing("error", fields["error"])
    else:
        said = missing("no_answer", f"found {', '.join(map(str, found)) or 'nothing'}")
    return replace(said, fields={name: fields[name] for name in SPENT if name in fields})


_NOTHING = Answer(case="")


def answer_of(case: str, repeat: int, fields: Mapping[str, Any]) -> Answer:
    """Return the answer that stored fields hold."""
    given = {**fields, "case": case, "repeat": repeat}
    given.pop("said", None)
    for name in ("steps", "context"):
        if name in given:
            given[name] = tuple(given[name])
    if "tool_calls" in given:
        given["tool_calls"] = tuple(ToolCall(c["name"], c.get("arguments")) for c in given["tool_calls"])
    return altered(_NOTHING, **given)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Misfit(f"found {type(value).__name__}, expected a text")
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise Misfit(f"found {str(value)[:40]!r}, expected a number of at least 0")
    if not value <= MOST:
        raise Misfit(f"found {str(value)[:40]}, expected a number of at most {MOST}")
    return float(value)


def _count(value: Any) -> int:
    number = _number(value)
    if not number.is_integer():
        raise Misfit(f"found {value!r}, expected a whole number")
    return int(number)


def _share(value: Any) -> float:
    number = float(value) if isinstance(value, bool) else _number(value)
    if number > 1:
        raise Misfit(f"found {value!r}, expected a number from 0 to 1")
    return number


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise Misfit(f"found {type(value).__name__}, expected a list")
    return value


def _result(value: Any) -> Json:
    """A result as columns and rows; a list of objects, one a row, is read too."""
    if isinstance(value, list) and all(isinstance(row, dict) for row in value):
        columns = list(dict.fromkeys(name for row in value for name in row))
        return {"columns": columns, "rows": [[row.get(c) for c in columns] for row in value]}
    if not isinstance(value, dict):
        raise Misfit(f"found {type(value).__name__}, expected an object with columns and rows")
    return value


def _steps(value: Any) -> list[Json]:
    return [step if isinstance(step, dict) else {"text": str(step)} for step in _listed(value)]


def _calls(value: Any) -> list[Json]:
    return [_call(call) for call in _listed(value)]


def _call(found: Any) -> Json:
    """A call as {name, arguments}; the form of chat endpoints ({function: {name, arguments: text}}) is read too."""
    call = found if isinstance(found, dict) else {"name": found}
    call = call["function"] if isinstance(call.get("function"), dict) else call
    arguments = call.get("arguments")
    if isinstance(arguments, str):
        try:
            arguments = orjson.loads(arguments)
        except orjson.JSONDecodeError:
            raise Misfit(f"found arguments that are not JSON: {arguments[:40]!r}") from None
    if arguments is not None and not isinstance(arguments, dict):
        raise Misfit(f"found {type(arguments).__name__}, expected an object of arguments")
    return {"name": _text(call.get("name")), "arguments": arguments}


def _passages(value: Any) -> list[str]:
    found = []
    for passage in [value] if isinstance(value, str) else _listed(value):
        text = passage
        if isinstance(passage, dict):
            text = next((passage[k] for k in ("text", "content", "page_content", "id") if k in passage), None)
        found.append(_text(text))
    return found


def _labels(value: Any) -> Json:
    if not isinstance(value, dict):
        raise Misfit(f"found {type(value).__name__}, expected an object of dimension and value")
    return {str(k): [str(x) for x in v] if isinstance(v, list) else str(v) for k, v in value.items() if v is not None}


FIELDS: dict[str, Callable[[Any], Any]] = {
    "answer": _text,
    "sql": _text,
    "result": _result,
    "steps": _steps,
    "tool_calls": _calls,
    "context": _passages,
    "labels": _labels,
    "latency_ms": _number,
    "tokens_in": _count,
    "tokens_out": _count,
    "cost": _number,
    "error": str,
    "reported": _share,
}
"""The fields of an answer, each with the function that reads it."""
