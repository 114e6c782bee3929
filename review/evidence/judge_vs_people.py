"""A judge beside the people on the same items: the human ceiling and the alternative annotator test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from review.basics.labels import ratings_of
from review.current.settled import labels_of
from review.evidence.evidence import Paired, annotations_under_one_rubric
from review.statistics.calibration.alt_test import AltTest, alt_test
from review.statistics.calibration.ceiling import PersonCeiling, human_ceiling
from storage.store import Store


@dataclass(frozen=True)
class Standing:
    """Each person and the judge against the majority of the others, and whether the judge may stand in for one."""

    ceiling: tuple[PersonCeiling, ...]
    alternative: AltTest


def standing(
    store: Store, weeks: Sequence[str], judge: str, pair: Paired, *, epsilon: float = 0.2, viewer: str | None = None
) -> Standing:
    """The standing of one judge in one dimension, on the items that people rated in these weeks."""
    rows = annotations_under_one_rubric(store, weeks, viewer=viewer)
    people = [label for label in labels_of(rows) if label.dimension == pair.dimension.name]
    ratings = ratings_of(people, pair.dimension.scale)
    rated = {label.item for label in people}
    name = f"judge {judge}"
    said = [label for label in pair.labels_of_judge(name) if label.item in rated]
    ceiling = human_ceiling(pair.data, ratings, positive=pair.dimension.positive)
    if not said:
        reason = "the judge has no verdict on an item that people rated"
        return Standing(
            ceiling,
            AltTest(
                judge=name,
                epsilon=epsilon,
                scoring="accuracy",
                raters=(),
                winning_rate=None,
                average_advantage_probability=None,
                passed=None,
                undefined=reason,
            ),
        )
    return Standing(ceiling, alt_test(ratings_of(people + said, pair.dimension.scale), name, epsilon=epsilon))
