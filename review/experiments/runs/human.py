"""What people said of an answer, as a score: only for the very answer that they saw."""

from __future__ import annotations

from review.experiments.scorers.scale import on_scale
from review.experiments.values import Answer, Case
from review.rubric.rubric import Dimension


def human_score(case: Case, answer: Answer, dimension: Dimension | None) -> float | None:
    """Return the settled label of the dimension as a score; None when the answer is another than people saw."""
    if dimension is None or not case.answer_digest or answer.digest != case.answer_digest:
        return None
    return on_scale(dimension, case.labels.get(dimension.name))
