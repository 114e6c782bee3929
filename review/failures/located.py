"""The step of a trace in which a failure began, and the steps as a waterfall. Pure.

Products record steps in many shapes; :func:`steps_shown` reads what is common to them. The first of these that fits
decides: a step with an error (the innermost one, where spans around it repeat the error), a step whose output reads
like an error, the step that first names the column or table the error is about, the step that such an error comes from
by its name (a wrong column from "tables and fields"), a tool that returned nothing. Steps of a repair come after the
failure, so they are none of these.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

from review.failures.error_types import OTHER, error_kind, offending_name

READ = 2_000
"""Characters of a text that are looked at."""
_NAMES = ("name", "step", "tool", "node", "action", "title", "kind", "type")
_ERRORS = ("error", "error_message", "exception", "status_message")
_OUTPUTS = ("output", "result", "observation", "content", "text")
_LEAVES = ("tool", "llm", "retriever", "embedding", "reranker", "sql")
_LIKE_ERROR = re.compile(r"\s*(?:\w*error\b|\w*exception\b|traceback|code: \d+|failed\b|fatal)", re.IGNORECASE)
_REPAIR = re.compile(r"repair|retry|fix|correct", re.IGNORECASE)
_COMES_FROM = {
    "column_not_found": r"field|column|table|schema|link",
    "table_not_found": r"table|field|schema|link",
    "wrong_join": r"join|relation",
    "type_mismatch": r"join|relation|calculat",
    "date_format": r"date|time|period|filter|intent",
    "empty_result": r"filter|intent",
    "syntax": r"sql|generat|query|write",
    "timeout": r"execut|run|quer|sql|call|tool",
    "permission": r"execut|run|quer|sql|call|tool",
}
"""By kind of error: the names of steps that such an error comes from."""
_EMPTY = ("", "[]", "{}", "null", "none", "0 rows", '""')


@dataclass(frozen=True, kw_only=True)
class StepShown:
    """One step. ``start`` and ``milliseconds`` place it in time, None where the trace does not say."""

    name: str
    kind: str
    milliseconds: float | None
    start: float | None
    error: str
    input: str
    output: str


class Located(NamedTuple):
    """Where a failure began: the place of the step, None where no step can be named, its name, and why this one."""

    at: int | None
    step: str
    why: str


class Bar(NamedTuple):
    """One bar of a waterfall, in milliseconds from the beginning of the trace."""

    name: str
    start: float
    end: float
    failed: bool
    located: bool


def steps_shown(steps: Sequence[Any]) -> list[StepShown]:
    """Return the steps of a conversation in one shape, in the order of the trace; a plain text is the output."""
    return [_shown(step, number) for number, step in enumerate(steps, start=1)]


def _shown(step: Any, number: int) -> StepShown:
    if not isinstance(step, Mapping):
        return StepShown(
            name=f"step {number}", kind="", milliseconds=None, start=None, error="", input="", output=_text(step)
        )
    name = next((_text(step[key]) for key in _NAMES if step.get(key)), f"step {number}")
    failed = str(step.get("status") or step.get("level") or "").lower() in ("error", "failed", "failure")
    error = next((_text(step[key]) for key in _ERRORS if step.get(key)), "failed" if failed else "")
    return StepShown(
        name=name,
        kind=str(step.get("kind") or step.get("type") or "").lower(),
        milliseconds=_milliseconds(step),
        start=_number(step.get("start_ms", step.get("offset_ms"))),
        error=error,
        input=_text(step.get("input")),
        output=next((_text(step[key]) for key in _OUTPUTS if step.get(key)), ""),
    )


def locate(steps: Sequence[StepShown], *, kind: str | None = None, message: str | None = None) -> Located:
    """Return the step in which a failure began. ``kind`` and ``message`` are those of the conversation's error."""
    if not steps:
        return Located(None, "", "the trace has no steps")
    found = _with_error(steps) or _like_error(steps) or _naming(steps, kind, message) or _by_name(steps, kind)
    found = found or _silent_tool(steps)
    if found is None:
        return Located(None, "", "no step shows an error")
    at, why = found
    return Located(at, steps[at].name, why)


def _before_repair(steps: Sequence[StepShown]) -> list[tuple[int, StepShown]]:
    return [(at, step) for at, step in enumerate(steps) if not _REPAIR.match(step.name) and step.kind != "repair"]


def _with_error(steps: Sequence[StepShown]) -> tuple[int, str] | None:
    failed = [at for at, step in enumerate(steps) if step.error]
    for place, at in enumerate(failed):
        # A span around others begins before them and repeats their error.
        around = steps[at].kind not in _LEAVES and any(
            _repeats(steps[at], steps[later]) for later in failed[place + 1 :]
        )
        if not around:
            return at, "the first step with an error"
    return None


def _repeats(outer: StepShown, inner: StepShown) -> bool:
    """Whether a span that began earlier is around another: it took as long and repeats its error."""
    if outer.milliseconds is None or inner.milliseconds is None:
        longer = bool(outer.kind)  # a plain list of steps has no spans inside others
    else:
        longer = outer.milliseconds >= inner.milliseconds
    return longer and (outer.error in inner.error or inner.error in outer.error or outer.error == "failed")


def _like_error(steps: Sequence[StepShown]) -> tuple[int, str] | None:
    for at, step in _before_repair(steps):
        said = step.output[:READ]
        if _LIKE_ERROR.match(said) or (0 < len(said) < 400 and error_kind(None, said) != OTHER):
            return at, "its output reads like an error"
    return None


def _naming(steps: Sequence[StepShown], kind: str | None, message: str | None) -> tuple[int, str] | None:
    name = offending_name(kind, message)
    if len(name) < 2:
        return None
    whole = re.compile(rf"(?<![\w]){re.escape(name)}(?![\w])", re.IGNORECASE)
    found = (at for at, step in _before_repair(steps) if whole.search(f"{step.output}\n{step.input}"))
    at = next(found, None)
    return None if at is None else (at, f"the first step that names '{name}'")


def _by_name(steps: Sequence[StepShown], kind: str | None) -> tuple[int, str] | None:
    names = _COMES_FROM.get(kind or "")
    if names is None:
        return None
    at = next((at for at, step in _before_repair(steps) if re.search(names, step.name, re.IGNORECASE)), None)
    return None if at is None else (at, "errors of this kind come from this step")


def _silent_tool(steps: Sequence[StepShown]) -> tuple[int, str] | None:
    for at, step in enumerate(steps):
        if step.kind in ("tool", "retriever", "sql") and step.output.strip().lower() in _EMPTY:
            return at, "the tool returned nothing"
    return None


def waterfall(steps: Sequence[StepShown], located: Located) -> list[Bar]:
    """Return the steps as bars; one without a start begins where the one before it ended. Steps without times: none."""
    bars, at = list[Bar](), 0.0
    for place, step in enumerate(steps):
        if step.milliseconds is None and step.start is None:
            continue
        start = at if step.start is None else step.start
        end = start + (step.milliseconds or 0.0)
        bars.append(Bar(step.name, start, end, bool(step.error), place == located.at))
        at = end
    return bars


def _milliseconds(step: Mapping[str, Any]) -> float | None:
    for key in ("milliseconds", "duration_ms", "latency_ms", "ms"):
        if (found := _number(step.get(key))) is not None:
            return found
    seconds = _number(step.get("seconds", step.get("duration_s")))
    return None if seconds is None else seconds * 1_000


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 else None


def _text(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else orjson.dumps(value, default=str).decode()
    return text[:READ]
