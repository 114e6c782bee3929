"""How well the golden examples cover the business: counts by scenario and kind, compared with a plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from review.golden.examples import SOURCES, current_examples
from storage.records_golden import EXAMPLE_KINDS, GoldenExample
from storage.store import Store

CoverageTarget = Mapping[str, int | Mapping[str, int]]
"""Wanted number of examples by scenario: one number, or one for each kind."""


@dataclass(frozen=True)
class Cell:
    """One scenario and kind (None: all kinds): how many there are, how many the plan wants (None: not in it)."""

    scenario: str
    kind: str | None
    n: int
    target: int | None = None

    @property
    def missing(self) -> int:
        """How many are missing to the target."""
        return max((self.target or 0) - self.n, 0)


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """``cells`` for each scenario and kind, ``totals`` for each scenario, and counts by source and by split.

    ``target`` is the sum over the scenarios. ``missing`` adds up the gaps; a surplus in one place does not make up for
    a gap in another.
    """

    cells: tuple[Cell, ...]
    totals: tuple[Cell, ...]
    sources: Mapping[str, int]
    splits: Mapping[str, int]
    n: int
    target: int | None
    missing: int


def coverage(store: Store, *, target: int | None = None, plan: CoverageTarget | None = None) -> Coverage:
    """Return the coverage of the current examples; ``target`` is wanted in each scenario that ``plan`` leaves out."""
    return cover(current_examples(store), target=target, plan=plan)


_WORTH_A_LOOK = {"edge": ("judges", "unsure"), "adversarial": ("flagged",)}


def worth_a_look(kind: str) -> tuple[str, ...]:
    """Return the reasons of :mod:`review.log.searching` for which a conversation may make an example of a kind."""
    return _WORTH_A_LOOK.get(kind, ())


def cover(
    examples: Iterable[GoldenExample], *, target: int | None = None, plan: CoverageTarget | None = None
) -> Coverage:
    """Count examples by scenario and kind. Pure.

    Scenarios of the plan come first, in its order, with or without examples; others follow by name. A scenario's target
    is the plan's number, or the sum over its kinds. Examples without a scenario have no target.
    """
    rows = list(examples)
    wanted: dict[str, int | Mapping[str, int]] = dict(plan or {})
    named = [*wanted, *sorted({e.scenario for e in rows} - wanted.keys())]
    if target is not None:
        wanted = {s: wanted.get(s, target) for s in named if s}
    counts = Counter((e.scenario, e.kind) for e in rows)
    cells = tuple(Cell(s, k, counts[s, k], _by_kind(wanted.get(s), k)) for s in named for k in EXAMPLE_KINDS)
    totals = tuple(Cell(s, None, sum(counts[s, k] for k in EXAMPLE_KINDS), _total(wanted.get(s))) for s in named)
    targets = [t.target for t in totals if t.target is not None]
    sources = Counter(e.source for e in rows)
    return Coverage(
        cells=cells,
        totals=totals,
        sources={s: sources[s] for s in SOURCES},
        splits=dict(sorted(Counter(e.split for e in rows).items())),
        n=len(rows),
        target=sum(targets) if targets else None,
        missing=sum(max(t.missing, sum(c.missing for c in cells if c.scenario == t.scenario)) for t in totals),
    )


def _by_kind(wanted: int | Mapping[str, int] | None, kind: str) -> int | None:
    return wanted.get(kind, 0) if isinstance(wanted, Mapping) else None


def _total(wanted: int | Mapping[str, int] | None) -> int | None:
    return sum(wanted.values()) if isinstance(wanted, Mapping) else wanted
