"""The quality report in plain sentences, and the rows of its table."""

from __future__ import annotations

from typing import NamedTuple

from review.statistics.quality.report import QualityReport
from review.statistics.quantity import Quantity


class Line(NamedTuple):
    """One row of the table: what it is, its value with interval, the interval's width, how it was made."""

    name: str
    estimate: str
    width: str
    how: str


def table(report: QualityReport) -> list[Line]:
    """The estimates as rows, in the order in which they should be read."""
    rows = [
        _line("people alone", report.people),
        _line("people and judge, difference", report.difference),
        _line("people and judge, PPI", report.ppi.quantity),
    ]
    alone = "-" if report.judge_alone is None else f"{report.judge_alone:.3f}"
    rows.append(Line("judge alone", alone, "-", "share of its verdicts; carries its errors"))
    return [*rows, _line("Rogan-Gladen", report.rogan_gladen)]


def plain_words(report: QualityReport) -> list[str]:
    """What the report says, as sentences for people who do not read formulas."""
    best = best_estimate(report)
    if best.value is None or best.ci is None:
        lines = [f"The share of positive conversations cannot be estimated: {best.undefined}."]
    else:
        whole = f"the {report.population:,} conversations" if report.population else "the conversations"
        lines = [
            f"About {best.value:.1%} of {whole} are positive; with 95 % confidence between {best.ci[0]:.1%} and "
            f"{best.ci[1]:.1%} ({best.method.split(':')[0]}, {report.labelled} labels)."
        ]
    lines += _about_judge(report, best)
    lines += _undefined(report)
    if report.response_rate is not None and report.response_rate < 1:
        lines.append(
            f"{report.response_rate:.0%} of the drawn conversations are settled; the others are taken to be like "
            "them within each group."
        )
    return [*lines, *(note[0].upper() + note[1:] + "." for note in report.notes)]


def _undefined(report: QualityReport) -> list[str]:
    estimates = (("people alone", report.people), ("difference", report.difference), ("PPI", report.ppi.quantity))
    reasons: dict[str, list[str]] = {}
    for name, found in (*estimates, ("Rogan-Gladen", report.rogan_gladen)):
        if found.undefined:
            reasons.setdefault(found.undefined, []).append(name)
    return [f"Undefined ({', '.join(names)}): {reason}." for reason, names in reasons.items()]


def best_estimate(report: QualityReport) -> Quantity:
    """PPI where it exists (it is never much worse than people alone), else people, else the correction."""
    for found in (report.ppi.quantity, report.people, report.rogan_gladen):
        if found.value is not None:
            return found
    return report.people


def _about_judge(report: QualityReport, best: Quantity) -> list[str]:
    if report.judge_alone is None:
        return ["There are no verdicts of a judge."]
    lines = []
    if best.ci is not None and not best.ci[0] <= report.judge_alone <= best.ci[1]:
        lines.append(
            f"The judge alone says {report.judge_alone:.1%}, outside that interval: its share needs the correction."
        )
    if report.labels_saved is not None:
        lines.append(
            f"The judge was worth {report.labels_saved} labels: so many more would make people alone as precise."
            if report.labels_saved
            else "The judge was worth no labels: people alone are as precise."
        )
    return lines


def _line(name: str, found: Quantity) -> Line:
    if found.value is None or found.ci is None:
        return Line(name, "undefined", "-", "see below")
    how = found.method.split(" (")[0].split(":")[0]
    return Line(name, str(found), f"{found.ci[1] - found.ci[0]:.3f}", how)
