"""Runs as text for people."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.text import Text

from review.basics.clock import to_minute
from review.commands.common import note, out
from review.commands.grid import Grid
from review.experiments.runs.listing import VersionRunStatus
from review.experiments.runs.running import kind_of
from review.experiments.runs.scored import NOT_ASKED
from review.experiments.runs.summary import RunFigures
from review.experiments.targets.target import CAUSES
from review.statistics.quantity import Quantity

WORDS = {**CAUSES, NOT_ASKED: "not asked yet"}


def share(quantity: Quantity) -> str:
    """Return a share as a percentage with its interval, or why there is none."""
    if quantity.value is None:
        return f"not known: {quantity.undefined}"
    low, high = quantity.ci or (quantity.value, quantity.value)
    return f"{quantity.value:.1%} ({low:.1%} to {high:.1%})"


def show_figures(figures: RunFigures, currency: str) -> None:
    """Print the figures of a run."""
    say(f"run {figures.run}: {figures.version} over {figures.release}, {figures.n:,} cases")
    combined = figures.accuracy.combined
    say(f"combined accuracy {share(combined)} over {combined.n:,} cases")
    for words in (figures.accuracy.words, figures.accuracy.rules_words):
        if words:
            say(words)
    for reason, n in figures.not_scored.items():
        say(f"not scored: {n:,}, {reason}")
    for cause, n in figures.missing.items():
        say(f"no answer: {n:,}, {WORDS.get(cause, cause)}")
    grid = Grid("scorer", "mean", "cases", box=box.SIMPLE_HEAD)
    for name, quantity in figures.scores.items():
        grid.add_row(Text(name), share(quantity), f"{quantity.n:,}")
    if figures.scores:
        out.print(grid)
    for name, judged in figures.judges.items():
        say(f"{name}: {share(judged.raw)} by the judge, corrected {share(judged.corrected)}. {judged.said}")
    for dimension, classes in figures.classes.items():
        table = Grid(dimension, "precision", "recall", "F1", "cases", box=box.SIMPLE_HEAD)
        for value, f in classes.items():
            numbers = (f"{f[name]:.2f}" for name in ("precision", "recall", "f1"))
            table.add_row(Text(value), *numbers, f"{f['support']:.0f}")
        out.print(table)
    if figures.latency_ms["p50"] is not None:
        say(f"latency {figures.latency_ms['p50']:,.0f} ms, 95th percentile {figures.latency_ms['p95']:,.0f} ms")
    if figures.cost is not None:
        unknown = f"; {figures.unpriced:,} answers do not tell their cost" if figures.unpriced else ""
        say(f"cost {figures.cost:,.4f} {currency}".rstrip() + unknown)


def say(text: str) -> None:
    """Print one line as it is."""
    out.print(text, markup=False, highlight=False)


def show_runs(found: Sequence[VersionRunStatus]) -> None:
    """Print runs as a table."""
    if not found:
        note("there is no run yet; `spotcheck run` starts one")
        return
    grid = Grid("run", "version", "release", "state", "asked", "started", box=box.SIMPLE_HEAD)
    for s in found:
        cells = (s.run.version, s.run.release, s.state, f"{s.done:,} of {s.total:,}", to_minute(s.run.at))
        grid.add_row(Text(s.run.id), *(Text(cell) for cell in cells))
    out.print(grid)
    for s in found:
        taken = [f"{s.cached:,} taken over"] if s.cached else []
        missing = [f"{n:,} missing: {WORDS.get(cause, cause)}" for cause, n in s.missing.items()]
        say(f"{s.run.id}: {'; '.join([kind_of(s.run), *taken, *missing, *filter(None, [s.said])])}")
