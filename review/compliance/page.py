"""The control report as one HTML page: no script, no request, every text escaped."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from review.basics.words import counted
from review.compliance.report import ControlReport
from review.report import templates

TEMPLATES = Environment(
    loader=FileSystemLoader([Path(__file__).parent, Path(templates.__file__).parent]),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def report_page(report: ControlReport) -> str:
    """Return the page. It can be sent, stored and printed."""
    return TEMPLATES.get_template("control_report.html").render(
        report=report, head=head_of(report), waiting=waiting_of(report)
    )


def head_of(report: ControlReport) -> str:
    """Return the report in one line: what ran, what is open, what is overdue."""
    ran = sum(bool(c.days) for c in report.controls)
    return (
        f"{ran} of {counted(len(report.controls), 'check')} ran, {counted(len(report.findings), 'finding')}, "
        f"{report.open} open, {len(report.overdue)} overdue"
    )


def waiting_of(report: ControlReport) -> str:
    """Return how many conversations of the period no check has looked at, "" when there are none."""
    if not report.waiting:
        return ""
    return (
        f"{counted(sum(report.waiting.values()), 'conversation')} of {counted(len(report.waiting), 'day')} "
        "were not looked at yet; the checks run every night."
    )
