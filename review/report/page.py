"""The report as one HTML page: no script, no request, every text from data escaped, made to be printed too."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from review.basics.words import counted
from review.report import figures, words
from review.report.model import WeekReport

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
"""Every expression in a template is escaped; no template marks anything as safe."""
TEMPLATES.filters["percent"] = words.percent


def report_html(report: WeekReport) -> str:
    """Return the page. It requests nothing from the network and can be sent, stored and printed."""
    week = report.week
    facts = [
        f"{report.items} items",
        counted(len(report.people), "reviewer"),
        f"{words.percent(report.overlap)} overlap",
        f"due {words.day(week.due)}",
        f"rubric version {report.rubric_version}",
    ]
    return TEMPLATES.get_template("page.html").render(
        report=report,
        state="closed" if report.closing else "overdue" if report.late else "open",
        facts=" · ".join(facts),
        answers=words.answers(report),
        quality=figures.quality(report),
        judges=figures.judges(report),
        agreement=figures.agreement(report),
        late={p.rater_id for p in report.late},
        closing=words.closing(report),
        settlement=words.settlement(report),
        golden=words.golden(report),
        changes_of_mind=words.changes_of_mind(report.anchoring),
        foot=words.foot(report),
    )
