"""Anchoring: how often reviewers change their labels after they have seen the judges' verdicts.

Reviewers judge blind. After a submission the verdicts may be revealed, and a changed label is a new annotation. The
share of such changes shows how strongly a verdict pulls people towards it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

from review.rubric.rubric import rubric_version
from review.statistics.intervals import wilson
from review.statistics.quantity import Quantity
from storage.queries.conditions import in_time
from storage.queries.verdicts import verdicts_on
from storage.records_review import Annotation, Item, Withdrawal
from storage.store import Store

NOBODY = "nobody could have changed their mind: no submitted item has a verdict that was revealed afterwards"


class Revealed(NamedTuple):
    """One person and one item: the labels given blind, those given after the reveal, and the verdicts per dimension."""

    blind: Mapping[str, Any]
    later: Sequence[Mapping[str, Any]]
    verdicts: Mapping[str, Collection[str]]


@dataclass(frozen=True)
class Anchoring:
    """How many labels changed after the reveal.

    Of ``seen`` submitted items ``changed`` got other labels, and ``followed`` of these moved to a value that a judge
    had given. ``rate`` is changed over seen, with its interval.
    """

    seen: int
    changed: int
    followed: int
    rate: Quantity

    def to_json(self) -> dict[str, Any]:
        """Return the counts and the rate as JSON."""
        return {"seen": self.seen, "changed": self.changed, "followed": self.followed, "rate": self.rate.to_json()}


def anchoring(store: Store, weeks: Sequence[str]) -> Anchoring:
    """Return the rate of changed labels after the reveal in some weeks; undefined when nobody could have changed one.

    An item counts once per person and rubric version, if its first submission was blind, it has verdicts, the rubric
    reveals them, and a submission still counts. A submission that was undone and sent again counts as a change.
    """
    rows = store.select(Annotation, _SAID_SQL, {"weeks": orjson.dumps(list(weeks)).decode()})
    undone = {w.withdraws for w in store.find(Withdrawal)}
    said = _verdicts(store, weeks)
    by_person: dict[tuple[str, str, int], list[Annotation]] = {}
    for row in rows:
        by_person.setdefault((row.item_id, row.rater_id, row.rubric_version), []).append(row)
    reveals = {version: rubric_version(store, version).reveal for version in {version for _, _, version in by_person}}
    return rate_of_changes(
        Revealed(blind[-1].labels, [n.labels for n in standing if n.revealed], said[item])
        for (item, _, version), sent in by_person.items()
        for blind in [[n for n in sent if not n.revealed]]
        for standing in [[n for n in sent if n.submission_id not in undone]]
        if blind and standing and reveals[version] and item in said
    )


_SAID_SQL = f"""
SELECT n.* FROM annotations n JOIN items i ON i.id = n.item_id
WHERE i.week IN (SELECT value FROM json_each(:weeks)) AND {in_time("n", "i.week")} ORDER BY n.rowid
"""  # noqa: S608 - a constant of ours


def _verdicts(store: Store, weeks: Sequence[str]) -> dict[str, dict[str, set[str]]]:
    """Return the judges' values by item and dimension, without items that have no readable verdict."""
    found: dict[str, dict[str, set[str]]] = {}
    items = [i.id for i in store.find(Item, week=list(weeks))]
    for v in verdicts_on(store, items):
        if v.value is not None:
            found.setdefault(v.item_id, {}).setdefault(v.dimension, set()).add(v.value)
    return found


def rate_of_changes(cases: Iterable[Revealed]) -> Anchoring:
    """Count the changes and return their share with Wilson's interval. Pure."""
    seen = changed = followed = 0
    for case in cases:
        seen += 1
        other = [labels for labels in case.later if dict(labels) != dict(case.blind)]
        changed += bool(other)
        followed += any(_follows(case, labels) for labels in other)
    if not seen:
        return Anchoring(0, 0, 0, Quantity.missing(NOBODY, method="Wilson"))
    return Anchoring(
        seen, changed, followed, Quantity(value=changed / seen, ci=wilson(changed, seen), method="Wilson", n=seen)
    )


def _follows(case: Revealed, labels: Mapping[str, Any]) -> bool:
    """Return whether a changed label became a value that a judge had given."""
    return any(
        _text(value) in case.verdicts.get(dimension, ())
        for dimension, value in labels.items()
        if value != case.blind.get(dimension)
    )


def _text(value: Any) -> str:
    return "|".join(value) if isinstance(value, list | tuple) else str(value)
