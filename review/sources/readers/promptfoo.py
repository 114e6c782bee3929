"""Results of promptfoo: each test is a conversation of a question and an answer, with a verdict of each assertion.

The question is the variable of that name, else the only text among the variables, else the prompt. A test that failed
with an error is an error. The provider is the model.

Facts: a run of promptfoo 0.119.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from review.basics.record import Unreadable
from review.sources.readers.call_log import tokens
from review.sources.readers.fields import Fields, Record, as_json_text, each, message
from review.sources.readers.reader import Reader

FAILED_WITH_ERROR = 2
QUESTIONS = ("question", "query", "input", "prompt", "message", "user_input")


def results_of(record: Record) -> list[Mapping[str, Any]]:
    """Return the results in a whole evaluation, or the one result that the record is; none for other records."""
    return [row for row in _rows(record) if isinstance(row, Mapping)]


def _rows(record: Record) -> list[Any]:
    whole = record.get("results")
    rows = whole.get("results") if "evalId" in record and isinstance(whole, Mapping) else None
    if isinstance(rows, list):
        return rows
    return [record] if {"gradingResult", "promptIdx", "testCase"} <= set(record) else []


def recognise(record: Record) -> bool:
    """Whether there is a whole evaluation, or one of its results."""
    return bool(results_of(record))


def read(record: Record) -> list[Fields | Unreadable]:
    """Read each result."""
    rows = _rows(record)
    if not rows:
        raise Unreadable("results", record.get("results"), "the results of promptfoo")
    return each(rows, _conversation)


def _conversation(row: Any) -> Fields:
    if not isinstance(row, Mapping):
        raise Unreadable("results", row, "a result of promptfoo")
    response, provider = _inner(row, "response"), row.get("provider")
    output = response.get("output")
    usage = _inner(response, "tokenUsage")
    messages = [message("user", _question(row))]
    if output not in (None, ""):
        messages.append(message("assistant", as_json_text(output)))
    failure: Fields = {}
    if row.get("failureReason") == FAILED_WITH_ERROR or (response.get("error") and output is None):
        said = row.get("error") or response.get("error")
        failure = {"status": "error", "error_message": as_json_text(said) if said else None}
    kept = {name: value for name, value in _inner(row, "metadata").items() if not name.startswith("_")}
    return {
        **failure,
        **tokens("tokens_in", usage.get("prompt")),
        **tokens("tokens_out", usage.get("completion")),
        "id": row.get("id"),
        "model": provider.get("id") if isinstance(provider, Mapping) else provider,
        "latency_ms": row.get("latencyMs"),
        "cost": row.get("cost"),
        "messages": messages,
        "metadata": kept,
        "verdicts": {"promptfoo": found} if (found := _verdicts(row)) else {},
    }


def _question(row: Mapping[str, Any]) -> str:
    given = _inner(row, "vars") or _inner(_inner(row, "testCase"), "vars")
    texts = {name: value for name, value in given.items() if isinstance(value, str) and value}
    named = next((texts[name] for name in QUESTIONS if name in texts), None)
    raw = _inner(row, "prompt").get("raw")
    if named is None and len(texts) == 1:
        named = next(iter(texts.values()))
    return named or (raw if isinstance(raw, str) else "")


def _verdicts(row: Mapping[str, Any]) -> Fields:
    """Return the verdict of each assertion by its metric, else its type."""
    listed = _inner(row, "gradingResult").get("componentResults")
    found: Fields = {}
    for one in listed if isinstance(listed, list) else ():
        asked = _inner(one, "assertion") if isinstance(one, Mapping) else {}
        name = asked.get("metric") or asked.get("type")
        if isinstance(name, str) and name and isinstance(one.get("pass"), bool):
            value = "pass" if one["pass"] else "fail"
            found[name] = {"value": value, "score": one.get("score"), "rationale": one.get("reason")}
    return found


def _inner(value: Any, name: str) -> Mapping[str, Any]:
    found = value.get(name) if isinstance(value, Mapping) else None
    return found if isinstance(found, Mapping) else {}


READER = Reader(
    about="results of promptfoo",
    sign="gradingResult, promptIdx and testCase of a result",
    recognise=recognise,
    read=read,
    sample={
        "id": "1",
        "gradingResult": None,
        "promptIdx": 0,
        "testCase": {},
        "vars": {"question": "How many?"},
        "response": {"output": "Seven."},
    },
)
