"""Access to the test half: a judge that can be tuned here shows its figures on ``dev``; ``test`` is for reporting.

Every look at ``test`` weakens it a little, because the figures influence the next version. So each access is a separate
act: somebody with the role requests it, and it is recorded and counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from review.audit import chain
from review.basics.clock import new_id, now
from review.basics.words import counted
from review.current.verdicts import Reference
from review.people.people import require
from review.statistics.calibration.report import CalibrationReport
from storage.records_judges import Judge, Look
from storage.records_people import AuditEntry
from storage.store import Store

Half = Literal["all", "dev", "test"]
HALVES: tuple[Half, ...] = ("dev", "test", "all")
TUNABLE = ("llm", "local", "learned")
"""The kinds of judge whose versions are made here. Judges from the log or a file cannot be changed here."""

ACTION = "look at test"
FIGURES = ("precision", "recall", "f1", "accuracy")
"""The figures that are recorded with an access."""


class ReadFigure(NamedTuple):
    """One figure as it was read; ``value`` is None when it was undefined."""

    value: float | None
    ci: tuple[float, float] | None


@dataclass(frozen=True)
class ReadFigures:
    """The figures that somebody read in one dimension: ``n`` items, the positive value, and the figures by name."""

    n: int
    positive: str | None
    figures: Mapping[str, ReadFigure]

    @classmethod
    def of(cls, report: CalibrationReport) -> ReadFigures:
        """Take the figures to record from a report."""
        found = {name: ReadFigure(q.value, q.ci) for name in FIGURES for q in [report.weighted[name]]}
        return cls(report.n, report.positive, found)

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> ReadFigures:
        """Read the recorded form."""
        figures = {
            name: ReadFigure(row[name]["value"], tuple(ci) if (ci := row[name]["ci"]) else None)
            for name in FIGURES
            if name in row
        }
        return cls(row.get("n", 0), row.get("positive"), figures)

    def to_json(self) -> dict[str, Any]:
        """Return the form that the audit chain records."""
        return {"n": self.n, "positive": self.positive} | {name: f._asdict() for name, f in self.figures.items()}


@dataclass(frozen=True)
class CountedAccess:
    """One access: its ordinal number for the version and for the judge, and the figures read, by dimension."""

    record: Look
    of_version: int
    of_judge: int
    figures: Mapping[str, ReadFigures]

    @property
    def sentence(self) -> str:
        """``look 2 at the test half of version 3``, with the number of looks at all versions of the judge."""
        more = f" ({counted(self.of_judge, 'look')} at all its versions)" if self.of_judge > self.of_version else ""
        return f"look {self.of_version} at the test half of version {self.record.version}{more}"


def tunable_judge(judge: Judge | None) -> bool:
    """Tell whether this version was made here, so that an access to its test half is recorded."""
    return judge is not None and judge.kind in TUNABLE


def tunable(store: Store, judge: Reference) -> bool:
    """Tell whether a version was made here, by its name."""
    return tunable_judge(store.get(Judge, str(judge)))


def shown_half(store: Store, judge: Reference) -> Half:
    """Return what anybody may see without an access: ``dev`` of a judge that can be tuned here, all of another."""
    return "dev" if tunable(store, judge) else "all"


def record_access(
    store: Store, judge: Reference, weeks: Sequence[str], *, by: str, figures: Mapping[str, ReadFigures]
) -> CountedAccess:
    """Record that somebody reads these figures (by dimension) on the test half of some weeks.

    Call it before the figures are shown. Raises Refused without the role adjudicator.
    """
    require(store, by, "adjudicator")
    with store.transaction():
        made = Look(id=new_id(), judge=judge.judge, version=judge.version, weeks=tuple(weeks), at=now(), by=by)
        store.add(made)
        kept = {name: found.to_json() for name, found in figures.items()}
        chain.record(store, by, ACTION, str(judge), look=made.id, weeks=list(weeks), figures=kept)
    return next(access for access in accesses(store, judge.judge) if access.record.id == made.id)


def accesses(store: Store, name: str, version: str | None = None) -> list[CountedAccess]:
    """Return all accesses to the test half of a judge, or of one version of it, the oldest first."""
    kept = {e.detail.get("look"): e.detail.get("figures", {}) for e in store.find(AuditEntry, action=ACTION)}
    found: list[CountedAccess] = []
    for n, row in enumerate(store.find(Look, judge=name), start=1):
        same = sum(access.record.version == row.version for access in found) + 1
        figures = {name: ReadFigures.from_json(f) for name, f in kept.get(row.id, {}).items()}
        found.append(CountedAccess(row, same, n, figures))
    return [access for access in found if version in (None, access.record.version)]
