"""Which cases to ask again, so that a harmless change is seldom undecided. Pure.

Most noise comes from few cases: those that a version sometimes gets right. The baseline's own results show which. They
are asked again first and most; all others a few times. The choice never looks at what the candidate answered. Asking
again only what flipped between the versions would hide a small drop that is spread over all cases: of a version that
fails 2% of all cases at random, the repeats of those few cases pass, and the drop seems gone.
``tests/bench/gate_repeats.py`` measures the rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import orjson

from review.basics.errors import InputError
from review.basics.words import counted
from review.experiments.gating.pairing import by_case, scores_of
from review.experiments.values import ScoredRun

LEARNED = 5
"""Results of each case that show which cases flip in the baseline. They are asked once and serve every candidate."""
OFFERS = ((15, 3), (11, 3), (9, 3), (7, 3), (7, 2), (5, 2), (3, 2))
"""Results that a case that flips, and any other, should have. The first offer that fits the bill is made."""
FURTHER = ((35, 7), (25, 5))
"""What is offered to a gate that is undecided after the largest of them, in the same way."""


@dataclass(frozen=True, kw_only=True)
class RepeatPlan:
    """How many results each case should have of each version, so that the gate can decide.

    ``versions`` are the names of baseline and candidate.

    ``step`` is learn (the baseline alone is asked, to see which cases flip), repeat, done, short when not even the
    smallest offer fits the bill, or decided when repeats would add nothing. ``baseline`` and ``candidate`` ask for
    nothing new unless the step is learn or repeat. ``calls`` and ``cost`` are what the step takes, or for short what
    the smallest offer would take; ``cost`` is None where no answer said what it cost. ``currency`` is that of the
    project, "" where it names none.
    """

    versions: tuple[str, str]
    step: Literal["learn", "repeat", "done", "short", "decided"]
    baseline: Mapping[str, int]
    candidate: Mapping[str, int]
    flaky: tuple[str, ...]
    calls: int
    cost: float | None
    currency: str = ""

    @property
    def price(self) -> str:
        """What the step costs, in words."""
        return "cost unknown" if self.cost is None else f"about {self.cost:,.2f} {self.currency}".rstrip()

    @property
    def sentence(self) -> str:
        """The plan in words, with its bill."""
        bill = f"{counted(self.calls, 'answer')} ({self.price})"
        if self.step == "decided":
            return "The gate has decided without more answers."
        if self.step == "done":
            return "Every case has the results that the plan asks for. More cases decide, more repeats hardly do."
        if self.step == "learn":
            return (
                f"First ask the baseline until each case has {LEARNED} results, to see which cases flip: {bill}. "
                "They serve every later candidate too."
            )
        if self.step == "short":
            return f"The bill is too small: the least that decides is {bill}."
        most, least = max(self.candidate.values()), min(self.candidate.values())
        if self.versions[0] == self.versions[1]:
            return (
                f"Ask until each case has {least} results, those that flip {most}: {bill}. They serve every candidate."
            )
        flips = f"{counted(len(self.flaky), 'case')} that {'flips' if len(self.flaky) == 1 else 'flip'}"
        return f"Ask {flips} until each version has {most} results, the others until the candidate has {least}: {bill}."

    def to_json(self) -> dict[str, Any]:
        """Return the plan for programs."""
        return {
            "step": self.step,
            "sentence": self.sentence,
            "flaky": list(self.flaky),
            "calls": self.calls,
            "cost": self.cost,
            "versions": dict(zip(self.versions, (dict(self.baseline), dict(self.candidate)), strict=True)),
        }


def repeat_plan(
    baseline: ScoredRun,
    candidate: ScoredRun,
    *,
    max_calls: int | None = None,
    max_cost: float | None = None,
    currency: str = "",
) -> RepeatPlan:
    """Plan what to ask again, up to a bill of ``max_calls`` answers or of ``max_cost`` in the project's ``currency``.

    Raises InputError for ``max_cost`` when no answer said what it cost.
    """
    before = {name: scores_of(some) for name, some in by_case(baseline).items()}
    after = {name: scores_of(some) for name, some in by_case(candidate).items()}
    prices = mean_cost(baseline), mean_cost(candidate)
    if max_cost is not None and None in prices:
        raise InputError(
            f"max cost: found {max_cost:g}, but the answers do not say what they cost. Limit the number of answers."
        )

    def plan(step: Literal["learn", "repeat"], old: Mapping[str, int], new: Mapping[str, int]) -> RepeatPlan:
        wanted = _more(before, old), _more(after, new)
        known = None if None in prices else sum(n * float(p or 0) for n, p in zip(wanted, prices, strict=True))
        return RepeatPlan(
            versions=(baseline.version, candidate.version),
            step=step if sum(wanted) else "done",
            baseline=_at_least(old, before),
            candidate=_at_least(new, after),
            flaky=flaky,
            calls=sum(wanted),
            cost=known,
            currency=currency,
        )

    def fits(one: RepeatPlan) -> bool:
        return (max_calls is None or one.calls <= max_calls) and (max_cost is None or (one.cost or 0.0) <= max_cost)

    def short(least: RepeatPlan) -> RepeatPlan:
        return replace(least, step="short", baseline=_at_least({}, before), candidate=_at_least({}, after))

    flaky = _flaky(before)
    now = {name: len(scores) for name, scores in after.items()}
    learn = plan("learn", dict.fromkeys(before, LEARNED), now)
    if learn.step != "done":
        return learn if fits(learn) else short(learn)

    def offer(most: int, least: int) -> RepeatPlan:
        old = {name: max(LEARNED, most if name in flaky else 0) for name in before}
        return plan("repeat", old, {name: most if name in flaky else least for name in after})

    made = [offer(*numbers) for numbers in OFFERS]
    if made[0].step == "done":
        made = [offer(*numbers) for numbers in FURTHER]
    return next((one for one in made if fits(one)), short(made[-1]))


def plan_of_itself(run: ScoredRun, *, currency: str = "") -> RepeatPlan:
    """Plan the results that a version should have once, so that later candidates alone are asked again.

    Every case gets the results that show which cases flip, and those that flip as many as any offer has.
    """
    before = {name: scores_of(some) for name, some in by_case(run).items()}
    flaky = _flaky(before)
    wanted = {name: FURTHER[0][0] if name in flaky else LEARNED for name in before}
    calls, price = _more(before, wanted), mean_cost(run)
    return RepeatPlan(
        versions=(run.version, run.version),
        step="repeat" if calls else "done",
        baseline=_at_least(wanted, before),
        candidate=_at_least(wanted, before),
        flaky=flaky,
        calls=calls,
        cost=None if price is None else calls * price,
        currency=currency,
    )


def nothing_to_ask(baseline: ScoredRun, candidate: ScoredRun) -> RepeatPlan:
    """Return the plan of a gate that has decided: every case keeps the results that it has."""
    old, new = ({name: len(some) for name, some in by_case(run).items()} for run in (baseline, candidate))
    return RepeatPlan(
        versions=(baseline.version, candidate.version),
        step="decided",
        baseline=old,
        candidate=new,
        flaky=(),
        calls=0,
        cost=0.0,
    )


def mean_cost(run: ScoredRun) -> float | None:
    """Return what an answer of a run costs on average, None where no answer says it."""
    known = [one.answer.cost for one in run.cases if one.answer is not None and one.answer.cost is not None]
    return sum(known) / len(known) if known else None


def _more(have: Mapping[str, list[float]], want: Mapping[str, int]) -> int:
    return sum(max(0, n - len(have[name])) for name, n in want.items())


def _flaky(have: Mapping[str, list[float]]) -> tuple[str, ...]:
    """Return the cases whose results differ, in their order."""
    return tuple(name for name, scores in have.items() if scores and min(scores) != max(scores))


def _at_least(want: Mapping[str, int], have: Mapping[str, list[float]]) -> dict[str, int]:
    """Return how many results each case should have: what is wanted, and never fewer than it has."""
    return {name: max(1, want.get(name, 0), len(scores)) for name, scores in have.items()}


def planned(file: Path, version: str) -> dict[str, int]:
    """Read a plan from a file and return how many results each case should have of a version.

    Raises InputError for a file that is no plan, or one without this version.
    """
    try:
        given = orjson.loads(file.read_bytes())["versions"]
        found = given.get(version)
        if found is not None:
            return {str(case): int(repeats) for case, repeats in found.items()}
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise InputError(f"{file}: this is no plan of the gate ({error}). Write its JSON to a file.") from None
    raise InputError(f"{file}: found a plan for {', '.join(given)}, expected one for {version}.")
