"""Records of weeks of review: when they open, close and are due, their items, and who holds which."""

from __future__ import annotations

from dataclasses import dataclass

from storage.records_base import Json


@dataclass(frozen=True, kw_only=True)
class Week:
    """A week of review, opened once. ``minutes`` is the budget per person; ``due`` is a date, see DueChange."""

    name: str
    opened_at: str
    opened_by: str
    due: str
    seed: str
    unit: str
    overlap: float
    overlap_raters: int
    raters: tuple[str, ...]
    rubric_version: int
    minutes: float | None = None


@dataclass(frozen=True)
class WeekClosing:
    """The closing of a week, with its checklist at that time. ``reason`` says why it was closed early, if it was."""

    week: str
    at: str
    by: str
    checklist: Json
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class DueChange:
    """Another day until which an open week is reviewed. The latest row of a week counts."""

    id: str
    week: str
    due: str
    at: str
    by: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class WeekSchedule:
    """How each week opens itself; the latest row counts, and ``on`` False ends it.

    ``weekday`` is 1 (Monday) to 7 of the week after the one that is opened. ``source`` None is the imported log.
    """

    id: str
    at: str
    by: str
    on: bool
    weekday: int
    rate: float
    raters: tuple[str, ...]
    overlap: float
    source: str | None = None
    minutes: float | None = None


@dataclass(frozen=True, kw_only=True)
class Item:
    """A unit of review: a conversation, one answer in it (``target_turn``), or a pair of answers (``kind`` "pair").
    The kind "anchor" is a conversation whose answer is known already.

    ``draw_id`` and ``stratum`` place it in the ledger. A purposive (hand-picked) item has neither, and its weight is 0.
    The current probability of an item is that of its stratum in the latest draw of its week.
    """

    id: str
    conversation_id: str
    week: str
    at: str
    draw_id: str | None = None
    stratum: str | None = None
    purposive: bool = False
    overlap: bool = False
    target_turn: int | None = None
    reason: str = ""
    kind: str | None = None


@dataclass(frozen=True, kw_only=True)
class Pair:
    """What a pair compares: the names of its two answers and where it comes from. Reviewers never receive it.

    The conversation of the item ends with the question, and both answers are in its metadata. ``source_id`` is the id
    of the pair in the source, "" without one.
    """

    item_id: str
    name_a: str
    name_b: str
    origin: str
    at: str
    by: str
    source_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """An item dealt to a rater under one rubric version. ``position`` is its place in the rater's queue.

    ``sides`` says of a pair which answer this rater sees first: "ab" or "ba"; None for any other item.
    """

    id: str
    item_id: str
    rater_id: str
    week: str
    position: int
    rubric_version: int
    at: str
    by: str
    sides: str | None = None


@dataclass(frozen=True, kw_only=True)
class Reassignment:
    """An assignment taken from its holder. ``to_id`` is the assignment that replaces it, None if none does."""

    id: str
    assignment_id: str
    to_id: str | None
    at: str
    by: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ItemWithdrawal:
    """An item whose import of labels was undone. It comes back once somebody labels it or is to label it."""

    id: str
    item_id: str
    import_id: str
    at: str
    by: str


WEEK_KEYS: dict[type, tuple[str, ...]] = {
    Week: ("weeks", "name"),
    WeekClosing: ("week_closings", "week"),
    DueChange: ("due_changes", "id"),
    WeekSchedule: ("week_schedules", "id"),
    Item: ("items", "id"),
    Pair: ("pairs", "item_id"),
    Assignment: ("assignments", "id"),
    Reassignment: ("reassignments", "id"),
    ItemWithdrawal: ("item_withdrawals", "id"),
}
"""Table and primary key of each of these records."""
