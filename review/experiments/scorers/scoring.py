"""Score answers with the scorers of a project. Scores that were made before, of the same, are taken over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from review.basics.canonical import digest
from review.experiments.scorers.catalogue import named
from review.experiments.scorers.combining import parts
from review.experiments.scorers.scorer import Pair, Score, Surroundings
from storage.records_base import Json

UNTIMED = ("case", "repeat", "latency_ms", "tokens_in", "tokens_out", "cost")
"""Fields of an answer that no score depends on."""


@dataclass(kw_only=True)
class Scores:
    """The scores of one answer, in the shape in which they are stored."""

    scores: dict[str, float] = field(default_factory=dict)
    unscored: dict[str, str] = field(default_factory=dict)
    detail: dict[str, Json] = field(default_factory=dict)
    states: dict[str, Any] = field(default_factory=dict)
    execution: float | None = None
    rules: float | None = None

    def copy(self) -> Scores:
        """Return scores of their own that say the same."""
        return Scores(
            scores={**self.scores},
            unscored={**self.unscored},
            detail={**self.detail},
            states={**self.states},
            execution=self.execution,
            rules=self.rules,
        )

    def take(self, name: str, score: Score, state: Any) -> None:
        """Keep one score, or why there is none."""
        if score.value is None:
            self.unscored[name] = score.reason
        else:
            self.scores[name] = score.value
        if score.detail:
            self.detail[name] = score.detail
        if state is not None:
            self.states[name] = state

    def take_over(self, name: str, held: Scores) -> None:
        """Keep what an earlier scoring of the same answer said."""
        if name in held.scores:
            self.scores[name] = held.scores[name]
        if name in held.unscored:
            self.unscored[name] = held.unscored[name]
        if name in held.detail:
            self.detail[name] = held.detail[name]
        self.states[name] = held.states[name]


def pair_key(pair: Pair) -> str:
    """Return the hash of a case and of what was answered to it."""
    answer = {name: value for name, value in vars(pair.answer).items() if name not in UNTIMED}
    answer["tool_calls"] = [asdict(call) for call in pair.answer.tool_calls]
    return digest([pair.case.digest, answer])


def score_all(
    pairs: Sequence[Pair], surroundings: Surroundings, held: Mapping[int, Scores] | None = None
) -> list[Scores]:
    """Return the scores of some answers in order. ``held`` are earlier scores of the same, by place.

    Raises InputError for a scorer that means nothing here, ReviewError when a judge cannot be asked.
    """
    settings, known = surroundings.project.scores, held or {}
    scorers = [
        (name, scorer, parameter, scorer.state(parameter, surroundings))
        for name, scorer, parameter in named(settings.all, surroundings)
    ]
    states = {name: state for name, _, _, state in scorers}
    same = None not in states.values()
    # Most runs score again what did not change: then all scores of an answer are taken over at once.
    whole = {k for k, before in known.items() if same and before.states == states}
    found = [known[k].copy() if k in whole else Scores() for k in range(len(pairs))]
    for name, scorer, parameter, state in scorers:
        again = []
        for k, scores in enumerate(found):
            if k in whole:
                continue
            before = known.get(k)
            if before is not None and state is not None and before.states.get(name) == state:
                scores.take_over(name, before)
            else:
                again.append(k)
        made = scorer.score([pairs[k] for k in again], surroundings, parameter) if again else []
        for k, score in zip(again, made, strict=True):
            found[k].take(name, score, state)
    for pair, scores in zip(pairs, found, strict=True):
        scores.execution, scores.rules = parts(pair.case, scores.scores, settings)
    return found
