"""How ``spotcheck failures`` prints for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.text import Text

from review.basics.clock import to_minute
from review.basics.words import percent, shortened
from review.commands.common import out
from review.commands.grid import Grid
from review.failures.analysis import Proposed
from review.failures.archive import Failure, FailureShown
from review.failures.followup import Followed
from review.failures.repaired import RepairedAnswers
from review.failures.shares import Shares, completeness
from review.failures.triage import TriageGroup
from review.statistics.fixes import RULE
from review.statistics.quantity import Quantity
from storage.records_failures import FailureTriage, GoldenProposal


def failure_list(found: Sequence[Failure]) -> None:
    """Print a list of failures."""
    table = Grid("failure", "at", "mode", "version", "step", "state", "question", box=None, pad_edge=False)
    for f in found:
        cells = (f.row.id, to_minute(f.row.at or ""), f.mode, f.row.version, f.step, f.state, shortened(f.question, 60))
        table.add_row(*(Text(cell) for cell in cells))
    out.print(table if found else "No failure fits.")


def failure(one: FailureShown) -> None:
    """Print one failure with its steps."""
    if one.talk is None:
        out.print(Text(f"{one.gone} What people said of it stays."))
    else:
        out.print(Text(one.talk.question, style="bold"))
        out.print(Text(f"{one.talk.error_type or ''} {one.talk.error_message or ''}".strip()))
    if one.failure:
        row = one.failure.row
        rounds = f", {row.repair_rounds} repair rounds" if row.repair_rounds else ""
        out.print(Text(f"{one.failure.mode}, version {row.version or 'unknown'}, {one.failure.state}{rounds}"))
    if one.offending:
        meant = f", probably meant: {one.nearest}" if one.nearest else ""
        out.print(Text(f"about: {one.offending}{meant}"))
    out.print(Text(f"began in: {one.located.step or 'not known'} ({one.located.why})"))
    for at, step in enumerate(one.steps):
        mark = ">" if at == one.located.at else " "
        took = "" if step.milliseconds is None else f" {step.milliseconds:,.0f} ms"
        out.print(Text(f"{mark} {step.name}{took} {shortened(step.error or step.output, 90)}"))
    for event in one.events:
        out.print(
            Text(f"{to_minute(event.at)} {event.by}: {event.text or event.mode or 'mode taken away'}", style="dim")
        )


def group_json(g: TriageGroup) -> dict[str, Any]:
    """Return a group of failures as the command line prints it."""
    return {
        "group": g.found.group,
        "title": g.title,
        "version": g.found.version,
        "n": g.found.n,
        "causes": dict(g.found.causes),
        "state": g.state,
        "waiting": g.waiting,
        "reopened": g.reopened,
        "fix_deprecated": g.fix_deprecated,
        "suggested": g.suggested,
        "example": g.found.example,
        "decided": asdict(g.decided) if g.decided else None,
    }


def groups(found: Sequence[TriageGroup]) -> None:
    """Print the groups of a week."""
    table = Grid("group", "version", "failures", "state", "next", "example", box=None, pad_edge=False)
    for g in found:
        after = g.suggested if g.state == "open" else g.decided.decision if g.decided else ""
        state = "open again" if g.reopened else g.state
        cells = (g.title, g.found.version, f"{g.found.n:,}", state, after, g.found.example)
        table.add_row(*(Text(cell) for cell in cells))
    out.print(table if found else "The week has no failures.")
    for g in found:
        if g.fix_deprecated and g.decided:
            out.print(Text(f"{g.title}: version {g.decided.fix_version}, which was to fix it, is deprecated."))


def decided(done: FailureTriage, title: str) -> None:
    """Print what a triage left."""
    parts = [f"{title}: {done.decision}"]
    parts += [f"{done.owner} until {done.due}"] if done.owner else []
    parts += [f"{len(done.candidates)} proposed for golden"] if done.candidates else [done.reason]
    parts += [f"{len(done.few_shots)} few-shot candidates"] if done.few_shots else []
    out.print(Text(", ".join(parts)))


def proposals(found: Sequence[GoldenProposal]) -> None:
    """Print the proposals for golden examples."""
    table = Grid("proposal", "from", "why", "question", "expected", box=None, pad_edge=False)
    for p in found:
        cells = (p.id, p.origin, p.rule, shortened(p.content["question"], 60))
        table.add_row(*(Text(cell) for cell in cells), Text(shortened(p.content["expected_answer"], 40)))
    out.print(table if found else "No proposal is open.")


def shares(found: Shares, states: Mapping[str, str], repaired: RepairedAnswers) -> None:
    """Print the modes with their share of production, and how many repaired answers are right."""
    table = Grid("mode", "failures", "state", "share of production", "versions", box=None, pad_edge=False)
    for m in found.modes:
        name = m.title if m.mode else f"({m.title})"
        cells = (name, f"{m.n:,}", states.get(m.key, ""), _share(m.share), ", ".join(v for v in m.versions if v))
        table.add_row(*(Text(cell) for cell in cells))
    out.print(table if found.modes else "No failure in these weeks.")
    out.print(Text(completeness(found.unnamed)))
    out.print(Text(repaired.words()))


def _share(share: Quantity) -> str:
    if share.value is None or share.ci is None:
        return f"not known ({share.undefined})"
    return f"{percent(share.value)} ({percent(share.ci[0])} to {percent(share.ci[1])})"


def proposed(found: Sequence[Proposed]) -> None:
    """Print the groups that may become modes, with their numbers."""
    table = Grid("", "failures", "words", "the most typical says", box=None, pad_edge=False)
    for number, g in enumerate(found, start=1):
        table.add_row(str(number), f"{len(g.alike.ids):,}", Text(g.alike.name), Text(shortened(g.says, 60)))
    out.print(table if found else "Every failure has a mode.")


def fixes(found: Sequence[Followed]) -> None:
    """Print the claimed fixes and the rule that decides about them."""
    table = Grid("mode", "fixed by", "from", "state", "why", box=None, pad_edge=False)
    for f in found:
        table.add_row(*(Text(cell) for cell in (f.title, f.claim.version, f.claim.week, f.said, f.why)))
    out.print(table if found else "Nobody has claimed a fix yet.")
    out.print(Text(RULE, style="dim"))
