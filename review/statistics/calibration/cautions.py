"""Warnings beside a calibration, as sentences."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from review.basics.words import counted, spoken
from review.statistics.calibration.data import CalibrationData
from review.statistics.calibration.design import Design, drawn_rows, single_row_strata
from review.statistics.calibration.shares import Missing
from review.statistics.quantity import Quantity

FEW_POSITIVES = 10
NOTABLE_DIFFERENCE = 0.02


def cautions(
    data: CalibrationData,
    design: Design,
    *,
    counts: np.ndarray,
    positive: str | None,
    weighted: Mapping[str, Quantity],
    unweighted: Mapping[str, Quantity],
    missing: Missing,
) -> list[str]:
    """Return notes on the input and warnings about missing verdicts, unlabelled groups, weighting and thin evidence.

    ``counts``, shape (K, K + 1), is the unweighted confusion matrix with missing verdicts in the last column.
    """
    found = list(data.notes)
    absent = int(counts[:, -1].sum())
    if absent:
        fate = "left out" if missing == "drop" else "counted as wrong, as requested"
        found.append(f"{absent} of {int(counts.sum())} labelled items have no verdict: {fate}.")
    found += _unlabelled_strata(data, design)
    found += _differences(weighted, unweighted)
    if positive is not None:
        found += _few_positives(data, design, data.values.index(positive), positive)
    unused = [v for k, v in enumerate(data.values) if counts[:, k].any() and not counts[k].any()]
    if unused and counts.any():
        found.append(f"The judge says {', '.join(map(repr, unused[:5]))}, a value that no person gave.")
    return found


def _unlabelled_strata(data: CalibrationData, design: Design) -> list[str]:
    found = []
    if data.population is not None:
        labelled = set(np.unique(data.stratum[data.labelled & (data.stratum >= 0)]).tolist())
        unlabelled = [h for h in range(len(data.strata)) if h not in labelled]
        if unlabelled:
            names = ", ".join(f"'{data.strata[h]}' ({data.population[h]:.0f} items)" for h in unlabelled)
            found.append(f"No item is labelled in {names}, so the figures do not cover it.")
    single = single_row_strata(design)
    if single and len(design.sampled) > 1:
        found.append(
            f"{counted(single, 'group')} with only one labelled item: pooled with the group of the most similar weight "
            "for the standard error."
        )
    return found


def _differences(weighted: Mapping[str, Quantity], unweighted: Mapping[str, Quantity]) -> list[str]:
    names = {"precision": "precision", "recall": "recall", "specificity": "specificity", "accuracy": "accuracy",
             "f1": "F1", "prevalence": "prevalence"}  # fmt: skip
    apart = []
    for name, shown in names.items():
        w, u = weighted[name].value, unweighted[name].value
        if w is not None and u is not None and abs(w - u) >= NOTABLE_DIFFERENCE:
            apart.append(f"{shown} {w:.3f} instead of {u:.3f}")
    if not apart:
        return []
    return [
        f"The figures weighted by the sampling rates differ from the plain counts ({', '.join(apart)}). The weighted "
        "figures represent the traffic; the plain counts do not."
    ]


def _few_positives(data: CalibrationData, design: Design, c: int, positive: str) -> list[str]:
    """Warn when recall depends on a few positives of a heavily weighted group, such as failures nobody flagged."""
    if design.census or not len(design.count) or len(np.unique(design.weight)) == 1:
        return []
    drawn = drawn_rows(data)
    # Each week has its own rest ("2026-W47 rest"); together they are the group that nothing flagged.
    rest = [h for h, name in enumerate(data.strata) if name.casefold().split()[-1:] == ["rest"]]
    inside, where = np.isin(data.stratum[drawn.rows], rest), "group 'rest'"
    if not inside.any():
        inside, where = drawn.weight >= drawn.weight.max(), "group with the largest weight"
    positives = int((data.truth[drawn.rows[inside]] == c).sum())
    if positives >= FEW_POSITIVES:
        return []
    few = {0: "No item", 1: "Only 1 item"}.get(positives, f"Only {positives} items")
    labelled = f"{few} labelled '{spoken(positive)}' {'come' if positives > 1 else 'comes'} from the {where}."
    return [
        f"{labelled} Each item of that group stands for about {float(drawn.weight[inside].mean()):.0f} conversations, "
        "so recall depends on it. Label more of that group."
    ]
