"""What makes a conversation a failure here: kinds of error, words of feedback, what people named and found wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import orjson

from review.basics.feedback_words import NEGATIVE_FEEDBACK
from review.basics.log_paths import log_of
from review.current.assignments import owed_items
from review.current.known import Known
from review.current.settled import outcomes_in, state_of_decisions
from review.failures.error_types import ERROR_KINDS, OTHER, error_kind
from review.failures.located import locate
from review.failures.modes import mode_list
from review.log.failure_rules import FailureRules
from review.log.log import log_state, weeks_in_log
from review.log.told import ToldBySteps
from review.log.unread_steps import Trace, told_by_unread
from review.rubric.rubric import Dimension, Rubric, current_rubric
from review.settings.project import Project
from review.sources.step_errors import steps_shown, told_by_steps
from storage.queries.failures import modes_given
from storage.queries.weeks import weeks_in_use
from storage.records_log import Import
from storage.records_weeks import Item
from storage.store import Store

KINDS = tuple((name, kind.names, kind.messages) for name, kind in ERROR_KINDS.items() if name != OTHER)


def bad_value(rubric: Rubric) -> tuple[Dimension, str] | None:
    """Return the dimension that says whether an answer is right, and the value that makes it a failure."""
    found = [d for d in rubric.dimensions if d.positive is not None]
    dimension = next((d for d in found if d.name == "correctness"), None) or next(
        (d for d in found if d.scale.kind == "ordinal"), None
    )
    return None if dimension is None or dimension.positive is None else (dimension, dimension.positive)


def found_wrong(store: Store, weeks: Sequence[str] | None = None) -> dict[str, str]:
    """Return the items that people found wrong, as the settled label says, by conversation."""
    known = {w.name for w in weeks_in_use(store)}
    chosen = sorted(known if weeks is None else known & set(weeks))
    bad = bad_value(current_rubric(store)) if chosen else None
    if bad is None:
        return {}
    dimension, value = bad[0].name, bad[1]
    found: dict[str, str] = {}
    for week in chosen:
        make = partial(_wrong_in, store, week, dimension, value)
        found |= _WRONG.get(store, (week, dimension, value), partial(state_of_decisions, store, week), make)
    return found


def _wrong_in(store: Store, week: str, dimension: str, value: str) -> Mapping[str, str]:
    outcomes = outcomes_in(store, week, None)
    items = [i for i, known in outcomes.items() if dimension in known and known[dimension].value == value]
    return {i.conversation_id: i.id for i in store.find(Item, id=items) if i.kind is None}


_WRONG: Known[Mapping[str, str]] = Known(256)


def failure_rules(
    store: Store,
    project: Project,
    *,
    viewer: str | None = None,
    weeks: Sequence[str] | None = None,
    ids: Sequence[str] | None = None,
) -> FailureRules:
    """Return what makes a conversation a failure here. With ``viewer``, without what this person has yet to review.

    ``weeks`` and ``ids`` say which conversations the rules are for.
    """
    modes, given = mode_list(store), modes_given(store)
    group = {mode: modes.group(mode) for mode in set(given.values())}
    owed = owed_items(store, viewer) if viewer else set()
    return FailureRules(
        kinds=KINDS,
        other=OTHER,
        negative=NEGATIVE_FEEDBACK,
        confidence=project.confidence,
        modes=modes.by_group,
        given={conversation: group[mode] for conversation, mode in given.items()},
        wrong=found_wrong(store, weeks),
        without={i.conversation_id for i in store.find(Item, id=list(owed))} if owed else (),
        told=told_by_old_traces(store, weeks, ids),
        step_of=_step_of,
    )


def told_by_old_traces(
    store: Store, weeks: Sequence[str] | None = None, ids: Sequence[str] | None = None
) -> Mapping[str, ToldBySteps]:
    """Return what the steps of traces tell that version 0.2 and earlier ones imported without reading it, by id."""
    old = [one.id for one in store.find(Import, expired=None)]
    if not old:
        return {}
    log = log_of(store.path)
    if ids is not None:
        return told_by_unread(log, old, _read, weeks=weeks, ids=ids)
    found: dict[str, ToldBySteps] = {}
    for week in weeks_in_log(log) if weeks is None else weeks:
        make = partial(told_by_unread, log, old, _read, weeks=[week])
        found |= _TOLD.get(store, (week, tuple(old)), partial(log_state, log, weeks=[week]), make)
    return found


def _read(trace: Trace) -> ToldBySteps | None:
    steps = orjson.loads(trace.content).get("steps")
    told = told_by_steps(steps, trace._asdict()) if steps else {}
    return ToldBySteps(**{name: told.get(name) for name in ToldBySteps._fields}) if told else None


_TOLD: Known[Mapping[str, ToldBySteps]] = Known(256)


def _step_of(content: str | None, error_type: str | None, error_message: str | None) -> str:
    steps = orjson.loads(content).get("steps") if content else None
    if not steps:
        return ""
    kind = error_kind(error_type, error_message)
    return locate(steps_shown(steps), kind=kind, message=error_message).step
