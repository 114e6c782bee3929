"""The quality report in plain sentences, and the rows of its table."""

from __future__ import annotations

from typing import NamedTuple

from review.basics.words import counted, spoken
from review.statistics.quality.missed import MissedErrors
from review.statistics.quality.report import QualityReport
from review.statistics.quantity import Quantity

APART = 0.1
"""Another estimate differs from the headline when it is off by more than this share of it, and at least 0.1 points."""


class EstimateLine(NamedTuple):
    """One row of the table: the estimate's name, its value with interval, the interval's width, its method."""

    name: str
    estimate: str
    width: str
    how: str


def table(report: QualityReport) -> list[EstimateLine]:
    """Return the estimates as rows: the headline, then the others by name."""
    rows = [_headline_line(report), *(_line(name, found) for name, found in report.by_name.items())]
    alone = "-" if report.judge_alone is None else f"{report.judge_alone:.3f}"
    rows.append(EstimateLine("judge alone", alone, "-", "share of its verdicts, including its errors"))
    return [*rows, _line("Rogan-Gladen", report.rogan_gladen)]


def plain_words(report: QualityReport, positive: str | None = None) -> list[str]:
    """Describe the report in sentences for people who do not read formulas; ``positive`` names the value if known."""
    lines = [headline_words(report, positive), *unsettled_words(report, positive), *compared(report, positive)]
    lines += [*_about_judge(report), *_undefined(report)]
    further = (left_out_words(report), proven_words(report), missed_words(report.missed_errors, positive))
    lines += [text for text in further if text]
    return [*lines, *(note[0].upper() + note[1:] + "." for note in report.notes)]


def headline_words(report: QualityReport, positive: str | None = None) -> str:
    """Return the headline in one or a few sentences, a range while open ties decide it."""
    found, what = report.headline, _named(positive)
    whole = f"the {report.population:,} conversations" if report.population else "the conversations"
    if found.value is not None and found.ci is not None:
        return (
            f"About {share(found.value)} of {whole} are {what}, with 95% confidence {share(found.ci[0])} to "
            f"{share(found.ci[1])} ({report.basis}, {counted(report.labelled, 'label')})."
        )
    if report.range is not None:
        return range_words(report, what)
    cannot = "is undefined" if positive else "cannot be estimated"
    return f"The share of {what} conversations {cannot}: {found.undefined}."


def range_words(report: QualityReport, what: str) -> str:
    """Say that open ties leave no single figure, what to do about it, and the range until then. It is no change."""
    assert report.range is not None
    low, high = report.range
    n, needed, outer = report.open_ties, report.ties_needed, report.headline.ci
    votes, them = ("the votes on 1 item are", "it") if n == 1 else (f"the votes on {n} items are", "them")
    settle = f"{needed} of them: the Adjudicate page offers them first, in random order" if needed < n else them
    wide = f" (95% interval over both: {share(outer[0])} to {share(outer[1])})" if outer else ""
    all_ = "if it is" if n == 1 else "if all are"
    return (
        f"Settle the ties first: {votes} tied, so there is no single share of {what} conversations yet. To get it, "
        f"settle {settle}. Until then it is {share(low)} if none of {them} is {what} and {share(high)} {all_}{wide}. "
        "The range says that decisions are missing, not that quality fell."
    )


def left_out_words(report: QualityReport) -> str:
    """Say that the estimates by other names leave open ties out; "" without open ties."""
    if not report.undecided:
        return ""
    n = counted(report.undecided, "item")
    return f"The other estimates leave out {n} with tied votes, also people alone, so they may be too low or too high."


def unsettled_words(report: QualityReport, positive: str | None = None) -> list[str]:
    """Say how many drawn items have no decision and why, and what the figure makes of them."""
    lines: list[str] = []
    causes, known = report.unsettled, report.response_rate
    if not causes and known is not None and known < 1:
        return [
            f"{known:.0%} of the drawn conversations are settled. The estimate assumes that the others are like them "
            "within each group."
        ]
    if missing := unlabelled_words(report):
        rate = "" if known is None else f"{known:.0%} of the drawn items have a label. "
        rest = causes.get("skipped", 0) + causes.get("not_answered", 0)
        like = " Skipped and unanswered ones are taken to be like the others of their group." if rest else ""
        lines.append(f"{rate}{missing}{like}")
    if open_ := causes.get("open_disagreements", 0):
        count, those = ("counts", "it") if open_ == 1 else ("count", "them")
        lines.append(
            f"{counted(open_, 'item')} with differing votes {count} by the majority until somebody settles {those}."
        )
    if report.range is not None and report.headline.value is not None:
        low, high = report.range
        are = "is" if report.open_ties == 1 else "are"
        stand = " The ties settled in random order stand for them." if report.ties_needed == 0 else ""
        lines.append(
            f"{counted(report.open_ties, 'tie')} {are} still open: the figure is {share(low)} if none of them is "
            f"{_named(positive)}, {share(high)} if all are.{stand}"
        )
    return lines


def unlabelled_words(report: QualityReport) -> str:
    """Return the drawn items without a label by cause, such as "Without a label: 9 ties, 2 skipped."; "" for none."""
    named = {"skipped": "skipped", "not_answered": "not answered"}
    ties = report.unsettled.get("ties", 0)
    parts = [counted(ties, "tie")] if ties else []
    parts += [f"{n:,} {name}" for cause, name in named.items() if (n := report.unsettled.get(cause, 0))]
    return f"Without a label: {', '.join(parts)}." if parts else ""


def compared(report: QualityReport, positive: str | None = None) -> list[str]:
    """Say where another estimate differs from the headline, and why. Nothing while the headline is a range."""
    found = report.headline
    if found.value is None:
        return []
    differing = []
    if _apart(found, report.people):
        more = "more" if (report.people.value or 0) > found.value else "fewer"
        differing.append(
            f"people alone say {_value(report.people)}, because {more} of the labelled conversations than of the "
            f"others got the verdict {_named(positive)} from the judge"
        )
    if _apart(found, report.difference):
        differing.append(f"the plain difference says {_value(report.difference)}, because it trusts the judge in full")
    if _apart(found, report.ppi.quantity):
        differing.append(f"PPI says {_value(report.ppi.quantity)}, because it corrects too much with few labels")
    return [f"Other estimates differ: {'; '.join(differing)}."] if differing else []


def proven_words(report: QualityReport) -> str:
    """Say what the labels prove without any estimate; "" for a stream of unknown length."""
    if report.population is None or not report.labelled:
        return ""
    low, high = report.proven
    return f"The labels alone prove at least {share(low)} and at most {share(high)}; no estimate leaves that range."


def missed_words(found: MissedErrors, positive: str | None = None) -> str:
    """Say what missed errors would mean; "" when the statement is withheld."""
    if found.missed is None or found.value is None or found.ci is None:
        return ""
    low, high = (f"{100 * m:.0f}" for m in found.missed)
    return (
        f"If reviewers miss {low}% to {high}% of the {_named(positive)} conversations, the share is "
        f"{share(found.value[0])} to {share(found.value[1])} (95% limits {share(found.ci[0])} to {share(found.ci[1])})"
        ". Then up to 3 of the judge's false alarms are real for every 7 of its confirmed hits."
    )


def share(value: float) -> str:
    """Return a share with one decimal, such as "4.1%"; never rounded to none or all."""
    if 0 < value < 0.0005:
        return "under 0.1%"
    if value in (0, 1):
        return f"{value:.0%}"
    return "over 99.9%" if 0.9995 <= value < 1 else f"{value:.1%}"


def _named(positive: str | None) -> str:
    return f"'{spoken(positive)}'" if positive else "positive"


def _value(found: Quantity) -> str:
    return "nothing" if found.value is None else share(found.value)


def _apart(found: Quantity, other: Quantity) -> bool:
    if found.value is None or other.value is None:
        return False
    return abs(other.value - found.value) > max(APART * found.value, 0.001)


def _undefined(report: QualityReport) -> list[str]:
    estimates = (("people alone", report.people), ("difference", report.difference), ("PPI", report.ppi.quantity))
    reasons: dict[str, list[str]] = {}
    for name, found in (*estimates, ("Rogan-Gladen", report.rogan_gladen)):
        if found.undefined:
            reasons.setdefault(found.undefined, []).append(name)
    return [f"Undefined ({', '.join(names)}): {reason}." for reason, names in reasons.items()]


def _about_judge(report: QualityReport) -> list[str]:
    if report.judge_alone is None:
        return ["There are no verdicts of a judge."]
    lines, ci = [], report.headline.ci
    if ci is not None and not ci[0] <= report.judge_alone <= ci[1]:
        lines.append(
            f"The judge alone says {share(report.judge_alone)}, outside that interval: do not use its share "
            "uncorrected."
        )
    return [*lines, *saved_words(report)]


def saved_words(report: QualityReport) -> list[str]:
    """Say what the judge was worth in labels; nothing where the figure is undefined."""
    if report.labels_saved is None:
        return []
    if not report.labels_saved:
        return ["The judge saved no labels: people alone are as precise."]
    return [f"The judge saved about {report.labels_saved:,} labels: people alone would need that many more."]


def _headline_line(report: QualityReport) -> EstimateLine:
    if report.headline.value is None and report.range is not None:
        low, high = report.range
        return EstimateLine("headline", f"{low:.3f} to {high:.3f}", f"{high - low:.3f}", "range: open ties both ways")
    return _line("headline", report.headline)._replace(how=report.basis)


def _line(name: str, found: Quantity) -> EstimateLine:
    if found.value is None or found.ci is None:
        return EstimateLine(name, "undefined", "-", "see below")
    how = found.method.split(" (")[0].split(":")[0]
    return EstimateLine(name, str(found), f"{found.ci[1] - found.ci[0]:.3f}", how)
