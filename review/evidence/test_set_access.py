"""Looks at the test half: a judge that can be tuned here shows its figures on ``dev``; ``test`` is for reporting.

Every look at ``test`` uses it up a little, because what was seen there steers the next version. So a look is an act
of its own: somebody with the role asks for it, it is written down, and it is counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from review.audit import chain
from review.basics.clock import new_id, now
from review.basics.words import counted
from review.current.verdicts import Reference
from review.people.people import require
from storage.records_judges import Judge, Look
from storage.records_people import AuditEntry
from storage.store import Store

Half = Literal["all", "dev", "test"]
HALVES: tuple[Half, ...] = ("dev", "test", "all")
TUNABLE = ("llm", "local", "learned")
"""Kinds whose versions are made here; what comes with the log or from a file is as it is."""

ACTION = "look at test"


@dataclass(frozen=True)
class Looked:
    """One look: which it was of its version and of the judge as a whole, and the figures that were read then."""

    look: Look
    of_version: int
    of_judge: int
    figures: Mapping[str, Mapping[str, Any]]

    @property
    def sentence(self) -> str:
        """``look 2 at the test half of version 3``, and how many there were at all versions of the judge."""
        more = f" ({counted(self.of_judge, 'look')} at all its versions)" if self.of_judge > self.of_version else ""
        return f"look {self.of_version} at the test half of version {self.look.version}{more}"


def tunable(store: Store, judge: Reference) -> bool:
    """Whether this version was made here, so that its figures on ``test`` are looks that are counted."""
    found = store.get(Judge, str(judge))
    return found is not None and found.kind in TUNABLE


def shown_half(store: Store, judge: Reference) -> Half:
    """What anybody may see without a look: ``dev`` of a judge that can be tuned here, everything of another."""
    return "dev" if tunable(store, judge) else "all"


def record_look(
    store: Store, judge: Reference, weeks: Sequence[str], *, by: str, figures: Mapping[str, Mapping[str, Any]]
) -> Looked:
    """Write down that somebody read these figures (by dimension) on the test half of some weeks.

    Raises Refused without the role adjudicator. Call it before the figures are shown.
    """
    require(store, by, "adjudicator")
    with store.transaction():
        made = Look(id=new_id(), judge=judge.judge, version=judge.version, weeks=tuple(weeks), at=now(), by=by)
        store.add(made)
        chain.record(store, by, ACTION, str(judge), look=made.id, weeks=list(weeks), figures=dict(figures))
    return next(seen for seen in looks(store, judge.judge) if seen.look.id == made.id)


def looks(store: Store, name: str, version: str | None = None) -> list[Looked]:
    """All looks at a judge, or at one version of it, the oldest first."""
    kept = {e.detail.get("look"): e.detail.get("figures", {}) for e in store.find(AuditEntry, action=ACTION)}
    found: list[Looked] = []
    for n, row in enumerate(store.find(Look, judge=name), start=1):
        same = sum(seen.look.version == row.version for seen in found) + 1
        found.append(Looked(row, same, n, kept.get(row.id, {})))
    return [seen for seen in found if version in (None, seen.look.version)]


def example_conversations(judge: Judge) -> frozenset[str]:
    """The conversations whose golden examples stand in a judge's prompt: it has seen their labels."""
    found = judge.spec.get("examples")
    rows = found if isinstance(found, list) else []
    return frozenset(str(r["conversation_id"]) for r in rows if isinstance(r, dict) and r.get("conversation_id"))
