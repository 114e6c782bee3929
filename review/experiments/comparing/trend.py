"""Accuracy of versions over releases, and one table for two versions or months. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from review.experiments.comparing.comparison import Comparison, compare
from review.experiments.comparing.measures import Better, measures_of
from review.experiments.gating.pairing import by_case
from review.experiments.runs.accuracy import Accuracy, accuracy_of
from review.experiments.values import Case, ScoredRun
from review.log.served import Served
from review.statistics.quantity import Quantity
from review.statistics.wilson_share import wilson_share

COMPLEX = ("cte", "subquery", "window-function")
JOINS = "join-depth-"
"""Tags, read off the reference SQL, of cases that count as complex: these, and two or more joins in one SELECT."""


@dataclass(frozen=True)
class Point:
    """The combined accuracy of a version on a release, by its latest run."""

    version: str
    release: str
    accuracy: Accuracy


@dataclass(frozen=True, kw_only=True)
class Line:
    """One figure of two sides. ``basis`` says what it is counted over. ``difference`` is None where there is none."""

    title: str
    better: Better
    basis: str
    first: Quantity
    second: Quantity
    difference: Quantity | None = None
    share: bool = True
    relative: bool = False


@dataclass(frozen=True, kw_only=True)
class Side:
    """A version or month: its run, what it served in production, and how many of that people have reviewed."""

    name: str
    run: ScoredRun | None
    served: Served
    reviewed: int
    minutes_to_cause: float | None = None


def points(runs: Sequence[ScoredRun]) -> list[Point]:
    """Return the accuracy of each run, in the order given."""
    return [Point(run.version, run.release, accuracy_of(run)) for run in runs]


def new_since(before: ScoredRun, after: ScoredRun) -> tuple[str, ...]:
    """Return the cases of the later run that the earlier one did not see."""
    seen = by_case(before)
    return tuple(name for name in by_case(after) if name not in seen)


def two_sides(first: Side, second: Side) -> list[Line]:
    """Return the table of two sides. Runs are compared on the cases that both saw with the same content."""
    lines = _of_runs(first.run, second.run) if first.run and second.run else []
    return [*lines, *_of_production(first, second)]


def _of_runs(first: ScoredRun, second: ScoredRun) -> list[Line]:
    both = compare([first, second])
    lines = {name: _line(both, name, f"{len(both.rows):,} cases that both saw") for name in both.measures}
    if "combined" not in lines:
        return list(lines.values())
    rows = tuple(row for row in both.rows if _complex(row.case) and None not in row.scores)
    basis = f"{len(rows):,} cases whose SQL has a subquery, CTE, window function or several joins"
    hard = replace(_line(replace(both, rows=rows), "combined", basis), title="combined accuracy, complex questions")
    corrected = [_corrected(both)] if both.checked else []
    return [lines.pop("combined"), *corrected, hard, *lines.values()]


def _corrected(both: Comparison) -> Line:
    """Return the accuracy of both with people's checks; a side that nobody checked keeps the figure by rules."""
    checked = " and ".join(f"{both.accuracy(place).checked:,}" for place in (0, 1))
    return Line(
        title="combined accuracy, corrected by people",
        better="higher",
        basis=f"{len(both.rows):,} cases that both saw; people checked {checked} answers",
        first=both.accuracy(0).combined,
        second=both.accuracy(1).combined,
        difference=both.corrected_difference(1),
    )


def _line(both: Comparison, name: str, basis: str) -> Line:
    measure = measures_of(both.runs)[name]
    return Line(
        title=measure.title,
        better=measure.better,
        basis=basis,
        first=both.figure(name, 0),
        second=both.figure(name, 1),
        difference=both.difference(name, 1),
        share=measure.share,
        relative=measure.relative,
    )


def _of_production(first: Side, second: Side) -> list[Line]:
    sides = (first, second)
    failed = [wilson_share(s.served.failed, s.served.traffic, "nothing of it is in the log") for s in sides]
    seen = [
        wilson_share(min(s.reviewed, s.served.traffic), s.served.traffic, "nothing of it is in the log") for s in sides
    ]
    basis = "conversations in the log"
    lines = [
        Line(title="failure rate in production", better="lower", basis=basis, first=failed[0], second=failed[1]),
        Line(title="share that people reviewed", better="higher", basis=basis, first=seen[0], second=seen[1]),
    ]
    for title, field, unit in (
        ("median latency in production", "latency_ms", "no conversation says its latency"),
        ("cost per conversation in production", "cost", "no conversation says its cost"),
    ):
        found = [_plain(getattr(s.served, field), unit, s.served.traffic) for s in sides]
        lines.append(Line(title=title, better="lower", basis=basis, first=found[0], second=found[1], share=False))
    causes = [_plain(s.minutes_to_cause, "no failure of it has a recorded cause", 0) for s in sides]
    lines.append(
        Line(
            title="minutes to the root cause",
            better="lower",
            basis="failures with a recorded cause",
            first=causes[0],
            second=causes[1],
            share=False,
        )
    )
    return lines


def _complex(case: Case) -> bool:
    joins = [tag.removeprefix(JOINS) for tag in case.tags if tag.startswith(JOINS)]
    return any(tag in COMPLEX for tag in case.tags) or any(n.isdigit() and int(n) > 1 for n in joins)


def _plain(value: float | None, why_not: str, n: int) -> Quantity:
    return Quantity.missing(why_not) if value is None else Quantity(value=float(value), n=n)
