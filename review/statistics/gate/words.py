"""The gate's report in plain sentences and as Markdown for a pull request."""

from __future__ import annotations

from review.basics.words import counted, p_value, signed
from review.statistics.gate.cases import GateCase
from review.statistics.gate.report import GateReport
from review.statistics.gate.slices import Slice


def heading(report: GateReport) -> str:
    """Return the decision with what it means, such as "FAIL: the candidate is proven worse"."""
    if report.decision == "pass":
        return "PASS: the candidate can replace the baseline"
    if report.decision == "inconclusive":
        if _only_missing(report):
            return "INCONCLUSIVE: results are missing"
        return (
            f"INCONCLUSIVE: {'a slice may have collapsed' if _only_suspects(report) else 'these cases cannot decide'}"
        )
    if report.dropped or any(s.status == "fail" for s in report.slices):
        return "FAIL: the candidate is proven worse"
    if any(c.must_pass and c.change == "broke" for c in report.cases):
        return "FAIL: a must-pass case broke"
    return "FAIL: the drop is over the margin"


def plain_words(report: GateReport, *, kept: bool = False) -> list[str]:
    """Return the report as sentences: the reasons, the remarks, the smallest detectable drop, what to do.

    ``kept`` tells that the decision is kept where a waiver can be added.
    """
    lines = [_sentence(r) for r in report.reasons]
    if report.dropped:
        lines.append(_size(report))
    if report.doubtful:
        lines.append(
            "Chance alone makes an unchanged version fail like this now and then. Ask both versions again before you "
            "believe it: the cases that flip in the baseline most often."
        )
    lines += [_sentence(r) for r in report.remarks]
    lines.append(_power(report))
    if report.strict:
        lines.append(price(report))
    if report.decision == "inconclusive":
        lines.append(_ways_out(report, kept=kept))
    return lines


def price(report: GateReport) -> str:
    """Return how often the strict rule errs on this many cases with this many flips."""
    rule, n = report.bare_rule, report.evidence.n
    within = 1 - (1 - rule.false_alarm) ** 12
    assumed = "" if report.evidence.flips else ", assumed because none flipped here"
    flips = f"{rule.flips:.1%} of them flip{assumed}"
    return (
        f"The strict {100 * report.margin:g}-point rule on {n} cases ({flips}) rejects an unchanged version in "
        f"{rule.false_alarm:.1%} of runs ({within:.0%} chance of at least once in 12 weeks) and misses "
        f"{rule.missed:.0%} of true {100 * rule.true_drop:g}-point drops."
    )


def markdown(report: GateReport) -> str:
    """Return the report as Markdown: heading, figures, reasons, slices, flipped cases."""
    e = report.evidence
    assert report.drop.ci is not None
    drop, low, high = (signed(x, "+.3f") for x in (e.drop, *report.drop.ci))
    parts = [
        f"## Regression gate: {heading(report)}",
        "",
        "| cases | drop | 95% interval | broke | fixed | p |",
        "|---:|---:|---|---:|---:|---:|",
        f"| {e.n} | {drop} | {low} to {high} | {e.broke} | {e.fixed} | {p_value(e.p)} |",
        "",
        *(f"- {_escape(line)}" for line in plain_words(report)),
    ]
    notable = [s for s in report.slices if s.status != "ok"]
    if notable:
        parts += [
            "",
            "| slice | cases | baseline | candidate | broke | fixed | p (Holm) | |",
            "|---|" + "---:|" * 6 + "---|",
        ]
        parts += [_slice_row(s) for s in notable]
    if report.flipped:
        parts += ["", "| flipped case | change | baseline | candidate |", "|---|---|---:|---:|"]
        parts += [_flipped_row(c) for c in report.flipped]
    return "\n".join(parts) + "\n"


def _slice_row(s: Slice) -> str:
    e = s.evidence
    return (
        f"| {s.kind} {_escape(s.name)} | {e.n} | {s.baseline:.1%} | {s.candidate:.1%} | {e.broke} | {e.fixed} | "
        f"{p_value(s.adjusted_p)} | {s.status} |"
    )


def _flipped_row(c: GateCase) -> str:
    mark = " (must pass)" if c.must_pass else ""
    return f"| {_escape(c.name)}{mark} | {c.change} | {c.baseline:.2f} | {c.candidate:.2f} |"


def _power(report: GateReport) -> str:
    smallest, n = report.smallest_detectable_drop, report.evidence.n
    if smallest is None:
        return f"{counted(n, 'case')}: too few to prove any drop."
    return f"The smallest drop that {n} such cases detect with 80% power is {100 * smallest:.1f} points."


def _size(report: GateReport) -> str:
    """Return whether the drop is proven to be over the margin, or only proven to be a drop."""
    least = f"{100 * max(0.0, report.evidence.lower):.1f} points"
    sure = f"{1 - report.alpha:.0%} confidence"
    if report.beyond_margin:
        return f"With {sure} the drop is at least {least}, more than the margin."
    return f"That it dropped is proven, by how much is not: the drop may be as small as {least} ({sure})."


def _only_missing(report: GateReport) -> bool:
    """Return whether nothing but cases without a result stands in the way."""
    return bool(report.missing) and not report.suspects and (report.strict or report.evidence.upper < report.margin)


def _only_suspects(report: GateReport) -> bool:
    """Return whether nothing but suspect slices stands in the way."""
    return bool(report.suspects) and (report.strict or report.evidence.upper < report.margin)


def _ways_out(report: GateReport, *, kept: bool) -> str:
    if _only_missing(report):
        return "To decide: run the cases without a result again, with both versions."
    waivers = "" if kept else " A decision about a table is not kept: keep the name and the reason with the result."
    if _only_suspects(report):
        which = "this slice" if len(report.suspects) == 1 else "each of these slices"
        return (
            f"To decide: repeat the cases of {which} 3 to 5 times, read those that flipped, or let a second named "
            f"person waive {which} with a reason.{waivers}"
        )
    more = (
        f"about {report.cases_needed:,} cases decide a margin of {100 * report.margin:g} points with 80% power"
        if report.cases_needed
        else "no number of cases decides a margin of 0"
    )
    what = "the gate and each suspect slice" if report.suspects else "the gate"
    return (
        f"To decide: repeat each case 3 to 5 times ({more}), read the "
        f"{counted(len(report.flipped), 'flipped case')}, or "
        f"let a second named person waive {what} with a reason.{waivers}"
    )


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + "."


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")
