"""The report in plain sentences: shares, dates, how the week ended, and what stands at the foot of the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from review.annotating.anchoring import Anchoring
from review.basics.words import counted, spoken
from review.report.model import WeekReport
from review.statistics.quality.words import unlabelled_words
from review.statistics.quantity import Quantity


def percent(share: float) -> str:
    """Return a share such as "42%" or "6.3%", never rounded to 0% or 100%."""
    if 0 < share < 0.0005:
        return "under 0.1%"
    if 0.995 <= share < 1:
        return f"{100 * min(share, 0.999):.1f}%"
    return f"{100 * share:.1f}%" if 0 < share < 0.1 else f"{100 * share:.0f}%"


def interval(quantity: Quantity) -> str:
    """Return the interval of a share such as "2.3% to 24%", "" without one."""
    return f"{percent(quantity.ci[0])} to {percent(quantity.ci[1])}" if quantity.ci else ""


def span(weeks: Sequence[str]) -> str:
    """Return the first and the last of some weeks."""
    return weeks[0] if len(weeks) == 1 else f"{weeks[0]} to {weeks[-1]}"


def day(text: str) -> str:
    """Return an ISO date such as "Friday 27 November 2026"."""
    day = date.fromisoformat(text)
    return f"{day:%A} {day.day} {day:%B %Y}"


def short_day(at: str) -> str:
    """Return the day of a moment such as "27 November"."""
    day = date.fromisoformat(at[:10])
    return f"{day.day} {day:%B}"


def alone(report: WeekReport) -> list[str]:
    """Return a warning for each judge whose own share of the traffic is outside the estimate."""
    return [
        f"{j.name}: its own share of '{spoken(j.positive)}', {percent(j.alone)}, is outside the interval of "
        "people's labels alone. Do not use it uncorrected."
        for j in report.judges
        if j.outside and j.alone is not None
    ]


def response(report: WeekReport) -> str:
    """Return how many of the drawn items have a label, and why others have none."""
    if report.response_rate is None:
        return "Nothing was drawn, so there is no estimate for all conversations."
    missing = unlabelled_words(report.quality[0].report) if report.quality else ""
    return f"{report.labelled} of {report.drawn} drawn items have a settled label. {missing}".strip()


def changes_of_mind(found: Anchoring) -> str:
    """Describe the anchoring rate."""
    if found.rate.value is None:
        return f"Undefined: {found.rate.undefined}."
    moved = f"; {found.followed} of them moved to a judge's verdict" if found.changed else ""
    return (
        f"Reviewers changed {found.changed} of {found.seen} submitted items after they saw the judges' verdicts: "
        f"{percent(found.rate.value)} ({interval(found.rate)}){moved}."
    )


def settlement(report: WeekReport) -> str:
    """Describe how many disagreements are settled, by reason, and how many are open."""
    found = report.settlement
    if not found.settled and not found.open:
        return "No two people labelled an item differently."
    why = ", ".join(f"{reason} {n}" for reason, n in found.by_reason.items())
    settled = f"{found.settled} settled" + (f" ({why})" if why else "")
    return f"{settled}, {found.open} open."


def golden(report: WeekReport) -> str:
    """Describe the week's examples in the golden dataset."""
    found = report.golden
    if not found.approved:
        return "No item of this week is approved yet."
    kinds = ", ".join(f"{n} {kind}" for kind, n in found.kinds.items())
    must = f"; {found.must_pass} must pass" if found.must_pass else ""
    return f"From this week's items: {found.approved} approved ({kinds}){must}."


def late(report: WeekReport) -> str:
    """Return who has open items after the due date, "" for nobody."""
    return ", ".join(f"{p.name} {p.left}" for p in report.late)


def closing(report: WeekReport) -> str:
    """Return who closed the week, when and why, or that it is open."""
    if report.closing is None:
        return "The week is open."
    who = report.names.get(report.closing.by, report.closing.by)
    why = f" with the reason: {report.closing.reason}" if report.closing.reason else ", with nothing left open"
    return f"Closed on {day(report.closing.at[:10])} by {who}{why}."


@dataclass(frozen=True)
class Foot:
    """The last lines of the page; ``withheld`` is "" when no item is withheld."""

    withheld: str
    audit: str
    made: str


def foot(report: WeekReport) -> Foot:
    """Return what is withheld, the state of the audit chain, and when the report was made."""
    holds = "the chain holds" if report.broken_at is None else f"THE CHAIN IS BROKEN at entry {report.broken_at}"
    withheld = (
        f"{counted(report.withheld, 'item')} that the reader still has to review "
        "are included only in counts and in the estimates of quality."
        if report.withheld
        else ""
    )
    made = datetime.fromisoformat(report.generated_at)
    return Foot(
        withheld,
        f"Audit: entry {report.head}, {holds}",
        f"Created {made:%d %B %Y, %H:%M} UTC. Intervals are 95%. "
        "Conversations are shown masked and without hidden passages.",
    )
