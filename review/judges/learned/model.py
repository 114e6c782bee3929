"""A classifier of texts with calibrated probabilities, trained on the settled labels of one dimension.

A linear support vector machine (Fan et al., LIBLINEAR, 2008; balanced class weights, one against the rest) whose
decision values become probabilities by bias-corrected temperature scaling (Alexandari, Kundaje and Shrikumar 2020),
which for two classes is Platt's sigmoid (1999): p = softmax(a z + b), fitted to decision values on rows that the
machine has not seen.

With K folds there is one machine for each fold, trained without it, and a final one trained on everything. A subject
that shares a group with a training row is judged by the machine that has not seen that group. The probabilities of fold
k must not know its labels either, so they are calibrated on machines that were trained without fold k and without the
fold that they judge: K + K (K - 1) / 2 + 1 machines in all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import logsumexp, softmax
from sklearn.svm import LinearSVC

from review.judges.learned.features import Matrix
from review.judges.protocol.groups import IntArray, folds_of

FloatArray = npt.NDArray[np.float64]
STRENGTH = 0.5
TOLERANCE = 0.1
ABSENT = -5.0
"""The decision value of a class that a machine has never seen; those of seen classes lie around -1 to 1."""

FINAL = -1
"""The machine that was trained on everything."""

BIAS_SPREAD, SLOPE_SPREAD = 3.0, 5.0
"""Standard deviations of the priors: of the bias around the class shares, of the slope around 1."""


@dataclass(frozen=True)
class Machine:
    """One linear classifier and its calibration: ``weights`` (classes, columns), ``intercept`` (classes,), a and b."""

    weights: npt.NDArray[np.float32]
    intercept: FloatArray
    slope: float
    bias: FloatArray

    def decide(self, features: Matrix) -> FloatArray:
        """Return decision values, shape (rows, classes)."""
        return np.asarray(features @ self.weights.T, dtype=float) + self.intercept

    def probabilities(self, features: Matrix) -> FloatArray:
        """Return calibrated probabilities, shape (rows, classes); each row sums to 1."""
        return np.asarray(softmax(self.slope * self.decide(features) + self.bias, axis=1))

    def calibrated(self, decisions: FloatArray, truth: IntArray) -> Machine:
        """Return this machine calibrated on ``decisions`` about rows it was not trained on, with their ``truth``."""
        slope, bias = calibration(decisions, truth)
        return Machine(self.weights, self.intercept, slope, bias)


@dataclass(frozen=True)
class Model:
    """What was learned of one dimension: its ``values`` in order, the machine of each fold, and the final one last.

    ``fold`` is the fold of each training row, shape (rows,).
    """

    values: tuple[str, ...]
    machines: tuple[Machine, ...]
    fold: IntArray

    def probabilities(self, features: Matrix, machine: IntArray) -> FloatArray:
        """Return the probabilities by the machine that each row names, shape (rows, values)."""
        found = np.empty((features.shape[0], len(self.values)))
        for k in np.unique(machine):
            rows = np.flatnonzero(machine == k)
            found[rows] = self.machines[k].probabilities(features[rows])
        return found


def train(
    features: Matrix,
    labels: Sequence[str],
    groups: Sequence[str],
    values: Sequence[str],
    *,
    folds: int = 5,
    seed: int = 0,
    strength: float = STRENGTH,
    stopped: Callable[[], bool] = lambda: False,
) -> Model | None:
    """Learn the ``labels`` (among ``values``) of rows in ``groups`` from ``features``; None when ``stopped``.

    ``strength`` is the C of the machine: the larger, the closer it follows the rows. The same input and seed give the
    same model. The caller makes sure that there are two classes and three groups.
    """
    code = {v: k for k, v in enumerate(values)}
    truth = np.array([code[label] for label in labels], dtype=np.intp)
    fold = folds_of(groups, folds, seed=seed)
    wanted = range(int(fold.max()) + 1)
    rows_in = [np.flatnonzero(fold == k) for k in wanted]
    # What each machine is calibrated on: decisions about rows that it was not trained on.
    decisions = {out: np.zeros((len(truth), len(values))) for out in (*wanted, FINAL)}
    machines: dict[int, Machine] = {}
    for out in [*combinations(wanted, 2), *((k,) for k in wanted), ()]:
        if stopped():
            return None
        rows = np.flatnonzero(~np.isin(fold, out))
        machine = _fitted(features[rows], truth[rows], len(values), seed, strength)
        for k in out:
            other = next((j for j in out if j != k), FINAL)
            decisions[other][rows_in[k]] = machine.decide(features[rows_in[k]])
        if len(out) < 2:
            machines[out[0] if out else FINAL] = machine
    calibrated = [machines[k].calibrated(decisions[k][fold != k], truth[fold != k]) for k in (*wanted, FINAL)]
    return Model(tuple(values), tuple(calibrated), fold)


def _fitted(features: Matrix, truth: IntArray, classes: int, seed: int, strength: float) -> Machine:
    """Return an uncalibrated machine of all ``classes``, of which only some may occur."""
    present = np.unique(truth)
    weights = np.zeros((classes, features.shape[1]), dtype=np.float32)
    intercept = np.full(classes, ABSENT)
    intercept[present] = 0.0
    if len(present) > 1:
        machine: Any = LinearSVC(
            C=strength, class_weight="balanced", dual="auto", tol=TOLERANCE, random_state=seed, max_iter=10_000
        )
        machine.fit(features, truth)
        # With two classes there is one line between them, which favours the second.
        chosen = present if len(present) > 2 else present[1:]
        weights[chosen], intercept[chosen] = machine.coef_, machine.intercept_
    return Machine(weights, intercept, 1.0, np.zeros(classes))


def calibration(decisions: FloatArray, truth: IntArray) -> tuple[float, FloatArray]:
    """Return slope a and bias b under which ``truth``, shape (rows,), is most probable by ``softmax(a z + b)``.

    ``decisions`` z have shape (rows, classes). Decisions without information get the slope 0, which leaves the shares
    of the classes. Weak priors keep both in bounds where a class has hardly any row.
    """
    classes = decisions.shape[1]
    shares = np.log((np.bincount(truth, minlength=classes) + 1) / (len(truth) + classes))
    rows = np.arange(len(truth))

    def loss(parameters: FloatArray) -> tuple[float, FloatArray]:
        slope, bias = parameters[0], parameters[1:]
        logits = slope * decisions + bias
        logs = logits - logsumexp(logits, axis=1, keepdims=True)
        excess = np.exp(logs)
        excess[rows, truth] -= 1
        far, steep = (bias - shares) / BIAS_SPREAD, (slope - 1) / SLOPE_SPREAD
        total = -logs[rows, truth].sum() + (far @ far + steep**2) / 2
        gradient = [(excess * decisions).sum() + steep / SLOPE_SPREAD, *(excess.sum(axis=0) + far / BIAS_SPREAD)]
        return float(total), np.array(gradient)

    start = np.array([1.0, *shares])
    bounds = [(0.0, None), *[(None, None)] * classes]
    best = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return float(best[0]), np.asarray(best[1:])
