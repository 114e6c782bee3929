"""The human ceiling: how well a person does when measured in the same way as the judge.

Each person is compared with the majority of the others on the items that person rated. The person is left out of the
majority, because including them inflates the figure. The judge is compared with the same majority on the same items.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from review.basics.errors import InputError
from review.basics.labels import Ratings
from review.statistics.calibration.data import CalibrationData, IntArray
from review.statistics.calibration.report import METRICS, weighted_figures
from review.statistics.calibration.shares import Missing
from review.statistics.quantity import Quantity


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonCeiling:
    """One person and the judge against the majority of the others, on the same ``n`` items.

    ``ties`` items were left out because the others tie, ``alone`` items because nobody else rated them. ``person`` and
    ``judge`` map the names of the calibration report's ``weighted`` figures to quantities.
    """

    rater: str
    n: int
    ties: int
    alone: int
    person: Mapping[str, Quantity]
    judge: Mapping[str, Quantity]


def human_ceiling(
    data: CalibrationData,
    ratings: Ratings,
    *,
    positive: str | None,
    bootstrap: int = 0,
    seed: int = 0,
    missing: Missing = "drop",
    figures: Collection[str] = METRICS,
    interval: bool = True,
    judge: bool = True,
) -> tuple[PersonCeiling, ...]:
    """Compare each person of ``ratings`` and the judge of ``data`` with the majority of the other people.

    The items are those of ``data`` that have a verdict. Its design weights apply: N_h/m_h, with m_h the items of that
    person. ``ratings`` contains people only, on the same values as ``data``. ``figures`` names those to compute: each
    takes time for each person, and its ``interval`` most of it. Without ``judge`` only the people are measured. Raises
    InputError for a value that is not among them.
    """
    unknown = [v for v in np.unique(ratings.value) if ratings.scale.values[v] not in data.values]
    if unknown:
        found = ratings.scale.values[unknown[0]]
        raise InputError(
            f"people's labels: found '{found}', expected one of {', '.join(data.values)}. Declare it as a value."
        )
    position = {item: k for k, item in enumerate(data.items)}
    row = np.array([position.get(item, -1) for item in ratings.items], dtype=np.intp)[ratings.item]
    recode = {v: k for k, v in enumerate(data.values)}
    value = np.array([recode.get(v, -1) for v in ratings.scale.values], dtype=np.intp)[ratings.value]
    known = row >= 0
    known[known] &= data.verdict[row[known]] >= 0
    votes = np.zeros((len(data), len(data.values)), dtype=np.int64)
    np.add.at(votes, (row[known], value[known]), 1)

    def measured(truth: IntArray, verdict: IntArray) -> tuple[int, dict[str, Quantity]]:
        return weighted_figures(
            data.with_codes(truth, verdict),
            figures,
            positive=positive,
            bootstrap=bootstrap,
            seed=seed,
            missing=missing,
            interval=interval,
        )

    result = []
    for code, name in enumerate(ratings.raters):
        own = known & (ratings.rater == code)
        others, ties, alone = _majority_of_others(votes, row[own], value[own])
        person = np.full(len(data), -1, dtype=np.intp)
        person[row[own]] = value[own]
        n, by_person = measured(others, person)
        by_judge = measured(others, data.verdict)[1] if judge else {}
        result.append(PersonCeiling(rater=name, n=n, ties=ties, alone=alone, person=by_person, judge=by_judge))
    return tuple(result)


def _majority_of_others(votes: IntArray, row: IntArray, value: IntArray) -> tuple[IntArray, int, int]:
    """Return the others' plurality on each of a person's items (-1 elsewhere), and how often they tie or are absent."""
    others = votes.copy()
    np.add.at(others, (row, value), -1)
    on_item = others[row]
    best = on_item.max(axis=1, initial=0)
    alone = best == 0
    tied = ~alone & ((on_item == best[:, None]).sum(axis=1) > 1)
    truth = np.full(len(votes), -1, dtype=np.intp)
    decided = ~alone & ~tied
    truth[row[decided]] = on_item.argmax(axis=1)[decided]
    return truth, int(tied.sum()), int(alone.sum())
