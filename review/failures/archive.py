"""The archive of failures: computed from the log and the store. Nothing is copied until somebody works on a failure.

A conversation is a failure when it failed, was repaired, has low confidence or negative feedback, or when people
found it wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

from review.basics.errors import InputError, UnknownError
from review.basics.log_paths import log_of
from review.current.known import Known
from review.failures.decided import decided_in
from review.failures.error_types import error_kind, nearest_name, offending_name
from review.failures.grouped import groups_of, portion_of, portions_of
from review.failures.located import Located, locate
from review.failures.modes import mode_list
from review.failures.rules import failure_rules
from review.failures.said import comments_in
from review.log.failed import FailedRow, Narrowed, failed_rows
from review.log.failed_steps import failed_steps
from review.log.log import log_state, read_conversations
from review.monitoring.removed import removed_words
from review.privacy.hidden_spans import conversations
from review.settings.project import Project
from review.sources.step_errors import StepShown, steps_shown
from review.sql.execution.schemas import schemas_of
from storage.queries.failures import latest_notes
from storage.records_failures import FailureEvent
from storage.records_log import ERASED_HASH, Conversation
from storage.store import Store


@dataclass(frozen=True, kw_only=True)
class Failure:
    """One failure in a list. ``mode`` is its group: a named mode, else the kind of error or the cause.

    ``state`` is open, triaged or ignored. ``note`` is the latest one, ``comments`` are what reviewers wrote.
    """

    row: FailedRow
    mode: str
    state: str
    offending: str
    step: str
    question: str
    note: str = ""
    comments: Sequence[str] = ()

    @property
    def said(self) -> str:
        """What people said of it: the note and the comments."""
        return " · ".join(dict.fromkeys(text for text in (self.note, *self.comments) if text))

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
            "comments": list(self.comments),
        }


MOST_LOCATED = 20_000
"""Failures of which the step is looked for while somebody waits: a second's work."""


def steps_of(store: Store, project: Project, week: str, *, viewer: str | None = None) -> Mapping[str, int] | None:
    """Return how many failures of a week began in each step, expired ones too; None where that takes too long."""
    if sum(g.n for g in groups_of(store, project, weeks=[week], viewer=viewer)) > MOST_LOCATED:
        return None
    log, rules = log_of(store.path), failure_rules(store, project, viewer=viewer, weeks=[week])
    make = partial(failed_steps, log, rules, weeks=[week])
    return _STEPS.get(store, (week, rules.key), partial(log_state, log), make)


_STEPS: Known[Mapping[str, int]] = Known(16)


def failures(
    store: Store, project: Project, wanted: Narrowed, *, most: int = 50, skip: int = 0, viewer: str | None = None
) -> list[Failure]:
    """Return failures, the latest first, with the step in which each began."""
    modes = mode_list(store)
    if wanted.group is not None:
        wanted = replace(wanted, group=modes.asked(wanted.group))
    rules = failure_rules(store, project, viewer=viewer, weeks=wanted.weeks, ids=wanted.ids)
    rows = failed_rows(log_of(store.path), rules, wanted, most=most, skip=skip)
    talks = conversations_of(store, [row.id for row in rows])
    weeks, notes = sorted({row.week for row in rows}), latest_notes(store)
    comments = comments_in(store, weeks)
    decided = decided_in(store, modes, weeks, task_above=project.failures.task_above)
    portions = {row.id: portion_of(row) for row in rows}
    counting = sorted({portion.week for portion in portions.values() if decided.counts_matter(portion)})
    outgrown = decided.outgrown([c for week in counting for c in portions_of(store, project, week, viewer=viewer)])
    return [
        Failure(
            row=row,
            mode=modes.title(row.group),
            state=decided.state(portions[row.id], outgrown),
            offending=offending_name(row.kind, row.error_message),
            step=located_in(talks.get(row.id)).step,
            question=talks[row.id].question if row.id in talks else "",
            note=notes.get(row.id, ""),
            comments=[text for _, text in comments.get(row.id, ())],
        )
        for row in rows
    ]


def conversations_of(store: Store, ids: Sequence[str]) -> dict[str, Conversation]:
    """Return conversations as anybody may see them: those of the store without hidden spans, the rest from the log."""
    held = conversations(store, ids)
    rest = [one for one in ids if one not in held]
    return {**held, **{c.id: c for c in read_conversations(log_of(store.path), rest)}}


def located_in(talk: Conversation | None) -> Located:
    """Return the step in which a conversation went wrong."""
    if talk is None:
        return Located(None, "", "its conversation is not shown")
    kind = error_kind(talk.error_type, talk.error_message)
    return locate(steps_shown(talk.steps), kind=kind, message=talk.error_message)


@dataclass(frozen=True, kw_only=True)
class FailureShown:
    """Everything known of one failure.

    ``talk`` is None where its conversation was erased, has expired, is no failure, or has yet to be reviewed by the
    viewer; then ``gone`` says which.

    ``nearest`` is the name of the schema that was probably meant in place of ``offending``. ``events`` are the notes
    and modes that people gave it, in order; ``comments`` are what reviewers wrote, each with who wrote it.
    """

    id: str
    talk: Conversation | None
    failure: Failure | None
    steps: Sequence[StepShown]
    located: Located
    offending: str
    nearest: str
    gone: str
    events: Sequence[FailureEvent]
    comments: Sequence[tuple[str, str]] = ()


def failure_shown(store: Store, project: Project, name: str, *, viewer: str | None = None) -> FailureShown:
    """Return everything known of one failure. Raises UnknownError when the store and the log know nothing of it."""
    found = failures(store, project, Narrowed(ids=[name]), viewer=viewer)
    talk = conversations_of(store, [name]).get(name) if found or viewer is None else None
    events = store.find(FailureEvent, conversation_id=name)
    expired = "" if talk else removed_words(store, name)
    if not found and not events:
        raise UnknownError(f"'{name[:80]}' is no failure in the log, or you have yet to review it. {expired}".strip())
    offending = found[0].offending if found else ""
    message = talk.error_message if talk else None
    return FailureShown(
        id=name,
        talk=talk,
        failure=found[0] if found else None,
        steps=steps_shown(talk.steps) if talk else (),
        located=located_in(talk) if talk or not expired else Located(None, "", "the conversation has expired"),
        gone="" if talk else expired or _why_gone(store, name, known=bool(found)),
        offending=offending,
        nearest=nearest_name(offending, message, schema_names(project)) if offending else "",
        events=events,
        comments=comments_in(store, [found[0].row.week]).get(name, ()) if found else (),
    )


def _why_gone(store: Store, name: str, *, known: bool) -> str:
    """Say why a conversation that did not expire is not shown; ``known`` says whether the log has it as a failure."""
    if known or any(c.content_hash == ERASED_HASH for c in store.find(Conversation, id=name)):
        return "Its conversation was erased."
    return "It is no failure in the log, or you have yet to review it."


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
        "gone": one.gone,
        "comments": [{"by": by, "text": text} for by, text in one.comments],
        "events": [asdict(event) for event in one.events],
    }
