"""The report on pairs in plain sentences."""

from __future__ import annotations

from review.basics.words import counted
from review.statistics.agreement.words import percentage
from review.statistics.preference.report import PairReport, Preference
from review.statistics.quantity import Quantity


def preference_words(found: Preference) -> str:
    """Say which of two answers people prefer, with the interval, or that it is open."""
    q = found.share
    if q.value is None or q.ci is None:
        return f"{found.a} and {found.b}: {q.undefined}."
    winner, other, best = found.preferred
    value, (low, high) = best.value or 0.0, best.ci or (0.0, 1.0)
    between = f"{percentage(low)} to {percentage(high)}"
    ties = f", {counted(found.ties, 'tie')} counted as half" if found.ties else ""
    verb = "counts" if found.both_bad == 1 else "count"
    apart = f" {counted(found.both_bad, 'vote')} that found both bad {verb} apart." if found.both_bad else ""
    base = f"in {counted(q.n, 'vote')} on {counted(found.items, 'pair')}"
    if low <= 0.5 <= high:
        return (
            f"It is open whether people prefer {found.a} or {found.b}: {winner} is preferred in {percentage(value)} "
            f"({between}) {base}{ties}.{apart}"
        )
    return f"People prefer {winner} to {other}: {percentage(value)} ({between}) {base}{ties}.{apart}"


def position_words(q: Quantity) -> str:
    """Say whether the place of an answer pulls votes."""
    if q.value is None or q.ci is None:
        return f"Pull of the first place: {q.undefined}."
    low, high = q.ci
    figure = f"{percentage(q.value)} of choices went to the first answer ({percentage(low)} to {percentage(high)})"
    if low > 0.5:
        return f"{figure}: reviewers favour it for its place. Sides are swapped at random, so no answer gains by it."
    if high < 0.5:
        return f"{figure}: reviewers favour the second one. Sides are swapped at random, so no answer gains by it."
    wide = high - low > 0.3
    return f"{figure}: " + ("too few votes to see a pull of the place." if wide else "no pull of the place shows.")


def strength_words(report: PairReport) -> str:
    """Say which answer is strongest, or why there are no strengths."""
    found = report.strengths
    if found.undefined is not None:
        return f"Strengths cannot be estimated: {found.undefined}."
    (best, q), *others = found.by_name.items()
    second = others[0][1]
    if q.ci and second.ci and q.ci[0] > second.ci[1]:
        return f"{best} is the strongest of {len(found.by_name)} answers."
    return f"{best} leads the {len(found.by_name)} answers, but its interval overlaps that of {others[0][0]}."
