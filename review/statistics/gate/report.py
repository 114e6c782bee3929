"""The decision of the gate, with its reasons and figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from review.basics.errors import InputError
from review.statistics.gate.cases import GateCase, MissingCase, PairedResult, gather
from review.statistics.gate.decision import Decision, decide, left_out, remarks, without_result
from review.statistics.gate.evidence import Evidence, method_of, weigh
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

ASSUMED_FLIPS = 0.05
"""The share of flipping cases for which the error rates of the bare rule are given when no case flipped."""

SURE = 5
"""A fail is sure when a test behind it has a p of at most alpha divided by this."""
REPEATED = 3
"""Results of a must-pass case of which a majority is no chance."""


@dataclass(frozen=True, kw_only=True)
class GateReport:
    """The gate's answer, with the ``reasons`` that decided it and ``remarks`` that did not.

    ``smallest_detectable_drop`` (at 80% power) and ``cases_needed`` are None when no number is enough. ``missing`` are
    the cases without the results of both versions; no figure includes them. A pass has the confidence
    1 - ``pass_alpha``.
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
    pass_alpha: float
    missing: tuple[MissingCase, ...] = ()

    @property
    def flipped(self) -> tuple[GateCase, ...]:
        """The cases whose outcome changed, broken ones first, must-pass ones before others."""
        changed = [c for c in self.cases if c.change != "same"]
        return tuple(sorted(changed, key=lambda c: (c.change != "broke", not c.must_pass, -c.drop, c.name)))

    @property
    def suspects(self) -> tuple[Slice, ...]:
        """The slices that may have collapsed: with one of them, the gate does not pass."""
        return tuple(s for s in self.slices if s.status == "suspect")

    @property
    def dropped(self) -> bool:
        """Whether the result of all cases is proven worse by more than the margin."""
        return self.evidence.drop > self.margin + 1e-12 and self.evidence.p <= self.alpha

    @property
    def doubtful(self) -> bool:
        """Whether a fail rests on evidence that chance alone gives now and then, which repeats would show.

        That is when every test behind it has a p over alpha / 5, and no must-pass case broke in three repeats.
        """
        if self.decision != "fail" or self.strict:
            return False
        tests = [self.evidence.p] if self.dropped else []
        tests += [s.adjusted_p for s in self.slices if s.status == "fail"]
        broken = [c for c in self.cases if c.must_pass and c.change == "broke"]
        return min(tests, default=1.0) > self.alpha / SURE and all(c.repeats < REPEATED for c in broken)

    @property
    def beyond_margin(self) -> bool:
        """Whether even the one-sided lower limit of the drop is over the margin."""
        return self.evidence.lower > self.margin

    @property
    def drop(self) -> Quantity:
        """The drop (baseline minus candidate) with its two-sided interval."""
        e = self.evidence
        return Quantity(
            value=e.drop,
            ci=e.ci,
            se=(max(0.0, e.flips - e.drop**2) / e.n) ** 0.5 or None,
            method=method_of(binary=e.binary),
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
            "drop_lower": e.lower,
            "drop_upper": e.upper,
            "beyond_margin": self.beyond_margin,
            "doubtful": self.doubtful,
            "suspects": [s.to_json() for s in self.suspects],
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
            "missing_cases": [c.name for c in self.missing],
            "margin": self.margin,
            "alpha": self.alpha,
            "pass_alpha": self.pass_alpha,
            "power": POWER,
            "strict": self.strict,
            "seed": self.seed,
        }


def gate_report(
    cases: Iterable[PairedResult],
    *,
    margin: float = 0.02,
    alpha: float = 0.05,
    strict: bool = False,
    seed: int = 0,
    missing: Sequence[MissingCase] = (),
) -> GateReport:
    """Decide whether the candidate can replace the baseline, from both versions' results on the same cases.

    FAIL: a must-pass case broke; or the drop exceeds ``margin`` and is significant (one-sided p <= ``alpha``); or a
    scenario, kind or tag fails by that rule after Holm. PASS: the one-sided upper limit of the drop is under the
    margin, and no scenario, kind or tag is suspect (see ``Slice``). Otherwise INCONCLUSIVE. With ``strict``, every
    drop over the margin fails, proven or not, and any other passes unless a slice is suspect. ``missing`` cases turn a
    PASS into INCONCLUSIVE when they could hide a drop over the margin, or when one of them must pass.
    Raises InputError for impossible settings and results.
    """
    return report_on(gather(cases), margin=margin, alpha=alpha, strict=strict, seed=seed, missing=missing)


def report_on(
    gathered: tuple[GateCase, ...],
    *,
    margin: float = 0.02,
    alpha: float = 0.05,
    strict: bool = False,
    seed: int = 0,
    missing: Sequence[MissingCase] = (),
    pass_alpha: float | None = None,
) -> GateReport:
    """Decide as ``gate_report`` does, on cases whose repeats are combined already.

    ``pass_alpha`` is what a pass may err by, by default ``alpha``; evidence that is looked at several times shares it.
    """
    _check(margin, alpha)
    passes = alpha if pass_alpha is None else pass_alpha
    evidence = weigh(gathered, alpha=alpha, pass_alpha=passes, seed=seed)
    slices = slice_up(gathered, margin=margin, alpha=alpha, seed=seed)
    decision, reasons = decide(gathered, evidence, slices, margin=margin, alpha=alpha, pass_alpha=passes, strict=strict)
    hidden = without_result(missing, len(gathered), margin=margin) if decision == "pass" else []
    if hidden:
        decision, reasons = "inconclusive", hidden
    noted = [] if hidden else left_out(missing, len(gathered))
    flips = evidence.flips or ASSUMED_FLIPS
    price = bare_rule_error if evidence.binary else bare_rule_error_normal
    return GateReport(
        decision=decision,
        reasons=tuple(reasons),
        remarks=(*noted, *remarks(gathered, slices, decision)),
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
        pass_alpha=passes,
        missing=tuple(missing),
    )


def _flipped_json(c: GateCase) -> dict[str, Any]:
    return {
        "case": c.name,
        "change": c.change,
        "baseline": c.baseline,
        "candidate": c.candidate,
        "repeats": c.repeats,
        "scenario": c.scenario,
        "kind": c.kind,
        "tags": list(c.tags),
        "must_pass": c.must_pass,
    }


def _check(margin: float, alpha: float) -> None:
    if not 0 <= margin < 1:
        raise InputError(f"margin: found {margin}, expected a share from 0 to below 1; two points are 0.02.")
    if not 0 < alpha < 0.5:
        raise InputError(f"alpha: found {alpha}, expected a number between 0 and 0.5, such as 0.05.")
