"""The spec of a local judge: which model, what it reads, which of its labels stands for which value of the rubric."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from review.basics.errors import InputError
from review.judges.protocol.protocol import Spec, Subject
from review.models.model_files import Description, describe_model
from review.models.text_models import Text
from review.rubric.rubric import Dimension
from review.settings.judges import JudgeSettings

FIELDS: dict[str, Callable[[Subject], Text]] = {
    "answer": lambda s: s.answer,
    "question": lambda s: s.question,
    "question_and_answer": lambda s: (s.question, s.answer),
    "conversation": lambda s: "\n".join(f"{m.get('role', '')}: {m.get('content') or ''}" for m in s.messages),
}
"""What of a subject the model reads; question and answer are its two segments."""

SETTINGS = ("model", "labels", "field", "max_length", "otherwise", "score_label", "digest", "never")
"""``otherwise`` is for models of independent labels: the value where none of the mapped ones reaches one half.

``digest`` and ``never`` are filled in: the SHA-256 of the model's files, and by dimension the values that no label of
the model stands for.
"""


def checked(spec: Spec, dimensions: Sequence[Dimension], settings: JudgeSettings) -> Spec:
    """The whole spec of a local judge, with the model's digest and the values it can never say.

    Raises InputError for an unknown setting, a model that is not here, a label that the model does not have, a
    dimension or value that the rubric does not have, and a dimension without any mapped label.
    """
    unknown = sorted(set(spec) - set(SETTINGS))
    if unknown:
        raise InputError(f"local judge: found setting {unknown[0]!r}, expected {', '.join(SETTINGS)}.")
    if not isinstance(spec.get("model"), str):
        raise InputError(f"model: found {spec.get('model')!r}, expected a folder or the name of a model in the cache.")
    field = spec.get("field", "answer")
    if field not in FIELDS:
        raise InputError(f"field: found {field!r}, expected one of {', '.join(FIELDS)}.")
    model = describe_model(spec["model"])
    by_name = {d.name: d for d in dimensions}
    labels = _labels(spec.get("labels"), by_name, model)
    otherwise = _otherwise(spec.get("otherwise") or {}, by_name, model)
    never = {
        d.name: [v for v in d.scale.values if v not in {*labels[d.name].values(), otherwise.get(d.name)}]
        for d in dimensions
    }
    score_label = spec.get("score_label") or ""
    if score_label and score_label not in model.labels:
        raise InputError(f"score_label: found {score_label!r}, expected one of the model's: {_few(model.labels)}.")
    return {
        "model": spec["model"],
        "labels": labels,
        "field": field,
        "max_length": _max_length(spec.get("max_length"), model),
        "otherwise": otherwise,
        "score_label": score_label,
        "digest": model.digest,
        "never": {name: values for name, values in never.items() if values},
    }


def never_said(spec: Spec) -> list[str]:
    """A sentence for each dimension of which the model can never say some value. Pure; for the pages."""
    return [
        f"The model can never say {', '.join(map(repr, values))} in {name}: none of its labels stands for it, so its "
        "recall of it is 0."
        for name, values in (spec.get("never") or {}).items()
    ]


def _labels(found: Any, dimensions: Mapping[str, Dimension], model: Description) -> dict[str, dict[str, str]]:
    example = f"a table from the model's labels ({_few(model.labels)}) to values of the rubric"
    if not isinstance(found, Mapping):
        raise InputError(f"labels: found {found!r}, expected for each dimension {example}.")
    strange = sorted(set(map(str, found)) - set(dimensions))
    if strange:
        raise InputError(f"labels: found dimension {strange[0]!r}, expected {', '.join(dimensions)}.")
    mapped: dict[str, dict[str, str]] = {}
    for name, dimension in dimensions.items():
        table = found.get(name)
        if not isinstance(table, Mapping) or not table:
            raise InputError(f"labels.{name}: found {table!r}, expected {example}.")
        wrong = [str(label) for label in table if label not in model.labels]
        if wrong:
            raise InputError(f"labels.{name}: found {wrong[0]!r}, expected labels of the model: {_few(model.labels)}.")
        mapped[name] = {label: _value(f"labels.{name}.{label}", dimension, v) for label, v in table.items()}
    return mapped


def _otherwise(found: Any, dimensions: Mapping[str, Dimension], model: Description) -> dict[str, str]:
    if not isinstance(found, Mapping) or set(found) - set(dimensions):
        raise InputError(f"otherwise: found {found!r}, expected a value for each of {', '.join(dimensions)}.")
    if found and not model.independent:
        raise InputError(
            f"otherwise: found {dict(found)!r}, expected nothing: one of this model's labels always holds."
        )
    return {str(name): _value(f"otherwise.{name}", dimensions[name], value) for name, value in found.items()}


def _value(place: str, dimension: Dimension, raw: object) -> str:
    if dimension.scale.kind == "set":
        raise InputError(f"{place}: '{dimension.name}' takes several values, expected a dimension of one value.")
    try:
        value = dimension.scale.canonical(raw)
    except ValueError as error:
        raise InputError(f"{place}: found {raw!r}, expected {error}.") from None
    if value is None:
        raise InputError(f"{place}: found nothing, expected a value of '{dimension.name}'.")
    return str(value)


def _max_length(found: Any, model: Description) -> int | None:
    """Tokens to read at most; None is what the model can read."""
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int) or found < 8:
        raise InputError(f"max_length: found {found!r}, expected a whole number of tokens, 8 or more.")
    if model.limit is not None and found > model.limit:
        raise InputError(f"max_length: found {found}, expected at most {model.limit}, which is all the model can read.")
    return found


def _few(labels: Sequence[str]) -> str:
    return ", ".join(labels[:12]) + (", ..." if len(labels) > 12 else "")
