"""The rule of the gate: which evidence fails a candidate, which passes it, and the reasons in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from review.basics.words import counted, p_words
from review.statistics.gate.cases import GateCase, MissingCase
from review.statistics.gate.evidence import Evidence
from review.statistics.gate.slices import SMALL_SLICE, Slice

Decision = Literal["pass", "fail", "inconclusive"]


def decide(
    cases: Sequence[GateCase],
    e: Evidence,
    slices: Sequence[Slice],
    *,
    margin: float,
    alpha: float,
    pass_alpha: float,
    strict: bool,
) -> tuple[Decision, list[str]]:
    """Return the decision and its reasons; ``gate_report`` states the rule."""
    if against := _against(cases, e, slices, margin=margin, alpha=alpha, strict=strict):
        return "fail", against
    suspicions = [_suspicion(s) for s in slices if s.status == "suspect"]
    if strict and not suspicions:
        return "pass", [f"the drop of {_points(e.drop)} is not over the margin (strict rule)"]
    if strict or (suspicions and e.upper < margin):
        return "inconclusive", suspicions
    if e.upper < margin:
        if e.upper < 0:
            better = f"with {_sure(pass_alpha)} confidence the candidate is better by at least {_points(-e.upper)}"
            return "pass", [better]
        limit = f"with {_sure(pass_alpha)} confidence the drop is under {_points(e.upper)}"
        return "pass", [f"{limit}, less than the margin of {_points(margin)}"]
    return "inconclusive", suspicions + _undecided(e, margin=margin, pass_alpha=pass_alpha)


def without_result(missing: Sequence[MissingCase], n: int, *, margin: float) -> list[str]:
    """Return why cases without a result keep a candidate from passing: what they hide may be over the margin.

    A must-pass case without a result always does.
    """
    reasons = []
    needed = [c.name for c in missing if c.must_pass]
    if needed:
        has = "has" if len(needed) == 1 else "have"
        reasons.append(f"{counted(len(needed), 'must-pass case')} {has} no result: {_listed(needed)}; run again")
    share = len(missing) / (n + len(missing))
    if share > margin + 1e-12:
        reasons.append(
            f"{_cases(len(missing), n)} no result, which may hide a drop of {_points(share)}, more than the margin of "
            f"{_points(margin)}; run again: {_listed([c.name for c in missing])}"
        )
    return reasons


def left_out(missing: Sequence[MissingCase], n: int) -> list[str]:
    """Return the remark that cases without a result are left out; nothing without such cases."""
    if not missing:
        return []
    names = _listed([c.name for c in missing])
    return [f"{_cases(len(missing), n)} no result of both versions and {_is(len(missing))} left out: {names}"]


def _cases(missing: int, n: int) -> str:
    return f"{missing:,} of {counted(n + missing, 'case')} {'has' if missing == 1 else 'have'}"


def _is(n: int) -> str:
    return "is" if n == 1 else "are"


def _against(
    cases: Sequence[GateCase], e: Evidence, slices: Sequence[Slice], *, margin: float, alpha: float, strict: bool
) -> list[str]:
    """Return every reason to reject the candidate."""
    reasons = []
    broken = [c.name for c in cases if c.must_pass and c.change == "broke"]
    if broken:
        reasons.append(f"{counted(len(broken), 'must-pass case')} broke: {_listed(broken)}")
    if e.drop > margin + 1e-12 and (strict or e.p <= alpha):
        unproven = e.p > alpha
        how = "the strict rule needs no proof" if unproven else f"{p_words(e.p)} if nothing had changed"
        reasons.append(
            f"the result dropped by {_points(e.drop)}, more than the margin of {_points(margin)}"
            f"{'' if unproven else ', and is proven worse'}: {e.broke} cases broke, {e.fixed} were fixed ({how})"
        )
    for s in slices:
        if s.status == "fail":
            reasons.append(
                f"{s.kind} '{s.name}' is proven worse: it dropped from {s.baseline:.1%} to {s.candidate:.1%} "
                f"on {s.evidence.n} cases ({p_words(s.adjusted_p)} after Holm over the slices)"
            )
    return reasons


def _suspicion(s: Slice) -> str:
    return (
        f"{s.kind} '{s.name}' may have collapsed: it dropped from {s.baseline:.1%} to {s.candidate:.1%} on "
        f"{s.evidence.n} cases ({p_words(s.evidence.p)}, not proven over all slices)"
    )


def _sure(alpha: float) -> str:
    return f"{100 * (1 - alpha):.3g}%"


def _undecided(e: Evidence, *, margin: float, pass_alpha: float) -> list[str]:
    limit = (
        f"a drop of up to {_points(e.upper)} is possible ({_sure(pass_alpha)} confidence), which is not under the "
        f"margin of {_points(margin)}"
    )
    if e.drop > margin + 1e-12:
        return [f"the drop of {_points(e.drop)} is over the margin but not proven ({p_words(e.p)})", limit]
    return [f"the drop of {_points(e.drop)} is not over the margin, but the true drop may be", limit]


def remarks(cases: Sequence[GateCase], slices: Sequence[Slice], decision: Decision) -> list[str]:
    """Return what the reader should know besides the reasons: slices to look at, cases that fail with both versions."""
    found = []
    if decision == "fail":
        found += [_suspicion(s) for s in slices if s.status == "suspect"]
    dropped = [s for s in slices if s.status == "dropped"]
    if dropped:
        shown = [f"{s.kind} '{s.name}' ({_points(s.evidence.drop)} on {s.evidence.n})" for s in dropped]
        found.append(f"these slices dropped by more than the margin, which chance may explain: {_listed(shown)}")
    small = [s for s in slices if s.small]
    if small:
        shown = [f"{s.kind} '{s.name}' ({s.evidence.n})" for s in small]
        found.append(f"a collapse may go unseen in slices of fewer than {SMALL_SLICE} cases: {_listed(shown)}")
    failing = [c.name for c in cases if c.must_pass and c.change == "same" and c.candidate < 0.5]
    if failing:
        found.append(f"must-pass cases that fail with both versions: {_listed(failing)}")
    return found


def _points(x: float) -> str:
    return f"{100 * x:.1f} points"


def _listed(names: Sequence[str], most: int = 8) -> str:
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")
