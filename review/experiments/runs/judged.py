"""The figure of a judge over a run, corrected for the errors that its calibration measured.

Rogan-Gladen with the interval of Lang and Reiczigel, which carries the uncertainty of the share and of both error
rates. The calibration is that of the judge's version against people on conversations of the weeks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Any

import numpy as np
import numpy.typing as npt

from review.basics.errors import InputError, NothingToDo, UnknownError
from review.evidence.evidence import paired_labels
from review.experiments.scorers.judge import judge_in
from review.experiments.values import ScoredCase
from review.statistics.calibration.design import drawn_rows
from review.statistics.intervals import wilson
from review.statistics.quality.rogan_gladen import Calibration, rogan_gladen
from review.statistics.quantity import Quantity
from storage.queries.weeks import weeks_in_use
from storage.store import Store

FEW_WRONG = 15
"""Wrong cases in a calibration below which its correction is too wide to read."""
JUDGE = "judge:"
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class JudgedFigure:
    """The share of answers without the judge's bad value: as the judge says, and corrected.

    ``said`` is the sentence beside the figure.
    """

    raw: Quantity
    corrected: Quantity
    said: str

    def to_json(self) -> dict[str, Any]:
        """Return both quantities and the sentence."""
        return {"raw": self.raw.to_json(), "corrected": self.corrected.to_json(), "said": self.said}


def judged_figures(store: Store, names: Sequence[str], cases: Sequence[ScoredCase]) -> dict[str, JudgedFigure]:
    """Return the corrected figure of each judge among the scorers of a run."""
    return {name: _figure(store, name, cases) for name in names if name.startswith(JUDGE)}


def _figure(store: Store, name: str, cases: Sequence[ScoredCase]) -> JudgedFigure:
    verdicts: dict[str, list[str]] = {}
    for one in cases:
        if name in one.scores and name in one.detail:
            verdicts.setdefault(one.case.id, []).append(str(one.detail[name]["value"]))
    try:
        judge, dimension = judge_in(name.removeprefix(JUDGE), store)
    except InputError as error:
        gone = Quantity.missing(str(error))
        return JudgedFigure(raw=gone, corrected=gone, said="This judge is not in the store any more.")
    bad = dimension.positive
    if bad is None:
        none = Quantity.missing(f"{dimension.name} declares no value that counts as bad")
        return JudgedFigure(raw=none, corrected=none, said=f"{dimension.title or dimension.name} has no bad value.")
    flagged = flagged_cases(verdicts.values(), bad)
    raw = share_without(flagged, len(verdicts))
    counts = calibration_of(store, judge.id, dimension.name, bad)
    return corrected_figure(raw, flagged, len(verdicts), counts)


def flagged_cases(verdicts: Iterable[Sequence[str]], bad: str) -> float:
    """Return how many cases are flagged. Repeats are no further cases: each counts by the share of its verdicts."""
    return sum(fmean(value == bad for value in some) for some in verdicts)


def calibration_of(store: Store, judge: str, dimension: str, bad: str) -> Calibration | None:
    """Return what is known of a judge's errors from conversations that people labelled; None without any.

    Rates are weighted by the draw; the counts are the effective numbers of labels (Kish) of each class.
    """
    weeks = [week.name for week in weeks_in_use(store)]
    try:
        pair = paired_labels(store, weeks, judge).get(dimension) if weeks else None
    except (NothingToDo, UnknownError):
        return None
    if pair is None or bad not in pair.data.values:
        return None
    drawn, code = drawn_rows(pair.data), pair.data.values.index(bad)
    truth, verdict = pair.data.truth[drawn.rows], pair.data.verdict[drawn.rows]
    given = verdict >= 0
    positives, hits = _effective(given & (truth == code), verdict == code, drawn.weight)
    negatives, rejections = _effective(given & (truth != code), verdict != code, drawn.weight)
    return Calibration(positives, hits, negatives, rejections)


def _effective(among: Mask, right: Mask, weight: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Return the effective number of rows among some, and how many of these are right by weight."""
    w = weight[among]
    if not len(w):
        return 0.0, 0.0
    n = float(w.sum() ** 2 / (w**2).sum())
    return n, n * float(weight[among & right].sum() / w.sum())


def corrected_figure(raw: Quantity, flagged: float, verdicts: int, calibration: Calibration | None) -> JudgedFigure:
    """Return the figure of a judge that flagged some of its verdicts. Pure."""
    if calibration is None or not calibration.positives + calibration.negatives:
        reason = "this judge was never compared with people"
        return JudgedFigure(raw=raw, corrected=Quantity.missing(reason), said="Not calibrated: read it as a guess.")
    bad = rogan_gladen(flagged, verdicts, calibration)
    n = round(calibration.positives + calibration.negatives)
    said = f"Corrected by {n:,} conversations that people labelled too (effective number)."
    if calibration.positives < FEW_WRONG:
        said += f" Only {round(calibration.positives)} of them were wrong, so the interval is wide."
    return JudgedFigure(raw=raw, corrected=_complement(bad), said=said)


def share_without(flagged: float, verdicts: int) -> Quantity:
    """Return the share of verdicts that do not flag, with Wilson's interval."""
    if not verdicts:
        return Quantity.missing("the judge gave no verdict", method="wilson")
    good = verdicts - flagged
    return Quantity(value=good / verdicts, ci=wilson(good, verdicts), method="wilson", n=verdicts)


def _complement(bad: Quantity) -> Quantity:
    if bad.value is None:
        return bad
    low, high = bad.ci or (bad.value, bad.value)
    return replace(bad, value=1 - bad.value, ci=(1 - high, 1 - low))
