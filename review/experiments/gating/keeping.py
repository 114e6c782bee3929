"""Keep a decision of the gate in the store, and let a second person waive what keeps a version from passing."""

from __future__ import annotations

from review.audit import chain
from review.basics.clock import new_id, now
from review.basics.errors import InputError, NothingToDo, Refused
from review.basics.limits import MAX_COMMENT
from review.experiments.decisions import SLICE, Standing, decision_named, loosened, standing
from review.experiments.gating.outcome import Outcome
from review.people.people import require
from review.settings.project import project_of
from storage.records_experiments import PromptVersion
from storage.records_gate import GateDecision, GateWaiver
from storage.records_golden import Release
from storage.store import Store


def keep(store: Store, outcome: Outcome, *, by: str, origin: str = "store") -> Standing:
    """Keep a decision for good. The same evidence, gated again, is the same decision with its waivers.

    Raises Refused without the role adjudicator, for a version against itself, and for files over another release than
    that of the store.
    """
    require(store, by, "adjudicator")
    if outcome.baseline.version == outcome.candidate.version:
        raise Refused(
            f"{outcome.candidate.version} is both baseline and candidate, which proves nothing about it. Give both "
            "versions their own names."
        )
    held = store.get(Release, outcome.candidate.release)
    if held is not None and held.content_hash != outcome.candidate.release_digest:
        raise Refused(
            f"the files are about another release '{held.name}' than the store's: their examples differ. Export the "
            "release again, and run both versions over it."
        )
    made = GateDecision(
        id=outcome.id,
        baseline=outcome.baseline.version,
        candidate=outcome.candidate.version,
        release=outcome.candidate.release,
        release_digest=outcome.candidate.release_digest,
        decision=outcome.decision,
        report=outcome.to_json(),
        at=now(),
        by=by,
        baseline_run=outcome.baseline.run if origin == "store" else "",
        candidate_run=outcome.candidate.run if origin == "store" else "",
        origin=origin,
    )
    with store.transaction():
        if store.add(made):
            about = {"baseline": made.baseline, "candidate": made.candidate, "release": made.release}
            chain.record(store, by, "gate", made.id, decision=made.decision, **about)
    return standing(store, decision_named(store, made.id))


def waive(store: Store, decision_id: str, *, by: str, reason: str, slice: str = "") -> Standing:
    """Let a second person waive what keeps a candidate from passing, or one suspect ``slice`` by name, with a reason.

    An inconclusive decision needs the role adjudicator, a failed or loosened one the role lead. Raises Refused for the
    person who ran the gate or registered the version, InputError without a reason or for a slice that is not suspect,
    NothingToDo where nothing is left to waive.
    """
    decision = decision_named(store, decision_id)
    require(store, by, "lead" if decision.decision == "fail" or loosened(decision) else "adjudicator")
    if not reason.strip() or len(reason) > MAX_COMMENT:
        raise InputError(f"Give a reason of at most {MAX_COMMENT:,} characters: it stays with the decision.")
    _second_person(store, decision, by)
    with store.transaction():
        before = standing(store, decision)
        chosen = _chosen(before, slice.strip())
        made = GateWaiver(
            id=new_id(),
            decision_id=decision.id,
            slice=chosen,
            reason=reason.strip(),
            identity="names" if project_of(store.path).access.mode == "names" else "login",
            at=now(),
            by=by,
        )
        store.add(made)
        chain.record(store, by, "waive", decision.id, slice=chosen, reason=made.reason, identity=made.identity)
        return standing(store, decision)


def _second_person(store: Store, decision: GateDecision, by: str) -> None:
    version = store.get(PromptVersion, decision.candidate)
    what = {decision.by: "ran the gate", version.by if version else "": "registered the version"}
    if by in what:
        raise Refused(f"{by} {what[by]}, so somebody else has to waive {decision.id}.")


def _chosen(before: Standing, wanted: str) -> str:
    """Return what the waiver covers: "" or "kind name" of a slice. Raises InputError, NothingToDo."""
    slices = [one.removeprefix(SLICE) for one in before.open if one.startswith(SLICE)]
    if not before.open:
        raise NothingToDo(f"{before.decision.id} has nothing left to waive: {before.ships}")
    if wanted:
        found = [s for s in slices if wanted in (s, s.partition(" ")[2])]
        if len(found) != 1:
            raise InputError(
                f"slice: found {wanted!r}, expected one of the suspect slices: {', '.join(slices) or 'there is none'}."
            )
        return found[0]
    if len(slices) == len(before.open):
        raise InputError(
            f"only suspect slices keep {before.decision.candidate} from passing: {', '.join(slices)}. "
            "Waive each of them by name."
        )
    return ""
