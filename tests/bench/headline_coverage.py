"""Coverage, bias and error of the headline of production quality: Markdown tables on standard output.

Run: PYTHONPATH=. python tests/bench/headline_coverage.py [draws] [words of a design's name]. Each design fixes a finite
population with a judge of known error rates and draws its labels at random within strata. Bias and root mean squared
error (RMSE) are in % of the true share, widths in points. "contradicts" counts draws in which the unclipped difference
left what its own labels prove. The second table has two raters who miss errors and adjudicators who do not.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from review.statistics.quality.bounds import proven
from review.statistics.quality.headline import Rates, headline
from review.statistics.quality.judged import difference, ppi
from review.statistics.quality.people import people
from review.statistics.quality.strata import Cell, StratumCounts, Verdicts
from review.statistics.quality.ties import RandomTies, headline_with_ties
from review.statistics.quantity import Quantity


@dataclass(frozen=True, kw_only=True)
class Group:
    """A stratum: size, share of positives, labels, the judge's hits and false alarms, and how often it is silent.

    ``partly`` is the share of the negatives that the judge and people call by a third value; it has ``fpr_partly``
    false alarms. ``flagged_answer`` is how often a flagged conversation gets its label, relative to the others.
    """

    size: int
    share: float
    labels: int
    tpr: float = 0.8
    fpr: float = 0.01
    silent: float = 0.0
    pool: str | None = None
    partly: float = 0.0
    fpr_partly: float = 0.0
    flagged_answer: float = 1.0


def group(size: int, share: float, labels: int, tpr: float = 0.8, fpr: float = 0.01, **more: Any) -> Group:
    return Group(size=size, share=share, labels=labels, tpr=tpr, fpr=fpr, **more)


def week() -> Group:
    return group(10_000, 0.03, 100, pool="rest")


REST = group(9_800, 0.01, 98, 0.7, 0.01)
DESIGNS: dict[str, tuple[Group, ...]] = {
    "simple, 150 labels, good judge": (group(10_000, 0.03, 150),),
    "simple, weak judge": (group(10_000, 0.03, 150, 0.5, 0.1),),
    "simple, near perfect judge": (group(10_000, 0.03, 150, 0.97, 0.002),),
    "simple, judge is a coin": (group(10_000, 0.03, 150, 0.5, 0.5),),
    "all 200 failing + 1%": (group(200, 0.3, 200, 0.8, 0.1), REST),
    "the same, near perfect": (group(200, 0.3, 200, 0.97, 0.01), group(9_800, 0.01, 98, 0.97, 0.001)),
    "the same, weak": (group(200, 0.3, 200, 0.5, 0.2), group(9_800, 0.01, 98, 0.4, 0.1)),
    "three strata 50/50/95": (
        group(200, 0.2, 50, 0.8, 0.1),
        group(300, 0.1, 50, 0.7, 0.05),
        group(9_500, 0.01, 95, 0.7, 0.01),
    ),
    "small week of 3,000": (group(100, 0.3, 100, 0.8, 0.1), group(2_900, 0.024, 29, 0.7, 0.02)),
    "400 of 2,000 + 180": (group(2_000, 0.2, 400, 0.8, 0.1), group(18_000, 0.06, 180, 0.7, 0.03)),
    "15% no verdict": (group(200, 0.3, 200, 0.8, 0.1, silent=0.15), group(9_800, 0.03, 196, 0.8, 0.01, silent=0.15)),
    "four weeks pooled": tuple(week() for _ in range(4)),
    "ten strata of 8": tuple(group(1_000, 0.04, 8, pool="all") for _ in range(10)),
    "flagged answer half as often": (group(10_000, 0.03, 200, flagged_answer=0.5),),
    "own: three values": (group(10_000, 0.03, 150, 0.8, 0.005, partly=0.15, fpr_partly=0.1),),
    "own: three values, two strata": (
        group(200, 0.3, 200, 0.8, 0.05, partly=0.3, fpr_partly=0.2),
        group(9_800, 0.01, 98, 0.7, 0.005, partly=0.1, fpr_partly=0.1),
    ),
    "own: unequal labels, four weeks": tuple(replace(week(), labels=n) for n in (50, 100, 150, 200)),
    "own: unequal sizes, four weeks": tuple(
        replace(week(), size=n, labels=round(0.012 * n)) for n in (4_000, 8_000, 12_000, 16_000)
    ),
    "own: 30% positive": (group(5_000, 0.3, 120, 0.85, 0.1),),
    "own: 97% positive": (group(10_000, 0.97, 100, 0.95, 0.2),),
    "own: 80 of 400": (group(400, 0.1, 80, 0.8, 0.05),),
    "own: 40 of 40,000": (group(40_000, 0.1, 40, 0.8, 0.05),),
    "own: all of 80 + 60 of 900 + 200 of 30,000": (
        group(80, 0.4, 80, 0.8, 0.1),
        group(900, 0.1, 60, 0.7, 0.05),
        group(30_000, 0.02, 200, 0.7, 0.01),
    ),
    "own: 40% no verdict": (group(10_000, 0.05, 200, 0.8, 0.02, silent=0.4),),
    "own: judge never flags the rest": (group(200, 0.3, 200, 0.8, 0.1), group(9_800, 0.01, 98, 0.0, 0.0)),
}
WITH_HISTORY = ("all 200 failing + 1%", "the same, near perfect", "small week of 3,000", "ten strata of 8")


@dataclass
class Tally:
    """The estimates of one method over all draws of a design."""

    values: list[float] = field(default_factory=list)
    held: int = 0
    width: float = 0.0

    def add(self, found: Quantity, truth: float) -> None:
        if found.value is None or found.ci is None:
            return
        self.values.append(found.value)
        self.held += found.ci[0] - 1e-12 <= truth <= found.ci[1] + 1e-12
        self.width += found.ci[1] - found.ci[0]

    def cells(self, truth: float) -> str:
        """Bias, RMSE, coverage and width as four cells."""
        e, n = np.array(self.values), max(len(self.values), 1)
        bias, rmse = e.mean() / truth - 1, float(np.sqrt(((e - truth) ** 2).mean())) / truth
        return f"{100 * bias:+.1f} / {100 * rmse:.0f} / {100 * self.held / n:.1f} / {100 * self.width / n:.1f}"


def population(g: Group) -> np.ndarray:
    """Return the sizes of the six kinds: positive and not, by verdict (flagged, other, none)."""
    judged, fpr = 1 - g.silent, (1 - g.partly) * g.fpr + g.partly * g.fpr_partly
    share = np.array([g.share, 1 - g.share])
    kinds = np.concatenate([judged * share * (g.tpr, fpr), judged * share * (1 - g.tpr, 1 - fpr), g.silent * share])
    counts = np.floor(kinds * g.size + 1e-9).astype(int)
    counts[3 if judged else 5] += g.size - counts.sum()
    return counts


def drawn(name: str, g: Group, rng: np.random.Generator) -> tuple[StratumCounts, int]:
    """Return one draw of a stratum and the number of positives in it."""
    counts = population(g)
    if g.flagged_answer == 1:
        seen = rng.multivariate_hypergeometric(counts, g.labels)
    else:
        asked = rng.multivariate_hypergeometric(counts, g.labels)
        answer = np.array([g.flagged_answer, g.flagged_answer, 1, 1, 1, 1])
        seen = rng.binomial(asked, answer)
    cells = [Cell(int(seen[i] + seen[i + 1]), int(seen[i])) for i in (0, 2, 4)]
    known = Verdicts(*(int(counts[i] + counts[i + 1]) for i in (0, 2, 4)))
    found = StratumCounts(
        name=name,
        population=g.size,
        verdicts=known,
        said_positive=cells[0],
        said_other=cells[1],
        said_nothing=cells[2],
        pool=g.pool,
    )
    return found, int(counts[[0, 2, 4]].sum())


def past(groups: Sequence[Group], rng: np.random.Generator) -> Mapping[str, Rates]:
    """Return the labels of four earlier weeks of the same design."""
    found = {}
    for k, g in enumerate(groups):
        weeks = [drawn("", g, rng)[0] for _ in range(4)]
        cells = [[getattr(w, name) for w in weeks] for name in ("said_positive", "said_other")]
        found[f"s{k}"] = Rates(*(Cell(sum(c.n for c in cs), sum(c.positive for c in cs)) for cs in cells))
    return found


def simulate(name: str, groups: Sequence[Group], draws: int, *, history: bool = False) -> str:
    """Return one row of the first table."""
    rng = np.random.default_rng(7)
    tallies = {method: Tally() for method in ("people", "difference", "PPI", "headline")}
    outside, truth = 0, 0.0
    for _ in range(draws):
        strata, positives = zip(*(drawn(f"s{k}", g, rng) for k, g in enumerate(groups)), strict=True)
        truth = sum(positives) / sum(g.size for g in groups)
        before = past(groups, rng) if history else None
        found = headline(strata, history=before).quantity
        for method, q in (
            ("people", people(strata)),
            ("difference", difference(strata)),
            ("PPI", ppi(strata).quantity),
        ):
            tallies[method].add(q, truth)
        tallies["headline"].add(found, truth)
        low, high = proven(strata)
        assert found.value is None or found.ci is None or low - 1e-9 <= found.ci[0] <= found.ci[1] <= high + 1e-9
        outside += found.ci is not None and truth < found.ci[0] - 1e-12
    cells = " | ".join(tallies[m].cells(truth) for m in tallies)
    return f"| {name} ({100 * truth:.1f}) | {cells} | {100 * outside / draws:.1f} |"


def with_ties(n: int, share: float, missed: float, alarms: float, *, settled: float, draws: int) -> str:
    """Return one row of the second table: ``n`` items rated twice, the share ``settled`` of the ties adjudicated."""
    rng = np.random.default_rng(3)
    both, one = (1 - missed) ** 2, 2 * missed * (1 - missed)
    truth = share * (both + one) + (1 - share) * alarms**2
    tally, ranges, width = Tally(), 0, 0.0
    held = 0
    for _ in range(draws):
        wrong = rng.random(n) < share
        votes = [np.where(wrong, rng.random(n) > missed, rng.random(n) < alarms) for _ in range(2)]
        tie = votes[0] != votes[1]
        t = int(tie.sum())
        a = min(t, max(int(np.ceil(t * settled)), 3)) if settled else 0
        x = int(wrong[rng.permutation(np.flatnonzero(tie))[:a]].sum())
        positive = int((votes[0] & votes[1]).sum()) + x
        stratum = StratumCounts(
            name="all",
            population=20_000,
            verdicts=Verdicts(0, 0, 20_000),
            said_nothing=Cell(n - t + a, positive),
            open_ties=(0, 0, t - a),
        )
        found = headline_with_ties([stratum], ties=RandomTies(t, a, x)).headline.quantity
        tally.add(found, truth)
        ranges += found.value is None
        assert found.ci is not None
        held += found.ci[0] <= truth <= found.ci[1]
        width += found.ci[1] - found.ci[0]
    bias = f"{100 * (np.mean(tally.values) - truth):+.2f}" if tally.values else "a range"
    return (
        f"| {n}, {100 * share:.0f}%, miss {100 * missed:.0f}%, false alarm {100 * alarms:.0f}%, settled "
        f"{100 * settled:.0f}% | {100 * truth:.1f} | {100 * ranges / draws:.0f} | {bias} | "
        f"{100 * held / draws:.1f} | {100 * width / draws:.1f} |"
    )


def main(draws: int, only: str) -> None:
    print("Each cell: bias % / RMSE % / coverage % / width in points.\n")
    print(
        "| design (true share, %) | people | difference | PPI | headline | truth below it |\n|---|---|---|---|---|---|"
    )
    for name, groups in DESIGNS.items():
        if only in name:
            print(simulate(name, groups, draws), flush=True)
    for name in WITH_HISTORY:
        if only in name:
            print(simulate(f"{name}, four earlier weeks", DESIGNS[name], draws, history=True), flush=True)
    print("\n| items rated twice | truth % | shown as a range % | bias in points | coverage % | width |")
    print("|---|---|---|---|---|---|")
    for settled in (0, 1 / 3, 0.5, 1):
        for design in ((200, 0.05, 0.2, 0.01), (200, 0.05, 0.3, 0.03), (200, 0.2, 0.2, 0.05), (60, 0.2, 0.2, 0.05)):
            if not only:
                print(with_ties(*design, settled=settled, draws=draws), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500, sys.argv[2] if len(sys.argv) > 2 else "")
