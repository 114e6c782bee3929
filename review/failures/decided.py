"""What became of each group of failures: open, triaged, or of a mode that is ignored; the same wherever it is shown."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from review.failures.modes import ModeList
from review.log.failed import FailedGroup, FailedRow
from storage.records_failures import FailureTriage
from storage.store import Store

Place = tuple[str, str, str]
"""The week, the group and the prompt version of some failures."""


def place_of(found: FailedGroup | FailedRow) -> Place:
    """Return where a failure, or a group of them, stands."""
    return found.week, found.group, found.version


def suggested(n: int, task_above: int) -> str:
    """Return the decision that so many failures ask for."""
    return "task" if n > task_above else "golden"


@dataclass(frozen=True)
class Decided:
    """The latest triage of each group of some weeks; more than ``task_above`` failures of a group need a task."""

    modes: ModeList
    latest: Mapping[Place, FailureTriage]
    task_above: int

    def by(self, place: Place) -> FailureTriage | None:
        """Return the latest decision about a group, also one that it has outgrown."""
        return self.latest.get(place)

    def counts_matter(self, place: Place) -> bool:
        """Return whether the state of a group depends on how many failures it has by now."""
        done = self.latest.get(place)
        return done is not None and done.decision == "golden"

    def state(self, place: Place, n: int) -> str:
        """Return whether a group of ``n`` failures is open, triaged, or of a mode that is ignored.

        A group of few failures that has grown since it was decided about, and now needs a task, is open again.
        """
        mode, done = self.modes.of(place[1]), self.latest.get(place)
        if mode is not None and mode.ignored:
            return "ignored"
        if done is None:
            return "open"
        outgrown = done.decision == "golden" and done.failures < n and suggested(n, self.task_above) == "task"
        return "open" if outgrown else "triaged"


def decided_in(store: Store, modes: ModeList, weeks: Collection[str], *, task_above: int) -> Decided:
    """Return what was decided about the groups of some weeks."""
    rows = store.find(FailureTriage, week=list(weeks))
    return Decided(modes, {(t.week, modes.group(t.mode), t.version): t for t in rows}, task_above)
