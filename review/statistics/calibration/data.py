"""The input of calibration: for each item the settled label, the judge's verdict, and how the item was drawn."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from review.basics.errors import InputError
from review.basics.words import counted

IntArray = npt.NDArray[np.intp]
FloatArray = npt.NDArray[np.float64]


class CalibrationRow(NamedTuple):
    """One item as read: canonical labels or None; ``file`` and ``line`` locate it in messages. Give the fields by name.

    It is a tuple because a store has tens of thousands of them behind one page.
    """

    item: str
    truth: str | None
    verdict: str | None
    stratum: str | None = None
    population: float | None = None
    weight: float | None = None
    score: float | None = None
    file: str = "the calibration rows"
    line: int | None = None

    def error(self, column: str, found: object, expected: str, remedy: str) -> InputError:
        """Return an InputError that names this row."""
        return InputError.at(self.file, self.line, column=column, found=found, expected=expected, remedy=remedy)


@dataclass(frozen=True, kw_only=True)
class CalibrationData:
    """Items with truth and verdict as codes into ``values``, and the design by which they were drawn.

    ``truth`` and ``verdict``, shape (items,), are -1 for "not labelled" and "no verdict". ``stratum``, shape (items,),
    indexes ``strata``; -1 is an item without an inclusion probability (hand-picked), which has weight 0. The design is
    one of three: ``population``, shape (strata,), the number N_h of items in each stratum; ``weight``, shape (items,),
    a weight per item (1 / inclusion probability); or neither, when all items have the same weight. ``score``, shape
    (items,), is the judge's score for the positive class, NaN where there is none. ``notes`` are sentences about the
    input, to show with every figure computed from it.
    """

    items: tuple[str, ...]
    values: tuple[str, ...]
    truth: IntArray
    verdict: IntArray
    strata: tuple[str, ...]
    stratum: IntArray
    population: FloatArray | None = None
    weight: FloatArray | None = None
    score: FloatArray | None = None
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.items)

    @property
    def labelled(self) -> npt.NDArray[np.bool_]:
        """Which items have a settled label, shape (items,)."""
        return self.truth >= 0

    def with_codes(self, truth: IntArray, verdict: IntArray) -> CalibrationData:
        """Return the same items and design with another truth and verdict."""
        return replace(self, truth=truth, verdict=verdict)


def calibration_data(rows: Iterable[CalibrationRow], *, values: Sequence[str] = ()) -> CalibrationData:
    """Check rows and arrange them as CalibrationData.

    ``values`` declares the scale in order; without it the values are those that occur, sorted (numbers as numbers).
    With declared values, a verdict outside them counts as no verdict and is counted in the notes; a truth outside them
    is an error. Raises InputError for a repeated item, a negative weight, or a population that is smaller than its
    sample, missing, fractional, or different within one stratum.
    """
    table = list(rows)
    _refuse_repeated_items(table)
    notes: list[str] = []
    declared = tuple(values) or _observed_values(table)
    truth, verdict = _codes(table, declared, notes)
    strata, stratum, population, weight = _design(table, notes)
    score = None
    if any(r.score is not None for r in table):
        score = np.array([math.nan if r.score is None else r.score for r in table], dtype=float)
    items = tuple(r.item for r in table)
    return CalibrationData(
        items=items,
        values=declared,
        truth=truth,
        verdict=verdict,
        strata=strata,
        stratum=stratum,
        population=population,
        weight=weight,
        score=score,
        notes=tuple(notes),
    )  # fmt: skip


def _refuse_repeated_items(rows: list[CalibrationRow]) -> None:
    first: dict[str, CalibrationRow] = {}
    for row in rows:
        before = first.setdefault(row.item, row)
        if before is not row:
            where = f" (first on line {before.line})" if before.line is not None else ""
            raise row.error("item", row.item, f"each item once{where}", "Keep one row per item.")


def _observed_values(rows: list[CalibrationRow]) -> tuple[str, ...]:
    seen = {v for r in rows for v in (r.truth, r.verdict) if v is not None}
    try:
        return tuple(sorted(seen, key=lambda v: (float(v), v)))
    except ValueError:
        return tuple(sorted(seen))


def _codes(rows: list[CalibrationRow], values: tuple[str, ...], notes: list[str]) -> tuple[IntArray, IntArray]:
    code = {v: k for k, v in enumerate(values)}
    for row in rows:
        if row.truth is not None and row.truth not in code:
            expected = f"one of the declared values {', '.join(values)}"
            raise row.error("truth", row.truth, expected, "Correct the label or declare the value.")
    undeclared = Counter(r.verdict for r in rows if r.verdict is not None and r.verdict not in code)
    if undeclared:
        most = undeclared.most_common(1)[0][0]
        notes.append(
            f"{counted(undeclared.total(), 'verdict')} outside the declared values (such as {most!r}): "
            "they count as no verdict."
        )
    truth = np.array([-1 if r.truth is None else code[r.truth] for r in rows], dtype=np.intp)
    verdict = np.array([-1 if r.verdict is None else code.get(r.verdict, -1) for r in rows], dtype=np.intp)
    return truth, verdict


def _design(
    rows: list[CalibrationRow], notes: list[str]
) -> tuple[tuple[str, ...], IntArray, FloatArray | None, FloatArray | None]:
    by_population = any(r.population is not None for r in rows)
    by_weight = any(r.weight is not None for r in rows)
    stratified = any(r.stratum is not None for r in rows)
    purposive = [
        by_population and stratified and r.stratum is None and r.population is None for r in rows
    ]  # fmt: skip
    unnamed = "(no group)" if stratified else "all"
    strata = tuple(sorted({r.stratum or unnamed for r, p in zip(rows, purposive, strict=True) if not p}))
    code = {name: h for h, name in enumerate(strata)}
    stratum = np.array(
        [-1 if p else code[r.stratum or unnamed] for r, p in zip(rows, purposive, strict=True)], dtype=np.intp
    )
    picked = sum(p and r.truth is not None for r, p in zip(rows, purposive, strict=True))
    if picked:
        notes.append(
            f"{counted(picked, 'labelled item')} without group and population: treated as hand-picked, with weight 0."
        )
    if by_population:
        if by_weight:
            notes.append("The column 'weight' is ignored: the weights follow from the populations.")
        return strata, stratum, _populations(rows, stratum, strata), None
    if by_weight:
        return strata, stratum, None, _weights(rows)
    if stratified and len(strata) > 1:
        notes.append(
            "The items are in groups but have neither population nor weight. All get the same weight, which is right "
            "only if every group was sampled at the same rate."
        )
    return strata, stratum, None, None


def _populations(rows: list[CalibrationRow], stratum: IntArray, strata: tuple[str, ...]) -> FloatArray:
    found = [math.nan] * len(strata)
    for row, h in zip(rows, stratum.tolist(), strict=True):
        if h < 0 or row.population is None:
            continue
        if row.population < 0 or row.population != math.floor(row.population):
            raise row.error("population", row.population, "a whole number of items", "Give the stratum's size N_h.")
        if found[h] == row.population:
            continue
        if not math.isnan(found[h]):
            expected = f"{found[h]:.0f} as in the other rows of stratum '{strata[h]}'"
            raise row.error("population", f"{row.population:.0f}", expected, "Give each stratum one population.")
        found[h] = row.population
    population = np.array(found, dtype=float)
    size = np.bincount(stratum[stratum >= 0], minlength=len(strata))
    for h, name in enumerate(strata):
        row = rows[int(np.argmax(stratum == h))]
        if math.isnan(population[h]):
            remedy = "Give every stratum its population, or leave both cells empty for hand-picked items."
            raise row.error("population", "", f"the population of stratum '{name}'", remedy)
        if population[h] < size[h]:
            expected = f"at least {size[h]}, the number of rows of stratum '{name}' in this file"
            remedy = "The population counts all items of the stratum, drawn or not."
            raise row.error("population", f"{population[h]:.0f}", expected, remedy)
    return population


def _weights(rows: list[CalibrationRow]) -> FloatArray:
    for row in rows:
        if row.weight is None and row.truth is not None:
            remedy = "Give 1 / inclusion probability, or 0 for a hand-picked item."
            raise row.error("weight", "", "a weight for every labelled item", remedy)
        if row.weight is not None and not (0 <= row.weight < math.inf):
            remedy = "A weight is 1 / inclusion probability; 0 is a hand-picked item."
            raise row.error("weight", row.weight, "a finite weight of 0 or more", remedy)
    return np.array([0.0 if r.weight is None else r.weight for r in rows], dtype=float)
