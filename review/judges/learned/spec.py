"""The spec of a learned judge, and whether there are enough labels to learn from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from review.basics import setting
from review.basics.errors import InputError
from review.basics.words import counted
from review.judges.protocol.protocol import Subject
from review.models.embeddings import CARRIED, embedder_folder
from review.rubric.rubric import Dimension
from review.settings.judges import JudgeSettings

FEATURES = ("tfidf", "embeddings")
FIELDS: dict[str, Callable[[Subject], str]] = {
    "question": lambda s: s.question,
    "answer": lambda s: s.answer,
    "sql": lambda s: s.sql,
    "context": lambda s: "\n".join(s.context),
    "result": lambda s: s.result,
}
"""The parts of a subject to learn from."""

LONGEST = 20_000
"""Characters that are read of a field; the rest adds little, and memory stays bounded."""

LEAST_LABELS, LEAST_GROUPS = 20, 3
"""One group to train on, one to calibrate on, one to judge."""


@dataclass(frozen=True, kw_only=True)
class LearnedSpec:
    """How a classifier is trained.

    ``weeks`` are the weeks to train on, none for all closed ones, and ``training`` is the id of the training set made
    from them. ``strength`` is how closely the classifier follows its rows. ``thresholds`` are probabilities of the
    positive value by dimension. ``model`` is the folder of a model for embeddings.
    """

    features: str = "tfidf"
    fields: tuple[str, ...] = ("question", "answer", "sql")
    weeks: tuple[str, ...] = ()
    training: str = ""
    folds: int = 5
    seed: int = 0
    strength: float = 0.5
    thresholds: Mapping[str, float] = field(default_factory=dict)
    model: str = ""

    @classmethod
    def from_json(cls, table: Mapping[str, Any]) -> LearnedSpec:
        """Read a spec; a missing setting has its default. Raises InputError that names the setting."""
        setting.known_keys("learned judge", table, DEFAULTS)
        found = {**DEFAULTS, **table}
        at = {name: f"learned judge, {name}" for name in found}
        # The numbers stay as they are written, 1 and not 1.0: the hash of the version depends on that.
        setting.number(at["strength"], found["strength"], least=0.0001, most=10_000)
        thresholds = setting.table(at["thresholds"], found["thresholds"], header="of dimensions and probabilities")
        for name, threshold in thresholds.items():
            setting.number(f"{at['thresholds']}.{name}", threshold, least=0, most=1, unit="a probability")
        return cls(
            features=setting.one_of(at["features"], found["features"], FEATURES),
            fields=setting.some_of(at["fields"], found["fields"], FIELDS),
            weeks=setting.texts(at["weeks"], found["weeks"], of="weeks such as 2026-W47"),
            training=setting.text(at["training"], found["training"]),
            folds=setting.whole_number(at["folds"], found["folds"], least=LEAST_GROUPS, most=20),
            seed=setting.whole_number(at["seed"], found["seed"], least=0, most=2**31 - 1),
            strength=found["strength"],
            thresholds=thresholds,
            model=setting.text(at["model"], found["model"]),
        )

    def to_json(self) -> dict[str, Any]:
        """Write the spec as it is stored and hashed."""
        return {
            "features": self.features,
            "fields": list(self.fields),
            "weeks": list(self.weeks),
            "training": self.training,
            "folds": self.folds,
            "seed": self.seed,
            "strength": self.strength,
            "thresholds": dict(self.thresholds),
            "model": self.model,
        }


DEFAULTS = LearnedSpec().to_json()
"""Every setting, as JSON."""


def text_of(subject: Subject, field: str) -> str:
    """Return one part of a subject as text that can be encoded, cut at ``LONGEST`` characters."""
    return FIELDS[field](subject)[:LONGEST].encode("utf-8", "replace").decode()


def checked(spec: LearnedSpec, dimensions: Sequence[Dimension], settings: JudgeSettings) -> LearnedSpec:
    """Return the spec with its model named. Raises InputError that names the setting or an unsuitable dimension."""
    for d in dimensions:
        if d.scale.kind == "set" or len(d.scale.values) < 2:
            found = "several values at once" if d.scale.kind == "set" else "any number"
            raise InputError(
                f"{d.name}: its labels are {found}; a learned judge gives one of a few values. Leave it out."
            )
    positive = [d.name for d in dimensions if d.positive is not None]
    for name in spec.thresholds:
        if name not in positive:
            known = ", ".join(positive) or "none of its dimensions declares one"
            raise setting.wrong("learned judge, thresholds", name, f"a dimension with a positive value ({known})")
    if spec.features == "embeddings":
        model = spec.model or CARRIED
        embedder_folder(model)
        return replace(spec, model=model)
    if spec.model:
        raise setting.wrong("learned judge, model", spec.model, 'nothing, unless features is "embeddings"')
    return spec


def check_labels(dimension: Dimension, labels: Sequence[str], groups: int) -> None:
    """Raise InputError, with what to do, unless these labels in that many groups are enough to train a classifier."""
    name, values = dimension.name, sorted(set(labels))
    unknown = [v for v in values if v not in dimension.scale.values]
    if unknown:
        raise InputError(
            f"{name}: the training set holds the label {unknown[0]!r}, which the rubric does not have (it has "
            f"{', '.join(dimension.scale.values)}). Make a new version of the judge, which trains on newer labels."
        )
    more = "Settle more items, train on more weeks, or leave the dimension out."
    if not labels:
        raise InputError(f"{name}: the training set holds no label for it. {more}")
    if len(values) < 2:
        found = counted(len(labels), "settled label")
        raise InputError(
            f"{name}: {found}, all {values[0]!r}; a classifier needs examples of at least two values. {more}"
        )
    if len(labels) < LEAST_LABELS or groups < LEAST_GROUPS:
        found = f"{counted(len(labels), 'settled label')} in {counted(groups, 'group')} of conversations"
        raise InputError(
            f"{name}: found {found}, expected at least {LEAST_LABELS} in {LEAST_GROUPS}: one to train on, one to "
            f"calibrate on, one to judge. {more}"
        )
