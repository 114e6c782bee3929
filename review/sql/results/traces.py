"""All numbers that a result explains: its cells, and what people reckon from them without another query.

Sums, also of the first rows; averages and medians; differences; shares and changes in percent; ratios where the words
speak of one; counts of rows with something in common; and the same amount in another unit.
"""

from __future__ import annotations

import itertools
import re
import statistics
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

from review.sql.results.cells import number_in
from review.sql.results.rates import bases_in, change_of
from review.sql.results.result import Result
from review.sql.results.written import NAMED, Written, around

PAIRS = 60
"""How many numbers are combined with each other; all of them are looked up as they are."""
MOST_GROUPS = 50
"""Values of one column whose rows are counted."""
SOME = 5
"""From here on "one in so many" stands for a share that is rounded more coarsely than the number itself."""
_ID = re.compile(r"(?:^|_)(?:id|key|uuid|sku)$", re.IGNORECASE)
"""Columns whose numbers name a row: they measure nothing, so "43 customers" is not explained by customer 43."""
_UNITS: dict[str, list[float]] = NAMED["units"]
_SHORT: dict[str, list[str]] = NAMED["short"]
_RATIO_AFTER = re.compile(
    r"\s*(?:times|x\b|×|-?fold\b|to (?:one|1)\b|(?:\w+\s){0,2}(?:per|for (?:every|each)|a|an|each)\b)", re.I
)
_RATIO_BEFORE = re.compile(
    r"\b(?:ratio|rate|average|averages|averaging|averaged|mean|factor|share|proportion|per)\b[^.;]{0,40}$", re.I
)
_ONE_IN = re.compile(r"\b(?:one|1)\s+(?:in|out of|of)\s+(?:every\s+)?$", re.IGNORECASE)
_SOME_IN = re.compile(
    rf"\b(?P<some>\d{{1,2}}|{'|'.join(NAMED['words'])})\s+(?:in|out of)\s+(?:every\s+)?$", re.IGNORECASE
)


class Numbers:
    """Numbers without their signs, for looking up which of them is a figure when rounded."""

    def __init__(self, numbers: Iterable[float]) -> None:
        self._sorted = sorted({abs(n) for n in numbers})

    def hold(self, one: Written) -> bool:
        """Whether a figure is one of them, rounded."""
        least, most = map(float, one.reach)
        slack = 1e-9 * (most - least) + 1e-12 * most
        at = bisect_left(self._sorted, least - slack)
        return at < len(self._sorted) and self._sorted[at] <= most + slack


class Traces:
    """What a result explains. Each kind of number is reckoned when the first figure asks for it."""

    def __init__(self, result: Result) -> None:
        self.rows = len(result.rows)
        self.ids: dict[str, set[float]] = {}
        self.columns: list[list[float]] = []
        self.across: list[list[float]] = []
        self.texts: list[list[Any]] = []
        self._rates: dict[int, Numbers] = {}
        measures = []
        for at, name in enumerate(result.columns):
            cells = [row[at] for row in result.rows]
            numbers = [_number(cell) for cell in cells]
            column = [n for n in numbers if n is not None]
            if (_ID.search(name) and len(result.columns) > 1) or _ID.fullmatch(name):
                self.ids[name] = set(column)
            elif column:
                self.columns.append(column)
                measures.append(numbers)
            self.texts.append(cells)
        self.across = [[n for n in row if n is not None] for row in zip(*measures, strict=True)]

    def explain(self, one: Written, answer: str) -> bool:
        """Whether the result explains a figure of an answer."""
        if one.other is not None and self.explain(one.other, answer):
            return True
        before, after = around(one, answer)
        if self.plain.hold(one) or self.counts.hold(one):
            return True
        if one.percent:
            change = change_of(one, answer)
            return self.percents.hold(one) or (change != 0 and self._changes[change].hold(one))
        if self.differences.hold(one) or self._in_other_unit(one, after):
            return True
        if _ONE_IN.search(before):
            return self._one_in.hold(one) or self._is_one_in(float(one.value))
        if some := _SOME_IN.search(before):
            return self._is_some_in(some["some"].lower(), float(one.value))
        if _RATIO_AFTER.match(after) or _RATIO_BEFORE.search(before):
            return self.ratios.hold(one)
        return self._is_rate(one, answer)

    @cached_property
    def first(self) -> list[float]:
        """The first numbers, each once."""
        return list(itertools.islice(dict.fromkeys(itertools.chain.from_iterable(self.columns)), PAIRS))

    @cached_property
    def sums(self) -> list[float]:
        """The total of each column, and of the first rows, and of the rest."""
        found = []
        for column in self.columns:
            total = sum(column)
            begun = list(itertools.accumulate(column[:PAIRS]))[: len(column) - 1]
            found += [total, *begun, *(total - part for part in begun)]
            if len(column) > 2:
                found += [total - cell for cell in column[:PAIRS]]
        return [*found, *(sum(row) for row in self.across[:PAIRS])]

    @cached_property
    def plain(self) -> Numbers:
        """Cells, sums, averages, medians and ranges."""
        several = [c for c in self.columns if len(c) > 1]
        middles = [x for c in several for x in (sum(c) / len(c), statistics.median(c), max(c) - min(c))]
        return Numbers([*itertools.chain.from_iterable(self.columns), *self.sums, *middles])

    @cached_property
    def counts(self) -> Numbers:
        """How many rows there are, how many have a value in common, how many values there are, how many rise or fall.

        One row with a number is a number, and no row to count.
        """
        if self.rows == 1 and self.columns:
            return Numbers([])
        found = [
            self.rows,
            *(sum(n > 0 for n in c) for c in self.columns),
            *(sum(n < 0 for n in c) for c in self.columns),
        ]
        for cells in self.texts:
            groups = Counter(map(str, cells))
            found += [len(groups), len(groups) - ("None" in groups), self.rows - cells.count(None)]
            found += [sum(cell is None for cell in cells)]
            if len(groups) <= MOST_GROUPS:
                found += groups.values()
        return Numbers(n for n in found if n or not self.rows)

    @cached_property
    def differences(self) -> Numbers:
        """Differences and sums of two numbers; a sum of two differences in percent stands for points."""
        pairs = list(itertools.combinations([*self.first, *self._totals], 2))
        return Numbers(
            itertools.chain(
                (a - b for a, b in pairs),
                (a + b for a, b in pairs),
                (100 * (a - b) for a, b in pairs if abs(a) <= 1 and abs(b) <= 1),
            )
        )

    @cached_property
    def _totals(self) -> list[float]:
        return [sum(column) for column in self.columns if len(column) > 1]

    @cached_property
    def percents(self) -> Numbers:
        """Shares and changes in percent, what is left to the whole, and points between two of them."""
        cells = [*itertools.chain.from_iterable(self.columns)]
        points = [a - b for a, b in itertools.combinations(self.first, 2)]
        whole = [100 * n for n in cells]
        rest = [100 - n for n in (*cells, *whole) if 0 <= n <= 100]
        changes = (100 * (a - b) / b for a, b in itertools.permutations([*self.first, *self._totals], 2) if b)
        shares = [100 * share for share in (*self.sums, *self._shares)]
        return Numbers(itertools.chain(whole, rest, points, shares, changes))

    @cached_property
    def _shares(self) -> list[float]:
        """Cells and sums of the first rows in a cell, a total or the sum of a row; and shares that are cells."""
        sums = list(itertools.islice(dict.fromkeys(self.sums), 3 * PAIRS))
        parts = list(dict.fromkeys([*self.first, *sums[: 2 * PAIRS]]))
        wholes = dict.fromkeys([*self.first, *self._totals, *(sum(row) for row in self.across[:PAIRS])])
        counted = [n / self.rows for n in range(self.rows + 1)] if 0 < self.rows <= PAIRS else []
        return [*self.first, *counted, *(part / whole for whole in wholes if whole for part in parts)]

    @cached_property
    def _changes(self) -> dict[int, Numbers]:
        """Rises and falls in percent that cells say as a ratio: 1.17 is a rise by 17%."""
        cells = [100 * (n - 1) for n in itertools.chain.from_iterable(self.columns) if n > 0]
        return {1: Numbers(n for n in cells if n > 0), -1: Numbers(n for n in cells if n < 0)}

    @cached_property
    def _one_in(self) -> Numbers:
        return Numbers(x / c for c in self._shares if c for x in (1, 100))

    @cached_property
    def ratios(self) -> Numbers:
        """How often one number holds another, also a total for each row."""
        some = [*self.first, *self._totals, *([self.rows] if self.rows else [])]
        return Numbers(a / b for a, b in itertools.permutations(some, 2) if b)

    def _is_one_in(self, many: float) -> bool:
        """Whether the result has a share that "one in ten" rounds: by at most a tenth of it, as 10.6% is."""
        near = 0.1 / many if many else 0.0
        return many >= SOME and any(abs(1 / many - s) <= near for c in self._shares for s in (c, c / 100))

    def _is_some_in(self, some: str, many: float) -> bool:
        """Whether the result has the share that two small numbers name: 82% for "four in five"."""
        part = float(some) if some.isdigit() else float(NAMED["words"][some])
        near = min(0.05, 0.5 / many) if many else 0.0
        return any(abs(part / many - s) <= near for c in self._shares for s in (c, c / 100)) if many else False

    def _in_other_unit(self, one: Written, after: str) -> bool:
        """Whether a figure is a cell, a sum or an average in another unit, as the word behind it says."""
        word = re.match(r"[\s-]*([^\W\d_]+)", after)
        said = word[1].lower() if word else ""
        unit = said.removesuffix("s")
        meant = _SHORT.get(said) or _SHORT.get(unit) or [unit]
        factors = [f for name in meant for f in _UNITS.get(name, ())]
        if not factors and one.currency:
            factors = _UNITS["dollar"]
        amounts = [*self.first, *self.sums, *(sum(c) / len(c) for c in self.columns)]
        if not factors or not amounts:
            return False
        # "2 hours and 30 minutes": the hours are cut, not rounded.
        cut = bool(re.match(r"[\s-]*[^\W\d_]+,?\s+(?:and\s+)?\d", after))
        return any(
            Numbers([n / f]).hold(one) or (cut and int(abs(n / f)) == abs(one.value)) for n in amounts for f in factors
        ) or any(_left_over(n, float(one.value), name) for n in amounts for name in meant)

    def _is_rate(self, one: Written, answer: str) -> bool:
        """Whether a figure is a share for each hundred, thousand or million, as the words say."""
        return any(float(one.value) == base or self._shares_of(base).hold(one) for base in bases_in(answer))

    def _shares_of(self, base: int) -> Numbers:
        if base not in self._rates:
            self._rates[base] = Numbers(base * share for share in self._shares)
        return self._rates[base]


def _left_over(amount: float, value: float, unit: str) -> bool:
    """Whether a figure is what is left beside the next larger unit: 150 minutes are 2 hours and 30 minutes."""
    return unit in ("minute", "second") and any(
        abs((abs(amount) * factor) % 60 - value) < 0.5 for factor in (1, 60, 1 / 60)
    )


def _number(cell: Any) -> float | None:
    """A cell as a number: also one that is written as text."""
    found = number_in(cell)
    if isinstance(cell, str):
        try:
            found = Decimal(cell.strip())
        except InvalidOperation:
            return None
    if found is None:
        return None
    value = float(found)
    return value if abs(value) < 1e300 else None
