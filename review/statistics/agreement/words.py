"""An agreement report in a few plain sentences, without the statistics' names."""

from __future__ import annotations

from review.basics.words import signed
from review.statistics.agreement.cautions import prevalence_paradox
from review.statistics.agreement.report import AgreementReport

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def plain_words(report: AgreementReport) -> str:
    """Return the report's :func:`sentences` as one text."""
    return " ".join(sentences(report))


def sentences(report: AgreementReport) -> list[str]:
    """Return percent agreement, alpha and AC1 or AC2 in sentences, with the reason where they differ or are undefined.

    Alpha is "agreement beyond chance"; AC1 or AC2 is "a measure that rare values distort less".
    """
    alpha, percent, ac = (report.coefficients[name] for name in report.headline)
    who = f"{_count(report.raters)} reviewer{'' if report.raters == 1 else 's'}"
    if percent.value is None:
        return [f"{who.capitalize()}, {report.items} rated items.", f"Agreement is undefined: {percent.undefined}."]
    several = f"Any two of {who}" if report.raters > 2 else who.capitalize()
    exactly = "exactly " if report.scale != "nominal" else ""
    first = f"{several} agree {exactly}on {percentage(percent.value)} of the items they share."
    if alpha.value is None and ac.value is not None and sum(share > 0 for share in report.prevalence.values()) == 1:
        # A single value leaves chance nothing to correct: no contradiction to a high agreement beside it.
        return [
            first,
            "Every label is the same, so agreement beyond chance does not apply. The measure that rare values distort "
            f"less is used instead: {signed(ac.value, '.2f')}.",
        ]
    if alpha.value is None:
        beyond = f"Agreement beyond chance is undefined: {alpha.undefined}."
    elif prevalence_paradox(alpha, percent, ac):
        value, share = max(report.prevalence.items(), key=lambda pair: pair[1])
        most = f"{100 * share:.0f}% of ratings are '{value}'"
        beyond = f"Agreement beyond chance is {signed(alpha.value, '.2f')}, because {most}."
    else:
        beyond = f"Agreement beyond chance is {signed(alpha.value, '.2f')}."
    if ac.value is None:
        return [first, beyond, f"A measure that rare values distort less is undefined: {ac.undefined}."]
    return [first, beyond, f"A measure that rare values distort less gives {signed(ac.value, '.2f')}."]


def percentage(share: float) -> str:
    """Return a share such as "42%", with one decimal where rounding would claim all or nothing."""
    text = f"{100 * share:.0f}%"
    return f"{100 * share:.1f}%" if text in ("0%", "100%") and 0 < share < 1 else text


def _count(n: int) -> str:
    return NUMBERS[n] if n < len(NUMBERS) else f"{n}"
