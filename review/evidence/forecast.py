"""What a planned draw will cost the reviewers and how sure it will make the estimates, before it is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from review.current.progress import seconds_per_item
from review.evidence import evidence
from review.evidence.production import production_quality
from review.rubric.rubric import Dimension, current_rubric
from review.sampling.allocate import SECONDS_PER_ITEM
from review.sampling.draw import DrawResult
from review.statistics.quality.expected import ASSUMED_SHARE, PlannedGroup, expected_estimate, half_width
from review.statistics.quality.strata import smoothed
from review.statistics.quantity import Quantity
from storage.records_review import Week
from storage.store import Store


@dataclass(frozen=True)
class Expected:
    """The estimate to expect for one positive value; ``observed`` tells that an earlier week gave the shares."""

    positive: str
    estimate: Quantity
    observed: bool

    @property
    def half_width(self) -> float | None:
        """Half of the interval's width, as a share."""
        return half_width(self.estimate)


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """``items`` new items for ``raters`` people, ``minutes`` each at ``seconds`` per item (``measured`` or assumed).

    ``total`` is what the week will hold in all, on which ``expected`` rests.
    """

    items: int
    total: int
    raters: int
    minutes: float
    seconds: float
    measured: bool
    due: date
    expected: tuple[Expected, ...]


def forecast(
    store: Store, result: DrawResult, *, week: str, raters: int, due: date, overlap_raters: int = 0
) -> Forecast:
    """What the draw in ``result`` will ask of ``raters`` people and tell about the week.

    Overlap items go to ``overlap_raters`` people (0: all). A week that is open already keeps its own due date and
    overlap, whatever is asked. Seconds are the median of all annotations in the store;
    shares those that the week before showed in each group.
    """
    opened = store.get(Week, week)
    if opened is not None:
        due, overlap_raters = date.fromisoformat(opened.due), opened.overlap_raters
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
        expected=tuple(
            Expected(d.positive, expected_estimate(_planned(result, shares)), bool(shares))
            for d in current_rubric(store).dimensions
            if d.positive is not None
            for shares in [_shares_before(store, week, d, d.positive)]
        ),
    )


def _planned(result: DrawResult, shares: Mapping[str, float]) -> list[PlannedGroup]:
    return [PlannedGroup(s.name, s.population, s.sampled, shares.get(s.name, ASSUMED_SHARE)) for s in result.strata]


def _shares_before(store: Store, week: str, dimension: Dimension, positive: str) -> dict[str, float]:
    """By group, the share of positives in the latest earlier week with labels; empty when there is none.

    A share is (k + 1/2)/(n + 1), because none among few does not promise none among many.
    """
    before = [w.name for w in store.find(Week, order_by="name desc") if w.name < week]
    for name in before:
        ledger = {f"{line.week} {line.name}": line.name for line in evidence.ledger(store, [name]).values()}
        strata = production_quality(store, [name], dimension, positive=positive).strata
        found = {ledger[s.name]: smoothed(s.labelled) for s in strata if s.labelled.n}
        if found:
            return found
    return {}


def sentences(found: Forecast) -> list[str]:
    """The forecast in plain words: the work first, then what it will tell."""
    items = f"{found.items} items" if found.items == found.total else f"{found.items} more items ({found.total} in all)"
    pace = (
        f"{found.seconds:.0f} s per item, measured" if found.measured else "60 s per item assumed, nobody is measured"
    )
    people = f"{found.raters} reviewer{'s' * (found.raters != 1)}"
    lines = [
        f"About {items}, {people}, about {found.minutes:.0f} minutes each ({pace}), due {found.due:%A} "
        f"{found.due.day} {found.due:%B}."
        if found.raters
        else f"About {items}, and nobody to review them yet: choose reviewers."
    ]
    return lines + _widths(found.expected)


def _widths(expected: Sequence[Expected]) -> list[str]:
    known = [f"{e.positive} to about ± {_points(e.half_width)}" for e in expected if e.half_width is not None]
    lines = [f"Cannot be said for {e.positive}: {e.estimate.undefined}." for e in expected if e.half_width is None]
    if known:
        basis = "at the shares that the last reviewed week showed"
        if not any(e.observed for e in expected):
            basis = "if about 10 % are (nothing is observed yet)"
        lines.insert(0, f"When all of it is reviewed, people alone will know {', '.join(known)}, {basis}.")
    return lines


def _points(half: float | None) -> str:
    points = 100 * (half or 0)
    return f"{points:.1f} points" if points < 2 else f"{points:.0f} points"
