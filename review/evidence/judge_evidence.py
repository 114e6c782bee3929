"""What is known of a judge for each positive value, as the rule for its verdict needs it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from statistics import mean

import numpy as np

from review.basics.labels import Ratings
from review.evidence.evidence import Paired
from review.statistics.answers.judge_verdict import Evidence
from review.statistics.calibration.alt_test import AltTest, alt_test
from review.statistics.calibration.ceiling import human_ceiling
from review.statistics.calibration.report import weighted_figures
from review.statistics.quantity import Quantity

TWO = 2
FIGURES = ("precision", "recall")


def judge_evidence(
    pairs: Mapping[str, Paired], ratings: Mapping[str, Ratings], *, epsilon: float, bootstrap: int = 1000
) -> list[Evidence]:
    """Return what is known of one judge, for each dimension with a positive value.

    ``pairs`` and ``ratings`` are by dimension and cover the same weeks.
    """
    found = []
    for name, pair in pairs.items():
        positive = pair.dimension.positive
        if positive is None:
            continue
        _, figures = weighted_figures(pair.data, FIGURES, positive=positive, bootstrap=bootstrap)
        people = ratings.get(name)
        judge = str(pair.judge)
        found.append(
            Evidence(
                name=pair.judge.judge,
                judge=judge,
                label=pair.judge.judge if pair.half == "all" else f"{pair.judge.judge} ({pair.half} half)",
                title=pair.dimension.title,
                dimension=name,
                positive=positive,
                n=_compared(pair),
                positives=_positives(pair, positive),
                said=any(v.value == positive for v in pair.verdicts.values()),
                precision=figures["precision"],
                recall=figures["recall"],
                people=len(people.raters) if people is not None else 0,
                alternative=_alternative(pair, people, judge, epsilon),
                ceiling=_ceiling(pair, people, positive),
            )
        )
    return found


def _compared(pair: Paired) -> int:
    return int(((pair.data.truth >= 0) & (pair.data.verdict >= 0)).sum())


def _positives(pair: Paired, positive: str) -> int:
    """Return how many labelled items with a verdict people gave the positive value."""
    code = pair.data.values.index(positive) if positive in pair.data.values else -2
    return int(((pair.data.truth == code) & (pair.data.verdict >= 0)).sum())


def _alternative(pair: Paired, people: Ratings | None, judge: str, epsilon: float) -> AltTest:
    """Return the alternative annotator test on the items that people rated."""
    name = f"judge {judge}"
    both = None if people is None else _with_judge(people, pair, name)
    if both is None:
        return AltTest.missing(name, "the judge has no verdict on an item that people rated", epsilon=epsilon)
    return alt_test(both, name, epsilon=epsilon)


def _with_judge(people: Ratings, pair: Paired, name: str) -> Ratings | None:
    """Return the ratings with the judge as one more rater, None where it rated none of the items."""
    codes = {value: k for k, value in enumerate(people.scale.values)}
    said = [(k, pair.verdicts.get(item)) for k, item in enumerate(people.items)]
    given = [(k, codes[v.value]) for k, v in said if v is not None and v.value in codes]
    if not given:
        return None
    item, value = (np.array(column, dtype=np.intp) for column in zip(*given, strict=True))
    return replace(
        people,
        raters=(*people.raters, name),
        item=np.concatenate([people.item, item]),
        rater=np.concatenate([people.rater, np.full(len(item), len(people.raters), dtype=np.intp)]),
        value=np.concatenate([people.value, value]),
    )


def _ceiling(pair: Paired, people: Ratings | None, positive: str) -> dict[str, Quantity]:
    """Return the mean of the people's own figures against each other; ``n`` counts the items that each shares."""
    if people is None or len(people.raters) < TWO:
        return {name: Quantity.missing("this is compared where two people rate") for name in FIGURES}
    found = human_ceiling(pair.data, people, positive=positive, figures=FIGURES, interval=False, judge=False)
    means = {}
    for name in FIGURES:
        values = [value for person in found if (value := person.person[name].value) is not None]
        shared = sum(person.n for person in found)
        reason = "two people share no item with this value"
        means[name] = Quantity(value=mean(values), n=shared) if values else Quantity.missing(reason)
    return means
