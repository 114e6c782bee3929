"""What people's checks of both runs say about a gate that decides by rules. Pure.

The gate compares the same cases in pairs. People check other cases of each run, at random, so their labels cannot take
the place of single scores: a case that people saw of one version alone would seem to break or to be fixed. They correct
the difference as a whole: the paired drop by rules, moved by what people say of each version (two-phase difference
estimator). Its interval is wider than that of the paired drop, so it decides nothing by itself. Where it contradicts a
pass, though, the gate does not pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from review.basics.words import counted, signed
from review.experiments.runs.accuracy import Accuracy, accuracy_of, percent_with_interval, shift_of
from review.experiments.values import ScoredRun
from review.statistics.gate.decision import Decision
from review.statistics.gate.report import GateReport
from review.statistics.quantity import Quantity
from review.statistics.two_phase import corrected_difference

PEOPLE = "people"
"""What is open when people's checks contradict a pass."""
TOO_FEW = "people checked too few answers of one version, or of both"


@dataclass(frozen=True, kw_only=True)
class Checks:
    """The accuracy of both runs over the cases of a gate, and the drop, as people's checks correct them.

    ``drop`` is positive when the candidate is worse; it is undefined where people checked too few answers of a version.
    """

    versions: tuple[str, str]
    baseline: Accuracy
    candidate: Accuracy
    drop: Quantity
    margin: float

    @property
    def worse(self) -> bool:
        """Whether the corrected drop is over the margin and its interval lies above 0: the gate's rule for a fail."""
        value, ci = self.drop.value, self.drop.ci
        return value is not None and ci is not None and value > self.margin + 1e-12 and ci[0] > 0

    @property
    def fine(self) -> bool:
        """Whether the corrected drop is not over the margin, because the checks moved the accuracy of a version."""
        moved = self.baseline.moved or self.candidate.moved
        return moved and self.drop.value is not None and self.drop.value <= self.margin + 1e-12

    def against(self, decision: Decision, *, dropped: bool) -> str:
        """Return how the checks contradict a decision, "" where they do not.

        ``dropped`` tells that the drop of all cases is what fails: about single slices and cases they say nothing.
        """
        if decision != "fail" and self.worse:
            return (
                f"people's checks {'contradict a pass' if decision == 'pass' else 'speak against the candidate'}: "
                f"{self._drop}, over the margin of {100 * self.margin:.1f} points; the rules are kinder to the "
                "candidate than people are"
            )
        if decision == "fail" and dropped and self.fine:
            return (
                f"people's checks contradict the fail: {self._drop}, not over the margin of {100 * self.margin:.1f} "
                "points; read the broken cases before somebody waives it"
            )
        return ""

    def moved(self) -> list[str]:
        """Return for each version whether the checks move its accuracy out of the interval that it has by rules."""
        return [
            f"people checked {counted(one.checked, 'answer')} of {version} at random, which moves its accuracy from "
            f"{percent_with_interval(one.by_rules)} by rules to {percent_with_interval(one.combined)}: the rules and "
            "people do not agree about it"
            for version, one in zip(self.versions, (self.baseline, self.candidate), strict=True)
            if one.moved
        ]

    def remark(self) -> str:
        """Return what the checks say where they neither move nor contradict anything."""
        seen = " and ".join(
            f"{counted(one.checked, 'answer')} of {version}"
            for version, one in zip(self.versions, (self.baseline, self.candidate), strict=True)
            if one.checked
        )
        if self.drop.value is None:
            return f"people checked {seen}, too few to correct the drop: it is by rules alone"
        return f"people checked {seen}: {self._drop}. The gate decides by the paired scores of the rules"

    @property
    def _drop(self) -> str:
        if self.drop.value is None or self.drop.ci is None:
            return "no corrected drop"
        low, high = (signed(100 * end) for end in self.drop.ci)
        return f"corrected by them, the drop is {signed(100 * self.drop.value)} points ({low} to {high})"

    def to_json(self) -> dict[str, Any]:
        """Return the object of ``gate --json``."""
        return {
            "baseline": self.baseline.to_json(),
            "candidate": self.candidate.to_json(),
            "drop": self.drop.to_json(),
        }


def checks_of(baseline: ScoredRun, candidate: ScoredRun, report: GateReport) -> Checks | None:
    """Return what people's checks say of the compared cases; None where nobody checked an answer of them."""
    if not baseline.people and not candidate.people:
        return None
    names = {case.name for case in report.cases}
    before, after = (accuracy_of(run, among=names) for run in (baseline, candidate))
    if not before.checked and not after.checked:
        return None
    return Checks(
        versions=(baseline.version, candidate.version),
        baseline=before,
        candidate=after,
        drop=corrected_drop(baseline, candidate, report.drop, names),
        margin=report.margin,
    )


def corrected_drop(first: ScoredRun, second: ScoredRun, by_rules: Quantity, names: set[str]) -> Quantity:
    """Return a paired difference by rules (first less second) over some cases, corrected by people's checks of both."""
    before, after = shift_of(first, among=names), shift_of(second, among=names)
    if before is None or after is None or by_rules.value is None or by_rules.ci is None:
        return Quantity.missing(TOO_FEW, n=by_rules.n)
    return corrected_difference(by_rules, before, after)
