"""The rubric's own words in a prompt: dimensions, values, guidance, examples and the form of the reply."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from review.judges.llm.data import block
from review.judges.protocol.protocol import Spec
from review.rubric.rubric import Dimension

Dimensions = Sequence[Dimension]


def values_of(dimension: Dimension, reverse: bool) -> tuple[str, ...]:
    """The values in declared order, or in the opposite one."""
    return dimension.scale.values[::-1] if reverse else dimension.scale.values


def conditional(dimension: Dimension, asked: Dimensions) -> bool:
    """Whether this dimension is asked only for some values of another one that the judge gives too."""
    return bool(dimension.shown_when) and set(dimension.shown_when) <= {d.name for d in asked}


def ruled_out(dimension: Dimension, labels: Mapping[str, Any]) -> bool:
    """Whether labels that were given to other dimensions say that this one is not asked."""
    return set(dimension.shown_when) <= labels.keys() and not dimension.shown(labels)


def _condition(dimension: Dimension, asked: Dimensions) -> str:
    if not conditional(dimension, asked):
        return ""
    when = " and ".join(f"{name} is {' or '.join(values)}" for name, values in dimension.shown_when.items())
    return f"Asked only where {when}; otherwise its label is {orjson.dumps(_nothing(dimension)).decode()}."


def _nothing(dimension: Dimension) -> list[str] | None:
    return [] if dimension.scale.kind == "set" else None


def described(spec: Spec, asked: Dimensions, reverse: bool) -> str:
    """Each dimension with its guidance and its values, each value with its own guidance."""
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


def values(spec: Spec, asked: Dimensions, reverse: bool) -> str:
    """The values with their guidance; with several dimensions under their names."""
    if len(asked) == 1:
        return _values(asked[0], reverse)
    return "\n".join(f"{d.name}:\n{_values(d, reverse)}" for d in asked)


def guidance(spec: Spec, asked: Dimensions, reverse: bool) -> str:
    """The guidance of the dimensions; with several of them under their names."""
    if len(asked) == 1:
        return asked[0].guidance
    return "\n".join(f"{d.name}: {d.guidance}" for d in asked if d.guidance)


def names(spec: Spec, asked: Dimensions, reverse: bool) -> str:
    """The names of the dimensions."""
    return ", ".join(d.name for d in asked)


def examples(spec: Spec, asked: Dimensions, reverse: bool) -> str:
    """Labelled examples, each with the reply that would have been right; "" when there are none.

    Judges lean to the label of the example that they read last, so these turn round with the values.
    """
    ordered = spec["examples"][::-1] if reverse else spec["examples"]
    shown = [_example(k, e, asked) for k, e in enumerate(ordered, start=1)]
    return "\n\n".join(["Examples that people have judged:", *shown]) + "\n\n" if shown else ""


def _example(number: int, example: Mapping[str, Any], asked: Dimensions) -> str:
    said = example["labels"]
    # A reply to copy: what is not asked of this answer is said to be nothing, as in any other reply.
    whole = {**{d.name: _nothing(d) for d in asked if ruled_out(d, said)}, **said}
    labels = {d.name: {"label": whole[d.name]} for d in asked if d.name in whole}
    return "\n".join(
        [
            block(f"example {number}, question", str(example.get("question") or "")),
            block(f"example {number}, answer", str(example.get("answer") or "")),
            f"Labels of example {number}: {orjson.dumps(labels).decode()}",
        ]
    )


def reply_form(spec: Spec, asked: Dimensions, reverse: bool) -> str:
    """How to reply: one JSON object with an entry for each dimension, the reason before the label."""
    entries = ",\n".join(f"  {_json(d.name)}: {{{_entry(spec, d, asked, reverse)}}}" for d in asked)
    return (
        "Reply with one JSON object and nothing else. Copy the labels exactly as they are spelt here:\n"
        f"{{\n{entries}\n}}"
    )


def _entry(spec: Spec, dimension: Dimension, asked: Dimensions, reverse: bool) -> str:
    parts = ['"rationale": "why, in one or two sentences"'] if spec["rationale"] else []
    parts.append(f'"label": {_labels(dimension, asked, reverse)}')
    parts += ['"confidence": how sure you are of the label, from 0 to 1'] if spec["confidence"] else []
    return ", ".join(parts)


def _labels(dimension: Dimension, asked: Dimensions, reverse: bool) -> str:
    said = [_json(v) for v in values_of(dimension, reverse)]
    if not said:
        return "a number"
    if dimension.scale.kind == "set":
        return f"[any of {', '.join(said)}]"
    return " or ".join([*said, *(["null"] if conditional(dimension, asked) else [])])


def _json(text: str) -> str:
    return orjson.dumps(text).decode()


RUBRIC: dict[str, Callable[[Spec, Dimensions, bool], str]] = {
    "dimensions": described,
    "dimension": names,
    "values": values,
    "guidance": guidance,
    "examples": examples,
    "format": reply_form,
}
"""The fields of a prompt that show the rubric."""
