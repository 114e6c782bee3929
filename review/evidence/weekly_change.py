"""The change of production quality: against the week before, and over eight weeks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from review.current.rubric_in_use import weeks_under
from review.evidence import evidence
from review.evidence.chosen_weeks import DEFAULT_WEEKS
from review.evidence.production import Wanted, quality_of
from review.evidence.production_data import ProductionData, production_data
from review.statistics.quality.change import SPAN, Pairs, change, change_over_weeks, paired_change
from review.statistics.quality.report import QualityReport
from review.statistics.quantity import Quantity
from storage.queries.weeks import weeks_in_use
from storage.records_weeks import Item
from storage.store import Store

MOSTLY = 0.5
"""Two weeks are compared conversation by conversation when more than this share of either week's labels is in both."""


class WeeklyChange(NamedTuple):
    """The headline minus that of the week ``before``, the latest earlier one under the same rubric version.

    ``over`` is the change over ``weeks``, at most eight, oldest first, and ``trend`` the headline of each of them.
    """

    before: str
    quantity: Quantity
    weeks: tuple[str, ...] = ()
    over: Quantity = Quantity.missing("there is no earlier week")
    trend: tuple[Quantity, ...] = ()


def changes_json(found: WeeklyChange | None) -> dict[str, Any]:
    """Return both changes for JSON, null in the first week."""
    if found is None:
        return {"change": None, "change_over_weeks": None}
    return {
        "change": {"before": found.before, **found.quantity.to_json()},
        "change_over_weeks": {"weeks": list(found.weeks), **found.over.to_json()},
    }


def weekly_changes(
    store: Store, week: str, found: Sequence[QualityReport], wanted: Sequence[Wanted], *, most: int = SPAN
) -> list[WeeklyChange | None]:
    """Return the change of each report of a week, over at most ``most`` weeks; None when there is no earlier week.

    Draws of different weeks are independent, so their intervals are joined. Where most conversations were labelled in
    both weeks, the change is that of the pairs.
    """
    before = weeks_before(store, week, most - 1 + DEFAULT_WEEKS)
    if not before:
        return [None] * len(found)
    last, span = before[-1], before[-(most - 1) :]
    twins = _twins(store, last, week)
    judges = sorted({w.judge for w in wanted if w.judge})
    data = production_data(store, [*span, *([week] if twins else [])], judges=judges)
    alone = [[quality_of(data.only([name]), *_known(data, name, w)) for name in span] for w in wanted]
    if any(report.uses_history for reports in alone for report in reports):
        data = production_data(store, [*before, *([week] if twins else [])], judges=judges)
    changes: list[WeeklyChange | None] = []
    for now, w, reports in zip(found, wanted, alone, strict=True):
        earlier = [
            _headline(data, name, [b for b in before if b < name], w, report)
            for name, report in zip(span, reports, strict=True)
        ]
        quantity = change(now.headline, earlier[-1])
        pairs = _pairs(data, (last, week), twins, w) if quantity.value is not None else None
        trend = (*earlier, now.headline)
        quantity = paired_change(pairs) if pairs else quantity
        changes.append(WeeklyChange(last, quantity, (*span, week), change_over_weeks(trend), trend))
    return changes


def _headline(data: ProductionData, week: str, before: Sequence[str], wanted: Wanted, alone: QualityReport) -> Quantity:
    """Return the headline of one week, whose report without the weeks ``before`` is ``alone``."""
    if not alone.uses_history or not before:
        return alone.headline
    earlier = data.only(before[-DEFAULT_WEEKS:])
    return quality_of(data.only([week]), *_known(data, week, wanted), earlier=earlier).headline


def _known(data: ProductionData, week: str, wanted: Wanted) -> Wanted:
    """Return what is wanted, without the judge where the frame of that week does not know it."""
    return wanted if wanted.judge in data.only([week]).judges else wanted._replace(judge=None)


def _pairs(
    data: ProductionData, weeks: tuple[str, str], twins: Mapping[str, str], wanted: Wanted
) -> list[Pairs] | None:
    """Return the conversations labelled in both weeks by group; None unless they are most of either week's labels."""
    if not twins:
        return None

    def positive(week: str, item: str) -> bool | None:
        outcome = data[week].outcomes.get(item, {}).get(wanted.dimension.name)
        return None if outcome is None or outcome.value is None else outcome.value == wanted.positive

    last, week = weeks
    both = {i for i, twin in twins.items() if positive(week, i) is not None and positive(last, twin) is not None}
    for name in weeks:
        drawn = (item for items in data[name].members.values() for item in items)
        if len(both) <= MOSTLY * sum(positive(name, item) is not None for item in drawn):
            return None
    groups = []
    for group, line in data[week].lines.items():
        if line.population:
            seen = [(positive(week, i), positive(last, twins[i])) for i in data[week].members[group] if i in both]
            gained, lost = (sum(pair == which for pair in seen) for which in ((True, False), (False, True)))
            groups.append(Pairs(line.population, len(seen), gained, lost))
    return groups if all(g.n for g in groups) else None


def _twins(store: Store, before: str, week: str) -> dict[str, str]:
    """Return the items of a week whose conversation is also an item of the week before, by their own id."""
    then = {(i.conversation_id, i.target_turn): i.id for i in store.find(Item, week=before)}
    now = store.find(Item, week=week)
    return {i.id: then[i.conversation_id, i.target_turn] for i in now if (i.conversation_id, i.target_turn) in then}


def weeks_before(store: Store, week: str, most: int) -> list[str]:
    """Return up to ``most`` weeks before one, without those counted under another rubric version."""
    version = evidence.latest_used_rubric(store, [week]).version
    before = [w for w in weeks_in_use(store) if w.name < week][-most:]
    return weeks_under(store, before, version)
