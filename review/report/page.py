"""The report as one HTML page: no script, no request, every text from data escaped, made to be printed too."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from review.basics.words import counted
from review.report import figures, figures_beside, words
from review.report.decided import golden_head, golden_lines
from review.report.model import WeekReport
from review.report.templates import TEMPLATES
from review.report.trend import Trend, trend
from review.statistics.answers.answer import Answer


def report_html(report: WeekReport) -> str:
    """Return the page. It requests nothing from the network and can be sent, stored and printed."""
    return TEMPLATES.get_template("page.html").render(**_values(report))


def report_inside(report: WeekReport) -> str:
    """Return the same page to stand inside another one: an element of the class ``report`` with its own style.

    Nested under that class, the style touches nothing else. The colours are those of the page around it.
    """
    style = TEMPLATES.get_template("inside.css").render()
    body = TEMPLATES.get_template("body.html").render(**_values(report))
    return f'<style>{style}</style><div class="report inside">{body}</div>'


def _values(report: WeekReport) -> dict[str, Any]:
    """Return everything that the templates show."""
    week = report.week
    facts = [
        f"{report.items} items",
        counted(len(report.people), "reviewer"),
        f"{words.percent(report.overlap)} overlap",
        f"due {words.day(week.due)}",
        f"rubric version {report.rubric_version}",
    ]
    return {
        "report": report,
        "state": "closed" if report.closing else "overdue" if report.late else "open",
        "facts": " · ".join(facts),
        "trends": trends_of(report.answers),
        "quality": figures.quality(report),
        "judges": figures.judges(report),
        "agreement": figures.agreement(report),
        "pairs": figures_beside.pairs(report.beside),
        "practice": figures_beside.practice(report.beside),
        "versions": figures_beside.versions(report.beside.versions),
        "late": {p.rater_id for p in report.late},
        "response": words.response(report),
        "closing": words.closing(report),
        "open_disagreements": counted(n, "disagreement") if (n := report.settlement.open) else "",
        "golden": f"{golden_head(report.since.golden)} {words.golden(report)}",
        "golden_lines": golden_lines(report.since.golden),
        "short_day": words.short_day,
        "changes_of_mind": words.changes_of_mind(report.anchoring),
        "foot": words.foot(report),
    }


def trends_of(answers: Iterable[Answer]) -> dict[str, Trend]:
    """Return the drawing of each line of the answers that has one, by the line's name."""
    drawn = ((line.name, trend(line, identity=f"trend-{k}")) for a in answers for k, line in enumerate(a.lines))
    return {name: found for name, found in drawn if found is not None}
