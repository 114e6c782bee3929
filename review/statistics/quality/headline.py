"""The one headline estimate of production quality: people's labels, post-stratified by the judge's verdict.

A stratum whose verdict cells are all large enough is estimated cell by cell. Elsewhere the judge enters through a
difference whose weight does not come from the stratum's own labels, so the estimate stays unbiased. Without a judge
the same code gives the estimate from people alone. The rule looks at expected counts, never at the sample that
happened to be drawn: a sample that lacks flagged conversations also lacks positives.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from review.statistics.quality.bounds import consistent
from review.statistics.quality.parts import lopsided
from review.statistics.quality.people import unlabelled_share
from review.statistics.quality.pieces import Piece, first_phase_piece, mover, share_piece
from review.statistics.quality.strata import Cell, StratumCounts, joined, shares
from review.statistics.quantity import Quantity

ENOUGH = 4.0
"""Expected labels in a verdict cell from which on the cell is estimated by itself. P(an empty cell) <= exp(-4)."""

Rule = Literal["cells", "difference", "people", "census"]
BASIS = {
    "cells": "post-stratified by verdict",
    "difference": "difference from the judge, weight from other labels",
    "people": "people alone",
    "census": "every conversation is labelled",
}
METHOD = "MOVER over Jeffreys limits"
METHOD_SE = "variance within cells, smoothed"


class Rates(NamedTuple):
    """Labels of other weeks by verdict: those the judge called positive, and those it called something else."""

    said_positive: Cell
    said_other: Cell


@dataclass(frozen=True)
class Headline:
    """The headline with what it rests on.

    ``quantity`` is the share of positive conversations. ``rules`` names the rule by stratum, ``weights`` the weight of
    the judge in each stratum under the rule "difference".
    """

    quantity: Quantity
    rules: Mapping[str, Rule]
    weights: Mapping[str, float]

    @property
    def basis(self) -> str:
        """Return how the estimate was made, in words; several rules are joined."""
        # Where the judge has no weight, the difference from it is the share among people.
        used = {
            "people" if rule == "difference" and not self.weights.get(stratum) else rule
            for stratum, rule in self.rules.items()
        }
        order: list[Rule] = [rule for rule in BASIS if rule in used and rule != "census"] or ["census"]
        return "; ".join(BASIS[rule] for rule in order)


def headline(
    strata: Sequence[StratumCounts], *, history: Mapping[str, Rates] | None = None, level: float = 0.95
) -> Headline:
    """Estimate the share of positive conversations from labels and, where there are any, a judge's verdicts.

    ``history`` holds, by stratum name, the labels of the four weeks before under the same judge and rubric version.
    The estimate and its limits never contradict the labels (``bounds.consistent``). Undefined without labels, when more
    than 1% of the traffic is in strata without labels, and when the labelled are not a random part of
    their stratum. Simulated in tests/bench/headline_coverage.py.
    """
    strata = [s for s in strata if s.size > 0]
    n = sum(s.labelled.n for s in strata)
    reason = _why_not(strata, n)
    if reason:
        return Headline(Quantity.missing(reason, n=n, method=METHOD), {}, {})
    silent = unlabelled_share(strata).share
    labelled = [s for s in strata if s.labelled.n > 0]
    if _mostly_positive(labelled):
        found = _estimate([_flipped(s) for s in labelled], _flipped_history(history), level)
        value, low, high = 1 - found.value, 1 - found.high, 1 - found.low
    else:
        found = _estimate(labelled, history or {}, level)
        value, low, high = found.value, found.low, found.high
    if silent:
        # Nothing is known of these strata: they may be anything between all negative and all positive.
        value, low, high = value * (1 - silent) + silent / 2, low * (1 - silent), high * (1 - silent) + silent
    value, ci = consistent(value, low, high, strata)
    return Headline(
        Quantity(value=value, ci=ci, se=found.se, method=METHOD, method_se=METHOD_SE, n=n), found.rules, found.weights
    )


@dataclass(frozen=True, kw_only=True)
class _Found:
    value: float
    low: float
    high: float
    se: float
    rules: dict[str, Rule]
    weights: dict[str, float]


class _Part(NamedTuple):
    """A stratum cut into cells: each with its labels and its size, and the rule that applies."""

    rule: Rule
    cells: tuple[tuple[Cell, float], ...]
    weight: float = 0.0


def _estimate(strata: Sequence[StratumCounts], history: Mapping[str, Rates], level: float) -> _Found:
    parts = [_part(s, strata, history) for s in strata]
    value, pieces = 0.0, []
    for share, stratum, part in zip(shares(strata), strata, parts, strict=True):
        size = sum(n for _, n in part.cells)
        if part.rule == "difference":
            (flagged, n_flagged), (other, n_other), *rest = part.cells
            judged = n_flagged + n_other
            mean = (flagged.positive + other.positive - part.weight * flagged.n) / (flagged.n + other.n)
            value += share * judged / size * (mean + part.weight * n_flagged / judged)
            value += share * sum(n / size * cell.positive / cell.n for cell, n in rest)
        else:
            value += share * sum(n / size * cell.positive / cell.n for cell, n in part.cells)
        pieces += _pieces(stratum, part, share)
    low, high, variance = mover(pieces, value, level)
    rules: dict[str, Rule] = {s.name: p.rule for s, p in zip(strata, parts, strict=True)}
    weights = {s.name: p.weight for s, p in zip(strata, parts, strict=True) if p.rule == "difference"}
    return _Found(value=value, low=low, high=high, se=variance**0.5, rules=rules, weights=weights)


def _part(stratum: StratumCounts, strata: Sequence[StratumCounts], history: Mapping[str, Rates]) -> _Part:
    """Cut a stratum into its verdict cells and choose its rule by their expected counts."""
    m = stratum.labelled.n
    scale = stratum.size / stratum.rows if stratum.population is not None else 1.0
    sizes = [count * scale for count in stratum.verdicts]
    cells = list(stratum.cells)
    if stratum.census:
        return _Part("census", ((stratum.labelled, stratum.size),))
    total = sum(sizes)
    if sizes[2] and (m * sizes[2] / total < ENOUGH or cells[2].n == 0):
        sizes = [sizes[0], sizes[1] + sizes[2], 0.0]
        cells = [cells[0], joined(cells[1], cells[2]), Cell()]
    if not stratum.judged.n or not sizes[0] or not sizes[1]:
        kept = (
            [(stratum.labelled, total)]
            if not sizes[2] or not joined(*cells[:2]).n
            else [(joined(*cells[:2]), sizes[0] + sizes[1]), (cells[2], sizes[2])]
        )
        return _Part("people", tuple(kept))
    kept = [(cell, n) for cell, n in zip(cells, sizes, strict=True) if n]
    if all(cell.n and m * n / total >= ENOUGH for cell, n in kept):
        return _Part("cells", tuple(kept))
    return _Part("difference", tuple(kept), _outside_weight(stratum, strata, history))


def _outside_weight(stratum: StratumCounts, strata: Sequence[StratumCounts], history: Mapping[str, Rates]) -> float:
    """Return the weight of the judge from labels that are not this stratum's: earlier weeks, else half the others'."""
    past = history.get(stratum.name)
    if past is not None and past.said_positive.n + past.said_other.n:
        rates = []
        for cell, name in zip(past, Rates._fields, strict=True):
            over_all = joined(*(getattr(r, name) for r in history.values()))
            rate = (over_all.positive + 0.5) / (over_all.n + 1)
            rates.append((cell.positive + 2 * rate) / (cell.n + 2))
        return min(max(rates[0] - rates[1], 0.0), 1.0)
    others = [s for s in strata if s is not stratum]
    flagged = joined(*(s.said_positive for s in others))
    unflagged = joined(*(s.said_other for s in others))
    if not flagged.n or not unflagged.n:
        return 0.0
    ppv, missed = ((c.positive + 0.5) / (c.n + 1) for c in (flagged, unflagged))
    return min(max(ppv - missed, 0.0), 1.0) / 2


def _pieces(stratum: StratumCounts, part: _Part, share: float) -> list[Piece]:
    """Return the independent pieces of a stratum, with weights that are shares of all conversations."""
    if part.rule == "census":
        return []
    infinite = stratum.population is None
    total = sum(n for _, n in part.cells)
    pieces = [first_phase_piece(stratum, share)] if stratum.rows < stratum.size else []
    cells = list(part.cells)
    if part.rule == "difference":
        (flagged, n_flagged), (other, n_other) = cells[:2]
        judged, m = n_flagged + n_other, flagged.n + other.n
        sampled = 0.0 if infinite else m / judged
        hits, false_alarms = flagged.positive, flagged.n - flagged.positive
        mass = (1 - part.weight) * hits + other.positive
        spread = ((1 - part.weight) ** 2 * hits + other.positive + 1) / (mass + 1)
        w = share * judged / total
        shared = None if stratum.pool is None else (stratum.pool, "difference", round(part.weight, 6))
        common = Piece(weight=w, hits=mass, n=m, sampled=sampled, spread=spread, pool=shared and (*shared, "mass"))
        pieces.append(common)
        if part.weight:
            alarms = shared and (*shared, "false alarms")
            pieces.append(replace(common, weight=-part.weight * w, hits=false_alarms, spread=1.0, pool=alarms))
        cells = cells[2:]
    for place, (cell, n) in enumerate(cells):
        pool = None if stratum.pool is None else (stratum.pool, part.rule, len(part.cells), place)
        pieces.append(share_piece(share * n / total, cell, 0.0 if infinite else cell.n / n, pool))
    return pieces


def _mostly_positive(strata: Sequence[StratumCounts]) -> bool:
    """Whether positives are the more frequent label: limits are taken for the rarer one."""
    weights = shares(strata)
    return sum(w * s.labelled.positive / s.labelled.n for w, s in zip(weights, strata, strict=True)) > 0.5


def _flipped(stratum: StratumCounts) -> StratumCounts:
    """Return the stratum with the question turned round: verdicts and labels that are not positive."""
    positive, other, missing = stratum.verdicts
    negative = [Cell(c.n, c.n - c.positive) for c in stratum.cells]
    return replace(
        stratum,
        verdicts=type(stratum.verdicts)(other, positive, missing),
        said_positive=negative[1],
        said_other=negative[0],
        said_nothing=negative[2],
    )


def _flipped_history(history: Mapping[str, Rates] | None) -> dict[str, Rates]:
    turned = {}
    for name, (flagged, other) in (history or {}).items():
        turned[name] = Rates(Cell(other.n, other.n - other.positive), Cell(flagged.n, flagged.n - flagged.positive))
    return turned


def _why_not(strata: Sequence[StratumCounts], n: int) -> str | None:
    if not n:
        return "no conversation is labelled"
    reason = unlabelled_share(strata).reason
    if reason:
        return reason
    odd = next((q for q in map(lopsided, strata) if q is not None), None)
    return odd.undefined if odd else None
