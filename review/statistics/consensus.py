"""From votes to one label per item: plurality, an ordinal median, and Dawid and Skene's model as a diagnostic.

One vote is ``single``, never unanimous. An exact tie has no plurality label and goes to adjudication; no winner is
drawn at random. The model ranks the items that people should look at first; its labels count only on request.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

from review.basics.labels import Ratings
from review.statistics.dawid_skene import DawidSkene, Floats, dawid_skene
from review.statistics.intervals import wilson
from review.statistics.quantity import Quantity

Method = Literal["plurality", "dawid-skene"]
METHODS: tuple[Method, ...] = ("plurality", "dawid-skene")
RULE_VERSIONS: dict[Method, str] = {"plurality": "plurality/1", "dawid-skene": "dawid-skene/1"}

FEW_ITEMS = 10
EQUAL = 1e-9


class Votes(NamedTuple):
    """The outcome of the votes on one item: the label or None, the rule, and the values that tie for the lead."""

    label: str | None
    rule: Literal["none", "single", "unanimous", "plurality", "tie"]
    tied: tuple[str, ...] = ()


class Middle(NamedTuple):
    """The median vote on an ordinal scale (None when it falls between two values), the lowest and the highest vote."""

    median: str | None
    lowest: str
    highest: str


@dataclass(frozen=True, kw_only=True)
class ItemConsensus:
    """One item: its label (None when undecided), the votes, and the model's posterior where a model was fitted.

    ``rule`` describes the votes; ``tie`` tells whether they tie for the lead, whatever the model decides. ``entropy``
    is that of the posterior in bits, or of the vote shares without a model.
    """

    item: str
    label: str | None
    rule: str
    tie: bool
    votes: dict[str, int]
    posterior: dict[str, float]
    entropy: float
    middle: Middle | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the item's object of ``consensus --json``."""
        shown = {name: value for name, value in vars(self).items() if name != "middle"}
        if self.middle is not None:
            shown |= {"median": self.middle.median, "spread": [self.middle.lowest, self.middle.highest]}
        return shown


@dataclass(frozen=True)
class RaterModel:
    """A rater in the model: the confusion table (true value: given value: probability) and the share they get right.

    A true value that none of the rater's items has gets an empty row. ``competence`` is the expected share of the
    rater's ratings that equal the true value, undefined with fewer than 10 items.
    """

    rater: str
    confusion: dict[str, dict[str, float]]
    competence: Quantity

    def to_json(self) -> dict[str, Any]:
        """Return the rater's object of ``consensus --json``."""
        return {"rater": self.rater, "confusion": self.confusion, "competence": self.competence.to_json()}


@dataclass(frozen=True, kw_only=True)
class ConsensusReport:
    """One label per item in one dimension, and the model's view of the raters where a model was fitted.

    ``ties`` counts the items whose votes tie. ``prevalence`` is the model's, or without a model the share of each value
    among items with a label.
    """

    method: Method
    items: tuple[ItemConsensus, ...]
    ties: int
    prevalence: dict[str, float]
    log_likelihood: float | None
    iterations: int | None
    converged: bool | None
    raters: tuple[RaterModel, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the object that ``consensus --json`` prints."""
        return {
            "method": self.method,
            "rule_version": RULE_VERSIONS[self.method],
            "items": [i.to_json() for i in self.items],
            "ties": self.ties,
            "prevalence": self.prevalence,
            "log_likelihood": self.log_likelihood,
            "iterations": self.iterations,
            "converged": self.converged,
            "raters": [r.to_json() for r in self.raters],
        }


def plurality(votes: Mapping[str, int]) -> Votes:
    """Return the most frequent value. One vote is ``single``; an exact tie has no label and lists the tied values."""
    cast = {value: n for value, n in votes.items() if n > 0}
    if not cast:
        return Votes(None, "none")
    most = max(cast.values())
    leaders = tuple(value for value, n in cast.items() if n == most)
    if len(leaders) > 1:
        return Votes(None, "tie", leaders)
    if sum(cast.values()) == 1:
        return Votes(leaders[0], "single")
    return Votes(leaders[0], "unanimous" if len(cast) == 1 else "plurality")


def ordinal_median(votes: Mapping[str, int], values: Sequence[str]) -> Middle | None:
    """Return the middle vote in the scale's order, None without votes; between two values the median is None."""
    cast = [value for value in values for _ in range(votes.get(value, 0))]
    if not cast:
        return None
    low, high = cast[(len(cast) - 1) // 2], cast[len(cast) // 2]
    return Middle(low if low == high else None, cast[0], cast[-1])


def entropy(shares: Iterable[float]) -> float:
    """Return the Shannon entropy in bits: 0 for certainty, log2 K for K equally likely values."""
    return abs(sum(p * math.log2(1 / p) for p in shares if p > 0))


def by_entropy(items: Iterable[ItemConsensus]) -> tuple[ItemConsensus, ...]:
    """Sort items for adjudication: the most uncertain first, equal ones by name."""
    return tuple(sorted(items, key=lambda i: (-i.entropy, i.item)))


def consensus_report(ratings: Ratings, *, method: Method = "plurality") -> ConsensusReport:
    """Decide a label for every rated item, in the order of the ratings.

    With ``plurality``, ties have no label. With ``dawid-skene`` the label is the value with the highest posterior, None
    when two share it; ``tie`` and ``votes`` still describe the votes. A rater may have rated an item several times.
    """
    values = ratings.scale.values
    model = dawid_skene(ratings) if method == "dawid-skene" and len(ratings) else None
    ordered = ratings.scale.kind in ("ordinal", "interval", "ratio")
    items = []
    for place, row in enumerate(ratings.counts().tolist()):
        if any(row):
            votes = {value: n for value, n in zip(values, row, strict=True) if n}
            posterior = dict(zip(values, model.posterior[place].tolist(), strict=True)) if model is not None else {}
            items.append(_item(ratings.items[place], votes, posterior, values if ordered else ()))
    if model is None:
        prevalence = _shares(items, values)
    else:
        prevalence = dict(zip(values, model.prevalence.tolist(), strict=True))
    return ConsensusReport(
        method=method,
        items=tuple(items),
        ties=sum(i.tie for i in items),
        prevalence=prevalence,
        log_likelihood=model.log_likelihood if model else None,
        iterations=model.iterations if model else None,
        converged=model.converged if model else None,
        raters=_raters(ratings, model) if model else (),
    )


def _item(name: str, votes: dict[str, int], posterior: dict[str, float], order: Sequence[str]) -> ItemConsensus:
    by_votes = plurality(votes)
    label = _most_likely(posterior) if posterior else by_votes.label
    total = sum(votes.values())
    uncertainty = entropy(posterior.values() if posterior else (n / total for n in votes.values()))
    middle = ordinal_median(votes, order) if order else None
    return ItemConsensus(
        item=name,
        label=label,
        rule=by_votes.rule,
        tie=by_votes.rule == "tie",
        votes=votes,
        posterior=posterior,
        entropy=uncertainty,
        middle=middle,
    )


def _most_likely(posterior: Mapping[str, float]) -> str | None:
    most = max(posterior.values())
    leaders = [value for value, p in posterior.items() if p >= most - EQUAL]
    return leaders[0] if len(leaders) == 1 else None


def _shares(items: Sequence[ItemConsensus], values: Sequence[str]) -> dict[str, float]:
    labels = [i.label for i in items if i.label is not None]
    return {value: labels.count(value) / len(labels) for value in values} if labels else {}


def _raters(ratings: Ratings, model: DawidSkene) -> tuple[RaterModel, ...]:
    right = model.posterior[ratings.item, ratings.value]
    rated = np.bincount(ratings.rater, minlength=len(ratings.raters))
    expected = np.bincount(ratings.rater, weights=right, minlength=len(ratings.raters))
    cells = np.unique(np.stack([ratings.rater, ratings.item]), axis=1)[0]
    items = np.bincount(cells, minlength=len(ratings.raters))
    order = sorted(np.flatnonzero(rated), key=lambda r: ratings.raters[r])
    return tuple(
        RaterModel(
            ratings.raters[r],
            _table(model.confusion[r], ratings.scale.values),
            competence(float(expected[r] / rated[r]), int(items[r])),
        )
        for r in order
    )


def _table(confusion: Floats, values: Sequence[str]) -> dict[str, dict[str, float]]:
    return {
        true: {} if np.isnan(row).any() else dict(zip(values, row.tolist(), strict=True))
        for true, row in zip(values, confusion, strict=True)
    }


def competence(share: float, items: int) -> Quantity:
    """Return a rater's expected share of right ratings with a Wilson interval over items; undefined for few items.

    The interval takes the model's posterior as given, although the rater's own votes contribute to it.
    """
    if items < FEW_ITEMS:
        return Quantity.missing(f"{items} items are too few; this share needs at least {FEW_ITEMS}", n=items)
    share = min(1.0, max(0.0, share))
    method = "Wilson, 95%, over items, the model's posterior taken as given"
    return Quantity(value=share, ci=wilson(share * items, items), method=method, n=items)
