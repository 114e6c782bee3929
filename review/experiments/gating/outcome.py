"""What the gate says about two runs: the report on their pairs, drift, people's checks, and one decision."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from review.basics.canonical import digest
from review.basics.errors import InputError, NothingToDo
from review.basics.words import counted
from review.experiments.decisions import FAIL, TOTAL
from review.experiments.gating.checks import PEOPLE, Checks, checks_of
from review.experiments.gating.drift import Drift, best_approved
from review.experiments.gating.pairing import Paired, by_case, pair_runs, scores_of
from review.experiments.gating.settings import AS_USUAL, GateSettings
from review.experiments.values import ScoredCase, ScoredRun
from review.statistics.gate.decision import Decision, without_result
from review.statistics.gate.report import GateReport, report_on

NO_RESULT = "the version has no result for it"
SHOWN = 8
ROUNDS = 2
"""Rounds of repeats that share what a pass may err by: after each of them somebody looks again."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The gate's answer about two runs. ``causes`` says of each missing case why, by side (baseline, candidate).

    ``open`` names what keeps the candidate from passing: fail, total, missing, drift, and "slice KIND NAME" for each
    suspect slice, people where their checks contradict a pass. A waiver removes one or several of them.
    """

    baseline: ScoredRun
    candidate: ScoredRun
    report: GateReport
    paired: Paired
    drift: Drift | None
    decision: Decision
    reasons: tuple[str, ...]
    remarks: tuple[str, ...]
    causes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    checks: Checks | None = None

    @property
    def open(self) -> tuple[str, ...]:
        """What keeps the candidate from passing."""
        if self.decision == "pass":
            return ()
        if self.decision == "fail":
            return (FAIL,)
        r = self.report
        found = [slice_key(s.kind, s.name) for s in r.suspects]
        if r.decision == "inconclusive" and not r.strict and r.evidence.upper >= r.margin:
            found.append(TOTAL)
        if without_result(r.missing, r.evidence.n, margin=r.margin) or (r.decision == "inconclusive" and not found):
            found.append("missing")
        if self.drift is not None and self.drift.status == "suspect":
            found.append("drift")
        if self.checks is not None and self.checks.worse:
            found.append(PEOPLE)
        return tuple(found)

    @property
    def id(self) -> str:
        """The hash of the evidence and settings: the same evidence is one decision."""
        r = self.report
        told: list[Any] = [
            self.baseline.version, self.candidate.version, self.candidate.release, self.candidate.release_digest,
            [[c.name, c.baseline, c.candidate, c.repeats] for c in self.paired.cases],
            sorted(self.causes), list(self.paired.left_out), self.drift and self.drift.to_json(),
            [r.margin, r.alpha, r.strict, r.seed],
        ]  # fmt: skip
        if r.pass_alpha != r.alpha:  # a first look keeps the id that it always had
            told.append(r.pass_alpha)
        if self.checks is not None:  # without checks the id stays what it was before there were any
            told.append(self.checks.to_json())
        return f"gate-{digest(told)[:12]}"

    def to_json(self) -> dict[str, Any]:
        """Return the object of ``gate --json``: that of paired results, and what concerns versions."""
        return {
            **self.report.to_json(),
            "decision": self.decision,
            "reasons": list(self.reasons),
            "remarks": list(self.remarks),
            "decision_id": self.id,
            "versions": {"baseline": self.baseline.version, "candidate": self.candidate.version},
            "runs": {"baseline": self.baseline.run, "candidate": self.candidate.run},
            "release": self.candidate.release,
            "release_digest": self.candidate.release_digest,
            "missing_causes": {name: dict(sides) for name, sides in self.causes.items()},
            "left_out": list(self.paired.left_out),
            "only_baseline": list(self.paired.only_baseline),
            "only_candidate": list(self.paired.only_candidate),
            "uneven_repeats": list(self.paired.uneven),
            "drift": self.drift.to_json() if self.drift else None,
            "checks": self.checks.to_json() if self.checks else None,
            "open": list(self.open),
        }


def slice_key(kind: str, name: str) -> str:
    """Return how a slice is named where something is open or waived."""
    return f"slice {kind} {name}"


def gate_runs(
    baseline: ScoredRun,
    candidate: ScoredRun,
    settings: GateSettings = AS_USUAL,
    *,
    approved: Collection[ScoredRun] = (),
    left_out: Collection[str] = (),
    not_compared: Collection[str] = (),
) -> Outcome:
    """Decide whether the candidate can replace the baseline.

    ``approved`` are runs of other approved versions over the same release; the best of them must not be better by more
    than the margin either; ``not_compared`` are approved versions without a run. ``left_out`` are cases that stand in a
    few-shot of one of both versions. Pure. Raises InputError for runs of other cases, NothingToDo without a case that
    both have a result for.
    """
    paired = pair_runs(baseline, candidate, left_out=left_out)
    sides = {"baseline": by_case(baseline), "candidate": by_case(candidate)}
    causes = {case.name: _causes(sides, case.name) for case in paired.missing}
    if not paired.cases:
        raise _nothing(baseline, candidate, paired)
    report = report_on(
        paired.cases,
        margin=settings.margin,
        alpha=settings.alpha,
        strict=settings.strict,
        seed=settings.seed,
        missing=paired.missing,
        pass_alpha=settings.alpha / ROUNDS if _asked_again(candidate) else None,
    )
    drift = best_approved(approved, candidate, settings, left_out=left_out)
    decision, reasons = report.decision, list(report.reasons)
    remarks = [*_about(paired), *filter(None, (baseline.unproven, candidate.unproven)), *report.remarks]
    if drift is not None and drift.status == "fail":
        decision, reasons = "fail", [*(reasons if report.decision == "fail" else []), drift.sentence]
    elif drift is not None and drift.status == "suspect" and decision != "fail":
        decision, reasons = "inconclusive", [*(reasons if report.decision != "pass" else []), drift.sentence]
    elif drift is not None:
        remarks.append(drift.sentence)
    checks = checks_of(baseline, candidate, report)
    if checks is not None:
        decision, reasons, beside = _checked(checks, report, decision, reasons)
        remarks += beside
    if not_compared:
        remarks.append(
            f"{listed(not_compared)}: approved, but without a run over {candidate.release}, so nothing shows whether "
            "the candidate is worse"
        )
    return Outcome(
        baseline=baseline,
        candidate=candidate,
        report=report,
        paired=paired,
        drift=drift,
        decision=decision,
        reasons=tuple(reasons),
        remarks=tuple(remarks),
        causes=causes,
        checks=checks,
    )


def _asked_again(candidate: ScoredRun) -> bool:
    """Return whether the candidate was asked more than once, so that this is no first look at the evidence."""
    return any(one.repeat > 1 and one.combined is not None for one in candidate.cases)


def _checked(
    checks: Checks, report: GateReport, decision: Decision, reasons: list[str]
) -> tuple[Decision, list[str], list[str]]:
    """Return decision, reasons and remarks with what people's checks say: a pass that they contradict is none."""
    against = checks.against(decision, dropped=report.dropped)
    told = [*([against] if against else []), *checks.moved()]
    if decision == "pass" and against:
        return "inconclusive", told, []
    return decision, [*reasons, *told], [] if told else [checks.remark()]


def _about(paired: Paired) -> list[str]:
    """Return what the reader should know about the cases that were compared, or not."""
    found = []
    for names, are in (
        (paired.left_out, "in the few-shot examples of a version and left out"),
        (paired.only_baseline, "only in the baseline's release, or other there, and not compared"),
        (paired.only_candidate, "only in the candidate's release, or other there, and not compared"),
    ):
        if names:
            is_or_are = "is" if len(names) == 1 else "are"
            found.append(f"{counted(len(names), 'case')} {is_or_are} {are}: {listed(names)}")
    if paired.uneven:
        cases = counted(len(paired.uneven), "case")
        found.append(f"{cases} with more results of one version, so means are compared: {listed(paired.uneven)}")
    return found


def listed(names: Collection[str]) -> str:
    """Return the first names, and how many more there are."""
    some = list(names)[:SHOWN]
    rest = len(names) - len(some)
    return ", ".join(some) + (f" and {rest:,} more" if rest else "")


def _causes(sides: Mapping[str, Mapping[str, list[ScoredCase]]], name: str) -> dict[str, str]:
    """Return by side why a case has no combined score; a side that has one is left out."""
    found = {}
    for side, results in sides.items():
        some = results.get(name, [])
        if not some:
            found[side] = NO_RESULT
        elif not scores_of(some):
            found[side] = some[0].cause or "; ".join(sorted(set(some[0].unscored.values()))) or "not scored"
    return found


def _nothing(baseline: ScoredRun, candidate: ScoredRun, paired: Paired) -> Exception:
    if not set(by_case(baseline)) & set(by_case(candidate)):
        return InputError(
            f"{baseline.version} and {candidate.version} have no case in common: their runs are over other releases "
            f"({baseline.release} and {candidate.release}). Run both over the same release."
        )
    return NothingToDo(
        f"no case has a result of both {baseline.version} and {candidate.version}: {len(paired.missing):,} have none, "
        f"{len(paired.left_out):,} are left out. Look at the causes in both runs, and run again."
    )
