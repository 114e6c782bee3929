"""What to do next: at most three actions in the order in which they matter, each with the link that does it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from review.basics.words import counted, spoken
from review.statistics.answers.answer import Answer, Line, Link, listed
from review.statistics.answers.readings import Reading

QUESTION = "What is next?"
MOST = 3
PAGE_OF_STEP = {
    "pull": Link("conversations", "See the sources"),
    "week": Link("sampling", "Look at the week and open it"),
    "heads": Link("audit", "See the records"),
    "verify": Link("audit", "See the records"),
    "reminders": Link("settings", "See the messages", {"tab": "Messages"}),
}
"""The page that helps with a nightly step."""


class FailedStep(NamedTuple):
    """A step that failed in the last night, and why."""

    name: str
    detail: str


class Rise(NamedTuple):
    """A value that is proven to be more frequent than in the weeks before, and the sentence that says by how much."""

    positive: str
    words: str


class More(NamedTuple):
    """How many more items of the group ``rest`` to label for the share of ``positive``, by drawing at ``rate``."""

    items: int
    positive: str
    rate: float


@dataclass(frozen=True, kw_only=True)
class Doing:
    """The state of a week for one person: what is open, and what this person may do.

    ``own`` items are left for this person, ``own_minutes`` long; ``left`` items for everybody, ``late`` of them past
    the due date ``due``; ``nobodys`` have no reviewer, and ``skipped`` were skipped by everybody who has them: nobody
    reviews either. ``to_settle`` disagreements are open, of which ``ties`` decide a share; ``to_triage`` groups of
    failures wait for a decision. ``more`` is how many further items would make the share worth reading. ``readings``
    are values that people read differently, by dimension. ``rises`` are values that became more frequent.
    """

    week: str
    closed: bool
    lead: bool
    adjudicator: bool
    due: str
    own: int = 0
    own_minutes: float = 0.0
    left: int = 0
    late: int = 0
    nobodys: int = 0
    skipped: int = 0
    to_settle: int = 0
    ties: int = 0
    to_triage: int = 0
    more: More | None = None
    readings: tuple[tuple[str, Reading], ...] = ()
    rises: tuple[Rise, ...] = ()
    failed: tuple[FailedStep, ...] = ()


def next_steps(found: Doing) -> Answer:
    """Return the answer: the first actions as lines, or that nothing is to be done and why."""
    open_week = [] if found.closed else _open_week(found)
    # A proven rise is the news of the week: only a night that failed comes before it.
    lines = [*_failed(found), *_rises(found), *open_week, *_rubric(found), *_closing(found)]
    shown = lines[:MOST]
    return Answer(
        name="next",
        question=QUESTION,
        sentence=shown[0].sentence if shown else _nothing(found),
        reason=shown[0].reason if shown else _why_nothing(found),
        lines=tuple(shown),
        link=Link("week", "Read the report", {"week": found.week, "view": "report"})
        if found.closed and not shown
        else None,
    )


def _failed(found: Doing) -> list[Line]:
    if not found.lead:
        return []
    return [
        Line(
            name=f"night_{step.name}",
            sentence="Mend what failed last night.",
            reason=step.detail,
            link=PAGE_OF_STEP.get(step.name, Link("audit", "See the records")),
        )
        for step in found.failed
    ]


def _rises(found: Doing) -> list[Line]:
    """Return one action for all values that rose: the report shows the conversations of each."""
    if not found.lead or found.closed or not found.rises:
        return []
    named = listed([f"'{spoken(one.positive)}'" for one in found.rises])
    return [
        Line(
            name="rise",
            sentence=f"See why more conversations are {named}.",
            reason=" ".join(one.words for one in found.rises),
            link=Link("week", "See what was wrong", {"week": found.week, "view": "report"}),
        )
    ]


def _open_week(found: Doing) -> list[Line]:
    week = {"week": found.week}
    lines = []
    if found.own:
        minutes = counted(max(round(found.own_minutes), 1), "minute")
        lines.append(
            Line(
                name="review",
                sentence=f"Review your {counted(found.own, 'item')}.",
                reason=f"About {minutes}, due {found.due}.",
                link=Link("annotate", f"Review {found.own}", week),
            )
        )
    if found.lead and found.nobodys:
        lines.append(
            Line(
                name="deal",
                sentence=f"Deal {counted(found.nobodys, 'item')} that nobody has.",
                reason="They were taken back from their reviewers, and nobody reviews them now.",
                link=Link("week", f"Deal {found.nobodys}", {**week, "do": "deal"}),
            )
        )
    if found.lead and found.skipped:
        lines.append(
            Line(
                name="hand_over_skipped",
                sentence=f"Hand over {counted(found.skipped, 'skipped item')}.",
                reason="Everybody who has them skipped them, and nobody has reviewed them."
                if found.skipped > 1
                else "Everybody who has it skipped it, and nobody has reviewed it.",
                link=Link("week", f"Hand over {found.skipped}", {**week, "do": "hand_over_skipped"}),
            )
        )
    if found.lead and found.late:
        lines.append(
            Line(
                name="hand_over",
                sentence=f"Deal {counted(found.late, 'late item')} to somebody else.",
                reason=f"They were due {found.due}.",
                link=Link("week", f"Deal {found.late}", {**week, "do": "hand_over"}),
            )
        )
    if found.adjudicator and found.to_settle:
        ties = f" {counted(found.ties, 'tie')} among them decide what the share is." if found.ties else ""
        ties = ties.replace("1 tie among them decide ", "1 tie among them decides ")
        lines.append(
            Line(
                name="settle",
                sentence=f"Settle {counted(found.to_settle, 'disagreement')}.",
                reason=f"Until then the majority counts.{ties}",
                link=Link("adjudicate", f"Settle {found.to_settle}", week),
            )
        )
    if found.adjudicator and found.to_triage:
        lines.append(
            Line(
                name="triage",
                sentence=f"Triage {counted(found.to_triage, 'group')} of failures.",
                reason="Decide for each what becomes of it. The week closes once all are decided.",
                link=Link("failures", f"Triage {found.to_triage}", week),
            )
        )
    if found.lead and found.more is not None and not found.left:
        lines.append(
            Line(
                name="label",
                sentence=f"Draw and label {found.more.items} more conversations.",
                reason=(
                    f"The share of '{spoken(found.more.positive)}' is hardly known yet; this makes it roughly known. "
                    "A week that is closed takes no more."
                ),
                link=Link("sampling", f"Draw {found.more.items} more", {**week, "rate": f"{found.more.rate:.6g}"}),
            )
        )
    return lines


def _rubric(found: Doing) -> list[Line]:
    if not found.lead:
        return []
    return [
        Line(
            name=f"rubric_{dimension}",
            sentence=f"Fix the rubric text of '{spoken(reading.value)}'.",
            reason=(
                f"Two people read it differently on {reading.items} of {reading.of} items, mostly against "
                f"'{spoken(reading.other)}'."
            ),
            link=Link("rubric", f"Change '{spoken(reading.value)}'", {"view": "change", "dimension": dimension}),
        )
        for dimension, reading in found.readings
    ]


def _closing(found: Doing) -> list[Line]:
    if found.closed or not found.lead or found.to_triage:
        return []
    if found.left or found.to_settle or found.nobodys or found.skipped:
        return []
    return [
        Line(
            name="close",
            sentence="Close the week.",
            reason="Every item that was dealt is reviewed, and every disagreement is settled.",
            link=Link("week", "Close the week", {"week": found.week, "do": "close"}),
        )
    ]


def _nothing(found: Doing) -> str:
    return "Nothing: the week is closed." if found.closed else "Nothing for you now."


def _why_nothing(found: Doing) -> str:
    if found.closed:
        return "Its report sums it up."
    waiting = []
    if found.left:
        waiting.append(f"{counted(found.left, 'item')} {'is' if found.left == 1 else 'are'} with reviewers")
    if found.to_settle and not found.adjudicator:
        waiting.append(f"{counted(found.to_settle, 'disagreement')} with adjudicators")
    if waiting:
        return f"{' and '.join(waiting)}, due {found.due}."
    if unheld := found.nobodys + found.skipped:
        return f"A lead has to give {counted(unheld, 'item')} that nobody reviews to somebody."
    return "A lead can close the week."


def rubric_readings(found: Sequence[tuple[str, Reading | None]]) -> tuple[tuple[str, Reading], ...]:
    """Return the dimensions with a value that people read differently, the least alike first."""
    known = [(dimension, reading) for dimension, reading in found if reading is not None]
    return tuple(sorted(known, key=lambda pair: pair[1].same))
