"""Golden cases with the results of both versions; the repeats of a case are combined."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from review.basics.errors import InputError

Change = Literal["broke", "fixed", "same"]


@dataclass(frozen=True, kw_only=True, slots=True)
class PairedResult:
    """One run of one case by both versions: results in [0, 1]. Each repeat of a case is a row."""

    case: str
    baseline: float
    candidate: float
    scenario: str = ""
    kind: str = ""
    tags: tuple[str, ...] = ()
    must_pass: bool = False


@dataclass(frozen=True, slots=True)
class MissingCase:
    """A case of which no row has the results of both versions, so it is no evidence."""

    name: str
    must_pass: bool = False


@dataclass(frozen=True, kw_only=True)
class GateCase:
    """A case with the mean result of each version over its ``repeats``.

    A repeat passes with a result of at least 0.5. A version passes a case when more than half of its repeats pass, and
    fails it when more than half do not. ``change`` is "broke" when the baseline passes and the candidate fails, "fixed"
    in the opposite case. ``binary`` tells whether there is one repeat and both results are 0 or 1.
    """

    name: str
    baseline: float
    candidate: float
    repeats: int
    change: Change
    binary: bool
    scenario: str = ""
    kind: str = ""
    tags: tuple[str, ...] = ()
    must_pass: bool = False

    @property
    def drop(self) -> float:
        """How much worse the candidate is; negative when it is better."""
        return self.baseline - self.candidate


def gather(rows: Iterable[PairedResult]) -> tuple[GateCase, ...]:
    """Combine the repeats of each case, in order of appearance.

    Raises InputError when there are no rows, a result is outside [0, 1], or the rows of a case disagree on its
    scenario, kind, tags or must-pass mark.
    """
    groups: dict[str, list[PairedResult]] = {}
    for row in rows:
        groups.setdefault(row.case, []).append(row)
    if not groups:
        raise InputError("there is no case to compare. Expected at least one with the results of both versions.")
    return tuple(_case(name, group) for name, group in groups.items())


def _case(name: str, rows: Sequence[PairedResult]) -> GateCase:
    first = rows[0]
    for row in rows:
        for version, result in (("baseline", row.baseline), ("candidate", row.candidate)):
            if not 0 <= result <= 1:
                raise InputError(f"case '{name}', {version}: found {result}, expected a number from 0 to 1.")
        for field in ("scenario", "kind", "tags", "must_pass"):
            if getattr(row, field) != getattr(first, field):
                raise InputError(
                    f"case '{name}': {field} is {getattr(first, field)!r} in one repeat and {getattr(row, field)!r} in "
                    "another. Expected the same in all repeats. Correct the rows."
                )
    return combined_case(
        name,
        [r.baseline for r in rows],
        [r.candidate for r in rows],
        scenario=first.scenario,
        kind=first.kind,
        tags=first.tags,
        must_pass=first.must_pass,
    )


def combined_case(
    name: str,
    baseline: Sequence[float],
    candidate: Sequence[float],
    *,
    scenario: str = "",
    kind: str = "",
    tags: tuple[str, ...] = (),
    must_pass: bool = False,
) -> GateCase:
    """Return a case from the results of both versions, which may have different numbers of them."""
    before, after = _passes(baseline), _passes(candidate)
    change: Change = "same"
    if before is not None and after is not None and before != after:
        change = "broke" if before else "fixed"
    single = len(baseline) == len(candidate) == 1
    return GateCase(
        name=name,
        baseline=sum(baseline) / len(baseline),
        candidate=sum(candidate) / len(candidate),
        repeats=max(len(baseline), len(candidate)),
        change=change,
        binary=single and baseline[0] in (0, 1) and candidate[0] in (0, 1),
        scenario=scenario,
        kind=kind,
        tags=tags,
        must_pass=must_pass,
    )


def _passes(results: Sequence[float]) -> bool | None:
    """Return True when more than half of the repeats pass, False when more than half fail, None when they tie."""
    passes = 2 * sum(r >= 0.5 for r in results)
    return None if passes == len(results) else passes > len(results)
