"""The report as one HTML page: no script, no request, every text from data escaped, made to be printed too."""

from __future__ import annotations

from datetime import datetime
from html import escape
from pathlib import Path

from review.report import figures, words
from review.report.model import Reason, WeekReport
from review.report.parts import count, day, section, sentences, table
from review.report.words import percent

CSS = (Path(__file__).parent / "report.css").read_text(encoding="utf-8")


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
        + f'<div class="two">{figures.quality(report)}{_groups(report)}</div>'
        + figures.judges(report)
        + figures.agreement(report)
        + _reasons(report)
        + f'<div class="ends">{_people(report)}{_ends(report)}</div>'
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
        f"rubric version {report.rubric_version}",
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


def _reasons(report: WeekReport) -> str:
    if not report.reasons:
        return section("What was wrong", "<p>No reason is settled yet.</p>")
    body = "".join(_reason(r) for r in report.reasons)
    note = "Items of this week, counted as reviewed, not weighted to all conversations."
    return section("What was wrong, most often", f'<ol class="reasons">{body}</ol>', note)


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
    return section("Reviewers", table(["", "dealt", "done", "skipped", "left", "per item"], rows), note)


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
    return section("The sample", table(heads, rows), "Hand-picked items count in no estimate.")


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
        ("Disagreements", sentences([words.settlement(report)])),
        ("Golden dataset", sentences([words.golden(report)])),
        ("Changes of mind", sentences([words.changes_of_mind(report.anchoring)])),
    )
    return "".join(section(title, body) for title, body in parts)


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
        f"<footer>{withheld}<p>Audit: entry {report.head}, {holds} <br><code>{escape(report.head_hash)}</code></p>"
        f"<p>Made {made:%d %B %Y, %H:%M} UTC. Intervals are 95 %. "
        "Every conversation is shown masked and without hidden passages.</p></footer>"
    )
