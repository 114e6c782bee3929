"""The report on pairs: which answer people prefer, whether the first place pulls, and the strength of each answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from review.basics.labels import Columns, Ratings, Scale, Value, ratings_of_columns
from review.statistics.agreement.report import AgreementReport, agreement_report
from review.statistics.preference.bradley_terry import Strengths, strengths
from review.statistics.preference.resample import share
from review.statistics.preference.votes import CHOICES, Choice, PairVote
from review.statistics.quantity import Quantity

SCALE = Scale("nominal", CHOICES)
NONE_DECIDED = "no vote compares the two: every vote found both bad"
NO_SIDES = "no vote chose one of the two answers whose place is known"


@dataclass(frozen=True, kw_only=True)
class Preference:
    """How often the answer named ``a`` is preferred to ``b``: wins, and ties by half. ``both_bad`` counts apart."""

    a: str
    b: str
    items: int
    votes: int
    wins_a: int
    wins_b: int
    ties: int
    both_bad: int
    share: Quantity

    @property
    def preferred(self) -> tuple[str, str, Quantity]:
        """The answer that is preferred more often, the other, and the share of the first."""
        q = self.share
        if q.value is None or q.value >= 0.5:
            return self.a, self.b, q
        ci = None if q.ci is None else (1 - q.ci[1], 1 - q.ci[0])
        return self.b, self.a, replace(q, value=1 - q.value, ci=ci)

    def to_json(self) -> dict[str, Any]:
        """Return the names, the counts and the share."""
        counts = {n: getattr(self, n) for n in ("items", "votes", "wins_a", "wins_b", "ties", "both_bad")}
        return {"a": self.a, "b": self.b, **counts, "share": self.share.to_json()}


@dataclass(frozen=True, kw_only=True)
class PairReport:
    """What the votes on pairs say. ``position`` is the share of choices that went to the first answer."""

    items: int
    votes: int
    raters: int
    choices: Mapping[str, int]
    preferences: tuple[Preference, ...]
    position: Quantity
    position_by_rater: Mapping[str, Quantity]
    strengths: Strengths
    agreement: AgreementReport

    def to_json(self) -> dict[str, Any]:
        """Return the object that ``pairs report --json`` prints."""
        return {
            "items": self.items,
            "votes": self.votes,
            "raters": self.raters,
            "choices": dict(self.choices),
            "preferences": [p.to_json() for p in self.preferences],
            "position": self.position.to_json(),
            "position_by_rater": {name: q.to_json() for name, q in self.position_by_rater.items()},
            "bradley_terry": self.strengths.to_json(),
            "agreement": self.agreement.to_json(),
        }


def pair_report(votes: Sequence[PairVote], *, bootstrap: int = 1000, seed: int = 0) -> PairReport:
    """Return every figure on these votes. Each person votes once on an item."""
    counts = Counter(v.choice for v in votes)
    raters = sorted({v.rater for v in votes})
    return PairReport(
        items=len({v.item for v in votes}),
        votes=len(votes),
        raters=len(raters),
        choices={choice: counts[choice] for choice in CHOICES},
        preferences=preferences(votes, seed=seed),
        position=position(votes, seed=seed),
        position_by_rater={r: position([v for v in votes if v.rater == r], seed=seed) for r in raters},
        strengths=strengths(votes, seed=seed),
        agreement=agreement_report(as_ratings(votes), bootstrap=bootstrap, seed=seed),
    )


def as_ratings(votes: Sequence[PairVote]) -> Ratings:
    """Return the votes as ratings by answer, so that it does not matter on which side anybody saw an answer.

    A file may name the two answers of an item in either order. They are told apart by their names; "a" is the answer
    whose name comes first.
    """
    said: list[Value] = [v.choice if v.a <= v.b else OTHER.get(v.choice, v.choice) for v in votes]
    columns = Columns([v.item for v in votes], [v.rater for v in votes], said)
    return ratings_of_columns(columns, SCALE)


OTHER: dict[str, Choice] = {"a": "b", "b": "a"}


def preferences(votes: Sequence[PairVote], *, seed: int = 0) -> tuple[Preference, ...]:
    """Return the preference between each two names that met, by name."""

    def names(vote: PairVote) -> tuple[str, str]:
        return (vote.a, vote.b) if vote.a <= vote.b else (vote.b, vote.a)

    met = sorted((v for v in votes if v.a != v.b), key=names)
    return tuple(_preference(a, b, list(group), seed) for (a, b), group in groupby(met, key=names))


def _preference(a: str, b: str, votes: Sequence[PairVote], seed: int) -> Preference:
    credits = [(v.item, v.credit_of(a)) for v in votes]
    given = [(item, credit) for item, credit in credits if credit is not None]
    counts = Counter(credit for _, credit in given)
    return Preference(
        a=a,
        b=b,
        items=len({v.item for v in votes}),
        votes=len(votes),
        wins_a=counts[1.0],
        wins_b=counts[0.0],
        ties=counts[0.5],
        both_bad=len(votes) - len(given),
        share=share(given, none=NONE_DECIDED, seed=seed),
    )


def position(votes: Sequence[PairVote], *, seed: int = 0) -> Quantity:
    """Return the share of choices that went to the answer in the first place; near 1/2 where the place has no pull."""
    chosen = [(v.item, v.chose_first) for v in votes]
    return share([(i, float(first)) for i, first in chosen if first is not None], none=NO_SIDES, seed=seed)
