"""A reviewer's own figures: how often an item was settled otherwise than they said, by dimension, over closed weeks.

A label is compared with what somebody else decided, else with the votes of the others alone: with their own vote among
them, a reviewer would agree with themselves. A difference that nobody settled is neither for nor against them. Such
items are the hard ones, so leaving them out would hide the disagreement; they are counted apart and make a range.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from review.basics.errors import Refused
from review.basics.labels import Value
from review.basics.words import counted, percent
from review.current.assignments import owed_items
from review.current.settled import (
    Settled,
    adjudications_that_count,
    annotations_of,
    canonical_value,
    current_adjudications,
    labels_of,
    settle,
)
from review.people.people import Person, person
from review.statistics.answers.answer import HARDLY, certainty
from review.statistics.answers.thresholds import Thresholds
from review.statistics.intervals import wilson
from review.statistics.quantity import Quantity
from storage.queries.own_work import weeks_dealt
from storage.records_weeks import WeekClosing
from storage.store import Store

SPAN = 8
"""The figures cover at most this many closed weeks, the latest."""
NOTHING = "nobody else has reviewed or settled an item that you labelled here"


@dataclass(frozen=True, kw_only=True)
class Checked:
    """One label that others checked: what the reviewer said, and what was settled; None where others only differ."""

    week: str
    dimension: str
    yours: Value
    settled: Value | None


class Tally(NamedTuple):
    """Of ``n`` labels that others checked: how many were settled ``otherwise``, and how many differ ``unsettled``."""

    n: int
    otherwise: int
    unsettled: int

    @property
    def range(self) -> tuple[float, float]:
        """The share if every unsettled difference is decided as the reviewer said, and if every one otherwise."""
        return self.otherwise / self.n, (self.otherwise + self.unsettled) / self.n


@dataclass(frozen=True, kw_only=True)
class OwnFigures:
    """How often items were settled otherwise: ``overall`` by dimension, ``by_week`` by dimension and week.

    ``tallies`` and ``tallies_by_week`` are the counts behind them.
    """

    weeks: tuple[str, ...]
    overall: Mapping[str, Quantity]
    by_week: Mapping[str, Mapping[str, Quantity]]
    tallies: Mapping[str, Tally]
    tallies_by_week: Mapping[str, Mapping[str, Tally]]


def may_look(store: Store, rater: str, viewer: str) -> Person:
    """Return the person whose figures the viewer may see. Raises Refused for a colleague's without the role lead."""
    somebody, looks = person(store, rater), person(store, viewer)
    if somebody.id != looks.id and not looks.may("lead"):
        raise Refused(f"the figures of {somebody.name} are shown to {somebody.name} and to leads.")
    return somebody


def own_figures(store: Store, rater: str, *, viewer: str) -> OwnFigures:
    """Return how often others settled a label of this reviewer otherwise, over their latest closed weeks.

    A label counts when somebody else decided the item or voted on it. A majority of two or more others settles it; a
    single other vote that differs, or a tie of the others, is an unsettled difference. Own decisions, items that nobody
    else reviewed and items that the reviewer still owes are left out.
    Raises Refused for a colleague's figures without the role lead, UnknownError for an unknown person.
    """
    somebody = may_look(store, rater, viewer)
    closed = {c.week for c in store.find(WeekClosing)}
    weeks = [week for week in weeks_dealt(store, somebody.id) if week in closed][-SPAN:]
    owed = owed_items(store, somebody.id)
    found = [one for week in weeks for one in _checked(store, week, somebody.id, owed)]
    return figures_of(found, weeks)


def _checked(store: Store, week: str, rater: str, owed: set[str]) -> list[Checked]:
    """Return the labels of a reviewer in one week that others checked."""
    said = annotations_of(store, [week])
    finals = adjudications_that_count(current_adjudications(store, [week]), said)
    others = settle(labels_of(n for n in said if n.rater_id != rater), {i: a.labels for i, a in finals.items()})
    own = {item for item, final in finals.items() if final.adjudicator == rater}
    return [
        Checked(week=week, dimension=dimension, yours=yours, settled=_settled(label, yours))
        for n in said
        if n.rater_id == rater and n.item_id not in owed and n.item_id not in own
        for dimension, value in n.labels.items()
        for label, yours in [(others.get((n.item_id, dimension)), canonical_value(value))]
        if label is not None
    ]


def _settled(others: Settled, yours: Value) -> Value | None:
    """Return what the others settled; None for a tie of theirs and for a single vote of theirs that differs. Pure."""
    return None if others.rule == "single" and others.value != yours else others.value


def figures_of(found: Iterable[Checked], weeks: Sequence[str]) -> OwnFigures:
    """Return the shares with Wilson's interval. Pure."""
    rows = list(found)
    dimensions = list(dict.fromkeys(one.dimension for one in rows))
    tallies = {d: _tally(x for x in rows if x.dimension == d) for d in dimensions}
    by_week = {d: {w: _tally(x for x in rows if x.dimension == d and x.week == w) for w in weeks} for d in dimensions}
    return OwnFigures(
        weeks=tuple(weeks),
        overall={d: _share(tally) for d, tally in tallies.items()},
        by_week={d: {w: _share(tally) for w, tally in found.items()} for d, found in by_week.items()},
        tallies=tallies,
        tallies_by_week=by_week,
    )


def _tally(rows: Iterable[Checked]) -> Tally:
    found = list(rows)
    return Tally(
        n=len(found),
        otherwise=sum(one.settled is not None and one.yours != one.settled for one in found),
        unsettled=sum(one.settled is None for one in found),
    )


def _share(tally: Tally) -> Quantity:
    """Return the share; with unsettled differences no value, and an interval around the whole range."""
    if not tally.n:
        return Quantity.missing(NOTHING, method="Wilson")
    ci = wilson(tally.otherwise, tally.n)[0], wilson(tally.otherwise + tally.unsettled, tally.n)[1]
    if tally.unsettled:
        open_ = f"{_differ(tally)} and nobody has settled {'it' if tally.unsettled == 1 else 'them'}"
        return Quantity(value=None, ci=ci, method="Wilson", n=tally.n, undefined=open_)
    return Quantity(value=tally.otherwise / tally.n, ci=ci, method="Wilson", n=tally.n)


def _differ(tally: Tally) -> str:
    return f"{counted(tally.unsettled, 'label')} {'differs' if tally.unsettled == 1 else 'differ'} from others"


def share_words(share: Quantity, happened: str, tally: Tally | None = None) -> str:
    """Return "3 of 41 labels settled otherwise: 1.5% to 19% in the long run (well known)." Pure.

    ``happened`` follows the number of labels. With few labels only that little is known. Unsettled differences of the
    ``tally`` are said apart.
    """
    if share.ci is None or (share.value is None and tally is None):
        return f"{HARDLY}: {share.undefined}."
    rule = Thresholds()
    known = certainty(share.ci, well=rule.well_measured, roughly=rule.roughly_measured)
    otherwise = round((share.value or 0) * share.n) if tally is None else tally.otherwise
    counts = f"{otherwise} of {counted(share.n, 'label')} {happened}"
    if tally is not None and tally.unsettled:
        counts += f"; {share.undefined}"
    if known == HARDLY:
        return f"{counts} ({HARDLY})."
    low, high = (percent(end) for end in share.ci)
    return f"{counts}: {low} to {high} in the long run ({known})."
