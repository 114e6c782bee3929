"""A run in figures: what is missing and why, scores with intervals, combined accuracy, latency, cost. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from review.experiments.runs.accuracy import Accuracy, accuracy_of
from review.experiments.runs.judged import JudgedFigure
from review.experiments.values import ScoredCase, ScoredRun
from review.statistics.quantity import Quantity
from review.statistics.two_layer import LayerCase, two_layers


@dataclass(frozen=True, kw_only=True)
class RunFigures:
    """The figures of a run. ``n`` counts cases, ``missing`` answers by cause, ``not_scored`` cases by reason.

    ``classes`` holds, by dimension and class, precision, recall, F1 and support. ``judges`` are corrected figures.
    ``accuracy`` holds the combined accuracy, corrected where people checked enough of the answers. ``cost`` is in the
    project's currency, None where no answer tells it; ``unpriced`` counts answers without a cost.
    """

    run: str
    version: str
    release: str
    n: int
    missing: Mapping[str, int]
    not_scored: Mapping[str, int]
    scores: Mapping[str, Quantity]
    accuracy: Accuracy
    classes: Mapping[str, Mapping[str, Mapping[str, float]]]
    latency_ms: Mapping[str, float | None]
    cost: float | None
    unpriced: int
    tokens: int
    judges: Mapping[str, JudgedFigure] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the figures with the names of the command line's contract."""
        return {
            "run": self.run,
            "version": self.version,
            "release": self.release,
            "n": self.n,
            "missing": dict(self.missing),
            "not_scored": dict(self.not_scored),
            "scores": {name: quantity.to_json() for name, quantity in self.scores.items()},
            "judges": {name: figure.to_json() for name, figure in self.judges.items()},
            **self.accuracy.to_json(),
            "scenarios": {name: quantity.to_json() for name, quantity in self.accuracy.scenarios.items()},
            "classes": self.classes,
            "latency_ms": dict(self.latency_ms),
            "cost": self.cost,
            "unpriced": self.unpriced,
            "tokens": self.tokens,
        }


def figures_of(run: ScoredRun, *, judges: Mapping[str, JudgedFigure] | None = None) -> RunFigures:
    """Compute the figures of a run."""
    answers = [one.answer for one in run.cases if one.answer is not None]
    costs = [a.cost for a in answers if a.cost is not None]
    return RunFigures(
        run=run.run,
        version=run.version,
        release=run.release,
        n=len({one.case.id for one in run.cases}),
        missing=dict(Counter(one.cause for one in run.cases if one.cause).most_common()),
        not_scored=dict(Counter(one.unscored["combined"] for one in run.cases if "combined" in one.unscored)),
        scores=scores_of(run.cases),
        judges=judges or {},
        accuracy=accuracy_of(run),
        classes=classes_of(run.cases),
        latency_ms=latency_of([a.latency_ms for a in answers]),
        cost=sum(costs) if costs else None,
        unpriced=len(answers) - len(costs),
        tokens=sum((a.tokens_in or 0) + (a.tokens_out or 0) for a in answers),
    )


def scores_of(cases: Sequence[ScoredCase]) -> dict[str, Quantity]:
    """Return the mean of each scorer over the cases that it scored, with its interval."""
    rows: dict[str, list[LayerCase]] = {}
    for one in cases:
        for name, score in one.scores.items():
            rows.setdefault(name, []).append(LayerCase(case=one.case.id, semantic=score, cluster=one.case.cluster))
    return {name: two_layers(some, weights=(0.0, 1.0)).combined for name, some in rows.items()}


def classes_of(cases: Sequence[ScoredCase]) -> dict[str, dict[str, dict[str, float]]]:
    """Return precision, recall, F1 and support of each class that the product chose or should have, by dimension."""
    pairs: dict[str, list[tuple[str, str]]] = {}
    for one in cases:
        for name, said in (one.detail.get("labels") or {}).items():
            pairs.setdefault(name, []).append((said["expected"], said["given"]))
    if not pairs:
        return {}
    # scikit-learn takes most of a second to load, and few runs have classes.
    from sklearn.metrics import precision_recall_fscore_support

    found = {}
    for name, some in pairs.items():
        values = sorted({value for pair in some for value in pair})
        columns = precision_recall_fscore_support(
            [e for e, _ in some], [g for _, g in some], labels=values, zero_division=0.0
        )
        rows = zip(*columns, strict=True)
        found[name] = {
            value: dict(zip(("precision", "recall", "f1", "support"), map(float, row), strict=True))
            for value, row in zip(values, rows, strict=True)
        }
    return found


def latency_of(given: Sequence[float | None]) -> dict[str, float | None]:
    """Return the median and the 95th percentile in milliseconds, None without any."""
    known = [one for one in given if one is not None]
    return {
        "p50": float(np.percentile(known, 50)) if known else None,
        "p95": float(np.percentile(known, 95)) if known else None,
    }
