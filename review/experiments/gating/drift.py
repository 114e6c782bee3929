"""The candidate against the best approved version, so that small drops of several versions cannot add up. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

from review.basics.words import p_words
from review.experiments.gating.pairing import pair_runs
from review.experiments.gating.settings import GateSettings
from review.experiments.values import ScoredRun
from review.statistics.gate.evidence import Evidence, weigh


@dataclass(frozen=True, kw_only=True)
class Drift:
    """The candidate against the best approved version on the cases that both answered.

    ``status`` is fail when the drop is over the margin and proven, suspect when it is over the margin and not proven,
    ok otherwise. So small drops of several versions cannot add up unseen.
    """

    version: str
    evidence: Evidence
    status: Literal["fail", "suspect", "ok"]

    @property
    def sentence(self) -> str:
        """The comparison in words."""
        e = self.evidence
        other = f"{self.version}, the best of the other approved versions"
        size = f"{100 * e.drop:.1f} points below {other}, on {e.n:,} cases"
        if self.status == "fail":
            return f"the candidate is {size}, which is proven ({p_words(e.p)}): small drops have added up"
        if self.status == "suspect":
            return f"the candidate is {size}, more than the margin ({p_words(e.p)}, not proven)"
        return f"against {other}, the drop is {100 * e.drop:.1f} points"

    def to_json(self) -> dict[str, Any]:
        """Return the object of ``gate --json``."""
        e = self.evidence
        return {
            "version": self.version, "n": e.n, "drop": e.drop, "ci": list(e.ci), "p": e.p, "status": self.status,
        }  # fmt: skip


def best_approved(
    approved: Collection[ScoredRun], candidate: ScoredRun, settings: GateSettings, *, left_out: Collection[str] = ()
) -> Drift | None:
    """Compare the candidate with the approved version that is best on the cases both answered; None without one."""
    found: list[tuple[float, str, Evidence]] = []
    for run in approved:
        cases = pair_runs(run, candidate, left_out=left_out).cases
        if cases and run.version != candidate.version:
            evidence = weigh(cases, alpha=settings.alpha, seed=settings.seed)
            found.append((sum(c.baseline for c in cases) / len(cases), run.version, evidence))
    if not found:
        return None
    _, version, evidence = max(found, key=lambda one: (one[0], one[1]))
    over = evidence.drop > settings.margin + 1e-12
    proven = evidence.p <= settings.alpha or settings.strict
    return Drift(version=version, evidence=evidence, status=("fail" if proven else "suspect") if over else "ok")
