"""The parts of the report on what the week held besides its drawn items: pairs, known answers, calibration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from review.basics.words import counted
from review.report.beside import Beside, calibration_line, pair_lines
from review.report.figures import Figure, share_figure
from review.report.versions import VersionFigure, version_lines

PAIRS = "Wins, and ties by half. Axis from 0% to 100%: beyond the middle the first answer is preferred."


@dataclass(frozen=True)
class PairsShown:
    """How often each answer is preferred to another, ``note`` on the axis, and the same in sentences."""

    rows: tuple[Figure, ...]
    note: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class VersionsShown:
    """The accuracy of each version on a release, and a sentence about each that people checked."""

    rows: tuple[Figure, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Practice:
    """How often people gave the known answers, and what the calibration sessions came to ("" without one)."""

    rows: tuple[Figure, ...]
    calibration: str


def pairs(found: Beside) -> PairsShown | None:
    """Return the drawing of the preferences, None in a week without pairs."""
    if found.pairs is None:
        return None
    report = found.pairs.report
    met = [p.preferred for p in report.preferences] if report else []
    rows = tuple(share_figure(share, f"{a} over {b}") for a, b, share in met)
    count = f"{counted(found.pairs.count, 'pair')}, counted in no share of production."
    return PairsShown(rows, f"{count} {PAIRS}" if rows else count, tuple(pair_lines(found.pairs)))


def versions(found: Sequence[VersionFigure]) -> VersionsShown | None:
    """Return the accuracy of the versions, None where none has run."""
    if not found:
        return None
    rows = tuple(share_figure(one.accuracy.combined, one.title) for one in found)
    return VersionsShown(rows, tuple(version_lines([one for one in found if one.accuracy.checked])))


def practice(found: Beside) -> Practice | None:
    """Return the known answers and the calibration sessions, None in a week with neither."""
    rows = tuple(share_figure(share, title) for title, share in found.known.items())
    line = calibration_line(found.calibrated)
    return Practice(rows, line) if rows or line else None
