"""The rows of one week for the tables of a warehouse."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from review.audit.store_secrets import store_id
from review.current.counting import annotations_that_count
from review.current.verdicts import counts_over
from review.evidence.evidence import latest_used_rubric
from review.evidence.production import Wanted, production_reports
from review.evidence.production_data import ProductionData, production_data
from review.evidence.week_strata import WeekData
from review.exchange.items import label_text
from review.golden.releases import releases
from review.report.publishing.schema import Row
from review.rubric.rubric import Rubric
from review.statistics.quantity import Quantity
from storage.queries.items import items_of_week
from storage.queries.verdicts import verdicts_on
from storage.records_log import Conversation
from storage.records_review import Verdict
from storage.records_weeks import Item
from storage.store import Store


class _Design(NamedTuple):
    group: str | None
    probability: float | None
    weight: float

    def cells(self, weight: float | None = None) -> Row:
        """Return the columns of the design, with another weight where one is given."""
        found = self.weight if weight is None else weight
        return {"group": self.group, "probability": self.probability, "weight": found}


_PICKED = _Design(None, None, 0.0)


def rows_of_week(store: Store, week: str) -> dict[str, list[Row]]:
    """Return the rows of one week by table."""
    items = items_of_week(store, week)
    production = production_data(store, [week])
    data = production[week]
    rubric = latest_used_rubric(store, [week])
    design = _designs(data)
    tables = {
        "items": _items(store, items, design),
        "labels": _labels(store, week, {item.id for item in items}, design),
        "settlements": _settlements(data, rubric, items, design),
        "verdicts": _verdicts(store, [item.id for item in items], design),
        "estimates": _estimates(store, week, rubric, production),
    }
    of_store = store_id(store)
    return {name: [_finished(row, of_store, week) for row in rows] for name, rows in tables.items()}


def rows_of_store(store: Store) -> dict[str, list[Row]]:
    """Return the rows that belong to no week, by table."""
    rows = [
        {
            "key": (one.name,),
            "release": one.name,
            "content_hash": one.content_hash,
            "size": one.size,
            "at": one.at,
            "by": one.by,
        }
        for one in releases(store)
    ]
    return {"releases": [_finished(row, store_id(store), "") for row in rows]}


def _finished(row: Row, store: str, week: str) -> Row:
    """Return a row with the columns that all tables have; ``key`` tells it from the other rows of its table."""
    key = row.pop("key")
    content = orjson.dumps(row, option=orjson.OPT_SORT_KEYS)
    digest = hashlib.sha256(content).hexdigest()[:32]
    return {"row_key": "/".join((store, week, *map(str, key))), "store": store, "week": week, "digest": digest, **row}


def _designs(data: WeekData) -> dict[str, _Design]:
    """Return the group, the probability and N_h/n_h of each drawn item."""
    return {
        item: _Design(group, line.probability, line.population / line.sampled if line.sampled else 0.0)
        for group, line in data.lines.items()
        for item in data.members[group]
    }


def _items(store: Store, items: Sequence[Item], design: Mapping[str, _Design]) -> Iterator[Row]:
    named = {one.id: one for one in store.find(Conversation, id=[item.conversation_id for item in items])}
    for item in items:
        one = named[item.conversation_id]
        yield {
            "key": (item.id,),
            "item": item.id,
            **design.get(item.id, _PICKED).cells(),
            "conversation": one.id,
            "source": one.source,
            "trace": one.source_id,
            "session": one.session_id,
            "created_at": one.created_at,
            "model": one.model,
            "prompt_version": one.prompt_version,
            "status": one.status,
            "scenario": one.scenario,
        }


def _labels(store: Store, week: str, items: set[str], design: Mapping[str, _Design]) -> Iterator[Row]:
    for one in annotations_that_count(store, week):
        if one.item_id not in items:
            continue
        for dimension, value in one.labels.items():
            yield {
                "key": (one.submission_id, dimension),
                "item": one.item_id,
                **design.get(one.item_id, _PICKED).cells(),
                "rater": one.rater_id,
                "dimension": dimension,
                "value": label_text(value),
                "rubric_version": one.rubric_version,
                "at": one.at,
            }


def _settlements(data: WeekData, rubric: Rubric, items: Sequence[Item], design: Mapping[str, _Design]) -> Iterator[Row]:
    """Yield the settled labels; the weight of one that counts is N_h/m_h, with m_h the settled items of its group."""
    positives = {one.name: one.positive for one in rubric.dimensions}
    settled: Counter[tuple[str | None, str]] = Counter()
    for name, drawn in design.items():
        for dimension, outcome in data.outcomes.get(name, {}).items():
            settled[drawn.group, dimension] += outcome.value is not None
    for item in items:
        of_item = design.get(item.id, _PICKED)
        for dimension, outcome in data.outcomes.get(item.id, {}).items():
            counts = outcome.value is not None and of_item.group is not None
            population = data.lines[of_item.group].population if of_item.group is not None else 0
            positive = positives.get(dimension)
            yes = int(outcome.value == positive) if positive is not None and outcome.value is not None else None
            yield {
                "key": (item.id, dimension),
                "item": item.id,
                **of_item.cells(population / settled[of_item.group, dimension] if counts else 0.0),
                "dimension": dimension,
                "value": None if outcome.value is None else label_text(outcome.value),
                "positive": yes,
                "rule": outcome.rule,
                "votes": sum(outcome.votes.values()),
            }


def _verdicts(store: Store, items: Sequence[str], design: Mapping[str, _Design]) -> Iterator[Row]:
    """Yield the verdict that counts of each judge and version on each item and dimension."""
    found: dict[tuple[str, ...], Verdict] = {}
    for one in verdicts_on(store, items):
        key = (one.item_id, one.judge, one.version, one.dimension)
        if counts_over(one, found.get(key)):
            found[key] = one
    for named, one in found.items():
        yield {
            "key": named,
            "item": one.item_id,
            **design.get(one.item_id, _PICKED).cells(),
            "judge": one.judge,
            "version": one.version,
            "dimension": one.dimension,
            "value": one.value,
            "score": one.score,
            "at": one.at,
        }


def _estimates(store: Store, week: str, rubric: Rubric, data: ProductionData) -> Iterator[Row]:
    judge = next(iter(data.judges), None)
    wanted = [Wanted(one, one.positive, judge) for one in rubric.dimensions if one.positive is not None]
    for one, report in zip(wanted, production_reports(store, [week], wanted, data=data), strict=True):
        for basis, quantity in (("people", report.people), ("headline", report.headline)):
            yield {
                "key": (one.dimension.name, basis),
                "dimension": one.dimension.name,
                "positive": one.positive,
                "basis": basis,
                **_cells(quantity),
            }


def _cells(quantity: Quantity) -> dict[str, Any]:
    low, high = quantity.ci or (None, None)
    found = {"value": quantity.value, "low": low, "high": high}
    return {**found, "labelled": quantity.n, "undefined": quantity.undefined}
