"""The counts behind every estimate of production: one ``StratumCounts`` per group of the draw."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from review.basics.errors import InputError


class Cell(NamedTuple):
    """Labelled conversations of one kind: their number, and how many of them people called positive.

    ``positive`` is a fraction where open ties count by the share of the adjudicated ones.
    """

    n: int = 0
    positive: float = 0


NO_LABELS = Cell()


class Verdicts(NamedTuple):
    """The judge's verdicts on all known conversations of a stratum: positive, another value, no readable verdict."""

    positive: int = 0
    other: int = 0
    missing: int = 0


@dataclass(frozen=True, kw_only=True)
class StratumCounts:
    """The counts of one group of the draw.

    ``population`` is N_h, the number of distinct conversations; None when the rows are a sample from a stream of
    unknown length (then the stratum must be the only one). ``verdicts`` counts the judge's verdicts over all known
    conversations, including the labelled ones; normally these are all N_h. The three cells count the labelled
    conversations by the judge's verdict. ``drawn`` is the number drawn for review, for the response rate. Strata
    with the same ``pool`` were drawn at the same rate (one group in several weeks). ``open_ties`` counts, in the order
    of the cells, the items that nobody has adjudicated and whose votes tie between positive and another value;
    ``other_ties`` those that tie between other values, which cannot be positive. No cell includes them. Raises
    InputError when the counts contradict each other.
    """

    name: str
    population: int | None
    verdicts: Verdicts
    said_positive: Cell = NO_LABELS
    said_other: Cell = NO_LABELS
    said_nothing: Cell = NO_LABELS
    drawn: int | None = None
    pool: str | None = None
    open_ties: tuple[int, int, int] = (0, 0, 0)
    other_ties: tuple[int, int, int] = (0, 0, 0)

    def __post_init__(self) -> None:
        for known, cell, *tied in zip(self.verdicts, self.cells, self.open_ties, self.other_ties, strict=True):
            ties = sum(tied)
            if not 0 <= cell.positive <= cell.n <= known - ties:
                raise InputError(
                    f"stratum '{self.name}': found {cell.n + ties} labelled conversations ({cell.positive} positive) "
                    f"among {known} with that verdict, expected no more labelled than there are. Correct the counts."
                )
        if self.population is not None and self.population < self.rows:
            raise InputError(
                f"stratum '{self.name}': population {self.population} is smaller than its {self.rows} rows. "
                "Expected at least as many. Give N_h, the distinct conversations of the stratum in the window."
            )

    @property
    def cells(self) -> tuple[Cell, Cell, Cell]:
        """The labelled cells in the order of ``Verdicts``."""
        return self.said_positive, self.said_other, self.said_nothing

    @property
    def labelled(self) -> Cell:
        """All labelled conversations with any verdict or none: m_h and how many are positive."""
        return joined(*self.cells)

    @property
    def judged(self) -> Cell:
        """The labelled conversations that have a verdict."""
        return joined(*self.cells[:2])

    @property
    def rows(self) -> int:
        """The number of known conversations, with or without a verdict."""
        return sum(self.verdicts)

    @property
    def size(self) -> float:
        """N_h, infinite when the length of the stream is unknown."""
        return float("inf") if self.population is None else float(self.population)

    @property
    def census(self) -> bool:
        """Whether every conversation of the stratum is labelled."""
        return self.population is not None and self.labelled.n == self.population

    def to_json(self) -> dict[str, Any]:
        """Return the stratum in the JSON of a report."""
        return {
            "name": self.name,
            "population": self.population,
            "drawn": self.drawn,
            "labelled": self.labelled.n,
            "positive": self.labelled.positive,
            "verdicts": dict(self.verdicts._asdict()),
        }


class QualityRow(NamedTuple):
    """One conversation: the judge's verdict and the settled label, each None when there is none."""

    verdict: str | None
    truth: str | None
    stratum: str = ""
    population: int | None = None


def stratify(rows: Iterable[QualityRow], positive: str) -> tuple[StratumCounts, ...]:
    """Count rows into strata, in order of appearance.

    Without any population, the rows of a named stratum are taken as the whole stratum, and rows without strata as a
    simple random sample from a stream of unknown length. Raises InputError for contradictory counts.
    """
    groups: dict[str, list[QualityRow]] = {}
    for row in rows:
        groups.setdefault(row.stratum, []).append(row)
    named = set(groups) != {""}
    return tuple(_count(name, members, positive, named=named) for name, members in groups.items())


def check_positive(rows: Iterable[QualityRow], positive: str) -> None:
    """Raise InputError when ``positive`` occurs nowhere, because a misspelt value would get a share of zero."""
    seen = {v for r in rows for v in (r.verdict, r.truth) if v is not None}
    if positive not in seen:
        found = ", ".join(sorted(seen)[:12]) or "no value at all"
        raise InputError(
            f"the positive value '{positive}' occurs neither among the verdicts nor among the labels. Found {found}. "
            "Give one of these."
        )


def shares(strata: Sequence[StratumCounts]) -> list[float]:
    """Return the weights N_h / N; a single stratum has weight 1. Raises InputError when sizes are unknown."""
    if len(strata) == 1:
        return [1.0]
    if any(s.population is None for s in strata):
        raise InputError("with several strata, each needs its population. Give N_h for all of them.")
    total = sum(s.size for s in strata)
    return [s.size / total for s in strata]


def spread(cell: Cell) -> float:
    """Return the sample variance s^2 of a yes/no label; when all agree, that of (k + 1/2)/(n + 1), which is above 0."""
    n, k = cell
    if 0 < k < n:
        return k * (n - k) / (n * (n - 1))
    return smoothed(cell) * (1 - smoothed(cell))


def smoothed(cell: Cell) -> float:
    """Return the share (k + 1/2)/(n + 1), Jeffreys' estimate, which is inside (0, 1) even when all agree."""
    return (cell.positive + 0.5) / (cell.n + 1)


def joined(*cells: Cell) -> Cell:
    """Return several cells as one."""
    return Cell(sum(c.n for c in cells), sum(c.positive for c in cells))


def _count(name: str, rows: Sequence[QualityRow], positive: str, *, named: bool) -> StratumCounts:
    verdicts = [0, 0, 0]
    cells = [[0, 0], [0, 0], [0, 0]]
    for row in rows:
        kind = 2 if row.verdict is None else int(row.verdict != positive)
        verdicts[kind] += 1
        if row.truth is not None:
            cells[kind][0] += 1
            cells[kind][1] += row.truth == positive
    population = next((r.population for r in rows if r.population is not None), len(rows) if named else None)
    first, second, third = (Cell(*c) for c in cells)
    return StratumCounts(
        name=name or "all",
        population=population,
        verdicts=Verdicts(*verdicts),
        said_positive=first,
        said_other=second,
        said_nothing=third,
    )
