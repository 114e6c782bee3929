"""Training a classifier for each dimension on settled labels, and its opinions."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from review.judges.learned.features import Features, embedded, tfidf
from review.judges.learned.model import FINAL, Model, train
from review.judges.learned.spec import LearnedSpec, check_labels
from review.judges.learned.words import telling
from review.judges.protocol.groups import together
from review.judges.protocol.protocol import Bench, Opinion, Subject, TrainingRow
from review.rubric.rubric import Dimension

SHOWN = 3
"""How many values and words a rationale names."""


class Learned(NamedTuple):
    """What was learned of one dimension; ``folds`` maps items, conversations and groups to the fold that holds them."""

    dimension: Dimension
    model: Model
    folds: Mapping[tuple[str, str], int]


class Classifier(NamedTuple):
    """The features and what was learned of each dimension."""

    features: Features
    dimensions: tuple[Learned, ...]


def learn(bench: Bench[LearnedSpec]) -> Classifier | None:
    """Train on the rows of a bench; None when the run was paused meanwhile.

    Raises InputError that names the dimension when it has too few labels.
    """
    spec = bench.spec
    by_dimension = {d.name: [r for r in bench.training if r.dimension == d.name and r.label] for d in bench.dimensions}
    groups = {name: _groups(rows) for name, rows in by_dimension.items()}
    for d in bench.dimensions:
        check_labels(d, [str(r.label) for r in by_dimension[d.name]], len(set(groups[d.name])))
    texts = list({r.subject.id: r.subject for rows in by_dimension.values() for r in rows}.values())
    features = tfidf(texts, spec.fields) if spec.features == "tfidf" else embedded(spec.model, spec.fields)
    matrix, place = features.of(texts), {s.id: i for i, s in enumerate(texts)}
    found = []
    for d in bench.dimensions:
        rows = by_dimension[d.name]
        model = train(
            matrix[[place[r.subject.id] for r in rows]],
            [str(r.label) for r in rows],
            groups[d.name],
            d.scale.values,
            folds=spec.folds,
            seed=spec.seed,
            strength=spec.strength,
            stopped=bench.stopped,
        )
        if model is None:
            return None
        folds = {key: int(k) for r, k in zip(rows, model.fold, strict=True) for key in _keys(r.subject)}
        found.append(Learned(d, model, folds))
    return Classifier(features, tuple(found))


def opinions(classifier: Classifier, subjects: Sequence[Subject], thresholds: Mapping[str, float]) -> Iterator[Opinion]:
    """Yield one opinion for each subject and dimension; each takes an equal share of the batch's time."""
    began = time.perf_counter()
    matrix, found = classifier.features.of(subjects), []
    for dimension, model, folds in classifier.dimensions:
        machine = np.array([_fold(s, folds) for s in subjects], dtype=np.intp)
        spread = model.probabilities(matrix, machine)
        chosen = _chosen(spread, dimension, thresholds.get(dimension.name))
        words = telling(model, matrix, machine, chosen, classifier.features.columns, most=SHOWN)
        found.append((dimension, spread, chosen, words))
    each = (time.perf_counter() - began) * 1000 / len(subjects)
    for i, subject in enumerate(subjects):
        for dimension, spread, chosen, words in found:
            yield _opinion(subject, dimension, spread=spread[i], chosen=int(chosen[i]), words=words[i], latency_ms=each)


def _keys(subject: Subject) -> tuple[tuple[str, str], ...]:
    named = ("item", subject.id), ("conversation", subject.conversation_id), ("group", subject.group)
    return tuple(key for key in named if key[1])


def _groups(rows: Sequence[TrainingRow]) -> list[str]:
    """Return the group of each row as one name: rows that share a conversation or a group stay together."""
    return [str(n) for n in together([" ".join(key) for key in _keys(r.subject)] for r in rows)]


def _fold(subject: Subject, folds: Mapping[tuple[str, str], int]) -> int:
    """Return the machine that has not seen this subject: that of its fold, else the final one."""
    return next((folds[key] for key in _keys(subject) if key in folds), FINAL)


def _chosen(spread: Any, dimension: Dimension, threshold: float | None) -> Any:
    """Return the index of the chosen value, shape (subjects,)."""
    chosen = spread.argmax(axis=1)
    if threshold is None or dimension.positive is None:
        return chosen
    k = dimension.scale.values.index(dimension.positive)
    others = spread.copy()
    others[:, k] = -1.0
    chosen = others.argmax(axis=1)
    chosen[spread[:, k] >= threshold] = k
    return chosen


def _opinion(
    subject: Subject, dimension: Dimension, *, spread: Any, chosen: int, words: Sequence[str], latency_ms: float
) -> Opinion:
    values = dimension.scale.values
    score = None if dimension.positive is None else round(float(spread[values.index(dimension.positive)]), 6)
    likely = sorted(range(len(values)), key=lambda k: -spread[k])[:SHOWN]
    shares = ", ".join(f"{values[k]} {spread[k]:.2f}" for k in likely)
    why = f" Telling: {', '.join(words)}." if words else ""
    return Opinion(
        subject=subject.id,
        dimension=dimension.name,
        value=values[chosen],
        score=score,
        rationale=f"{shares}.{why}",
        latency_ms=latency_ms,
        cost=0.0,
    )
