"""What a learned judge is told, and whether its labels are enough to learn from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from review.basics.errors import InputError
from review.basics.words import counted
from review.judges.protocol.protocol import Spec, Subject
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
"""The parts of a subject that can be learned from."""

LONGEST = 20_000
"""Characters of a field that are read; what follows says little that is new, and memory stays bounded."""

DEFAULTS: Spec = {
    "features": "tfidf",
    "fields": ["question", "answer", "sql"],
    "weeks": [],
    "training": "",
    "folds": 5,
    "seed": 0,
    "strength": 0.5,
    "thresholds": {},
    "model": "",
}
"""Every setting. ``weeks`` are those to train on, none = the closed ones; ``training`` the set made from them;
``strength`` how closely the classifier follows its rows; ``model`` the folder of a model for embeddings."""

LEAST_LABELS, LEAST_GROUPS = 20, 3
"""One group to train on, one to calibrate on, one to judge."""


def text_of(subject: Subject, field: str) -> str:
    """One part of a subject as text that can be encoded, cut at ``LONGEST`` characters."""
    return FIELDS[field](subject)[:LONGEST].encode("utf-8", "replace").decode()


def checked(spec: Spec, dimensions: Sequence[Dimension], settings: JudgeSettings) -> Spec:
    """The whole spec. Raises InputError that names the setting, or a dimension that no classifier can say."""
    unknown = sorted(set(spec) - set(DEFAULTS))
    if unknown:
        raise InputError(f"learned judge: found setting {unknown[0]!r}, expected {', '.join(DEFAULTS)}.")
    whole = {**DEFAULTS, **spec}
    for d in dimensions:
        if d.scale.kind == "set" or len(d.scale.values) < 2:
            found = "several values at once" if d.scale.kind == "set" else "any number"
            raise InputError(
                f"{d.name}: its labels are {found}; a learned judge says one of a few values. Leave it out."
            )
    if whole["features"] not in FEATURES:
        raise _wrong("features", whole["features"], f"one of {', '.join(FEATURES)}")
    _check_texts(whole)
    for name, least, most in (("folds", LEAST_GROUPS, 20), ("seed", 0, 2**31 - 1)):
        if isinstance(whole[name], bool) or not isinstance(whole[name], int) or not least <= whole[name] <= most:
            raise _wrong(name, whole[name], f"a whole number from {least} to {most}")
    if not _is_number(whole["strength"], 1e-4, 1e4):
        raise _wrong("strength", whole["strength"], "a number from 0.0001 to 10000")
    _check_thresholds(whole["thresholds"], dimensions)
    if whole["features"] == "embeddings":
        from review.models.embeddings import CARRIED, embedder_folder

        whole["model"] = whole["model"] or CARRIED
        embedder_folder(whole["model"])
    elif whole["model"]:
        raise _wrong("model", whole["model"], 'nothing, unless features is "embeddings"')
    return whole


def _check_texts(whole: Spec) -> None:
    fields = whole["fields"]
    if not isinstance(fields, list) or not fields or not set(map(str, fields)) <= set(FIELDS):
        raise _wrong("fields", fields, f"a list of {', '.join(FIELDS)}")
    if not isinstance(whole["weeks"], list) or not all(isinstance(w, str) for w in whole["weeks"]):
        raise _wrong("weeks", whole["weeks"], "a list of weeks such as 2026-W47")
    for name in ("training", "model"):
        if not isinstance(whole[name], str):
            raise _wrong(name, whole[name], "a text")


def _check_thresholds(thresholds: Any, dimensions: Sequence[Dimension]) -> None:
    if not isinstance(thresholds, dict):
        raise _wrong("thresholds", thresholds, "a table of dimension and probability")
    positive = [d.name for d in dimensions if d.positive is not None]
    for name, threshold in thresholds.items():
        if name not in positive:
            there = ", ".join(positive) or "none of its dimensions declares one"
            raise _wrong("thresholds", name, f"a dimension with a positive value ({there})")
        if not _is_number(threshold, 0, 1):
            raise _wrong(f"thresholds.{name}", threshold, "a probability from 0 to 1")


def _is_number(found: Any, least: float, most: float) -> bool:
    return isinstance(found, int | float) and not isinstance(found, bool) and least <= found <= most


def _wrong(setting: str, found: Any, expected: str) -> InputError:
    return InputError(f"learned judge, {setting}: found {found!r}, expected {expected}.")


def check_labels(dimension: Dimension, labels: Sequence[str], groups: int) -> None:
    """Raise InputError, with what to do, when these labels in that many groups cannot teach a classifier."""
    name, values = dimension.name, sorted(set(labels))
    strange = [v for v in values if v not in dimension.scale.values]
    if strange:
        raise InputError(
            f"{name}: the training set holds the label {strange[0]!r}, which the rubric does not have (it has "
            f"{', '.join(dimension.scale.values)}). Make a new version of the judge, which is trained on newer labels."
        )
    more = "Settle more items, train on more weeks, or leave the dimension out."
    if not labels:
        raise InputError(f"{name}: the training set holds no label of it. {more}")
    if len(values) < 2:
        said = counted(len(labels), "settled label")
        raise InputError(
            f"{name}: {said}, all {values[0]!r}; a classifier needs examples of at least two values. {more}"
        )
    if len(labels) < LEAST_LABELS or groups < LEAST_GROUPS:
        found = f"{counted(len(labels), 'settled label')} in {counted(groups, 'group')} of conversations"
        raise InputError(
            f"{name}: found {found}, expected at least {LEAST_LABELS} in {LEAST_GROUPS}: one to train on, one to "
            f"calibrate on, one to judge. {more}"
        )
