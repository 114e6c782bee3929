"""Several judges on the same items: who is right where the other is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any, NamedTuple

from review.statistics.calibration.data import IntArray
from review.statistics.calibration.mcnemar import McNemar, holm, mcnemar
from review.statistics.calibration.shares import Missing
from review.statistics.intervals import wilson
from review.statistics.quantity import Quantity


class JudgePair(NamedTuple):
    """Two judges on the ``n`` items where both can be held against the truth.

    ``b`` items only the first got right, ``c`` only the second; ``no_verdict`` items were left out because one of the
    two had no verdict. ``holm`` holds the p-values adjusted for all pairs compared.
    """

    judges: tuple[str, str]
    n: int
    b: int
    c: int
    no_verdict: int
    p: McNemar
    holm: McNemar

    def to_json(self) -> dict[str, Any]:
        """The form of ``compare-judges`` in CLI.md, with the pair's names."""
        return {
            "judges": list(self.judges),
            "n": self.n,
            "b": self.b,
            "c": self.c,
            "no_verdict": self.no_verdict,
            "mcnemar": self.p._asdict(),
            "holm": self.holm._asdict(),
        }


def compare_judges(
    truth: IntArray, verdicts: Mapping[str, IntArray], *, missing: Missing = "drop"
) -> tuple[JudgePair, ...]:
    """McNemar's test for every pair of judges, Holm over all pairs.

    ``truth`` and each array of ``verdicts``, shape (items,), hold codes; -1 is not labelled or no verdict. An item
    without one of the two verdicts is left out of that pair, or with ``missing="wrong"`` the verdict is wrong.
    """
    counted = [_discordant(truth, verdicts[a], verdicts[b], missing) for a, b in combinations(verdicts, 2)]
    tests = [mcnemar(b, c) for _, b, c, _ in counted]
    exact, mid = holm([t.exact_p for t in tests]), holm([t.mid_p for t in tests])
    return tuple(
        JudgePair(pair, *numbers, test, McNemar(e, m))
        for pair, numbers, test, e, m in zip(combinations(verdicts, 2), counted, tests, exact, mid, strict=True)
    )


def _discordant(truth: IntArray, first: IntArray, second: IntArray, missing: Missing) -> tuple[int, int, int, int]:
    labelled = truth >= 0
    both = labelled & (first >= 0) & (second >= 0)
    used = labelled if missing == "wrong" else both
    right_first, right_second = first == truth, second == truth
    b = int((used & right_first & ~right_second).sum())
    c = int((used & ~right_first & right_second).sum())
    return int(used.sum()), b, c, int((labelled & ~both).sum())


def judge_accuracy(truth: IntArray, verdict: IntArray, *, missing: Missing = "drop") -> Quantity:
    """One judge's share of right verdicts, Wilson."""
    used = (truth >= 0) & ((verdict >= 0) | (missing == "wrong"))
    n = int(used.sum())
    if not n:
        return Quantity.missing("no labelled item has a verdict")
    right = int((used & (verdict == truth)).sum())
    p = right / n
    return Quantity(value=p, ci=wilson(right, n), se=(p * (1 - p) / n) ** 0.5, method="Wilson", n=n)
