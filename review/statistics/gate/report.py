"""The decision of the gate, with its reasons and figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from review.basics.errors import InputError
from review.basics.words import counted
from review.statistics.gate.cases import GateCase, PairedResult, gather
from review.statistics.gate.evidence import Evidence, weigh
from review.statistics.gate.power import (
    POWER,
    BareRule,
    bare_rule_error,
    bare_rule_error_normal,
    cases_needed,
    smallest_detectable_drop,
)
from review.statistics.gate.slices import Slice, slice_up
from review.statistics.quantity import Quantity

Decision = Literal["pass", "fail", "inconclusive"]
ASSUMED_FLIPS = 0.05
"""The share of flipping cases for which the error rates of the bare rule are given when no case flipped."""


@dataclass(frozen=True, kw_only=True)
class GateReport:
    """The gate's answer, with the ``reasons`` that decided it and ``remarks`` that did not.

    ``smallest_detectable_drop`` (at 80% power) and ``cases_needed`` are None when no number is enough.
    """

    decision: Decision
    reasons: tuple[str, ...]
    remarks: tuple[str, ...]
    cases: tuple[GateCase, ...]
    evidence: Evidence
    slices: tuple[Slice, ...]
    smallest_detectable_drop: float | None
    cases_needed: int | None
    bare_rule: BareRule
    margin: float
    alpha: float
    strict: bool
    seed: int

    @property
    def flipped(self) -> tuple[GateCase, ...]:
        """The cases whose outcome changed, broken ones first, must-pass ones before others."""
        changed = [c for c in self.cases if c.change != "same"]
        return tuple(sorted(changed, key=lambda c: (c.change != "broke", not c.must_pass, -c.drop, c.name)))

    @property
    def drop(self) -> Quantity:
        """The drop (baseline minus candidate) with its two-sided interval."""
        e = self.evidence
        method = "Tango's score limits" + ("" if e.binary else " on the effective number of cases")
        return Quantity(
            value=e.drop,
            ci=e.ci,
            se=(max(0.0, e.flips - e.drop**2) / e.n) ** 0.5 or None,
            method=method,
            method_se="standard error of the mean paired difference",
            n=e.n,
        )

    def to_json(self) -> dict[str, Any]:
        """Return the object that ``gate --json`` prints."""
        e = self.evidence
        return {
            "decision": self.decision,
            "reasons": list(self.reasons),
            "remarks": list(self.remarks),
            "n": e.n,
            "baseline": sum(c.baseline for c in self.cases) / e.n,
            "candidate": sum(c.candidate for c in self.cases) / e.n,
            "drop": self.drop.to_json(),
            "drop_upper": e.upper,
            "broke": e.broke,
            "fixed": e.fixed,
            "mid_p": e.mid_p,
            "p": e.p,
            "test": e.test,
            "smallest_detectable_drop": self.smallest_detectable_drop,
            "cases_needed": self.cases_needed,
            "bare_rule": dict(self.bare_rule._asdict()),
            "flipped": [_flipped_json(c) for c in self.flipped],
            "slices": [s.to_json() for s in self.slices],
            "margin": self.margin,
            "alpha": self.alpha,
            "power": POWER,
            "strict": self.strict,
            "seed": self.seed,
        }


def gate_report(
    cases: Iterable[PairedResult], *, margin: float = 0.02, alpha: float = 0.05, strict: bool = False, seed: int = 0
) -> GateReport:
    """Decide whether the candidate can replace the baseline, from both versions' results on the same cases.

    FAIL: a must-pass case broke; or the drop exceeds ``margin`` and is significant (one-sided p <= ``alpha``); or a
    scenario or tag fails by that rule after Holm. PASS: the one-sided upper limit of the drop is under the margin.
    Otherwise INCONCLUSIVE. With ``strict``, every drop over the margin fails, proven or not, and any other passes.
    Raises InputError for impossible settings and results.
    """
    _check(margin, alpha)
    gathered = gather(cases)
    evidence = weigh(gathered, alpha=alpha, seed=seed)
    slices = slice_up(gathered, margin=margin, alpha=alpha, seed=seed)
    against = _against(gathered, evidence, slices, margin=margin, alpha=alpha, strict=strict)
    decision: Decision
    if against:
        decision, reasons = "fail", against
    elif strict:
        decision, reasons = "pass", [f"the drop of {_points(evidence.drop)} is not over the margin (strict rule)"]
    elif evidence.upper < margin:
        limit = f"with {1 - alpha:.0%} confidence the drop is under {_points(evidence.upper)}"
        decision, reasons = "pass", [f"{limit}, less than the margin of {_points(margin)}"]
    else:
        decision, reasons = "inconclusive", _undecided(evidence, margin=margin, alpha=alpha)
    flips = evidence.flips or ASSUMED_FLIPS
    price = bare_rule_error if evidence.binary else bare_rule_error_normal
    return GateReport(
        decision=decision,
        reasons=tuple(reasons),
        remarks=tuple(_remarks(gathered, slices)),
        cases=gathered,
        evidence=evidence,
        slices=slices,
        smallest_detectable_drop=smallest_detectable_drop(
            evidence.n, evidence.flips, margin=margin, alpha=alpha, binary=evidence.binary
        ),
        cases_needed=cases_needed(evidence.flips, margin=margin, alpha=alpha),
        bare_rule=price(evidence.n, flips, margin=margin),
        margin=margin,
        alpha=alpha,
        strict=strict,
        seed=seed,
    )


def _against(
    cases: Sequence[GateCase], e: Evidence, slices: Sequence[Slice], *, margin: float, alpha: float, strict: bool
) -> list[str]:
    """Return every reason to reject the candidate."""
    reasons = []
    broken = [c.name for c in cases if c.must_pass and c.change == "broke"]
    if broken:
        reasons.append(f"{counted(len(broken), 'must-pass case')} broke: {_listed(broken)}")
    if e.drop > margin + 1e-12 and (strict or e.p <= alpha):
        how = "the strict rule needs no proof" if strict and e.p > alpha else f"p = {e.p:.3g} if nothing had changed"
        reasons.append(
            f"the result dropped by {_points(e.drop)}, more than the margin of {_points(margin)}: {e.broke} cases "
            f"broke, {e.fixed} were fixed ({how})"
        )
    for s in slices:
        if s.status == "fail":
            reasons.append(
                f"{s.kind} '{s.name}' dropped from {s.baseline:.1%} to {s.candidate:.1%} on {s.evidence.n} cases "
                f"(p = {s.adjusted_p:.3g} after Holm over the slices)"
            )
    return reasons


def _undecided(e: Evidence, *, margin: float, alpha: float) -> list[str]:
    limit = (
        f"a drop of up to {_points(e.upper)} is possible ({1 - alpha:.0%} confidence), which is not under the margin "
        f"of {_points(margin)}"
    )
    if e.drop > margin + 1e-12:
        return [f"the drop of {_points(e.drop)} is over the margin but not proven (p = {e.p:.3g})", limit]
    return [f"the drop of {_points(e.drop)} is not over the margin, but the true drop may be", limit]


def _remarks(cases: Sequence[GateCase], slices: Sequence[Slice]) -> list[str]:
    remarks = []
    suspects = [s for s in slices if s.status == "suspect"]
    if suspects:
        shown = [f"{s.kind} '{s.name}' ({_points(s.evidence.drop)} on {s.evidence.n})" for s in suspects]
        remarks.append(f"suspect slices, dropped by more than the margin but not proven: {_listed(shown)}")
    failing = [c.name for c in cases if c.must_pass and c.change == "same" and c.candidate < 0.5]
    if failing:
        remarks.append(f"must-pass cases that fail with both versions: {_listed(failing)}")
    return remarks


def _flipped_json(c: GateCase) -> dict[str, Any]:
    return {
        "case": c.name,
        "change": c.change,
        "baseline": c.baseline,
        "candidate": c.candidate,
        "repeats": c.repeats,
        "scenario": c.scenario,
        "tags": list(c.tags),
        "must_pass": c.must_pass,
    }


def _points(x: float) -> str:
    return f"{100 * x:.1f} points"


def _listed(names: Sequence[str], most: int = 8) -> str:
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")


def _check(margin: float, alpha: float) -> None:
    if not 0 <= margin < 1:
        raise InputError(f"margin: found {margin}, expected a share from 0 to below 1; two points are 0.02.")
    if not 0 < alpha < 0.5:
        raise InputError(f"alpha: found {alpha}, expected a number between 0 and 0.5, such as 0.05.")
