"""An agreement report in one or two plain sentences."""

from __future__ import annotations

from review.statistics.agreement.cautions import prevalence_paradox
from review.statistics.agreement.report import AgreementReport

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def plain_words(report: AgreementReport) -> str:
    """Percent agreement, alpha and AC1 or AC2 as a sentence, with the reason where they differ or are undefined."""
    alpha, percent, ac = (report.coefficients[name] for name in report.headline)
    who = f"{_count(report.raters)} reviewer{'' if report.raters == 1 else 's'}"
    if percent.value is None:
        return f"{who.capitalize()}, {report.items} rated items: agreement is undefined, because {percent.undefined}."
    several = f"Any two of {who}" if report.raters > 2 else who.capitalize()
    exactly = "exactly " if report.scale != "nominal" else ""
    text = f"{several} agree {exactly}on {percentage(percent.value)} % of the items that they share"
    short = "AC1" if report.headline[2] == "gwet_ac1" else "AC2"
    third = (
        f"{short} is {decimal(ac.value)}" if ac.value is not None else f"{short} is undefined, because {ac.undefined}"
    )
    if alpha.value is None:
        return f"{text}; alpha is undefined, because {alpha.undefined}; {third}."
    beyond = f"corrected for chance that is {decimal(alpha.value)} (alpha)"
    if prevalence_paradox(alpha, percent, ac):
        value, share = max(report.prevalence.items(), key=lambda pair: pair[1])
        beyond += f" because {100 * share:.0f} % of ratings are '{value}'"
    return f"{text}; {beyond}; {third}."


def percentage(share: float) -> str:
    """A share in per cent without decimals, with one where rounding would claim all or nothing."""
    text = f"{100 * share:.0f}"
    return f"{100 * share:.1f}" if text in ("0", "100") and 0 < share < 1 else text


def decimal(number: float) -> str:
    """Two decimals without the leading zero, as agreement is usually printed: .42."""
    text = f"{number:.2f}"
    return text.replace("0.", ".", 1) if abs(number) < 0.995 else text


def _count(n: int) -> str:
    return NUMBERS[n] if n < len(NUMBERS) else f"{n}"
