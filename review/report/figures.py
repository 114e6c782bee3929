"""The parts of the report that draw figures with their intervals: quality, judges, agreement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from review.basics.words import counted, signed, spoken
from review.report.model import JudgeFigures, Quality, WeekReport
from review.report.plot import Plot, interval_plot, lower_end, upper_end
from review.report.quality_words import details, quality_lines
from review.report.words import alone, interval, percent, span
from review.statistics.answers.judge_verdict import MARKS
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
class QualityFigures:
    """The headlines; ``others`` and ``details`` are shown on request, so that the report prints on one page."""

    rows: tuple[Figure, ...]
    others: tuple[Figure, ...]
    note: str
    details: tuple[str, ...]


@dataclass(frozen=True)
class JudgeLine:
    """One positive value of a judge: the verdict with its mark and ``why``, its recall and its precision."""

    positive: str
    mark: str
    use: str
    why: str
    figures: tuple[Figure, Figure]


@dataclass(frozen=True)
class JudgeTable:
    """The judges by name, each with a line per positive value, how to read them, and warnings on their own shares."""

    judges: tuple[tuple[str, tuple[JudgeLine, ...]], ...]
    note: str
    alone: tuple[str, ...]


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


def quality(report: WeekReport) -> QualityFigures:
    """Return each positive value's share of the week's conversations; the other estimates are behind details."""
    every = [q for found in report.quality for q in (found.best, *found.report.by_name.values())]
    high = upper_end(every)
    high = max([high, *(upper_end([_as_quantity(r)]) for r in _ranges(report))])
    rows = tuple(_headline(q, high) for q in report.quality)
    others = tuple(
        share_figure(found, f"{spoken(q.positive)}, {name}", high=high)
        for q in report.quality
        for name, found in q.report.by_name.items()
    )
    note = f"Shares of all conversations. Axis from 0% to {percent(high)}." if report.quality else ""
    return QualityFigures(
        rows,
        others,
        " ".join([note, *_worth(report)]).strip(),
        tuple(f"'{spoken(q.positive)}': {line}" for q in report.quality for line in [*quality_lines(q), *details(q)]),
    )


def _ranges(report: WeekReport) -> list[tuple[float, float]]:
    return [q.report.range for q in report.quality if q.report.range is not None]


def _as_quantity(ends: tuple[float, float]) -> Quantity:
    return Quantity(value=ends[1], ci=ends)


def _headline(q: Quality, high: float) -> Figure:
    """Return the figure of one headline: a value with its interval, or the range that open ties leave."""
    if q.best.value is not None or q.report.range is None:
        return share_figure(q.best, spoken(q.positive), high=high)
    low, top = q.report.range
    value = f"{percent(low)} to {percent(top)}"
    text = f"{value}, depending on {counted(q.report.open_ties, 'open tie')}"
    drawn = interval_plot(_as_quantity(q.report.range), title=spoken(q.positive), text=text, high=high)
    return Figure(label=spoken(q.positive), plot=replace(drawn, point=None), value=value, interval="open ties")


def _worth(report: WeekReport) -> list[str]:
    """Return, for each judge that made an estimate more precise, how many labels it saved."""
    found: dict[str, list[str]] = {}
    for q in report.quality:
        if q.judge is not None and q.report.labels_saved:
            found.setdefault(q.judge, []).append(
                f"{counted(q.report.labels_saved, 'label')} for '{spoken(q.positive)}'"
            )
    return [f"{judge} saved about {', '.join(parts)}." for judge, parts in found.items()]


def share_figure(q: Quantity, label: str, *, high: float = 1.0) -> Figure:
    """Return a share with its drawing on an axis from 0 to ``high``."""
    if q.value is None:
        return Figure(label=label, undefined=q.undefined)
    text = f"{percent(q.value)}, 95% interval {interval(q)}, n = {q.n}" if q.ci else percent(q.value)
    plot = interval_plot(q, title=label, text=text, high=high)
    return Figure(label=label, plot=plot, value=percent(q.value), interval=interval(q) or "no interval")


def judges(report: WeekReport) -> JudgeTable:
    """Return recall and precision of each judge side by side, a line for each value: many judges stay one table."""
    by_name = groupby(report.judges, key=lambda j: j.name)
    return JudgeTable(
        tuple((name, _lines(name, list(rows))) for name, rows in by_name),
        f"Weighted by the draw, {span(report.window)}. Axis from 0% to 100%.",
        tuple(alone(report)),
    )


def _lines(name: str, rows: Sequence[JudgeFigures]) -> tuple[JudgeLine, ...]:
    return tuple(
        JudgeLine(
            spoken(judge.positive),
            MARKS[judge.verdict.use],
            judge.verdict.use.removesuffix(" for this"),
            judge.verdict.reason,
            (
                share_figure(judge.recall, f"{name} finds '{spoken(judge.positive)}'"),
                share_figure(judge.precision, f"{name} is right about '{spoken(judge.positive)}'"),
            ),
        )
        for judge in rows
    )


def agreement(report: WeekReport) -> Cards:
    """Return the three coefficients of each dimension, with what they mean in words."""
    low = lower_end(q for a in report.agreement for q in a.trio.values())
    cards = tuple(
        Card(
            a.title,
            a.words,
            tuple(_coefficient(a.title, name, q, low) for name, q in a.trio.items()),
        )
        for a in report.agreement
    )
    note = f"{span(report.window)}. Intervals by bootstrap over items, axis from {low:g} to 1."
    return Cards(cards, f"{note} 'Rare values' is agreement beyond chance that rare values distort less.")


def _coefficient(title: str, name: str, q: Quantity, low: float) -> Figure:
    label, term = PLAIN.get(name, ALPHA)
    if q.value is None:
        return Figure(label=label, term=term, undefined=q.undefined)
    reach = f"{signed(q.ci[0], '.2f')} to {signed(q.ci[1], '.2f')}" if q.ci else "no interval"
    value = signed(q.value, ".2f")
    text = f"{value}, 95% interval {reach}, n = {q.n}"
    plot = interval_plot(q, title=f"{title}: {label}", text=text, low=low)
    return Figure(label=label, term=term, plot=plot, value=value, interval=reach)
