"""The combined accuracy of a run: as rules and settled labels score it, and corrected by people's checks. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from review.basics.words import counted, tenths
from review.experiments.values import ScoredCase, ScoredRun
from review.statistics.quantity import Quantity
from review.statistics.two_layer import FEWEST, LayerCase, shift_by_people, two_layers
from review.statistics.two_phase import METHOD, Shift
from review.statistics.wilson_share import wilson_share

RIGHT = 0.5
"""An answer with at least this score counts as right where rules are compared with people."""


@dataclass(frozen=True, kw_only=True)
class Accuracy:
    """The combined accuracy of a run; ``combined`` is the figure to read.

    People ``checked`` a random part of the answers. Enough of them correct ``combined``, and ``by_rules`` is what it is
    without. ``scenarios`` are corrected alike. ``precision`` and ``recall`` tell how well the rules find the answers
    that people call right, over the checked ones with a score by rules.
    """

    combined: Quantity
    by_rules: Quantity
    checked: int = 0
    scenarios: Mapping[str, Quantity] = field(default_factory=dict)
    precision: Quantity = field(default_factory=lambda: Quantity.missing("people checked no answer"))
    recall: Quantity = field(default_factory=lambda: Quantity.missing("people checked no answer"))

    @property
    def corrected(self) -> bool:
        """Whether people's checks correct the figure."""
        return self.checked >= FEWEST

    @property
    def by_people(self) -> Quantity:
        """The corrected figure alone: undefined where people checked too few answers to correct anything."""
        if self.corrected:
            return self.combined
        why = f"people checked {self.checked} of its answers, expected {FEWEST} or more"
        return Quantity.missing(why if self.checked else "nobody checked its answers", n=self.by_rules.n)

    @property
    def moved(self) -> bool:
        """Whether the checks move the figure out of the interval that it had without them."""
        value, ci = self.combined.value, self.by_rules.ci
        return self.corrected and value is not None and ci is not None and not ci[0] <= value <= ci[1]

    @property
    def words(self) -> str:
        """How people's checks changed the figure, "" where nobody checked an answer."""
        if not self.checked:
            return ""
        if not self.corrected:
            told = f"{counted(self.checked, 'answer')} {'counts' if self.checked == 1 else 'count'} as people said"
            return f"{told}; {FEWEST} are needed to correct the others"
        before = percent_with_interval(self.by_rules)
        if self.combined.method != METHOD:
            return f"people checked all {self.checked:,} scored answers; by rules alone {before}"
        checked = f"{self.checked:,} answers, drawn at random, that people checked"
        return f"corrected by {checked}; by rules alone {before}"

    @property
    def rules_words(self) -> str:
        """How well the rules agree with people on the checked answers, "" where too few are checked."""
        if not self.corrected:
            return ""
        parts = [
            f"{words} {quantity.value:.0%} ({quantity.ci[0]:.0%} to {quantity.ci[1]:.0%}, n = {quantity.n})"
            for words, quantity in (
                ("of the checked answers that the rules call right, people agree with", self.precision),
                ("of those that people call right, the rules find", self.recall),
            )
            if quantity.value is not None and quantity.ci is not None
        ]
        return "; ".join(parts)

    def to_json(self) -> dict[str, Any]:
        """Return the figure with and without the checks, as ``run --json`` has them."""
        return {
            "combined": self.combined.to_json(),
            "by_rules": self.by_rules.to_json(),
            "checked": self.checked,
            "rules": {"precision": self.precision.to_json(), "recall": self.recall.to_json()},
        }


def percent_with_interval(quantity: Quantity) -> str:
    """Return a share as "93.0% (89.1% to 96.0%)", or that it is not known."""
    if quantity.value is None:
        return "not known"
    ends = f" ({tenths(quantity.ci[0])} to {tenths(quantity.ci[1])})" if quantity.ci else ""
    return f"{tenths(quantity.value)}{ends}"


def accuracy_of(run: ScoredRun, *, among: Collection[str] | None = None) -> Accuracy:
    """Return the combined accuracy of a run, over the cases ``among`` or all: means with a t interval over sources.

    Where people checked a random part of the answers, their difference from the rules corrects the mean.
    """
    if among is not None:
        run = _only(run, among)
    rows = [_row(one, semantic=one.combined) for one in run.cases]
    found = two_layers(rows, weights=(0.0, 1.0))
    if not run.people:
        return Accuracy(combined=found.combined, by_rules=found.combined, scenarios=found.scenarios)
    checked = two_layers(_checked_rows(run), weights=run.weights)
    precision, recall = _rules_beside_people(run)
    return Accuracy(
        combined=checked.combined,
        by_rules=found.combined,
        checked=len(run.people),
        scenarios=checked.scenarios,
        precision=precision,
        recall=recall,
    )


def shift_of(run: ScoredRun, *, among: Collection[str]) -> Shift | None:
    """Return by how much people move the accuracy of a run over some cases; None where they checked too few."""
    run = _only(run, among)
    return shift_by_people(_checked_rows(run), weights=run.weights) if run.people else None


def _only(run: ScoredRun, among: Collection[str]) -> ScoredRun:
    """Return a run over some of its cases: the random part of it is a random part of these, too."""
    names = set(among)
    return replace(
        run,
        cases=tuple(one for one in run.cases if one.case.id in names),
        people={case: score for case, score in run.people.items() if case in names},
    )


def _checked_rows(run: ScoredRun) -> list[LayerCase]:
    seen, rows = set[str](), []
    for one in run.cases:
        if one.combined is None:
            continue
        # The part is drawn among first answers; a repeat has no label of its own.
        human = None if one.case.id in seen else run.people.get(one.case.id)
        seen.add(one.case.id)
        rows.append(_row(one, execution=one.execution, semantic=one.semantic, human=human, drawn=human is not None))
    return rows


def _row(one: ScoredCase, **parts: Any) -> LayerCase:
    return LayerCase(case=one.case.id, scenario=one.case.scenario or "", cluster=one.case.cluster, **parts)


def _rules_beside_people(run: ScoredRun) -> tuple[Quantity, Quantity]:
    """Return precision and recall of the rules' "right" against people, on the checked answers."""
    pairs = [
        (row.semantic >= RIGHT, row.human >= RIGHT)
        for row in _checked_rows(run)
        if row.human is not None and row.semantic is not None
    ]
    both = sum(rules and people for rules, people in pairs)
    return (
        wilson_share(both, sum(rules for rules, _ in pairs), "the rules call none of the checked answers right"),
        wilson_share(both, sum(people for _, people in pairs), "people call none of the checked answers right"),
    )
