"""What the reviewed part of a draw tells of failures: by group of the draw, what each conversation failed in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import NamedTuple

from review.basics.labels import Value
from review.basics.log_paths import log_of
from review.current.known import Known
from review.evidence.production_data import production_data
from review.evidence.week_strata import WeekData
from review.failures.kept import cause_of, group_of
from review.failures.rules import bad_value, failure_rules
from review.log.failed import Narrowed, failed_rows
from review.log.failure_rules import FailureRules
from review.log.log import ids_held, log_state
from review.rubric.rubric import current_rubric
from review.settings.project import Project
from storage.queries.failures import versions_of_conversations
from storage.queries.states import latest_key
from storage.records_log import Conversation
from storage.records_weeks import Item
from storage.store import Store


class Reviewed(NamedTuple):
    """One reviewed conversation: the group of failures and the cause, "" for no failure; the settled label; version."""

    group: str
    cause: str
    label: Value
    version: str


@dataclass(frozen=True, kw_only=True)
class DrawnGroup:
    """The reviewed conversations of one group of the draw of a week, of N_h = ``population``."""

    name: str
    population: int
    sampled: int
    reviewed: Sequence[Reviewed]

    @cached_property
    def by_version(self) -> Mapping[str, Counter[str]]:
        """How many of the reviewed conversations failed in each group, "" for those that did not, by version."""
        found: dict[str, Counter[str]] = {}
        for one in self.reviewed:
            found.setdefault(one.version, Counter())[one.group] += 1
        return found


def reviewed_groups(
    store: Store, project: Project, weeks: Sequence[str], *, viewer: str | None = None
) -> dict[str, Sequence[DrawnGroup]]:
    """Return the reviewed part of the draw by week; none where the rubric does not say what is right."""
    bad = bad_value(current_rubric(store)) if weeks else None
    if bad is None:
        return {}
    data = production_data(store, weeks, judges=())
    rules = failure_rules(store, project, viewer=viewer, weeks=weeks)
    settled = {week: _settled(one, bad[0].name) for week, one in data.items()}
    items = [i for groups in settled.values() for some in groups.values() for i in some]
    talks = {i.id: i.conversation_id for i in store.find(Item, id=items)}
    failed = _failed(store, rules, list(data), list(talks.values()))
    left_out, versions = set(rules.without), versions_of_conversations(store, list(talks.values()))
    return {
        week: [
            DrawnGroup(
                name=f"{week} {group}",
                population=line.population,
                sampled=line.sampled,
                reviewed=[
                    Reviewed(*failed.get(talks[i], ("", "")), label, versions.get(talks[i], ""))
                    for i, label in settled[week][group].items()
                    if talks[i] not in left_out
                ],
            )
            for group, line in one.lines.items()
            if line.population
        ]
        for week, one in data.items()
    }


def _settled(data: WeekData, dimension: str) -> dict[str, dict[str, Value]]:
    """Return the settled labels of a week by group and item. An item without one is not reviewed."""
    return {
        group: {
            i: o.value
            for i in items
            if (o := data.outcomes.get(i, {}).get(dimension)) is not None and o.value is not None
        }
        for group, items in data.members.items()
    }


def _failed(
    store: Store, rules: FailureRules, weeks: Sequence[str], drawn: Sequence[str]
) -> dict[str, tuple[str, str]]:
    """Return the group and the cause of those of the drawn conversations that failed.

    Modes are given all day. What the log says of the drawn ones changes less often, so it is read once.
    """
    plain = replace(rules, modes={}, given={}, without=())
    key = (tuple(weeks), tuple(sorted(drawn)), plain.key)

    def state() -> tuple[object, ...]:
        return log_state(log_of(store.path), weeks=weeks), latest_key(store, Conversation)

    known = _WITHOUT_MODES.get(store, key, state, partial(_without_modes, store, plain, weeks, drawn))
    left_out = set(rules.without)
    return {
        i: (rules.given.get(i) or rules.modes.get(group, group), cause)
        for i, (group, cause) in known.items()
        if i not in left_out
    }


def _without_modes(
    store: Store, rules: FailureRules, weeks: Sequence[str], drawn: Sequence[str]
) -> Mapping[str, tuple[str, str]]:
    """Return the kind of failure and the cause of those of the drawn conversations that failed.

    Of those that the log does not hold any more, the store keeps what was drawn.
    """
    log = log_of(store.path)
    rows = failed_rows(log, rules, Narrowed(weeks=weeks, ids=drawn), most=len(drawn))
    failed = {row.id: (row.group, row.cause) for row in rows}
    held = ids_held(log, drawn, weeks=weeks)
    for c in store.find(Conversation, id=[i for i in drawn if i not in held]):
        group, cause = group_of(c, rules), cause_of(c, rules)
        if group is not None and cause is not None:
            failed[c.id] = group, cause
    return failed


_WITHOUT_MODES: Known[Mapping[str, tuple[str, str]]] = Known(32)


def groups_in(drawn: Mapping[str, Sequence[DrawnGroup]], weeks: Sequence[str]) -> list[DrawnGroup]:
    """Return the groups of some weeks, in order."""
    return [g for week in weeks for g in drawn.get(week, ())]
