"""Print what the gate says, for people."""

from __future__ import annotations

from collections.abc import Sequence

from rich.markup import escape

from review.basics.clock import to_minute
from review.commands.common import out
from review.commands.grid import Grid
from review.experiments.decisions import Standing
from review.experiments.gating.outcome import Outcome
from review.experiments.gating.selfcheck import SelfCheck
from review.experiments.gating.written import sentences, title
from review.statistics.gate.report import GateReport
from review.statistics.gate.words import heading, plain_words


def show(report: GateReport, *, title: str = "", sentences: Sequence[str] | None = None) -> None:
    """Print the report for people. ``title`` and ``sentences`` replace those of the report."""
    e = report.evidence
    out.print(title or heading(report), style="bold", highlight=False, markup=False)
    out.print(
        f"{e.n} cases, drop {report.drop}, {e.broke} broke, {e.fixed} fixed, p = {e.p:.3g}",
        highlight=False,
        markup=False,
    )
    for sentence in plain_words(report) if sentences is None else sentences:
        out.print(sentence, markup=False, highlight=False)
    if report.slices:
        grid = Grid("slice", "cases", "baseline", "candidate", "broke", "fixed", "p (Holm)", "")
        for s in report.slices:
            counts = (
                str(s.evidence.n),
                f"{s.baseline:.1%}",
                f"{s.candidate:.1%}",
                str(s.evidence.broke),
                str(s.evidence.fixed),
            )
            grid.add_row(escape(f"{s.kind} {s.name}"), *counts, f"{s.adjusted_p:.3g}", s.status)
        out.print(grid)
    for c in report.flipped:
        mark = " (must pass)" if c.must_pass else ""
        out.print(f"{c.change}: {c.name}{mark} {c.baseline:.2f} -> {c.candidate:.2f}", markup=False, highlight=False)


def show_outcome(outcome: Outcome, standing: Standing | None) -> None:
    """Print the gate of two versions, and what waivers made of it."""
    names = f"{outcome.candidate.version} against {outcome.baseline.version} on {outcome.candidate.release}"
    show(outcome.report, title=f"{names}. {title(outcome)}", sentences=sentences(outcome))
    for name, causes in list(outcome.causes.items())[:20]:
        why = "; ".join(f"{side}: {cause}" for side, cause in causes.items())
        out.print(f"missing: {name} ({why})", markup=False, highlight=False)
    show_standing(standing) if standing else out.print(f"Decision {outcome.id}, not kept.", highlight=False)


def show_standing(standing: Standing) -> None:
    """Print a decision that is kept, its waivers and what is still open."""
    d = standing.decision
    out.print(f"Decision {d.id}: {d.decision}, {to_minute(d.at)} by {d.by}.", markup=False, highlight=False)
    for w in standing.waivers:
        what = w.slice or "all but suspect slices"
        sure = " (two names, no login: no proof of two people)" if w.identity == "names" else ""
        out.print(f"Waived by {w.by}{sure}: {what}. {w.reason}", markup=False, highlight=False)
    if standing.may_ship:
        out.print(standing.ships, markup=False, highlight=False)
    else:
        out.print(f"Open: {', '.join(standing.open)}.", markup=False, highlight=False)


def show_decisions(found: Sequence[Standing]) -> None:
    """Print decisions as a table, newest first."""
    grid = Grid("decision", "candidate", "baseline", "release", "says", "open", "at")
    for one in found:
        d = one.decision
        cells = (
            d.id,
            d.candidate,
            d.baseline,
            d.release,
            d.decision,
            _stands(one),
            to_minute(d.at),
        )
        grid.add_row(*(escape(cell) for cell in cells))
    out.print(grid)


def _stands(one: Standing) -> str:
    """Return what is open, or that the candidate may ship, with the slices that may have collapsed all the same."""
    if one.open:
        return ", ".join(one.open)
    return f"may ship, suspect: {', '.join(one.suspects)}" if one.suspects else "may ship"


def show_self(found: SelfCheck) -> None:
    """Print how a version fares against itself."""
    for sentence in found.sentences:
        out.print(sentence, markup=False, highlight=False)
