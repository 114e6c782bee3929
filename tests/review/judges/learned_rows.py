"""Labelled subjects that a classifier can learn from: words that matter, words that do not, and some noise."""

from __future__ import annotations

import numpy as np

from review.judges.learned.spec import LearnedSpec
from review.judges.protocol.protocol import Bench, Subject, TrainingRow
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import Dimension, rubric_from

RUBRIC = rubric_from(DEFAULT_RUBRIC)
POLITENESS, CORRECTNESS, INTENT = RUBRIC["politeness"], RUBRIC["correctness"], RUBRIC["intent"]
MANNERS = {
    "rude": ("Figure it out yourself!", "That is not my problem.", "No."),
    "neutral": ("The order has been shipped.", "It takes five days.", "The invoice is attached."),
    "friendly": ("Gladly, anything else I can do?", "Thank you so much for asking!", "Happy to help you."),
}
FILLER = ("order", "parcel", "invoice", "refund", "address", "voucher", "lamp", "kettle")


def subjects(count: int, *, seed: int = 0, per_conversation: int = 1, noise: float = 0.1) -> list[tuple[Subject, str]]:
    """Subjects and the politeness that somebody gave them; ``noise`` is the share of labels by chance."""
    rng = np.random.default_rng(seed)
    found = []
    for k in range(count):
        value = str(rng.choice(list(MANNERS)))
        answer = f"{rng.choice(MANNERS[value])} About your {rng.choice(FILLER)} {rng.choice(FILLER)}: number {k}."
        name = f"c{k // per_conversation}"
        label = str(rng.choice(list(MANNERS))) if rng.random() < noise else value
        found.append(
            (
                Subject(
                    id=f"i{k}",
                    conversation_id=name,
                    group=name,
                    question=f"Where is my {rng.choice(FILLER)}?",
                    answer=answer,
                ),
                label,
            )
        )
    return found


def rows(labelled: list[tuple[Subject, str]], dimension: Dimension = POLITENESS) -> tuple[TrainingRow, ...]:
    """The same as rows of a training set."""
    return tuple(TrainingRow(subject, dimension.name, label) for subject, label in labelled)


def bench(training: tuple[TrainingRow, ...], *dimensions: Dimension, **spec: object) -> Bench:
    """A learned judge of these dimensions, politeness unless told otherwise."""
    return Bench(
        name="learned", version="1", spec=LearnedSpec(**spec), dimensions=dimensions or (POLITENESS,), training=training
    )
