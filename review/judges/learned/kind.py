"""The learned kind of judge: a classifier trained on what people settled. It works offline and costs nothing.

What it says of a subject that it was trained on, or that shares a conversation with one, comes from a machine that has
not seen it, so that its verdicts may be calibrated on its own training weeks. It is trained anew whenever it runs,
which takes seconds; no model is ever stored. Its value is the most probable one; with a threshold for a dimension it is
the positive value from that probability on, else the most probable of the others. Probabilities hold for the mix of
items in its training set, which is not that of the traffic.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from review.basics.canonical import digest
from review.basics.errors import InputError
from review.judges.learned.spec import DEFAULTS, check_labels, checked, text_of
from review.judges.protocol.groups import together
from review.judges.protocol.protocol import Bench, Kind, Row, Said, Spec, Subject
from review.rubric.rubric import Dimension

if TYPE_CHECKING:
    from review.judges.learned.features import Features
    from review.judges.learned.model import Model

BATCH = {"tfidf": 2000, "embeddings": 64}
SHOWN = 3


def judge(bench: Bench, subjects: Sequence[Subject]) -> Iterator[Said]:
    """What the classifier says of each subject, in batches; training comes first.

    Raises InputError, before anything is said, when the training set is empty or too small for a dimension.
    """
    spec = {**DEFAULTS, **bench.spec}
    if not bench.training:
        raise InputError(
            f"judge '{bench.name}' has an empty training set. Close a week whose items are settled, or name weeks to "
            "train on, and make a new version."
        )
    key = _key(bench, spec)
    learnt = _LATEST.get(key) or _learn(bench, spec)
    if learnt is not None:
        _LATEST.clear()
        _LATEST[key] = learnt
    size = BATCH[spec["features"]]
    for start in range(0, len(subjects), size):
        if learnt is None or bench.stopped():
            return
        yield from _said(learnt, subjects[start : start + size], spec["thresholds"])


class _Dimension(NamedTuple):
    """One dimension as it was learned; ``folds`` tells by item, conversation and group which fold has held it."""

    dimension: Dimension
    model: Model
    folds: Mapping[tuple[str, str], int]


class _Learnt(NamedTuple):
    features: Features
    dimensions: tuple[_Dimension, ...]


_LATEST: dict[str, _Learnt] = {}
"""What was learned last in this process, by everything it depends on: runs over several weeks learn once."""


def _key(bench: Bench, spec: Spec) -> str:
    """The hash of what training reads: settings, scales, and the texts as they may be seen today, with their labels."""
    texts = {r.subject.id: [text_of(r.subject, f) for f in spec["fields"]] for r in bench.training}
    rows = [[r.dimension, r.subject.id, r.subject.conversation_id, r.subject.group, r.label] for r in bench.training]
    scales = [[d.name, d.scale.kind, d.scale.values] for d in bench.dimensions]
    settings = {name: value for name, value in spec.items() if name != "thresholds"}
    return digest([settings, scales, rows, texts])


def _learn(bench: Bench, spec: Spec) -> _Learnt | None:
    """Learn every dimension; None when somebody has paused meanwhile."""
    by_dimension = {d.name: [r for r in bench.training if r.dimension == d.name and r.label] for d in bench.dimensions}
    groups = {name: _groups(rows) for name, rows in by_dimension.items()}
    for d in bench.dimensions:
        check_labels(d, [str(r.label) for r in by_dimension[d.name]], len(set(groups[d.name])))
    # scikit-learn takes a second to come; whoever only lists judges does not wait for it.
    from review.judges.learned.features import embedded, tfidf
    from review.judges.learned.model import train

    texts = list({r.subject.id: r.subject for rows in by_dimension.values() for r in rows}.values())
    features = tfidf(texts, spec["fields"]) if spec["features"] == "tfidf" else embedded(spec["model"], spec["fields"])
    matrix, place = features.of(texts), {s.id: i for i, s in enumerate(texts)}
    found = []
    for d in bench.dimensions:
        rows = by_dimension[d.name]
        model = train(
            matrix[[place[r.subject.id] for r in rows]],
            [str(r.label) for r in rows],
            groups[d.name],
            d.scale.values,
            folds=spec["folds"],
            seed=spec["seed"],
            strength=spec["strength"],
            stopped=bench.stopped,
        )
        if model is None:
            return None
        folds = {key: int(k) for r, k in zip(rows, model.fold, strict=True) for key in _keys(r.subject)}
        found.append(_Dimension(d, model, folds))
    return _Learnt(features, tuple(found))


def _said(learnt: _Learnt, subjects: Sequence[Subject], thresholds: Mapping[str, float]) -> Iterator[Said]:
    """One verdict for each subject and dimension; the time is that of the batch, shared equally."""
    from review.judges.learned.words import telling

    began = time.perf_counter()
    matrix, found = learnt.features.of(subjects), []
    for dimension, model, folds in learnt.dimensions:
        machine = np.array([_fold(s, folds) for s in subjects], dtype=np.intp)
        spread = model.probabilities(matrix, machine)
        chosen = _chosen(spread, dimension, thresholds.get(dimension.name))
        words = telling(model, matrix, machine, chosen, learnt.features.columns, most=SHOWN)
        found.append((dimension, spread, chosen, words))
    each = (time.perf_counter() - began) * 1000 / len(subjects)
    for i, subject in enumerate(subjects):
        for dimension, spread, chosen, words in found:
            yield _one(subject, dimension, spread[i], int(chosen[i]), words[i], each)


def _keys(subject: Subject) -> tuple[tuple[str, str], ...]:
    named = ("item", subject.id), ("conversation", subject.conversation_id), ("group", subject.group)
    return tuple(key for key in named if key[1])


def _groups(rows: Sequence[Row]) -> list[str]:
    """The group of each row under one name: what shares a conversation or a group is not split."""
    return [str(n) for n in together([" ".join(key) for key in _keys(r.subject)] for r in rows)]


def _fold(subject: Subject, folds: Mapping[tuple[str, str], int]) -> int:
    """The machine that has not seen this subject: that of its fold, or the final one."""
    from review.judges.learned.model import FINAL

    return next((folds[key] for key in _keys(subject) if key in folds), FINAL)


def _chosen(spread: Any, dimension: Dimension, threshold: float | None) -> Any:
    """The index of the value that is said, shape (subjects,)."""
    chosen = spread.argmax(axis=1)
    if threshold is None or dimension.positive is None:
        return chosen
    k = dimension.scale.values.index(dimension.positive)
    others = spread.copy()
    others[:, k] = -1.0
    chosen = others.argmax(axis=1)
    chosen[spread[:, k] >= threshold] = k
    return chosen


def _one(subject: Subject, dimension: Dimension, spread: Any, chosen: int, words: Sequence[str], ms: float) -> Said:
    values = dimension.scale.values
    score = None if dimension.positive is None else round(float(spread[values.index(dimension.positive)]), 6)
    likely = sorted(range(len(values)), key=lambda k: -spread[k])[:SHOWN]
    said = ", ".join(f"{values[k]} {spread[k]:.2f}" for k in likely)
    why = f" Telling: {', '.join(words)}." if words else ""
    return Said(
        subject=subject.id,
        dimension=dimension.name,
        value=values[chosen],
        score=score,
        rationale=f"{said}.{why}",
        latency_ms=ms,
        cost=0.0,
    )


KIND = Kind(
    "learned",
    checked,
    judge,
    about="a scikit-learn classifier trained on the labels your team settled; out of fold on the items of its training",
)
