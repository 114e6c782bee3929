"""The report as one HTML page: no script, no request, every text from data escaped, made to be printed too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape
from pathlib import Path

from review.quantity import Quantity
from review.report import words
from review.report.model import Reason, WeekReport
from review.report.parts import count, day, remark, section, sentences, span, table, undefined
from review.report.plot import interval_plot, lower_end, upper_end
from review.report.words import percent

CSS = (Path(__file__).parent / "report.css").read_text(encoding="utf-8")
SHORT = {"percent_agreement": "agree", "gwet_ac1": "AC1", "gwet_ac2.quadratic": "AC2"}


def report_html(report: WeekReport) -> str:
    """The page. It asks the network for nothing and can be sent, kept and printed as it is."""
    title = f"Week {report.week.name}"
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{escape(title)} · Spotcheck</title><style>{CSS}</style></head><body><main>"
        + _head(report, title)
        + _answers(report)
        + '<div class="two">'
        + _quality(report)
        + _judges(report)
        + "</div>"
        + _agreement(report)
        + _reasons(report)
        + '<div class="two">'
        + _people(report)
        + _groups(report)
        + "</div>"
        + _ends(report)
        + "</main>"
        + _foot(report)
        + "</body></html>\n"
    )


def _head(report: WeekReport, title: str) -> str:
    week = report.week
    state = "closed" if report.closing else "overdue" if report.late else "open"
    facts = [
        f"{report.items} items",
        count(len(report.people), "reviewer"),
        f"{week.overlap:.0%} overlap",
        f"due {day(week.due)}",
        f"rubric version {week.rubric_version}",
    ]
    return (
        f'<header><p class="brand">Spotcheck · weekly review</p><h1>{escape(title)} '
        f'<span class="state {state}">{state}</span></h1><p class="facts">{escape(" · ".join(facts))}</p></header>'
    )


def _answers(report: WeekReport) -> str:
    """The three questions of whoever reads one page a week."""
    trust = (
        "Is the judge still trustworthy?" if len({j.name for j in report.judges}) < 2 else "Can the judges be trusted?"
    )
    parts = (
        ("How good is production?", words.how_good(report)),
        ("How sure are we?", words.how_sure(report)),
        (trust, words.trust(report)),
    )
    return (
        '<section class="answers" aria-label="In short">'
        + "".join(f"<div><h2>{escape(q)}</h2>{sentences(lines)}</div>" for q, lines in parts)
        + "</section>"
    )


def _quality(report: WeekReport) -> str:
    rows: list[tuple[str, Quantity]] = []
    for q in report.quality:
        rows.append((f"{q.positive}, by people alone", q.report.people))
        if q.judge is not None:
            rows.append((f"{q.positive}, with {q.judge}", q.report.ppi.quantity))
    high = upper_end(q for _, q in rows)
    said = f"Shares of all conversations of the week, axis from 0 to {percent(high)}."
    saved = [
        f"For '{q.positive}' {q.judge} was worth {count(q.report.labels_saved, 'label')}."
        for q in report.quality
        if q.report.labels_saved
    ]
    note = " ".join([*([said] if any(q.value is not None for _, q in rows) else []), *saved])
    return section("Quality of production", _plots(rows, "quality", high=high) + remark(note))


def _judges(report: WeekReport) -> str:
    if not report.judges:
        return section("Judges held against people", "<p>No judge gave a verdict in these weeks.</p>")
    body = ""
    for k, name in enumerate(dict.fromkeys(j.name for j in report.judges)):
        rows = [
            (f"{what} '{j.positive}'", q)
            for j in report.judges
            if j.name == name
            for what, q in (("finds", j.recall), ("right in its", j.precision))
        ]
        body += f"<h3>{escape(name)}</h3>{_plots(rows, f'judge-{k}', about=name)}"
    note = f"Recall and precision, weighted by the draw, {span(report.window)}; axis from 0 to 100 %."
    return section("Judges held against people", body + remark(note))


def _plots(rows: Sequence[tuple[str, Quantity]], name: str, *, high: float = 1.0, about: str = "") -> str:
    drawn = (_plot(label, q, f"{name}-{k}", high=high, about=about) for k, (label, q) in enumerate(rows))
    return f'<div class="plots">{"".join(drawn)}</div>'


def _plot(label: str, q: Quantity, identity: str, *, high: float, about: str) -> str:
    """Label, drawing and figure in one row; an undefined one is its reason."""
    if q.value is None:
        return f'<div class="row"><span class="label">{escape(label)}</span>{undefined(q)}</div>'
    text = f"{percent(q.value)}, 95 % interval {words.interval(q)}, n = {q.n}" if q.ci else percent(q.value)
    drawn = interval_plot(q, title=f"{about} {label}".strip(), text=text, high=high, identity=identity)
    figure = f"<b>{percent(q.value)}</b> <small>{escape(words.interval(q) or 'no interval')}</small>"
    return (
        f'<div class="row"><span class="label">{escape(label)}</span>{drawn}<span class="figure">{figure}</span></div>'
    )


def _agreement(report: WeekReport) -> str:
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
    return section("Agreement among people", f'<div class="cards">{"".join(cards)}</div>{remark(note)}')


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


def _reasons(report: WeekReport) -> str:
    if not report.reasons:
        return section("What was wrong", "<p>No reason is settled yet.</p>")
    body = "".join(_reason(r) for r in report.reasons)
    note = "Items of this week on which the reason stands; counted as reviewed, not weighted to all conversations."
    return section("What was wrong, most often", f'<ol class="reasons">{body}</ol>{remark(note)}')


def _reason(reason: Reason) -> str:
    head = f"<h3>{escape(reason.value.replace('_', ' '))} <small>{reason.items} of {reason.of}</small></h3>"
    quote = reason.quote
    if quote is None:
        return f"<li>{head}</li>"
    answer = escape(quote.answer) or "<i>no answer</i>"
    said = f'<p class="said">{escape(quote.speaker.capitalize())}: {escape(quote.words)}</p>' if quote.words else ""
    lines = f"<p><b>Q</b> {escape(quote.question)}</p><p><b>A</b> {answer}</p>"
    return f"<li>{head}<blockquote>{lines}</blockquote>{said}</li>"


def _people(report: WeekReport) -> str:
    late = {p.rater_id for p in report.late}
    rows = [
        [
            escape(p.name) + (' <span class="state overdue">late</span>' if p.rater_id in late else ""),
            str(p.dealt),
            str(p.done),
            str(p.skipped),
            str(p.left),
            "–" if p.median_seconds is None else f"{p.median_seconds:.0f} s",
        ]
        for p in report.people
    ]
    rate = report.response_rate
    note = "" if rate is None else f"Response rate: {percent(rate)} of the drawn items carry a settled label."
    return section("Reviewers", table(["", "dealt", "done", "skipped", "left", "per item"], rows) + remark(note))


def _groups(report: WeekReport) -> str:
    rows = [
        [
            escape(g.name.replace("_", " ")),
            "–" if g.population is None else f"{g.population:,}",
            str(g.sampled),
            "none" if g.probability is None else percent(g.probability),
            str(g.labelled),
        ]
        for g in report.groups
    ]
    heads = ["group", "population", "drawn", "probability", "labelled"]
    return section("The sample", table(heads, rows) + remark("Hand-picked items count in no estimate."))


def _ends(report: WeekReport) -> str:
    """The checklist with how the week was closed, disagreements, golden, changes of mind."""
    checks = "".join(
        f'<li class="{"done" if c.done else "open"}"><b>{escape(c.name.capitalize())}</b> {escape(c.todo)}</li>'
        for c in report.checklist
    )
    if report.closing is not None:
        who = report.names.get(report.closing.by, report.closing.by)
        why = f" with the reason: {report.closing.reason}" if report.closing.reason else ", with nothing open"
        closed = f"<p>{escape(f'Closed on {day(report.closing.at[:10])} by {who}{why}.')}</p>"
    else:
        closed = "<p>The week is open.</p>"
    parts = (
        ("Checklist", f'<ul class="checks">{checks}</ul>{closed}'),
        ("Disagreements", f"<p>{escape(words.settlement(report))}</p>"),
        ("Golden dataset", f"<p>{escape(words.golden(report))}</p>"),
        ("Changes of mind after the reveal", f"<p>{escape(words.changes_of_mind(report.anchoring))}</p>"),
    )
    return '<div class="ends">' + "".join(section(title, body) for title, body in parts) + "</div>"


def _foot(report: WeekReport) -> str:
    holds = "the chain holds" if report.broken_at is None else f"THE CHAIN IS BROKEN at entry {report.broken_at}"
    made = datetime.fromisoformat(report.generated_at)
    withheld = (
        f"<p>{count(report.withheld, 'item')} that the reader still has to review "
        "stand in counts and estimates of quality alone.</p>"
        if report.withheld
        else ""
    )
    return (
        f"<footer>{withheld}<p>Audit: entry {report.head}, {holds}<br><code>{escape(report.head_hash)}</code></p>"
        f"<p>Made {made:%d %B %Y, %H:%M} UTC. Intervals are 95 %. "
        "Every conversation is shown masked and without hidden passages.</p></footer>"
    )
