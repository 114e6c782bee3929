"""A reviewer's own figures: how often an item was settled otherwise than they said, by dimension, over closed weeks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

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
    settled_labels,
)
from review.people.people import Person, person
from review.statistics.answers.answer import HARDLY, certainty
from review.statistics.answers.thresholds import Thresholds
from review.statistics.intervals import wilson
from review.statistics.quantity import Quantity
from storage.queries.own_work import weeks_dealt
from storage.records_review import WeekClosing
from storage.store import Store

SPAN = 8
"""The figures cover at most this many closed weeks, the latest."""
NOTHING = "nobody else has reviewed or settled an item that you labelled here"


@dataclass(frozen=True, kw_only=True)
class Checked:
    """One label that others checked: what the reviewer said, and what was settled."""

    week: str
    dimension: str
    yours: Value
    settled: Value


@dataclass(frozen=True, kw_only=True)
class OwnFigures:
    """How often items were settled otherwise: ``overall`` by dimension, ``by_week`` by dimension and week."""

    weeks: tuple[str, ...]
    overall: Mapping[str, Quantity]
    by_week: Mapping[str, Mapping[str, Quantity]]


def may_look(store: Store, rater: str, viewer: str) -> Person:
    """Return the person whose figures the viewer may see. Raises Refused for a colleague's without the role lead."""
    somebody, looks = person(store, rater), person(store, viewer)
    if somebody.id != looks.id and not looks.may("lead"):
        raise Refused(f"the figures of {somebody.name} are shown to {somebody.name} and to leads.")
    return somebody


def own_figures(store: Store, rater: str, *, viewer: str) -> OwnFigures:
    """Return how often others settled a label of this reviewer otherwise, over their latest closed weeks.

    A label counts when somebody else stands behind the settled one: an adjudicator, or a majority of two or more votes.
    Ties, single votes, own decisions and items that the reviewer still owes are left out.
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
    settled = settled_labels(store, [week])
    own = {item for item, final in finals.items() if final.adjudicator == rater}
    return [
        Checked(week=week, dimension=dimension, yours=canonical_value(value), settled=label.value)
        for n in said
        if n.rater_id == rater and n.item_id not in owed and n.item_id not in own
        for dimension, value in n.labels.items()
        for label in [settled.get((n.item_id, dimension))]
        if label is not None and label.value is not None and _others(label)
    ]


def _others(label: Settled) -> bool:
    return label.rule in ("adjudicated", "unanimous", "plurality")


def figures_of(found: Iterable[Checked], weeks: Sequence[str]) -> OwnFigures:
    """Return the shares with Wilson's interval. Pure."""
    rows = list(found)
    dimensions = list(dict.fromkeys(one.dimension for one in rows))
    return OwnFigures(
        weeks=tuple(weeks),
        overall={d: _share([x for x in rows if x.dimension == d]) for d in dimensions},
        by_week={
            d: {w: _share([x for x in rows if x.dimension == d and x.week == w]) for w in weeks} for d in dimensions
        },
    )


def _share(rows: Sequence[Checked]) -> Quantity:
    if not rows:
        return Quantity.missing(NOTHING, method="Wilson")
    other = sum(one.yours != one.settled for one in rows)
    return Quantity(value=other / len(rows), ci=wilson(other, len(rows)), method="Wilson", n=len(rows))


def share_words(share: Quantity, happened: str) -> str:
    """Return "3 of 41 labels settled otherwise: 1.5% to 19% in the long run (well known)." Pure.

    ``happened`` follows the number of labels. With few labels only that little is known.
    """
    if share.value is None or share.ci is None:
        return f"{HARDLY}: {share.undefined}."
    rule = Thresholds()
    known = certainty(share.ci, well=rule.well_measured, roughly=rule.roughly_measured)
    counts = f"{round(share.value * share.n)} of {counted(share.n, 'label')} {happened}"
    if known == HARDLY:
        return f"{counts} ({HARDLY})."
    low, high = (percent(end) for end in share.ci)
    return f"{counts}: {low} to {high} in the long run ({known})."
