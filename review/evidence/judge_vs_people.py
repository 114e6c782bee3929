"""A judge and the people on the same items: the human ceiling and the alternative annotator test."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from review.basics.labels import ratings_of
from review.current.settled import labels_in
from review.evidence.evidence import Paired, said_under_one_rubric
from review.statistics.calibration.alt_test import AltTest, alt_test
from review.statistics.calibration.ceiling import PersonCeiling, human_ceiling
from review.statistics.calibration.report import METRICS
from storage.store import Store


@dataclass(frozen=True)
class JudgeVsPeople:
    """Each person and the judge against the majority of the others, and whether the judge can replace a person."""

    ceiling: tuple[PersonCeiling, ...]
    alternative: AltTest


def judge_vs_people(
    store: Store,
    weeks: Sequence[str],
    judge: str,
    pair: Paired,
    *,
    figures: Collection[str] = METRICS,
    epsilon: float = 0.2,
    viewer: str | None = None,
) -> JudgeVsPeople:
    """Compare one judge with the people in one dimension, on the items that people rated in these weeks.

    ``figures`` names those of the human ceiling.
    """
    rows = said_under_one_rubric(store, weeks, viewer=viewer)
    scale, people = pair.dimension.scale, labels_in(rows, pair.dimension.name)
    rated = {label.item for label in people}
    name = f"judge {judge}"
    judged = [label for label in pair.labels_of_judge(name) if label.item in rated]
    ceiling = human_ceiling(pair.data, ratings_of(people, scale), positive=pair.dimension.positive, figures=figures)
    if not judged:
        reason = "the judge has no verdict on an item that people rated"
        return JudgeVsPeople(ceiling, AltTest.missing(name, reason, epsilon=epsilon))
    return JudgeVsPeople(ceiling, alt_test(ratings_of(people + judged, scale), name, epsilon=epsilon))
