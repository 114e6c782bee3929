"""The rubric in a prompt: dimensions, values, guidance and examples; and the form of the reply."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from review.judges.llm.material import block
from review.judges.llm.spec import STRUCTURED, Example, LlmSpec
from review.rubric.rubric import Dimension

Dimensions = Sequence[Dimension]


def values_of(dimension: Dimension, reverse: bool) -> tuple[str, ...]:
    """Return the values in declared or in reverse order."""
    return dimension.scale.values[::-1] if reverse else dimension.scale.values


def conditional(dimension: Dimension, asked: Dimensions) -> bool:
    """Whether this dimension applies only for some values of another dimension that the judge also gives."""
    return bool(dimension.shown_when) and set(dimension.shown_when) <= {d.name for d in asked}


def ruled_out(dimension: Dimension, labels: Mapping[str, Any]) -> bool:
    """Whether the labels of other dimensions say that this dimension does not apply."""
    return set(dimension.shown_when) <= labels.keys() and not dimension.shown(labels)


def _condition(dimension: Dimension, asked: Dimensions) -> str:
    if not conditional(dimension, asked):
        return ""
    when = " and ".join(f"{name} is {' or '.join(values)}" for name, values in dimension.shown_when.items())
    return f"Asked only where {when}; otherwise its label is {orjson.dumps(_nothing(dimension)).decode()}."


def _nothing(dimension: Dimension) -> list[str] | None:
    return [] if dimension.scale.kind == "set" else None


def described(spec: LlmSpec, asked: Dimensions, reverse: bool) -> str:
    """Describe each dimension: its guidance, its values, and the guidance of each value."""
    parts = []
    for d in asked:
        title = f" ({d.title})" if d.title and d.title != d.name else ""
        lines = [f"## {d.name}{title}", d.guidance, _condition(d, asked), _values(d, reverse)]
        parts.append("\n".join(line for line in lines if line))
    return "\n\n".join(parts)


def _values(dimension: Dimension, reverse: bool) -> str:
    values = values_of(dimension, reverse)
    if not values:
        return "A number" + (" that is not negative." if dimension.scale.kind == "ratio" else ".")
    lines = [f"- {v}: {dimension.value_guidance[v]}" if dimension.value_guidance.get(v) else f"- {v}" for v in values]
    several = ["Every value that applies, or none:"] if dimension.scale.kind == "set" else []
    return "\n".join([*several, *lines])


def values(spec: LlmSpec, asked: Dimensions, reverse: bool) -> str:
    """List the values with their guidance, under the dimensions' names where there are several."""
    if len(asked) == 1:
        return _values(asked[0], reverse)
    return "\n".join(f"{d.name}:\n{_values(d, reverse)}" for d in asked)


def guidance(spec: LlmSpec, asked: Dimensions, reverse: bool) -> str:
    """Give the guidance of the dimensions, under their names where there are several."""
    if len(asked) == 1:
        return asked[0].guidance
    return "\n".join(f"{d.name}: {d.guidance}" for d in asked if d.guidance)


def names(spec: LlmSpec, asked: Dimensions, reverse: bool) -> str:
    """List the names of the dimensions."""
    return ", ".join(d.name for d in asked)


def examples(spec: LlmSpec, asked: Dimensions, reverse: bool) -> str:
    """Show the labelled examples, each with the correct reply; "" without any.

    Judges lean towards the label of the example that they read last, so the examples are reversed with the values.
    """
    ordered = spec.examples[::-1] if reverse else spec.examples
    shown = [_example(k, e, asked) for k, e in enumerate(ordered, start=1)]
    return "\n\n".join(["Examples that people have judged:", *shown]) + "\n\n" if shown else ""


def _example(number: int, example: Example, asked: Dimensions) -> str:
    given = example["labels"]
    # The judge copies this reply, so a dimension that does not apply gets the label that any reply gives it.
    whole = {**{d.name: _nothing(d) for d in asked if ruled_out(d, given)}, **given}
    labels = {d.name: {"label": whole[d.name]} for d in asked if d.name in whole}
    return "\n".join(
        [
            block(f"example {number}, question", str(example.get("question") or "")),
            block(f"example {number}, answer", str(example.get("answer") or "")),
            f"Labels of example {number}: {orjson.dumps(labels).decode()}",
        ]
    )


def reply_form(spec: LlmSpec, asked: Dimensions, reverse: bool) -> str:
    """Say how to reply: one JSON object with an entry for each dimension, the reason before the label."""
    entries = ",\n".join(f"  {_json(d.name)}: {{{_entry(spec, d, asked, reverse)}}}" for d in asked)
    return (
        "Reply with one JSON object and nothing else. Copy the labels exactly as they are spelt here:\n"
        f"{{\n{entries}\n}}"
    )


def _entry(spec: LlmSpec, dimension: Dimension, asked: Dimensions, reverse: bool) -> str:
    parts = ['"rationale": "why, in one or two sentences"'] if spec.rationale else []
    parts.append(f'"label": {_labels(dimension, asked, reverse)}')
    parts += ['"confidence": how sure you are of the label, from 0 to 1'] if spec.confidence else []
    return ", ".join(parts)


def _labels(dimension: Dimension, asked: Dimensions, reverse: bool) -> str:
    listed = [_json(v) for v in values_of(dimension, reverse)]
    if not listed:
        return "a number"
    if dimension.scale.kind == "set":
        return f"[any of {', '.join(listed)}]"
    return " or ".join([*listed, *(["null"] if conditional(dimension, asked) else [])])


def _json(text: str) -> str:
    return orjson.dumps(text).decode()


RUBRIC: dict[str, Callable[[LlmSpec, Dimensions, bool], str]] = {
    "dimensions": described,
    "dimension": names,
    "values": values,
    "guidance": guidance,
    "examples": examples,
    "format": reply_form,
}
"""The fields of a prompt that show the rubric."""


def schema_of(spec: LlmSpec, asked: Dimensions, reverse: bool) -> dict[str, Any]:
    """Return the JSON schema of a reply.

    Every property is required, and the reason comes first so that it is not invented to fit the label. Only keywords
    that strict endpoints know are used.
    """
    return _object({d.name: _object(_properties(spec, d, asked, reverse)) for d in asked})


def _properties(spec: LlmSpec, dimension: Dimension, asked: Dimensions, reverse: bool) -> dict[str, Any]:
    entry: dict[str, Any] = {"rationale": {"type": "string"}} if spec.rationale else {}
    entry["label"] = _label(dimension, asked, reverse)
    return entry | ({"confidence": {"type": "number"}} if spec.confidence else {})


def _label(dimension: Dimension, asked: Dimensions, reverse: bool) -> dict[str, Any]:
    allowed = list(values_of(dimension, reverse))
    if not allowed:
        return {"type": "number"}
    if dimension.scale.kind == "set":
        return {"type": "array", "items": {"type": "string", "enum": allowed}}
    if conditional(dimension, asked):
        return {"type": ["string", "null"], "enum": [*allowed, None]}
    return {"type": "string", "enum": allowed}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


_ABOUT_FORM = re.compile(
    r"response_?format|json_?schema|json_?object|structured.output|guided|grammar|invalid format", re.IGNORECASE
)


def response_format(form: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Return the part of a request that asks for a form of reply: {} or {"response_format": ...}."""
    if form == "json_schema":
        wanted = {"type": form, "json_schema": {"name": "verdict", "strict": True, "schema": schema}}
        return {"response_format": wanted}
    return {"response_format": {"type": form}} if form == "json_object" else {}


def is_about_form(status: int | None, message: str) -> bool:
    """Whether an endpoint refused a request because of its ``response_format``; some do so with a status of 500."""
    return status is not None and (status in (400, 415, 422) or status >= 500) and bool(_ABOUT_FORM.search(message))


class Ladder:
    """The form of reply to ask for: with "auto" the strictest that the endpoint has not refused in this run."""

    def __init__(self, structured: str) -> None:
        self._forms = STRUCTURED[1:] if structured == "auto" else (structured,)
        self._at = 0
        self._lock = threading.Lock()

    @property
    def form(self) -> str:
        """The form to ask for now."""
        return self._forms[self._at]

    def refused(self, form: str) -> bool:
        """Remember that ``form`` was refused; return whether there is another form to try."""
        with self._lock:
            last = self._at == len(self._forms) - 1
            if self.form == form and not last:
                self._at += 1
                return True
            return self.form != form
