"""What a browser sends: annotations, skips, undos, flags. The server believes none of it.

Writes are idempotent on the client's ``submission_id``; a repeated one is acknowledged and changes nothing. An entry
that cannot be taken is answered with a sentence, never with an exception, and does not stop the others.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from review.audit import chain, covered
from review.basics.clock import now
from review.basics.errors import InputError, Refused, ReviewError
from review.people.people import person, require
from review.privacy.hidden_spans import hide_span
from review.rubric.rubric import rubric_version
from review.week.requeue import give_way
from storage.queries.conditions import stands
from storage.records_review import (
    Annotation,
    Assignment,
    Flag,
    HiddenSpan,
    Item,
    Reassignment,
    Skip,
    WeekClosing,
    Withdrawal,
)
from storage.store import Store

MAX_COMMENT = 10_000
MAX_ANSWER = 50_000
MAX_REASON = 500
MAX_SECONDS = 4 * 3600.0
FLAGS = ("privacy", "unclear", "other")
IDENTITY = re.compile(r"[0-9A-Za-z-]{8,64}")
"""What a client may call a submission of its own."""


@dataclass(frozen=True)
class Receipt:
    """Which submissions are safe in the store, and which were refused with what sentence."""

    acknowledged: tuple[str, ...]
    rejected: tuple[tuple[str, str], ...]


def receive(store: Store, rater_id: str, entries: Sequence[Any]) -> Receipt:
    """Take entries in order; each is written in a transaction of its own or refused with a sentence.

    A malformed entry is refused, it never raises. Raises Refused only when the rater may not annotate at all.
    """
    require(store, rater_id, "annotator")
    acknowledged: list[str] = []
    rejected: list[tuple[str, str]] = []
    for entry in entries:
        name = shown(entry.get("submission_id", ""), 64) if isinstance(entry, Mapping) else ""
        try:
            _take(store, rater_id, entry)
            acknowledged.append(name)
        except ReviewError as error:
            rejected.append((name, str(error)))
    return Receipt(tuple(acknowledged), tuple(rejected))


def _take(store: Store, rater_id: str, entry: Any) -> None:
    if not isinstance(entry, Mapping):
        raise InputError(f"entry: found {type(entry).__name__}, expected an object.")
    identity, kind = entry.get("submission_id"), entry.get("kind")
    if not isinstance(identity, str) or not IDENTITY.fullmatch(identity):
        raise InputError("submission_id: expected 8 to 64 letters, digits or hyphens.")
    if not isinstance(kind, str) or kind not in KINDS:
        raise InputError(f"kind: found {shown(kind)!r}, expected one of {', '.join(KINDS)}.")
    with store.transaction():
        require(store, rater_id, "annotator")
        if not _seen(store, rater_id, identity):
            subject = KINDS[kind](store, rater_id, identity, entry)
            content = covered.digest(store, kind, identity)
            chain.record(store, rater_id, kind, subject, submission=identity, content=content)


def _seen(store: Store, rater_id: str, identity: str) -> bool:
    """Whether this submission is in the store already; raises Refused when somebody else made it."""
    for record in (Annotation, Skip, Withdrawal, Flag):
        row: Any = store.get(record, identity)
        if row is not None:
            if row.rater_id != rater_id:
                raise Refused("submission_id: somebody else used it already. Reload the page.")
            return True
    return False


def _assignment(store: Store, rater_id: str, entry: Mapping[str, Any]) -> Assignment:
    wanted = entry.get("assignment")
    assignment = store.get(Assignment, wanted) if isinstance(wanted, str) and IDENTITY.fullmatch(wanted) else None
    if assignment is None or assignment.rater_id != rater_id:
        # One sentence for both cases: it must not tell which assignments other people hold.
        raise Refused("assignment: this item is not dealt to you.")
    return assignment


def _annotate(store: Store, rater_id: str, identity: str, entry: Mapping[str, Any]) -> str:
    assignment = _assignment(store, rater_id, entry)
    answered = entry.get("rubric_version")
    if isinstance(answered, int) and answered != assignment.rubric_version:
        # Values may be spelled alike in both and mean something else.
        raise Refused(
            f"rubric_version: this was answered under version {answered}, and the item is dealt under version "
            f"{assignment.rubric_version}. Answer it again under that one; reload the page if it does not show it."
        )
    rubric = rubric_version(store, assignment.rubric_version)
    labels = rubric.canonical(entry.get("labels") or {})
    earlier = _current(store, assignment.id)
    store.add(
        Annotation(
            submission_id=identity,
            assignment_id=assignment.id,
            item_id=assignment.item_id,
            rater_id=rater_id,
            rubric_version=assignment.rubric_version,
            labels={k: list(v) if isinstance(v, tuple) else v for k, v in labels.items()},
            at=now(),
            comment=text_field(entry, "comment", MAX_COMMENT),
            corrected_answer=text_field(entry, "corrected_answer", MAX_ANSWER),
            seconds=_seconds(entry.get("seconds")),
            supersedes=earlier.submission_id if earlier else None,
            revealed=_may_have_seen(store, assignment, reveals=rubric.reveal),
            late=_late(store, assignment),
        )
    )
    return assignment.id


def _may_have_seen(store: Store, assignment: Assignment, *, reveals: bool) -> bool:
    """Whether this person may have seen what judges or others said of the item.

    Whoever submitted it before saw the verdicts where the rubric reveals them, even if it was undone; whoever settles
    disagreements was shown what they skipped or had handed on; a closed week is open to everybody.
    """
    item, rater = assignment.item_id, assignment.rater_id
    if reveals and store.find(Annotation, item_id=item, rater_id=rater):
        return True
    if _closed(store, assignment.week):
        return True
    gone = _taken(store, assignment) or bool(store.find(Skip, item_id=item, rater_id=rater))
    return gone and person(store, rater).may("adjudicator")


def _closed(store: Store, week: str) -> bool:
    return store.get(WeekClosing, week) is not None


def _taken(store: Store, assignment: Assignment) -> bool:
    return bool(store.find(Reassignment, assignment_id=assignment.id))


def _late(store: Store, assignment: Assignment) -> bool:
    """Whether the rater no longer holds the item, or its week is closed: the labels are kept and marked."""
    return _taken(store, assignment) or _closed(store, assignment.week)


def _current(store: Store, assignment_id: str) -> Annotation | None:
    rows = store.select(
        Annotation,
        f"SELECT n.* FROM annotations n WHERE n.assignment_id = :a AND {stands('n')} ORDER BY n.rowid DESC",  # noqa: S608
        {"a": assignment_id},
    )
    return rows[0] if rows else None


def _skip(store: Store, rater_id: str, identity: str, entry: Mapping[str, Any]) -> str:
    assignment = _assignment(store, rater_id, entry)
    reason = text_field(entry, "reason", MAX_REASON)
    if not reason:
        raise InputError("reason: found nothing, expected why the item is skipped.")
    store.add(
        Skip(
            submission_id=identity,
            assignment_id=assignment.id,
            item_id=assignment.item_id,
            rater_id=rater_id,
            at=now(),
            reason=reason,
        )
    )
    return assignment.id


def _withdraw(store: Store, rater_id: str, identity: str, entry: Mapping[str, Any]) -> str:
    wanted = entry.get("withdraws")
    if not isinstance(wanted, str) or not IDENTITY.fullmatch(wanted):
        raise InputError("withdraws: expected the submission_id of what is undone.")
    target: Annotation | Skip | Flag | None = (
        store.get(Annotation, wanted) or store.get(Skip, wanted) or store.get(Flag, wanted)
    )
    if target is None or target.rater_id != rater_id:
        raise Refused("withdraws: there is no such submission of yours.")
    if not isinstance(target, Flag) and _closed(store, _week_of(store, target.item_id)):
        raise Refused("The week is closed: what you said in it stands.")
    store.add(Withdrawal(identity, wanted, rater_id, now()))
    if isinstance(target, Flag):
        return target.item_id
    give_way(store, target.assignment_id, by=rater_id)
    return target.assignment_id


def _week_of(store: Store, item_id: str) -> str:
    item = store.get(Item, item_id)
    return item.week if item else ""


def _flag(store: Store, rater_id: str, identity: str, entry: Mapping[str, Any]) -> str:
    assignment = _assignment(store, rater_id, entry)
    kind = entry.get("flag")
    if kind not in FLAGS:
        raise InputError(f"flag: found {shown(kind)!r}, expected one of {', '.join(FLAGS)}.")
    span, comment = text_field(entry, "span", MAX_COMMENT), text_field(entry, "comment", MAX_COMMENT)
    hidden = _hidden(store, assignment.item_id, span, by=rater_id) if kind == "privacy" and span else None
    store.add(
        Flag(
            submission_id=identity,
            item_id=assignment.item_id,
            rater_id=rater_id,
            at=now(),
            kind=str(kind),
            comment=comment,
            span=hidden,
        )
    )
    return assignment.id


def _hidden(store: Store, item_id: str, span: str, *, by: str) -> str | None:
    """Hide a span of the item's conversation; its id, None where it was hidden before flags could be taken back."""
    item = store.get(Item, item_id)
    if item is None:
        return None
    before = {h.id for h in store.find(HiddenSpan, conversation_id=item.conversation_id)}
    hidden = hide_span(store, item.conversation_id, span, by=by)
    return hidden.id if hidden.id not in before or store.find(Flag, span=hidden.id) else None


def text_field(entry: Mapping[str, Any], field: str, longest: int) -> str:
    """A text of an entry, trimmed, "" when it is absent. Raises InputError for anything that is not plain text."""
    value = entry.get(field) or ""
    if not isinstance(value, str):
        raise InputError(f"{field}: found {type(value).__name__}, expected text.")
    if len(value) > longest:
        raise InputError(f"{field}: found {len(value):,} characters, expected at most {longest:,}. Shorten it.")
    if "\x00" in value or any(0xD800 <= ord(c) <= 0xDFFF for c in value):
        raise InputError(f"{field}: found characters that are not text. Remove them.")
    return value.strip()


def _seconds(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    # JSON has integers that no float can hold, so the bounds come first.
    return float(min(max(value, 0), MAX_SECONDS))


def shown(value: Any, longest: int = 40) -> str:
    """What was found, cut short; of anything nested only its type, which cannot fail."""
    return value[:longest] if isinstance(value, str) else type(value).__name__


KINDS = {"annotation": _annotate, "skip": _skip, "withdraw": _withdraw, "flag": _flag}
