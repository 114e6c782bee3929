"""Read what a browser sends: one function that checks an entry and returns it as a frozen record.

The server believes nothing that a client sends. Whatever is wrong with an entry raises InputError with a sentence
that names the field.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypedDict

from review.annotating.flags import KINDS as FLAG_KINDS
from review.annotating.marks import MAX_MARKS, MAX_PROOF, MAX_QUOTE, MAX_SOURCE, MarkEntry, read_marks
from review.basics.errors import InputError
from review.basics.limits import MAX_ANSWER, MAX_COMMENT
from review.basics.texts import plain_text
from review.privacy.hidden_spans import LONGEST as MAX_SPAN

MAX_REASON = 500
MAX_FLAG_COMMENT = 1_000
MAX_SECONDS = 4 * 3600.0
IDENTITY = re.compile(r"[0-9A-Za-z-]{8,64}")
"""What a client may call a submission."""


class Limits(TypedDict):
    """How many characters each text of an annotation, a skip or a flag may have, and how many ``marks`` there may be.

    The browser receives them.
    """

    comment: int
    corrected_answer: int
    skip_reason: int
    flag_comment: int
    flag_span: int
    marks: int
    mark_quote: int
    mark_proof: int
    mark_source: int


LIMITS: Limits = {
    "comment": MAX_COMMENT,
    "corrected_answer": MAX_ANSWER,
    "skip_reason": MAX_REASON,
    "flag_comment": MAX_FLAG_COMMENT,
    "flag_span": MAX_SPAN,
    "marks": MAX_MARKS,
    "mark_quote": MAX_QUOTE,
    "mark_proof": MAX_PROOF,
    "mark_source": MAX_SOURCE,
}


@dataclass(frozen=True)
class Header:
    """The two fields that every entry has: the client's own name for the submission, and its kind."""

    submission_id: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class AnnotationEntry:
    """Labels and texts for an assignment. ``labels`` is checked against the rubric later.

    ``rubric_version`` is the version that the browser showed, None when it does not say; ``seconds`` is active time.
    ``marks`` are checked against the answer later.
    """

    submission_id: str
    assignment: str
    labels: Mapping[str, Any]
    rubric_version: int | None
    comment: str
    corrected_answer: str
    seconds: float | None
    marks: tuple[MarkEntry, ...] = ()


@dataclass(frozen=True)
class SkipEntry:
    """An assignment that is skipped, with the reason."""

    submission_id: str
    assignment: str
    reason: str


@dataclass(frozen=True)
class WithdrawalEntry:
    """An undo of the submission that ``withdraws`` names."""

    submission_id: str
    withdraws: str


@dataclass(frozen=True)
class FlagEntry:
    """A flag on the item of an assignment; ``span`` is the selected text, "" when nothing was selected."""

    submission_id: str
    assignment: str
    kind: str
    span: str
    comment: str


Entry = AnnotationEntry | SkipEntry | WithdrawalEntry | FlagEntry


def read_header(entry: object, kinds: tuple[str, ...]) -> Header:
    """Return the name and the kind of an entry. Raises InputError when it is no object or either is unusable."""
    if not isinstance(entry, Mapping):
        raise InputError(f"entry: found {type(entry).__name__}, expected an object.")
    identity, kind = entry.get("submission_id"), entry.get("kind")
    if not isinstance(identity, str) or not IDENTITY.fullmatch(identity):
        raise InputError("submission_id: expected 8 to 64 letters, digits or hyphens.")
    if not isinstance(kind, str) or kind not in kinds:
        raise InputError(f"kind: found {shown(kind)!r}, expected {_one_of(kinds)}.")
    return Header(identity, kind)


def read_entry(header: Header, entry: Mapping[str, Any]) -> Entry:
    """Return a reviewer's entry of a kind in ``KINDS``. Raises InputError for a field that is unusable."""
    return KINDS[header.kind](header.submission_id, entry)


def _annotation(identity: str, entry: Mapping[str, Any]) -> AnnotationEntry:
    version = entry.get("rubric_version")
    return AnnotationEntry(
        submission_id=identity,
        assignment=_assignment(entry),
        labels=labels_of(entry),
        rubric_version=version if isinstance(version, int) else None,
        comment=text_field(entry, "comment", MAX_COMMENT),
        corrected_answer=text_field(entry, "corrected_answer", MAX_ANSWER),
        seconds=_seconds(entry.get("seconds")),
        marks=read_marks(entry.get("marks")),
    )


def _skip(identity: str, entry: Mapping[str, Any]) -> SkipEntry:
    assignment, reason = _assignment(entry), text_field(entry, "reason", MAX_REASON)
    if not reason:
        raise InputError("Give a reason for skipping the item.")
    return SkipEntry(identity, assignment, reason)


def _withdrawal(identity: str, entry: Mapping[str, Any]) -> WithdrawalEntry:
    wanted = entry.get("withdraws")
    if not isinstance(wanted, str) or not IDENTITY.fullmatch(wanted):
        raise InputError("withdraws: expected the submission_id of the submission to undo.")
    return WithdrawalEntry(identity, wanted)


def _flag(identity: str, entry: Mapping[str, Any]) -> FlagEntry:
    assignment, kind = _assignment(entry), entry.get("flag")
    if not isinstance(kind, str) or kind not in FLAG_KINDS:
        raise InputError(f"flag: found {shown(kind)!r}, expected {_one_of(tuple(FLAG_KINDS))}.")
    span = text_field(entry, "span", MAX_SPAN)
    return FlagEntry(identity, assignment, kind, span, text_field(entry, "comment", MAX_FLAG_COMMENT))


KINDS: dict[str, Callable[[str, Mapping[str, Any]], Entry]] = {
    "annotation": _annotation,
    "skip": _skip,
    "withdraw": _withdrawal,
    "flag": _flag,
}
"""How a reviewer's entry of each kind is read."""


def _assignment(entry: Mapping[str, Any]) -> str:
    """Return the id of the assignment, "" for anything that cannot be one: nobody holds that."""
    wanted = entry.get("assignment")
    return wanted if isinstance(wanted, str) and IDENTITY.fullmatch(wanted) else ""


def labels_of(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the labels of an entry by dimension, unchecked. Raises InputError when they are no object."""
    labels = entry.get("labels") or {}
    if not isinstance(labels, Mapping):
        raise InputError(f"labels: found {type(labels).__name__}, expected an object with a value per dimension.")
    return labels


def text_field(entry: Mapping[str, Any], field: str, longest: int) -> str:
    """Return a text of an entry, trimmed, "" when it is absent. Raises InputError for anything but plain text."""
    return plain_text(entry.get(field), field, longest).strip()


def _seconds(value: object) -> float | None:
    """Return active seconds between 0 and ``MAX_SECONDS``, None for anything that is no finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    # JSON allows integers that no float can hold, so the bounds come first.
    return float(min(max(value, 0), MAX_SECONDS))


def shown(value: object, longest: int = 40) -> str:
    """Return what was found, cut short; for anything but text only its type, which cannot fail."""
    return value[:longest] if isinstance(value, str) else type(value).__name__


def _one_of(values: tuple[str, ...]) -> str:
    return f"one of {', '.join(values)}" if len(values) > 1 else values[0]
