"""The golden cases of a failure mode, and what a run of a version says of them. Runs are read above this room."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass

from review.basics.log_paths import log_of
from review.failures.modes import ModeList
from review.failures.rules import failure_rules
from review.golden.examples import latest_versions
from review.log.failed import Narrowed, failed_rows
from review.settings.project import Project
from storage.queries.failures import example_origins
from storage.records_failures import FailureTriage
from storage.store import Store


@dataclass(frozen=True, kw_only=True)
class RunOnCases:
    """The latest finished run of a version: its week, and by golden example whether the version passes it.

    Cases without a score are left out.
    """

    run: str
    week: str
    passed: Mapping[str, bool]

    def over(self, cases: Set[str]) -> tuple[int, int]:
        """Return how many of some cases the version passes, and how many of them it was scored on."""
        scored = [passed for case, passed in self.passed.items() if case in cases]
        return sum(scored), len(scored)


Runs = Mapping[str, RunOnCases]
"""By version."""


def cases_by_mode(store: Store, project: Project, modes: ModeList) -> dict[str, set[str]]:
    """Return the golden examples that come from failures of each mode, retired ones left out.

    A failure that the log does not hold any more counts under the mode for which it was proposed in triage.
    """
    origins, examples = example_origins(store), latest_versions(store).values()
    for example in examples:
        if example.conversation_id:
            origins[example.example_id] = example.conversation_id
    current = {e.example_id for e in examples if not e.retired}
    group = {conversation: modes.group(t.mode) for t in store.find(FailureTriage) for conversation in t.candidates}
    ids = sorted(set(origins.values()))
    rows = (
        failed_rows(log_of(store.path), failure_rules(store, project, ids=ids), Narrowed(ids=ids), most=len(ids))
        if ids
        else []
    )
    group |= {row.id: row.group for row in rows}
    found: dict[str, set[str]] = {}
    for example_id, conversation in origins.items():
        if conversation in group and example_id in current:
            found.setdefault(group[conversation], set()).add(example_id)
    return found
