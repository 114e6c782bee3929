"""The parts of the report that draw figures with their intervals: quality, judges, agreement."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import groupby

from review.report.model import Judge, WeekReport
from review.report.parts import count, section, span, undefined
from review.report.plot import interval_plot, lower_end, upper_end
from review.report.words import interval, percent
from review.statistics.quantity import Quantity

SHORT = {"percent_agreement": "agree", "gwet_ac1": "AC1", "gwet_ac2.quadratic": "AC2"}


def quality(report: WeekReport) -> str:
    """Each positive value's share of the week's conversations, by people alone and with a judge."""
    rows: list[tuple[str, Quantity]] = []
    for q in report.quality:
        rows.append((f"{q.positive}, by people alone", q.report.people))
        if q.judge is not None:
            rows.append((f"{q.positive}, with {q.judge}", q.report.ppi.quantity))
    high = upper_end(q for _, q in rows)
    said = f"Shares of all conversations, axis from 0 to {percent(high)}."
    note = " ".join([*([said] if any(q.value is not None for _, q in rows) else []), *_worth(report)])
    drawn = (_row(label, q, f"quality-{k}", high=high) for k, (label, q) in enumerate(rows))
    return section("Quality of production", f'<div class="plots">{"".join(drawn)}</div>', note)


def _worth(report: WeekReport) -> list[str]:
    """For each judge that sharpened an estimate, how many labels of people that was worth."""
    found: dict[str, list[str]] = {}
    for q in report.quality:
        if q.judge is not None and q.report.labels_saved:
            found.setdefault(q.judge, []).append(f"{count(q.report.labels_saved, 'label')} for '{q.positive}'")
    return [f"{judge} was worth {', '.join(parts)}." for judge, parts in found.items()]


def _row(label: str, q: Quantity, identity: str, *, high: float) -> str:
    """Label, drawing and figure in one row; an undefined one is its reason."""
    named = f'<span class="label">{escape(label)}</span>'
    return f'<div class="row">{named}{_share(q, title=label, identity=identity, high=high)}</div>'


def _share(q: Quantity, *, title: str, identity: str, high: float = 1.0) -> str:
    """A share as drawing and figure; an undefined one is its reason."""
    if q.value is None:
        return undefined(q)
    text = f"{percent(q.value)}, 95 % interval {interval(q)}, n = {q.n}" if q.ci else percent(q.value)
    drawn = interval_plot(q, title=title, text=text, high=high, identity=identity)
    reach = escape(interval(q) or "no interval")
    return f'{drawn}<span class="figure"><b>{percent(q.value)}</b> <small>{reach}</small></span>'


def judges(report: WeekReport) -> str:
    """Recall and precision of each judge side by side, a line for each value, so that many judges stay one table."""
    if not report.judges:
        return section("Judges held against people", "<p>No judge gave a verdict in these weeks.</p>")
    heads = ("judge", "value", "finds what people found", "right when it says so")
    head = "".join(f'<th scope="col">{escape(h)}</th>' for h in heads)
    by_name = groupby(report.judges, key=lambda j: j.name)
    body = "".join(_judge(name, list(lines), f"judge-{k}") for k, (name, lines) in enumerate(by_name))
    note = f"Recall and precision, weighted by the draw, {span(report.window)}; axis from 0 to 100 %."
    table = f'<div class="scroll"><table class="judges"><thead><tr>{head}</tr></thead>{body}</table></div>'
    return section("Judges held against people", table, note)


def _judge(name: str, lines: Sequence[Judge], identity: str) -> str:
    rows = []
    for k, judge in enumerate(lines):
        heading = "" if k else f'<th scope="rowgroup" rowspan="{len(lines)}">{escape(name)}</th>'
        value = f'<th scope="row">{escape(judge.positive)}</th>'
        about = f"{name} finds '{judge.positive}'", f"{name} right in its '{judge.positive}'"
        cells = "".join(
            f'<td><div class="cell">{_share(q, title=title, identity=f"{identity}-{k}-{n}")}</div></td>'
            for n, (title, q) in enumerate(zip(about, (judge.recall, judge.precision), strict=True))
        )
        rows.append(f"<tr>{heading}{value}{cells}</tr>")
    return f"<tbody>{''.join(rows)}</tbody>"


def agreement(report: WeekReport) -> str:
    """The three coefficients of each dimension, with what they mean in words."""
    if not report.agreement:
        return section("Agreement among people", "<p>Nobody has annotated an item yet.</p>")
    low = lower_end(q for a in report.agreement for q in a.trio.values())
    cards = []
    for k, a in enumerate(report.agreement):
        rows = "".join(
            _coefficient(a.title, name, q, low, f"agreement-{k}-{n}") for n, (name, q) in enumerate(a.trio.items())
        )
        cards.append(f'<div class="card"><h3>{escape(a.title)}</h3><p>{escape(a.words)}</p>{rows}</div>')
    note = f"{span(report.window)}; intervals by bootstrap over items; axis from {low:g} to 1."
    return section("Agreement among people", f'<div class="cards">{"".join(cards)}</div>', note)


def _coefficient(title: str, name: str, q: Quantity, low: float, identity: str) -> str:
    short = SHORT.get(name, "alpha" if name.startswith("krippendorff") else name)
    if q.value is None:
        return f'<div class="row slim"><span class="label">{escape(short)}</span>{undefined(q)}</div>'
    reach = f"{q.ci[0]:.2f} to {q.ci[1]:.2f}" if q.ci else "no interval"
    drawn = interval_plot(
        q,
        title=f"{title}: {short}",
        text=f"{q.value:.2f}, 95 % interval {reach}, n = {q.n}",
        low=low,
        identity=identity,
    )
    return (
        f'<div class="row slim"><span class="label">{escape(short)}</span>{drawn}'
        f'<span class="figure"><b>{q.value:.2f}</b> <small>{reach}</small></span></div>'
    )
