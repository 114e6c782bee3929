"""The report's answers in plain sentences: how good, how sure, and whether the judges can be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from review.annotating.anchoring import Anchoring
from review.basics.words import counted
from review.report.model import Judge, Quality, WeekReport
from review.statistics.quantity import Quantity


def percent(share: float) -> str:
    """A share as people read it: a decimal where it is small, and never rounded to none or all."""
    if 0 < share < 0.0005:
        return "under 0.1 %"
    if 0.995 <= share < 1:
        return f"{100 * min(share, 0.999):.1f} %"
    return f"{100 * share:.1f} %" if 0 < share < 0.1 else f"{100 * share:.0f} %"


def interval(quantity: Quantity) -> str:
    """The interval of a share as "2.3 % to 24 %", "" without one."""
    return f"{percent(quantity.ci[0])} to {percent(quantity.ci[1])}" if quantity.ci else ""


def span(weeks: Sequence[str]) -> str:
    """Return the first and the last of some weeks."""
    return weeks[0] if len(weeks) == 1 else f"{weeks[0]} to {weeks[-1]}"


def day(text: str) -> str:
    """Return an ISO date as people write it."""
    day = date.fromisoformat(text)
    return f"{day:%A} {day.day} {day:%B %Y}"


def answers(report: WeekReport) -> list[tuple[str, list[str]]]:
    """Return the three questions that the page opens with, each with its answer."""
    one_judge = len({j.name for j in report.judges}) < 2
    return [
        ("How good is production?", how_good(report)),
        ("How sure are we?", how_sure(report)),
        ("Is the judge still trustworthy?" if one_judge else "Can the judges be trusted?", trust(report)),
    ]


def how_good(report: WeekReport) -> list[str]:
    """One sentence for each positive value."""
    if not report.quality:
        return ["The rubric names no positive value, so there is no share to estimate."]
    return [_share(report, q) for q in report.quality]


def _share(report: WeekReport, q: Quality) -> str:
    best = q.best
    if best.value is None:
        return f"How many conversations are '{q.positive}' cannot be said: {best.undefined}."
    whole = f"the {q.report.population:,} conversations" if q.report.population else "the conversations"
    return f"About {percent(best.value)} of {whole} of {report.week.name} are '{q.positive}' ({q.title.lower()})."


def how_sure(report: WeekReport) -> list[str]:
    """The intervals in words, the response rate, how far people agree, and what other rubric versions leave out."""
    lines = [
        f"With 95 % confidence '{q.positive}' lies between {percent(q.best.ci[0])} and {percent(q.best.ci[1])}."
        for q in report.quality
        if q.best.ci is not None
    ]
    if report.response_rate is None:
        lines.append("Nothing was drawn, so nothing can be said of all conversations.")
    else:
        rest = "" if report.labelled == report.drawn else ", the others are taken to be like them within each group"
        lines.append(f"{report.labelled} of {report.drawn} drawn items carry a settled label{rest}.")
    if report.agreement:
        first = report.agreement[0]
        lines.append(f"{first.title}: {first.words[0].lower()}{first.words[1:]}")
    return [*lines, *([report.left_out] if report.left_out else [])]


def trust(report: WeekReport) -> list[str]:
    """What each judge catches of the first positive value, and whether its own share may be read as it is."""
    if not report.judges:
        return ["No judge gave a verdict in these weeks."]
    first = report.judges[0].title
    return [f"{j.name} {judge_words(j)}" for j in report.judges if j.title == first]


def judge_words(judge: Judge) -> str:
    """One judge in one dimension, to stand after its name."""
    recall, precision, name = judge.recall, judge.precision, judge.positive
    if recall.value is None:
        return f"cannot be judged on '{name}': {recall.undefined}."
    text = f"finds {percent(recall.value)} of what people call '{name}'{_bracket(recall)}"
    if precision.value is not None:
        text += f" and is right in {percent(precision.value)} of its own '{name}'{_bracket(precision)}"
    text += "."
    if recall.ci is not None and recall.ci[1] < 0.5:
        text += " It misses more than half: do not rely on it alone."
    if judge.outside and judge.alone is not None:
        text += f" Its own share, {percent(judge.alone)}, lies outside the estimate: do not read it uncorrected."
    return text


def _bracket(quantity: Quantity) -> str:
    return f" ({interval(quantity)})" if quantity.ci else ""


def changes_of_mind(found: Anchoring) -> str:
    """The anchoring rate as a sentence."""
    if found.rate.value is None:
        return f"Cannot be said: {found.rate.undefined}."
    moved = f"; {found.followed} of them moved to what a judge had said" if found.changed else ""
    return (
        f"{found.changed} of {found.seen} submitted items got other labels after the judges' verdicts were shown: "
        f"{percent(found.rate.value)} ({interval(found.rate)}){moved}."
    )


def settlement(report: WeekReport) -> str:
    """How disagreements ended."""
    found = report.settlement
    if not found.settled and not found.open:
        return "No item was judged differently by two people."
    why = ", ".join(f"{reason} {n}" for reason, n in found.by_reason.items())
    settled = f"{found.settled} settled" + (f" ({why})" if why else "")
    return f"{settled}, {found.open} open."


def golden(report: WeekReport) -> str:
    """What of the week went into the golden dataset."""
    found = report.golden
    if not found.approved:
        return "No example of this week is approved yet."
    kinds = ", ".join(f"{n} {kind}" for kind, n in found.kinds.items())
    must = f"; {found.must_pass} must pass" if found.must_pass else ""
    return f"{found.approved} approved ({kinds}){must}."


def late(report: WeekReport) -> str:
    """Who has open items after the due date, "" for nobody."""
    return ", ".join(f"{p.name} {p.left}" for p in report.late)


def closing(report: WeekReport) -> str:
    """Return when and by whom the week was closed and why, or that it is open."""
    if report.closing is None:
        return "The week is open."
    who = report.names.get(report.closing.by, report.closing.by)
    why = f" with the reason: {report.closing.reason}" if report.closing.reason else ", with nothing open"
    return f"Closed on {day(report.closing.at[:10])} by {who}{why}."


@dataclass(frozen=True)
class Foot:
    """The last lines of the page; ``withheld`` is "" when nothing is."""

    withheld: str
    audit: str
    made: str


def foot(report: WeekReport) -> Foot:
    """Return what is withheld, the state of the audit chain, and when the report was made."""
    holds = "the chain holds" if report.broken_at is None else f"THE CHAIN IS BROKEN at entry {report.broken_at}"
    withheld = (
        f"{counted(report.withheld, 'item')} that the reader still has to review "
        "stand in counts and estimates of quality alone."
        if report.withheld
        else ""
    )
    made = datetime.fromisoformat(report.generated_at)
    return Foot(
        withheld,
        f"Audit: entry {report.head}, {holds}",
        f"Made {made:%d %B %Y, %H:%M} UTC. Intervals are 95 %. "
        "Every conversation is shown masked and without hidden passages.",
    )
