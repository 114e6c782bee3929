"""What the store holds of a week before a draw, gathered once and passed down as a value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from review.current.assignments import closing_of
from review.current.progress import seconds_per_item
from review.sampling.allocate import DrawnStratum
from review.sampling.draw import Sealed
from review.week.dealing import raters_left
from storage.queries.items import items_of_week
from storage.records_log import Draw, Stratum
from storage.records_retention import NeverDrawn
from storage.records_weeks import Item, Week
from storage.store import Store


@dataclass(frozen=True, kw_only=True)
class WeekSoFar:
    """A week as the store knows it. Without a store, and before the first draw, every field is empty.

    ``draws`` are in their order, ``strata`` those of the latest. ``reviewers`` are the ids of the week's reviewers who
    may still annotate, ``without_role`` the names of those who may not. ``seconds`` is the measured median per item,
    None while nobody is measured or nobody asked for it. ``never_drawn`` says that a lead gave the week up.
    """

    week: Week | None = None
    draws: tuple[Draw, ...] = ()
    strata: tuple[Stratum, ...] = ()
    items: tuple[Item, ...] = ()
    reviewers: tuple[str, ...] = ()
    without_role: tuple[str, ...] = ()
    seconds: float | None = None
    closed: bool = False
    never_drawn: bool = False

    @property
    def sealed_at(self) -> str | None:
        """The instant of the first draw as the ledger writes it, or None before it."""
        return self.draws[0].at if self.draws else None

    @property
    def sealed(self) -> Sealed | None:
        """The sealed frame that a later draw extends, or None before the first draw."""
        if self.week is None or self.sealed_at is None:
            return None
        drawn = [i for i in self.items if i.stratum is not None]
        return Sealed(
            week=self.week.name,
            seed=self.week.seed,
            sealed_at=datetime.fromisoformat(self.sealed_at),
            rate=self.draws[-1].rate,
            strata=tuple(DrawnStratum(s.name, s.population, s.probability, s.sampled) for s in self.strata),
            ids={s.name: tuple(i.conversation_id for i in drawn if i.stratum == s.name) for s in self.strata},
        )


def week_so_far(store: Store, name: str, *, with_pace: bool = False) -> WeekSoFar:
    """Read what a draw of this week has to know; ``with_pace`` also reads how fast reviewers are."""
    week, seconds = store.get(Week, name), seconds_per_item(store) if with_pace else None
    if week is None:
        return WeekSoFar(seconds=seconds, never_drawn=store.get(NeverDrawn, name) is not None)
    draws = store.find(Draw, week=name)
    reviewers, without_role = raters_left(store, week)
    return WeekSoFar(
        week=week,
        draws=tuple(draws),
        strata=tuple(store.find(Stratum, draw_id=draws[-1].id)) if draws else (),
        items=tuple(items_of_week(store, name)),
        reviewers=reviewers,
        without_role=without_role,
        seconds=seconds,
        closed=closing_of(store, name) is not None,
    )
