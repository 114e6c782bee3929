"""What leads from an empty store to the first week: people, conversations, the rubric, the first draw."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from review.basics.log_paths import log_of
from review.basics.words import counted
from review.log.log import weeks_in_log
from review.people.people import people, usual_reviewers
from review.rubric.rubric import current_rubric
from review.statistics.answers.answer import listed
from storage.store import Store


@dataclass(frozen=True)
class Step:
    """One step: its title, whether it is done, and a sentence on what there is or what to do."""

    name: str
    title: str
    done: bool
    says: str


def first_steps(store: Store, last: str) -> list[Step]:
    """Return the steps to the first week, in order. ``last`` is the latest week that has ended."""
    everybody, weeks = people(store), weeks_in_log(log_of(store.path))
    names = {p.id: p.name for p in everybody}
    return [
        _people([names[one] for one in usual_reviewers(everybody)]),
        _conversations(weeks),
        _rubric([d.title for d in current_rubric(store).dimensions]),
        Step("draw", "Draw the first week", False, _draw(weeks, last)),
    ]


def next_step(steps: Sequence[Step]) -> Step:
    """Return the first step that is not done; the rubric can stay as it is and stops nobody."""
    return next(step for step in steps if not step.done and step.name != "rubric")


def ready_week(weeks: Collection[str], last: str) -> str | None:
    """Return the latest of these weeks up to ``last``; None without one."""
    return max((week for week in weeks if week <= last), default=None)


def _people(reviewers: Sequence[str]) -> Step:
    title = "Add the people who review"
    if len(reviewers) > 1:
        return Step("people", title, True, f"{listed(list(reviewers))} can review.")
    says = "Two or more reviewers show how far people agree. You can also begin alone and add others later."
    return Step("people", title, False, says)


def _conversations(weeks: Mapping[str, int]) -> Step:
    title, total = "Bring in conversations", sum(weeks.values())
    if not total:
        return Step("conversations", title, False, "Drop a file of your product's log, or connect the system it is in.")
    be = "is" if total == 1 else "are"
    span = min(weeks) if len(weeks) == 1 else f"{min(weeks)} to {max(weeks)}"
    return Step("conversations", title, True, f"{counted(total, 'conversation')} {be} in the log, {span}.")


def _rubric(titles: Sequence[str]) -> Step:
    asks = f"It asks for {listed(list(titles))}."
    return Step("rubric", "Look at the rubric", False, f"{asks} Change it now rather than after the first reviews.")


def _draw(weeks: Collection[str], last: str) -> str:
    week = ready_week(weeks, last)
    if week is not None:
        return f"{week} is the latest week with conversations. The draw deals a random sample and the failing cases."
    if weeks:
        return f"{min(weeks)} has not ended yet. A week can be drawn once it has ended."
    return "The draw takes a random sample and the failing cases, and deals them to the reviewers."
