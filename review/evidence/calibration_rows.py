"""The rows of a calibration, from items, settled labels, verdicts and the ledger. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from review.basics.words import counted
from review.current.settled import Settled
from review.evidence.test_set_access import Half
from review.statistics.calibration.data import CalibrationRow
from storage.queries.verdicts import VerdictValue
from storage.records_weeks import Item


def calibration_rows(
    items: Sequence[Item],
    labels: Mapping[str, Settled],
    verdicts: Mapping[str, VerdictValue],
    populations: Mapping[tuple[str, str], int],
) -> list[CalibrationRow]:
    """Return a row for every item of the weeks.

    ``labels`` and ``verdicts`` are by item; an item that does not count has neither, so that a group without labels is
    still named. ``populations`` has N_h by (week, group).
    """
    rows = [_row(i, labels.get(i.id), verdicts.get(i.id), populations) for i in items]
    if all(r.population is None for r in rows):
        # Without any draw, nothing records how these items were chosen: they get no weight, not equal weights.
        return [r._replace(weight=0.0) for r in rows]
    return rows


def _row(
    item: Item, settled: Settled | None, verdict: VerdictValue | None, populations: Mapping[tuple[str, str], int]
) -> CalibrationRow:
    population = None if item.stratum is None else populations.get((item.week, item.stratum))
    return CalibrationRow(
        item=item.id,
        truth=None if settled is None or settled.value is None else str(settled.value),
        verdict=None if verdict is None else verdict.value,
        stratum=None if population is None else f"{item.week} {item.stratum}",
        population=None if population is None else float(population),
        score=None if verdict is None else verdict.score,
        file="the store",
    )


def notes_on(half: Half, examples: int) -> list[str]:
    """Return the notes to show with every figure of a judge that was made here.

    ``examples`` counts the labelled items left out because their labels are in the judge's prompt.
    """
    seen = [f"{counted(examples, 'labelled item')} left out: the judge has seen the label in its own prompt."]
    return seen * bool(examples) + [f"Only conversations of the {half} half count here."] * (half != "all")
