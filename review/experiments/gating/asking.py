"""Ask people about an undecided gate: deal the deciding cases as pairs, blind, and settle it when they are answered."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from review.audit import chain
from review.basics.clock import now
from review.basics.errors import InputError, NothingToDo, Refused
from review.experiments.decisions import FAIL, TOTAL, Standing, decision_named, standing
from review.experiments.gating.checks import PEOPLE
from review.experiments.gating.pairing import by_case
from review.experiments.values import Answer, ScoredCase, ScoredRun
from review.people.people import require
from review.settings.project import Project
from review.sources.pairs import NewPair
from review.statistics.gate.asked import SAMPLED, AskedDrop, asked_drop
from review.week.pairs import AddedPairs, add_pairs
from storage.queries.gate import choices_of_pairs
from storage.records_gate import GateDecision
from storage.store import Store

CHANGED, UNCHANGED = "changed", "unchanged"
BY_PEOPLE = "-people"
"""Ends the id of the decision that people's answers settled."""


@dataclass(frozen=True, kw_only=True)
class Asking:
    """The pairs to ask about: changed cases, a random part of the unchanged ones, and how many differ in all."""

    changed: tuple[str, ...]
    sampled: tuple[str, ...]
    unchanged: int


def asking(
    decision: GateDecision, baseline: ScoredRun, candidate: ScoredRun, *, most: int = SAMPLED
) -> tuple[Asking, list[NewPair]]:
    """Return which cases people should compare, and the pairs of answers.

    All cases that changed are asked about, and a random part of the others whose answers differ; its seed is the id of
    the decision. Pure. Raises NothingToDo where no two answers differ.
    """
    before, after = by_case(baseline), by_case(candidate)
    left_out = {*decision.report.get("left_out", ()), *decision.report.get("missing_cases", ())}
    flipped = {one["case"] for one in decision.report["flipped"]}
    found: dict[str, NewPair] = {}
    for name in before:
        old, new = (first_answer(some.get(name, [])) for some in (before, after))
        if name not in left_out and old is not None and new is not None and said(old) != said(new):
            found[name] = _pair(decision, name, before[name][0].case.question, old, new)
    changed = [name for name in found if name in flipped]
    rest = sorted(set(found) - flipped)
    sampled = random.Random(decision.id).sample(rest, min(most, len(rest)))  # noqa: S311 - which cases are asked is no secret
    if not changed and not sampled:
        raise NothingToDo(f"{decision.id}: all answers of both versions are the same, so there is nothing to compare.")
    told = Asking(changed=tuple(changed), sampled=tuple(sorted(sampled)), unchanged=len(rest))
    return told, [found[name] for name in (*told.changed, *told.sampled)]


def said(answer: Answer) -> str:
    """Return an answer as people compare it: its text, and its SQL below."""
    return "\n\n".join(part for part in (answer.answer, answer.sql) if part)


def ask_people(
    store: Store,
    project: Project,
    decision_id: str,
    runs: tuple[ScoredRun, ScoredRun],
    *,
    by: str,
    week: str | None = None,
    raters: Sequence[str] = (),
) -> tuple[Asking, AddedPairs]:
    """Deal the deciding cases of an undecided gate to the reviewers of this week, blind and in pairs.

    Raises Refused without the role lead or for a gate that is decided, NothingToDo where nothing differs.
    """
    require(store, by, "lead")
    decision = decision_named(store, decision_id)
    if decision.decision != "inconclusive":
        raise Refused(f"{decision.id} is decided ({decision.decision}); people are asked where the gate is undecided.")
    told, pairs = asking(decision, *runs)
    with store.transaction():
        added = add_pairs(store, project, pairs, week, by=by, raters=raters)
        counts = {"changed": len(told.changed), "sampled": len(told.sampled), "unchanged": told.unchanged}
        chain.record(store, by, "ask people", decision.id, week=added.week, **counts)
    return told, added


def settle(store: Store, decision_id: str, told: Asking, *, by: str) -> Standing:
    """Settle an undecided gate by what people preferred, and keep that as a decision of its own.

    Of several votes on a pair the majority counts; a tie is no difference. What people were not asked about stays open:
    suspect slices, missing cases, a drop from the best approved version. Raises Refused while a changed case is
    unanswered.
    """
    require(store, by, "adjudicator")
    decision = decision_named(store, decision_id)
    preferred = preferences(choices_of_pairs(store, origin_of(decision)))
    unanswered = [name for name in told.changed if name not in preferred]
    if unanswered:
        raise Refused(
            f"{decision.id}: {len(unanswered):,} of {len(told.changed):,} changed cases wait for an answer: "
            f"{', '.join(unanswered[:8])}. Settle it once they are reviewed."
        )
    found = drop_by_people(decision, told, preferred)
    made = settled(decision, found, by=by)
    with store.transaction():
        if store.add(made):
            chain.record(store, by, "gate", made.id, decision=made.decision, settles=decision.id)
    return standing(store, decision_named(store, made.id))


def drop_by_people(decision: GateDecision, told: Asking, preferred: Mapping[str, int]) -> AskedDrop:
    """Return the drop that people see, from their preference by case. Pure."""
    return asked_drop(
        [preferred[name] for name in told.changed],
        [preferred[name] for name in told.sampled if name in preferred],
        unchanged=told.unchanged,
        n=int(decision.report["n"]),
        alpha=float(decision.report["alpha"]),
    )


def preferences(choices: Mapping[str, Collection[str]]) -> dict[str, int]:
    """Return by case what most people prefer: 1 the baseline's answer (a), -1 the candidate's (b), 0 neither. Pure."""
    found = {}
    for name, given in choices.items():
        votes = list(given)
        balance = votes.count("a") - votes.count("b")
        found[name] = (balance > 0) - (balance < 0)
    return found


def settled(decision: GateDecision, found: AskedDrop, *, by: str) -> GateDecision:
    """Return the decision that people's answers make of an undecided one. Pure."""
    report = decision.report
    if found.drop.value is None:
        raise InputError(f"{decision.id}: {found.drop.undefined}.")
    verdict = found.decision(margin=float(report["margin"]), alpha=float(report["alpha"]))
    others = [one for one in report["open"] if one not in (FAIL, TOTAL, PEOPLE)]
    still = [FAIL] if verdict == "fail" else others + ([TOTAL] if verdict == "inconclusive" else [])
    words = (
        f"people preferred the baseline's answer in {found.preferred_baseline} of the compared cases and the "
        f"candidate's in {found.preferred_candidate}: a drop of {100 * found.drop.value:.1f} points, at most "
        f"{100 * found.upper:.1f}"
    )
    told: dict[str, Any] = {
        **report,
        "decision": "inconclusive" if still and verdict == "pass" else verdict,
        "reasons": [words, *([f"still open: {', '.join(still)}"] if still and verdict == "pass" else [])],
        "open": still,
        "decision_id": f"{decision.id}{BY_PEOPLE}",
        "settles": decision.id,
        "people": {
            "drop": found.drop.to_json(),
            "upper": found.upper,
            "p": found.p,
            "preferred_baseline": found.preferred_baseline,
            "preferred_candidate": found.preferred_candidate,
        },
    }
    return GateDecision(
        id=told["decision_id"],
        baseline=decision.baseline,
        candidate=decision.candidate,
        release=decision.release,
        release_digest=decision.release_digest,
        decision=told["decision"],
        report=told,
        at=now(),
        by=by,
        baseline_run=decision.baseline_run,
        candidate_run=decision.candidate_run,
        origin=decision.origin,
    )


def origin_of(decision: GateDecision) -> str:
    """Return what the pairs of a decision have as their origin."""
    return f"gate {decision.id}"


def first_answer(results: Sequence[ScoredCase]) -> Answer | None:
    """Return the first answer of a case with something in it, None without one."""
    found = [one.answer for one in results if one.answer is not None and said(one.answer).strip()]
    return found[0] if found else None


def _pair(decision: GateDecision, name: str, question: str, old: Answer, new: Answer) -> NewPair:
    return NewPair(
        question=[{"role": "user", "content": question}],
        answer_a=[{"role": "assistant", "content": said(old)}],
        answer_b=[{"role": "assistant", "content": said(new)}],
        name_a=decision.baseline,
        name_b=decision.candidate,
        origin=origin_of(decision),
        source_id=name,
    )
