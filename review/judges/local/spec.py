"""The spec of a local judge: the model, the text it reads, and which of its labels stands for which rubric value."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from review.basics.errors import InputError
from review.basics.labels import canonical_text
from review.judges.protocol.protocol import Subject
from review.models.model_files import Description, describe_model
from review.models.text_models import Text
from review.rubric.rubric import Dimension
from review.settings.judges import JudgeSettings
from storage.records_judges import Judge

FIELDS: dict[str, Callable[[Subject], Text]] = {
    "answer": lambda s: s.answer,
    "question": lambda s: s.question,
    "question_and_answer": lambda s: (s.question, s.answer),
    "conversation": lambda s: "\n".join(f"{m.get('role', '')}: {m.get('content') or ''}" for m in s.messages),
}
"""What the model can read of a subject; question and answer are its two segments."""

SETTINGS = ("model", "labels", "field", "max_length", "otherwise", "score_label", "digest", "never")

Labels = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, kw_only=True)
class LocalSpec:
    """Which model says what.

    ``labels`` maps, by dimension, labels of the model to values of the rubric. ``field`` is one of ``FIELDS``.
    ``max_length`` is in tokens, None for all that the model can read. ``otherwise`` is for models with independent
    labels: by dimension, the value where no mapped label reaches one half. ``score_label`` names the label whose
    probability is the score, "" for the positive value.

    Two settings are filled in: ``digest`` is the SHA-256 of the model's files, and ``never`` lists by dimension the
    values that no label stands for.
    """

    model: str
    labels: Labels
    field: str = "answer"
    max_length: int | None = None
    otherwise: Mapping[str, str] = dataclasses.field(default_factory=dict)
    score_label: str = ""
    digest: str = ""
    never: Mapping[str, Sequence[str]] = dataclasses.field(default_factory=dict)

    @classmethod
    def from_json(cls, table: Mapping[str, Any]) -> LocalSpec:
        """Read a spec; a setting that is missing or null has its default. Raises InputError that names the setting."""
        unknown = sorted(set(table) - set(SETTINGS))
        if unknown:
            raise InputError(f"local judge: found setting {unknown[0]!r}, expected {', '.join(SETTINGS)}.")
        if not isinstance(table.get("model"), str):
            raise InputError(
                f"model: found {table.get('model')!r}, expected a folder or the name of a model in the cache."
            )
        read = table.get("field", "answer")
        if read not in FIELDS:
            raise InputError(f"field: found {read!r}, expected one of {', '.join(FIELDS)}.")
        return cls(
            model=table["model"],
            labels=_labels(table.get("labels")),
            field=read,
            max_length=_max_length(table.get("max_length")),
            otherwise=_texts("otherwise", table.get("otherwise") or {}),
            score_label=str(table.get("score_label") or ""),
            digest=str(table.get("digest") or ""),
            never={str(name): tuple(map(str, values)) for name, values in (table.get("never") or {}).items()},
        )

    def to_json(self) -> dict[str, Any]:
        """Write the spec as it is stored and hashed."""
        return {
            "model": self.model,
            "labels": {name: dict(table) for name, table in self.labels.items()},
            "field": self.field,
            "max_length": self.max_length,
            "otherwise": dict(self.otherwise),
            "score_label": self.score_label,
            "digest": self.digest,
            "never": {name: list(values) for name, values in self.never.items()},
        }

    @property
    def never_said(self) -> list[str]:
        """One sentence for each dimension in which the model can never say some value."""
        return [
            f"The model can never say {', '.join(map(repr, values))} in {name}: none of its labels stands for that, so "
            "its recall there is 0."
            for name, values in self.never.items()
        ]


def never_said(judge: Judge) -> list[str]:
    """Return what a judge can never say, in sentences; none for a judge of another kind."""
    return LocalSpec.from_json(judge.spec).never_said if judge.kind == "local" else []


def _labels(found: Any) -> dict[str, dict[str, str]]:
    if not isinstance(found, Mapping):
        raise InputError(
            f"labels: found {found!r}, expected for each dimension a table from the model's labels to values of the "
            "rubric."
        )
    return {str(name): _texts(f"labels.{name}", table) for name, table in found.items()}


def _texts(place: str, found: Any) -> dict[str, str]:
    if not isinstance(found, Mapping):
        raise InputError(f"{place}: found {found!r}, expected a table of values of the rubric.")
    return {str(name): "" if value is None else canonical_text(value) for name, value in found.items()}


def _max_length(found: Any) -> int | None:
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int) or found < 8:
        raise InputError(f"max_length: found {found!r}, expected a whole number of tokens, 8 or more.")
    return found


def checked(spec: LocalSpec, dimensions: Sequence[Dimension], settings: JudgeSettings) -> LocalSpec:
    """Return the spec with canonical values, the model's digest and the values that the model can never say.

    Raises InputError for a model that is not on this machine, a label that the model does not have, a dimension or
    value that the rubric does not have, and a dimension without any mapped label.
    """
    model, by_name = describe_model(spec.model), {d.name: d for d in dimensions}
    labels = _mapped(spec.labels, by_name, model)
    otherwise = _otherwise(spec.otherwise, by_name, model)
    if spec.score_label and spec.score_label not in model.labels:
        raise InputError(
            f"score_label: found {spec.score_label!r}, expected a label of the model: {_few(model.labels)}."
        )
    if spec.max_length is not None and model.limit is not None and spec.max_length > model.limit:
        raise InputError(
            f"max_length: found {spec.max_length}, expected at most {model.limit}, which is all the model can read."
        )
    never = {
        d.name: [v for v in d.scale.values if v not in {*labels[d.name].values(), otherwise.get(d.name)}]
        for d in dimensions
    }
    return replace(
        spec,
        labels=labels,
        otherwise=otherwise,
        digest=model.digest,
        never={name: tuple(values) for name, values in never.items() if values},
    )


def _mapped(labels: Labels, dimensions: Mapping[str, Dimension], model: Description) -> dict[str, dict[str, str]]:
    unknown = sorted(set(labels) - set(dimensions))
    if unknown:
        raise InputError(f"labels: found dimension {unknown[0]!r}, expected {', '.join(dimensions)}.")
    mapped: dict[str, dict[str, str]] = {}
    for name, dimension in dimensions.items():
        table = labels.get(name)
        if not table:
            raise InputError(
                f"labels.{name}: found {table!r}, expected a table from the model's labels ({_few(model.labels)}) to "
                "values of the rubric."
            )
        wrong = [label for label in table if label not in model.labels]
        if wrong:
            raise InputError(f"labels.{name}: found {wrong[0]!r}, expected labels of the model: {_few(model.labels)}.")
        mapped[name] = {label: _value(f"labels.{name}.{label}", dimension, v) for label, v in table.items()}
    return mapped


def _otherwise(found: Mapping[str, str], dimensions: Mapping[str, Dimension], model: Description) -> dict[str, str]:
    if set(found) - set(dimensions):
        raise InputError(f"otherwise: found {dict(found)!r}, expected a value for each of {', '.join(dimensions)}.")
    if found and not model.independent:
        raise InputError(f"otherwise: found {dict(found)!r}. Remove it: this model always gives one of its labels.")
    return {name: _value(f"otherwise.{name}", dimensions[name], value) for name, value in found.items()}


def _value(place: str, dimension: Dimension, raw: str) -> str:
    if dimension.scale.kind == "set":
        raise InputError(f"{place}: '{dimension.name}' takes several values, expected a dimension with one value.")
    try:
        value = dimension.scale.canonical(raw)
    except ValueError as error:
        raise InputError(f"{place}: found {raw!r}, expected {error}.") from None
    if value is None:
        raise InputError(f"{place} is empty. Give a value of '{dimension.name}'.")
    return str(value)


def _few(labels: Sequence[str]) -> str:
    return ", ".join(labels[:12]) + (", ..." if len(labels) > 12 else "")
