"""Records of calibration sessions, whose votes are kept apart from those of the week, and of anchor items."""

from __future__ import annotations

from dataclasses import dataclass

from storage.records_base import StoredLabels


@dataclass(frozen=True, kw_only=True)
class CalibrationSession:
    """A lead's session with some items of a week and some people, who answer under one rubric version."""

    id: str
    week: str
    items: tuple[str, ...]
    raters: tuple[str, ...]
    rubric_version: int
    at: str
    by: str


@dataclass(frozen=True, kw_only=True)
class CalibrationVote:
    """One answer in a session. The latest row of a person and item counts. ``by`` may be a lead who writes it down."""

    id: str
    session_id: str
    item_id: str
    rater_id: str
    labels: StoredLabels
    at: str
    by: str
    comment: str = ""


@dataclass(frozen=True, kw_only=True)
class CalibrationReveal:
    """The votes on an item of a session became visible, because the lead said so or everybody had voted."""

    id: str
    session_id: str
    item_id: str
    at: str
    by: str


@dataclass(frozen=True, kw_only=True)
class CalibrationDecision:
    """What a session decided on an item; the latest row counts.

    ``sentence`` is about a passage of the rubric (``dimension``, ``value``). ``kept`` says what became of it:
    "question", "guidance", or "" without one. ``example`` went into the guidance. ``rubric_version`` is the version
    with both, ``adjudication_id`` the settlement that the decision became.
    """

    id: str
    session_id: str
    item_id: str
    labels: StoredLabels
    rationale: str
    at: str
    by: str
    dimension: str = ""
    value: str = ""
    sentence: str = ""
    kept: str = ""
    example: str = ""
    rubric_version: int | None = None
    adjudication_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class CalibrationEnd:
    """The end of a session."""

    session_id: str
    at: str
    by: str


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """An item with a known answer, dealt among the items of a week: ``item_id`` stands for the item ``original``.

    The known answer is that of the golden example ``example_id``.
    """

    item_id: str
    example_id: str
    original: str
    week: str
    at: str
    by: str


CALIBRATION_KEYS: dict[type, tuple[str, ...]] = {
    CalibrationSession: ("calibration_sessions", "id"),
    CalibrationVote: ("calibration_votes", "id"),
    CalibrationReveal: ("calibration_reveals", "id"),
    CalibrationDecision: ("calibration_decisions", "id"),
    CalibrationEnd: ("calibration_ends", "session_id"),
    Anchor: ("anchors", "item_id"),
}
"""Table and primary key of each of these records."""
