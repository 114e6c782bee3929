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

Status = Literal["fail", "suspect", "ok"]
ENOUGH = 0.5
"""A version counts that answered at least this share of the cases that the fullest one did."""
WORSE: tuple[Status, ...] = ("ok", "suspect", "fail")


@dataclass(frozen=True, kw_only=True)
class Drift:
    """The candidate against the approved version that it drops most from, on the cases that both answered.

    ``status`` is fail when the drop is over the margin and proven, suspect when it is over the margin and not proven,
    ok otherwise. So small drops of several versions cannot add up unseen.
    """

    version: str
    evidence: Evidence
    status: Status

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
    """Compare the candidate with each approved version on the cases both answered, and return the worst for it.

    Versions that answered other cases cannot be ranked by their means, so each is tested: a fail counts before a
    suspect, then the larger drop. One that answered few of the cases says little and is left out. None without an
    approved version.
    """
    pairs = {run.version: pair_runs(run, candidate, left_out=left_out).cases for run in approved}
    fullest = max(map(len, pairs.values()), default=0)
    found: list[Drift] = []
    for version, cases in pairs.items():
        if version == candidate.version or not cases or len(cases) < fullest * ENOUGH:
            continue
        evidence = weigh(cases, alpha=settings.alpha, seed=settings.seed)
        over = evidence.drop > settings.margin + 1e-12
        proven = evidence.p <= settings.alpha or settings.strict
        status: Status = ("fail" if proven else "suspect") if over else "ok"
        found.append(Drift(version=version, evidence=evidence, status=status))
    return max(found, key=lambda one: (WORSE.index(one.status), one.evidence.drop, one.version), default=None)
