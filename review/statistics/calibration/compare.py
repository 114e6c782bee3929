"""Several judges on the same items: how often one is right where the other is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from review.statistics.calibration.data import IntArray
from review.statistics.calibration.mcnemar import McNemar, holm, mcnemar
from review.statistics.calibration.shares import Missing
from review.statistics.intervals import wilson
from review.statistics.quantity import Quantity


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgePair:
    """Two judges on the ``n`` items where both can be compared with the truth.

    Only the first judge is right on ``b`` items, only the second on ``c``. ``no_verdict`` items lack a verdict of one
    of them. ``holm`` has the p-values adjusted for all pairs compared.
    """

    judges: tuple[str, str]
    n: int
    b: int
    c: int
    no_verdict: int
    p: McNemar
    holm: McNemar

    def to_json(self) -> dict[str, Any]:
        """Return the pair's object of ``compare-judges --json``."""
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
    """Run McNemar's test for every pair of judges, with Holm's adjustment over all pairs.

    ``truth`` and each array of ``verdicts``, shape (items,), hold codes; -1 means not labelled or no verdict. An item
    that lacks one of the two verdicts is left out of that pair; with ``missing="wrong"`` the missing verdict is wrong.
    """
    counts = [_discordant(truth, verdicts[a], verdicts[b], missing) for a, b in combinations(verdicts, 2)]
    tests = [mcnemar(b, c) for _, b, c, _ in counts]
    exact, mid = holm([t.exact_p for t in tests]), holm([t.mid_p for t in tests])
    return tuple(
        JudgePair(judges=pair, n=n, b=b, c=c, no_verdict=no_verdict, p=test, holm=McNemar(e, m))
        for pair, (n, b, c, no_verdict), test, e, m in zip(
            combinations(verdicts, 2), counts, tests, exact, mid, strict=True
        )
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
    """Return one judge's share of right verdicts with Wilson's interval."""
    used = (truth >= 0) & ((verdict >= 0) | (missing == "wrong"))
    n = int(used.sum())
    if not n:
        return Quantity.missing("no labelled item has a verdict")
    right = int((used & (verdict == truth)).sum())
    p = right / n
    se = (p * (1 - p) / n) ** 0.5
    return Quantity(value=p, ci=wilson(right, n), se=se, method="Wilson", method_se="binomial", n=n)
