"""The votes of one subject, joined: what repeats and both orders of the values say together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from review.judges.llm.client import Outcome
from review.judges.llm.endpoint import without
from review.judges.llm.parse import Heard, heard
from review.judges.llm.rubric import ruled_out
from review.judges.llm.wire import LONGEST_RAW
from review.judges.protocol.protocol import NOT_ASKED, Said
from review.rubric.rubric import Dimension

LONGEST_RATIONALE = 4_000


class Vote(NamedTuple):
    """One reply as it was heard, by dimension, and what is kept of its text."""

    outcome: Outcome
    heard: dict[str, Heard]
    raw: str


def vote_of(outcome: Outcome, dimensions: Sequence[Dimension], key: str = "") -> Vote:
    """Hear one outcome; without a whole reply every dimension is missing for the same cause.

    The key is blotted out once more: what was no key in a reply may be one in what the reply was read as.
    """
    answer = outcome.answer
    if answer.error:
        return Vote(outcome, {d.name: Heard(None, answer.error) for d in dimensions}, answer.raw or answer.said)
    text = answer.reply.get("text") or answer.reply.get("refusal") or answer.reply.get("finish_reason") or ""
    said = {
        name: h._replace(rationale=without(h.rationale, key)[:LONGEST_RATIONALE])
        for name, h in heard(answer.reply, dimensions).items()
    }
    said = _ruled_out(said, dimensions)
    return Vote(outcome, said, without(str(text), key)[:LONGEST_RAW])


def _ruled_out(said: dict[str, Heard], dimensions: Sequence[Dimension]) -> dict[str, Heard]:
    """What was heard; where the reply's own labels rule a dimension out, nothing said of it is what it was to say."""
    labels = {name: h.value for name, h in said.items() if h.value is not None}
    out = {d.name for d in dimensions if said[d.name].error == "missing" and ruled_out(d, labels)}
    return {name: h._replace(error=NOT_ASKED) if name in out else h for name, h in said.items()}


def joined(subject: str, dimensions: Sequence[Dimension], votes: Sequence[Vote]) -> list[Said]:
    """What a judge says of one subject in each dimension, from one vote or several.

    The cost of all calls is split evenly over the dimensions; the latency is the mean of the replies that were not
    remembered.
    """
    costs = [v.outcome.cost for v in votes if v.outcome.cost is not None]
    times = [v.outcome.latency_ms for v in votes if v.outcome.latency_ms is not None]
    cached = all(v.outcome.cached for v in votes)
    latency = sum(times) / len(times) if times else None
    cost = sum(costs) / len(dimensions) if costs else None
    return [
        _of_dimension(
            Said(subject=subject, dimension=d.name, value=None, latency_ms=latency, cost=cost, cached=cached), d, votes
        )
        for d in dimensions
    ]


def _of_dimension(said: Said, dimension: Dimension, votes: Sequence[Vote]) -> Said:
    mine = [v.heard[dimension.name] for v in votes]
    value, cause = majority([h.value for h in mine], [h.error for h in mine])
    # Of several votes, the first that says the same speaks for all; a tie has none.
    shown = next((k for k, h in enumerate(mine) if (h.value, h.error) == (value, cause)), None)
    return replace(
        said,
        value=value,
        error=cause,
        score=None if value is None else score_of(dimension, mine),
        rationale="" if shown is None else mine[shown].rationale,
        raw="" if shown is None or value is not None else votes[shown].raw,
        votes=tuple(h.value for h in mine) if len(mine) > 1 else (),
    )


def majority(values: Sequence[str | None], errors: Sequence[str]) -> tuple[str | None, str]:
    """The value that more than half of all votes name and "", else None and the cause.

    Without such a value it is a tie, unless missing votes could have made one: then it is the cause of the first.
    """
    counts = Counter(v for v in values if v is not None)
    most = max(counts.values(), default=0)
    missing = len(values) - counts.total()
    if 2 * most > len(values):
        return counts.most_common(1)[0][0], ""
    if 2 * (most + missing) > len(values):
        return None, next(e for v, e in zip(values, errors, strict=True) if v is None)
    return None, "tie"


def score_of(dimension: Dimension, votes: Sequence[Heard]) -> float | None:
    """How sure the judge is of the positive value, 0 to 1; None where the dimension has none or the judge does not say.

    Of several votes it is the share that names the positive value. Of one it is the confidence that the judge states;
    when it chose another value, what it leaves is spread evenly over all values but that one.
    """
    positive, values = dimension.positive, dimension.scale.values
    if positive is None:
        return None
    given = [h.value for h in votes if h.value is not None]
    if len(votes) > 1:
        return sum(positive in v.split("|") if dimension.scale.kind == "set" else v == positive for v in given) / len(
            given
        )
    sure = votes[0].confidence
    if sure is None or dimension.scale.kind == "set":
        return None
    return sure if given[0] == positive else (1 - sure) / (len(values) - 1)
