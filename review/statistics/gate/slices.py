"""Slices of a release: scenarios and tags, because a total can hide that one scenario broke."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from review.statistics.calibration.mcnemar import holm
from review.statistics.gate.cases import GateCase
from review.statistics.gate.evidence import Evidence, weigh

Status = Literal["fail", "suspect", "ok"]


@dataclass(frozen=True, kw_only=True)
class Slice:
    """One scenario or tag: its evidence, its p adjusted over all slices, and its status.

    ``fail``: dropped by more than the margin, proven after Holm. ``suspect``: dropped by more than the margin, but not
    proven.
    """

    kind: Literal["scenario", "tag"]
    name: str
    baseline: float
    candidate: float
    evidence: Evidence
    adjusted_p: float
    status: Status

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
        }


def slice_up(cases: Sequence[GateCase], *, margin: float, alpha: float, seed: int = 0) -> tuple[Slice, ...]:
    """Test every scenario and tag by the rule of the total, adjusted over them by Holm (1979); worst first.

    Two slices with exactly the same cases are one test, and a slice of all cases is the total: neither counts twice.
    """
    members = _members(cases)
    tests: dict[frozenset[int], Evidence] = {}
    for indices in members.values():
        if indices not in tests:
            tests[indices] = weigh([cases[i] for i in sorted(indices)], alpha=alpha, seed=seed)
    distinct = [m for m in tests if len(m) < len(cases)]
    adjusted = dict(zip(distinct, holm([tests[m].p for m in distinct]), strict=True))
    found = []
    for (kind, name), indices in members.items():
        evidence, p = tests[indices], adjusted.get(indices, tests[indices].p)
        large = evidence.drop > margin + 1e-12
        status: Status = "ok" if not large else "fail" if p <= alpha else "suspect"
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
                status=status,
            )
        )
    order = {"fail": 0, "suspect": 1, "ok": 2}
    return tuple(sorted(found, key=lambda s: (order[s.status], s.evidence.p, -s.evidence.drop, s.kind, s.name)))


def _members(cases: Sequence[GateCase]) -> dict[tuple[Literal["scenario", "tag"], str], frozenset[int]]:
    """Return the cases of each slice; a case without scenario is in no scenario slice."""
    members: dict[tuple[Literal["scenario", "tag"], str], set[int]] = {}
    for i, case in enumerate(cases):
        if case.scenario:
            members.setdefault(("scenario", case.scenario), set()).add(i)
        for tag in case.tags:
            members.setdefault(("tag", tag), set()).add(i)
    return {key: frozenset(indices) for key, indices in members.items()}
