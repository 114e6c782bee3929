"""What checks found in many conversations, summed up: how many each flags, which, and how its values spread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from review.checks.protocol import Finding

QUANTILES = {"p01": 0.01, "p50": 0.5, "p99": 0.99}
COMMON = 20
SAYS_HOW = ("similarity",)
"""Checks whose note says how the value came about: values of different methods are not the same thing."""


@dataclass(kw_only=True)
class Summary:
    """One check over ``n`` conversations: the ids that it flags in order, labels with their counts, numbers.

    ``untold`` are those in which it could not tell anything; ``notes`` say how it came to its values,
    where that differs.
    """

    n: int = 0
    untold: int = 0
    flagged: list[str] = field(default_factory=list)
    labels: Counter[str] = field(default_factory=Counter)
    numbers: list[float] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)

    def add(self, id_: str, found: Finding) -> None:
        """Count one finding."""
        self.n += 1
        value = found["value"]
        if found["flagged"]:
            self.flagged.append(id_)
        if value is None:
            self.untold += 1
        elif isinstance(value, str):
            self.labels[value] += 1
        else:
            self.numbers.append(float(value))

    def to_json(self) -> dict[str, Any]:
        """Plain data; quantiles of numbers are values that occur (the smallest with at least that share below it)."""
        said: dict[str, Any] = {"conversations": self.n, "flagged": len(self.flagged), "cannot_tell": self.untold}
        if self.labels:
            said["values"] = dict(self.labels.most_common(COMMON))
        if self.numbers:
            points = np.quantile(self.numbers, list(QUANTILES.values()), method="inverted_cdf")
            said["quantiles"] = dict(zip(QUANTILES, points.tolist(), strict=True))
        if self.notes:
            said["notes"] = dict(self.notes.most_common())
        return {**said, "ids": list(self.flagged)}


def summed_up(found: Iterable[tuple[str, Mapping[str, Finding]]]) -> dict[str, Summary]:
    """The summary of each check over (id, findings) pairs."""
    summaries: dict[str, Summary] = {}
    for id_, findings in found:
        for name, one in findings.items():
            summary = summaries.setdefault(name, Summary())
            summary.add(id_, one)
            if name in SAYS_HOW:
                summary.notes[one["note"]] += 1
    return summaries
