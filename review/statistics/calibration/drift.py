"""Drift of a judge: its precision and recall week by week, each week compared with the four before it.

Each week has two figures. The *weighted* one estimates how the judge does in production, as ``report.py`` does. The
*reviewed* one gives every drawn item the same weight, and only this one raises an alarm: the question is whether the
judge still treats similar items the same, and with weights a single item that represents a hundred could decide the
week.

The band of a week is the 95% interval of the reviewed figure on the four weeks before it, taken together. A figure has
left its band when its own 95% interval lies entirely outside: the two share no point. That is stricter than asking
whether the estimate lies outside the band, which happens every other week to an unchanged judge, because one week has
fewer items than its band. Any smaller change may be chance and is called neither rise nor fall. Precision also changes
with the traffic, because it depends on how common the class is.

Simulated by ``tests/bench/drift_alarm.py`` (400 replicates a cell, five designs): an unchanged judge raises the alarm
in 0.2% to 0.8% of weeks for each figure. A judge that catches 30 points less is found at once in 89% to 96% of weeks
with about 30 positives, in 32% with 11; with fewer positives it takes many weeks. The same rule on the weighted figures
finds 3% to 14% where groups are drawn at different rates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from review.basics.words import counted, spoken
from review.statistics.calibration.data import CalibrationData
from review.statistics.calibration.design import drawn_rows, plain_design, sampling_design
from review.statistics.calibration.shares import Share, accuracy, estimate_share, shares
from review.statistics.quantity import Quantity

BAND_WEEKS = 4
Moved = Literal["fell", "rose", "stayed"]


@dataclass(frozen=True, kw_only=True)
class WeekFigure:
    """One figure of one week: ``weighted`` by the draw, and as ``reviewed``, which is compared with its ``band``.

    ``moved`` is None when it cannot be decided, and ``undefined`` gives the reason.
    """

    week: str
    weighted: Quantity
    reviewed: Quantity
    band: Quantity
    moved: Moved | None
    undefined: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return week, both figures, the band, whether the figure moved, and the reason when that is undefined."""
        return {
            "week": self.week,
            "weighted": self.weighted.to_json(),
            "reviewed": self.reviewed.to_json(),
            "band": self.band.to_json(),
            "moved": self.moved,
            "undefined": self.undefined,
        }


@dataclass(frozen=True)
class Drift:
    """A judge's figures over time in one dimension: ``figures`` maps precision and recall to their weeks in order.

    Without a positive class the figure is accuracy. ``compared`` counts the items with label and verdict by week.
    """

    positive: str | None
    compared: Mapping[str, int]
    figures: Mapping[str, tuple[WeekFigure, ...]]

    @property
    def newest(self) -> str | None:
        """The latest week with anything to compare."""
        return next((week for week in reversed(list(self.compared)) if self.compared[week]), None)

    @property
    def latest(self) -> dict[str, WeekFigure]:
        """Each figure of the newest week, which may raise an alarm."""
        return {name: row for name, rows in self.figures.items() for row in rows if row.week == self.newest}

    @property
    def alarms(self) -> dict[str, WeekFigure]:
        """The figures that left their band in the newest week."""
        return {name: row for name, row in self.latest.items() if row.moved in ("fell", "rose")}

    def to_json(self) -> dict[str, Any]:
        """Return positive class, newest week, figures by week, and the names of those that left their band."""
        return {
            "positive": self.positive,
            "newest": self.newest,
            "compared": dict(self.compared),
            "figures": {name: [row.to_json() for row in rows] for name, rows in self.figures.items()},
            "alarms": list(self.alarms),
        }


def drift(
    data: CalibrationData, week: Sequence[str], *, weeks: Sequence[str], positive: str | None, seed: int = 0
) -> Drift:
    """Compute the figures of each week with the band of the four weeks before it that have anything to compare.

    ``week`` names the week of each item in ``data``, shape (items,); ``weeks`` are all weeks in order. A week without
    anything to compare has an undefined figure and belongs to no band. Hand-picked items are not counted.
    """
    own = np.asarray(week, dtype=object)
    # Somebody chose the hand-picked items for a reason: they do not represent the week.
    drawn = np.zeros(len(data), dtype=bool)
    drawn[drawn_rows(data).rows] = True
    wanted = _wanted(data.values, positive)
    compared = {name: int((drawn & (data.verdict >= 0) & (own == name)).sum()) for name in weeks}
    figures: dict[str, list[WeekFigure]] = {name: [] for name in wanted}
    for name in weeks:
        before = [w for w in weeks if w < name and compared[w]][-BAND_WEEKS:]
        here = _only(data, drawn & (own == name))
        then = _only(data, drawn & np.isin(own, before))
        for figure, share in wanted.items():
            weighted, reviewed, band = (
                estimate_share(design, share, bootstrap=0, seed=seed, salt=figure)
                for design in (sampling_design(here), plain_design(here), plain_design(then))
            )
            if len(before) < BAND_WEEKS:
                band = Quantity.missing(_too_few(len(before)))
            figures[figure].append(_compared(name, weighted, reviewed, band))
    return Drift(positive, compared, {name: tuple(rows) for name, rows in figures.items()})


def _wanted(values: tuple[str, ...], positive: str | None) -> dict[str, Share]:
    if positive is None or positive not in values:
        return {"accuracy": accuracy(len(values), "drop")}
    found = shares(values, values.index(positive), "drop")
    return {name: found[name] for name in ("precision", "recall")}


def _only(data: CalibrationData, rows: np.ndarray) -> CalibrationData:
    """Return some of the items, with the groups and populations they were drawn from."""
    return replace(
        data,
        items=tuple(item for item, kept in zip(data.items, rows, strict=True) if kept),
        truth=data.truth[rows],
        verdict=data.verdict[rows],
        stratum=data.stratum[rows],
        weight=None if data.weight is None else data.weight[rows],
        score=None,
        notes=(),
    )


def _compared(week: str, weighted: Quantity, reviewed: Quantity, band: Quantity) -> WeekFigure:
    """Compare one week's figure with its band: it moved only when the two intervals share no point."""
    for quantity in (reviewed, band):
        if quantity.value is None or quantity.ci is None:
            return WeekFigure(
                week=week,
                weighted=weighted,
                reviewed=reviewed,
                band=band,
                moved=None,
                undefined=quantity.undefined or "there is no interval",
            )
    assert reviewed.ci is not None and band.ci is not None
    moved: Moved = "stayed"
    if reviewed.ci[1] < band.ci[0]:
        moved = "fell"
    elif reviewed.ci[0] > band.ci[1]:
        moved = "rose"
    return WeekFigure(week=week, weighted=weighted, reviewed=reviewed, band=band, moved=moved)


def _too_few(weeks: int) -> str:
    return (
        f"the comparison needs {BAND_WEEKS} earlier weeks with labels and verdicts; there "
        f"{'is' if weeks == 1 else 'are'} {counted(weeks, 'such week')}"
    )


def plain_words(found: Drift) -> list[str]:
    """Describe the newest week: the figures that left their band, those that did not, those that cannot be compared."""
    about = f" of '{spoken(found.positive)}'" if found.positive else ""
    if found.newest is None:
        return ["No item has both a label from people and a verdict: there is nothing to follow over time yet."]
    sentences = [
        f"{name.capitalize()}{about} {row.moved}: {row.reviewed} on the items reviewed in {row.week}, after {row.band} "
        f"in the {BAND_WEEKS} weeks before it. The two intervals do not overlap, so chance alone is an unlikely "
        "explanation. Read the disagreements."
        for name, row in found.alarms.items()
    ]
    stayed = [name for name, row in found.latest.items() if row.moved == "stayed"]
    if stayed:
        sentences.append(
            f"In {found.newest} {' and '.join(stayed)}{about} changed no more than chance can explain, compared with "
            f"the {BAND_WEEKS} weeks before it. A small change may go unseen."
        )
    undecided: dict[str, list[str]] = {}
    for name, row in found.latest.items():
        if row.undefined:
            undecided.setdefault(row.undefined, []).append(name)
    return sentences + [
        f"Whether {' and '.join(names)}{about} changed in {found.newest} is not known: {reason}."
        for reason, names in undecided.items()
    ]
