"""A summary of the findings in many conversations: how many each check flags, which, and how its values spread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from review.checks.catalogue import CHECKS
from review.checks.protocol import Finding

QUANTILES = {"p01": 0.01, "p50": 0.5, "p99": 0.99}
COMMON = 20


@dataclass(kw_only=True)
class Summary:
    """One check over ``n`` conversations: the flagged ids in order, the counts of its labels, and its numbers.

    ``undecided`` counts the conversations in which it cannot tell; ``notes`` counts the notes, for checks that compute
    their values in different ways.
    """

    n: int = 0
    undecided: int = 0
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
            self.undecided += 1
        elif isinstance(value, str):
            self.labels[value] += 1
        else:
            self.numbers.append(float(value))

    def to_json(self) -> dict[str, Any]:
        """Return plain data. A quantile is a value that occurs: the smallest with at least that share at or below."""
        result: dict[str, Any] = {
            "conversations": self.n,
            "flagged": len(self.flagged),
            "cannot_tell": self.undecided,
        }
        if self.labels:
            result["values"] = dict(self.labels.most_common(COMMON))
        if self.numbers:
            points = np.quantile(self.numbers, list(QUANTILES.values()), method="inverted_cdf")
            result["quantiles"] = dict(zip(QUANTILES, points.tolist(), strict=True))
        if self.notes:
            result["notes"] = dict(self.notes.most_common())
        return {**result, "ids": list(self.flagged)}


def summed_up(found: Iterable[tuple[str, Mapping[str, Finding]]]) -> dict[str, Summary]:
    """Return the summary of each check by name, over (id, findings) pairs."""
    summaries: dict[str, Summary] = {}
    for id_, findings in found:
        for name, one in findings.items():
            summary = summaries.setdefault(name, Summary())
            summary.add(id_, one)
            if name in CHECKS and CHECKS[name].counts_notes:
                summary.notes[one["note"]] += 1
    return summaries
