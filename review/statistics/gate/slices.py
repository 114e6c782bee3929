"""Slices of a release: scenarios, kinds and tags, because a total can hide that one scenario broke."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from review.statistics.calibration.mcnemar import holm
from review.statistics.gate.cases import GateCase
from review.statistics.gate.evidence import Evidence, weigh

SliceKind = Literal["scenario", "kind", "tag"]
Status = Literal["fail", "suspect", "dropped", "ok"]
SUSPECT_DROP = 0.10
SUSPECT_P, SUSPECT_P_OF_MANY, MANY_SLICES = 0.10, 0.05, 10
"""In 200 cases with 8 slices, of which one collapses from 88% to 61% while the others gain, these let 4% of runs pass
where 18% passed without them; an unchanged version passes as often as before (tests/bench/gate_suspects.py)."""
SMALL_SLICE = 25
"""With fewer cases a collapse often stays below both limits."""


@dataclass(frozen=True, kw_only=True)
class Slice:
    """One scenario, kind or tag: its evidence, its p adjusted over all slices, and its status.

    ``fail``: dropped by more than the margin, proven after Holm. ``suspect``: not proven, but dropped by 10 points or
    more (or the margin, where that is larger) with an unadjusted p of at most 0.10, or 0.05 among more than ten slices.
    ``dropped``: any other drop over the margin. ``beyond_margin``: even the lower limit of the drop is over the margin.
    """

    kind: SliceKind
    name: str
    baseline: float
    candidate: float
    evidence: Evidence
    adjusted_p: float
    status: Status
    beyond_margin: bool

    @property
    def small(self) -> bool:
        """Whether a collapse may go unseen here."""
        return self.evidence.n < SMALL_SLICE

    def to_json(self) -> dict[str, Any]:
        """Return the slice's object of ``gate --json``."""
        e = self.evidence
        return {
            "kind": self.kind,
            "name": self.name,
            "n": e.n,
            "baseline": self.baseline,
            "candidate": self.candidate,
            "drop": e.drop,
            "ci": list(e.ci),
            "broke": e.broke,
            "fixed": e.fixed,
            "p": e.p,
            "adjusted_p": self.adjusted_p,
            "status": self.status,
            "beyond_margin": self.beyond_margin,
            "note": f"fewer than {SMALL_SLICE} cases: a collapse here may go unseen" if self.small else None,
        }


def slice_up(cases: Sequence[GateCase], *, margin: float, alpha: float, seed: int = 0) -> tuple[Slice, ...]:
    """Test every scenario, kind and tag by the rule of the total, adjusted over them by Holm (1979); worst first.

    Two slices with exactly the same cases are one test. A slice of all cases is the total, so it is left out.
    """
    members = _members(cases)
    tests: dict[frozenset[int], Evidence] = {}
    for indices in members.values():
        if indices not in tests:
            tests[indices] = weigh([cases[i] for i in sorted(indices)], alpha=alpha, seed=seed)
    adjusted = dict(zip(tests, holm([e.p for e in tests.values()]), strict=True))
    found = []
    for (kind, name), indices in members.items():
        evidence, p = tests[indices], adjusted[indices]
        chosen = [cases[i] for i in indices]
        baseline = sum(c.baseline for c in chosen) / len(chosen)
        candidate = sum(c.candidate for c in chosen) / len(chosen)
        found.append(
            Slice(
                kind=kind,
                name=name,
                baseline=baseline,
                candidate=candidate,
                evidence=evidence,
                adjusted_p=p,
                status=_status(evidence, p, len(tests), margin=margin, alpha=alpha),
                beyond_margin=evidence.lower > margin,
            )
        )
    order = {"fail": 0, "suspect": 1, "dropped": 2, "ok": 3}
    return tuple(sorted(found, key=lambda s: (order[s.status], s.evidence.p, -s.evidence.drop, s.kind, s.name)))


def _status(e: Evidence, adjusted_p: float, slices: int, *, margin: float, alpha: float) -> Status:
    over = e.drop > margin + 1e-12
    if over and adjusted_p <= alpha:
        return "fail"
    limit = SUSPECT_P_OF_MANY if slices > MANY_SLICES else SUSPECT_P
    if e.drop >= max(margin, SUSPECT_DROP) - 1e-12 and e.p <= limit:
        return "suspect"
    return "dropped" if over else "ok"


def _members(cases: Sequence[GateCase]) -> dict[tuple[SliceKind, str], frozenset[int]]:
    """Return the cases of each slice; a case without a scenario or kind is in no such slice.

    What all cases share says nothing that the total does not say.
    """
    members: dict[tuple[SliceKind, str], set[int]] = {}
    for i, case in enumerate(cases):
        if case.scenario:
            members.setdefault(("scenario", case.scenario), set()).add(i)
        if case.kind:
            members.setdefault(("kind", case.kind), set()).add(i)
        for tag in case.tags:
            members.setdefault(("tag", tag), set()).add(i)
    return {key: frozenset(indices) for key, indices in members.items() if len(indices) < len(cases)}
