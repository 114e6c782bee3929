"""Whether a claimed fix holds: the share of failures under the new version against that before, by a printed rule.

Both "fixed" and "came back" need proof. A single failure proves neither: production always has some, and of a mode
that fell from 8% to 0.2% some are left.
"""

from __future__ import annotations

from collections.abc import Callable
from math import hypot
from typing import NamedTuple

from review.basics.words import counted, percent
from review.statistics.intervals import jeffreys

LEFT = 0.25
"""The part of the earlier share that may be left of a mode that counts as fixed."""
AT_LEAST = 3
"""Fewer failures never show that a mode came back."""
FIXED, CAME_BACK, SOME_LEFT, OPEN = "fixed", "came back", "some left", "not known yet"
NEW, GROWING, SHRINKING, STEADY = "new", "growing", "shrinking", "steady"
RULES = (
    "Fixed: the whole interval of the change lies below zero, and at most a quarter of the earlier share is left.",
    "Came back: at least three failures under the version, and the share is no lower than before, or its whole "
    "interval lies above a quarter of it.",
    "Some left: it failed again, and neither holds.",
    "Weeks count together until they prove a fix, and then anew.",
    "The latest run of the version counts too. If more than a quarter of the golden cases of the mode fail, it came "
    "back; if fewer fail, some are left. If all pass and production says nothing yet, they prove the fix where there "
    "are enough of them to show that at most a quarter fails.",
)
RULE = " ".join(RULES)
TREND_RULE = (
    "New: nothing in the four weeks before. Growing or shrinking: the whole interval of the change against them lies "
    "above or below zero. Steady: it does not. Not known yet: too little is known of this week or of those before."
)


class Rate(NamedTuple):
    """The share of conversations that failed in one mode, with its limits, and how many failed."""

    value: float
    low: float
    high: float
    failures: int


def rate(failures: int, of: int) -> Rate | None:
    """Return a share with Jeffreys' limits, None without a conversation."""
    if of <= 0:
        return None
    low, high = jeffreys(failures, of)
    return Rate(failures / of, low, high, failures)


def change(after: Rate, before: Rate) -> tuple[float, float]:
    """Return the 95% interval of after minus before, by MOVER (Donner & Zou 2010, Statistics in Medicine 30)."""
    value = after.value - before.value
    low = value - hypot(after.value - after.low, before.high - before.value)
    return low, value + hypot(after.high - after.value, before.value - before.low)


def is_gone(after: Rate, before: Rate) -> bool:
    """Return whether a share is proven lower, and at most a quarter of it is left."""
    return change(after, before)[1] < 0 and after.value <= LEFT * before.value


def is_back(after: Rate, before: Rate) -> bool:
    """Return whether a mode came back: no smaller share than before, or proven that more than a quarter of it is left.

    The proof is that of the difference, by MOVER as in :func:`change`.
    """
    excess = after.value - LEFT * before.value
    proven = excess > hypot(after.value - after.low, LEFT * (before.high - before.value))
    return after.failures >= AT_LEAST and (proven or after.value >= before.value)


def fix_state(before: Rate | None, weeks: int, share: Callable[[int, int], Rate]) -> tuple[str, str]:
    """Return the state of a claimed fix, and why in words.

    ``share`` returns the share in the weeks under the version from one to another, both included; the first week is 0,
    and there are so many ``weeks``. Weeks add up until they prove a fix; then the count begins anew.
    """
    if before is None or not before.failures:
        return OPEN, "the mode did not occur before the claim, so there is nothing to compare with"
    if not weeks:
        return OPEN, "no production has run under this version since the claim"
    whole = share(0, weeks - 1)
    state, first, shown = OPEN, 0, whole
    for week in range(weeks):
        together = share(first, week)
        if is_back(together, before):
            state, shown = CAME_BACK, together
            break
        if is_gone(together, before):
            state, first, shown = FIXED, week + 1, whole
        elif together.failures:
            state, shown = SOME_LEFT, together
    return state, (
        f"{percent(before.value)} of conversations before, now {percent(shown.value)} "
        f"(at most {percent(shown.high)}; {shown.failures:,} failed)"
    )


def with_run(state: str, passed: int, scored: int) -> tuple[str, str]:
    """Return the state of a claimed fix once a run of its version is known, and what the run says in words.

    ``state`` is what production says; of the golden cases of the mode ``scored`` have a score, and ``passed`` pass.
    """
    if not scored:
        return state, ""
    if passed < scored:
        failing = scored - passed
        said = f"{counted(failing, 'golden case')} of {scored:,} still {'fails' if failing == 1 else 'fail'} in its run"
        return CAME_BACK if failing > LEFT * scored or state == CAME_BACK else SOME_LEFT, said
    said = f"its run passes {'the one golden case' if scored == 1 else f'all {scored:,} golden cases'} of the mode"
    proven = state == OPEN and jeffreys(0, scored)[1] <= LEFT
    return FIXED if proven else state, said


def trend_state(now: Rate | None, before: Rate | None) -> str:
    """Return how a mode has moved against the weeks before."""
    if now is None or before is None:
        return OPEN
    if not before.failures:
        return NEW if now.failures else STEADY
    low, high = change(now, before)
    return GROWING if low > 0 else SHRINKING if high < 0 else STEADY
