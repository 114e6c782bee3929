"""Krippendorff's alpha straight from its definition, as the reference for ours.

Krippendorff (2011), "Computing Krippendorff's alpha-reliability": coincidences o_kl, their margins n_k, and
alpha = 1 - (n - 1) sum o_kl delta_kl / sum n_k n_l delta_kl. Written from the paper, item by item.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def textbook_alpha(table: Floats, kind: str) -> float:
    """Return alpha of numbers by raters and items, shape (raters, items), NaN where missing."""
    values = np.unique(table[~np.isnan(table)])
    counts = np.stack([(table == v).sum(axis=0) for v in values], axis=1).astype(float)
    counts = counts[counts.sum(axis=1) >= 2]
    coincidences = np.zeros((len(values), len(values)))
    for row in counts:
        coincidences += (np.outer(row, row) - np.diag(row)) / (row.sum() - 1)
    margins = coincidences.sum(axis=1)
    delta = differences(values, margins, kind)
    observed = (coincidences * delta).sum()
    expected = (np.outer(margins, margins) * delta).sum()
    return float(1 - (margins.sum() - 1) * observed / expected)


def differences(values: Floats, margins: Floats, kind: str) -> Floats:
    """Return the squared difference of any two values; the ordinal one counts the ratings between them."""
    found = np.zeros((len(values), len(values)))
    for k, c in enumerate(values):
        for m, d in enumerate(values):
            low, high = min(k, m), max(k, m)
            between = margins[low : high + 1].sum() - (margins[k] + margins[m]) / 2
            total = c + d
            found[k, m] = {
                "nominal": float(k != m),
                "ordinal": between**2 if k != m else 0.0,
                "interval": (c - d) ** 2,
                "ratio": ((c - d) / total) ** 2 if total else 0.0,
            }[kind]
    return found
