"""The calibration of one judge in one dimension: every figure, its warnings, and the report in plain words."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from review.basics.errors import InputError
from review.basics.words import percent, spoken
from review.statistics.calibration.cautions import cautions
from review.statistics.calibration.data import CalibrationData
from review.statistics.calibration.design import Design, kish, plain_design, sampling_design
from review.statistics.calibration.kappa import estimate_agreement
from review.statistics.calibration.scores import ScoreReport, score_report
from review.statistics.calibration.shares import Missing, accuracy, estimate_share, shares
from review.statistics.quantity import Quantity

METRICS = ("precision", "recall", "specificity", "accuracy", "prevalence", "f1", "mcc", "cohen_kappa")
NO_POSITIVE = "no positive value was given; name one to get this figure"
NO_VERDICT = "no verdict"
NO_WEIGHT = "no labelled item was drawn with a probability, and hand-picked items do not represent production"


@dataclass(frozen=True)
class ClassReport:
    """One class against all others: weighted figures, and ``support``, the number of labelled items of that class."""

    precision: Quantity
    recall: Quantity
    f1: Quantity
    support: int

    def to_json(self) -> dict[str, Any]:
        """Return the class's object of ``calibrate --json``."""
        return {
            "precision": self.precision.to_json(),
            "recall": self.recall.to_json(),
            "f1": self.f1.to_json(),
            "support": self.support,
        }


@dataclass(frozen=True, kw_only=True)
class CalibrationReport:
    """A judge against people. ``n`` items are compared; ``no_verdict`` labelled items have no verdict.

    ``weighted`` and ``unweighted`` map the names in METRICS to quantities. ``confusion`` counts items by truth and
    verdict. ``n_effective`` is Kish's effective number of labels under the weights, None without any weighted item.
    """

    n: int
    no_verdict: int
    positive: str | None
    confusion: Mapping[str, Mapping[str, int]]
    classes: Mapping[str, ClassReport]
    weighted: Mapping[str, Quantity]
    unweighted: Mapping[str, Quantity]
    n_effective: float | None
    warnings: tuple[str, ...]
    scores: ScoreReport | None = field(default=None)

    def to_json(self) -> dict[str, Any]:
        """Return the object that ``calibrate --json`` prints; it has ``scores`` only where there are scores."""
        result: dict[str, Any] = {
            "n": self.n,
            "no_verdict": self.no_verdict,
            "positive": self.positive,
            "confusion": {t: dict(row) for t, row in self.confusion.items()},
            "classes": {c: report.to_json() for c, report in self.classes.items()},
            "weighted": {name: q.to_json() for name, q in self.weighted.items()},
            "unweighted": {name: q.to_json() for name, q in self.unweighted.items()},
            "n_effective": self.n_effective,
            "warnings": list(self.warnings),
        }
        if self.scores is not None:
            result["scores"] = self.scores.to_json()
        return result


def calibration_report(
    data: CalibrationData,
    *,
    positive: str | None,
    bootstrap: int = 1000,
    seed: int = 0,
    missing: Missing = "drop",
) -> CalibrationReport:
    """Compare verdicts with truth, both weighted by the sampling design and unweighted.

    ``positive`` is the class of precision, recall, specificity, prevalence and F1; None leaves these undefined.
    Accuracy, MCC and kappa cover all classes. ``missing`` drops labelled items without a verdict, or counts them as
    wrong (to reproduce published figures). Raises InputError when ``positive`` is not among the values.
    """
    if positive is not None and positive not in data.values:
        known = ", ".join(data.values) or "none at all"
        raise InputError(
            f"positive value: found '{positive}', expected one of {known}. Give one of these, or declare it as a value."
        )
    drawn, plain = sampling_design(data), plain_design(data)
    counts = plain.matrix().astype(int)
    weighted = _figures(drawn, data.values, positive, missing=missing, bootstrap=bootstrap, seed=seed)
    if counts.any() and not drawn.mass.any():
        weighted = {name: Quantity.missing(NO_WEIGHT) for name in METRICS}
    unweighted = _figures(plain, data.values, positive, missing=missing, bootstrap=bootstrap, seed=seed)
    compared = drawn.count * ((drawn.verdict < drawn.classes) | (missing == "wrong"))
    scores = None
    if data.score is not None and positive is not None:
        scores = score_report(data, data.values.index(positive), bootstrap=bootstrap, seed=seed)
    return CalibrationReport(
        n=int(counts.sum() if missing == "wrong" else counts[:, :-1].sum()),
        no_verdict=int(counts[:, -1].sum()),
        positive=positive,
        confusion=_confusion(counts, data.values, missing),
        classes={
            value: _class_report(drawn, data.values, c, counts, missing=missing, bootstrap=bootstrap, seed=seed)
            for c, value in enumerate(data.values)
        },
        weighted=weighted,
        unweighted=unweighted,
        n_effective=kish(drawn.weight, compared),
        warnings=tuple(
            cautions(
                data, drawn, counts=counts, positive=positive, weighted=weighted, unweighted=unweighted, missing=missing
            )
        ),
        scores=scores,
    )


def weighted_figures(
    data: CalibrationData,
    names: Collection[str],
    *,
    positive: str | None,
    bootstrap: int = 1000,
    seed: int = 0,
    missing: Missing = "drop",
    interval: bool = True,
) -> tuple[int, dict[str, Quantity]]:
    """Return ``n`` and some of the ``weighted`` figures of :func:`calibration_report`, without computing the others.

    Without ``interval`` precision, recall and the other shares have their values alone.
    """
    drawn, counts = sampling_design(data), plain_design(data).matrix().astype(int)
    n = int(counts.sum() if missing == "wrong" else counts[:, :-1].sum())
    if counts.any() and not drawn.mass.any():
        return n, {name: Quantity.missing(NO_WEIGHT) for name in METRICS if name in names}
    found = _figures(
        drawn, data.values, positive, missing=missing, bootstrap=bootstrap, seed=seed, names=names, interval=interval
    )
    return n, {name: q for name, q in found.items() if name in names}


def _figures(
    design: Design,
    values: tuple[str, ...],
    positive: str | None,
    *,
    missing: Missing,
    bootstrap: int,
    seed: int,
    names: Collection[str] = METRICS,
    interval: bool = True,
) -> dict[str, Quantity]:
    found: dict[str, Quantity] = {}
    if not {"mcc", "cohen_kappa"}.isdisjoint(names):
        found = estimate_agreement(design, missing=missing, bootstrap=bootstrap, seed=seed)
    wanted = {"accuracy": accuracy(len(values), missing)}
    if positive is not None:
        wanted |= shares(values, values.index(positive), missing)
    for name, share in wanted.items():
        if name not in names:
            continue
        salt = "" if name == "accuracy" else str(positive)
        found[name] = estimate_share(design, share, bootstrap=bootstrap, seed=seed, salt=salt, interval=interval)
    return {name: found.get(name) or Quantity.missing(NO_POSITIVE) for name in METRICS}


def _class_report(
    design: Design,
    values: tuple[str, ...],
    c: int,
    counts: np.ndarray,
    *,
    missing: Missing,
    bootstrap: int,
    seed: int,
) -> ClassReport:
    support = int(counts[c].sum() if missing == "wrong" else counts[c, :-1].sum())
    if counts.any() and not design.mass.any():
        return ClassReport(*(Quantity.missing(NO_WEIGHT),) * 3, support)
    each = shares(values, c, missing)
    precision, recall, f1 = (
        estimate_share(design, each[name], bootstrap=bootstrap, seed=seed, salt=values[c])
        for name in ("precision", "recall", "f1")
    )
    return ClassReport(precision, recall, f1, support)


def _confusion(counts: np.ndarray, values: tuple[str, ...], missing: Missing) -> dict[str, dict[str, int]]:
    table = {t: {v: int(counts[i, j]) for j, v in enumerate(values)} for i, t in enumerate(values)}
    if missing == "wrong" and counts[:, -1].any():
        for i, t in enumerate(values):
            table[t][NO_VERDICT] = int(counts[i, -1])
    return table


def plain_words(report: CalibrationReport) -> str:
    """Describe the report in a few sentences for readers without statistics."""
    if not report.n:
        return "No item has both a label from people and a verdict: there is nothing to compare yet."
    lines = [f"{report.n} items have both a label from people and a verdict from the judge."]
    overall = report.weighted["accuracy"]
    if overall.value is not None:
        lines.append(f"The judge agrees with people on {_percent(overall)} of the items.")
    if report.positive is not None:
        recall, precision = report.weighted["recall"], report.weighted["precision"]
        name = report.positive
        lines.append(
            f"It finds {_percent(recall)} of all '{spoken(name)}' items."
            if recall.value is not None
            else f"The share of '{spoken(name)}' items it finds is undefined: {recall.undefined}."
        )
        lines.append(
            f"It is right in {_percent(precision)} of the items it calls '{spoken(name)}'."
            if precision.value is not None
            else f"How often it is right when it says '{spoken(name)}' is undefined: {precision.undefined}."
        )
    kappa = report.weighted["cohen_kappa"]
    if kappa.value is not None:
        lines.append(f"Agreement beyond chance (kappa) is {kappa.value:.2f}.")
    return " ".join([*lines, *report.warnings])


def _percent(quantity: Quantity) -> str:
    text = percent(quantity.value or 0)
    if quantity.ci is not None:
        text += f" (95% interval {percent(quantity.ci[0])} to {percent(quantity.ci[1])})"
    return text
