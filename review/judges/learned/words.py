"""The words behind a learned judge's verdict: those that add most to its value compared with the other values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp

from review.judges.learned.features import Column, Matrix
from review.judges.learned.model import Model
from review.judges.protocol.groups import IntArray


def telling(
    model: Model, features: Matrix, machine: IntArray, chosen: IntArray, columns: Sequence[Column | None], *, most: int
) -> list[list[str]]:
    """Return up to ``most`` words of each row that speak for its ``chosen`` value; embeddings have none.

    A word counts by its weight in the text times how much more the machine weighs it for this value than, on average,
    for the other values. The strongest word comes first.
    """
    found: list[list[str]] = [[] for _ in range(features.shape[0])]
    if not sp.issparse(features):
        return found
    readable = np.array([c is not None for c in columns])
    for k, value in {(int(k), int(v)) for k, v in zip(machine, chosen, strict=True)}:
        rows = np.flatnonzero((machine == k) & (chosen == value))
        weights = model.machines[k].weights
        others = (weights.sum(axis=0) - weights[value]) / max(1, len(weights) - 1)
        gain = np.where(readable, weights[value] - others, 0.0)
        part = features[rows].tocsr()
        says = part.data * gain[part.indices]
        speaks = np.flatnonzero(says > 0)
        row = np.repeat(np.arange(len(rows)), np.diff(part.indptr))[speaks]
        order = np.lexsort((-says[speaks], row))
        rank = np.arange(len(order)) - np.searchsorted(row, row[order])
        for at in order[rank < most]:
            column = columns[part.indices[speaks[at]]]
            if column is not None:
                found[rows[row[at]]].append(f"“{column.word}” ({column.field})")
    return found
