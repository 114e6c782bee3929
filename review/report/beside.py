"""What stands beside a week's drawn items, as values and in words: pairs, known answers, calibration, versions.

None of it counts in a share of production or in the agreement on the rubric.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from review.basics.words import counted
from review.report.versions import VersionFigure
from review.statistics.agreement.words import percentage, plain_words
from review.statistics.preference.report import PairReport
from review.statistics.preference.words import position_words, preference_words, strength_words
from review.statistics.quantity import Quantity
from storage.queries.calibration import Calibrated

NO_VOTE = "Nobody has compared one yet."
WITHHELD = "You compare pairs of this week yourself, so what people prefer is shown once the week is closed."


@dataclass(frozen=True)
class WeekPairs:
    """The pairs of a week: how many, and what people prefer; without a vote to show, ``why_not`` says why."""

    count: int
    report: PairReport | None
    why_not: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the object in the JSON of the report."""
        return {"count": self.count, "report": self.report.to_json() if self.report else None, "why_not": self.why_not}


@dataclass(frozen=True, kw_only=True)
class Beside:
    """The pairs of a week, None without one; known answers given, by the title of a dimension; calibration.

    ``versions`` are the version in force and those that ran since the last report.
    """

    pairs: WeekPairs | None
    known: Mapping[str, Quantity]
    calibrated: Calibrated
    versions: tuple[VersionFigure, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the entries of the JSON of the report."""
        return {
            "pairs": self.pairs.to_json() if self.pairs else None,
            "known_answers": {title: q.to_json() for title, q in self.known.items()},
            "calibration": asdict(self.calibrated),
            "versions": [one.to_json() for one in self.versions],
        }


def pair_lines(found: WeekPairs) -> list[str]:
    """Return what people prefer, whether the first place pulls, and whether people agree, in sentences."""
    report = found.report
    if report is None:
        return [f"{counted(found.count, 'pair')} of answers. {found.why_not}"]
    strong = [strength_words(report)] if len(report.preferences) > 1 else []
    return [
        *map(preference_words, report.preferences),
        *strong,
        position_words(report.position),
        f"On pairs: {plain_words(report.agreement)}",
    ]


def known_lines(found: Mapping[str, Quantity]) -> list[str]:
    """Return how often people gave the known answers, a sentence for each dimension."""
    return [
        f"Items with known answers, {title}: people gave the known label in {percentage(q.value)} of "
        f"{counted(q.n, 'case')}{f' ({percentage(q.ci[0])} to {percentage(q.ci[1])})' if q.ci else ''}."
        for title, q in found.items()
        if q.value is not None
    ]


def calibration_line(found: Calibrated) -> str:
    """Return what the calibration sessions of a week came to, "" without one."""
    if not found.sessions:
        return ""
    kept = [
        counted(n, one, several)
        for n, one, several in (
            (found.guidance, "sentence of guidance", "sentences of guidance"),
            (found.examples, "example", "examples"),
            (found.asked, "open question", "open questions"),
        )
        if n
    ]
    left = f" The rubric got {', '.join(kept)}." if kept else ""
    return (
        f"{counted(found.sessions, 'calibration session')}: {counted(found.people, 'person', 'people')} answered up to "
        f"{counted(found.items, 'item')}, {found.decided} decided.{left}"
    )
