"""The step of a trace in which a failure began, and the steps as a waterfall. Pure.

The first of these that fits decides: a step with an error (the innermost one, where spans around it repeat the error,
:func:`review.sources.step_errors.failed_steps`), a step whose output reads
like an error, the step that first names the column or table the error is about, the step that such an error comes from
by its name (a wrong column from "tables and fields"), a tool that returned nothing. Steps of a repair come after the
failure, so they are none of these.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from review.failures.error_types import OTHER, error_kind, offending_name
from review.sources.step_errors import READ, StepShown, failed_steps, is_repair

_LIKE_ERROR = re.compile(r"\s*(?:\w*error\b|\w*exception\b|traceback|code: \d+|failed\b|fatal)", re.IGNORECASE)
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
    return [(at, step) for at, step in enumerate(steps) if not is_repair(step)]


def _with_error(steps: Sequence[StepShown]) -> tuple[int, str] | None:
    found = failed_steps(steps)
    return (found[0], "the first step with an error") if found else None


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
