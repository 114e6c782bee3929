"""The decisions of the gate that the store keeps, and what still keeps a version from shipping after the waivers."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from review.basics.errors import UnknownError
from review.statistics.answers.answer import listed
from review.statistics.gate.evidence import ALPHA, MARGIN
from storage.records_gate import GateDecision, GateWaiver
from storage.store import Store

FAIL, TOTAL = "fail", "total"
"""What is open when the gate fails, and when all cases together cannot decide."""
SLICE = "slice "
"""Begins the name of an open slice; a waiver of everything else does not cover it."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A decision with its waivers. ``open`` names what still keeps the candidate from shipping."""

    decision: GateDecision
    waivers: tuple[GateWaiver, ...]
    open: tuple[str, ...]

    @property
    def may_ship(self) -> bool:
        """Whether the gate passed, or a second person has waived all that stood in the way."""
        return not self.open

    @property
    def waived(self) -> bool:
        """Whether it may ship because of waivers alone."""
        return self.may_ship and (self.decision.decision != "pass" or bool(loosened(self.decision)))

    @property
    def suspects(self) -> tuple[str, ...]:
        """The slices that may have collapsed and that nobody waived by name: a waived fail does not cover them."""
        waived = {w.slice for w in self.waivers}
        found = [f"{one['kind']} {one['name']}" for one in self.decision.report.get("suspects", ())]
        return tuple(name for name in found if name not in waived)

    @property
    def ships(self) -> str:
        """The sentence that the candidate may ship, with the suspect slices that it ships with."""
        by = " by waiver" if self.waived else ""
        if not self.suspects:
            return f"{self.decision.candidate} may ship{by}."
        return f"{self.decision.candidate} may ship{by}, although {listed(list(self.suspects))} may have collapsed."


def loosened(decision: GateDecision) -> tuple[str, ...]:
    """Return by what a decision lets more pass than usual, which a second person has to waive. Pure."""
    margin, alpha = (float(decision.report.get(name, 0)) for name in ("margin", "alpha"))
    found = []
    if margin > MARGIN:
        found.append(f"a margin of {100 * margin:g} points, usual are {100 * MARGIN:g}")
    if alpha > ALPHA:
        found.append(f"a test at {100 * alpha:g}%, usual are {100 * ALPHA:g}%")
    return tuple(found)


def still_open(decision: GateDecision, waivers: Iterable[GateWaiver]) -> tuple[str, ...]:
    """Return what stands in the way after the waivers. A waiver without a slice covers all but the slices. Pure."""
    waived = {w.slice for w in waivers}
    return tuple(
        one
        for one in (*decision.report.get("open", ()), *loosened(decision))
        if (one.removeprefix(SLICE) not in waived if one.startswith(SLICE) else "" not in waived)
    )


def standing(store: Store, decision: GateDecision) -> Standing:
    """Return a decision with its waivers."""
    waivers = tuple(store.find(GateWaiver, decision_id=decision.id))
    return Standing(decision=decision, waivers=waivers, open=still_open(decision, waivers))


def decision_named(store: Store, name: str) -> GateDecision:
    """Return one decision. Raises UnknownError that names the latest ones."""
    found = store.get(GateDecision, name)
    if found is None:
        latest = ", ".join(d.id for d in store.find(GateDecision, order_by="rowid desc")[:5]) or "none yet"
        raise UnknownError(f"gate decision '{name}' is not in the store (the latest: {latest}).")
    return found


def standing_of(store: Store, version: str) -> Standing | None:
    """Return the latest decision about a version as the candidate, with its waivers; None when there is none."""
    found = store.find(GateDecision, candidate=version, order_by="rowid desc")
    return standing(store, found[0]) if found else None


def stopped_by(store: Store, examples: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return by golden example the versions that it helped to stop.

    The latest decision about such a version failed, nobody has waived it, and the example is among its broken cases.
    """
    latest = {one.candidate: one for one in store.find(GateDecision, order_by="rowid")} if examples else {}
    found: dict[str, tuple[str, ...]] = {}
    for version, decision in latest.items():
        if decision.decision != "fail" or standing(store, decision).may_ship:
            continue
        for case in decision.report.get("flipped", ()):
            if case["change"] == "broke" and case["case"] in examples:
                found[case["case"]] = (*found.get(case["case"], ()), version)
    return found
