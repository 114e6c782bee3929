"""What versions are compared by, and which direction of each is better."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from review.experiments.values import ScoredCase, ScoredRun

Better = Literal["higher", "lower", "neither"]
BETTER_WORDS = {"higher": "higher is better", "lower": "lower is better", "neither": "neither direction is better"}


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A figure of each answer. ``share`` tells that it lies in [0, 1] and is shown as a percentage.

    ``relative`` tells that a difference is shown as a share of the first version's figure, such as 54% less.
    """

    title: str
    better: Better
    of: Callable[[ScoredCase], float | None]
    share: bool = True
    relative: bool = False


def _answered(field: str) -> Callable[[ScoredCase], float | None]:
    def value(one: ScoredCase) -> float | None:
        found = getattr(one.answer, field) if one.answer is not None else None
        return None if found is None else float(found)

    return value


def scored_by(scorer: str) -> Callable[[ScoredCase], float | None]:
    """Return what one scorer says of an answer."""
    return lambda one: one.scores.get(scorer)


MEASURES: dict[str, Measure] = {
    "combined": Measure(title="combined accuracy", better="higher", of=lambda one: one.combined),
    "execution": Measure(title="execution accuracy", better="higher", of=lambda one: one.execution),
    "semantic": Measure(title="semantic accuracy", better="higher", of=lambda one: one.semantic),
    "failed": Measure(
        title="failure rate", better="lower", of=lambda one: float(one.cause is not None or one.answer is None)
    ),
    "cost": Measure(title="cost per answer", better="lower", of=_answered("cost"), share=False, relative=True),
    "latency": Measure(title="latency, ms", better="lower", of=_answered("latency_ms"), share=False, relative=True),
    "tokens": Measure(title="tokens out", better="lower", of=_answered("tokens_out"), share=False, relative=True),
}
"""The figures of every comparison. Scorers of the runs join them, see ``measures_of``."""


def measures_of(runs: Sequence[ScoredRun]) -> dict[str, Measure]:
    """Return the measures of some runs: the usual ones, and each scorer that all of the runs have."""
    common = [name for name in runs[0].scorers if all(name in run.scorers for run in runs)] if runs else []
    own = {name: Measure(title=name, better="higher", of=scored_by(name)) for name in common if name not in MEASURES}
    return {**MEASURES, **own}
