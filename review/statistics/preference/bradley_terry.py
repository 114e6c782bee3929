"""Bradley-Terry strengths: answer i is preferred to j with the odds exp(strength i - strength j).

Bradley & Terry (1952), Biometrika 39, 324-345. A tie counts as half a win for each. Strengths add up to zero. They
exist only if every split of the answers into two groups saw each group win at least once (Ford 1957, Amer. Math.
Monthly 64, 28-33); otherwise nothing is estimated, and the reason names the answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from review.statistics.preference.votes import PairVote, names_in
from review.statistics.quantity import Quantity

METHOD = "Bayesian bootstrap over items, Jeffreys prior"
METHOD_SE = "Fisher information"
REPLICATES = 500
LONGEST_STEP = 1.0
STEPS = 200
CLOSE = 1e-9

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Strengths:
    """The strength of each named answer on the log-odds scale, the strongest first; ``undefined`` says why not."""

    by_name: Mapping[str, Quantity]
    undefined: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the strengths as quantities by name, and the reason where there are none."""
        return {"strengths": {n: q.to_json() for n, q in self.by_name.items()}, "undefined": self.undefined}


def strengths(votes: Sequence[PairVote], *, seed: int = 0) -> Strengths:
    """Return the strengths of all answers that are compared with one of another name."""
    between = [v for v in votes if v.a != v.b and v.credit_of(v.a) is not None]
    names = names_in(between)
    if len(names) < 2:
        return Strengths({}, "no vote compares two answers of different names")
    place, items = {name: k for k, name in enumerate(names)}, list(dict.fromkeys(v.item for v in between))
    row = {item: k for k, item in enumerate(items)}
    k = len(names)
    per_item = np.zeros((len(items), k * k))
    for v in between:
        credit = v.credit_of(v.a) or 0.0
        per_item[row[v.item], place[v.a] * k + place[v.b]] += credit
        per_item[row[v.item], place[v.b] * k + place[v.a]] += 1 - credit
    wins = per_item.sum(axis=0).reshape(k, k)
    reason = why_not(wins, names)
    if reason:
        return Strengths({}, reason)
    value, errors = fit(wins[None])[0], np.sqrt(np.diag(covariance(wins)))
    drawn = fit(_replicates(per_item, wins, seed))
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    counts = {name: sum(name in (v.a, v.b) for v in between) for name in names}
    order = sorted(range(k), key=lambda i: (-value[i], names[i]))
    return Strengths(
        {
            names[i]: Quantity(
                value=float(value[i]),
                ci=(float(min(low[i], value[i])), float(max(high[i], value[i]))),
                se=float(errors[i]),
                method=METHOD,
                method_se=METHOD_SE,
                n=counts[names[i]],
            )
            for i in order
        }
    )


def _replicates(per_item: Floats, wins: Floats, seed: int) -> Floats:
    """Return wins in which each item has a random weight.

    As for a share, two further items of half a weight stand for each comparison that was made, one won by either side.
    Without them the intervals held the truth in 90% to 94% of simulations with 8 to 20 items for each comparison.
    """
    k, rng = len(wins), np.random.default_rng(seed)
    weights = rng.standard_exponential((REPLICATES, len(per_item)))
    votes = wins.sum() / len(per_item)
    prior = rng.standard_gamma(0.5, (REPLICATES, k, k)) * ((wins + wins.T) > 0) * votes
    found: Floats = (weights @ per_item).reshape(-1, k, k) + prior
    return found


def fit(wins: Floats) -> Floats:
    """Return the strengths for each matrix in a stack; ``wins[m, i, j]`` is how often i won over j. By Newton's steps.

    The likelihood is concave. No strength moves by more than one in a step, so the steps never overshoot far.
    """
    games = wins + wins.transpose(0, 2, 1)
    won, size = wins.sum(axis=2), wins.shape[1]
    found = np.zeros(won.shape)
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(found[:, None, :] - found[:, :, None]))
        slope = won - (games * chance).sum(axis=2)
        step = np.linalg.solve(_information(games, chance) + 1 / size, slope[:, :, None])[:, :, 0]
        step *= np.minimum(1, LONGEST_STEP / np.maximum(np.abs(step).max(axis=1), CLOSE))[:, None]
        found += step
        if np.abs(step).max() < CLOSE:
            break
    return found - found.mean(axis=1, keepdims=True)


def covariance(wins: Floats) -> Floats:
    """Return the covariance of the strengths by the Fisher information, as if all votes were independent."""
    value, games = fit(wins[None]), (wins + wins.T)[None]
    chance = 1 / (1 + np.exp(value[:, None, :] - value[:, :, None]))
    found: Floats = np.linalg.pinv(_information(games, chance)[0])
    return found


def _information(games: Floats, chance: Floats) -> Floats:
    spread = games * chance * (1 - chance)
    return np.eye(spread.shape[1]) * spread.sum(axis=2)[:, :, None] - spread


def why_not(wins: Floats, names: Sequence[str]) -> str | None:
    """Return why these wins determine no strengths, None when they do."""
    groups, group = connected_components(csr_matrix(wins > 0), connection="weak")
    if groups > 1:
        first = [n for n, g in zip(names, group, strict=True) if g == group[0]]
        others = [n for n, g in zip(names, group, strict=True) if g != group[0]]
        return f"no vote compares {_listed(first)} with {_listed(others)}"
    groups, group = connected_components(csr_matrix(wins > 0), directed=True, connection="strong")
    if groups == 1:
        return None
    # Groups that beat each other in one direction alone: one of them never lost to any other.
    for g in range(groups):
        inside = group == g
        if not wins[np.ix_(~inside, inside)].any():
            best = [n for n, within in zip(names, inside, strict=True) if within]
            others = [n for n, within in zip(names, inside, strict=True) if not within]
            return f"{_listed(best)} won every comparison with {_listed(others)}, so the difference has no upper limit"
    raise AssertionError("wins that are not strongly connected have a group that never lost")


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
