"""The archive of failures: computed from the log and the store. Nothing is copied until somebody works on a failure.

A conversation is a failure when it failed, was repaired, has low confidence or negative feedback, or when people
found it wrong.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from review.basics.errors import InputError, UnknownError
from review.basics.log_paths import log_of
from review.current.assignments import owed_items
from review.current.counting import state_of_weeks
from review.current.known import Known
from review.current.settled import settled_labels
from review.failures.error_types import ERROR_KINDS, OTHER, error_kind, nearest_name, offending_name
from review.failures.located import Located, StepShown, locate, steps_shown
from review.failures.modes import ModeList, mode_list
from review.log.failed import FailedGroup, FailedRow, FailureRules, Narrowed, failed_groups, failed_rows
from review.log.log import log_state, read_conversations
from review.privacy.hidden_spans import conversations
from review.rubric.rubric import Dimension, Rubric, current_rubric
from review.sampling.strata import NEGATIVE_FEEDBACK
from review.settings.project import Project
from review.sql.execution.schemas import schemas_of
from storage.queries.failures import latest_notes, modes_given
from storage.queries.weeks import weeks_in_use
from storage.records_failures import FailureEvent, FailureTriage
from storage.records_log import Conversation
from storage.records_weeks import Item
from storage.store import Store

KINDS = tuple((name, kind.names, kind.messages) for name, kind in ERROR_KINDS.items() if name != OTHER)


@dataclass(frozen=True, kw_only=True)
class Failure:
    """One failure in a list. ``mode`` is its group: a named mode, else the kind of error or the cause.

    ``state`` is open, triaged or ignored. ``note`` is the latest one.
    """

    row: FailedRow
    mode: str
    state: str
    offending: str
    step: str
    question: str
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the failure as the command line prints it."""
        told = asdict(self.row)
        return {
            "id": self.row.id,
            "at": self.row.at,
            "error_type": self.row.kind,
            "mode": self.mode,
            "version": self.row.version,
            "step": self.step,
            "state": self.state,
            **{
                name: told[name] for name in ("week", "cause", "error_message", "repair_rounds", "feedback", "scenario")
            },
            "offending": self.offending,
            "question": self.question,
            "note": self.note,
        }


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
    dimension, value = bad
    items = [i for (i, d), s in settled_labels(store, chosen).items() if d == dimension.name and s.value == value]
    return {i.conversation_id: i.id for i in store.find(Item, id=items) if i.kind is None}


def failure_rules(
    store: Store, project: Project, *, viewer: str | None = None, weeks: Sequence[str] | None = None
) -> FailureRules:
    """Return what makes a conversation a failure here. With ``viewer``, without what this person has yet to review."""
    modes = mode_list(store)
    owed = owed_items(store, viewer) if viewer else set()
    return FailureRules(
        kinds=KINDS,
        other=OTHER,
        negative=NEGATIVE_FEEDBACK,
        confidence=project.confidence,
        modes=modes.by_group,
        given={conversation: modes.group(mode) for conversation, mode in modes_given(store).items()},
        wrong=found_wrong(store, weeks),
        without={i.conversation_id for i in store.find(Item, id=list(owed))} if owed else (),
    )


def groups_of(
    store: Store, project: Project, *, weeks: Sequence[str] | None = None, viewer: str | None = None
) -> list[FailedGroup]:
    """Return the failures by week, group and version. They are counted again only when something has changed."""
    log = log_of(store.path)

    def count() -> Sequence[FailedGroup]:
        return failed_groups(log, failure_rules(store, project, viewer=viewer, weeks=weeks), weeks=weeks)

    def state() -> tuple[object, ...]:
        owed = tuple(sorted(owed_items(store, viewer))) if viewer else ()
        return log_state(log), state_of_weeks(store, weeks or [w.name for w in weeks_in_use(store)]), owed

    key = (None if weeks is None else tuple(weeks), viewer, project.confidence)
    return list(_GROUPS.get(store, key, state, count))


_GROUPS: Known[Sequence[FailedGroup]] = Known(16)


def failures(
    store: Store, project: Project, wanted: Narrowed, *, most: int = 50, skip: int = 0, viewer: str | None = None
) -> list[Failure]:
    """Return failures, the latest first, with the step in which each began."""
    modes = mode_list(store)
    if wanted.group is not None:
        wanted = replace(wanted, group=modes.group(wanted.group))
    rules = failure_rules(store, project, viewer=viewer, weeks=wanted.weeks)
    rows = failed_rows(log_of(store.path), rules, wanted, most=most, skip=skip)
    talks = conversations_of(store, [row.id for row in rows])
    notes, decided = latest_notes(store), triaged(store, modes, sorted({row.week for row in rows}))
    return [
        Failure(
            row=row,
            mode=modes.title(row.group),
            state=state_of(modes, decided, row.week, row.group, row.version),
            offending=offending_name(row.kind, row.error_message),
            step=located_in(talks.get(row.id)).step,
            question=talks[row.id].question if row.id in talks else "",
            note=notes.get(row.id, ""),
        )
        for row in rows
    ]


def triaged(store: Store, modes: ModeList, weeks: Collection[str]) -> dict[tuple[str, str, str], FailureTriage]:
    """Return the latest triage of some weeks by week, group and version."""
    rows = store.find(FailureTriage, week=list(weeks))
    return {(t.week, modes.group(t.mode), t.version): t for t in rows}


def state_of(
    modes: ModeList, decided: Mapping[tuple[str, str, str], FailureTriage], week: str, group: str, version: str
) -> str:
    """Return whether a group of failures is open, triaged, or of a mode that is ignored."""
    mode = modes.get(group)
    if mode is not None and mode.ignored:
        return "ignored"
    return "triaged" if (week, modes.group(group), version) in decided else "open"


def conversations_of(store: Store, ids: Sequence[str]) -> dict[str, Conversation]:
    """Return conversations as anybody may see them: those of the store without hidden spans, the rest from the log."""
    held = conversations(store, ids)
    rest = [one for one in ids if one not in held]
    return {**held, **{c.id: c for c in read_conversations(log_of(store.path), rest)}}


def located_in(talk: Conversation | None) -> Located:
    """Return the step in which a conversation went wrong."""
    if talk is None:
        return Located(None, "", "the conversation is not in the log any more")
    kind = error_kind(talk.error_type, talk.error_message)
    return locate(steps_shown(talk.steps), kind=kind, message=talk.error_message)


@dataclass(frozen=True, kw_only=True)
class FailureShown:
    """Everything known of one failure. ``talk`` is None once its conversation was erased or has expired.

    ``nearest`` is the name of the schema that was probably meant in place of ``offending``. ``events`` are the notes
    and modes that people gave it, in order.
    """

    id: str
    talk: Conversation | None
    failure: Failure | None
    steps: Sequence[StepShown]
    located: Located
    offending: str
    nearest: str
    events: Sequence[FailureEvent]


def failure_shown(store: Store, project: Project, name: str, *, viewer: str | None = None) -> FailureShown:
    """Return everything known of one failure. Raises UnknownError when the store and the log know nothing of it."""
    found = failures(store, project, Narrowed(ids=[name]), viewer=viewer)
    talk = conversations_of(store, [name]).get(name) if found or viewer is None else None
    events = store.find(FailureEvent, conversation_id=name)
    if not found and not events:
        raise UnknownError(f"'{name}' is no failure in the log, or you have yet to review it.")
    offending = found[0].offending if found else ""
    message = talk.error_message if talk else None
    return FailureShown(
        id=name,
        talk=talk,
        failure=found[0] if found else None,
        steps=steps_shown(talk.steps) if talk else (),
        located=located_in(talk),
        offending=offending,
        nearest=nearest_name(offending, message, schema_names(project)) if offending else "",
        events=events,
    )


def schema_names(project: Project) -> list[str]:
    """Return the tables and columns of the project's schema; none where it has no schema or it cannot be read now."""
    try:
        schemas = schemas_of(project.sql.schema, project.sql.dialect) if project.sql.schema else None
    except InputError:
        return []
    tables = [table for schema in (schemas.by_name.values() if schemas else ()) for table in schema]
    return [name for table in tables for name in (table.name, *table.columns)]


def shown_json(one: FailureShown) -> dict[str, Any]:
    """Return a failure with its context for the command line."""
    return {
        "id": one.id,
        "failure": one.failure.to_json() if one.failure else None,
        "conversation": asdict(one.talk) if one.talk else None,
        "offending": one.offending,
        "nearest": one.nearest,
        "located": one.located._asdict(),
        "steps": [asdict(step) for step in one.steps],
        "events": [asdict(event) for event in one.events],
    }
