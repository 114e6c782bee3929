"""What the steps of a trace say of errors: which of them failed, and whether a later one repaired it. Pure.

Products record steps in many shapes; :func:`steps_shown` reads what is common to them, whatever reader the trace came
through. :func:`told_by_steps` makes of it what the conversation as a whole does not say: the error, and the repair.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

READ = 2_000
"""Characters of a text that are looked at."""
_NAMES = ("name", "step", "tool", "node", "action", "title", "kind", "type")
_ERRORS = ("error", "error_message", "exception")
_TOLD = ("status_message",)
"""What a step says of its end, good or bad: an error only where the step says that it failed."""
_NONE = ("", "none", "null", "false", "ok", "{}", "[]")
_OUTPUTS = ("output", "result", "observation", "content", "text")
_FAILED = ("error", "failed", "failure")
_LEAVES = ("tool", "llm", "retriever", "embedding", "reranker", "sql")
_EXCHANGED = ("llm", "sql", "embedding", "reranker")
"""Kinds of which one step stands in for another: a second model answers where the first one failed. Tools do not."""
_REPAIR = re.compile(r"repair|retry|fix|correct", re.IGNORECASE)
_CLASS = re.compile(r"\s*((?:\w+\.)*[A-Z]\w*(?:\.\w+)?)\s*[:(]")
UNNAMED = "StepError"
"""The type of an error that has none: a failed step that nothing repaired makes the answer one of low confidence."""
_NUMBER = re.compile(r"[\W_]*\d+$")


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


def steps_shown(steps: Sequence[Any]) -> list[StepShown]:
    """Return the steps of a conversation in one shape, in the order of the trace; a plain text is the output."""
    return [_shown(step, number) for number, step in enumerate(steps, start=1)]


def _shown(step: Any, number: int) -> StepShown:
    if not isinstance(step, Mapping):
        return StepShown(
            name=f"step {number}", kind="", milliseconds=None, start=None, error="", input="", output=_text(step)
        )
    name = next((_text(step[key]) for key in _NAMES if step.get(key)), f"step {number}")
    return StepShown(
        name=name,
        kind=str(step.get("kind") or step.get("type") or "").lower(),
        milliseconds=_milliseconds(step),
        start=_number(step.get("start_ms", step.get("offset_ms"))),
        error=_error(step),
        input=_text(step.get("input")),
        output=next((_text(step[key]) for key in _OUTPUTS if step.get(key)), ""),
    )


def is_repair(step: StepShown) -> bool:
    """Return whether a step repairs what failed before it."""
    return step.kind == "repair" or _REPAIR.match(step.name) is not None


def failed_steps(steps: Sequence[StepShown]) -> list[int]:
    """Return the places of the steps with an error, in order; of spans inside others only the innermost."""
    failed = [at for at, step in enumerate(steps) if step.error]
    return [
        at
        for place, at in enumerate(failed)
        # A span around others begins before them and repeats their error.
        if steps[at].kind in _LEAVES or not any(_repeats(steps[at], steps[later]) for later in failed[place + 1 :])
    ]


def _repeats(outer: StepShown, inner: StepShown) -> bool:
    """Whether a span that began earlier is around another: it took as long and repeats its error."""
    if outer.milliseconds is None or inner.milliseconds is None:
        longer = bool(outer.kind)  # a plain list of steps has no spans inside others
    else:
        longer = outer.milliseconds >= inner.milliseconds
    return longer and (outer.error in inner.error or inner.error in outer.error or outer.error == "failed")


def told_by_steps(steps: Sequence[Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a conversation that only its steps tell: ``error_type``, ``error_message``, ``repaired`` and
    ``repair_rounds``. What the conversation ``said`` itself stays; without a failed step there is nothing.

    A step that failed and was followed by one that does the same without an error was repaired; ``repair_rounds`` are
    the attempts that failed. A failed step that nothing followed was not repaired, however well the trace ends.
    """
    if not any(isinstance(step, Mapping) and _error(step) for step in steps):
        return {}
    shown = steps_shown(steps)
    failed = failed_steps(shown)
    told: dict[str, Any] = {}
    message = said.get("error_message") or ""
    first = shown[failed[0]].error
    if not message:
        told["error_message"] = first
    elif said.get("status") == "error" and first not in message and message not in first and first != _FAILED[1]:
        told["error_message"] = f"{message}\n{first}"  # the trace repeats that it failed, the step says of what
    if not said.get("error_type"):
        told["error_type"] = _type(steps[failed[0]], first)
    if said.get("repaired") is None and said.get("status") != "error":
        repaired = all(_succeeded_later(shown, at) for at in failed)
        told["repaired"] = repaired
        if said.get("repair_rounds") is None and repaired:
            told["repair_rounds"] = len(failed)
    return told


def _succeeded_later(steps: Sequence[StepShown], at: int) -> bool:
    """Whether a later step does what the failed one was to do: the same step, a repair, or another model."""
    failed = steps[at]
    name = _bare(failed.name)
    return any(
        not step.error
        and (_bare(step.name) == name or is_repair(step) or (step.kind == failed.kind and failed.kind in _EXCHANGED))
        for step in steps[at + 1 :]
    )


def _bare(name: str) -> str:
    """Return the name of a step without the number of the attempt."""
    return _NUMBER.sub("", name.casefold())


def _type(step: Any, message: str) -> str:
    """Return the type that a step names, else the class of the exception that its error begins with."""
    named = step.get("error_type") if isinstance(step, Mapping) else None
    begins = _CLASS.match(message)
    return named if isinstance(named, str) and named else begins[1] if begins else UNNAMED


def _error(step: Mapping[str, Any]) -> str:
    failed = str(step.get("status") or step.get("level") or "").lower() in _FAILED
    names = (*_ERRORS, *_TOLD) if failed else _ERRORS
    said = next((_text(step[key]) for key in names if step.get(key)), "failed" if failed else "")
    return "" if said.strip().lower() in _NONE else said


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
