"""The alternative annotator test: can this judge replace one of the people?

Calderon, Reichart & Dror (2025), "The Alternative Annotator Test for LLM-as-a-Judge", ACL. For each person j the other
people on an item are the reference. W^f is 1 where the judge is at least as close to them as j is, W^h where j is at
least as close as the judge; an equal distance counts for both. A person costs more effort than a judge, so ``epsilon``
(0.2 expert, 0.15 skilled, 0.1 crowd) is the advantage a person must show: H0 is mean(W^h - W^f) >= epsilon, tested by a
one-sided t test.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr

from review.basics.errors import InputError
from review.basics.labels import Ratings

Scoring = Literal["accuracy", "rmse"]
LEAST_RATERS = 3
LEAST_ITEMS = 30
PASS_RATE = 0.5


@dataclass(frozen=True, kw_only=True)
class RaterTest:
    """One person against the judge on ``n`` shared items; shares are None without items, ``p`` when there are too few.

    ``rejected`` tells whether the test rejects that the person is closer: the judge wins.
    """

    rater: str
    n: int
    judge_at_least_as_close: float | None
    rater_at_least_as_close: float | None
    p: float | None
    rejected: bool

    def to_json(self) -> dict[str, Any]:
        """Return the person's object of ``alt-test --json``."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class AltTest:
    """The whole test; when ``undefined`` gives a reason, the overall figures are None."""

    judge: str
    epsilon: float
    scoring: Scoring
    raters: tuple[RaterTest, ...]
    winning_rate: float | None
    average_advantage_probability: float | None
    passed: bool | None
    undefined: str | None

    def to_json(self) -> dict[str, Any]:
        """Return the object that ``alt-test --json`` prints."""
        return asdict(self) | {"raters": [r.to_json() for r in self.raters]}

    @classmethod
    def missing(
        cls,
        judge: str,
        reason: str,
        *,
        epsilon: float,
        scoring: Scoring = "accuracy",
        raters: tuple[RaterTest, ...] = (),
    ) -> AltTest:
        """Return a test that cannot be decided, with the reason."""
        return cls(
            judge=judge,
            epsilon=epsilon,
            scoring=scoring,
            raters=raters,
            winning_rate=None,
            average_advantage_probability=None,
            passed=None,
            undefined=reason,
        )


def alt_test(
    ratings: Ratings, judge: str, *, epsilon: float = 0.2, scoring: Scoring = "accuracy", q: float = 0.05
) -> AltTest:
    """Run the test for one judge among the raters.

    ``ratings`` has one rating per item and rater, including the judge's. ``scoring`` is the share of the others who
    gave the same value, or the negative root mean squared distance to them on the scale's numbers. An item counts for
    person j when j, the judge and at least one other person rated it. Benjamini-Yekutieli at level ``q`` decides for
    which people the judge wins; it passes at a winning rate of one half. Raises InputError when the judge has no
    rating. The result is undefined unless at least three people have 30 such items each; people with fewer are not
    tested but still count among the others.
    """
    if judge not in ratings.raters:
        known = ", ".join(ratings.raters[:12])
        raise InputError(f"judge '{judge}' has no rating. Expected one of the raters {known}. Check the name.")
    code = ratings.raters.index(judge)
    people = [name for name in ratings.raters if name != judge]
    by_judge, by_person = _closeness(ratings, code, scoring)
    rater = ratings.rater[by_judge.rows]
    judge_wins = (by_judge.distance <= by_person.distance + 1e-9).astype(float)
    person_wins = (by_person.distance <= by_judge.distance + 1e-9).astype(float)
    tested = [
        _rater_test(name, judge_wins[rater == j], person_wins[rater == j], epsilon)
        for j, name in enumerate(ratings.raters)
        if name != judge
    ]
    enough = [k for k, r in enumerate(tested) if r.p is not None]
    if len(enough) < LEAST_RATERS:
        reason = (
            f"the test needs at least {LEAST_RATERS} people with {LEAST_ITEMS} items each that they, the judge and "
            f"another person rated; {len(enough)} of {len(people)} people have that"
        )
        return AltTest.missing(judge, reason, epsilon=epsilon, scoring=scoring, raters=tuple(tested))
    rejected = benjamini_yekutieli([tested[k].p or 0.0 for k in enough], q)
    for k, yes in zip(enough, rejected, strict=True):
        tested[k] = replace(tested[k], rejected=yes)
    rate = sum(rejected) / len(enough)
    advantage = float(np.mean([tested[k].judge_at_least_as_close for k in enough]))
    return AltTest(
        judge=judge,
        epsilon=epsilon,
        scoring=scoring,
        raters=tuple(tested),
        winning_rate=rate,
        average_advantage_probability=advantage,
        passed=rate >= PASS_RATE,
        undefined=None,
    )


@dataclass(frozen=True)
class _Closeness:
    """The distance to the other people on the item, for each usable rating of a person (its row in the ratings)."""

    rows: npt.NDArray[np.intp]
    distance: npt.NDArray[np.float64]


def _closeness(ratings: Ratings, judge: int, scoring: Scoring) -> tuple[_Closeness, _Closeness]:
    """Return the distances of the judge and of the person to the other people, for every usable rating of a person."""
    is_judge = ratings.rater == judge
    verdict = np.full(len(ratings.items), -1, dtype=np.intp)
    verdict[ratings.item[is_judge]] = ratings.value[is_judge]
    human = np.flatnonzero(~is_judge)
    votes = np.zeros((len(ratings.items), len(ratings.scale.values)))
    np.add.at(votes, (ratings.item[human], ratings.value[human]), 1)
    rows = human[(verdict[ratings.item[human]] >= 0) & (votes.sum(axis=1)[ratings.item[human]] >= 2)]
    item, own = ratings.item[rows], ratings.value[rows]
    judged = verdict[item]
    others = votes[item]
    others[np.arange(len(rows)), own] -= 1
    if scoring == "accuracy":
        cost = 1.0 - np.eye(len(ratings.scale.values))
    else:
        numbers = ratings.numbers()
        cost = (numbers[:, None] - numbers[None, :]) ** 2
    size = others.sum(axis=1)
    by_judge, by_person = ((others * cost[codes]).sum(axis=1) / np.maximum(size, 1) for codes in (judged, own))
    return _Closeness(rows, by_judge), _Closeness(rows, by_person)


def _rater_test(name: str, judge_wins: np.ndarray, person_wins: np.ndarray, epsilon: float) -> RaterTest:
    n = len(judge_wins)
    if not n:
        return RaterTest(
            rater=name, n=0, judge_at_least_as_close=None, rater_at_least_as_close=None, p=None, rejected=False
        )
    p = _one_sided_p(person_wins - judge_wins, epsilon) if n >= LEAST_ITEMS else None
    return RaterTest(
        rater=name,
        n=n,
        judge_at_least_as_close=float(judge_wins.mean()),
        rater_at_least_as_close=float(person_wins.mean()),
        p=p,
        rejected=False,
    )


def _one_sided_p(difference: np.ndarray, epsilon: float) -> float:
    """Return P(T <= t) of the one-sample t test that the mean difference is below epsilon; 0 or 1 without spread."""
    n, mean = len(difference), float(difference.mean())
    spread = float(difference.std(ddof=1))
    if spread == 0:
        return 0.0 if mean < epsilon else 1.0
    return float(stdtr(n - 1, (mean - epsilon) / (spread / math.sqrt(n))))


def benjamini_yekutieli(p_values: list[float], q: float) -> list[bool]:
    """Return which hypotheses are rejected at false discovery rate ``q`` under any dependence.

    Benjamini & Yekutieli (2001), Ann. Statist. 29, 1165-1188.
    """
    p = np.asarray(p_values, dtype=float)
    m = len(p)
    order = np.argsort(p, kind="stable")
    ranks = np.arange(1, m + 1)
    below = np.flatnonzero(p[order] <= ranks / m * q / (1 / ranks).sum()) if m else np.zeros(0, int)
    rejected = np.zeros(m, dtype=bool)
    if len(below):
        rejected[order[: below[-1] + 1]] = True
    return [bool(x) for x in rejected]
