"""The quality report in plain sentences, and the rows of its table."""

from __future__ import annotations

from typing import NamedTuple

from review.statistics.quality.report import QualityReport
from review.statistics.quantity import Quantity


class EstimateLine(NamedTuple):
    """One row of the table: the estimate's name, its value with interval, the interval's width, its method."""

    name: str
    estimate: str
    width: str
    how: str


def table(report: QualityReport) -> list[EstimateLine]:
    """Return the estimates as rows, in reading order."""
    rows = [
        _line("people alone", report.people),
        _line("people and judge, difference", report.difference),
        _line("people and judge, PPI", report.ppi.quantity),
    ]
    alone = "-" if report.judge_alone is None else f"{report.judge_alone:.3f}"
    rows.append(EstimateLine("judge alone", alone, "-", "share of its verdicts, including its errors"))
    return [*rows, _line("Rogan-Gladen", report.rogan_gladen)]


def plain_words(report: QualityReport) -> list[str]:
    """Describe the report in sentences for people who do not read formulas."""
    best = best_estimate(report)
    if best.value is None or best.ci is None:
        lines = [f"The share of positive conversations cannot be estimated: {best.undefined}."]
    else:
        whole = f"the {report.population:,} conversations" if report.population else "the conversations"
        lines = [
            f"About {best.value:.1%} of {whole} are positive, with 95% confidence {best.ci[0]:.1%} to "
            f"{best.ci[1]:.1%} ({best.method.split(':')[0]}, {report.labelled} labels)."
        ]
    lines += _about_judge(report, best)
    lines += _undefined(report)
    if report.response_rate is not None and report.response_rate < 1:
        lines.append(
            f"{report.response_rate:.0%} of the drawn conversations are settled. The estimate assumes that the others "
            "are like them within each group."
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
    """Return PPI where it is defined (it is never much worse than people alone), else people, else Rogan-Gladen."""
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
            f"The judge alone says {report.judge_alone:.1%}, outside that interval: do not use its share uncorrected."
        )
    if report.labels_saved is not None:
        lines.append(
            f"The judge saved {report.labels_saved:,} labels: people alone would need that many more for the same "
            "precision."
            if report.labels_saved
            else "The judge saved no labels: people alone are as precise."
        )
    return lines


def _line(name: str, found: Quantity) -> EstimateLine:
    if found.value is None or found.ci is None:
        return EstimateLine(name, "undefined", "-", "see below")
    how = found.method.split(" (")[0].split(":")[0]
    return EstimateLine(name, str(found), f"{found.ci[1] - found.ci[0]:.3f}", how)
