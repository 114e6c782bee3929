"""The independent pieces of the headline and their limits.

MOVER joins them (Zou & Donner 2008, Stat. Med. 27, 1693-1702).
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

from scipy.special import ndtri

from review.statistics.intervals import jeffreys
from review.statistics.quality.parts import first_phase
from review.statistics.quality.strata import Cell, StratumCounts


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A share ``hits / n`` with its weight in the estimate.

    ``sampled`` is the fraction of the piece's conversations that is labelled; ``spread`` the variance of one
    observation relative to a yes/no answer. Pieces with the same ``pool`` were sampled at the same rate, and their
    counts are summed before limits are taken. ``variance`` replaces the share where only a variance is known.
    """

    weight: float
    hits: float
    n: float
    sampled: float = 0.0
    spread: float = 1.0
    pool: Hashable | None = None
    variance: float | None = None


def share_piece(weight: float, cell: Cell, sampled: float, pool: Hashable | None) -> Piece:
    """Return the piece of one verdict cell."""
    return Piece(weight=weight, hits=cell.positive, n=cell.n, sampled=sampled, pool=pool)


def first_phase_piece(stratum: StratumCounts, weight: float) -> Piece:
    """Return the piece for verdicts that are known of only a part of the stratum."""
    return Piece(weight=weight, hits=0, n=0, variance=first_phase(stratum))


def mover(pieces: Sequence[Piece], value: float, level: float) -> tuple[float, float, float]:
    """Return the lower limit, the upper limit and the variance of a weighted sum of independent shares."""
    z2 = float(ndtri((1 + level) / 2)) ** 2
    below = above = variance = 0.0
    for piece in pooled(pieces):
        if piece.variance is not None:
            down = up = math.sqrt(z2 * piece.variance)
            variance += piece.weight**2 * piece.variance
        else:
            down, up = distances(piece, level)
            smooth = (piece.hits + 0.5) / (piece.n + 1)
            variance += piece.weight**2 * piece.spread * (1 - piece.sampled) * smooth * (1 - smooth) / piece.n
        if piece.weight < 0:
            down, up = up, down
        below += (piece.weight * down) ** 2
        above += (piece.weight * up) ** 2
    return value - math.sqrt(below), value + math.sqrt(above), variance


def distances(piece: Piece, level: float) -> tuple[float, float]:
    """Return how far the limits of a piece lie below and above its share; zero where everything is labelled."""
    left = 1 - piece.sampled
    if left <= 0:
        return 0.0, 0.0
    shrink = left * piece.spread
    low, high = jeffreys(piece.hits / shrink, piece.n / shrink, level)
    share = piece.hits / piece.n
    return max(0.0, share - low), max(0.0, high - share)


def pooled(pieces: Sequence[Piece]) -> list[Piece]:
    """Return the pieces with those of one pool summed: weights, hits and labels add up."""
    groups: dict[Hashable, list[Piece]] = {}
    for number, piece in enumerate(pieces):
        alone = piece.pool is None or piece.variance is not None
        groups.setdefault(("alone", number) if alone else ("pool", piece.pool), []).append(piece)
    return [members[0] if len(members) == 1 else _sum(members) for members in groups.values()]


def _sum(members: Sequence[Piece]) -> Piece:
    n = sum(p.n for p in members)
    return replace(
        members[0],
        weight=sum(p.weight for p in members),
        hits=sum(p.hits for p in members),
        n=n,
        sampled=n / sum(p.n / p.sampled for p in members) if all(p.sampled for p in members) else 0.0,
        spread=sum(p.spread * p.n for p in members) / n,
    )
