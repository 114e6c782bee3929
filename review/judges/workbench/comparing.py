"""Several judges, or versions of one judge, on the same items: figures, McNemar with Holm, cost and latency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from review.basics.errors import InputError
from review.basics.labels import ratings_of
from review.current.verdicts import Reference, reference
from review.evidence.evidence import Paired, paired_labels
from review.evidence.prompt_examples import example_conversations
from review.evidence.test_set_access import Half, tunable
from review.judges.workbench.workbench import Economy, economy
from review.statistics.agreement.pairs import RaterPair, pair_list, pair_matrix
from review.statistics.calibration.compare import JudgePair, compare_judges, judge_accuracy
from review.statistics.calibration.data import IntArray
from review.statistics.calibration.report import CalibrationReport, calibration_report
from review.statistics.calibration.shares import Missing
from review.statistics.quantity import Quantity
from storage.records_judges import Judge
from storage.store import Store


@dataclass(frozen=True)
class Side:
    """One judge in a comparison: unweighted ``accuracy`` and weighted ``report``, both on the items that all share."""

    judge: Reference
    report: CalibrationReport
    accuracy: Quantity
    economy: Economy

    def to_json(self) -> dict[str, Any]:
        """Return the judge's line in ``compare-judges`` on the store."""
        return {
            "judge": str(self.judge),
            "accuracy": self.accuracy.to_json(),
            "weighted": {name: self.report.weighted[name].to_json() for name in ("precision", "recall", "f1")},
            "positive": self.report.positive,
            "no_verdict": self.report.no_verdict,
            "cost_per_1000": self.economy.cost_per_1000,
            "latency_p50": self.economy.latency_p50,
            "latency_p95": self.economy.latency_p95,
        }


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Judges compared in one dimension, on the ``items`` that people settled in this ``half``.

    ``examples`` counts items that were left out for all because they stand in the prompt of one judge, which would
    have an advantage. ``pairs`` are McNemar's tests with Holm's correction over all pairs; ``agreement`` holds percent
    agreement and kappa of each pair on the items that both judged, settled or not.
    """

    half: Half
    items: int
    examples: int
    sides: tuple[Side, ...]
    pairs: tuple[JudgePair, ...]
    agreement: tuple[RaterPair, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the object of ``compare-judges`` on the store."""
        return {
            "split": self.half,
            "items": self.items,
            "examples_left_out": self.examples,
            "judges": [side.to_json() for side in self.sides],
            "pairs": [pair.to_json() for pair in self.pairs],
            "agreement": [pair.to_json() for pair in self.agreement],
        }


def compared(
    store: Store,
    weeks: Sequence[str],
    judges: Sequence[str],
    *,
    split: Half | None = None,
    viewer: str | None = None,
    missing: Missing = "drop",
    bootstrap: int = 1000,
) -> dict[str, Comparison]:
    """Compare several judges (``name`` or ``name@version``) with the people on the same items, by dimension.

    Without ``split`` the half is ``dev`` as soon as one judge can be tuned here, so that no figure of the ``test`` half
    appears unasked. A dimension in which fewer than two judges have verdicts is left out. Raises InputError for fewer
    than two judges, NothingToDo when one has no verdict in these weeks.
    """
    refs = list(dict.fromkeys(reference(store, weeks, judge) for judge in judges))
    if len(refs) < 2:
        raise InputError(f"judges: found {', '.join(map(str, refs)) or 'none'}, expected two or more to compare.")
    half = split or ("dev" if any(tunable(store, ref) for ref in refs) else "all")
    made = store.find(Judge, id=[str(ref) for ref in refs])
    prompted = frozenset().union(*(example_conversations(judge) for judge in made))
    pairs = {ref: paired_labels(store, weeks, str(ref), viewer=viewer, split=half, without=prompted) for ref in refs}
    costs = {ref: economy(store, weeks, ref) for ref in refs}
    dimensions = dict.fromkeys(name for by_dimension in pairs.values() for name in by_dimension)
    found = {}
    for name in dimensions:
        spoken = {ref: by_dimension[name] for ref, by_dimension in pairs.items() if name in by_dimension}
        if len(spoken) > 1:
            found[name] = compare(spoken, costs, missing=missing, bootstrap=bootstrap)
    return found


def compare(
    pairs: Mapping[Reference, Paired], costs: Mapping[Reference, Economy], *, missing: Missing, bootstrap: int
) -> Comparison:
    """Compare several judges in one dimension, each paired with the same settled labels. Pure."""
    first = next(iter(pairs.values()))
    truths = {item: str(s.value) for item, s in first.settled.items() if s.value is not None}
    given = {ref: {i: v.value for i, v in p.verdicts.items() if v.value is not None} for ref, p in pairs.items()}
    seen = {v for values in (truths, *given.values()) for v in values.values()}
    values = first.dimension.scale.values or tuple(sorted(seen))
    truth = _codes(truths, truths, values)
    verdicts = {str(ref): _codes(given[ref], truths, values) for ref in pairs}
    labels = [label for ref, p in pairs.items() for label in p.labels_of_judge(str(ref))]
    return Comparison(
        half=first.half,
        items=len(truths),
        examples=first.examples,
        sides=tuple(
            Side(
                ref,
                calibration_report(p.data, positive=p.dimension.positive, bootstrap=bootstrap, missing=missing),
                judge_accuracy(truth, verdicts[str(ref)], missing=missing),
                costs[ref],
            )
            for ref, p in pairs.items()
        ),
        pairs=compare_judges(truth, verdicts, missing=missing),
        agreement=tuple(pair_list(pair_matrix(ratings_of(labels, first.dimension.scale)))),
    )


def _codes(labels: Mapping[str, str], items: Mapping[str, str], values: Sequence[str]) -> IntArray:
    """Return the label of each item as an index into ``values``; -1 for no label or one outside the scale."""
    code = {value: k for k, value in enumerate(values)}
    return np.array([code.get(labels.get(item, ""), -1) for item in items], dtype=np.intp)
