"""The output of ``spotcheck judge`` for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import tomlkit
from rich.markup import escape

from review.basics.clock import to_minute
from review.basics.words import counted
from review.commands.common import note, out
from review.commands.grid import Grid
from review.judges.local.spec import never_said
from review.judges.runs.planning import RunPlan, words
from review.judges.runs.summary import CAUSE_WORDS, RunStatus, agreement_words, amount
from review.judges.runs.targets import target_of
from review.judges.versions import changes
from storage.records_judges import Judge


def added(made: Judge, before: Sequence[Judge]) -> None:
    """Print the added version and its changes."""
    if made in before:
        out.print(f"{made.id} is already there with the same content", highlight=False, markup=False)
        return
    out.print(f"{made.id}: {made.kind}, {', '.join(made.dimensions)}", highlight=False, markup=False)
    for text in changes(before[-1], made) if before else ():
        out.print(f"  {text}", highlight=False, markup=False)
    for text in never_said(made):
        note(text)


def listing(found: Sequence[Judge]) -> None:
    """Print judges as a table."""
    if not found:
        note("no judge yet; `spotcheck judge add NAME --kind llm --dimension D` adds one")
        return
    table = Grid("judge", "kind", "dimensions", "since", "by", "note")
    for j in found:
        table.add_row(*(escape(t) for t in (j.id, j.kind, ", ".join(j.dimensions), j.at[:10], j.by, j.note)))
    out.print(table)


def history(found: Sequence[Judge], changed: Sequence[Sequence[str]]) -> None:
    """Print versions, each with its changes below."""
    for made, texts in zip(found, changed, strict=True):
        why = f" · {made.note}" if made.note else ""
        out.print(f"{made.id} · {to_minute(made.at)} · {made.by}{why}", highlight=False, markup=False)
        for text in texts:
            out.print(f"  {text}", highlight=False, markup=False)


def judge(made: Judge, messages: Sequence[Mapping[str, str]]) -> None:
    """Print the spec as TOML, then the messages that would be sent."""
    out.print(
        f"{made.id}: {made.kind}, {', '.join(made.dimensions)}, rubric version {made.rubric_version}", markup=False
    )
    spec = {k: v for k, v in made.spec.items() if v is not None}
    out.print(tomlkit.dumps(spec), highlight=False, markup=False, soft_wrap=True)
    for message in messages:
        out.rule(message["role"])
        out.print(message["content"], highlight=False, markup=False, soft_wrap=True)


def difference(one: Judge, other: Judge, changed: Sequence[str], texts: Mapping[str, str]) -> None:
    """Print the changes in words, then the lines of the texts."""
    if not changed:
        out.print(f"{one.id} and {other.id} have the same content", highlight=False, markup=False)
    for text in changed:
        out.print(text, highlight=False, markup=False)
    for name, lines in texts.items():
        out.rule(name)
        out.print(lines, highlight=False, markup=False, soft_wrap=True)


def plan(found: RunPlan, currency: str = "") -> None:
    """Print the plan of a run."""
    out.print(words(found), highlight=False, markup=False)
    cost = found.cost
    text = f"undefined ({cost.undefined})" if cost.value is None else f"{amount(cost.value, currency)} ({cost.method})"
    out.print(f"estimated cost: {text}", highlight=False, markup=False)


def status(found: RunStatus, currency: str = "") -> None:
    """Print the status of one run."""
    run = found.run
    out.print(
        f"run {run.id} of {run.judge}@{run.version} over {target_of(run.target)}: {found.state}, "
        f"{found.done} of {found.total} subjects, {counted(found.verdicts, 'verdict')}",
        highlight=False, markup=False,
    )  # fmt: skip
    for cause, n in found.missing.items():
        out.print(f"  {n} missing: {CAUSE_WORDS.get(cause, cause)}", highlight=False, markup=False)
    out.print(f"  {'; '.join(_figures(found, currency))}", highlight=False, markup=False)
    for text in agreement_words(found):
        out.print(f"  {text}", highlight=False, markup=False)
    for text in _hints(found):
        note(text)


def _hints(found: RunStatus) -> list[str]:
    """Return what there is to say about a run that failed or was interrupted, and how to resume it."""
    resume = [f"`spotcheck judge resume {found.run.id}` resumes it"] if found.state == "interrupted" else []
    return [*filter(None, [found.said]), *resume]


def _figures(found: RunStatus, currency: str) -> list[str]:
    parts = [counted(found.calls, "call")]
    if found.cached:
        parts.append(f"{counted(found.cached, 'verdict')} from remembered replies")
    if found.cost is not None:
        tokens = f" ({found.tokens_in or 0:,} tokens in, {found.tokens_out or 0:,} out)" if found.tokens_in else ""
        parts.append(f"cost {amount(found.cost, currency)}{tokens}")
    if found.latency_p50 is not None:
        parts.append(f"latency P50 {found.latency_p50:.0f} ms, P95 {found.latency_p95:.0f} ms")
    if found.self_consistency is not None:
        parts.append(f"self-consistency {found.self_consistency:.2f}")
    return parts


def runs(found: Sequence[RunStatus], currency: str = "") -> None:
    """Print runs as a table; the name of a run is never cut, because people copy it."""
    if not found:
        note("no run yet; `spotcheck judge run NAME --week W` starts one")
        return
    table = Grid("run", "judge", "state", "done", "missing", "cost", "P50, P95")
    for s in found:
        missing = ", ".join(f"{n} {CAUSE_WORDS.get(c, c)}" for c, n in s.missing.items())
        latency = ", ".join(f"{ms:.0f}" for ms in (s.latency_p50, s.latency_p95) if ms is not None)
        cells = (s.run.id, f"{s.run.judge}@{s.run.version} over {target_of(s.run.target)}", s.state)
        cost = "–" if s.cost is None else amount(s.cost, currency)
        table.add_row(
            *map(escape, cells), f"{s.done}/{s.total}", escape(missing), cost, f"{latency} ms" if latency else "–"
        )
    out.print(table)
    for s in found:
        for text in (*agreement_words(s), *_hints(s)):
            note(f"{s.run.id}: {text}")
