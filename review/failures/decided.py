"""What became of each failure: open, triaged, or of a mode that is ignored; the same wherever it is shown.

People decide about groups, and groups change: modes are named, merged and split, and failures get another one. A
decision was about the failures that were in the group at that time, so it follows them into others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field

from review.failures.grouped import Portion
from review.failures.modes import ModeList, mode_lists
from storage.queries.failures import ModeEvent, mode_events
from storage.records_failures import FailureTriage
from storage.store import Store

Place = tuple[str, str, str]
"""The week, the group and the prompt version of some failures."""


def suggested(n: int, task_above: int) -> str:
    """Return the decision that so many failures ask for."""
    return "task" if n > task_above else "golden"


@dataclass(frozen=True, kw_only=True)
class Decided:
    """The triages of some weeks, in order; more than ``task_above`` failures of a group need a task.

    ``lists`` are the lists of modes that people had seen, by version, ``given`` the modes of single failures in order.
    """

    modes: ModeList
    triages: Mapping[tuple[str, str], Sequence[FailureTriage]]
    lists: Mapping[int, ModeList]
    given: Mapping[str, Sequence[ModeEvent]]
    task_above: int
    known: dict[tuple[int, str], str] = field(default_factory=dict, init=False, repr=False)
    """The group that a key stood for in a list of modes."""

    def by(self, place: Place) -> FailureTriage | None:
        """Return the latest decision about a group, also one that it has outgrown."""
        week, group, version = place
        own = (t for t in reversed(self.triages.get((week, version), ())) if self.modes.group(t.mode) == group)
        return next(own, None)

    def about(self, portion: Portion) -> FailureTriage | None:
        """Return the latest decision about a group that these failures were in, else one about that they joined since.

        Where a mode without a decision takes a decided one in, its own failures have joined nothing.
        """
        latest_first = self.triages.get((portion.week, portion.version), ())[::-1]
        was_in = (t for t in latest_first if self._group_at(portion, t) == self._group_then(t, t.mode))
        joined = (t for t in latest_first if t.mode == portion.group)
        return next(was_in, None) or next(joined, None)

    def _group_at(self, portion: Portion, t: FailureTriage) -> str:
        """Return the group that failures were in when somebody decided."""
        given = next((one.mode for one in reversed(self.given.get(portion.id, ())) if one.at <= t.at), "")
        return self._group_then(t, given or portion.kind)

    def _group_then(self, t: FailureTriage, key: str) -> str:
        place = t.modes_version, key
        if place not in self.known:
            self.known[place] = self.lists.get(t.modes_version, self.modes).group(key)
        return self.known[place]

    def counts_matter(self, portion: Portion) -> bool:
        """Return whether the state of failures depends on how many others the decision is about by now."""
        done = self.about(portion)
        return done is not None and done.decision == "golden"

    def outgrown(self, portions: Iterable[Portion]) -> Set[str]:
        """Return the decisions about few failures that are about so many by now that they need a task."""
        n: Counter[str] = Counter()
        few = {}
        for portion in portions:
            done = self.about(portion)
            if done is not None and done.decision == "golden":
                few[done.id] = done
                n[done.id] += portion.n
        return {i for i, t in few.items() if t.failures < n[i] and suggested(n[i], self.task_above) == "task"}

    def state(self, portion: Portion, outgrown: Collection[str]) -> str:
        """Return whether failures are open, triaged, or of a mode that is ignored."""
        mode, done = self.modes.of(portion.group), self.about(portion)
        if mode is not None and mode.ignored:
            return "ignored"
        return "open" if done is None or done.id in outgrown else "triaged"


def decided_in(store: Store, modes: ModeList, weeks: Collection[str], *, task_above: int) -> Decided:
    """Return what was decided about the failures of some weeks."""
    triages: dict[tuple[str, str], list[FailureTriage]] = {}
    for t in store.find(FailureTriage, week=list(weeks)):
        triages.setdefault((t.week, t.version), []).append(t)
    given: dict[str, list[ModeEvent]] = {}
    for one in mode_events(store) if triages else ():
        given.setdefault(one.conversation_id, []).append(one)
    versions = {t.modes_version for some in triages.values() for t in some}
    return Decided(modes=modes, triages=triages, lists=mode_lists(store, versions), given=given, task_above=task_above)
