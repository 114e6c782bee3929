"""The parts of the report that draw figures with their intervals: quality, judges, agreement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from review.basics.words import counted
from review.report.model import JudgeFigures, WeekReport
from review.report.plot import Plot, interval_plot, lower_end, upper_end
from review.report.words import interval, percent, span
from review.statistics.quantity import Quantity

PLAIN = {
    "percent_agreement": ("same label", "Percent agreement"),
    "gwet_ac1": ("rare values", "Gwet's AC1: agreement beyond chance that rare values distort less"),
    "gwet_ac2.quadratic": ("rare values", "Gwet's AC2: agreement beyond chance that rare values distort less"),
}
"""A coefficient's plain name and its full name, which the page shows as a tooltip."""
ALPHA = ("beyond chance", "Krippendorff's alpha: agreement beyond chance")


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure on the page: its drawing, value and interval, or ``undefined``, the reason why there is none.

    ``term`` is the statistic's name, shown as a tooltip.
    """

    label: str
    term: str = ""
    plot: Plot | None = None
    value: str = ""
    interval: str = ""
    undefined: str | None = None


@dataclass(frozen=True)
class Figures:
    """Figures in rows, with a note on how to read them."""

    rows: tuple[Figure, ...]
    note: str


@dataclass(frozen=True)
class JudgeLine:
    """One positive value of a judge: its recall and its precision."""

    positive: str
    figures: tuple[Figure, Figure]


@dataclass(frozen=True)
class JudgeTable:
    """The judges by name, each with a line per positive value, and a note on how to read them."""

    judges: tuple[tuple[str, tuple[JudgeLine, ...]], ...]
    note: str


@dataclass(frozen=True)
class Card:
    """The coefficients of one dimension, with what they mean in words."""

    title: str
    words: str
    rows: tuple[Figure, ...]


@dataclass(frozen=True)
class Cards:
    """One card per dimension, with a note on how to read them."""

    cards: tuple[Card, ...]
    note: str


def quality(report: WeekReport) -> Figures:
    """Return each positive value's share of the week's conversations, by people alone and with a judge."""
    rows: list[tuple[str, Quantity]] = []
    for q in report.quality:
        rows.append((f"{q.positive}, by people alone", q.report.people))
        if q.judge is not None:
            rows.append((f"{q.positive}, with {q.judge}", q.report.ppi.quantity))
    high = upper_end(q for _, q in rows)
    axis = f"Shares of all conversations. Axis from 0% to {percent(high)}."
    note = " ".join([*([axis] if any(q.value is not None for _, q in rows) else []), *_worth(report)])
    return Figures(tuple(_share(q, label, f"quality-{k}", high=high) for k, (label, q) in enumerate(rows)), note)


def _worth(report: WeekReport) -> list[str]:
    """Return, for each judge that made an estimate more precise, how many labels it saved."""
    found: dict[str, list[str]] = {}
    for q in report.quality:
        if q.judge is not None and q.report.labels_saved:
            found.setdefault(q.judge, []).append(f"{counted(q.report.labels_saved, 'label')} for '{q.positive}'")
    return [f"{judge} saved {', '.join(parts)}." for judge, parts in found.items()]


def _share(q: Quantity, label: str, identity: str, *, high: float = 1.0) -> Figure:
    if q.value is None:
        return Figure(label=label, undefined=q.undefined)
    text = f"{percent(q.value)}, 95% interval {interval(q)}, n = {q.n}" if q.ci else percent(q.value)
    plot = interval_plot(q, title=label, text=text, high=high, identity=identity)
    return Figure(label=label, plot=plot, value=percent(q.value), interval=interval(q) or "no interval")


def judges(report: WeekReport) -> JudgeTable:
    """Return recall and precision of each judge side by side, a line for each value: many judges stay one table."""
    by_name = groupby(report.judges, key=lambda j: j.name)
    return JudgeTable(
        tuple((name, _lines(name, list(rows), f"judge-{k}")) for k, (name, rows) in enumerate(by_name)),
        f"Weighted by the draw, {span(report.window)}. Axis from 0% to 100%.",
    )


def _lines(name: str, rows: Sequence[JudgeFigures], identity: str) -> tuple[JudgeLine, ...]:
    return tuple(
        JudgeLine(
            judge.positive,
            (
                _share(judge.recall, f"{name} finds '{judge.positive}'", f"{identity}-{k}-0"),
                _share(judge.precision, f"{name} is right about '{judge.positive}'", f"{identity}-{k}-1"),
            ),
        )
        for k, judge in enumerate(rows)
    )


def agreement(report: WeekReport) -> Cards:
    """Return the three coefficients of each dimension, with what they mean in words."""
    low = lower_end(q for a in report.agreement for q in a.trio.values())
    cards = tuple(
        Card(
            a.title,
            a.words,
            tuple(
                _coefficient(a.title, name, q, low, f"agreement-{k}-{n}") for n, (name, q) in enumerate(a.trio.items())
            ),
        )
        for k, a in enumerate(report.agreement)
    )
    note = f"{span(report.window)}. Intervals by bootstrap over items, axis from {low:g} to 1."
    return Cards(cards, f"{note} 'Rare values' is agreement beyond chance that rare values distort less.")


def _coefficient(title: str, name: str, q: Quantity, low: float, identity: str) -> Figure:
    label, term = PLAIN.get(name, ALPHA)
    if q.value is None:
        return Figure(label=label, term=term, undefined=q.undefined)
    reach = f"{q.ci[0]:.2f} to {q.ci[1]:.2f}" if q.ci else "no interval"
    text = f"{q.value:.2f}, 95% interval {reach}, n = {q.n}"
    plot = interval_plot(q, title=f"{title}: {label}", text=text, low=low, identity=identity)
    return Figure(label=label, term=term, plot=plot, value=f"{q.value:.2f}", interval=reach)
