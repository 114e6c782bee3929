"""The forecast of a planned draw: the reviewers' time and the precision of the estimates, before it is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from review.basics.words import counted
from review.current.assignments import week_of_store
from review.current.progress import seconds_per_item
from review.evidence import evidence
from review.evidence.production import production_quality
from review.rubric.rubric import Dimension, current_rubric
from review.sampling.allocate import SECONDS_PER_ITEM, DrawnStratum
from review.sampling.draw import DrawResult
from review.statistics.quality.expected import ASSUMED_SHARE, PlannedGroup, expected_estimate, half_width
from review.statistics.quality.strata import smoothed
from review.statistics.quantity import Quantity
from storage.queries.weeks import weeks_in_use
from storage.records_weeks import Week
from storage.store import Store


@dataclass(frozen=True)
class ExpectedEstimate:
    """The expected estimate for one positive value; ``observed`` tells whether an earlier week gave the shares."""

    positive: str
    estimate: Quantity
    observed: bool

    @property
    def half_width(self) -> float | None:
        """Half of the interval's width, as a share; None without an interval."""
        return half_width(self.estimate)


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """``items`` new items for ``raters`` people, ``minutes`` each at ``seconds`` per item (``measured`` or assumed).

    ``total`` is the number of items that the week will have, on which ``expected`` is based.
    """

    items: int
    total: int
    raters: int
    minutes: float
    seconds: float
    measured: bool
    due: date
    expected: tuple[ExpectedEstimate, ...]


def forecast(
    store: Store, result: DrawResult, *, week: str, raters: int, due: date, overlap_raters: int = 0
) -> Forecast:
    """Forecast the work for ``raters`` people and the precision that the draw in ``result`` will give.

    Overlap items go to ``overlap_raters`` people (0: all). A week that is already open keeps its own due date and
    overlap. Seconds are the median of all annotations in the store; the shares of each group are those of the latest
    earlier week with labels.
    """
    opened = store.get(Week, week)
    if opened is not None:
        due = date.fromisoformat(week_of_store(store, week).due)
        overlap_raters = opened.overlap_raters
    seconds = seconds_per_item(store)
    fresh = {i for ids in result.added.values() for i in ids}
    several = len(fresh & set(result.overlap_ids))
    people = max(raters, 1)
    ratings = len(fresh) + several * (min(overlap_raters or people, people) - 1)
    used = SECONDS_PER_ITEM if seconds is None else seconds
    return Forecast(
        items=len(fresh),
        total=result.sampled,
        raters=raters,
        minutes=ratings * used / 60 / people,
        seconds=used,
        measured=seconds is not None,
        due=due,
        expected=expected_of(result.strata, shares_before(store, week)),
    )


def shares_before(store: Store, week: str) -> dict[str, dict[str, float]]:
    """Return the share of each positive value of the rubric by group, in the latest earlier week with labels."""
    dimensions = [(d, d.positive) for d in current_rubric(store).dimensions]
    return {positive: _shares_before(store, week, d, positive) for d, positive in dimensions if positive is not None}


def expected_of(
    strata: Sequence[DrawnStratum], shares: Mapping[str, Mapping[str, float]]
) -> tuple[ExpectedEstimate, ...]:
    """Return what each positive value's estimate will be once all that is drawn is reviewed."""
    return tuple(
        ExpectedEstimate(
            positive,
            expected_estimate(
                [PlannedGroup(s.name, s.population, s.sampled, known.get(s.name, ASSUMED_SHARE)) for s in strata]
            ),
            bool(known),
        )
        for positive, known in shares.items()
    )


def _shares_before(store: Store, week: str, dimension: Dimension, positive: str) -> dict[str, float]:
    """Return by group the share of positives in the latest earlier week with labels; empty when there is none.

    A share is (k + 1/2)/(n + 1), because none among a few items does not mean none among many.
    """
    before = [w.name for w in reversed(weeks_in_use(store)) if w.name < week]
    for name in before:
        ledger = {f"{line.week} {line.name}": line.name for line in evidence.ledger(store, [name]).values()}
        strata = production_quality(store, [name], dimension, positive=positive).strata
        found = {ledger[s.name]: smoothed(s.labelled) for s in strata if s.labelled.n}
        if found:
            return found
    return {}


def sentences(found: Forecast) -> list[str]:
    """Describe the forecast in plain words: the work first, then the precision."""
    if not found.items and found.total:
        return [f"No more items than the {found.total:,} of this draw so far. Raise a rate or a number to add some."]
    more = counted(found.items, "more item")
    items = counted(found.items, "item") if found.items == found.total else f"{more} ({found.total:,} in all)"
    minutes = counted(max(1, round(found.minutes)), "minute")
    pace = f"{found.seconds:.0f} s per item, measured" if found.measured else "60 s per item, assumed"
    lines = [
        f"About {items}, {counted(found.raters, 'reviewer')}, about {minutes} each ({pace}), due "
        f"{found.due:%A} {found.due.day} {found.due:%B}."
        if found.raters
        else f"About {items}, and no reviewers yet. Choose reviewers."
    ]
    return lines + _widths(found.expected)


def _widths(expected: Sequence[ExpectedEstimate]) -> list[str]:
    known = [f"'{e.positive}' to about ± {_points(e.half_width)}" for e in expected if e.half_width is not None]
    lines = [
        f"The precision for '{e.positive}' is unknown: {e.estimate.undefined}."
        for e in expected
        if e.half_width is None
    ]
    if known:
        basis = "based on the shares in the last reviewed week"
        if not any(e.observed for e in expected):
            basis = "assuming a share of 10%, because no week is reviewed yet"
        lines.insert(0, f"Once all items are reviewed, people's labels alone give {', '.join(known)}, {basis}.")
    return lines


def _points(half: float | None) -> str:
    points = 100 * (half or 0)
    return f"{points:.1f} points" if points < 2 else f"{points:.0f} points"
